//! Normalised text, with a map back to the original positions.
//!
//! What a helpdesk pastes has been through consoles, mail clients, forums and JSON. [`Text`] offers three views of it,
//! each damaged less easily than the one before, and all able to say where in the paste a piece came from:
//!
//! | view     | escapes | white space          | punctuation | letters           | used for              |
//! |----------|---------|----------------------|-------------|-------------------|-----------------------|
//! | `clean`  | undone  | runs become one blank | kept        | as they are       | facts: addresses, URLs |
//! | `tight`  | undone  | gone                 | quotes unified | lower case      | a rule's regex, codes |
//! | `folded` | undone  | gone                 | gone        | lower case, no accents | phrases           |
//!
//! White space must go entirely because consoles wrap inside words (`on a sen⏎d`): no view with blanks could tell such a
//! wrap from a space.

pub mod fold;
mod layout;
mod unescape;

use std::ops::Range;

/// One character on its way through normalisation, with the bytes of the original that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The character.
    pub c: char,
    /// Where its source begins in the original.
    pub start: u32,
    /// Where its source ends.
    pub end: u32,
}

/// One view of a text, with the original position of every byte.
#[derive(Debug, Default)]
pub struct View {
    text: String,
    spans: Vec<(u32, u32)>,
}

impl View {
    fn push(&mut self, c: char, unit: Unit) {
        self.text.push(c);
        self.spans.extend(std::iter::repeat_n((unit.start, unit.end), c.len_utf8()));
    }

    /// Adds a letter of ASCII.
    fn put(&mut self, letter: u8, span: (u32, u32)) {
        self.text.push(char::from(letter));
        self.spans.push(span);
    }

    /// The view's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that these bytes of the view stand for.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let start = self.spans.get(range.start).map_or(0, |span| span.0 as usize);
        let end = match range.end.checked_sub(1).and_then(|last| self.spans.get(last)) {
            Some(span) => span.1 as usize,
            None => start,
        };
        start..end.max(start)
    }

    /// The first byte of the view that stands for the original at `offset` or behind it.
    pub fn at(&self, offset: usize) -> usize {
        self.spans.partition_point(|span| (span.0 as usize) < offset)
    }

    /// Whether something was taken away from the original between this byte and the one before it.
    pub fn gap_before(&self, index: usize) -> bool {
        match index.checked_sub(1) {
            Some(before) => match (self.spans.get(before), self.spans.get(index)) {
                (Some(a), Some(b)) => b.0 > a.1,
                _ => true,
            },
            None => true,
        }
    }
}

/// A text in its three views.
#[derive(Debug, Default)]
pub struct Text {
    /// Escapes undone, one blank for every run of white space.
    pub clean: View,
    /// Without white space, lower case, quotes unified.
    pub tight: View,
    /// Letters and digits only, without accents.
    pub folded: View,
}

impl Text {
    /// Normalises a text.
    pub fn new(original: &str) -> Self {
        if is_ordinary(original) {
            return Self::ordinary(original.as_bytes());
        }
        let units = units(original);
        let mut text = Self::default();
        let mut blank: Option<Unit> = None;
        for unit in units {
            if unit.c.is_whitespace() {
                blank = blank.or(Some(unit));
                continue;
            }
            if is_invisible(unit.c) {
                continue;
            }
            if let Some(blank) = blank.take()
                && !text.clean.text.is_empty()
            {
                text.clean.push(' ', blank);
            }
            text.clean.push(straight(unit.c), unit);
            let tight = straight(unit.c);
            // A doubled quote is how CSV writes one.
            if !(matches!(tight, '"' | '\'') && text.tight.text.ends_with(tight)) {
                for lower in tight.to_lowercase() {
                    text.tight.push(lower, unit);
                }
            }
            fold::fold_char(unit.c, |folded| text.folded.push(folded, unit));
        }
        text
    }

    /// The same for a text in which every letter stands for itself.
    fn ordinary(original: &[u8]) -> Self {
        let mut text = Self::default();
        for view in [&mut text.clean, &mut text.tight, &mut text.folded] {
            view.text.reserve(original.len());
            view.spans.reserve(original.len());
        }
        let mut blank = None;
        for (at, byte) in (0u32..).zip(original) {
            let span = (at, at + 1);
            if char::from(*byte).is_whitespace() {
                blank = blank.or(Some(span));
                continue;
            }
            if byte.is_ascii_control() {
                continue;
            }
            if let Some(blank) = blank.take()
                && !text.clean.text.is_empty()
            {
                text.clean.put(b' ', blank);
            }
            text.clean.put(*byte, span);
            if !(matches!(byte, b'"' | b'\'') && text.tight.text.as_bytes().last() == Some(byte)) {
                text.tight.put(byte.to_ascii_lowercase(), span);
            }
            if byte.is_ascii_alphanumeric() {
                text.folded.put(byte.to_ascii_lowercase(), span);
            }
        }
        text
    }
}

/// Whether every letter of a text stands for itself. A line break may be a console's.
fn is_ordinary(original: &str) -> bool {
    original.is_ascii()
        && !original.trim_end().contains('\n')
        && !unescape::is_escaped(original)
        && !has_stream_prefix(original)
}

