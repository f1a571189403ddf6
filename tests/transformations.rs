//! What happens to a text on its way to the clipboard does not change the answer.
//!
//! Every positive test of every rule goes through every transformation. A text that cannot survive one says so in its rule file
//! (`except`, with the reason), and then must really fail it.

mod common;

use common::Catalogue;
use freebusy::author::transform::{TRANSFORMATIONS, Transformation};
use freebusy::read::Input;
use std::fmt::Write as _;

#[test]
fn no_transformation_changes_the_first_match() {
    let catalogue = Catalogue::built_in();
    let mut failures = String::new();
    let mut runs = 0;
    for (rule, n, test) in catalogue.tests() {
        let Some(text) = &test.text else { continue };
        let end = evidence_end(&catalogue, text);
        for Transformation { name, apply, .. } in TRANSFORMATIONS {
            let excepted = test.except.iter().any(|e| e.transform == name);
            let got = catalogue.matches_of_bytes(apply(text, end), test.assume.as_deref());
            let same = got.first().is_some_and(|(id, _)| *id == rule.id);
            runs += 1;
            if same == excepted {
                let _ = writeln!(
                    failures,
                    "{} test {n}, {name}{}: got {:?}",
                    rule.id,
                    if excepted { " (listed as an exception)" } else { "" },
                    got.first()
                );
            }
        }
    }
    assert!(failures.is_empty(), "of {runs}:\n{failures}");
    assert!(runs > 49 * 3 * TRANSFORMATIONS.len(), "only {runs} runs");
}

/// Every transformation but the cut leaves certain what is certain; the cut may take the context away.
#[test]
fn no_transformation_makes_a_certain_match_uncertain() {
    let catalogue = Catalogue::built_in();
    let mut failures = String::new();
    for (rule, n, test) in catalogue.tests() {
        let Some(text) = &test.text else { continue };
        let before = catalogue.matches(text, test.assume.as_deref());
        for Transformation { name, apply, may_weaken } in TRANSFORMATIONS {
            if may_weaken || test.except.iter().any(|e| e.transform == name) {
                continue;
            }
            let after = catalogue.matches_of_bytes(apply(text, 0), test.assume.as_deref());
            if before.first() != after.first() {
                let _ = writeln!(
                    failures,
                    "{} test {n}, {name}: {:?} instead of {:?}",
                    rule.id,
                    after.first(),
                    before.first()
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_exception_names_a_transformation_that_exists() {
    for (rule, n, test) in Catalogue::built_in().tests() {
        for exception in &test.except {
            let known = TRANSFORMATIONS.iter().any(|t| t.name == exception.transform);
            assert!(known, "{} test {n}: {}", rule.id, exception.transform);
            assert!(exception.reason.len() > 20, "{} test {n}: the reason is missing", rule.id);
        }
    }
}

/// Where the last piece of evidence ends.
fn evidence_end(catalogue: &Catalogue, text: &str) -> usize {
    let input = Input::from_bytes(text.as_bytes().to_vec()).expect("a text");
    let analysis = catalogue.engine.analyse(&input.records(), &[]);
    analysis.matches.first().and_then(|m| m.evidence.last()).map_or(text.len(), |last| last.end)
}
