//! A rule's regex in the words of targets that know fewer.

use crate::rules::compile::parse_regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// More chains of pieces than that are not worth a query's length.
const MOST_CHAINS: usize = 24;

/// A class of more letters is something unknown, not a list of texts.
const MOST_LETTERS: usize = 4;

/// Bounds above this make an automaton large; Lucene refuses such patterns.
const MOST_TIMES: u32 = 20;

/// Fixed pieces of which one chain stands, in its order, in every text that a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pieces {
    /// The chains.
    pub chains: Vec<Vec<String>>,
    /// Whether a text that holds a chain is always one that the pattern matches.
    pub exact: bool,
}

/// The fixed pieces of a pattern; nothing where it does not parse.
pub(super) fn pieces(pattern: &str) -> Option<Pieces> {
    let mut exact = true;
    let chains = chains(&parse_regex(pattern).ok()?, &mut exact);
    let chains = chains.into_iter().map(|chain| {
        let mut pieces = Vec::new();
        let mut open = false;
        for part in chain {
            match part {
                Part::Gap => open = false,
                Part::Fixed(text) => match pieces.last_mut() {
                    Some(last) if open => *last = format!("{last}{text}"),
                    _ => {
                        pieces.push(text);
                        open = true;
                    }
                },
            }
        }
        pieces
    });
    let mut chains: Vec<Vec<String>> = chains.filter(|chain| !chain.is_empty()).collect();
    chains.sort();
    chains.dedup();
    Some(Pieces { chains, exact })
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Fixed(String),
    Gap,
}

fn chains(hir: &Hir, exact: &mut bool) -> Vec<Vec<Part>> {
    let gap = |exact: &mut bool| {
        *exact = false;
        vec![vec![Part::Gap]]
    };
    match hir.kind() {
        HirKind::Empty => vec![Vec::new()],
        HirKind::Look(_) => {
            *exact = false;
            vec![Vec::new()]
        }
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => vec![vec![Part::Fixed(text.to_owned())]],
            Err(_) => gap(exact),
        },
        HirKind::Class(Class::Bytes(class)) => {
            let letters: Vec<u8> =
                class.ranges().iter().flat_map(|r| r.start()..=r.end()).take(MOST_LETTERS + 1).collect();
            if letters.len() > MOST_LETTERS || letters.iter().any(|letter| !letter.is_ascii()) {
                return gap(exact);
            }
            letters.into_iter().map(|letter| vec![Part::Fixed(char::from(letter).to_string())]).collect()
        }
        HirKind::Class(Class::Unicode(_)) => gap(exact),
        HirKind::Capture(capture) => chains(&capture.sub, exact),
        HirKind::Repetition(repetition) => {
            let one = chains(&repetition.sub, exact);
            let mut all = vec![Vec::new()];
            for _ in 0..repetition.min.min(MOST_TIMES) {
                all = crossed(&all, &one, exact);
            }
            match repetition.max {
                Some(max) if max == repetition.min && max <= MOST_TIMES => {}
                Some(1) if repetition.min == 0 => all.extend(one),
                _ => {
                    *exact = false;
                    all.iter_mut().for_each(|chain| chain.push(Part::Gap));
                }
            }
            all
        }
        HirKind::Concat(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                let next = chains(part, exact);
                all = crossed(&all, &next, exact);
            }
            all
        }
        HirKind::Alternation(branches) => {
            let all: Vec<Vec<Part>> = branches.iter().flat_map(|branch| chains(branch, exact)).collect();
            if all.len() > MOST_CHAINS { gap(exact) } else { all }
        }
    }
}

fn crossed(before: &[Vec<Part>], behind: &[Vec<Part>], exact: &mut bool) -> Vec<Vec<Part>> {
    if before.len() * behind.len() > MOST_CHAINS {
        *exact = false;
        return before.iter().map(|chain| [chain.as_slice(), &[Part::Gap]].concat()).collect();
    }
    before.iter().flat_map(|first| behind.iter().map(move |second| [first.as_slice(), second].concat())).collect()
}

/// A pattern in Lucene's language, which is that of `RLIKE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lucene {
    /// The pattern, over the whole text.
    pub pattern: String,
    /// Whether it matches what the rule's pattern matches.
    pub exact: bool,
}

/// Writes a pattern in Lucene's language; nothing where it does not parse.
pub(super) fn lucene(pattern: &str) -> Option<Lucene> {
    let mut exact = true;
    let inner = to_lucene(&parse_regex(pattern).ok()?, &mut exact);
    Some(Lucene { pattern: format!(".*({inner}).*"), exact })
}

