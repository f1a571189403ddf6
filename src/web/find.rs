//! Finds failures by a code, a name or words, for a browser without the catalogue's own search.

use crate::report::identifiers::{Lookup, NamedRule, look_up};
use crate::rules::identifier::Identifier;
use crate::rules::model::Rule;
use crate::text::fold::fold;
use serde::Serialize;

/// What was found for one query.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    pub query: String,
    /// The codes and names that it can be.
    pub lookup: Lookup,
    /// The rules whose id, title or summary hold every word of it, and those that the codes lead to.
    pub rules: Vec<NamedRule>,
}

pub(super) fn find(rules: &[Rule], identifiers: Vec<Identifier>, query: &str) -> Found {
    let lookup = look_up(identifiers, &named(rules), query);
    let words: Vec<String> = query.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
    let led_to = |rule: &Rule| {
        lookup.rule.as_ref().is_some_and(|named| named.rule == rule.id)
            || lookup.identifiers.iter().any(|identifier| identifier.rules.contains(&rule.id))
    };
    let named_so = |rule: &Rule| {
        let text = fold(&format!("{} {} {}", rule.id, rule.title, rule.summary));
        !words.is_empty() && words.iter().all(|word| text.contains(word))
    };
    let (first, rest): (Vec<&Rule>, Vec<&Rule>) = rules.iter().partition(|rule| led_to(rule));
    let found = first.into_iter().chain(rest.into_iter().filter(|rule| named_so(rule)));
    Found { query: query.trim().to_owned(), rules: found.map(name).collect(), lookup }
}

/// The rules by name, as lookups know them.
pub(super) fn named(rules: &[Rule]) -> Vec<NamedRule> {
    rules.iter().map(name).collect()
}

fn name(rule: &Rule) -> NamedRule {
    NamedRule { rule: rule.id.clone(), title: rule.title.clone() }
}
