//! Any text: a line is a record, together with the lines that continue it.

use super::{LineKind, Lines};
use crate::read::time;
use crate::record::Record;

/// Any text.
#[derive(Debug)]
pub(super) struct PlainText;

/// What begins a line that continues the one before it: frames of a stack trace (in the languages in which .NET prints them), inner
/// exceptions, the parts of a PowerShell error record.
const CONTINUATIONS: [&str; 12] = [
    "at ",
    "bei ",
    "in ",
    "en ",
    "--- ",
    "--->",
    "+ categoryinfo",
    "+ fullyqualifiederrorid",
    "+ pscomputername",
    "+ ",
    "~",
    "caused by",
];

impl Lines for PlainText {
    fn kind(&self, line: &[u8]) -> LineKind {
        match line.first() {
            None | Some(b' ' | b'\t' | b'\r') => LineKind::Continues,
            Some(b'0'..=b'9') => LineKind::Begins,
            Some(_) if CONTINUATIONS.iter().any(|c| line.starts_with(c.as_bytes())) => LineKind::Continues,
            Some(_) => LineKind::Begins,
        }
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let mut record = Record::text(text);
        record.origin.time = time::parse(text.get(..40).unwrap_or(text), false, None);
        Some(record)
    }

    fn wraps(&self) -> bool {
        true
    }

    fn is_dated(&self, line: &[u8]) -> bool {
        line.first().is_some_and(u8::is_ascii_digit) && line.iter().take(12).filter(|b| b.is_ascii_digit()).count() >= 4
    }

    fn has_neighbours(&self) -> bool {
        true
    }
}
