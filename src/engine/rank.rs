//! Which of several matches is the answer. The same matches always come out in the same order.

use super::{Match, Missing};
use crate::rules::model::Confidence;
use crate::rules::pack::Pack;
use std::cmp::Reverse;

/// Sorts matches, best first, and notes which rule outranks which.
///
/// Certain before possible; then what no other match of the same confidence outranks; then the amount of distinct
/// evidence; then the id.
pub(super) fn rank(pack: &Pack<'_>, matches: &mut [Match]) {
    let present: Vec<(usize, Confidence, usize)> = matches.iter().map(|m| (m.rule, m.confidence, m.record)).collect();
    for m in matches.iter_mut() {
        // Rules are in the order of their ids, so the first outranking rule found is always the same one.
        m.outranked_by = present
            .iter()
            .filter(|(rule, confidence, record)| {
                *rule != m.rule && *record == m.record && *confidence >= m.confidence && outranks(pack, *rule, m.rule)
            })
            .map(|(rule, ..)| *rule)
            .min();
    }
    matches.sort_by_key(|m| {
        let hint_only = m.missing == Missing::Signature;
        (Reverse(m.confidence), hint_only, m.outranked_by.is_some(), Reverse(m.weight), m.rule)
    });
}

/// Whether one rule outranks another, directly or through rules between them.
fn outranks(pack: &Pack<'_>, above: usize, below: usize) -> bool {
    let mut open = vec![above];
    let mut seen = vec![above];
    while let Some(rule) = open.pop() {
        for &next in &pack.rules[rule].outranks {
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
