//! What a reader of an error can look a rule up by: codes, exception types, events.

use crate::facts::Facts;
use crate::read::Input;
use crate::rules::model::{Condition, Rule};
use crate::text::Text;
use serde::Serialize;
use std::collections::BTreeSet;

/// The codes and names of one rule: those that its conditions name, and those that its examples show.
#[derive(Debug, Default, Serialize)]
pub(super) struct Marks {
    pub lids: BTreeSet<u32>,
    pub http_status: BTreeSet<u32>,
    pub aadsts: BTreeSet<u32>,
    pub diagnostics: BTreeSet<u32>,
    pub ws_trust: BTreeSet<String>,
    pub exceptions: BTreeSet<String>,
    pub events: BTreeSet<(String, Option<u32>)>,
}

impl Marks {
    /// Reads a rule. Its near misses are something else, so their codes do not count.
    pub fn of(rule: &Rule) -> Self {
        let mut marks = Self::default();
        marks.lids.extend(&rule.lids);
        marks.condition(&rule.signature);
        rule.hints.iter().for_each(|hint| marks.condition(hint));
        for text in rule.tests.iter().filter_map(|test| test.text.as_ref()) {
            // An example that is no text has no codes either.
            let Ok(input) = Input::from_bytes(text.clone().into_bytes()) else { continue };
            for record in input.records() {
                marks.facts(&Facts::of(&Text::new(&record.text)));
                if let Some(event) = record.event {
                    marks.event(event.provider.as_deref(), event.id);
                }
            }
        }
        marks
    }

    fn condition(&mut self, condition: &Condition) {
        self.lids.extend(condition.lid);
        self.http_status.extend(condition.http_status);
        self.aadsts.extend(condition.aadsts);
        self.diagnostics.extend(condition.diagnostics);
        if let Some(event) = &condition.event {
            self.event(event.provider.as_deref(), event.id);
        }
        if let Some(text) = &condition.text {
            self.facts(&Facts::of(&Text::new(text)));
        }
        // `none` names what the failure is not.
        condition.all.iter().chain(&condition.any).for_each(|part| self.condition(part));
    }

    fn facts(&mut self, facts: &Facts) {
        self.lids.extend(facts.lids.iter().map(|f| f.value));
        self.http_status.extend(facts.http_status.iter().map(|f| f.value));
        self.aadsts.extend(facts.aadsts.iter().map(|f| f.value));
        self.diagnostics.extend(facts.diagnostics.iter().map(|f| f.value));
        self.ws_trust.extend(facts.ws_trust.iter().map(|f| f.value.clone()));
        self.exceptions.extend(facts.exceptions.iter().map(|f| f.value.clone()));
    }

    fn event(&mut self, provider: Option<&str>, id: Option<u32>) {
        self.events.insert((provider.unwrap_or_default().to_owned(), id));
    }
}

/// `WebException` of `System.Net.WebException`.
pub(super) fn short(exception: &str) -> &str {
    exception.rsplit('.').next().unwrap_or(exception)
}

/// `MSExchange Availability 4001`
pub(super) fn event_name((provider, id): &(String, Option<u32>)) -> String {
    id.map_or_else(|| provider.clone(), |id| format!("{provider} {id}").trim().to_owned())
}
