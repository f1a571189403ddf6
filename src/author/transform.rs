//! What happens to a text on its way to the clipboard: a rule must find its failure all the same.

use std::fmt::Write as _;

/// Something that happens to a text.
#[derive(Debug, Clone, Copy)]
pub struct Transformation {
    /// Its name, which `except` in a rule's test refers to.
    pub name: &'static str,
    /// Does it. `evidence_end` is where the last piece of evidence ends.
    pub apply: fn(text: &str, evidence_end: usize) -> Vec<u8>,
    /// Whether a certain match may become a possible one, because the context is cut off or another one comes near.
    pub may_weaken: bool,
}

/// Lines of other things: what servers print all day.
const NOISE: &str = include_str!("../../tests/corpus/noise.log");

/// All transformations.
pub const TRANSFORMATIONS: [Transformation; 18] = [
    keeps("wrap-80", |text, _| wrap(text, 80, 0).into_bytes()),
    keeps("wrap-80-indent", |text, _| wrap(text, 80, 14).into_bytes()),
    keeps("wrap-120", |text, _| wrap(text, 120, 0).into_bytes()),
    keeps("wrap-120-indent", |text, _| wrap(text, 120, 14).into_bytes()),
    keeps("wrap-150", |text, _| wrap(text, 150, 0).into_bytes()),
    keeps("wrap-150-indent", |text, _| wrap(text, 150, 14).into_bytes()),
    keeps("crlf", |text, _| text.replace('\n', "\r\n").into_bytes()),
    keeps("utf-16", |text, _| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }),
    keeps("html", |text, _| html(text).into_bytes()),
    keeps("html-twice", |text, _| html(&html(text)).into_bytes()),
    keeps("json", |text, _| json(text).into_bytes()),
    keeps("json-twice", |text, _| json(&json(text)).into_bytes()),
    keeps("upper-case", |text, _| text.to_uppercase().into_bytes()),
    keeps("curly", |text, _| curly(text).into_bytes()),
    keeps("verbose", |text, _| prefixed(text, "VERBOSE: ").into_bytes()),
    keeps("verbose-wrapped", |text, _| prefixed(&wrap(text, 71, 0), "VERBOSE: ").into_bytes()),
    weakens("in-a-log", |text, _| in_a_log(text).into_bytes()),
    weakens("cut-off", |text, evidence_end| text.get(..evidence_end).unwrap_or(text).into()),
];

const fn keeps(name: &'static str, apply: fn(&str, usize) -> Vec<u8>) -> Transformation {
    Transformation { name, apply, may_weaken: false }
}

const fn weakens(name: &'static str, apply: fn(&str, usize) -> Vec<u8>) -> Transformation {
    Transformation { name, apply, may_weaken: true }
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
    let noise: Vec<&str> = NOISE.lines().collect();
    let middle = noise.len() / 2;
    format!("{}\n{text}\n{}\n", noise[..middle].join("\n"), noise[middle..].join("\n"))
}
