//! The way through a rule's steps: every step can be reached, every way ends.

use super::{Checker, dates, near, rule_reference, shape, text_of};
use crate::author::check::command;
use crate::author::check::identity::kebab;
use crate::author::diagnostic::Findings;
use crate::author::problems::{
    DuplicateId, EndlessSteps, NoWayOn, OutcomeLeadsNowhere, OutcomeTest, StepDoesNothing, UnknownStep,
    UnreachableOutcome, UnreachableStep,
};
use crate::author::yaml::{Node, Value};
use crate::rules::Calendar;
use crate::rules::model::Effect;
use std::collections::BTreeMap;
use std::ops::Range;

/// The steps by their ids.
struct Names<'s> {
    numbers: BTreeMap<&'s str, usize>,
    /// Whether every step has one.
    is_complete: bool,
}

/// Where one step can lead.
#[derive(Debug, Default)]
struct Ways {
    steps: Vec<usize>,
    exit: bool,
}

/// Reports what is wrong with a rule's steps. `rule` is the rule's id.
pub(super) fn check(checker: &Checker<'_>, source: &str, rule: &str, steps: &[Node], findings: &mut Findings) {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        let Some((id, span)) = text_of(step, "id") else { continue };
        kebab(id, span.clone(), findings);
        match numbers.get(id).and_then(|first| steps[*first].get("id")) {
            Some(first) => {
                let file = findings.file();
                let problem = DuplicateId { id: id.to_owned(), of: "step" };
                findings.add(span, &problem).also(file, first.span.clone(), "the first one");
            }
            None => {
                numbers.insert(id, number);
            }
        }
    }
    let names = Names { is_complete: steps.iter().all(|step| text_of(step, "id").is_some()), numbers };
    let mut ways = Vec::with_capacity(steps.len());
    for (number, step) in steps.iter().enumerate() {
        let runs = |run: &Node| !matches!(&run.value, Value::List(commands) if commands.is_empty());
        if !step.get("run").is_some_and(runs) && step.get("text").is_none() && shape::is_sound(step, findings) {
            let id = step.text_of("id").unwrap_or_default().to_owned();
            findings.add(shape::mark(step), &StepDoesNothing { id });
        }
        let read_only = step.text_of("effect") == Some(Effect::ReadOnly.id());
        for run in step.get("run").map_or(&[][..], Node::items) {
            command::check(checker, source, run, read_only, findings);
        }
        let next = (number + 1 < steps.len()).then_some(number + 1);
        ways.push(outcomes(checker, source, rule, step, next, &names, findings));
    }
    walk(steps, &ways, findings);
    gaps(checker, source, steps, &names, findings);
}

fn outcomes(
    checker: &Checker<'_>,
    source: &str,
    rule: &str,
    step: &Node,
    next: Option<usize>,
    names: &Names<'_>,
    findings: &mut Findings,
) -> Ways {
    let mut ways = Ways::default();
    let outcomes = step.get("outcomes").map_or(&[][..], Node::items);
    let mut taken: Option<&'static str> = None;
    let mut tests: Vec<&Node> = Vec::new();
    for outcome in outcomes {
        let (when, then, otherwise) = (outcome.get("when"), outcome.entry("then"), outcome.entry("otherwise"));
        let reason = match (when.is_some(), then.is_some(), otherwise.is_some()) {
            (true, true, false) | (false, false, true) => None,
            (true, false, false) => Some("`when` has no `then`"),
            (false, true, false) => Some("`then` has no `when`"),
            (false, false, false) => Some("it has neither `then` nor `otherwise`"),
            _ => Some("`otherwise` stands beside `when` or `then`"),
        };
        if let Some(reason) = reason.filter(|_| shape::is_sound(outcome, findings)) {
            findings.add(shape::mark(outcome), &OutcomeLeadsNowhere { reason });
        }
        if let Some(reason) = taken {
            findings.add(shape::mark(outcome), &UnreachableOutcome { reason });
        }
        if let Some(when) = when {
            when_test(when, findings);
            if let Some(first) = tests.iter().find(|test| same(test, when)) {
                let file = findings.file();
                let reason = "an earlier one has the same `when`";
                let first = shape::mark(first);
                findings.add(shape::mark(when), &UnreachableOutcome { reason }).also(file, first, "the earlier one");
            }
            tests.push(when);
        }
        if otherwise.is_some() {
            taken = Some("`otherwise` stands before it");
        }
        let Some(target) = then.or(otherwise).map(|entry| &entry.value) else { continue };
        let Some(text) = target.text().filter(|text| !text.trim().is_empty()) else {
            // Reported as empty, or as no text; where it was meant to lead is not known.
            ways.exit = true;
            continue;
        };
        match (text, text.strip_prefix("rule:")) {
            (_, Some(id)) if id == rule => {
                let reason = "it names this rule itself";
                findings.add(target.span.clone(), &OutcomeLeadsNowhere { reason });
                ways.exit = true;
            }
            (_, Some(id)) => {
                let place = target.part(source, text.len() - id.len()..text.len());
                rule_reference(checker, place, id, findings);
                ways.exit = true;
            }
            ("resolved" | "support", _) => ways.exit = true,
            ("next", _) => match next {
                Some(next) => ways.steps.push(next),
                None => {
                    let reason = "there is no next step";
                    findings.add(target.span.clone(), &OutcomeLeadsNowhere { reason });
                    ways.exit = true;
                }
            },
            (id, _) => match names.numbers.get(id) {
                Some(number) => ways.steps.push(*number),
                // It may be the one whose id cannot be read.
                None if !names.is_complete => ways.exit = true,
                None => {
                    let known = names.numbers.keys().copied().chain(["next", "resolved", "support"]);
                    let near = near(id, known);
                    findings
                        .add(target.span.clone(), &UnknownStep { id: id.to_owned(), near: near.clone() })
                        .suggest(near);
                    ways.exit = true;
                }
            },
        }
    }
    // What no outcome fits goes on to the next step; behind the last one `verify` decides.
    if taken.is_none() {
        match next {
            Some(next) => ways.steps.push(next),
            None => ways.exit = true,
        }
    }
    ways
}

