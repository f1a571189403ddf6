//! Single findings, as a report shows them.

use super::id;
use crate::rules::Rules;
use crate::rules::model::Confidence;
use crate::scan::summary::{Row, Summary};
use serde::Serialize;

/// Bytes of all rows in HTML. With the rows of an ordinary log all fit; names that were made to be long must not blow up the page.
const MOST_BYTES: usize = 5 << 19;

/// Markup of a row, roughly.
const ROW_BYTES: usize = 200;

/// The end of a source's name that is shown in a row.
const SOURCE_CHARS: usize = 100;

/// A sample of a failure.
#[derive(Debug, Serialize)]
pub struct SampleView<'s> {
    /// The file.
    pub source: &'s str,
    /// The record in it.
    pub record: u64,
    /// When it was written.
    pub time: Option<String>,
    /// The computer that wrote it.
    pub computer: Option<&'s str>,
    /// The other end of the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<&'s str>,
    /// Mailboxes that it names.
    pub mailboxes: Vec<&'s str>,
    /// How many further mailboxes it names.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_mailboxes: usize,
    /// How sure the match is.
    pub confidence: Confidence,
    /// The places in the record's text, cut where they are long.
    pub evidence: Vec<&'s str>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl<'s> SampleView<'s> {
    pub(super) fn new(row: &'s Row) -> Self {
        Self {
            source: &row.source,
            record: row.record,
            time: row.time.map(|time| time.to_string()),
            computer: row.computer.as_deref(),
            remote: row.remote.as_deref(),
            mailboxes: row.mailboxes.iter().map(|name| &**name).collect(),
            more_mailboxes: row.more_mailboxes,
            confidence: row.confidence,
            evidence: row.evidence.iter().map(|text| &**text).collect(),
        }
    }
}

/// A row of the table of findings.
#[derive(Debug, Clone, Serialize)]
pub struct RowView {
    /// When the record was written; empty where that is not known.
    pub time: String,
    /// The rule's id.
    pub rule: String,
    /// Whether the match is only possible.
    pub possible: bool,
    /// The computer; empty where it is not known.
    pub computer: String,
    /// The other end of the connection; empty where it is not known.
    pub remote: String,
    /// The first mailboxes.
    pub mailboxes: String,
    /// How many further mailboxes the record names.
    pub more_mailboxes: usize,
    /// The file and the record.
    pub place: String,
    /// What stands there.
    pub evidence: String,
}

impl RowView {
    fn new(row: &Row, rules: &Rules) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
        Self {
            time: row.time.map(|time| time.to_string()).unwrap_or_default(),
            rule: id(rules, row.rule).to_owned(),
            possible: row.confidence == Confidence::Possible,
            computer: text(&row.computer),
            remote: text(&row.remote),
            mailboxes: row.mailboxes.join("; "),
            more_mailboxes: row.more_mailboxes,
            place: format!("{}:{}", end(&row.source), row.record),
            evidence: row.evidence.join(" … "),
        }
    }

    /// The bytes of the row when it is escaped.
    fn bytes(&self) -> usize {
        let escaped = |c: char| if matches!(c, '<' | '>' | '&' | '"' | '\'' | '/') { 6 } else { c.len_utf8() };
        let texts =
            [&self.time, &self.rule, &self.computer, &self.remote, &self.mailboxes, &self.place, &self.evidence];
        ROW_BYTES + texts.iter().flat_map(|text| text.chars()).map(escaped).sum::<usize>()
    }
}

/// The rows of a report, in the order of time.
pub(super) fn rows(summary: &Summary, rules: &Rules, most: usize) -> Vec<RowView> {
    if most == 0 {
        return Vec::new();
    }
    let mut chosen: Vec<&Row> = summary.rows().iter().collect();
    chosen.sort_by_key(|row| (row.time, &row.source, row.record));
    let mut room = MOST_BYTES;
    let mut rows = Vec::new();
    for row in chosen.into_iter().take(most) {
        let view = RowView::new(row, rules);
        room = room.saturating_sub(view.bytes());
        if room == 0 {
            break;
        }
        rows.push(view);
    }
    rows
}

/// The end of a path, which tells more than its beginning.
fn end(source: &str) -> String {
    match source.chars().count().checked_sub(SOURCE_CHARS) {
        Some(cut @ 1..) => format!("…{}", source.chars().skip(cut).collect::<String>()),
        _ => source.to_owned(),
    }
}