fn to_lucene(hir: &Hir, exact: &mut bool) -> String {
    match hir.kind() {
        HirKind::Empty => String::new(),
        HirKind::Look(_) => {
            *exact = false;
            String::new()
        }
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().map(lucene_char).collect(),
        HirKind::Class(class) => lucene_class(class),
        HirKind::Capture(capture) => grouped(to_lucene(&capture.sub, exact)),
        HirKind::Repetition(repetition) => {
            let sub = to_lucene(&repetition.sub, exact);
            if sub.is_empty() {
                return sub;
            }
            let single = matches!(repetition.sub.kind(), HirKind::Class(_) | HirKind::Capture(_));
            let sub = if single { sub } else { grouped(sub) };
            let times = match (repetition.min, repetition.max) {
                (0, Some(1)) => "?".to_owned(),
                (0, None) => "*".to_owned(),
                (1, None) => "+".to_owned(),
                (min, None) => format!("{{{min},}}"),
                (min, Some(max)) if max > MOST_TIMES && max > min => {
                    *exact = false;
                    if min == 0 { "*".to_owned() } else { format!("{{{min},}}") }
                }
                (min, Some(max)) if min == max => format!("{{{min}}}"),
                (min, Some(max)) => format!("{{{min},{max}}}"),
            };
            sub + &times
        }
        HirKind::Concat(parts) => parts.iter().map(|part| to_lucene(part, exact)).collect(),
        HirKind::Alternation(branches) => {
            let written: Vec<String> = branches.iter().map(|branch| to_lucene(branch, exact)).collect();
            let some: Vec<&str> = written.iter().map(String::as_str).filter(|branch| !branch.is_empty()).collect();
            let optional = if some.len() < written.len() { "?" } else { "" };
            if some.is_empty() { String::new() } else { format!("({}){optional}", some.join("|")) }
        }
    }
}

fn grouped(pattern: String) -> String {
    if pattern.is_empty() { pattern } else { format!("({pattern})") }
}

fn lucene_class(class: &Class) -> String {
    let Class::Bytes(class) = class else { return ".".to_owned() };
    // A class that goes beyond ASCII is one that names what it does not hold.
    let negated = class.ranges().last().is_some_and(|range| range.end() == u8::MAX);
    let mut listed = class.clone();
    if negated {
        listed.negate();
    }
    let ranges: String = listed
        .ranges()
        .iter()
        .map(|range| match (range.start(), range.end()) {
            (start, end) if start == end => lucene_char(char::from(start)),
            (start, end) => format!("{}-{}", lucene_char(char::from(start)), lucene_char(char::from(end))),
        })
        .collect();
    match (negated, ranges.is_empty() || ranges == "\n") {
        (true, true) => ".".to_owned(),
        (true, false) => format!("[^{ranges}]"),
        (false, _) => format!("[{ranges}]"),
    }
}

fn lucene_char(c: char) -> String {
    if c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() || c.is_ascii_control() {
        c.to_string()
    } else {
        format!("\\{c}")
    }
}

/// A pattern over a text with its blanks: white space may stand where the rule writes a blank.
pub(super) fn with_blanks(written: &str) -> String {
    let mut out = String::new();
    let (mut in_class, mut escaped, mut blank) = (false, false, false);
    for c in written.chars() {
        if c.is_whitespace() {
            if escaped {
                out.pop();
                escaped = false;
            }
            blank |= !in_class;
            continue;
        }
        if std::mem::take(&mut blank) && !matches!(c, '?' | '*' | '+' | '{') {
            out.push_str("\\s*");
        }
        match c {
            '[' if !escaped => in_class = true,
            ']' if !escaped && !out.ends_with('[') && !out.ends_with("[^") => in_class = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_parts_of_a_pattern_keep_their_order() {
        let some = pieces("asproxy/[a-z]+/exch/15\\.20-503").expect("a pattern");
        assert_eq!(some, Pieces { chains: vec![vec!["asproxy/".into(), "/exch/15.20-503".into()]], exact: false });
        let exact = pieces("250-?starttls").expect("a pattern");
        assert_eq!(
            exact,
            Pieces { chains: vec![vec!["250-starttls".into()], vec!["250starttls".into()]], exact: true }
        );
        let stars = pieces(r"220\*{3,}x").expect("a pattern");
        assert_eq!(stars.chains, [["220***", "x"]]);
    }

    #[test]
    fn lucene_escapes_everything_that_is_no_letter() {
        let written = lucene("a\\.b[^\"c]{0,90}(x|$)#@<&~").expect("a pattern");
        assert_eq!(written.pattern, r#".*(a\.b[^\"c]*((x)?)\#\@\<\&\~).*"#);
        assert!(!written.exact);
        assert!(lucene("ab{2}[0-9]?").expect("a pattern").exact);
    }

    #[test]
    fn a_blank_of_a_pattern_is_any_white_space() {
        assert_eq!(with_blanks("type [ x]+ imap ?"), "type\\s*[x]+\\s*imap?");
        assert_eq!(with_blanks(r"a\ b"), r"a\s*b");
    }
}
