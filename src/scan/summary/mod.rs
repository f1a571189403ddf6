//! What the findings of a scan amount to: counts, times, names and a few single findings, in bounded memory.
//!
//! Every summary of the same findings is equal once it is [settled](Summary::settle), in whatever order they were added and
//! however the work was divided. The one exception: where there are more groups than are kept *and* the names in groups overflow
//! as well, how many names a group keeps depends on the order; each list says itself whether it is whole.

mod group;
mod histogram;
mod names;
mod rows;

pub use group::{Group, Tally};
pub use histogram::{Histogram, MOST_BUCKETS, Range};
pub use names::{Distinct, Names, Precision};
pub use rows::{MOST_ROWS, Row, Rows, SAMPLES};

use super::{Counts, Finding, Unread};
use clap::ValueEnum;
use names::share;
use serde::Serialize;
use std::collections::BTreeMap;

/// Names of one kind in one group.
const MOST_NAMES: usize = 10_000;

/// Names in all rules together, and in all groups of another kind.
const MOST_NAMES_OF_RULES: usize = 25_000;
const MOST_NAMES_OF_GROUPS: usize = 15_000;

/// Groups of another kind than rules.
const MOST_GROUPS: usize = 5_000;

/// Files that were not read and are named one by one.
pub const MOST_UNREAD: usize = 1_000;

/// What findings are counted by, besides the failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum GroupBy {
    /// The failure
    #[default]
    Rule,
    /// The computer that wrote the record
    Server,
    /// The mailboxes that the record names; a record with several counts in each
    Mailbox,
    /// The hour
    Hour,
}

/// What the findings of a scan amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What was read.
    pub counts: Counts,
    /// Sources by their format.
    pub formats: BTreeMap<String, u64>,
    /// Sources in which something of Exchange's own was seen: one of its logs, or an event of one of its providers.
    pub exchange_sources: u64,
    /// Findings by the version of the rules that found them.
    pub rules_versions: BTreeMap<String, u64>,
    unread: UnreadFiles,
    group_by: GroupBy,
    total: Group,
    rules: BTreeMap<usize, Group>,
    /// In boxes: they are moved about whenever a new one comes.
    groups: Names<Box<Group>>,
    rows: Rows,
    /// Whether anybody wants to see single findings.
    has_rows: bool,
    of_rules: Budget,
    of_groups: Budget,
}

/// What was not read, or not whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadFiles {
    /// The first by name, place and message.
    first: Vec<Unread>,
    /// Those that are a fault.
    pub faults: u64,
    /// Those that were left out on purpose.
    pub left_out: u64,
}

/// How many names many lists may hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Budget {
    all: usize,
    /// How many each list may hold; only ever shrinks.
    each: usize,
    held: usize,
}

impl Default for Summary {
    fn default() -> Self {
        Self::new(GroupBy::Rule)
    }
}

impl Summary {
    /// A summary of nothing.
    pub fn new(group_by: GroupBy) -> Self {
        Self {
            counts: Counts::default(),
            formats: BTreeMap::new(),
            exchange_sources: 0,
            rules_versions: BTreeMap::new(),
            unread: UnreadFiles::default(),
            group_by,
            total: Group::default(),
            rules: BTreeMap::new(),
            groups: Names::default(),
            rows: Rows::default(),
            has_rows: true,
            of_rules: Budget { all: MOST_NAMES_OF_RULES, each: MOST_NAMES, held: 0 },
            of_groups: Budget { all: MOST_NAMES_OF_GROUPS, each: MOST_NAMES, held: 0 },
        }
    }

    /// The same without [single findings](Self::rows), for who shows none.
    #[must_use]
    pub fn without_rows(self) -> Self {
        Self { has_rows: false, ..self }
    }

    /// Notes a source that was read. `exchange` says whether anything in it is Exchange's own.
    pub fn source(&mut self, format: &str, exchange: bool) {
        *self.formats.entry(format.to_owned()).or_default() += 1;
        self.exchange_sources += u64::from(exchange);
    }

    /// Notes something that was not read.
    pub fn not_read(&mut self, unread: Unread) {
        self.unread.add(unread);
    }

    /// Notes how many more were not read, without their names.
    pub fn not_read_besides(&mut self, faults: u64, left_out: u64) {
        self.unread.faults += faults;
        self.unread.left_out += left_out;
    }

