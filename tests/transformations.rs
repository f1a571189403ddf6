//! What happens to a text on its way to the clipboard does not change the answer.
//!
//! Every positive test of every rule goes through every transformation. A text that cannot survive one says so in its rule file
//! (`except`, with the reason), and then must really fail it.

mod common;

use common::Catalogue;
use freebusy::read::Input;
use std::fmt::Write as _;

type Transformation = (&'static str, fn(&Catalogue, &str) -> Vec<u8>);

const TRANSFORMATIONS: [Transformation; 18] = [
    ("wrap-80", |_, text| wrap(text, 80, 0).into_bytes()),
    ("wrap-80-indent", |_, text| wrap(text, 80, 14).into_bytes()),
    ("wrap-120", |_, text| wrap(text, 120, 0).into_bytes()),
    ("wrap-120-indent", |_, text| wrap(text, 120, 14).into_bytes()),
    ("wrap-150", |_, text| wrap(text, 150, 0).into_bytes()),
    ("wrap-150-indent", |_, text| wrap(text, 150, 14).into_bytes()),
    ("crlf", |_, text| text.replace('\n', "\r\n").into_bytes()),
    ("utf-16", |_, text| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }),
    ("html", |_, text| html(text).into_bytes()),
    ("html-twice", |_, text| html(&html(text)).into_bytes()),
    ("json", |_, text| json(text).into_bytes()),
    ("json-twice", |_, text| json(&json(text)).into_bytes()),
    ("upper-case", |_, text| text.to_uppercase().into_bytes()),
    ("curly", |_, text| curly(text).into_bytes()),
    ("verbose", |_, text| prefixed(text, "VERBOSE: ").into_bytes()),
    ("verbose-wrapped", |_, text| prefixed(&wrap(text, 71, 0), "VERBOSE: ").into_bytes()),
    ("in-a-log", |_, text| in_a_log(text).into_bytes()),
    ("cut-off", |catalogue, text| cut_off(catalogue, text).into_bytes()),
];

#[test]
fn no_transformation_changes_the_first_match() {
    let catalogue = Catalogue::built_in();
    let mut failures = String::new();
    let mut runs = 0;
    for (rule, n, test) in catalogue.tests() {
        let Some(text) = &test.text else { continue };
        for (name, transform) in TRANSFORMATIONS {
            let excepted = test.except.iter().any(|e| e.transform == name);
            let got = catalogue.matches_of_bytes(transform(&catalogue, text), test.assume.as_deref());
            let same = got.first().is_some_and(|(id, _)| *id == rule.id);
            runs += 1;
            if same == excepted {
                let _ = writeln!(
                    failures,
                    "{} test {n}, {name}{}: got {:?}",
                    rule.id,
                    if excepted { " (listed as an exception)" } else { "" },
                    got.first()
                );
            }
        }
    }
    assert!(failures.is_empty(), "of {runs}:\n{failures}");
    assert!(runs > 49 * 3 * TRANSFORMATIONS.len(), "only {runs} runs");
}

/// Every transformation but the cut leaves certain what is certain; the cut may take the context away.
#[test]
fn no_transformation_makes_a_certain_match_uncertain() {
    let catalogue = Catalogue::built_in();
    let mut failures = String::new();
    for (rule, n, test) in catalogue.tests() {
        let Some(text) = &test.text else { continue };
        let before = catalogue.matches(text, test.assume.as_deref());
        for (name, transform) in TRANSFORMATIONS {
            if matches!(name, "cut-off" | "in-a-log") || test.except.iter().any(|e| e.transform == name) {
                continue;
            }
            let after = catalogue.matches_of_bytes(transform(&catalogue, text), test.assume.as_deref());
            if before.first() != after.first() {
                let _ = writeln!(
                    failures,
                    "{} test {n}, {name}: {:?} instead of {:?}",
                    rule.id,
                    after.first(),
                    before.first()
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_exception_names_a_transformation_that_exists() {
    for (rule, n, test) in Catalogue::built_in().tests() {
        for exception in &test.except {
            let known = TRANSFORMATIONS.iter().any(|(name, _)| *name == exception.transform);
            assert!(known, "{} test {n}: {}", rule.id, exception.transform);
            assert!(exception.reason.len() > 20, "{} test {n}: the reason is missing", rule.id);
        }
    }
}

/// Cuts lines the way a console does: at a column, also inside words.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut column = 0;
        for c in line.chars() {
            if column == width {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            }
            out.push(c);
            column += 1;
        }
        out.push('\n');
    }
    out
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if !c.is_ascii() => {
                let _ = write!(out, "&#x{:X};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// As Windows PowerShell writes a string into JSON.
fn json(text: &str) -> String {
    let mut out = String::new();
    for c in text.replace('\n', "\r\n").chars() {
        match c {
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' | '>' | '&' | '\'' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

fn curly(text: &str) -> String {
    let mut opening = true;
    let mut out = String::new();
    for c in text.replace("--->", "\u{2014}>").chars() {
        match c {
            '"' => {
                out.push(if opening { '\u{201c}' } else { '\u{201d}' });
                opening = !opening;
            }
            '\'' => out.push('\u{2019}'),
            c => out.push(c),
        }
    }
    out
}

fn prefixed(text: &str, prefix: &str) -> String {
    text.lines().map(|line| format!("{prefix}{line}\n")).collect()
}

/// In the middle of 200 lines of other things.
fn in_a_log(text: &str) -> String {
    let noise: Vec<&str> = include_str!("corpus/noise.log").lines().collect();
    assert!(noise.len() >= 200, "the noise has {} lines", noise.len());
    format!("{}\n{text}\n{}\n", noise[..100].join("\n"), noise[100..200].join("\n"))
}

/// Nothing behind the last piece of evidence.
fn cut_off(catalogue: &Catalogue, text: &str) -> String {
    let input = Input::from_bytes(text.as_bytes().to_vec()).expect("a text");
    let analysis = catalogue.engine.analyse(&input.records(), &[]);
    let end = analysis.matches.first().and_then(|m| m.evidence.last()).map_or(text.len(), |last| last.end);
    text[..end].to_owned()
}
