//! Conditions: what they refer to, whether they can hold, and whether what they look for tells failures apart.

use super::{Checker, near, regex, shape, text_of};
use crate::author::background::Background;
use crate::author::diagnostic::Findings;
use crate::author::problems::{
    BranchWithoutEffect, CommonWords, EmptyCondition, FoundInUnrelated, NeverHolds, ShortText, UnknownPhrase,
    WithinWithoutEffect,
};
use crate::author::yaml::{Node, Value};
use crate::rules::compile::MIN_LITERAL;
use crate::text::fold::fold;

/// A word that stands in fewer texts than this (in bits: one of 32) is rare enough to tell failures apart.
const RARE_WORD: f64 = 5.0;

/// Common words in this many bits together are no common sentence any more.
const RARE_SENTENCE: f64 = 20.0;

/// The same where a context has to be there as well.
const RARE_IN_CONTEXT: f64 = 8.0;

/// A number that stands for one thing, such as a LID: as telling as a word that no other text has.
const NUMBER: Strength = Strength { word: 9.0, sentence: 9.0 };

/// An HTTP status: one of a few, so enough in a context only.
const STATUS: Strength = Strength { word: 3.0, sentence: RARE_IN_CONTEXT };

/// The keys under which a condition says what to look for; the others say what must not be there, and how near.
const REQUIRING: [&str; 11] =
    ["text", "phrase", "regex", "lid", "http-status", "aadsts", "diagnostics", "event", "field", "all", "any"];

/// Reports what is wrong in a condition. `of` is how it is called, such as `the signature`.
pub(super) fn check(checker: &Checker<'_>, source: &str, node: &Node, of: &'static str, findings: &mut Findings) {
    let Value::Map(_) = node.value else { return };
    if let Some((text, span)) = text_of(node, "text")
        && fold(text).len() < MIN_LITERAL
        && !text.trim().is_empty()
    {
        findings.add(span, &ShortText { text: text.to_owned(), least: MIN_LITERAL });
    }
    if let Some((id, span)) = text_of(node, "phrase")
        && !checker.known.phrases.contains_key(id)
    {
        let near = near(id, checker.known.phrases.keys().map(String::as_str));
        findings.add(span, &UnknownPhrase { id: id.to_owned(), near: near.clone() }).suggest(near);
    }
    if let Some(pattern) = node.get("regex") {
        regex::check(source, pattern, findings);
    }
    let parts = REQUIRING.iter().filter(|key| node.get(key).is_some_and(says_something)).count();
    if parts == 0 && shape::is_sound(node, findings) {
        findings.add(shape::mark(node), &EmptyCondition { of });
    }
    let is_empty = |event: &&Node| event.get("provider").or(event.get("id")).is_none();
    if let Some(event) = node.get("event").filter(is_empty).filter(|event| shape::is_sound(event, findings)) {
        findings.add(shape::mark(event), &EmptyCondition { of: "this event" });
    }
    let list = |key: &str| node.get(key).map_or(&[][..], Node::items);
    if let Some(within) = node.entry("within")
        && parts > 0
        && parts + list("all").len().saturating_sub(1) < 2
        && list("none").is_empty()
    {
        findings.add(within.key_span.clone(), &WithinWithoutEffect {});
    }
    for key in ["all", "any", "none"] {
        list(key).iter().for_each(|part| check(checker, source, part, "the condition", findings));
    }
    contradictions(checker, node, &Required::default(), findings);
    shadowed(checker, list("any"), findings);
}

/// Reports signatures that are too common to decide. A context helps, but there are many errors in its neighbourhood, too.
pub(super) fn telling(checker: &Checker<'_>, signature: &Node, in_context: bool, findings: &mut Findings) {
    let enough = if in_context { RARE_IN_CONTEXT } else { RARE_SENTENCE };
    weak(checker, signature, Strength::default(), enough, findings);
}

/// Whether a sentence alone tells failures apart.
pub fn tells(background: &Background, text: &str) -> bool {
    !sentence(background, text).is_weak(RARE_SENTENCE)
}

