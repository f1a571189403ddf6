//! Why a rule is not the answer, as templates and programs see it.

use crate::engine::{Analysis, Missing, Part, Reason, Trace, WhyNot};
use crate::rules::model::Confidence;
use crate::rules::pack::Pack;
use serde::Serialize;
use std::ops::Range;

/// Why a rule is the answer, or not.
#[derive(Debug, Clone, Serialize)]
pub struct WhyNotView {
    /// The version of this contract.
    pub schema_version: u32,
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// How sure the match is; nothing where not even a hint holds.
    pub confidence: Option<&'static str>,
    /// What is missing before the match is certain.
    pub missing: Option<&'static str>,
    /// The direction that the text shows, where it is one for which the failure is not documented.
    pub direction: Option<&'static str>,
    /// The rule that is the answer instead, where one outranks this one.
    pub outranked_by: Option<String>,
    /// The rule that comes first, where that is another one.
    pub answer: Option<String>,
    /// The signature's condition.
    pub signature: PartView,
    /// The hints' conditions.
    pub hints: Vec<PartView>,
    /// The context's id and condition, and how far away it counts.
    pub context: Option<ContextView>,
}

/// The context that a rule needs.
#[derive(Debug, Clone, Serialize)]
pub struct ContextView {
    /// Its id.
    pub id: String,
    /// How far from the signature it may stand, in letters and digits.
    pub within: usize,
    /// Its condition.
    pub condition: PartView,
}

/// A part of a condition.
#[derive(Debug, Clone, Serialize)]
pub struct PartView {
    /// `all`, `any`, `none`, or the key of a single test.
    pub kind: &'static str,
    /// The value of a single test.
    pub value: Option<String>,
    /// How near the parts must be, where that counts.
    pub within: Option<u32>,
    /// Whether it holds.
    pub holds: bool,
    /// What makes it hold.
    pub found: Option<Piece>,
    /// The piece of the input that is the most like it.
    pub nearest: Option<Piece>,
    /// In how many letters that differs.
    pub differs: Option<usize>,
    /// The values that the input has instead.
    pub instead: Vec<String>,
    /// `too-far` or `excluded`, where all parts are there and the whole does not hold.
    pub reason: Option<&'static str>,
    /// Whether it holds, or the input has something like it.
    pub comes_near: bool,
    /// The parts of which it is made.
    pub parts: Vec<PartView>,
}

/// A piece of the input.
#[derive(Debug, Clone, Serialize)]
pub struct Piece {
    /// Its line, from 1.
    pub line: usize,
    /// Its first byte.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// Its text.
    pub text: String,
}

/// More of a piece is not shown.
const LONGEST_PIECE: usize = 160;

impl WhyNotView {
    /// What the engine said about rule number `rule`, over the input `text`.
    pub fn new(pack: &Pack<'_>, rule: usize, title: String, why: &WhyNot, analysis: &Analysis, text: &str) -> Self {
        let id = |number: usize| pack.rules[number].id.to_string();
        let own = analysis.matches.iter().find(|m| m.rule == rule);
        let (missing, direction) = match why.missing {
            Some(Missing::Context(_)) => (Some("context"), None),
            Some(Missing::Direction(direction)) => (Some("direction"), Some(direction.id())),
            Some(Missing::Signature | Missing::Failure) | None => (Some("signature"), None),
            Some(Missing::Nothing) => (None, None),
        };
        let confidence = why.missing.map(|missing| match missing {
            Missing::Nothing => Confidence::Certain.id(),
            _ => Confidence::Possible.id(),
        });
        Self {
            schema_version: 1,
            rule: id(rule),
            title,
            confidence,
            missing,
            direction,
            outranked_by: own.and_then(|m| m.outranked_by).map(id),
            answer: analysis.matches.first().map(|m| m.rule).filter(|first| *first != rule).map(id),
            signature: part(&why.signature, text),
            hints: why.hints.iter().map(|hint| part(hint, text)).collect(),
            context: why.context.as_ref().map(|(id, trace, within)| ContextView {
                id: id.clone(),
                within: *within,
                condition: part(trace, text),
            }),
        }
    }
}

fn part(trace: &Trace, text: &str) -> PartView {
    let (kind, value, within) = match &trace.part {
        Part::Test(key, value) => (*key, Some(value.clone()), None),
        Part::All(within) => ("all", None, Some(*within)),
        Part::Any => ("any", None, None),
        Part::None(within) => ("none", None, Some(*within)),
    };
    let (mut nearest, mut differs, mut instead, mut reason) = (None, None, Vec::new(), None);
    match &trace.reason {
        Some(Reason::Near(range, letters)) => {
            nearest = Some(piece(range, text));
            differs = Some(*letters);
        }
        Some(Reason::Instead(values)) => instead.clone_from(values),
        Some(Reason::TooFar) => reason = Some("too-far"),
        Some(Reason::Excluded) => reason = Some("excluded"),
        None => {}
    }
    let parts: Vec<PartView> = trace.parts.iter().map(|trace| part(trace, text)).collect();
    let like_it = nearest.is_some() || !instead.is_empty() || parts.iter().any(|part| part.comes_near);
    PartView {
        kind,
        value,
        within,
        holds: trace.holds,
        found: trace.evidence.first().map(|range| piece(range, text)),
        nearest,
        differs,
        instead,
        reason,
        comes_near: trace.holds || like_it,
        parts,
    }
}

fn piece(range: &Range<usize>, text: &str) -> Piece {
    let shown: String = text.get(range.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = shown.char_indices().nth(LONGEST_PIECE).map(|(at, _)| at);
    let shown = cut.map_or(shown.clone(), |at| format!("{}…", &shown[..at]));
    let line = text.get(..range.start).map_or(0, |before| before.bytes().filter(|b| *b == b'\n').count()) + 1;
    Piece { line, start: range.start, end: range.end, text: shown }
}
