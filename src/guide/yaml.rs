//! The case file: YAML that any YAML program reads, and that holds every text exactly.

use super::case::{Case, VERSION};
use crate::rules::{LoadError, parse_bounded};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The largest case file, in bytes.
pub const LARGEST_CASE: usize = 128 << 20;

/// The most values in a case file.
const MOST_VALUES: usize = 400_000;

/// As much of a case file as says which version it is.
#[derive(Deserialize)]
struct Head {
    freebusy_case: u32,
}

/// Writes a case.
///
/// # Errors
///
/// When it is no YAML value, which no case is.
pub fn write(case: &Case) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    if let Value::Object(map) = serde_json::to_value(case)? {
        entries(&mut out, &map, 0, false);
    }
    Ok(out)
}

/// Reads a case. `name` is how errors call the file.
///
/// # Errors
///
/// When the text is no case, or that of a newer program; the error names the place.
pub fn read(name: &str, text: &str) -> Result<Case, LoadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head: Head = parse_bounded(name, text, LARGEST_CASE, MOST_VALUES)?;
    if head.freebusy_case > VERSION {
        let line = text.lines().position(|line| line.starts_with("freebusy_case:"));
        let message = format!(
            "the case is of version {}, and this program knows version {VERSION}; go on with a newer freebusy",
            head.freebusy_case
        );
        let position = line.map(|line| (line as u64 + 1, 1));
        return Err(LoadError { file: name.to_owned(), position, message });
    }
    parse_bounded(name, text, LARGEST_CASE, MOST_VALUES)
}

/// The entries of a mapping. `inline`: the first one stands behind the dash of a list.
fn entries(out: &mut String, map: &Map<String, Value>, indent: usize, inline: bool) {
    for (n, (key, value)) in map.iter().filter(|(_, value)| !value.is_null()).enumerate() {
        if n > 0 || !inline {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        scalar(out, key, indent, true);
        out.push(':');
        child(out, value, indent);
    }
}

/// What stands behind a key, or behind the dash of a list.
fn child(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if map.values().any(|value| !value.is_null()) => {
            out.push('\n');
            entries(out, map, indent + 2, false);
        }
        Value::Object(_) => out.push_str(" {}\n"),
        Value::Array(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Array(items) => {
            out.push('\n');
            for item in items {
                out.extend(std::iter::repeat_n(' ', indent + 2));
                out.push('-');
                match item {
                    Value::Object(map) if map.values().any(|value| !value.is_null()) => {
                        out.push(' ');
                        entries(out, map, indent + 4, true);
                    }
                    item => child(out, item, indent + 2),
                }
            }
        }
        Value::String(text) => {
            out.push(' ');
            scalar(out, text, indent, false);
            out.push('\n');
        }
        Value::Null => out.push_str(" null\n"),
        other => {
            out.push(' ');
            out.push_str(&other.to_string());
            out.push('\n');
        }
    }
}

/// A text: plain where no reader could take it for something else, as a block where it has lines, else in quotes.
fn scalar(out: &mut String, text: &str, indent: usize, key: bool) {
    let word = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if key && !text.is_empty() && text.chars().all(word) && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.push_str(text);
    } else if !key && is_block(text) {
        // The indicators say how deep the block is and that its last line end belongs to it, or not.
        out.push_str(if text.ends_with('\n') { "|2+" } else { "|2-" });
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                out.extend(std::iter::repeat_n(' ', indent + 2));
                out.push_str(line);
            }
        }
    } else {
        quoted(out, text);
    }
}

/// Whether a text comes out of a block as it went in, and is easier to read there.
fn is_block(text: &str) -> bool {
    let shown = |c: char| c == '\n' || c == '\t' || (!c.is_control() && !is_hidden(c));
    let lines = text.trim_end_matches('\n').contains('\n');
    // Blocks that end in several line ends, and lines of nothing but blanks, are read differently by different programs.
    let ends = text.ends_with("\n\n") || text.starts_with('\n');
    let blank = text.split('\n').any(|line| !line.is_empty() && line.trim().is_empty());
    lines && !ends && !blank && text.chars().all(shown)
}

