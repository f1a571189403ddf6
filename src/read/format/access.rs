//! IIS and HTTP.sys logs: blank-separated columns, named by a `#Fields:` line that may come again.

use super::{Format, Reader};

pub(super) fn detect(_head: &str) -> Option<Format> {
    None
}

pub(super) fn reader(_format: Format) -> Reader {
    Reader::Lines(Box::new(super::text::PlainText))
}