/// The letters of a text, escapes undone and what a console did to it.
fn units(original: &str) -> Vec<Unit> {
    let units =
        original.char_indices().map(|(at, c)| Unit { c, start: at as u32, end: (at + c.len_utf8()) as u32 }).collect();
    layout::lines(unescape::unescape(units))
}

/// Whether a line may begin with the name of an output stream: `WARNING: `.
fn has_stream_prefix(line: &str) -> bool {
    let line = line.trim_start();
    let name = line.bytes().take_while(u8::is_ascii_uppercase).count();
    name > 2 && line[name..].trim_start().starts_with(':')
}

/// The folded view of a text alone, without positions.
pub fn folded(original: &str) -> String {
    // Ordinary lines need no more than their letters.
    if is_ordinary(original) {
        return fold::fold(original);
    }
    let mut folded = String::with_capacity(original.len());
    for unit in units(original) {
        if !unit.c.is_whitespace() && !is_invisible(unit.c) {
            fold::fold_char(unit.c, |c| folded.push(c));
        }
    }
    folded
}

/// The plain form of a typographic quote or dash.
fn straight(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{ff1a}' => ':',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        other => other,
    }
}

/// Characters that leave no mark: zero-width, soft hyphen, byte order mark, bidirectional controls.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        Text::new(text).folded.as_str().to_owned()
    }

    #[test]
    fn a_wrap_inside_a_word_leaves_no_trace() {
        assert_eq!(folded("occurred on a sen\r\n              d."), folded("occurred on a send."));
    }

    #[test]
    fn escapes_are_undone_once_and_twice() {
        let plain = "<Fault> \"a\" ---> b";
        for escaped in [
            "&lt;Fault&gt; &quot;a&quot; ---&gt; b",
            "&amp;lt;Fault&amp;gt; &amp;quot;a&amp;quot; ---&amp;gt; b",
            r#"\u003cFault\u003e \"a\" ---\u003e b"#,
            r#"\\u003cFault\\u003e \\\"a\\\" ---\\u003e b"#,
        ] {
            assert_eq!(folded(escaped), folded(plain), "{escaped}");
            assert_eq!(Text::new(escaped).clean.as_str(), plain, "{escaped}");
        }
    }

    #[test]
    fn evidence_is_found_in_the_original() {
        let original = "x &lt;the&#xD;\r\n error&gt; y";
        let text = Text::new(original);
        let at = text.folded.as_str().find("theerror").expect("folded text");
        assert_eq!(&original[text.folded.original(at..at + 8)], "the&#xD;\r\n error");
    }

    #[test]
    fn stream_prefixes_are_no_part_of_the_sentence() {
        let wrapped = "VERBOSE: The entered and stored\r\nVERBOSE: passwords do not match";
        assert!(folded(wrapped).contains("theenteredandstoredpasswordsdonotmatch"));
        let german = "AUSFÜHRLICH: The entered and\nAUSFÜHRLICH: stored passwords";
        assert!(folded(german).contains("enteredandstored"));
    }

    #[test]
    fn a_windows_path_is_no_escape() {
        assert_eq!(Text::new(r"see C:\new\table\reports").clean.as_str(), r"see C:\new\table\reports");
    }

    #[test]
    fn utf_8_that_was_read_as_windows_1252_is_undone() {
        assert_eq!(
            folded("konnte nicht aufgelÃ¶st werden, fÃ¼r GrÃ¶ÃŸe"),
            folded("konnte nicht aufgelöst werden, für Größe")
        );
        assert_eq!(folded("NÃO"), folded("NÃO"));
    }

    #[test]
    fn html_markup_is_no_part_of_the_sentence() {
        assert_eq!(folded("Unable to <b>connect</b><br/>to the"), folded("Unable to connect to the"));
    }

    #[test]
    fn a_hard_wrap_is_joined_without_a_blank() {
        let line = "a".repeat(73) + " user@c";
        let text = Text::new(&format!("{line}\r\nontoso.com is not there")).clean;
        assert!(text.as_str().ends_with("user@contoso.com is not there"), "{}", text.as_str());
    }

    #[test]
    fn ordinary_lines_take_the_short_way_to_the_same_views() {
        for line in [
            "2026-11-22 10:00:00  EX01\tThe user's \"\"name\"\" isn't there: (404) Not Found.",
            " \u{1}a\u{b}b''c  ",
            "mail user1@contoso.com; LID: 43532\r\n",
        ] {
            assert!(is_ordinary(line), "{line}");
            let short = Text::new(line);
            // A soft hyphen is no letter, but takes the text off the short way.
            let long = Text::new(&format!("{line}\u{ad}"));
            for (short, long) in
                [(&short.clean, &long.clean), (&short.tight, &long.tight), (&short.folded, &long.folded)]
            {
                assert_eq!(short.text, long.text);
                assert_eq!(short.spans, long.spans, "{line}");
            }
        }
    }

    #[test]
    fn nothing_panics_on_strange_text() {
        for strange in
            ["", "\u{feff}", "&", "&#x110000;", "&#xD800;", r"\u", r"\ud800", "_xZZZZ_", "\0\0", "<br", "\r\r\n"]
        {
            let _ = Text::new(strange);
        }
    }
}
