//! One line, written and read back.

use super::run::Run;
use crate::record::{Event, Time};
use crate::report::answer::Evidence;
use crate::report::sanitize::escape_invisible;
use crate::rules::Rules;
use crate::rules::model::{Confidence, Direction};
use crate::scan::Finding;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// One finding as NDJSON shows it.
#[derive(Debug, Serialize, Deserialize)]
struct View<'a> {
    source: Cow<'a, str>,
    record: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_record_id: Option<u64>,
    time: Option<String>,
    computer: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remote: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<EventView<'a>>,
    rule: Cow<'a, str>,
    confidence: Confidence,
    evidence: Cow<'a, [Evidence]>,
    mailboxes: Cow<'a, [String]>,
    direction: Option<Direction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<Cow<'a, str>>,
    rules_version: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
struct EventView<'a> {
    provider: Option<Cow<'a, str>>,
    id: Option<u32>,
}

/// A finding as one line of NDJSON, with its end. `version` is that of the rules that found it.
pub fn ndjson(finding: &Finding, rules: &Rules, version: &str) -> String {
    let id = |rule: usize| Cow::from(rules.pack().rules.get(rule).map_or("", |entry| entry.id.as_ref()));
    let view = View {
        source: Cow::from(&*finding.source),
        record: finding.record,
        event_record_id: finding.event_record_id,
        time: finding.time.map(|time| time.to_string()),
        computer: finding.computer.as_deref().map(Cow::from),
        remote: finding.remote.as_deref().map(Cow::from),
        event: finding
            .event
            .as_ref()
            .map(|Event { provider, id }| EventView { provider: provider.as_deref().map(Cow::from), id: *id }),
        rule: id(finding.rule),
        confidence: finding.confidence,
        evidence: Cow::from(&finding.evidence),
        mailboxes: Cow::from(&finding.mailboxes),
        direction: finding.direction,
        also: finding.also.iter().map(|rule| id(*rule)).collect(),
        rules_version: Cow::from(version),
    };
    line(&view)
}

/// A value as one line that a terminal shows as it is.
pub(super) fn line(value: &impl Serialize) -> String {
    // Strings and numbers under string keys always serialize.
    let mut line = escape_invisible(serde_json::to_string(value).unwrap_or_default());
    line.push('\n');
    line
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// A record that a rule matches, and the version of the rules that found it.
    Finding(Box<Finding>, String),
    /// The end of a run.
    Run(Box<Run>),
}

/// Why a line says nothing.
#[derive(Debug)]
pub enum LineError {
    /// It is not as `scan` writes it.
    Damaged(serde_json::Error),
    /// It has a time that is none.
    Time(String),
    /// Its rule is none of those that are here. Then only rules that have it can say what the failure is.
    Rule(String),
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(error) => {
                // It counts lines of its own.
                let text = error.to_string();
                let what = text.rsplit_once(" at line ").map_or(&*text, |(what, _)| what);
                write!(f, "column {}: {what}", error.column())
            }
            Self::Time(time) => write!(f, "`{time}` is no time"),
            Self::Rule(rule) => write!(f, "there is no rule `{rule}` here"),
        }
    }
}

impl std::error::Error for LineError {}

/// Whether a line can only be the end of a run.
pub fn is_run(line: &str) -> bool {
    line.trim_start().starts_with("{\"run\":")
}

/// Reads a line.
///
/// # Errors
///
/// When it is damaged, or of a rule that is not there.
pub fn parse(line: &str, rules: &Rules) -> Result<Line, LineError> {
    if is_run(line) {
        return Ok(Line::Run(Box::new(Run::parse(line).map_err(LineError::Damaged)?)));
    }
    let view: View<'_> = serde_json::from_str(line).map_err(LineError::Damaged)?;
    let number = |id: &str| rules.pack().rule_index(id).ok_or_else(|| LineError::Rule(id.to_owned()));
    let time = view.time.map(|time| parsed(&time).ok_or(LineError::Time(time))).transpose()?;
    let finding = Finding {
        source: view.source.as_ref().into(),
        record: view.record,
        event_record_id: view.event_record_id,
        time,
        computer: view.computer.map(Cow::into_owned),
        remote: view.remote.map(Cow::into_owned),
        event: view.event.map(|event| Event { provider: event.provider.map(Cow::into_owned), id: event.id }),
        rule: number(&view.rule)?,
        confidence: view.confidence,
        evidence: view.evidence.into_owned(),
        mailboxes: view.mailboxes.into_owned(),
        direction: view.direction,
        once: None,
        also: view.also.iter().filter_map(|id| number(id).ok()).collect(),
    };
    Ok(Line::Finding(Box::new(finding), view.rules_version.into_owned()))
}

/// A time as [`Time`] is written.
fn parsed(text: &str) -> Option<Time> {
    let (at, utc) = text.strip_suffix('Z').map_or((text, false), |at| (at, true));
    Some(Time { at: at.parse().ok()?, utc })
}
