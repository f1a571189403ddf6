//! The protocol of a case: what was asked, answered and decided, for a ticket.

use super::case::{Case, Entry, Place};
use super::turn::{Choice, RuleView, Turn};
use super::{Guide, GuideError};
use crate::rules::model::Reference;
use serde::Serialize;
use std::collections::BTreeMap;

/// The protocol of a case.
#[derive(Debug, Clone, Serialize)]
pub struct Protocol<'c> {
    /// The case itself.
    pub case: &'c Case,
    /// The rules that it went through, by id.
    pub rules: BTreeMap<String, RuleView>,
    /// The vendor's pages about them.
    pub references: Vec<Reference>,
    /// What was answered, in order.
    pub entries: Vec<ProtocolEntry<'c>>,
    /// What comes next, or how it ended.
    pub next: Turn,
}

/// One answer of a protocol.
#[derive(Debug, Clone, Serialize)]
pub struct ProtocolEntry<'c> {
    /// The answer, and what it led to.
    pub entry: &'c Entry,
    /// The question, where the rules have words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The title of the step, where the rule still has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The answer that was chosen, of an outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Choice>,
}

impl Guide<'_> {
    /// The protocol of a case.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn protocol<'c>(&self, case: &'c Case) -> Result<Protocol<'c>, GuideError> {
        let mut rules = BTreeMap::new();
        let mut references: Vec<Reference> = Vec::new();
        let mut entries = Vec::with_capacity(case.entries.len());
        for id in case.rules.keys() {
            let Some(rule) = self.rule(id)? else { continue };
            rules.insert(id.clone(), RuleView::of(&rule));
            references.extend(rule.references.into_iter().filter(|r| !references.contains(r)).collect::<Vec<_>>());
        }
        for entry in &case.entries {
            let mut question = None;
            let mut title = entry.shown.as_ref().map(|shown| shown.title.clone());
            let rule = match entry.at.step() {
                Some((id, _)) => self.rule(id)?,
                None => None,
            };
            if let (Some(rule), Some((_, id))) = (&rule, entry.at.step()) {
                let step = rule.steps.iter().find(|step| step.id == id);
                title = title.or_else(|| step.map(|step| step.title.clone()));
                if let Place::Value { name, .. } = &entry.at {
                    question = self.parameters.iter().find(|p| p.name == *name).map(|p| p.description.clone());
                }
            }
            match &entry.at {
                Place::Context(id) => {
                    let pack = self.engine.rules().pack();
                    question = pack.context_index(id).map(|number| pack.contexts[number].question.to_string());
                }
                Place::Rule(id) => question = self.rule(id)?.map(|rule| rule.question),
                Place::Verify(_) => question = rule.as_ref().map(|rule| rule.verify.clone()),
                _ => {}
            }
            let chosen = entry.decision.when.as_ref().map(|when| Choice {
                id: String::new(),
                when: Some(when.clone()),
                meaning: entry.decision.meaning.clone(),
            });
            entries.push(ProtocolEntry { entry, question, step: title, chosen });
        }
        Ok(Protocol { case, rules, references, entries, next: self.turn(case)? })
    }
}
