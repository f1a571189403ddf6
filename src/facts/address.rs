//! SMTP addresses, their domains, and which mailbox was looked up.

use super::{Facts, Found, occurrences, push_distinct};
use crate::text::Text;

/// What Exchange writes right before the address of the mailbox whose calendar was asked for, folded; the surest first.
const LOOKED_UP: [&str; 7] = [
    "failedforemailaddress",
    "requestformailbox",
    "formailbox",
    "resolveemailaddress",
    "emailaddress",
    "recipient",
    "smtp",
];

/// The longest local part and domain that RFC 5321 allows.
const LONGEST: (usize, usize) = (64, 253);

/// Reads them; `lower` is the clean view in lower case.
pub(super) fn read(text: &Text, lower: &str, facts: &mut Facts) {
    let clean = text.clean.as_str();
    let mut surest = LOOKED_UP.len();
    for (at, _) in clean.match_indices('@') {
        let Some((start, end)) = address(clean, at) else {
            continue;
        };
        let span = text.clean.original(start..end);
        let value = clean[start..end].to_owned();
        let domain = clean[at + 1..end].to_ascii_lowercase();
        push_distinct(&mut facts.domains, Found { value: domain, span: text.clean.original(at + 1..end) });
        let found = Found { value, span };
        if let Some(sure) = looked_up(text, start).filter(|sure| *sure < surest) {
            surest = sure;
            facts.looked_up = Some(found.clone());
        }
        push_distinct_address(&mut facts.mailboxes, found);
    }
    domain_named(text, lower, facts);
}

/// Case does not distinguish addresses; the first spelling is kept.
fn push_distinct_address(into: &mut Vec<Found<String>>, found: Found<String>) {
    if !into.iter().any(|f| f.value.eq_ignore_ascii_case(&found.value)) {
        push_distinct(into, found);
    }
}

fn address(clean: &str, at: usize) -> Option<(usize, usize)> {
    let local = clean[..at].bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || b"._+-'&".contains(b)).count();
    // A quote in front of the address is a quote, not a part of it.
    let quotes =
        clean[at - local..at].len() - clean[at - local..at].trim_start_matches(['\'', '.', '-', '&', '+']).len();
    let start = at - local + quotes;
    // What stands before an address in running text; anything else means that only a part of it was read.
    let before = clean[..start].chars().next_back();
    let bounded = before.is_none_or(|c| c.is_whitespace() || "'\"<>([{:;,=|*\u{2018}\u{201c}`".contains(c));
    let host = domain_len(&clean[at + 1..]);
    let end = at + 1 + host;
    let labels = &clean[at + 1..end];
    // Application ids and probe mailboxes are nobody's.
    let person =
        !super::is_guid(&clean[start..at]) && !clean[start..at].to_ascii_lowercase().starts_with("healthmailbox");
    let fits = person && local > quotes && local <= LONGEST.0 && host <= LONGEST.1;
    (fits && bounded && is_domain(labels)).then_some((start, end))
}

/// How many bytes at the start of `text` can belong to a domain.
pub(super) fn domain_len(text: &str) -> usize {
    let len = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'.' || *b == b'-').count();
    text[..len].trim_end_matches(['.', '-']).len()
}

/// At least two labels, none empty, the last one of letters.
pub(super) fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let top = labels.last().copied().unwrap_or_default();
    labels.len() >= 2
        && labels.iter().all(|l| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-'))
        && top.len() >= 2
        && (top.bytes().all(|b| b.is_ascii_alphabetic()) || top.starts_with("xn--"))
}

/// How sure the words before an address say that it is the one that was looked up; 0 is surest.
fn looked_up(text: &Text, start: usize) -> Option<usize> {
    let offset = text.clean.original(start..start + 1).start;
    let before = &text.folded.as_str()[..text.folded.at(offset)];
    LOOKED_UP.iter().position(|word| before.ends_with(word))
}

/// `Configuration information for forest/domain contoso.com could not be found`
fn domain_named(text: &Text, lower: &str, facts: &mut Facts) {
    let clean = text.clean.as_str();
    for marker in ["forest/domain ", "domain name: "] {
        for at in occurrences(lower, marker) {
            let rest = &clean[at + marker.len()..];
            let quotes = rest.len() - rest.trim_start_matches(['\'', '"', '<']).len();
            let start = at + marker.len() + quotes;
            let end = start + domain_len(&clean[start..]);
            if is_domain(&clean[start..end]) {
                let value = lower[start..end].to_owned();
                push_distinct(&mut facts.domains, Found { value, span: text.clean.original(start..end) });
            }
        }
    }
}
