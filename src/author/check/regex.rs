//! A rule's regex: what is wrong with it, and at which of its characters.

use crate::author::diagnostic::Findings;
use crate::author::problems::{
    RegexNeverMatches, RegexNoLiteral, RegexSyntax, RegexTooLarge, RegexUpperCase, RegexWideGap,
};
use crate::author::yaml::Node;
use crate::rules::bounds::LARGEST_REGEX;
use crate::rules::compile::{MIN_LITERAL, parse_regex, required_literals, strip_white_space, upper_case};
use regex_syntax::ast::{self, Ast, ClassPerlKind, RepetitionKind, RepetitionRange, Span};
use regex_syntax::hir::{Hir, HirKind};
use std::ops::Range;

/// The widest gap of counted characters. A wider one multiplies the states of the automaton, and what it means is a distance.
pub(super) const WIDEST_GAP: u32 = 100;

/// A pattern with fewer states than this compiles to less than the limit, whatever it says.
const SURELY_SMALL: u64 = 2_000;

/// Reports what is wrong with a pattern.
pub(super) fn check(source: &str, node: &Node, findings: &mut Findings) {
    let Some(written) = node.text().filter(|text| !text.trim().is_empty()) else { return };
    let (pattern, offsets) = strip_white_space(written);
    // Bytes of the stripped pattern to bytes of the file.
    let place = |range: Range<usize>| {
        let start = offsets.get(range.start).copied().unwrap_or(written.len());
        let end = range.end.checked_sub(1).and_then(|last| offsets.get(last)).map_or(start, |last| last + 1);
        node.part(source, start..end.max(start))
    };
    if let Some(at) = upper_case(&pattern) {
        findings.add(place(at..at + 1), &RegexUpperCase {});
        return;
    }
    let hir = match parse_regex(&pattern) {
        Ok(hir) => hir,
        Err(error) => {
            let (span, reason, hint) = explain(&error);
            let span = span.map_or(node.span.clone(), |span| place(span.start.offset..span.end.offset));
            findings.add(span, &RegexSyntax { reason, hint });
            return;
        }
    };
    if let Ok(ast) = ast::parse::Parser::new().parse(&pattern) {
        look(&ast, true, &mut |span, found| {
            let range = span.start.offset..span.end.offset;
            match found {
                Found::Gap => {
                    let gap = pattern[range.clone()].to_owned();
                    findings.add(place(range), &RegexWideGap { gap, most: WIDEST_GAP });
                }
                Found::Never(what) => {
                    findings.add(place(range), &RegexNeverMatches { what });
                }
            }
        });
    }
    let literals = required_literals(&hir);
    if literals.is_empty() || literals.iter().any(|literal| literal.len() < MIN_LITERAL) {
        findings.add(node.span.clone(), &RegexNoLiteral { least: MIN_LITERAL });
    }
    if states(&hir) > SURELY_SMALL {
        let built = regex::bytes::RegexBuilder::new(&pattern).unicode(false).size_limit(LARGEST_REGEX).build();
        if built.is_err() {
            findings.add(node.span.clone(), &RegexTooLarge { most: LARGEST_REGEX });
        }
    }
}

enum Found {
    Gap,
    Never(&'static str),
}

/// Walks a pattern. `required` says that every match goes through this part.
fn look(ast: &Ast, required: bool, report: &mut impl FnMut(&Span, Found)) {
    match ast {
        Ast::Literal(literal) if required && matches!(literal.c, '\u{2018}'..='\u{201f}') => {
            report(&literal.span, Found::Never("a typographic quote"));
        }
        Ast::Literal(literal) if required && literal.c.is_whitespace() => {
            report(&literal.span, Found::Never("white space"));
        }
        Ast::ClassPerl(class) if required && class.kind == ClassPerlKind::Space && !class.negated => {
            report(&class.span, Found::Never("white space"));
        }
        Ast::Repetition(repetition) => {
            let least = match &repetition.op.kind {
                RepetitionKind::OneOrMore => 1,
                RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => 0,
                RepetitionKind::Range(range) => {
                    let least = match range {
                        RepetitionRange::Exactly(n) | RepetitionRange::AtLeast(n) => *n,
                        RepetitionRange::Bounded(least, most) => {
                            let wide = most.saturating_sub(*least) > WIDEST_GAP;
                            if wide && !matches!(*repetition.ast, Ast::Literal(_)) {
                                report(&repetition.span, Found::Gap);
                            }
                            *least
                        }
                    };
                    if least > WIDEST_GAP {
                        report(&repetition.span, Found::Gap);
                    }
                    least
                }
            };
            look(&repetition.ast, required && least > 0, report);
        }
        Ast::Group(group) => look(&group.ast, required, report),
        Ast::Alternation(branches) => branches.asts.iter().for_each(|ast| look(ast, required, report)),
        Ast::Concat(parts) => parts.asts.iter().for_each(|ast| look(ast, required, report)),
        _ => {}
    }
}

/// Where a pattern fails to parse, why, and what could be meant.
fn explain(error: &regex_syntax::Error) -> (Option<Span>, String, &'static str) {
    use ast::ErrorKind;
    match error {
        regex_syntax::Error::Parse(error) => {
            let hint = match error.kind() {
                ErrorKind::GroupUnclosed => r"close the group with `)`, or write `\(` for a bracket in the text",
                ErrorKind::GroupUnopened => r"open the group with `(`, or write `\)` for a bracket in the text",
                ErrorKind::ClassUnclosed => r"close the class with `]`, or write `\[` for a bracket in the text",
                ErrorKind::RepetitionMissing => {
                    r"write a backslash in front of it for the character itself, as in `\*`"
                }
                ErrorKind::UnsupportedLookAround => {
                    "match what stands around it as well, or use `none` in the condition"
                }
                ErrorKind::UnsupportedBackreference => "write the text again",
                ErrorKind::RepetitionCountUnclosed | ErrorKind::RepetitionCountDecimalEmpty => {
                    r"write `\{` for a bracket in the text"
                }
                ErrorKind::EscapeUnrecognized => "remove the backslash, or write two for one in the text",
                ErrorKind::ClassRangeInvalid => "write the smaller end first; a `-` that is meant as such stands last",
                _ => "",
            };
            (Some(*error.span()), error.kind().to_string(), hint)
        }
        regex_syntax::Error::Translate(error) => {
            (Some(*error.span()), error.kind().to_string(), "the text is compared byte by byte; name the characters")
        }
        other => (None, other.to_string(), ""),
    }
}

/// Roughly how many states a pattern compiles to.
fn states(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.max(1));
            states(&repetition.sub).saturating_mul(u64::from(times))
        }
        HirKind::Capture(capture) => states(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(states).fold(0, u64::saturating_add),
        _ => 1,
    }
}
