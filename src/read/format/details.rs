//! Events as labels and description: Event Viewer's "Copy details as text", `wevtutil /f:text`.

use super::{Format, Reader};

pub(super) fn detect(_head: &str) -> Option<Format> {
    None
}

pub(super) fn reader(_head: &str) -> Reader {
    Reader::Lines(Box::new(super::text::PlainText))
}
