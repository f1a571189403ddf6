//! Findings for programs: one a line.

use crate::record::Event;
use crate::report::answer::Evidence;
use crate::report::sanitize::escape_invisible;
use crate::rules::Rules;
use crate::rules::model::{Confidence, Direction};
use crate::scan::Finding;
use serde::Serialize;

/// One finding as NDJSON shows it.
#[derive(Debug, Serialize)]
struct View<'a> {
    source: &'a str,
    record: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_record_id: Option<u64>,
    time: Option<String>,
    computer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventView<'a>>,
    rule: &'a str,
    confidence: Confidence,
    evidence: &'a [Evidence],
    mailboxes: &'a [String],
    direction: Option<Direction>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct EventView<'a> {
    provider: Option<&'a str>,
    id: Option<u32>,
}

/// A finding as one line of NDJSON, with its end.
pub fn ndjson(finding: &Finding, rules: &Rules) -> String {
    let id = |rule: usize| rules.pack().rules.get(rule).map_or("", |entry| entry.id.as_ref());
    let view = View {
        source: &finding.source,
        record: finding.record,
        event_record_id: finding.event_record_id,
        time: finding.time.map(|time| time.to_string()),
        computer: finding.computer.as_deref(),
        remote: finding.remote.as_deref(),
        event: finding
            .event
            .as_ref()
            .map(|Event { provider, id }| EventView { provider: provider.as_deref(), id: *id }),
        rule: id(finding.rule),
        confidence: finding.confidence,
        evidence: &finding.evidence,
        mailboxes: &finding.mailboxes,
        direction: finding.direction,
        also: finding.also.iter().map(|rule| id(*rule)).collect(),
    };
    // Strings and numbers under string keys always serialize.
    let mut line = escape_invisible(serde_json::to_string(&view).unwrap_or_default());
    line.push('\n');
    line
}