fn sentence(background: &Background, text: &str) -> Strength {
    Strength {
        word: crate::text::fold::words(text).map(|word| background.word(&word)).fold(0.0, f64::max),
        sentence: background.rarity(text),
    }
}

fn says_something(node: &Node) -> bool {
    match &node.value {
        Value::Null => false,
        Value::List(items) => !items.is_empty(),
        _ => true,
    }
}

/// How well something tells failures apart, in bits: its rarest word, and all of it.
#[derive(Debug, Clone, Copy, Default)]
struct Strength {
    word: f64,
    sentence: f64,
}

impl Strength {
    fn and(self, other: Self) -> Self {
        Self { word: self.word.max(other.word), sentence: self.sentence + other.sentence }
    }

    fn is_weak(self, enough: f64) -> bool {
        self.word < RARE_WORD && self.sentence < enough
    }
}

/// The strength of the keys of one condition, without its `any`.
fn strength(checker: &Checker<'_>, node: &Node) -> Strength {
    let mut sum = Strength::default();
    if let Some(text) = node.text_of("text") {
        sum = sum.and(sentence(checker.background, text));
    }
    // What stands in phrases.yaml was worth a name, and a regex has a fixed part that was chosen.
    for key in ["phrase", "regex", "lid", "aadsts", "diagnostics", "event", "field"] {
        if node.get(key).is_some() {
            sum = sum.and(NUMBER);
        }
    }
    if node.get("http-status").is_some() {
        sum = sum.and(STATUS);
    }
    for part in node.get("all").map_or(&[][..], Node::items) {
        let branches = part.get("any").map_or(&[][..], Node::items);
        let weakest =
            branches.iter().map(|branch| strength(checker, branch)).min_by(|a, b| a.sentence.total_cmp(&b.sentence));
        sum = sum.and(strength(checker, part)).and(weakest.unwrap_or_default());
    }
    sum
}

fn weak(checker: &Checker<'_>, node: &Node, around: Strength, enough: f64, findings: &mut Findings) {
    let own = around.and(strength(checker, node));
    let branches = node.get("any").map_or(&[][..], Node::items);
    if !branches.is_empty() {
        return branches.iter().for_each(|branch| weak(checker, branch, own, enough, findings));
    }
    if let Some((text, span)) = text_of(node, "text") {
        if fold(text).len() < MIN_LITERAL {
            // Reported already.
        } else if own.is_weak(enough) {
            findings.add(span, &CommonWords { text: text.to_owned() });
        } else if enough > RARE_IN_CONTEXT
            && around.sentence == 0.0
            && own.sentence < RARE_SENTENCE
            && node.entries().len() == 1
        {
            let (texts, of) = (checker.background.holding(&fold(text)), checker.background.len());
            if texts > 0 {
                findings.add(span, &FoundInUnrelated { texts, of });
            }
        }
    } else if own.is_weak(enough) && own.sentence > 0.0 {
        let Some(entry) = node.entries().first() else { return };
        let text = entry.value.text().map_or_else(|| entry.key.clone(), |value| format!("{}: {value}", entry.key));
        findings.add(shape::mark(node), &CommonWords { text });
    }
}

/// What must be there for a condition to hold.
#[derive(Debug, Clone, Default)]
struct Required {
    /// Folded texts.
    texts: Vec<String>,
    /// Phrases.
    phrases: Vec<String>,
    /// Keys with their numbers, such as `lid` 43532.
    numbers: Vec<(String, String)>,
    /// Providers and numbers of events.
    events: Vec<(Option<String>, Option<String>)>,
}

impl Required {
    fn with(&self, node: &Node) -> Self {
        let mut all = self.clone();
        all.texts.extend(node.text_of("text").map(fold));
        all.phrases.extend(node.text_of("phrase").map(str::to_owned));
        for key in ["lid", "http-status", "aadsts", "diagnostics"] {
            all.numbers.extend(node.text_of(key).map(|number| (key.to_owned(), number.to_owned())));
        }
        if let Some(event) = node.get("event") {
            let part = |key: &str| event.text_of(key).map(str::to_lowercase);
            all.events.push((part("provider"), part("id")));
        }
        node.get("all").map_or(&[][..], Node::items).iter().fold(all, |all, part| all.with(part))
    }

