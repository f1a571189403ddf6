//! Keeps what strangers wrote from acting on the terminal.

use std::borrow::Cow;

/// A text without anything that a terminal would act on instead of showing.
///
/// Line feed and tab stay. Control characters (ESC among them), bidirectional overrides and other invisible characters become
/// U+FFFD; a carriage return goes.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| replacement(c) != Some(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(replacement).collect())
}

/// A JSON text in which nothing acts on a terminal that shows it: serde_json escapes what JSON must not hold, this what a terminal
/// must not get. Such characters stand in strings only.
pub fn escape_invisible(json: String) -> String {
    let acts = |c: char| c != '\u{fffd}' && replacement(c) == Some('\u{fffd}');
    if !json.contains(acts) {
        return json;
    }
    json.chars().map(|c| if acts(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

/// What stands for this character: itself, U+FFFD or nothing.
pub(crate) fn replacement(c: char) -> Option<char> {
    match c {
        '\n' | '\t' => Some(c),
        '\r' => None,
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{2028}'
        | '\u{2029}' => Some('\u{fffd}'),
        c if c.is_control() => Some('\u{fffd}'),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_overrides_become_visible() {
        assert_eq!(
            printable("a\u{1b}[31mb\u{202e}c\u{7}\u{9b}d\r\n\te"),
            "a\u{fffd}[31mb\u{fffd}c\u{fffd}\u{fffd}d\n\te"
        );
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(printable("Größe\n"), Cow::Borrowed(_)));
    }
}