    /// Counts a finding.
    pub fn add(&mut self, finding: &Finding) {
        self.of_rules.add(&mut self.total, finding);
        self.of_rules.add(self.rules.entry(finding.rule).or_default(), finding);
        if self.has_rows {
            self.rows.add(finding);
        }
        match self.group_by {
            GroupBy::Rule => {}
            GroupBy::Server => self.add_to(finding.computer.as_deref().unwrap_or_default(), finding),
            GroupBy::Hour => {
                let hour = finding
                    .time
                    .map(|time| format!("{}{}", time.at.strftime("%Y-%m-%dT%H:00"), if time.utc { "Z" } else { "" }));
                self.add_to(hour.as_deref().unwrap_or_default(), finding);
            }
            GroupBy::Mailbox if finding.mailboxes.is_empty() => self.add_to("", finding),
            GroupBy::Mailbox => finding.mailboxes.iter().for_each(|mailbox| self.add_to(mailbox, finding)),
        }
        // A little above the budget before anything is done, so that it is not done for every finding.
        if self.of_rules.is_exceeded() || self.of_groups.is_exceeded() {
            self.trim();
        }
    }

    /// Counts a finding in the group of this name; an empty name is that of all without one.
    fn add_to(&mut self, name: &str, finding: &Finding) {
        if let Some(group) = self.groups.entry(name, MOST_GROUPS) {
            self.of_groups.add(group, finding);
        }
    }

    /// Takes over what another part of the work counted, which grouped by the same.
    pub fn merge(&mut self, other: Self) {
        self.counts.add(&other.counts);
        for (format, sources) in other.formats {
            *self.formats.entry(format).or_default() += sources;
        }
        self.exchange_sources += other.exchange_sources;
        for (version, findings) in other.rules_versions {
            *self.rules_versions.entry(version).or_default() += findings;
        }
        self.unread.merge(other.unread);
        self.of_rules.each = self.of_rules.each.min(other.of_rules.each);
        self.of_groups.each = self.of_groups.each.min(other.of_groups.each);
        let most = self.of_rules.each;
        self.total.merge(other.total, most);
        for (rule, group) in other.rules {
            self.rules.entry(rule).or_default().merge(group, most);
        }
        let most = self.of_groups.each;
        self.groups.merge(other.groups, MOST_GROUPS, |mine, theirs| mine.merge(*theirs, most));
        self.rows.merge(other.rows);
        self.trim();
    }

    /// Brings everything down to what is kept. After this, summaries of the same findings are equal.
    pub fn settle(&mut self) {
        self.trim();
        self.rows.trim();
    }

    fn trim(&mut self) {
        self.of_rules.trim(&mut std::iter::once(&mut self.total).chain(self.rules.values_mut()).collect::<Vec<_>>());
        self.of_groups.trim(&mut self.groups.values_mut().map(|group| &mut **group).collect::<Vec<_>>());
    }

    /// What findings are grouped by.
    pub fn group_by(&self) -> GroupBy {
        self.group_by
    }

    /// All findings.
    pub fn total(&self) -> &Group {
        &self.total
    }

    /// The findings of every rule, by its number.
    pub fn rules(&self) -> &BTreeMap<usize, Group> {
        &self.rules
    }

    /// The findings of every group; without any where findings are grouped by rule.
    pub fn groups(&self) -> &Names<Box<Group>> {
        &self.groups
    }

    /// Single findings.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// What was not read.
    pub fn unread(&self) -> &UnreadFiles {
        &self.unread
    }
}

impl Budget {
    fn add(&mut self, group: &mut Group, finding: &Finding) {
        let before: usize = group.lengths().iter().sum();
        group.add(finding, self.each);
        self.held += group.lengths().iter().sum::<usize>() - before;
    }

    fn is_exceeded(&self) -> bool {
        self.held > self.all + self.all / 8
    }

    fn trim(&mut self, groups: &mut [&mut Group]) {
        let lengths: Vec<usize> = groups.iter().flat_map(|group| group.lengths()).collect();
        self.each = share(&lengths, self.each, self.all);
        groups.iter_mut().for_each(|group| group.trim(self.each));
        self.held = groups.iter().flat_map(|group| group.lengths()).sum();
    }
}

impl UnreadFiles {
    /// The first of them by name, at most [`MOST_UNREAD`].
    pub fn named(&self) -> &[Unread] {
        &self.first
    }

    fn add(&mut self, unread: Unread) {
        *if unread.fault { &mut self.faults } else { &mut self.left_out } += 1;
        let at = self.first.partition_point(|known| order(known) < order(&unread));
        if at < MOST_UNREAD {
            self.first.insert(at, unread);
            self.first.truncate(MOST_UNREAD);
        }
    }

    fn merge(&mut self, other: Self) {
        self.faults += other.faults;
        self.left_out += other.left_out;
        self.first.extend(other.first);
        self.first.sort_by(|a, b| order(a).cmp(&order(b)));
        self.first.truncate(MOST_UNREAD);
    }
}

/// Faults come first: nobody should have to look for them among empty files.
fn order(unread: &Unread) -> (bool, &str, Option<u64>, &str) {
    (!unread.fault, &unread.source, unread.offset, &unread.message)
}

#[cfg(test)]
mod tests;
