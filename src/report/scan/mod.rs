//! What a scan found: one [`ScanReport`] for all formats, as [`super::Answer`] is for one input.
//!
//! The report is the JSON contract. Text, Markdown and HTML are templates over the same value.

mod chart;
mod csv;
mod digest;
mod layout;
mod limits;
mod names;
mod read;
mod reasons;
mod redact;
mod render;
mod rows;

pub use csv::Csv;
pub use limits::Limits;
pub use names::NamesView;
pub use read::{FormatView, ReadView, UnreadFile, UnreadView, VersionView};
pub use reasons::Reason;
pub use redact::{redact, source as redact_source};
pub use render::ScanFormat;

use super::answer::AnswerError;
use crate::facts::Facts;
use crate::remedy::Planner;
use crate::remedy::plan::{PlannedStep, UsedParameter};
use crate::rules::Rules;
use crate::rules::model::{Auth, Direction, Reference, Shell, Standing};
use crate::scan::summary::{Distinct, Group, GroupBy, Histogram, Range, Row, Summary};
use rows::{RowView, SampleView};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::sync::Arc;

/// The version of the JSON form. It grows when a key is renamed or removed, not when one is added.
pub const SCHEMA_VERSION: u32 = 1;

/// What was asked for, as far as a reader of the report must know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The first moment that counts.
    pub since: Option<String>,
    /// The first moment that does not count any more.
    pub until: Option<String>,
    /// The rules that were asked for; empty for all.
    pub rules: Vec<String>,
    /// Whether possible matches are findings too.
    pub possible: bool,
    /// Whether names are pseudonyms.
    pub redacted: bool,
}

impl Asked {
    /// What several runs were asked for together: the longest time, the rules of all, and pseudonyms as soon as there are some.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        let both = |a: Option<String>, b: &Option<String>| Some((a?, b.clone()?));
        // A run that was asked for all rules names none.
        let mut rules = if other.rules.is_empty() { Vec::new() } else { self.rules };
        if !rules.is_empty() {
            rules.extend(other.rules.iter().filter(|rule| !rules.contains(rule)).cloned().collect::<Vec<_>>());
        }
        Self {
            since: both(self.since, &other.since).map(|(a, b)| a.min(b)),
            until: both(self.until, &other.until).map(|(a, b)| a.max(b)),
            rules,
            possible: self.possible || other.possible,
            redacted: self.redacted || other.redacted,
        }
    }
}

/// What a scan found.
#[derive(Debug, Serialize)]
pub struct ScanReport<'s> {
    /// [`SCHEMA_VERSION`]
    pub schema_version: u32,
    /// What was asked for.
    pub asked: Asked,
    /// What was read.
    pub read: ReadView<'s>,
    /// What was not.
    pub unread: UnreadView<'s>,
    /// Why there may be no findings; empty where there are some.
    pub reasons: Vec<Reason>,
    /// All findings.
    pub findings: GroupView<'s>,
    /// The buckets of every `over_time`; nothing where no finding has a time.
    pub timeline: Option<TimelineView>,
    /// Failures, the most frequent first.
    pub failures: Vec<FailureView<'s>>,
    /// Failures that are not shown.
    pub more_failures: usize,
    /// By what else findings are grouped.
    pub group_by: GroupBy,
    /// Groups of that kind, the most frequent first, hours in their order; none where that is the failure.
    pub groups: Vec<NamedGroup<'s>>,
    /// How many groups there are.
    pub all_groups: Distinct,
    /// Single findings, in the order of time. Not in JSON: NDJSON and CSV have them all.
    #[serde(skip)]
    pub rows: Arc<Vec<RowView>>,
}

/// What is counted of findings that belong together.
#[derive(Debug, Serialize)]
pub struct GroupView<'s> {
    /// Findings.
    pub count: u64,
    /// Those of them that are only possible.
    pub possible: u64,
    /// Those of them without a time.
    pub undated: u64,
    /// Those of them whose time is UTC; the others' is local to a computer.
    pub utc: u64,
    /// The first time.
    pub first: Option<String>,
    /// The last time.
    pub last: Option<String>,
    /// Computers that wrote the records.
    pub servers: NamesView<'s>,
    /// Mailboxes.
    pub mailboxes: NamesView<'s>,
    /// Hosts at the other end.
    pub remotes: NamesView<'s>,
    /// Directions of the lookups, the most frequent first.
    pub directions: Vec<DirectionView>,
    /// Findings in each bucket of the timeline.
    pub over_time: Vec<u64>,
}

