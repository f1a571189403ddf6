//! All checks, asked about everything that a case holds.

use super::failure::Failure;
use super::value;
use super::{Answer, Evidence, is_printed};
use crate::engine::Analysis;
use crate::engine::condition::Regexes;
use crate::engine::finder::Finder;
use crate::read::Case;
use crate::read::objects::{Form, Object};
use crate::record::Record;
use crate::rules::check::{Level, Nature, Printout, Shows};
use crate::rules::model::{Auth, Direction};
use crate::rules::pack::{CheckEntry, Checks};
use crate::text::fold::fold;
use jiff::civil::Date;
use std::cell::OnceCell;
use std::ops::Range;

/// A case, as far as checks ask about it. Positions count through the case.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'s> {
    /// Everything that cmdlets printed.
    pub objects: &'s [Object],
    /// The inputs: they know the text at a place.
    pub case: &'s Case,
    /// The records, of which the failure is what no cmdlet printed as a setting.
    pub records: &'s [Record<'s>],
    /// What the rules found in them.
    pub analysis: &'s Analysis,
    /// The day by which certificates are judged; nothing says nothing about them.
    pub today: Option<Date>,
}

/// What the checks found.
#[derive(Debug, Clone, Default)]
pub struct Examination {
    /// The cmdlets whose output was recognised, in the order of appearance.
    pub shown: Vec<Shown>,
    /// What the checks say: contradictions and deviations first, what does not matter last.
    pub findings: Vec<Finding>,
}

/// A cmdlet whose output was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its printout, by number.
    pub printout: usize,
    /// The cmdlet: of an error record the one that failed.
    pub cmdlet: String,
    /// How many objects it printed.
    pub objects: usize,
}

/// What one check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check, by its number in [`Checks::entries`].
    pub entry: usize,
    /// The places that show it.
    pub at: Vec<Range<usize>>,
    /// The property that decided.
    pub property: Option<String>,
    /// What it holds.
    pub value: Option<String>,
    /// The objects that show it, by what names them, where the cmdlet printed several.
    pub on: Vec<String>,
    /// The lookups that they are for, where that is known and the same for all of them.
    pub direction: Option<Direction>,
    /// What they do not fit.
    pub against: Option<Against>,
    /// The check, by number, for which this one does not matter.
    pub set_aside_by: Option<usize>,
}

/// The other side of a contradiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// The cmdlet; nothing where it is the failure itself.
    pub of: Option<String>,
    /// The property.
    pub property: Option<String>,
    /// What it holds.
    pub value: String,
    /// The places that show it.
    pub at: Vec<Range<usize>>,
}

/// One object of the case that a cmdlet of the table printed.
pub(super) struct Item<'o> {
    pub(super) object: &'o Object,
    pub(super) printout: usize,
    pub(super) direction: Option<Direction>,
}

/// What made a test hold, and the other side of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) evidence: Evidence,
    pub(super) against: Option<Against>,
}

impl Found {
    pub(super) fn join(self, other: Self) -> Self {
        Self { evidence: self.evidence.join(other.evidence), against: self.against.or(other.against) }
    }
}

/// Asks all checks about a case.
pub fn examine(checks: &Checks, scene: &Scene<'_>) -> Examination {
    let digest = checks.digest();
    let mut examiner = Examiner {
        checks,
        scene,
        items: Vec::new(),
        finder: Finder::new(&digest),
        regexes: Regexes::default(),
        failure: OnceCell::new(),
    };
    for object in scene.objects {
        if let Some(printout) = printout_of(checks, object) {
            examiner.items.push(Item { object, printout, direction: None });
        }
    }
    let directions: Vec<Option<Direction>> = examiner.items.iter().map(|item| examiner.side(item)).collect();
    examiner.items.iter_mut().zip(directions).for_each(|(item, direction)| item.direction = direction);
    let mut findings: Vec<Finding> =
        checks.entries.iter().enumerate().filter_map(|(number, entry)| examiner.ask(number, entry)).collect();
    drop_excused(checks, &mut findings);
    set_aside(checks, &mut findings);
    findings.sort_by_key(|finding| {
        let level = checks.entries[finding.entry].check.level;
        (finding.set_aside_by.is_some(), level, finding.against.is_none(), finding.entry)
    });
    Examination { shown: examiner.shown(), findings }
}

