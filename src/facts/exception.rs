//! Names of .NET exception types.

use super::{Found, occurrences, push_distinct};
use crate::text::Text;

/// `System.Net.WebException`: a dotted or single name that ends in `Exception`, of more than that word.
pub(super) fn exceptions(text: &Text) -> Vec<Found<String>> {
    const WORD: &str = "Exception";
    /// No type has a longer name; without a limit, a text of dots and `Exception` would take quadratic time.
    const LONGEST: usize = 256;
    let clean = text.clean.as_str();
    let mut found = Vec::new();
    for at in occurrences(clean, WORD) {
        let end = at + WORD.len();
        if clean[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let len = clean[..at]
            .bytes()
            .rev()
            .take(LONGEST + 1)
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'.' || *b == b'_')
            .count();
        if len > LONGEST {
            continue;
        }
        let start = at - len;
        let name = clean[start..end].trim_start_matches('.');
        if name.len() > WORD.len()
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && !name.ends_with(".Exception")
        {
            let span = text.clean.original(end - name.len()..end);
            push_distinct(&mut found, Found { value: name.to_owned(), span });
        }
    }
    found
}