/// Findings of one direction.
#[derive(Debug, Serialize)]
pub struct DirectionView {
    /// The direction; nothing where it is not known.
    pub direction: Option<Direction>,
    /// How many.
    pub count: u64,
}

/// How often a rule was found.
#[derive(Debug, Serialize)]
pub struct RuleCount<'s> {
    /// The rule.
    pub rule: &'s str,
    /// How many.
    pub count: u64,
}

/// A group of another kind than a failure.
#[derive(Debug, Serialize)]
pub struct NamedGroup<'s> {
    /// The server, the mailbox or the hour; empty for findings without one.
    pub name: &'s str,
    /// What is counted.
    #[serde(flatten)]
    pub group: GroupView<'s>,
    /// The failures, the most frequent first.
    pub rules: Vec<RuleCount<'s>>,
}

/// A failure that was found.
#[derive(Debug, Serialize)]
pub struct FailureView<'s> {
    /// [`crate::rules::model::Rule::id`]
    pub rule: String,
    /// [`crate::rules::model::Rule::title`]
    pub title: String,
    /// [`crate::rules::model::Rule::confidence`]
    pub standing: Standing,
    /// [`crate::rules::model::Rule::area`]
    pub area: String,
    /// [`crate::rules::model::Rule::auth`]
    pub auth: Vec<Auth>,
    /// What is counted.
    #[serde(flatten)]
    pub group: GroupView<'s>,
    /// Further rules that match the same records as surely.
    pub also: Vec<RuleCount<'s>>,
    /// The first findings by source and record.
    pub samples: Vec<SampleView<'s>>,
    /// [`crate::rules::model::Rule::summary`]
    pub summary: String,
    /// [`crate::rules::model::Rule::cause`]
    pub cause: String,
    /// [`crate::rules::model::Rule::verify`]
    pub verify: String,
    /// What a person must know before the first step.
    pub warnings: Vec<String>,
    /// The steps that apply, with placeholders for what differs from finding to finding.
    pub steps: Vec<PlannedStep>,
    /// The shells of the commands.
    pub shells: Vec<Shell>,
    /// The parameters of the commands.
    pub parameters: Vec<UsedParameter>,
    /// [`crate::rules::model::Rule::references`]
    pub references: Vec<Reference>,
    /// [`crate::rules::model::Rule::reviewed`]
    pub reviewed: String,
}

/// The buckets in which findings are counted over time.
#[derive(Debug, Serialize)]
pub struct TimelineView {
    /// When the first begins.
    pub start: String,
    /// When the last ends.
    pub end: String,
    /// How long each is.
    pub minutes: i64,
    /// How many there are.
    pub buckets: usize,
    #[serde(skip)]
    range: Range,
}

impl<'s> ScanReport<'s> {
    /// Turns a settled summary into a report.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn new(
        summary: &'s Summary,
        rules: &'s Rules,
        planner: &Planner,
        asked: Asked,
        limits: Limits,
    ) -> Result<Self, AnswerError> {
        let total = summary.total();
        let range = total.histogram.range();
        let view = |group: &'s Group, names: usize| GroupView::new(group, range, names);
        let mut by_count: Vec<(usize, &Group)> = summary.rules().iter().map(|(rule, group)| (*rule, group)).collect();
        by_count.sort_by_key(|(rule, group)| (Reverse(group.count), *rule));
        let mut failures = Vec::new();
        for &(rule, group) in by_count.iter().take(limits.groups) {
            let samples = summary.rows().samples(rule);
            failures.push(failure(rules, planner, rule, group, view(group, limits.names_of_failures), samples)?);
        }
        let groups = most_frequent(summary, limits.groups).into_iter().map(|(name, group)| NamedGroup {
            name,
            group: view(group, limits.names_of_groups),
            rules: rule_counts(rules, group.rules.iter()),
        });
        Ok(Self {
            schema_version: SCHEMA_VERSION,
            read: ReadView::new(summary, &rules.version()),
            unread: UnreadView::new(summary, limits.unread),
            reasons: reasons::reasons(summary, &asked),
            findings: view(total, limits.names),
            timeline: range.map(TimelineView::new),
            more_failures: by_count.len().saturating_sub(failures.len()),
            failures,
            group_by: summary.group_by(),
            groups: groups.collect(),
            all_groups: summary.groups().distinct(),
            rows: Arc::new(rows::rows(summary, rules, limits.rows)),
            asked,
        })
    }
}

