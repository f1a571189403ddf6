//! What a case's answers amount to.

use super::case::{Answer, By, Case, Entry, Place};
use crate::rules::model::{Auth, Direction};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use std::collections::{BTreeMap, BTreeSet};

/// What the answers that count amount to.
#[derive(Debug, Default)]
pub(super) struct State<'c> {
    /// The errors that were pasted, with their names.
    pub errors: Vec<(&'c str, &'c str)>,
    /// What steps printed: the step, and the text.
    pub outputs: Vec<((&'c str, &'c str), &'c str)>,
    /// Who asks, as the person says.
    pub direction: Option<Direction>,
    /// The scheme, as the person says.
    pub auth: Option<Auth>,
    /// Questions that separate failures and were asked.
    pub asked: Vec<&'c Place>,
    /// Contexts that the person vouches for, or rules out.
    pub contexts: BTreeMap<&'c str, bool>,
    /// Rules that the person confirmed, or ruled out.
    pub rules: BTreeMap<&'c str, bool>,
    /// Values for the commands.
    pub values: BTreeMap<String, String>,
    /// Values that the person does not know.
    pub unknown: BTreeSet<&'c str>,
    /// How often each step was begun.
    pub visits: BTreeMap<(&'c str, &'c str), usize>,
    /// The rules that were entered, in order.
    pub entered: Vec<&'c str>,
}

impl<'c> State<'c> {
    /// What a case amounts to, with an answer of which it is not decided yet where it leads.
    pub fn with(case: &'c Case, pending: &'c Entry) -> Self {
        let mut state = Self::of(case);
        state.take(pending);
        state
    }

    /// What a case amounts to.
    pub fn of(case: &'c Case) -> Self {
        let mut state = Self { values: case.parameters.clone(), ..Self::default() };
        state.errors.extend(case.error.as_ref().map(|paste| (paste.name.as_str(), paste.text.as_str())));
        state.come(None, &case.first, By::Order);
        for entry in live(case) {
            state.take(entry);
            state.come(Some(&entry.at), &entry.to, entry.decision.by);
        }
        state
    }

    fn take(&mut self, entry: &'c Entry) {
        let yes = || match &entry.answer {
            Answer::Choice(id) => match id.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            _ => None,
        };
        match (&entry.at, &entry.answer) {
            (Place::Error | Place::Collect, Answer::Output(text)) => {
                let name = if entry.at == Place::Error { "the error" } else { "what was collected" };
                self.errors.push((name, text));
            }
            (Place::Direction, answer) => {
                self.asked.push(&entry.at);
                self.direction = chosen(answer);
            }
            (Place::Auth, answer) => {
                self.asked.push(&entry.at);
                self.auth = chosen(answer);
            }
            (Place::Collect, _) => self.asked.push(&entry.at),
            (Place::Context(id), _) => {
                self.asked.push(&entry.at);
                self.contexts.extend(yes().map(|yes| (id.as_str(), yes)));
            }
            (Place::Rule(id), _) => {
                self.asked.push(&entry.at);
                self.rules.extend(yes().map(|yes| (id.as_str(), yes)));
            }
            (Place::Value { name, .. }, Answer::Value(value)) => {
                self.values.insert(name.clone(), value.clone());
            }
            (Place::Value { name, .. }, _) => {
                self.unknown.insert(name);
            }
            (Place::Step(at), Answer::Output(text)) => self.outputs.push(((&at.rule, &at.step), text)),
            _ => {}
        }
    }

    fn come(&mut self, from: Option<&Place>, to: &'c Place, by: By) {
        let Some(step) = to.step() else { return };
        // The stages of one arrival, and what is only asked once more, are no arrival of their own.
        let same = |from: &Place| {
            matches!(from, Place::Again(_) | Place::Value { .. } | Place::Confirm(_)) && from.step() == Some(step)
        };
        if to.begins_step() && by != By::Repeat && !from.is_some_and(same) {
            *self.visits.entry(step).or_default() += 1;
        }
        if !self.entered.contains(&step.0) {
            self.entered.push(step.0);
        }
    }

    /// What was printed at this step last.
    pub fn output(&self, rule: &str, step: &str) -> Option<&'c str> {
        self.outputs.iter().rev().find(|(at, _)| *at == (rule, step)).map(|(_, text)| *text)
    }
}

/// The answers that count.
pub(super) fn live(case: &Case) -> impl DoubleEndedIterator<Item = &Entry> {
    case.entries.iter().filter(|entry| !entry.taken_back)
}

/// What a choice stands for; nothing where the person does not know.
fn chosen<T: for<'d> Deserialize<'d>>(answer: &Answer) -> Option<T> {
    let Answer::Choice(id) = answer else { return None };
    let from: StrDeserializer<'_, Error> = id.as_str().into_deserializer();
    T::deserialize(from).ok()
}
