//! The evidence in the person's own text, underlined the way a compiler shows an error.

use super::answer::Evidence;
use super::sanitize::replacement;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;

/// How many lines are shown at most; evidence further down is listed in JSON only.
const MOST_LINES: usize = 8;

/// How many characters around the evidence of a long line are shown.
const AROUND: usize = 40;

/// Shows the lines of `text` that hold evidence.
pub(super) fn excerpt(text: &str, name: &str, evidence: &[Evidence], width: usize, styled: bool) -> String {
    let mut out = String::new();
    let mut shown = 0;
    let mut last_line = None;
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() }.term_width(width.max(40));
    let mut snippets = Vec::new();
    for piece in evidence {
        for (number, line) in lines(text, piece.start..piece.end) {
            if shown == MOST_LINES {
                break;
            }
            if last_line != Some(number) {
                shown += 1;
                snippets.push((number, line.clone(), Vec::new()));
                last_line = Some(number);
            }
            let marked = piece.start.max(line.start)..piece.end.min(line.end);
            if let Some((_, _, marks)) = snippets.last_mut() {
                marks.push(marked);
            }
        }
    }
    for (number, line, marks) in snippets {
        let (source, marks) = window(&text[line.clone()], line.start, &marks, width);
        if marks.is_empty() {
            continue;
        }
        let mut snippet = Snippet::source(source).line_start(number).fold(false);
        for mark in marks {
            snippet = snippet.annotation(AnnotationKind::Primary.span(mark));
        }
        let group = annotate_snippets::Group::with_level(Level::NOTE).element(snippet);
        out.push_str(&renderer.render(&[group]));
        out.push('\n');
    }
    if out.is_empty() {
        return out;
    }
    format!("  --> {name}\n{out}")
}

/// The lines that a range touches: number from 1, and bytes without the line end.
fn lines(text: &str, range: Range<usize>) -> Vec<(usize, Range<usize>)> {
    let Some(before) = text.get(..range.start) else {
        return Vec::new();
    };
    let mut number = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let mut start = before.rfind('\n').map_or(0, |at| at + 1);
    let mut found = Vec::new();
    while start < range.end.max(range.start + 1) {
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let trimmed = start + text[start..end].trim_end_matches('\r').len();
        if range.start.max(start) < range.end.min(trimmed) {
            found.push((number, start..trimmed));
        }
        if end == text.len() {
            break;
        }
        start = end + 1;
        number += 1;
    }
    found
}

/// The part of a line around its evidence, made safe for a terminal, and where the evidence stands in it.
fn window(line: &str, offset: usize, marks: &[Range<usize>], width: usize) -> (String, Vec<Range<usize>>) {
    let first = marks.iter().map(|m| m.start).min().unwrap_or(offset) - offset;
    let last = marks.iter().map(|m| m.end).max().unwrap_or(offset) - offset;
    let total = line.chars().count();
    let (from, to) = if total <= width.saturating_sub(8) {
        (0, line.len())
    } else {
        let from = line[..first].char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
        let to = line[last..].char_indices().nth(AROUND).map_or(line.len(), |(at, _)| last + at);
        (from, to)
    };
    let mut out = String::new();
    let mut spans: Vec<Range<usize>> = marks.iter().map(|_| 0..0).collect();
    if from > 0 {
        out.push('…');
    }
    for (at, c) in line[from..to].char_indices() {
        let at = offset + from + at;
        for (mark, span) in marks.iter().zip(&mut spans) {
            if at == mark.start || (span.end == 0 && at > mark.start && at < mark.end) {
                span.start = out.len();
                span.end = out.len();
            }
        }
        match replacement(c) {
            Some('\t') => out.push(' '),
            Some(shown) => out.push(shown),
            None => {}
        }
        for (mark, span) in marks.iter().zip(&mut spans) {
            if at >= mark.start && at < mark.end {
                span.end = out.len();
            }
        }
    }
    if to < line.len() {
        out.push('…');
    }
    spans.retain(|span| span.end > span.start);
    (out, spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, found: &str, width: usize) -> String {
        let start = text.find(found).expect("the evidence");
        let piece = Evidence { source: None, start, end: start + found.len(), text: found.to_owned() };
        excerpt(text, "paste", &[piece], width, false)
    }

    #[test]
    fn a_long_line_is_cut_around_its_evidence() {
        let text = format!("{} the cause {}", "x".repeat(500), "y".repeat(500));
        let shown = show(&text, "the cause", 80);
        assert!(shown.contains("the cause") && shown.contains("^^^^^^^^^"), "{shown}");
        assert!(shown.lines().all(|l| l.chars().count() <= 110), "{shown}");
    }

    #[test]
    fn evidence_that_a_console_wrapped_is_marked_on_both_lines() {
        let shown = show("a\r\nthe entered and sto\r\nred passwords\r\n", "the entered and sto\r\nred passwords", 80);
        assert!(shown.contains("2 | the entered and sto") && shown.contains("3 | red passwords"), "{shown}");
    }

    #[test]
    fn no_escape_sequence_reaches_the_terminal() {
        let shown = show("\u{1b}[2J the cause \u{202e}", "the cause", 80);
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    }
}
