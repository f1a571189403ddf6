//! The lists of the catalogue: rules by area, by code, by exception type; and the contexts.

use super::Catalogue;
use super::links::{Link, slug};
use super::marks::{Marks, event_name, short};
use super::signature::Clause;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The rules of one area.
#[derive(Debug, Serialize)]
pub(super) struct Area {
    pub id: String,
    pub anchor: String,
    pub rules: Vec<Link>,
}

/// The areas by name, each with its rules by id.
pub(super) fn areas(catalogue: &Catalogue) -> Vec<Area> {
    let mut areas: BTreeMap<&str, Vec<Link>> = BTreeMap::new();
    for rule in &catalogue.rules {
        areas.entry(&rule.area).or_default().push(Link::to(rule));
    }
    areas
        .into_iter()
        .map(|(id, rules)| Area { id: id.to_owned(), anchor: format!("area-{}", slug(id)), rules })
        .collect()
}

/// A page that leads from what an error shows to rules.
#[derive(Debug, Serialize)]
pub(super) struct List {
    /// The page's name; the words for it stand in the templates.
    pub name: &'static str,
    pub groups: Vec<Group>,
}

/// The entries of one kind.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    pub kind: &'static str,
    pub entries: Vec<Entry>,
}

/// One code or name.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub key: String,
    pub anchor: String,
    /// Other forms of the key, such as full type names.
    pub forms: Vec<String>,
    pub rules: Vec<Link>,
}

impl List {
    pub fn all(catalogue: &Catalogue) -> [Self; 3] {
        let groups = |groups: Vec<Group>| groups.into_iter().filter(|group| !group.entries.is_empty()).collect();
        let codes = vec![
            group(catalogue, "http-status", |marks| marks.http_status.iter().copied().collect()),
            group(catalogue, "aadsts", |marks| marks.aadsts.iter().copied().collect()),
            group(catalogue, "diagnostics", |marks| marks.diagnostics.iter().copied().collect()),
            group(catalogue, "ws-trust", |marks| marks.ws_trust.iter().cloned().collect()),
        ];
        let names = vec![
            exceptions(catalogue),
            group(catalogue, "event", |marks| marks.events.iter().map(event_name).collect()),
        ];
        let lids = group(catalogue, "lid", |marks| marks.lids.iter().copied().collect());
        [
            Self { name: "lids", groups: groups(vec![lids]) },
            Self { name: "codes", groups: groups(codes) },
            Self { name: "exceptions", groups: groups(names) },
        ]
    }
}

/// The rules by the marks of one kind, in the order of the marks.
fn group<K: Ord + ToString>(catalogue: &Catalogue, kind: &'static str, of: impl Fn(&Marks) -> Vec<K>) -> Group {
    let mut by_key: BTreeMap<K, Vec<Link>> = BTreeMap::new();
    for (number, marks) in catalogue.marks.iter().enumerate() {
        for key in of(marks) {
            by_key.entry(key).or_default().push(Link::to_number(catalogue, number));
        }
    }
    let entries = by_key.into_iter().map(|(key, rules)| entry(kind, key.to_string(), Vec::new(), rules)).collect();
    Group { kind, entries }
}

fn entry(kind: &str, key: String, forms: Vec<String>, rules: Vec<Link>) -> Entry {
    Entry { anchor: format!("{kind}-{}", slug(&key)), key, forms, rules }
}

/// Exception types by their short names: the namespace is often lost on the way.
fn exceptions(catalogue: &Catalogue) -> Group {
    let mut by_name: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<usize>)> = BTreeMap::new();
    for (number, marks) in catalogue.marks.iter().enumerate() {
        for full in &marks.exceptions {
            let (forms, rules) = by_name.entry(short(full)).or_default();
            forms.extend((short(full) != full).then_some(full.as_str()));
            rules.insert(number);
        }
    }
    let entries = by_name.into_iter().map(|(name, (forms, rules))| {
        let forms = forms.into_iter().map(str::to_owned).collect();
        let rules = rules.into_iter().map(|number| Link::to_number(catalogue, number)).collect();
        entry("exception", name.to_owned(), forms, rules)
    });
    Group { kind: "exception", entries: entries.collect() }
}

/// A context, and the rules that need it.
#[derive(Debug, Serialize)]
pub(super) struct ContextView {
    pub id: String,
    pub anchor: String,
    pub title: String,
    pub question: String,
    /// Contexts that stand for this one as well.
    pub includes: Vec<Included>,
    pub condition: Clause,
    pub rules: Vec<Link>,
}

/// A context that another one includes.
#[derive(Debug, Serialize)]
pub(super) struct Included {
    pub title: String,
    pub anchor: String,
}

/// The anchor of a context on the page of the contexts.
pub(super) fn context_anchor(id: &str) -> String {
    format!("context-{}", slug(id))
}

impl ContextView {
    pub fn all(catalogue: &Catalogue) -> Vec<Self> {
        let contexts = &catalogue.shared.contexts;
        let title = |id: &String| contexts.iter().find(|c| c.id == *id).map_or_else(|| id.clone(), |c| c.title.clone());
        let included = |id: &String| Included { title: title(id), anchor: context_anchor(id) };
        let view = contexts.iter().map(|context| Self {
            id: context.id.clone(),
            anchor: context_anchor(&context.id),
            title: context.title.clone(),
            question: context.question.clone(),
            includes: context.includes.iter().map(included).collect(),
            condition: Clause::of(&context.condition, &catalogue.shared.phrases),
            rules: catalogue.rules.iter().filter(|r| r.context.as_ref() == Some(&context.id)).map(Link::to).collect(),
        });
        view.collect()
    }
}
