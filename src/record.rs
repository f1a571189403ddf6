//! One thing read from an input: a pasted text, one event, one log row.

use jiff::civil::DateTime;
use std::borrow::Cow;
use std::fmt;

/// One thing read from an input.
#[derive(Debug, Clone, Default)]
pub struct Record<'a> {
    /// The text that rules look at.
    pub text: Cow<'a, str>,
    /// Where `text` begins in the whole input, in bytes; not 0 where a long input was read in parts.
    pub offset: usize,
    /// Fields of a structured record: names as printed, values unescaped.
    pub fields: Vec<(String, String)>,
    /// The Windows event that this record is, where it is one.
    pub event: Option<Event>,
    /// Where and when it was written.
    pub origin: Origin,
}

/// Which Windows event a record is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// The event's source.
    pub provider: Option<String>,
    /// The event's number.
    pub id: Option<u32>,
}

/// Where and when a record was written, as far as its format says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The record's number in its source: the line where it begins in a text of lines, else counted from 1.
    pub number: u64,
    /// The number that Windows gave the event in its log.
    pub event_record_id: Option<u64>,
    /// When it was written.
    pub time: Option<Time>,
    /// The computer that wrote it.
    pub computer: Option<String>,
    /// The other end of the connection: a client's or a mail server's address.
    pub remote: Option<String>,
    /// The mailboxes that fields of the record name. Those that its text names are facts.
    pub mailboxes: Vec<String>,
    /// What is the same in all records of a source that report one occurrence: some logs write one error down several times, on
    /// their way out of the program. Of findings of one rule that follow one another with the same key, the first counts.
    pub once: Option<String>,
}

/// A point in time as a log prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Date and time of day.
    pub at: DateTime,
    /// Whether that is UTC. Else it is the local time of a computer that the log does not name; such times are compared as
    /// they stand.
    pub utc: bool,
}

impl fmt::Display for Time {
    /// ISO 8601, to the second, with a `Z` where it is UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.at.strftime("%Y-%m-%dT%H:%M:%S"), if self.utc { "Z" } else { "" })
    }
}

impl<'a> Record<'a> {
    /// A record without fields.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The value of a field, by its name in any case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
