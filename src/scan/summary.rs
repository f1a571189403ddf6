//! What the findings of a scan amount to.

use super::{Counts, Finding, Unread};

/// What the findings of a scan amount to.
#[derive(Debug, Default)]
pub struct Summary {
    /// What was read.
    pub counts: Counts,
    /// What was not.
    pub unread: Vec<Unread>,
}

impl Summary {
    /// Counts a finding.
    pub fn add(&mut self, _finding: &Finding) {}
}
