//! How much of a summary each format shows.

use super::ScanFormat;
use crate::scan::summary::{MOST_ROWS, MOST_UNREAD};

/// Failures and groups that a terminal shows.
const TOP_OF_TEXT: usize = 20;

/// Failures and groups of a page.
const TOP_OF_PAGE: usize = 500;

/// How much of a summary a report shows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Failures, and groups of another kind.
    pub groups: usize,
    /// Names of one kind in the whole.
    pub names: usize,
    /// Names of one kind in a failure.
    pub names_of_failures: usize,
    /// Names of one kind in a group of another kind.
    pub names_of_groups: usize,
    /// Rows of single findings.
    pub rows: usize,
    /// Files that were not read.
    pub unread: usize,
}

impl Limits {
    /// What a format shows. `top` is how many failures and groups, where somebody says so.
    pub fn of(format: ScanFormat, top: Option<usize>) -> Self {
        let some = |groups: usize, names: usize, names_of_failures: usize, unread: usize| Self {
            groups: top.unwrap_or(groups),
            names,
            names_of_failures,
            names_of_groups: 0,
            rows: 0,
            unread,
        };
        match format {
            ScanFormat::Json => {
                let all = usize::MAX;
                Self { names_of_groups: all, ..some(all, all, all, MOST_UNREAD) }
            }
            ScanFormat::Html => Self { rows: MOST_ROWS, ..some(TOP_OF_PAGE, 300, 20, 500) },
            ScanFormat::Markdown => some(TOP_OF_TEXT, 10, 10, 20),
            ScanFormat::Text | ScanFormat::Note => some(TOP_OF_TEXT, 3, 3, 10),
        }
    }
}
