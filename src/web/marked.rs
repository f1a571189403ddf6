//! The pasted text with its evidence marked. A short text is shown whole, a long one around its marks.

use crate::read::Case;
use crate::report::answer::Evidence;
use serde::Serialize;
use std::ops::Range;

/// Texts up to so many bytes are shown whole.
const WHOLE: usize = 4_000;

/// How many bytes around a mark are shown of a longer text, as far as its lines go.
const AROUND: usize = 240;

/// How many places of one text are shown at most.
const MOST_PLACES: usize = 12;

/// One of the pasted texts.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Marked {
    /// How the text is called, where there are several.
    pub name: Option<String>,
    pub pieces: Vec<Piece>,
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    pub kind: Kind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Plain,
    Mark,
    /// Something was left out here.
    Gap,
}

/// The texts of a case that hold evidence, with it marked.
pub(super) fn marked(case: &Case, evidence: &[Evidence]) -> Vec<Marked> {
    let several = case.parts().len() > 1;
    let mut all = Vec::new();
    for part in case.parts() {
        let here = evidence.iter().filter(|piece| piece.source.as_ref().is_none_or(|source| *source == part.name));
        let marks = merged(here.map(|piece| piece.start..piece.end), &part.input.text);
        if !marks.is_empty() {
            let name = several.then(|| part.name.clone());
            all.push(Marked { name, pieces: pieces(&part.input.text, &marks) });
        }
    }
    all
}

/// The ranges in order, those that touch as one; what is no place of the text is left out.
fn merged(ranges: impl Iterator<Item = Range<usize>>, text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> =
        ranges.filter(|range| range.start < range.end && text.get(range.clone()).is_some()).collect();
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn pieces(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    let windows = match text.len() {
        ..=WHOLE => std::iter::once(0..text.len()).collect(),
        _ => merged(marks.iter().take(MOST_PLACES).map(|mark| window(text, mark)), text),
    };
    let mut pieces = Vec::new();
    let mut add = |kind, text: &str| {
        if !text.is_empty() || kind == Kind::Gap {
            pieces.push(Piece { kind, text: text.to_owned() });
        }
    };
    let mut shown = 0;
    for window in windows {
        if window.start > shown {
            add(Kind::Gap, "");
        }
        let mut at = window.start;
        for mark in marks.iter().filter(|mark| mark.start < window.end && mark.end > window.start) {
            add(Kind::Plain, text.get(at..mark.start).unwrap_or_default());
            let end = mark.end.min(window.end);
            add(Kind::Mark, text.get(mark.start..end).unwrap_or_default());
            at = end;
        }
        add(Kind::Plain, text.get(at..window.end).unwrap_or_default());
        shown = window.end;
    }
    if shown < text.trim_end().len() {
        add(Kind::Gap, "");
    }
    pieces
}

/// A mark with what stands around it: whole lines, unless they are long.
fn window(text: &str, mark: &Range<usize>) -> Range<usize> {
    let from = floor(text, mark.start.saturating_sub(AROUND));
    let to = floor(text, (mark.end + AROUND).min(text.len()));
    let start = if from == 0 { 0 } else { text[from..mark.start].find('\n').map_or(from, |line| from + line + 1) };
    let end = if to == text.len() { to } else { text[mark.end..to].rfind('\n').map_or(to, |line| mark.end + line) };
    start..end
}

/// The last boundary of a character that is not behind this place.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Input;

    fn show(text: &str, found: &[&str]) -> String {
        let input = Input::from_bytes(text.as_bytes().to_vec()).expect("a text");
        let evidence: Vec<Evidence> = found
            .iter()
            .map(|found| {
                let start = text.find(found).expect("the evidence");
                Evidence { source: None, start, end: start + found.len(), text: (*found).to_owned() }
            })
            .collect();
        let shown = marked(&Case::new([("paste".to_owned(), input)]), &evidence);
        let pieces = shown.iter().flat_map(|text| &text.pieces);
        pieces
            .map(|piece| match piece.kind {
                Kind::Plain => piece.text.clone(),
                Kind::Mark => format!("[{}]", piece.text),
                Kind::Gap => "(…)".to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(show("one two\nthree", &["two", "three"]), "one [two]\n[three]");
        assert_eq!(show("one two three", &["one two", "two three"]), "[one two three]");
        assert_eq!(show("one", &[]), "");
    }

    #[test]
    fn a_long_text_is_shown_around_its_marks() {
        let text = format!("{}before\nthe cause\nbehind\n{}", "x y z ü\n".repeat(2_000), "ä b c\n".repeat(2_000));
        let shown = show(&text, &["the cause"]);
        assert!(shown.starts_with("(…)x y z ü\n") && shown.ends_with("ä b c(…)"), "{shown}");
        assert!(shown.contains("before\n[the cause]\nbehind") && shown.len() < 700, "{shown}");
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let shown = show(&format!("{}cause{}", "ü".repeat(9_000), "ü".repeat(9_000)), &["cause"]);
        assert!(shown.contains("[cause]") && shown.len() < 700, "{shown}");
    }
}
