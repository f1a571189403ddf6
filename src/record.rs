//! One thing read from an input: a pasted text, one event, one log row.

use std::borrow::Cow;

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
}

/// Which Windows event a record is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// The event's source.
    pub provider: Option<String>,
    /// The event's number.
    pub id: Option<u32>,
}

impl<'a> Record<'a> {
    /// A record without fields.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}
