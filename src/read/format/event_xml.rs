//! Events as XML: Event Viewer, `wevtutil`.

use super::{Format, Reader};

pub(super) fn detect(_head: &str) -> Option<Format> {
    None
}

pub(super) fn reader() -> Reader {
    Reader::Lines(Box::new(super::text::PlainText))
}