/// The groups with the most findings, hours in their order.
fn most_frequent(summary: &Summary, most: usize) -> Vec<(&str, &Group)> {
    let mut groups: Vec<(&str, &Group)> = summary.groups().iter().map(|(name, group)| (name, &**group)).collect();
    groups.sort_by_key(|(name, group)| (Reverse(group.count), *name));
    groups.truncate(most);
    if summary.group_by() == GroupBy::Hour {
        groups.sort_by_key(|(name, _)| (name.is_empty(), *name));
    }
    groups
}

fn failure<'s>(
    rules: &'s Rules,
    planner: &Planner,
    number: usize,
    group: &Group,
    view: GroupView<'s>,
    samples: &'s [Row],
) -> Result<FailureView<'s>, AnswerError> {
    let rule = rules.rule(number)?;
    // A plan for many findings: what only one of them names stays a placeholder.
    let mut directions = group.directions.iter().filter_map(|(direction, _)| direction);
    let only = directions.next().filter(|_| directions.next().is_none());
    let plan = planner.plan(&rule, &Facts::default(), only)?;
    Ok(FailureView {
        group: view,
        also: rule_counts(rules, group.also.iter()),
        samples: samples.iter().map(SampleView::new).collect(),
        rule: rule.id,
        standing: rule.confidence,
        title: rule.title,
        area: rule.area,
        auth: rule.auth,
        summary: rule.summary,
        cause: rule.cause,
        verify: rule.verify,
        warnings: plan.warnings,
        steps: plan.steps,
        shells: plan.shells,
        parameters: plan.parameters,
        references: rule.references,
        reviewed: rule.reviewed,
    })
}

/// A rule's id.
fn id(rules: &Rules, rule: usize) -> &str {
    rules.pack().rules.get(rule).map_or("", |entry| entry.id.as_ref())
}

fn rule_counts(rules: &Rules, counts: impl Iterator<Item = (usize, u64)>) -> Vec<RuleCount<'_>> {
    let mut counts: Vec<_> = counts.map(|(rule, count)| RuleCount { rule: id(rules, rule), count }).collect();
    counts.sort_by_key(|entry| (Reverse(entry.count), entry.rule));
    counts
}

impl<'s> GroupView<'s> {
    fn new(group: &'s Group, range: Option<Range>, names: usize) -> Self {
        let mut directions: Vec<_> =
            group.directions.iter().map(|(direction, count)| DirectionView { direction, count }).collect();
        directions.sort_by_key(|entry| (Reverse(entry.count), entry.direction));
        let over_time = |histogram: &Histogram| range.map(|range| histogram.counts(range)).unwrap_or_default();
        Self {
            count: group.count,
            possible: group.possible,
            undated: group.undated,
            utc: group.utc,
            first: group.first.map(|time| time.to_string()),
            last: group.last.map(|time| time.to_string()),
            servers: NamesView::new(&group.servers, names),
            mailboxes: NamesView::new(&group.mailboxes, names),
            remotes: NamesView::new(&group.remotes, names),
            directions,
            over_time: over_time(&group.histogram),
        }
    }
}

impl TimelineView {
    fn new(range: Range) -> Self {
        let at = |bucket| range.start(bucket).map(|at| at.strftime("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default();
        Self { start: at(0), end: at(range.len), minutes: range.minutes(), buckets: range.len, range }
    }
}
