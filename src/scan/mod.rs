//! From the records of a log to findings, and from findings to what they amount to.
//!
//! A [`Finding`] is a record that a rule matches. [`Classifier`] decides, [`Summary`] counts; neither knows files or threads.

pub mod block;
mod classify;
mod lines;
pub mod summary;

pub use classify::{Classifier, Verdict};
pub use lines::{Found, NEIGHBOURHOOD, Place, Recent};
pub use summary::{GroupBy, Summary};

use crate::record::{Event, Time};
use crate::report::answer::Evidence;
use crate::rules::model::{Confidence, Direction};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A record that a rule matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The file, as the person named it; an archive's entry behind a `!`.
    pub source: Arc<str>,
    /// [`crate::record::Origin::number`]
    pub record: u64,
    /// [`crate::record::Origin::event_record_id`]
    pub event_record_id: Option<u64>,
    /// When the record was written.
    pub time: Option<Time>,
    /// The computer that wrote it.
    pub computer: Option<String>,
    /// The other end of the connection.
    pub remote: Option<String>,
    /// The Windows event.
    pub event: Option<Event>,
    /// The rule's number in the pack.
    pub rule: usize,
    /// How sure the match is.
    pub confidence: Confidence,
    /// The places in the record's text.
    pub evidence: Vec<Evidence>,
    /// The mailboxes that the record names, each once.
    pub mailboxes: Vec<String>,
    /// The direction of the lookup, where it is known.
    pub direction: Option<Direction>,
    /// [`crate::record::Origin::once`]
    pub once: Option<String>,
    /// Further rules that match the same record as surely and are not outranked.
    pub also: Vec<usize>,
}

/// What was read, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Sources read: files, entries of archives, standard input.
    pub sources: u64,
    /// Bytes read, as they are on the disk.
    pub bytes: u64,
    /// Records read. In a text without records: lines.
    pub records: u64,
    /// Records outside `--since` and `--until`, as far as they were looked at.
    pub outside: u64,
    /// Records with a certain match.
    pub certain: u64,
    /// Records with a possible match only.
    pub possible: u64,
}

impl Counts {
    /// Adds what another part of the work counted.
    pub fn add(&mut self, other: &Self) {
        self.sources += other.sources;
        self.bytes += other.bytes;
        self.records += other.records;
        self.outside += other.outside;
        self.certain += other.certain;
        self.possible += other.possible;
    }

    /// Counts a finding.
    fn count(&mut self, confidence: Confidence) {
        match confidence {
            Confidence::Certain => self.certain += 1,
            Confidence::Possible => self.possible += 1,
        }
    }

    /// Takes back a finding that was counted.
    fn forget(&mut self, confidence: Confidence) {
        let counted = match confidence {
            Confidence::Certain => &mut self.certain,
            Confidence::Possible => &mut self.possible,
        };
        *counted = counted.saturating_sub(1);
    }

    /// Records without any match.
    pub fn unclassified(&self) -> u64 {
        self.records.saturating_sub(self.outside + self.certain + self.possible)
    }
}

/// Something that was not read, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The file or folder.
    pub source: Arc<str>,
    /// Where in it, in bytes, as far as that is known.
    pub offset: Option<u64>,
    /// What happened.
    pub message: String,
    /// Whether that is a fault. What was left out on purpose, such as an empty file, is none.
    pub fault: bool,
}
