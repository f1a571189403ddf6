//! Files of checks: what they refer to, whether their tests can hold, and whether they show both.

use super::identity::{Identities, Kind, kebab};
use super::{Checker, command, condition, near, rule, rule_reference, shape, text_of};
use crate::author::diagnostic::{Findings, SourceFile};
use crate::author::problems::{
    CheckCondition, InsecureReference, NoNearMiss, NoPositiveTest, NoSuchStep, ShippedId, TestForm, UnknownCheck,
    UnknownCmdlet,
};
use crate::author::yaml::{Node, Value};
use crate::rules::check::{CheckFile, Printout};
use crate::rules::compile::{parse_regex, strip_white_space, upper_case};
use crate::rules::compile_checks::parse_count;
use crate::rules::parse_list;

/// The keys that say what a property must be.
const ABOUT_PROPERTY: [&str; 8] =
    ["equals", "one-of", "contains", "matches", "empty", "expired", "later-than", "compare"];

/// The ids of the checks in a file.
pub(super) fn ids(root: &Node) -> impl Iterator<Item = String> {
    list(root, "checks").iter().filter_map(|check| check.text_of("id")).map(str::to_owned)
}

/// Reports what is wrong in a file of checks.
pub(super) fn check(
    checker: &Checker<'_>,
    file: &SourceFile,
    root: &Node,
    identities: &mut Identities,
    findings: &mut Findings,
) {
    rule::note_uses(root, identities);
    let of = cmdlet(checker, root, findings);
    for reference in list(root, "references") {
        if let Some((_, span)) = text_of(reference, "url").filter(|(url, _)| !url.starts_with("https://")) {
            findings.add(span, &InsecureReference {});
        }
    }
    let own: Option<CheckFile> = parse_list(&file.name, &file.text).ok();
    for (number, check) in list(root, "checks").iter().enumerate() {
        if let Some((id, span)) = text_of(check, "id") {
            kebab(id, span.clone(), findings);
            identities.declare(Kind::Check, id, findings.file(), span.clone());
            let own = own.as_ref().and_then(|own| own.checks.get(number));
            let shipped = checker.known.shipped_checks.iter().find(|shipped| shipped.id == id);
            if shipped.is_some() && own.is_some() && shipped != own {
                findings.add(span, &ShippedId { id: id.to_owned(), of: "a check" });
            }
        }
        let rules = list(check, "supports").iter().chain(check.get("decides"));
        for node in rules {
            if let Some(id) = node.text().filter(|id| !id.trim().is_empty()) {
                rule_reference(checker, node.span.clone(), id, findings);
            }
        }
        if let Some((step, span)) = text_of(check, "step") {
            let (rule, id) = step.split_once('/').unwrap_or((step, ""));
            rule_reference(checker, span.clone(), rule, findings);
            if id.trim().is_empty() {
                let reason = "`step` names a rule and one of its steps: `RULE/STEP`".to_owned();
                findings.add(span, &CheckCondition { reason });
            } else if let Some(steps) = checker.known.steps(rule).filter(|steps| !steps.iter().any(|step| step == id)) {
                let near = near(id, steps.iter().map(String::as_str)).map(|step| format!("{rule}/{step}"));
                let problem = NoSuchStep { rule: rule.to_owned(), id: id.to_owned(), near: near.clone() };
                findings.add(span, &problem).suggest(near);
            }
        }
        for node in list(check, "excuses") {
            if let Some(id) = node.text().filter(|id| !checker.known.checks.contains(*id)) {
                let near = near(id, checker.known.checks.iter().map(String::as_str));
                let problem = UnknownCheck { id: id.to_owned(), near: near.clone() };
                findings.add(node.span.clone(), &problem).suggest(near);
            }
        }
        if let Some(when) = check.get("when") {
            shows(checker, &file.text, when, of, findings);
        }
        tests(check, findings);
    }
}

/// Reports what is wrong in the tests and commands of `objects.yaml`.
pub(super) fn printouts(checker: &Checker<'_>, source: &str, entries: &[Node], findings: &mut Findings) {
    for entry in entries {
        let of = entry.text_of("cmdlet").and_then(|name| printout(checker, name));
        for when in list(entry, "sides").iter().filter_map(|side| side.get("when")) {
            shows(checker, source, when, of, findings);
        }
        for collect in list(entry, "collect") {
            command::check(checker, source, collect, true, findings);
        }
    }
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).map_or(&[][..], Node::items)
}

