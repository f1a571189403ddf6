//! What collectors of events write by lines: Snare, Splunk.

use super::{Format, Reader};

pub(super) fn detect(_head: &str) -> Option<Format> {
    None
}

pub(super) fn reader(_format: Format, _head: &str) -> Reader {
    Reader::Lines(Box::new(super::text::PlainText))
}
