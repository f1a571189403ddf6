//! Names in the order of their counts.

use crate::scan::summary::{Distinct, Names};
use serde::Serialize;
use std::cmp::Reverse;

/// Names in the order of their counts.
#[derive(Debug, Serialize)]
pub struct NamesView<'s> {
    /// How many there are.
    #[serde(flatten)]
    pub distinct: Distinct,
    /// The most frequent ones that are known.
    pub top: Vec<NameCount<'s>>,
}

/// A name and how often it was found.
#[derive(Debug, Serialize)]
pub struct NameCount<'s> {
    /// The name.
    pub name: &'s str,
    /// Findings with it.
    pub count: u64,
}

impl<'s> NamesView<'s> {
    /// The `most` most frequent names.
    pub(super) fn new(names: &'s Names<u64>, most: usize) -> Self {
        let mut top: Vec<_> = names.iter().map(|(name, count)| NameCount { name, count: *count }).collect();
        top.sort_by_key(|entry| (Reverse(entry.count), entry.name));
        top.truncate(most);
        top.shrink_to_fit();
        Self { distinct: names.distinct(), top }
    }
}
