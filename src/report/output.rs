//! What the output of cmdlets says, as an answer shows it.

use super::answer::{Evidence, Source};
use crate::engine::output::Examination;
use crate::rules::check::{Level, Nature};
use crate::rules::model::{Direction, Reference};
use crate::rules::pack::Checks;
use serde::Serialize;

/// What one check says.
#[derive(Debug, Clone, Serialize)]
pub struct CheckView {
    /// [`crate::rules::check::Check::id`]
    pub id: String,
    /// The cmdlet whose output shows it.
    pub of: String,
    /// What it amounts to.
    pub level: Level,
    /// What the output shows, in one line.
    pub title: String,
    /// What that means, and what to do.
    pub meaning: String,
    /// The property that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// What it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The objects that show it, where the cmdlet printed several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// The lookups that they are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// What they do not fit, where the check is a comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<AgainstView>,
    /// The check for which this one does not matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside_by: Option<String>,
    /// The places in the input.
    pub evidence: Vec<Evidence>,
    /// Rules that it makes possible.
    pub supports: Vec<String>,
    /// The rule that it proves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decides: Option<String>,
    /// The step of a rule that mends it: `RULE/STEP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The input that shows it, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where the vendor documents it.
    pub references: Vec<Reference>,
}

/// The other side of a comparison.
#[derive(Debug, Clone, Serialize)]
pub struct AgainstView {
    /// The cmdlet; nothing where it is the failure itself.
    pub of: Option<String>,
    /// The property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// What it holds.
    pub value: String,
    /// The places in the input.
    pub evidence: Vec<Evidence>,
    /// The input that shows it, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A cmdlet whose output was recognised.
#[derive(Debug, Clone, Serialize)]
pub struct ObjectsView {
    /// The cmdlet.
    pub cmdlet: String,
    /// How many objects it printed; 0 where it failed, told only its steps, or printed nothing.
    pub count: usize,
    /// Whether it failed.
    pub failed: bool,
    /// How many checks say that something is not as documented, and matters.
    pub deviations: usize,
    /// How many say so, but do not matter here.
    pub set_aside: usize,
    /// What the cmdlet is about.
    pub title: String,
    /// What it proves when nothing deviates.
    pub proves: String,
    /// What it does not prove.
    pub does_not_prove: String,
}

/// What the checks say.
pub fn checks(examination: &Examination, checks: &Checks, text: Source<'_>) -> Vec<CheckView> {
    let view = |finding: &crate::engine::output::Finding| {
        let entry = &checks.entries[finding.entry];
        let check = entry.check.clone();
        let evidence: Vec<Evidence> = finding.at.iter().map(|at| text.evidence(at)).collect();
        CheckView {
            of: checks.printouts[usize::from(entry.of)].cmdlet.clone(),
            id: check.id,
            level: check.level,
            title: check.title,
            meaning: check.meaning,
            property: finding.property.clone(),
            value: finding.value.clone(),
            on: finding.on.clone(),
            direction: finding.direction,
            against: finding.against.as_ref().map(|against| {
                let evidence: Vec<Evidence> = against.at.iter().map(|at| text.evidence(at)).collect();
                AgainstView {
                    of: against.of.clone(),
                    property: against.property.clone(),
                    value: against.value.clone(),
                    source: evidence.first().and_then(|first| first.source.clone()),
                    evidence,
                }
            }),
            set_aside_by: finding.set_aside_by.map(|by| checks.entries[by].check.id.clone()),
            source: evidence.first().and_then(|first| first.source.clone()),
            evidence,
            supports: check.supports,
            decides: check.decides,
            step: check.step,
            references: entry.references.clone(),
        }
    };
    examination.findings.iter().map(view).collect()
}

/// The cmdlets whose output was recognised.
pub fn objects(examination: &Examination, checks: &Checks, views: &[CheckView]) -> Vec<ObjectsView> {
    let view = |shown: &crate::engine::output::Shown| {
        let printout = &checks.printouts[shown.printout];
        let deviates = |check: &&CheckView| check.of == printout.cmdlet && check.level == Level::Deviation;
        let aside = views.iter().filter(deviates).filter(|check| check.set_aside_by.is_some()).count();
        ObjectsView {
            cmdlet: shown.cmdlet.clone(),
            count: shown.objects,
            failed: printout.shows == Nature::Error,
            deviations: views.iter().filter(deviates).count() - aside,
            set_aside: aside,
            title: printout.title.clone(),
            proves: printout.proves.clone(),
            does_not_prove: printout.does_not_prove.clone(),
        }
    };
    examination.shown.iter().map(view).collect()
}
