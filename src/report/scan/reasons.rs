//! Why a scan may have found nothing. A zero without a reason is worth nothing: the log may be the wrong one.

use super::Asked;
use crate::scan::summary::Summary;
use serde::Serialize;

/// Why a scan may have found nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// There was no record at all.
    NothingRead,
    /// Something could not be read.
    Faults,
    /// No record is of the time that was asked for.
    AllOutside,
    /// Nothing of Exchange's own was seen.
    NoExchange,
    /// There are possible matches, which were not asked for.
    OnlyPossible,
    /// Only some rules were asked for.
    FewRules,
    /// Some records are of another time.
    SomeOutside,
    /// Exchange's records were read, and none of them is a documented failure.
    NothingDocumented,
}

/// Why there are no findings, the likeliest reason first; nothing where there are some.
pub(super) fn reasons(summary: &Summary, asked: &Asked) -> Vec<Reason> {
    let counts = &summary.counts;
    if summary.total().count > 0 {
        return Vec::new();
    }
    let inside = counts.records.saturating_sub(counts.outside);
    let possible = counts.possible > 0 && !asked.possible;
    let no_exchange = counts.records > 0 && summary.exchange_sources == 0;
    let mut reasons: Vec<Reason> = [
        (counts.records == 0, Reason::NothingRead),
        (summary.unread().faults > 0, Reason::Faults),
        (counts.outside > 0 && inside == 0, Reason::AllOutside),
        (possible, Reason::OnlyPossible),
        (no_exchange, Reason::NoExchange),
        (!asked.rules.is_empty() && inside > 0, Reason::FewRules),
        (counts.outside > 0 && inside > 0, Reason::SomeOutside),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect();
    if reasons.is_empty() {
        reasons.push(Reason::NothingDocumented);
    }
    reasons
}