/// Line ends that are none for everybody, byte order marks, and what is no character.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || matches!(crate::report::printable(c.encode_utf8(&mut [0; 4])), std::borrow::Cow::Owned(_))
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_hidden(c) => match u32::from(c) {
                code @ 0..=0xff => out.push_str(&format!("\\x{code:02x}")),
                code @ 0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::{Answer, By, Decision, Entry, Paste, Place};

    fn case(text: &str) -> Case {
        let entry = Entry {
            time: "2026-11-23T07:00:00Z".to_owned(),
            at: Place::Error,
            shown: None,
            answer: Answer::Output(text.to_owned()),
            decision: Decision { by: By::Evidence, evidence: vec![text.to_owned()], ..Decision::default() },
            to: Place::Support,
            taken_back: false,
        };
        Case {
            freebusy_case: VERSION,
            program: "0.1.0".to_owned(),
            started: "2026-11-23T07:00:00Z".to_owned(),
            error: Some(Paste { name: "a: b #c".to_owned(), text: text.to_owned() }),
            parameters: [("name".to_owned(), text.to_owned())].into(),
            rules: std::collections::BTreeMap::new(),
            first: Place::Context("free-busy".to_owned()),
            because: Decision::default(),
            entries: vec![entry],
        }
    }

    #[test]
    fn every_text_comes_back_as_it_was() {
        for text in [
            "",
            " ",
            "\n",
            "\n\n",
            "a",
            "a\n",
            "a\nb",
            "a\nb\n",
            "a\nb\n\n",
            "  a\n b\n",
            "\ta\n\tb",
            "a\n\nb",
            "a\n \nb",
            "a \nb ",
            "a\r\nb\r\n",
            "- a\n- b",
            "# a\n# b",
            "--- a\n...\n---\nb: c\n",
            "a: b\nc: {d",
            "%YAML 1.2\n%TAG",
            "'\"\\\n\"",
            "true",
            "0x10",
            "null\nnull",
            "\u{0}\u{1}\u{7f}\u{85}\u{9b}",
            "\u{feff}a\nb",
            "a\u{2028}b\nc\u{2029}",
            "\u{1f600}\n\u{1f468}\u{200d}\u{1f469}",
            "\u{e000}\n\u{10ffff}\u{fffe}",
            "\u{202e}abc\ndef",
        ] {
            let case = case(text);
            let written = write(&case).expect("YAML");
            let read = read("case.yaml", &written).unwrap_or_else(|error| panic!("{text:?}: {error}\n{written}"));
            assert_eq!(read, case, "{text:?}\n{written}");
        }
    }

    #[test]
    fn a_long_paste_is_no_reason_to_refuse_a_case() {
        let case = case(&"Name : a\n".repeat(100_000));
        assert_eq!(read("case.yaml", &write(&case).expect("YAML")).expect("a case"), case);
    }

    #[test]
    fn what_is_no_case_is_refused_with_its_place() {
        let error = |text: &str| read("case.yaml", text).expect_err("no case").to_string();
        assert_eq!(
            error("program: \"9\"\nfreebusy_case: 2\nnovelty: {}\n"),
            "case.yaml:2:1: the case is of version 2, and this program knows version 1; go on with a newer freebusy"
        );
        let written = write(&case("x")).expect("YAML");
        let unknown = written.replace("started:", "begun: now\nstarted:");
        assert!(error(&unknown).starts_with("case.yaml:3:1: unknown field `begun`"), "{}", error(&unknown));
        assert!(error("").starts_with("case.yaml:"), "{}", error(""));
        assert!(error(&written[..written.len() / 2]).starts_with("case.yaml:"));
    }
}
