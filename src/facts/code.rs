//! Codes that Exchange, Entra ID and the security token service print.

use super::{Found, digits, occurrences, push_distinct, push_place};
use crate::text::Text;

/// `LID: 43532`, also glued to the next word, and lists such as `LID: 47652, 44348`.
pub(super) fn lids(text: &Text) -> Vec<Found<u32>> {
    let tight = text.tight.as_str();
    let mut found = Vec::new();
    for at in occurrences(tight, "lid") {
        // `valid:` and `solid` end in the same letters.
        let word_before = tight[..at].ends_with(|c: char| c.is_alphanumeric());
        if word_before && !text.tight.gap_before(at) {
            continue;
        }
        let mut at = at + "lid".len();
        loop {
            at += tight[at..].len() - tight[at..].trim_start_matches([':', '=', '#', '"', ',']).len();
            let number = digits(tight, at, 5);
            if number.len() != 5 {
                break;
            }
            if let Ok(value) = number.parse() {
                push_place(&mut found, Found { value, span: text.tight.original(at..at + 5) });
            }
            at += 5;
            if !tight[at..].starts_with(',') {
                break;
            }
        }
    }
    found
}

/// `AADSTS50012`
pub(super) fn aadsts(text: &Text) -> Vec<Found<u32>> {
    let tight = text.tight.as_str();
    let mut found = Vec::new();
    for at in occurrences(tight, "aadsts") {
        let start = at + "aadsts".len();
        let number = digits(tight, start, 7);
        // White space is gone, so the next number may stand right behind (`AADSTS50012 2026-11-22`).
        let cut = (start + 4..start + number.len()).find(|&at| text.tight.gap_before(at));
        let number = cut.map_or(number, |at| &tight[start..at]);
        if let (4..=7, Ok(value)) = (number.len(), number.parse()) {
            push_place(&mut found, Found { value, span: text.tight.original(at..start + number.len()) });
        }
    }
    found
}

/// `diagnostics: 2000005`, as in the header `x-ms-diagnostics`, and `OAuthError:2000005`, as in Exchange's logs.
pub(super) fn diagnostics(text: &Text) -> Vec<Found<u32>> {
    let tight = text.tight.as_str();
    let mut found = Vec::new();
    for word in ["diagnostics", "oautherror"] {
        for at in occurrences(tight, word) {
            let rest = &tight[at + word.len()..];
            let start = tight.len() - rest.trim_start_matches([':', '=', '"', '\'', ',', '→', '>']).len();
            let number = digits(tight, start, 7);
            if let (7, Ok(value)) = (number.len(), number.parse()) {
                push_place(&mut found, Found { value, span: text.tight.original(at..start + 7) });
            }
        }
    }
    found
}

/// `error_category="invalid_user"`
pub(super) fn error_categories(text: &Text) -> Vec<Found<String>> {
    let tight = text.tight.as_str();
    let mut found = Vec::new();
    for at in occurrences(tight, "error_category") {
        let rest = &tight[at + "error_category".len()..];
        let start = tight.len() - rest.trim_start_matches(['=', ':', '"', '\'']).len();
        let len = tight[start..].bytes().take(64).take_while(|b| b.is_ascii_lowercase() || *b == b'_').count();
        if len > 3 {
            let value = tight[start..start + len].to_owned();
            push_distinct(&mut found, Found { value, span: text.tight.original(at..start + len) });
        }
    }
    found
}

/// `0x80048821`: faults of the security token service. Others of the 0x8004 family are MAPI's.
pub(super) fn ws_trust(text: &Text) -> Vec<Found<String>> {
    let tight = text.tight.as_str();
    let mut found = Vec::new();
    for at in occurrences(tight, "0x8004") {
        let code = tight.get(at..at + 10).unwrap_or_default();
        let family = code.starts_with("0x80048") || code.starts_with("0x800410");
        if code.len() == 10 && family && code[2..].bytes().all(|b| b.is_ascii_hexdigit()) {
            push_distinct(&mut found, Found { value: code.to_owned(), span: text.tight.original(at..at + 10) });
        }
    }
    found
}
