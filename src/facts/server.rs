//! Names of the servers that reported a failure.

use super::{Found, occurrences, push_distinct};
use crate::text::Text;

/// What stands right before a server's name, in lower case.
const MARKERS: [&str; 6] = [
    "server where exception originated:",
    "[server=",
    "exceptionservername>",
    "pscomputername :",
    "computer:",
    "serverhostname=",
];

/// Reads them; `lower` is the clean view in lower case.
pub(super) fn servers(text: &Text, lower: &str) -> Vec<Found<String>> {
    let clean = text.clean.as_str();
    let mut found = Vec::new();
    for marker in MARKERS {
        for at in occurrences(lower, marker) {
            let rest = &clean[at + marker.len()..];
            let start = at + marker.len() + (rest.len() - rest.trim_start().len());
            let len = clean[start..]
                .bytes()
                .take_while(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'.' || *b == b'_')
                .count();
            // A LID is often glued to the name.
            let name = clean[start..start + len].split(".LID").next().unwrap_or_default().trim_end_matches(['.', '-']);
            if (2..=253).contains(&name.len()) && name.bytes().any(|b| b.is_ascii_alphabetic()) {
                let span = text.clean.original(start..start + name.len());
                push_distinct(&mut found, Found { value: name.to_owned(), span });
            }
        }
    }
    found
}