    /// Why an exclusion always holds where this does.
    fn excluded_by(&self, none: &Node) -> Option<String> {
        let [only] = none.entries() else { return None };
        let value = only.value.text()?;
        let hit = match only.key.as_str() {
            "text" => {
                let folded = fold(value);
                !folded.is_empty() && self.texts.iter().any(|text| text.contains(&folded))
            }
            "phrase" => self.phrases.iter().any(|phrase| phrase == value),
            key => self.numbers.iter().any(|(k, n)| k == key && n == value),
        };
        hit.then(|| format!("`none` excludes `{value}`, and that must be there"))
    }

    /// Why two of the events cannot be one.
    fn two_events(&self) -> Option<String> {
        let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        self.events
            .iter()
            .enumerate()
            .any(|(n, a)| self.events[n + 1..].iter().any(|b| differ(&a.0, &b.0) || differ(&a.1, &b.1)))
            .then(|| "a record is one event, not two".to_owned())
    }
}

fn contradictions(checker: &Checker<'_>, node: &Node, around: &Required, findings: &mut Findings) {
    let required = around.with(node);
    if let Some(reason) = required.two_events() {
        findings.add(shape::mark(node), &NeverHolds { reason, mend: "put the events under `any`" });
        return;
    }
    if let Some((id, span)) = text_of(node, "phrase")
        && checker.known.phrases.get(id).is_some_and(Vec::is_empty)
    {
        let mend = "add a wording to it in phrases.yaml";
        findings.add(span, &NeverHolds { reason: format!("phrase `{id}` has no wording"), mend });
    }
    for none in node.get("none").map_or(&[][..], Node::items) {
        let Some(excluded) = none.entries().first().map(|entry| entry.value.span.clone()) else { continue };
        let mend = "what is required and what is excluded must differ";
        if let Some(reason) = required.excluded_by(none) {
            findings.add(excluded, &NeverHolds { reason, mend });
            continue;
        }
        // An exclusion that kills one branch leaves the others.
        for branch in node.get("any").map_or(&[][..], Node::items) {
            if let Some(reason) = Required::default().with(branch).excluded_by(none) {
                let file = findings.file();
                let span = branch.entries().first().map_or(branch.span.clone(), |entry| entry.value.span.clone());
                findings.add(span, &NeverHolds { reason, mend }).also(file, excluded.clone(), "excluded here");
            }
        }
    }
}

/// Reports branches of an `any` that hold only where another one holds as well.
fn shadowed(checker: &Checker<'_>, branches: &[Node], findings: &mut Findings) {
    let wordings: Vec<Option<Vec<String>>> = branches.iter().map(|branch| wordings(checker, branch)).collect();
    for (n, own) in wordings.iter().enumerate() {
        let Some(own) = own else { continue };
        let by = wordings.iter().enumerate().find(|(m, other)| {
            let Some(other) = other else { return false };
            let inside = own.iter().all(|text| other.iter().any(|part| text.contains(part.as_str())));
            // Of two equal ones the second is the superfluous one.
            *m != n && inside && (own != other || *m < n)
        });
        if let Some((m, _)) = by {
            let by = branches[m].entries().first().and_then(|entry| entry.value.text()).unwrap_or_default();
            let diagnostic = findings.add(shape::mark(&branches[n]), &BranchWithoutEffect { by: by.to_owned() });
            diagnostic.span = branches[n].entries().first().map_or(diagnostic.span.clone(), |e| e.value.span.clone());
            let file = diagnostic.file;
            diagnostic.also(file, branches[m].entries()[0].value.span.clone(), "this one is enough");
        }
    }
}

/// The folded texts of which one must be there, where a branch is nothing but a text or a phrase.
fn wordings(checker: &Checker<'_>, branch: &Node) -> Option<Vec<String>> {
    let [only] = branch.entries() else { return None };
    let value = only.value.text()?;
    let texts = match only.key.as_str() {
        "text" => vec![fold(value)],
        "phrase" => checker.known.phrases.get(value)?.clone(),
        _ => return None,
    };
    (!texts.is_empty() && texts.iter().all(|text| text.len() >= MIN_LITERAL)).then_some(texts)
}
