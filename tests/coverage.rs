//! `docs/coverage.md`: what became of every failure that is to be covered. `docs/coverage.yaml` lists them, the rules say which exist.
//! `SNAPSHOTS=overwrite cargo test --test coverage` writes the page anew.

mod common;

use common::Catalogue;
use common::generated::current;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    documented: Vec<Entry>,
    further: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    /// What stands in the place of a rule: a check, a question, identifiers, another rule.
    #[serde(default)]
    instead: Option<String>,
    /// Why nothing stands there.
    #[serde(default)]
    left_out: Option<String>,
}

fn list() -> List {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.yaml");
    serde_yaml::from_str(&fs::read_to_string(path).expect("the list")).expect("a list of failures")
}

#[test]
fn the_page_is_current() {
    current("docs/coverage.md", &page(), "coverage");
}

#[test]
fn the_list_is_complete_and_names_each_failure_once() {
    let list = list();
    assert_eq!((list.documented.len(), list.further.len()), (49, 68));
    let ids: BTreeSet<&str> = list.documented.iter().chain(&list.further).map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids.len(), 49 + 68);
}

#[test]
fn every_documented_failure_has_its_rule() {
    let catalogue = Catalogue::built_in();
    for entry in list().documented {
        assert!(catalogue.pack().rule_index(&entry.id).is_some(), "{}", entry.id);
    }
}

#[test]
fn nothing_has_a_rule_and_a_reason_for_having_none() {
    let catalogue = Catalogue::built_in();
    for entry in list().further {
        let reasons = usize::from(entry.instead.is_some()) + usize::from(entry.left_out.is_some());
        let rule = usize::from(catalogue.pack().rule_index(&entry.id).is_some());
        assert!(rule + reasons <= 1, "{}", entry.id);
    }
}

fn page() -> String {
    let catalogue = Catalogue::built_in();
    let mut page = String::from(
        "# What is covered\n\nEvery failure that the documents describe, every further one that was collected, and what became of it. \
         Generated from `docs/coverage.yaml` and the rules: `SNAPSHOTS=overwrite cargo test --test coverage`.\n",
    );
    let list = list();
    for (title, entries) in [("From the documents", &list.documented), ("Beyond the documents", &list.further)] {
        let open = |entry: &&Entry| {
            catalogue.pack().rule_index(&entry.id).is_none() && entry.instead.is_none() && entry.left_out.is_none()
        };
        let missing = entries.iter().filter(open).count();
        page.push_str(&format!("\n## {title}\n\n{} failures, {missing} of them still open.\n\n", entries.len()));
        page.push_str("| id | became |\n|---|---|\n");
        for entry in entries {
            let rule = catalogue.rules().iter().find(|rule| rule.id == entry.id);
            let became = match (rule, &entry.instead, &entry.left_out) {
                (Some(rule), ..) => format!("a rule: {}", rule.title),
                (None, Some(instead), _) => instead.clone(),
                (None, None, Some(reason)) => format!("left out: {reason}"),
                (None, None, None) => "still open".to_owned(),
            };
            page.push_str(&format!("| {} | {became} |\n", entry.id));
        }
    }
    page
}
