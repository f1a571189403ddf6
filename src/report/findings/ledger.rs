//! Whether the findings that were read are those that the runs wrote: none missing, none twice, none changed.
//!
//! Each run says how many findings it wrote, and the sum of their lines' digests. Lines of one run may stand in several files and those of
//! several runs in one, so only the whole can be held against the sums; the files whose own sums differ are then where to look.

use super::run::Run;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was read against what was promised.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    all: Balance,
    open: Balance,
    /// Files that do not add up by themselves.
    files: Vec<(Arc<str>, Balance)>,
    /// Where each run was read first.
    runs: BTreeMap<u64, Arc<str>>,
}

/// What is there, less what should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Balance {
    findings: i128,
    checksum: u64,
    runs: u64,
}

impl Balance {
    fn is_even(self) -> bool {
        self.findings == 0 && self.checksum == 0
    }
}

impl Ledger {
    /// Notes a line of a finding, whatever it says.
    pub fn finding(&mut self, line: &str) {
        let digest = Run::digest(line);
        for balance in [&mut self.all, &mut self.open] {
            balance.findings += 1;
            balance.checksum = balance.checksum.wrapping_add(digest);
        }
    }

    /// Notes a run. The answer is the file in which the same run stood before.
    pub fn run(&mut self, run: &Run, file: &Arc<str>) -> Option<Arc<str>> {
        for balance in [&mut self.all, &mut self.open] {
            balance.findings -= i128::from(run.findings);
            balance.checksum = balance.checksum.wrapping_sub(run.checksum);
            balance.runs += 1;
        }
        let identity = run.identity()?;
        if let Some(before) = self.runs.get(&identity) {
            return Some(Arc::clone(before));
        }
        self.runs.insert(identity, Arc::clone(file));
        None
    }

    /// Whether all these runs, and at least one, stood in files before; the first of those files.
    pub fn known(&self, runs: &[Option<u64>]) -> Option<Arc<str>> {
        let mut known = runs.iter().map(|identity| identity.and_then(|identity| self.runs.get(&identity)));
        let first = known.next()??;
        known.all(|file| file.is_some()).then(|| Arc::clone(first))
    }

    /// Ends a file.
    pub fn end(&mut self, file: &Arc<str>) {
        let balance = std::mem::take(&mut self.open);
        if !balance.is_even() {
            self.files.push((Arc::clone(file), balance));
        }
    }

    /// What does not add up, by file.
    pub fn differences(self) -> Vec<(Arc<str>, String)> {
        if self.all.is_even() {
            return Vec::new();
        }
        self.files.into_iter().map(|(file, balance)| (file, balance.said())).collect()
    }
}

impl Balance {
    fn said(self) -> String {
        let count = |number: i128| if number == 1 { "1 finding".to_owned() } else { format!("{number} findings") };
        match (self.findings, self.runs) {
            (1.., 0) => format!(
                "no run ends here: {} counted, and nobody knows what the run read, or what else it found",
                count(self.findings)
            ),
            (1.., _) => {
                format!("{} more than the runs found: lines stand twice, or a run did not end", count(self.findings))
            }
            (0, _) => "a line is not the one that the run wrote".to_owned(),
            (..0, _) => format!("{} missing", count(-self.findings)),
        }
    }
}
