//! `docs/currency.md`: what no longer holds of what the source documents say. The rules and the timeline say it; the page only
//! collects it. `SNAPSHOTS=overwrite cargo test --test currency` writes it anew.

mod common;

use common::Catalogue;
use common::generated::{current, standing};
use freebusy::rules::model::{Change, Milestone, Retired};
use std::collections::BTreeMap;

#[test]
fn the_page_is_current() {
    current("docs/currency.md", &page(), "currency");
}

/// Every rule whose documents name something that is gone says what replaced it.
#[test]
fn a_step_that_names_older_instructions_for_a_retired_module_belongs_to_a_rule_with_a_change() {
    let catalogue = Catalogue::built_in();
    let retired = catalogue.pack().shared().expect("shared").retired;
    for rule in catalogue.rules() {
        let former = rule.steps.iter().filter_map(|step| step.formerly.as_deref());
        for text in former.filter(|text| retired.iter().any(|r| r.cmdlets.contains("Msol") && text.contains("Msol"))) {
            assert!(!rule.changes.is_empty(), "{}: {text}", rule.id);
        }
    }
}

fn page() -> String {
    let catalogue = Catalogue::built_in();
    let shared = catalogue.pack().shared().expect("shared");
    let mut page = String::from(
        "# What changed against the documents\n\nThe failures come from documents of several years. This page lists what they say \
         and no longer holds, from the rules' own files. It is generated: `SNAPSHOTS=overwrite cargo test --test currency`.\n\n\
         ## When what changed\n\n| from | what | source |\n|---|---|---|\n",
    );
    for Milestone { date, title, source, confidence, .. } in &shared.timeline {
        page.push_str(&format!("| {date} | {title}{} | <{source}> |\n", standing(*confidence)));
    }
    page.push_str("\n## Modules that no longer work\n\n| module | since | instead | source |\n|---|---|---|---|\n");
    for Retired { module, since, replacement, source, .. } in &shared.retired {
        page.push_str(&format!("| {module} | {since} | {replacement} | <{source}> |\n"));
    }
    page.push_str("\n## What the documents say, and what holds\n");
    // The same change in several rules is told once, in the order of the first rule.
    let mut changes: Vec<(&Change, Vec<&str>)> = Vec::new();
    for rule in catalogue.rules() {
        for change in &rule.changes {
            match changes.iter_mut().find(|(known, _)| *known == change) {
                Some((_, rules)) => rules.push(&rule.id),
                None => changes.push((change, vec![&rule.id])),
            }
        }
    }
    let dates: BTreeMap<&str, &str> = shared.timeline.iter().map(|entry| (&*entry.id, &*entry.date)).collect();
    for (change, rules) in changes {
        let rules: Vec<String> = rules.iter().map(|id| format!("`{id}`")).collect();
        let since = change.since.as_deref().map(|id| format!(" Since {}.", dates[id])).unwrap_or_default();
        let source = change.source.as_deref().map(|url| format!(" <{url}>")).unwrap_or_default();
        page.push_str(&format!(
            "\n- {}\n  - Documented: {}\n  - Now: {}\n  - Why: {}{since}{}{source}\n",
            rules.join(", "),
            change.documented.trim(),
            change.now.trim(),
            change.why.trim(),
            standing(change.confidence),
        ));
    }
    page
}
