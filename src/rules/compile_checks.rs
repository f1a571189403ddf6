//! From what `rules/checks/` says to its digest: references are looked up, conditions become needles.

use super::check::{Check, CheckFile, Shows};
use super::compile::{Compiler, Problem, parse_regex, strip_white_space, upper_case};
use super::model::{Condition, Phrase};
use super::pack::{CheckEntry, CheckSource, Checks, Pack};
use std::collections::BTreeSet;

/// Digests checks. `rules` are the ids of all rules, sorted.
///
/// # Errors
///
/// Every problem found, not only the first; its entry is the cmdlet that a file is about.
pub fn compile_checks(source: &CheckSource, phrases: &[Phrase], rules: &[&str]) -> Result<Checks, Vec<Problem>> {
    let base = Pack::default();
    let mut compiler = Compiler::new(phrases, &base);
    let mut checks = Checks { printouts: source.printouts.clone(), ..Checks::default() };
    let all: Vec<&Check> = source.files.iter().flat_map(|file| &file.checks).collect();
    let ids: BTreeSet<&str> = all.iter().map(|check| check.id.as_str()).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for file in &source.files {
        compiler.entry = file.of.clone();
        let Some(of) = checks.printout(&file.of) else {
            compiler.problem("of".into(), format!("objects.yaml has no entry for `{}`", file.of));
            continue;
        };
        for (n, check) in file.checks.iter().enumerate() {
            let path = format!("checks[{n}]");
            if !seen.insert(&check.id) {
                compiler.problem(format!("{path}.id"), format!("another check has the id `{}`", check.id));
            }
            let named = check.supports.iter().enumerate().map(|(n, id)| (format!("supports[{n}]"), id.as_str()));
            let named = named.chain(check.decides.iter().map(|id| ("decides".to_owned(), id.as_str())));
            let step = check.step.iter().map(|step| ("step".to_owned(), step.split('/').next().unwrap_or(step)));
            for (key, id) in named.chain(step) {
                if rules.binary_search(&id).is_err() {
                    compiler.problem(format!("{path}.{key}"), format!("there is no rule `{id}`"));
                }
            }
            for (n, id) in check.excuses.iter().enumerate().filter(|(_, id)| !ids.contains(id.as_str())) {
                compiler.problem(format!("{path}.excuses[{n}]"), format!("there is no check `{id}`"));
            }
            let mut conditions = Vec::new();
            walk(&check.when, &format!("{path}.when"), &mut |shows, path| {
                one(shows, path, source, file, &mut compiler);
                for (key, condition) in [("text", &shows.text), ("failure", &shows.failure)] {
                    if let Some(condition) = condition {
                        let node = compiler.condition(condition, &format!("{path}.{key}"));
                        conditions.push((condition.clone(), node));
                    }
                }
            });
            let check = Check { tests: Vec::new(), ..check.clone() };
            checks.entries.push(CheckEntry { of: of as u16, check, references: file.references.clone(), conditions });
        }
    }
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    let order = compiler.sort_needles();
    for (_, node) in checks.entries.iter_mut().flat_map(|entry| &mut entry.conditions) {
        node.renumber(&order);
    }
    (checks.needle_text, checks.needle_ends) = compiler.needle_text();
    checks.sentences = compiler.sentences.drain().map(|(old, sentence)| (order[old as usize], sentence)).collect();
    checks.sentences.sort_unstable();
    Ok(checks)
}

/// Visits a test and those inside it, each with the keys that lead to it.
pub fn walk<'s>(shows: &'s Shows, path: &str, visit: &mut impl FnMut(&'s Shows, &str)) {
    visit(shows, path);
    for (key, list) in [("all", &shows.all), ("any", &shows.any), ("none", &shows.none)] {
        for (n, inner) in list.iter().enumerate() {
            walk(inner, &format!("{path}.{key}[{n}]"), visit);
        }
    }
    if let Some(inner) = shows.with.as_ref().and_then(|with| with.shows.as_ref()) {
        walk(inner, &format!("{path}.with.shows"), visit);
    }
}

/// What is wrong with one test.
fn one(shows: &Shows, path: &str, source: &CheckSource, file: &CheckFile, compiler: &mut Compiler<'_>) {
    for (key, message) in shape(shows) {
        compiler.problem(format!("{path}.{key}"), message);
    }
    if let Some(pattern) = &shows.matches {
        let stripped = strip_white_space(pattern).0;
        if upper_case(&stripped).is_some() {
            compiler.problem(format!("{path}.matches"), "the value that it sees is in lower case".into());
        } else if let Err(error) = parse_regex(&stripped) {
            compiler.problem(format!("{path}.matches"), format!("the regex does not parse: {error}"));
        }
    }
    if let Some(with) = &shows.with
        && !source.printouts.iter().any(|printout| printout.cmdlet.eq_ignore_ascii_case(&with.of))
    {
        compiler.problem(format!("{path}.with.of"), format!("objects.yaml has no entry for `{}`", with.of));
    }
    if let Some(step) = &shows.step {
        // Inside `with` the step is that of the other cmdlet.
        let of = |printout: &&super::check::Printout| printout.cmdlet == file.of || path.contains(".with.shows");
        let steps = source.printouts.iter().filter(of).flat_map(|printout| &printout.steps);
        if !steps.into_iter().any(|told| told.id == *step) {
            compiler.problem(format!("{path}.step"), format!("objects.yaml has no step `{step}` for this cmdlet"));
        }
    }
}

/// What is wrong with the keys of a test, whatever they name: key and message.
pub fn shape(shows: &Shows) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    let about_property = shows.equals.is_some()
        || !shows.one_of.is_empty()
        || shows.contains.is_some()
        || shows.matches.is_some()
        || shows.empty.is_some()
        || shows.expired.is_some()
        || shows.later_than.is_some()
        || shows.compare.is_some();
    if about_property && shows.property.is_none() {
        wrong.push(("property", "the test does not say which property it is about".to_owned()));
    }
    let other = shows.with.as_ref().is_some_and(|with| with.property.is_some()) || shows.fact.is_some();
    if shows.compare.is_some() != other {
        wrong.push((
            "compare",
            "`compare` needs a `fact`, or a `with` that names a property; and those need it".to_owned(),
        ));
    }
    if let Some(text) = shows.objects.as_deref().filter(|text| parse_count(text).is_none()) {
        wrong.push(("objects", format!("`{text}` is no comparison")));
    }
    if *shows == Shows::default() {
        wrong.push(("property", "the test names nothing that must be there".to_owned()));
    }
    wrong
}

/// A comparison with a number, such as `> 1`.
pub fn parse_count(text: &str) -> Option<(&str, usize)> {
    let number = text.trim_start_matches(['<', '>', '=']);
    let operator = &text[..text.len() - number.len()];
    ["=", "<", ">", "<=", ">="].contains(&operator).then(|| Some((operator, number.trim().parse().ok()?)))?
}

/// All conditions on text in a check.
pub fn conditions(check: &Check) -> Vec<&Condition> {
    let mut found = Vec::new();
    walk(&check.when, "", &mut |shows, _| found.extend(shows.text.iter().chain(&shows.failure)));
    found
}
