//! The tests in files of checks.

use super::Loss;
use super::check_mutants::{CheckMutant, check_mutants};
use super::mark;
use super::problems::{TestFailed, TestUnreadable, UntestedBranch, UntestedGuard};
use crate::author::diagnostic::{Diagnostic, Findings, SourceFile};
use crate::author::yaml;
use crate::engine::output::{Scene, examine};
use crate::engine::{Analysis, Engine};
use crate::read::{Case, Input};
use crate::rules::check::{Check, CheckTest};
use crate::rules::is_check_file;
use crate::rules::pack::{CheckEntry, CheckSource, Checks};
use jiff::civil::Date;

/// A test of a check.
#[derive(Debug, Clone, Copy)]
pub struct CheckCase<'c> {
    check: &'c Check,
    test: usize,
}

/// What a test gave.
#[derive(Debug)]
pub struct CheckOutcome {
    check: String,
    test: usize,
    /// What was expected and what came, where that is not the same; or why the text cannot be read.
    wrong: Option<Result<(String, String), String>>,
}

/// All tests of all checks.
pub fn check_cases(source: &CheckSource) -> Vec<CheckCase<'_>> {
    let checks = source.files.iter().flat_map(|file| &file.checks);
    checks.flat_map(|check| (0..check.tests.len()).map(move |test| CheckCase { check, test })).collect()
}

/// Asks one test; `today` is the day by which certificates are judged.
pub fn ask_check(engine: &Engine<'_>, checks: &Checks, case: &CheckCase<'_>, today: Date) -> CheckOutcome {
    let CheckTest { text, not, .. } = &case.check.tests[case.test];
    let outcome = |wrong| CheckOutcome { check: case.check.id.clone(), test: case.test, wrong };
    let Some(content) = text.as_ref().or(not.as_ref()) else { return outcome(None) };
    let said = match said(engine, checks, content.clone().into_bytes(), today) {
        Ok(said) => said,
        Err(error) => return outcome(Some(Err(error))),
    };
    let is_there = said.contains(&case.check.id);
    if is_there == text.is_some() {
        return outcome(None);
    }
    let wanted = match text {
        Some(_) => format!("`{}`", case.check.id),
        None => format!("anything but `{}`", case.check.id),
    };
    let got = match said.is_empty() {
        true => "nothing".to_owned(),
        false => said.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "),
    };
    outcome(Some(Ok((wanted, got))))
}

/// The ids of the checks that say something about a text.
///
/// # Errors
///
/// When it is no text.
pub fn said(engine: &Engine<'_>, checks: &Checks, bytes: Vec<u8>, today: Date) -> Result<Vec<String>, String> {
    let input = Input::from_bytes(bytes).map_err(|error| error.to_string())?;
    let case = Case::new([(String::new(), input)]);
    let records = case.records();
    let analysis: Analysis = engine.analyse(&records, &[]);
    let objects = case.objects();
    let scene = Scene { objects: &objects, case: &case, records: &records, analysis: &analysis, today: Some(today) };
    let findings = examine(checks, &scene).findings;
    Ok(findings.into_iter().map(|finding| checks.entries[finding.entry].check.id.clone()).collect())
}

/// What a check's own tests make of it, without the other checks.
fn alone(engine: &Engine<'_>, checks: &Checks, entry: CheckEntry, tests: &[CheckTest], today: Date) -> Vec<bool> {
    let id = entry.check.id.clone();
    let one = Checks {
        printouts: checks.printouts.clone(),
        entries: vec![entry],
        needle_text: checks.needle_text.clone(),
        needle_ends: checks.needle_ends.clone(),
        sentences: checks.sentences.clone(),
    };
    let texts = tests.iter().filter_map(|test| test.text.as_ref().or(test.not.as_ref()));
    texts
        .map(|text| said(engine, &one, text.clone().into_bytes(), today).is_ok_and(|said| said.contains(&id)))
        .collect()
}

/// What of a check's condition no test of its own needs.
pub fn check_unneeded(engine: &Engine<'_>, checks: &Checks, check: &Check, today: Date) -> Vec<CheckMutant> {
    let Some(entry) = checks.entries.iter().find(|entry| entry.check.id == check.id) else { return Vec::new() };
    let before = alone(engine, checks, entry.clone(), &check.tests, today);
    let mut mutants = check_mutants(&check.when);
    mutants.retain(|mutant| {
        let mut varied = entry.clone();
        varied.check.when = mutant.when.clone();
        alone(engine, checks, varied, &check.tests, today) == before
    });
    mutants
}

/// Reports what no test needs, of the checks that stand in `files`.
pub fn check_untested(unneeded: &[(String, Vec<CheckMutant>)], loss: Loss, files: &[SourceFile]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (number, file) in files.iter().enumerate().filter(|(_, file)| is_check_file(&file.name)) {
        let Ok(document) = yaml::parse(&file.text) else { continue };
        let mut findings = Findings::new(number);
        for check in document.root.get("checks").map_or(&[][..], yaml::Node::items) {
            let of = |(id, _): &&(String, Vec<CheckMutant>)| check.text_of("id") == Some(id);
            let mutants = unneeded.iter().filter(of).flat_map(|(_, mutants)| mutants);
            for mutant in mutants.filter(|mutant| mutant.loss == loss) {
                let span = mark(check.find(&mutant.path));
                let what = super::part_name(&mutant.path);
                match loss {
                    Loss::Find => findings.add(span, &UntestedBranch { what }),
                    Loss::Guard => findings.add(span, &UntestedGuard { what }),
                };
            }
        }
        diagnostics.extend(findings.into_list());
    }
    diagnostics
}

/// Reports the tests that fail, each in its file, where that is one of `files`.
pub fn check_failures(outcomes: &[CheckOutcome], files: &mut Vec<SourceFile>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for outcome in outcomes {
        let Some(wrong) = &outcome.wrong else { continue };
        let place = files.iter().enumerate().find_map(|(number, file)| {
            if !is_check_file(&file.name) {
                return None;
            }
            let root = yaml::parse(&file.text).ok()?.root;
            let check = root.get("checks")?.items().iter().find(|check| check.text_of("id") == Some(&outcome.check))?;
            let test = check.get("tests")?.items().get(outcome.test)?;
            Some((number, mark(test)))
        });
        let (file, span) = place.unwrap_or_else(|| {
            let name = format!("{} (built in), tests[{}]", outcome.check, outcome.test);
            files.push(SourceFile { name, text: String::new(), area: None });
            (files.len() - 1, 0..0)
        });
        let mut findings = Findings::new(file);
        match wrong {
            Ok((wanted, got)) => {
                findings.add(span, &TestFailed { wanted: wanted.clone(), got: got.clone() });
            }
            Err(reason) => {
                findings.add(span, &TestUnreadable { reason: reason.clone() });
            }
        }
        diagnostics.extend(findings.into_list());
    }
    diagnostics
}
