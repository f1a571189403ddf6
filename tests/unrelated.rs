//! Texts that are none of the documented failures give no certain match.

mod common;

use common::Catalogue;
use freebusy::rules::model::Confidence;
use std::fs;
use std::path::Path;

#[test]
fn no_unrelated_text_is_certain() {
    let catalogue = Catalogue::built_in();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/unrelated");
    let mut files: Vec<_> = fs::read_dir(&folder).expect("the corpus").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    assert!(files.len() >= 60, "the corpus has {} texts", files.len());
    let mut failures = Vec::new();
    for file in files {
        let bytes = fs::read(&file).expect("a text");
        for (id, confidence) in catalogue.matches_of_bytes(bytes, None) {
            if confidence == Confidence::Certain {
                failures.push(format!("{}: {id}", file.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_noise_is_no_failure() {
    let certain: Vec<_> = Catalogue::built_in()
        .matches(include_str!("corpus/noise.log"), None)
        .into_iter()
        .filter(|(_, confidence)| *confidence == Confidence::Certain)
        .collect();
    assert!(certain.is_empty(), "{certain:?}");
}

/// The near misses of every rule, held against all other rules: a near miss may be another documented failure only where its
/// rule file says which one.
#[test]
fn a_near_miss_is_certain_only_as_what_its_file_calls_it() {
    let catalogue = Catalogue::built_in();
    let mut failures = Vec::new();
    for (rule, n, test) in catalogue.tests() {
        let Some(text) = &test.not else { continue };
        for (id, confidence) in catalogue.matches(text, test.assume.as_deref()) {
            let said = test.why.as_deref().is_some_and(|why| why.contains(&id));
            if confidence == Confidence::Certain && !said {
                failures.push(format!("{} near miss {n} is certain as {id}: {:?}", rule.id, test.why));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