impl Examination {
    /// Whether something is not as it should be, and matters.
    pub fn deviates(&self, checks: &Checks) -> bool {
        let matters = |finding: &&Finding| finding.set_aside_by.is_none();
        self.findings
            .iter()
            .filter(matters)
            .any(|finding| checks.entries[finding.entry].check.level == Level::Deviation)
    }
}

/// What a check reports is expected where another one holds.
fn drop_excused(checks: &Checks, findings: &mut Vec<Finding>) {
    let excused: Vec<&str> =
        findings.iter().flat_map(|finding| &checks.entries[finding.entry].check.excuses).map(String::as_str).collect();
    findings.retain(|finding| !excused.contains(&checks.entries[finding.entry].check.id.as_str()));
}

/// What is about a scheme that the lookups do not use does not matter.
fn set_aside(checks: &Checks, findings: &mut [Finding]) {
    let by: Vec<(usize, Auth, Option<Direction>)> = findings
        .iter()
        .filter_map(|f| Some((f.entry, checks.entries[f.entry].check.sets_aside?, f.direction)))
        .collect();
    for finding in findings.iter_mut() {
        let about = checks.entries[finding.entry].check.auth;
        let fits = |direction: &Option<Direction>| match (direction, finding.direction) {
            (Some(a), Some(b)) => *a == b,
            _ => true,
        };
        let setter = by
            .iter()
            .find(|(entry, auth, direction)| *entry != finding.entry && about == Some(*auth) && fits(direction));
        finding.set_aside_by = setter.map(|(entry, ..)| *entry);
    }
}

/// The printout that an object is: by its command, else by the properties that only this cmdlet prints.
fn printout_of(checks: &Checks, object: &Object) -> Option<usize> {
    let all = || checks.printouts.iter().enumerate();
    if object.form == Form::Error {
        return all().find(|(_, printout)| printout.shows == Nature::Error).map(|(number, _)| number);
    }
    if let Some(name) = &object.cmdlet {
        // `Connect-ExchangeOnline -Prefix EO` puts letters before every noun.
        let fits = |printout: &Printout| match (printout.cmdlet.split_once('-'), name.split_once('-')) {
            (Some((verb, noun)), Some((own_verb, own_noun))) => {
                let end = own_noun.len().checked_sub(noun.len()).and_then(|at| own_noun.get(at..));
                verb.eq_ignore_ascii_case(own_verb) && end.is_some_and(|end| end.eq_ignore_ascii_case(noun))
            }
            _ => false,
        };
        return all()
            .filter(|(_, printout)| fits(printout))
            .max_by_key(|(_, p)| p.cmdlet.len())
            .map(|(number, _)| number);
    }
    if object.form == Form::Step {
        let sentence = fold(&object.property("Step")?.value.text());
        let tells = |printout: &Printout| printout.steps.iter().any(|told| sentence.contains(&fold(&told.says)));
        return all().find(|(_, printout)| tells(printout)).map(|(number, _)| number);
    }
    let known = |printout: &Printout| {
        let shows = |name: &String| match name.split_once('=') {
            Some((name, part)) => {
                object.property(name).is_some_and(|property| value::contains(&property.value, part) == Some(true))
            }
            None => object.property(name).is_some(),
        };
        let has = |set: &&Vec<String>| set.iter().all(shows);
        printout.known_by.iter().filter(has).map(Vec::len).max()
    };
    let best = all().filter_map(|(number, printout)| Some((known(printout)?, number)));
    best.max_by_key(|(names, number)| (*names, usize::MAX - number)).map(|(_, number)| number)
}

