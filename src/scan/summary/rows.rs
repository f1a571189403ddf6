//! Single findings that a report shows: a few samples of every rule, and the rows of its table.
//!
//! Which ones are kept depends on the findings, never on their order: samples are the first by source and record, rows those
//! with the smallest hash. Rules share the rows like names do: all findings of a rare failure are there, and as many of each
//! frequent one.

use super::names::{hash, share};
use crate::digest::mix;
use crate::record::Time;
use crate::rules::model::{Confidence, Direction};
use crate::scan::Finding;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Samples of each rule.
pub const SAMPLES: usize = 5;

/// Rows in all.
pub const MOST_ROWS: usize = 5_000;

/// The evidence of a sample, and that of a row, in characters.
const SAMPLE_CHARS: usize = 1_200;
const ROW_CHARS: usize = 160;

/// What else stands in a row.
const NAME_CHARS: usize = 120;

/// Mailboxes that a row names.
const MOST_MAILBOXES: usize = 3;

/// A finding, as far as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// [`Finding::source`]
    pub source: Arc<str>,
    /// [`Finding::record`]
    pub record: u64,
    /// [`Finding::time`]
    pub time: Option<Time>,
    /// [`Finding::computer`]
    pub computer: Option<Box<str>>,
    /// [`Finding::remote`]
    pub remote: Option<Box<str>>,
    /// The first of [`Finding::mailboxes`].
    pub mailboxes: Vec<Box<str>>,
    /// How many mailboxes are left out.
    pub more_mailboxes: usize,
    /// [`Finding::rule`]
    pub rule: usize,
    /// [`Finding::confidence`]
    pub confidence: Confidence,
    /// [`Finding::direction`]
    pub direction: Option<Direction>,
    /// The places in the record's text.
    pub evidence: Vec<Box<str>>,
}

impl Row {
    fn new(finding: &Finding, evidence_chars: usize) -> Self {
        let mut room = evidence_chars;
        let mut evidence = Vec::new();
        for place in &finding.evidence {
            if room == 0 {
                break;
            }
            let text = cut(&place.text, room);
            room -= text.chars().count().min(room);
            evidence.push(text);
        }
        Self {
            source: Arc::clone(&finding.source),
            record: finding.record,
            time: finding.time,
            computer: finding.computer.as_deref().map(|name| cut(name, NAME_CHARS)),
            remote: finding.remote.as_deref().map(|name| cut(name, NAME_CHARS)),
            mailboxes: finding.mailboxes.iter().take(MOST_MAILBOXES).map(|name| cut(name, NAME_CHARS)).collect(),
            more_mailboxes: finding.mailboxes.len().saturating_sub(MOST_MAILBOXES),
            rule: finding.rule,
            confidence: finding.confidence,
            direction: finding.direction,
            evidence,
        }
    }
}

/// Single findings of all rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    rules: BTreeMap<usize, OfRule>,
    /// Rows that a rule may have.
    most: usize,
    /// Rows that all rules have.
    held: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct OfRule {
    /// By source and record.
    samples: Vec<Row>,
    /// By hash.
    rows: Vec<(u64, Row)>,
}

impl Default for Rows {
    fn default() -> Self {
        Self { rules: BTreeMap::new(), most: MOST_ROWS, held: 0 }
    }
}

impl Rows {
    /// Looks at a finding.
    pub fn add(&mut self, finding: &Finding) {
        let of_rule = self.rules.entry(finding.rule).or_default();
        let place = (&*finding.source, finding.record);
        if of_rule.samples.len() < SAMPLES
            || of_rule.samples.last().is_none_or(|last| place <= (&last.source, last.record))
        {
            insert(&mut of_rule.samples, Row::new(finding, SAMPLE_CHARS), SAMPLES);
        }
        let hash = mix(hash(&finding.source) ^ mix(finding.record));
        if of_rule.rows.len() < self.most || of_rule.rows.last().is_none_or(|last| hash <= last.0) {
            let before = of_rule.rows.len();
            insert(&mut of_rule.rows, (hash, Row::new(finding, ROW_CHARS)), self.most);
            self.held += of_rule.rows.len() - before;
        }
        if self.held > MOST_ROWS + MOST_ROWS / 8 {
            self.trim();
        }
    }

    /// Takes over what another part of the work kept.
    pub fn merge(&mut self, other: Self) {
        self.most = self.most.min(other.most);
        for (rule, theirs) in other.rules {
            let mine = self.rules.entry(rule).or_default();
            mine.samples.extend(theirs.samples);
            mine.samples.sort();
            mine.samples.truncate(SAMPLES);
            mine.rows.extend(theirs.rows);
            mine.rows.sort();
        }
        self.trim();
    }

    /// Brings the rows down to their number.
    pub fn trim(&mut self) {
        let lengths: Vec<usize> = self.rules.values().map(|of_rule| of_rule.rows.len()).collect();
        self.most = share(&lengths, self.most, MOST_ROWS);
        for of_rule in self.rules.values_mut() {
            of_rule.rows.truncate(self.most);
        }
        self.held = self.rules.values().map(|of_rule| of_rule.rows.len()).sum();
    }

    /// The samples of a rule.
    pub fn samples(&self, rule: usize) -> &[Row] {
        self.rules.get(&rule).map_or(&[], |of_rule| &of_rule.samples)
    }

    /// The rows of all rules.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rules.values().flat_map(|of_rule| &of_rule.rows).map(|(_, row)| row)
    }
}

/// Puts a thing where it belongs in a sorted list of at most `most`.
fn insert<T: Ord>(list: &mut Vec<T>, new: T, most: usize) {
    let at = list.partition_point(|known| *known < new);
    if at < most {
        list.insert(at, new);
        list.truncate(most);
    }
}

fn cut(text: &str, most: usize) -> Box<str> {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]).into(),
        None => text.into(),
    }
}
