//! The tests that stand in the rule files, as they are and after everything that happens to a text on its way to the clipboard.

mod common;

use common::{Catalogue, first};
use freebusy::rules::model::Confidence;

#[test]
fn every_rule_has_positive_tests_and_a_near_miss() {
    let mut failures = Vec::new();
    for rule in Catalogue::built_in().rules() {
        let certain = rule.tests.iter().filter(|t| t.text.is_some() && t.expect != Some(Confidence::Possible)).count();
        let near_misses = rule.tests.iter().filter(|t| t.not.is_some()).count();
        if certain < 3 || near_misses < 1 {
            failures.push(format!("{}: {certain} certain texts, {near_misses} near misses", rule.id));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A near miss may be another documented failure, but each rule has one that is none.
#[test]
fn every_rule_has_a_near_miss_that_nothing_is_certain_about() {
    let catalogue = Catalogue::built_in();
    let mut failures = Vec::new();
    for rule in catalogue.rules() {
        let clean =
            rule.tests.iter().filter_map(|t| t.not.as_ref()).any(|text| {
                catalogue.matches(text, None).iter().all(|(_, confidence)| *confidence != Confidence::Certain)
            });
        if !clean {
            failures.push(rule.id.as_str());
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}

/// A redacted ticket names the same failure.
#[test]
fn redaction_does_not_change_the_answer() {
    use freebusy::report::Redactor;
    let catalogue = Catalogue::built_in();
    let well_known = catalogue.pack().shared().expect("shared").well_known;
    let mut failures = Vec::new();
    for (rule, n, test) in catalogue.tests() {
        let Some(text) = &test.text else { continue };
        let redacted = Redactor::new(well_known.clone()).redact(text);
        let (before, after) =
            (first(&catalogue, text, test.assume.as_deref()), first(&catalogue, &redacted, test.assume.as_deref()));
        if before != after {
            failures.push(format!("{} test {n}: {after:?} instead of {before:?}\n{redacted}", rule.id));
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
