//! One record to one verdict.

use super::Finding;
use crate::engine::{Analysis, Engine, Suspects};
use crate::record::{Record, Time};
use crate::report::answer::Evidence;
use crate::rules::model::Confidence;
use std::sync::Arc;

/// What a record is.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// A certain match; or a possible one, where those were asked for.
    Finding(Box<Finding>),
    /// A possible match that was not asked for.
    Possible,
    /// Nothing documented.
    Nothing,
    /// Not in the time that was asked for.
    Outside,
}

/// Classifies records.
#[derive(Debug)]
pub struct Classifier<'e> {
    engine: &'e Engine<'e>,
    /// Whether possible matches are findings too.
    pub possible: bool,
    /// The rules that were asked for, by number; empty for all.
    pub rules: Vec<usize>,
    /// The first moment that counts.
    pub since: Option<Time>,
    /// The first moment that does not count any more.
    pub until: Option<Time>,
}

impl<'e> Classifier<'e> {
    /// A classifier of all rules and all times.
    pub fn new(engine: &'e Engine<'e>) -> Self {
        Self { engine, possible: false, rules: Vec::new(), since: None, until: None }
    }

    /// The rules' engine.
    pub fn engine(&self) -> &'e Engine<'e> {
        self.engine
    }

    /// Classifies a record of a source by some of the rules: none but those may be certain of it.
    pub fn classify(&self, record: &Record<'_>, rules: &Suspects, source: &Arc<str>) -> Verdict {
        if let Some(time) = record.origin.time
            && (self.since.is_some_and(|since| time.at < since.at)
                || self.until.is_some_and(|until| time.at >= until.at))
        {
            return Verdict::Outside;
        }
        let analysis = self.engine.analyse_by(record, rules);
        self.finding(record, &analysis, source)
    }

    fn finding(&self, record: &Record<'_>, analysis: &Analysis, source: &Arc<str>) -> Verdict {
        let wanted = |rule: usize| self.rules.is_empty() || self.rules.contains(&rule);
        let mut matches = analysis.matches.iter().filter(|m| m.outranked_by.is_none());
        let Some(best) = matches.next() else { return Verdict::Nothing };
        if !wanted(best.rule) {
            return Verdict::Nothing;
        }
        if best.confidence == Confidence::Possible && !self.possible {
            return Verdict::Possible;
        }
        let also = matches.filter(|m| m.confidence == best.confidence).map(|m| m.rule).collect();
        let mut mailboxes = record.origin.mailboxes.clone();
        let facts = &best.shown.facts;
        for found in facts.looked_up.iter().chain(&facts.mailboxes) {
            if !mailboxes.iter().any(|known| known.eq_ignore_ascii_case(&found.value)) {
                mailboxes.push(found.value.clone());
            }
        }
        let text = |range: &std::ops::Range<usize>| record.text.get(range.clone()).unwrap_or_default().to_owned();
        Verdict::Finding(Box::new(Finding {
            source: Arc::clone(source),
            record: record.origin.number,
            event_record_id: record.origin.event_record_id,
            time: record.origin.time,
            computer: record.origin.computer.clone().or_else(|| facts.servers.first().map(|s| s.value.clone())),
            remote: record.origin.remote.clone(),
            event: record.event.clone(),
            rule: best.rule,
            confidence: best.confidence,
            evidence: best
                .evidence
                .iter()
                .map(|range| Evidence { source: None, start: range.start, end: range.end, text: text(range) })
                .collect(),
            mailboxes,
            direction: best.direction(&self.engine.rules().pack().rules[best.rule].direction),
            once: record.origin.once.clone(),
            also,
        }))
    }
}
