//! Exchange's CSV logs: HttpProxy, EWS, SMTP protocol, message tracking.

use super::{Format, Reader};

pub(super) fn detect(_head: &str) -> Option<Format> {
    None
}

pub(super) fn reader(_format: Format, _head: &str) -> Reader {
    Reader::Lines(Box::new(super::text::PlainText))
}
