//! Certificate thumbprints.

use super::{Found, push_distinct};
use crate::text::Text;

/// Digits and letters both: a decimal number of forty digits is no thumbprint.
fn mixed(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Forty hexadecimal digits on their own.
pub(super) fn thumbprints(text: &Text) -> Vec<Found<String>> {
    const LEN: usize = 40;
    let clean = text.clean.as_str();
    let bytes = clean.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_hexdigit() {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let word = &clean[at..at + run];
        let alone = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'-');
        if run == LEN && alone && word.bytes().all(|b| b.is_ascii_hexdigit()) && mixed(word) {
            let value = word.to_ascii_uppercase();
            push_distinct(&mut found, Found { value, span: text.clean.original(at..at + run) });
        }
        at += run;
    }
    found
}