fn printout<'c>(checker: &'c Checker<'_>, name: &str) -> Option<&'c Printout> {
    checker.known.printouts.iter().find(|printout| printout.cmdlet.eq_ignore_ascii_case(name))
}

/// The cmdlet that a node names under `of`.
fn cmdlet<'c>(checker: &'c Checker<'_>, node: &Node, findings: &mut Findings) -> Option<&'c Printout> {
    let (name, span) = text_of(node, "of")?;
    let known = printout(checker, name);
    if known.is_none() {
        let near = near(name, checker.known.printouts.iter().map(|printout| printout.cmdlet.as_str()));
        findings.add(span, &UnknownCmdlet { name: name.to_owned(), near: near.clone() }).suggest(near);
    }
    known
}

/// Reports what is wrong in a test on an object of `of`.
fn shows(checker: &Checker<'_>, source: &str, node: &Node, of: Option<&Printout>, findings: &mut Findings) {
    let Value::Map(entries) = &node.value else { return };
    if !shape::is_sound(node, findings) {
        return;
    }
    let mut report = |span: std::ops::Range<usize>, reason: String| {
        findings.add(span, &CheckCondition { reason });
    };
    if entries.is_empty() {
        report(shape::mark(node), "this test asks for nothing".to_owned());
    }
    let about = ABOUT_PROPERTY.iter().find_map(|key| node.entry(key));
    if let Some(about) = about.filter(|_| node.get("property").is_none()) {
        report(about.key_span.clone(), format!("`{}` needs a `property`", about.key));
    }
    let other = node.entry("fact").or_else(|| node.entry("with").filter(|with| with.value.get("property").is_some()));
    match (node.entry("compare"), other) {
        (Some(compare), None) => {
            let reason = "`compare` needs a `fact`, or a `with` that names a property".to_owned();
            report(compare.key_span.clone(), reason);
        }
        (None, Some(other)) => {
            report(other.key_span.clone(), format!("`{}` names something to `compare` with", other.key));
        }
        _ => {}
    }
    if let Some((text, span)) = text_of(node, "objects").filter(|(text, _)| parse_count(text).is_none()) {
        report(span, format!("`{text}` is no comparison; write `= 0` or `> 1`"));
    }
    if let Some((pattern, span)) = text_of(node, "matches") {
        let stripped = strip_white_space(pattern).0;
        match (upper_case(&stripped), parse_regex(&stripped)) {
            (Some(_), _) => report(span, "the value that the regex sees is in lower case".to_owned()),
            (None, Err(error)) => report(span, format!("the regex does not parse: {error}")),
            (None, Ok(_)) => {}
        }
    }
    if let Some((step, span)) = text_of(node, "step")
        && let Some(of) = of
        && !of.steps.iter().any(|told| told.id == step)
    {
        let known: Vec<&str> = of.steps.iter().map(|told| told.id.as_str()).collect();
        let steps = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        report(span, format!("{} has no step `{step}`; objects.yaml names {steps}", of.cmdlet));
    }
    for (key, name) in [("text", "the condition on the object's text"), ("failure", "the condition on the failure")] {
        if let Some(inner) = node.get(key) {
            condition::check(checker, source, inner, name, findings);
        }
    }
    if let Some(with) = node.get("with") {
        let other = cmdlet(checker, with, findings);
        if let Some(inner) = with.get("shows") {
            shows(checker, source, inner, other, findings);
        }
    }
    for key in ["all", "any", "none"] {
        list(node, key).iter().for_each(|inner| shows(checker, source, inner, of, findings));
    }
}

fn tests(check: &Node, findings: &mut Findings) {
    let tests = list(check, "tests");
    for test in tests.iter().filter(|test| shape::is_sound(test, findings)).collect::<Vec<_>>() {
        let reason = match (test.get("text").is_some(), test.get("not").is_some()) {
            (true, true) => "this test has both `text` and `not`",
            (false, false) => "this test has neither `text` nor `not`",
            _ => continue,
        };
        findings.add(shape::mark(test), &TestForm { reason });
    }
    let place = check.get("id").map_or_else(|| shape::mark(check), |id| id.span.clone());
    if !tests.iter().any(|test| test.get("text").is_some()) {
        findings.add(place.clone(), &NoPositiveTest {});
    }
    if !tests.iter().any(|test| test.get("not").is_some()) {
        findings.add(place, &NoNearMiss {});
    }
}
