//! `Format-List`: a property a line, wrapped at the width of the console.

use super::{Format, Reader};

pub(super) fn detect(_head: &str) -> Option<Format> {
    None
}

pub(super) fn reader(_head: &str) -> Reader {
    Reader::Lines(Box::new(super::text::PlainText))
}