/// Reports ways that end because a step does not apply on every day: it is passed over, so one behind it has to be left.
fn gaps(checker: &Checker<'_>, source: &str, steps: &[Node], names: &Names<'_>, findings: &mut Findings) {
    if !steps.iter().any(|step| step.get("since").or(step.get("until")).is_some()) {
        return;
    }
    for day in dates::days(&checker.known.timeline) {
        let calendar = Calendar::new(&checker.known.timeline, day.clone());
        let applies: Vec<bool> =
            steps.iter().map(|step| calendar.holds(step.text_of("since"), step.text_of("until"))).collect();
        if !applies.contains(&true) {
            let id = steps[0].text_of("id").unwrap_or("?").to_owned();
            findings.add(shape::mark(&steps[0]), &NoWayOn { id, day });
            return;
        }
        for (number, step) in steps.iter().enumerate().filter(|(number, _)| applies[*number]) {
            for outcome in step.get("outcomes").map_or(&[][..], Node::items) {
                let Some(target) = outcome.get("then").or(outcome.get("otherwise")) else { continue };
                let Some(text) = target.text() else { continue };
                let to = match text {
                    // That there is a next one at all is checked with the outcome.
                    "next" if number + 1 < steps.len() => number + 1,
                    id => match names.numbers.get(id) {
                        Some(to) => *to,
                        None => continue,
                    },
                };
                if !applies[to..].contains(&true) {
                    let id = steps[to].text_of("id").unwrap_or("?").to_owned();
                    findings.add(target.part(source, 0..text.len()), &NoWayOn { id, day });
                    return;
                }
            }
        }
    }
}

/// Reports a `when` that tests nothing.
fn when_test(when: &Node, findings: &mut Findings) {
    if !shape::is_sound(when, findings) {
        return;
    }
    let mut report = |span: Range<usize>, reason: String| {
        findings.add(span, &OutcomeTest { reason });
    };
    if when.entries().is_empty() {
        return report(shape::mark(when), "this `when` tests nothing".to_owned());
    }
    let about_property =
        ["equals", "contains", "empty", "expired", "differs-from"].iter().find_map(|key| when.entry(key));
    match (when.entry("property"), about_property) {
        (Some(property), None) => {
            report(property.key_span.clone(), "`property` is named, but not what it must be".to_owned());
        }
        (None, Some(test)) => report(test.key_span.clone(), format!("`{}` needs a `property`", test.key)),
        _ => {}
    }
    if let Some(of) = when.entry("of").filter(|_| when.entry("objects").or(when.entry("property")).is_none()) {
        report(of.key_span.clone(), "`of` names a cmdlet, but not what it must have printed".to_owned());
    }
    if let Some((comparison, span)) = text_of(when, "objects") {
        let number = comparison.trim_start_matches(['<', '>', '=']);
        let operator = &comparison[..comparison.len() - number.len()];
        let compares = ["=", "<", ">", "<=", ">="].contains(&operator) && number.trim().parse::<u32>().is_ok();
        if !compares && !comparison.trim().is_empty() {
            report(span, format!("`{comparison}` is no comparison"));
        }
    }
}

/// Whether two nodes say the same, wherever they stand.
fn same(a: &Node, b: &Node) -> bool {
    let (a_entries, b_entries) = (a.entries(), b.entries());
    a.text() == b.text()
        && a_entries.len() == b_entries.len()
        && a_entries.iter().all(|entry| b.get(&entry.key).is_some_and(|other| same(&entry.value, other)))
}

/// Reports steps that nothing leads to, and steps from which no way leads out.
fn walk(steps: &[Node], ways: &[Ways], findings: &mut Findings) {
    let mark =
        |number: usize| steps[number].get("id").map_or_else(|| shape::mark(&steps[number]), |id| id.span.clone());
    let name = |number: usize| format!("`{}`", steps[number].text_of("id").unwrap_or("?"));
    let mut reached = vec![false; steps.len()];
    let mut open: Vec<usize> = (!steps.is_empty()).then_some(0).into_iter().collect();
    while let Some(number) = open.pop() {
        if !std::mem::replace(&mut reached[number], true) {
            open.extend(&ways[number].steps);
        }
    }
    let mut ends: Vec<bool> = ways.iter().map(|way| way.exit).collect();
    while let Some(number) = (0..steps.len()).find(|n| !ends[*n] && ways[*n].steps.iter().any(|s| ends[*s])) {
        ends[number] = true;
    }
    for number in (0..steps.len()).filter(|number| !reached[*number]) {
        let id = steps[number].text_of("id").unwrap_or("?").to_owned();
        findings.add(mark(number), &UnreachableStep { id });
    }
    let endless: Vec<usize> = (0..steps.len()).filter(|number| reached[*number] && !ends[*number]).collect();
    if let Some(first) = endless.first() {
        let names: Vec<String> = endless.iter().map(|number| name(*number)).collect();
        findings.add(mark(*first), &EndlessSteps { steps: names.join(", ") });
    }
}
