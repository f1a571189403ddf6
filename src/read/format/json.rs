//! JSON: documents and lines.

use super::{Format, Reader};

pub(super) fn detect(_head: &str) -> Option<Format> {
    None
}

pub(super) fn reader(_format: Format) -> Reader {
    Reader::Lines(Box::new(super::text::PlainText))
}
