//! One rule file.

use super::command::holes;
use super::identity::{Identities, Kind, kebab};
use super::{Checker, condition, dates, near, rule_reference, shape, steps, text_of};
use crate::author::diagnostic::{Findings, Problem, SourceFile};
use crate::author::problems::{
    AreaNotFolder, IdNotFileName, InsecureReference, NoNearMiss, NoPositiveTest, OutranksCycle, OverridesNothing,
    RepeatedValue, ReviewDate, ReviewOutdated, ShippedId, TestForm, TodoLeft, UnknownContext, UnknownKey,
    UnknownTransformation,
};
use crate::author::transform::TRANSFORMATIONS;
use crate::author::yaml::{Node, Value};
use crate::rules::pack::SourceRule;
use crate::rules::parse_rule;
use std::ops::Range;

/// A review is good for so many days.
const REVIEW_LASTS: i32 = 365;

/// Reports what is wrong in a rule file.
pub(super) fn check(
    checker: &Checker<'_>,
    file: &SourceFile,
    root: &Node,
    identities: &mut Identities,
    findings: &mut Findings,
) {
    let id = root.text_of("id").unwrap_or_else(|| file.stem());
    identity(checker, file, root, identities, findings);
    if let Some((name, span)) = text_of(root, "context") {
        context(checker, name, span, findings);
    }
    outranks(checker, id, root, identities, findings);
    if let Some(lids) = root.get("lids") {
        repeated(lids.items(), findings);
    }
    if let Some(signature) = root.get("signature") {
        condition::check(checker, &file.text, signature, "the signature", findings);
        condition::telling(checker, signature, root.get("context").is_some(), findings);
    }
    for hint in list(root, "hints") {
        condition::check(checker, &file.text, hint, "this hint", findings);
    }
    dates::check(checker, root, findings);
    for entry in ["warnings", "changes", "steps"].into_iter().flat_map(|key| list(root, key)) {
        dates::check(checker, entry, findings);
    }
    steps::check(checker, &file.text, id, list(root, "steps"), findings);
    for reference in list(root, "references") {
        if let Some((_, span)) = text_of(reference, "url").filter(|(url, _)| !url.starts_with("https://")) {
            findings.add(span, &InsecureReference {});
        }
    }
    reviewed(checker, root, findings);
    tests(checker, root, findings);
    note_uses(root, identities);
    to_do(root, findings);
}

/// Reports what `rules new` left to the author.
fn to_do(node: &Node, findings: &mut Findings) {
    for entry in node.entries() {
        let left = match entry.value.text() {
            Some(text) if entry.key == "url" => text.ends_with("TODO"),
            Some(text) => text == "TODO" || text.starts_with("TODO "),
            None => false,
        };
        if left {
            findings.add(entry.value.span.clone(), &TodoLeft {});
        }
        to_do(&entry.value, findings);
    }
    node.items().iter().for_each(|item| to_do(item, findings));
}

fn list<'n>(root: &'n Node, key: &str) -> &'n [Node] {
    root.get(key).map_or(&[][..], Node::items)
}

fn identity(
    checker: &Checker<'_>,
    file: &SourceFile,
    root: &Node,
    identities: &mut Identities,
    findings: &mut Findings,
) {
    if let Some((id, span)) = text_of(root, "id") {
        identities.declare(Kind::Rule, id, findings.file(), span.clone());
        kebab(id, span.clone(), findings);
        if id != file.stem() {
            let problem = IdNotFileName { id: id.to_owned(), stem: file.stem().to_owned() };
            findings.add(span.clone(), &problem).fix(file.stem());
        }
        let overrides = root.entry("overrides").filter(|entry| entry.value.text() == Some("true"));
        match (checker.known.shipped.get(id), overrides) {
            (Some(shipped), None) => {
                // The same rule once more is no contradiction.
                let same =
                    parse_rule(&file.name, &file.text).is_ok_and(|rule| SourceRule::from(&rule).body == *shipped);
                if !same {
                    findings.add(span, &ShippedId { id: id.to_owned(), of: "a rule" });
                }
            }
            (None, Some(overrides)) => {
                let near = near(id, checker.known.shipped.keys().map(String::as_str));
                findings.add(overrides.key_span.clone(), &OverridesNothing { id: id.to_owned(), near });
            }
            _ => {}
        }
    }
    if let (Some((area, span)), Some(folder)) = (text_of(root, "area"), &file.area) {
        kebab(area, span.clone(), findings);
        if area != folder {
            let problem = AreaNotFolder { area: area.to_owned(), folder: folder.clone() };
            findings.add(span, &problem).fix(folder);
        }
    }
}

/// Reports a context that does not exist.
pub(super) fn context(checker: &Checker<'_>, id: &str, span: Range<usize>, findings: &mut Findings) {
    let known = &checker.known.contexts;
    if !known.contains(id) {
        let near = near(id, known.iter().map(String::as_str));
        let known = shape::listed(known.iter());
        findings.add(span, &UnknownContext { id: id.to_owned(), near: near.clone(), known }).suggest(near);
    }
}

