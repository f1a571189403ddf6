//! Which of several matches is the answer. The same matches always come out in the same order.

use super::{Entries, Match, Missing};
use crate::rules::model::Confidence;
use std::cmp::Reverse;

/// Notes which matches of one record are consequences of others.
pub(super) fn mark_outranked(entries: &Entries<'_>, matches: &mut [Match]) {
    let present: Vec<(usize, Confidence)> = matches.iter().map(|m| (m.rule, m.confidence)).collect();
    for m in matches {
        // Rules are in the order of their ids, so the first outranking rule found is always the same one.
        m.outranked_by = present
            .iter()
            .filter(|(rule, confidence)| {
                *rule != m.rule && *confidence >= m.confidence && outranks(entries, *rule, m.rule)
            })
            .map(|(rule, _)| *rule)
            .min();
    }
}

/// Sorts matches, best first: certain before possible; then what nothing outranks; then the amount of distinct evidence; then the
/// id.
pub(super) fn sort(matches: &mut [Match]) {
    matches.sort_by_key(|m| {
        let hint_only = matches!(m.missing, Missing::Signature | Missing::Failure);
        (Reverse(m.confidence), hint_only, m.outranked_by.is_some(), Reverse(m.weight), m.rule)
    });
}

/// Whether one rule outranks another, directly or through rules between them.
pub(super) fn outranks(entries: &Entries<'_>, above: usize, below: usize) -> bool {
    let mut open = vec![above];
    let mut seen = vec![above];
    while let Some(rule) = open.pop() {
        for &next in &entries.get(rule).outranks {
            let next = next as usize;
            if next == below {
                return true;
            }
            if !seen.contains(&next) {
                seen.push(next);
                open.push(next);
            }
        }
    }
    false
}