/// Asks tests about a case.
pub(super) struct Examiner<'e> {
    pub(super) checks: &'e Checks,
    pub(super) scene: &'e Scene<'e>,
    pub(super) items: Vec<Item<'e>>,
    pub(super) finder: Finder<'e>,
    pub(super) regexes: Regexes,
    pub(super) failure: OnceCell<Failure<'e>>,
}

impl<'e> Examiner<'e> {
    /// What one check says about the case.
    fn ask(&self, number: usize, entry: &CheckEntry) -> Option<Finding> {
        let of = usize::from(entry.of);
        let own = || self.items.iter().filter(move |item| item.printout == of);
        let objects = own().filter(|item| is_printed(item.object)).count();
        let about_steps = asks_steps(&entry.check.when);
        // Where the narrative and the objects differ, the objects are right.
        if about_steps && objects > 0 {
            return None;
        }
        let mut finding: Option<Finding> = None;
        let mut directions = Vec::new();
        for item in own().filter(|item| (item.object.form == Form::Step) == about_steps) {
            let Answer::Yes(found) = self.shows(&entry.check.when, item, entry) else { continue };
            directions.push(item.direction);
            let finding = finding.get_or_insert_with(|| Finding {
                entry: number,
                at: Vec::new(),
                property: found.evidence.property.clone(),
                value: found.evidence.value.clone(),
                on: Vec::new(),
                direction: None,
                against: found.against.clone(),
                set_aside_by: None,
            });
            let at = if found.evidence.at.is_empty() { vec![item.object.at.clone()] } else { found.evidence.at };
            finding.at.extend(at);
            if objects > 1 {
                finding.on.extend(label(item.object));
            }
        }
        let mut finding = finding?;
        finding.at.sort_by_key(|at| (at.start, at.end));
        finding.at.dedup();
        finding.on.dedup();
        finding.direction = directions.first().copied().flatten().filter(|d| directions.iter().all(|o| *o == Some(*d)));
        Some(finding)
    }

    /// The lookups that an object is for.
    fn side(&self, item: &Item<'_>) -> Option<Direction> {
        let check = crate::rules::check::Check::nothing();
        let empty = CheckEntry { of: 0, check, references: Vec::new(), conditions: Vec::new() };
        let sides = &self.checks.printouts[item.printout].sides;
        let holds = |shows: &Shows| matches!(self.shows(shows, item, &empty), Answer::Yes(_));
        sides.iter().find(|side| holds(&side.when)).map(|side| side.direction)
    }

    fn shown(&self) -> Vec<Shown> {
        let mut shown: Vec<Shown> = Vec::new();
        for item in &self.items {
            let printout = &self.checks.printouts[item.printout];
            let cmdlet = match printout.shows {
                Nature::Error => item.object.cmdlet.as_deref().unwrap_or(&printout.cmdlet),
                _ => &printout.cmdlet,
            };
            let objects = usize::from(is_printed(item.object));
            match shown.iter_mut().find(|known| known.printout == item.printout && known.cmdlet == cmdlet) {
                Some(known) => known.objects += objects,
                None => shown.push(Shown { printout: item.printout, cmdlet: cmdlet.to_owned(), objects }),
            }
        }
        shown
    }
}

/// Whether a test asks about the steps of a narrative, not about objects.
pub(super) fn asks_steps(shows: &Shows) -> bool {
    shows.step.is_some() || shows.all.iter().chain(&shows.any).any(asks_steps)
}

/// What tells an object from its neighbours.
fn label(object: &Object) -> Option<String> {
    const NAMES: [&str; 7] = ["Identity", "Name", "Server", "ServerFqdn", "Component", "Site", "Thumbprint"];
    let named = NAMES.iter().filter_map(|name| object.property(name)).find(|property| !property.value.is_empty());
    named.map(|property| property.value.text())
}