fn outranks(checker: &Checker<'_>, id: &str, root: &Node, identities: &mut Identities, findings: &mut Findings) {
    let below = list(root, "outranks");
    repeated(below, findings);
    for node in below {
        let Some(other) = node.text() else { continue };
        if other == id {
            findings.add(node.span.clone(), &OutranksCycle { path: format!("{id} > {id}") });
        } else {
            rule_reference(checker, node.span.clone(), other, findings);
            identities.outranks(id, other, findings.file(), node.span.clone());
        }
    }
}

/// Reports values that a list holds twice.
fn repeated(items: &[Node], findings: &mut Findings) {
    for (n, item) in items.iter().enumerate() {
        if let (Some(text), Some(first)) = (item.text(), items[..n].iter().find(|i| i.text() == item.text())) {
            let file = findings.file();
            let problem = RepeatedValue { value: text.to_owned() };
            findings.add(item.span.clone(), &problem).also(file, first.span.clone(), "the first one");
        }
    }
}

fn reviewed(checker: &Checker<'_>, root: &Node, findings: &mut Findings) {
    let Some((text, span)) = text_of(root, "reviewed") else { return };
    let date = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == "2026-11-22".len());
    let Some(date) = date else {
        let written = text.len() == "2026-11-22".len()
            && text.bytes().enumerate().all(|(n, b)| if n == 4 || n == 7 { b == b'-' } else { b.is_ascii_digit() });
        let reason = if written { "there is no such day" } else { "it is not written as year-month-day" };
        findings.add(span, &ReviewDate { reason });
        return;
    };
    let days = (checker.today - date).get_days();
    // A day's difference can be the other end of the world.
    if days < -1 {
        findings.add(span, &ReviewDate { reason: "it lies in the future" });
    } else if days > REVIEW_LASTS {
        findings.add(span, &ReviewOutdated { days: days.into() });
    }
}

fn tests(checker: &Checker<'_>, root: &Node, findings: &mut Findings) {
    let tests = list(root, "tests");
    let is_clear = match root.get("tests") {
        Some(value) => {
            matches!(value.value, Value::List(_)) && tests.iter().all(|test| shape::is_sound(test, findings))
        }
        // The key may only be misspelt.
        None => !root.entries().iter().any(|entry| {
            findings.has(&entry.key_span, &[UnknownKey::CODE]) && near(&entry.key, ["tests"].into_iter()).is_some()
        }),
    };
    for test in tests {
        let (text, not) = (test.get("text").is_some(), test.get("not").is_some());
        let reason = match (text, not) {
            (true, true) => Some("a test has either `text` or `not`, and this one has both"),
            (false, false) => Some("a test has either `text` or `not`, and this one has neither"),
            (false, true) if test.get("expect").is_some() => Some("`expect` has no meaning beside `not`"),
            (false, true) if test.get("except").is_some() => Some("`except` has no meaning beside `not`"),
            _ => None,
        };
        if let Some(reason) = reason.filter(|_| shape::is_sound(test, findings)) {
            findings.add(shape::mark(test), &TestForm { reason });
        }
        if let Some((name, span)) = text_of(test, "assume") {
            context(checker, name, span, findings);
        }
        for exception in list(test, "except") {
            let Some((name, span)) = text_of(exception, "transform") else { continue };
            let mut known = TRANSFORMATIONS.iter().map(|t| t.name);
            if !known.clone().any(|transformation| transformation == name) {
                let near = near(name, known.by_ref());
                let known = shape::listed(TRANSFORMATIONS.iter().map(|t| t.name));
                let problem = UnknownTransformation { name: name.to_owned(), near: near.clone(), known };
                findings.add(span, &problem).suggest(near);
            }
        }
    }
    let place = root.entry("tests").map_or_else(|| shape::mark(root), |entry| entry.key_span.clone());
    if !is_clear {
        return;
    }
    if !tests.iter().any(|test| test.get("text").is_some()) {
        findings.add(place.clone(), &NoPositiveTest {});
    }
    if !tests.iter().any(|test| test.get("not").is_some()) {
        findings.add(place, &NoNearMiss {});
    }
}

/// Notes every phrase, context and parameter that a file mentions.
pub(super) fn note_uses(node: &Node, identities: &mut Identities) {
    for entry in node.entries() {
        match (entry.key.as_str(), entry.value.text()) {
            ("phrase", Some(id)) => identities.uses(Kind::Phrase, id),
            ("context" | "assume", Some(id)) => identities.uses(Kind::Context, id),
            ("command", Some(command)) => {
                let inside = holes(command).into_iter().flat_map(|hole| {
                    command[hole].split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|w| !w.is_empty())
                });
                inside.for_each(|word| identities.uses(Kind::Parameter, word));
            }
            ("includes", None) => {
                entry.value.items().iter().filter_map(Node::text).for_each(|id| identities.uses(Kind::Context, id));
            }
            _ => {}
        }
        note_uses(&entry.value, identities);
    }
    node.items().iter().for_each(|item| note_uses(item, identities));
}
