//! The files that rules share.

use super::identity::{Identities, Kind, kebab};
use super::{Checker, Known, command, condition, dates, rule, rule_reference, shape, text_of};
use crate::author::diagnostic::{Findings, SourceFile};
use crate::author::problems::{DuplicateId, IdForm, IgnoredFile, MissingKey, ShippedId, ShortText};
use crate::author::yaml::Node;
use crate::rules::check::Printout;
use crate::rules::compile::MIN_LITERAL;
use crate::rules::model::{Cmdlets, Intake, Milestone, Parameter, Phrase, Retired};
use crate::rules::{SharedKind, parse_list};
use crate::text::fold::fold;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;

/// A phrase's id and folded wordings.
pub(super) fn folded(phrase: &Phrase) -> (String, Vec<String>) {
    (phrase.id.clone(), phrase.variants.iter().map(|variant| fold(&variant.text)).collect())
}

/// Adds what a shared file offers to the others. What is wrong in it is reported when it is checked.
pub(super) fn offer(kind: SharedKind, file: &SourceFile, root: &Node, known: &mut Known) {
    fn read<T: DeserializeOwned + Default>(file: &SourceFile) -> T {
        parse_list(&file.name, &file.text).unwrap_or_default()
    }
    match kind {
        SharedKind::Phrases => {
            for phrase in root.items() {
                let wordings = phrase.get("variants").map_or(&[][..], Node::items).iter();
                let wordings = wordings.filter_map(|variant| variant.text_of("text")).map(fold).collect();
                known.phrases.extend(phrase.text_of("id").map(|id| (id.to_owned(), wordings)));
            }
        }
        SharedKind::Contexts => {
            known.contexts.extend(root.items().iter().filter_map(|c| c.text_of("id")).map(str::to_owned));
        }
        SharedKind::Parameters => {
            for parameter in read::<Vec<Parameter>>(file) {
                if !known.parameters.iter().any(|p| p.name == parameter.name) {
                    known.parameters.push(parameter);
                }
            }
        }
        SharedKind::Timeline if known.timeline.is_empty() => known.timeline = read::<Vec<Milestone>>(file),
        SharedKind::Objects => {
            for printout in read::<Vec<Printout>>(file) {
                if !known.printouts.iter().any(|other| other.cmdlet == printout.cmdlet) {
                    known.printouts.push(printout);
                }
            }
        }
        SharedKind::Retired if known.retired.is_empty() => known.retired = read::<Vec<Retired>>(file),
        SharedKind::Cmdlets if known.cmdlets == Cmdlets::default() => known.cmdlets = read::<Cmdlets>(file),
        _ => {}
    }
}

/// Reports what is wrong in a shared file.
pub(super) fn check(
    checker: &Checker<'_>,
    kind: SharedKind,
    file: &SourceFile,
    root: &Node,
    identities: &mut Identities,
    findings: &mut Findings,
) {
    rule::note_uses(root, identities);
    if kind.is_shipped_only() && !checker.known.shipped.is_empty() && !says_the_same(checker, kind, file) {
        let reason = format!("{} comes with the program and cannot be replaced", file.file_name());
        findings.add(0..0, &IgnoredFile { reason });
    }
    let entries = root.items();
    match kind {
        SharedKind::Phrases => entries.iter().for_each(|phrase| {
            declare(Kind::Phrase, phrase, "id", identities, findings);
            variants(phrase, findings);
        }),
        SharedKind::Contexts => entries.iter().for_each(|context| {
            declare(Kind::Context, context, "id", identities, findings);
            for included in context.get("includes").map_or(&[][..], Node::items) {
                if let Some(id) = included.text() {
                    rule::context(checker, id, included.span.clone(), findings);
                }
            }
        }),
        SharedKind::Parameters => entries.iter().for_each(|parameter| parameter_form(parameter, identities, findings)),
        SharedKind::Indications => entries.iter().for_each(|indication| {
            if indication.get("direction").or(indication.get("auth")).is_none() {
                let problem = MissingKey {
                    keys: "`direction` or `auth`".to_owned(),
                    of: "an indication".to_owned(),
                    meaning: "they say what its condition shows".to_owned(),
                };
                findings.add(shape::mark(indication), &problem);
            }
        }),
        SharedKind::Intake => {
            for key in ["questions", "collect"] {
                root.get(key)
                    .map_or(&[][..], Node::items)
                    .iter()
                    .for_each(|entry| dates::check(checker, entry, findings));
            }
            for collect in root.get("collect").map_or(&[][..], Node::items) {
                for run in collect.get("run").map_or(&[][..], Node::items) {
                    command::check(checker, &file.text, run, true, findings);
                }
            }
        }
        SharedKind::Timeline => {
            unique(entries, "entry", |entry| text_of(entry, "id"), findings);
        }
        SharedKind::Identifiers => {
            // A number means something else in every table.
            let of_table = |entry: &'_ Node| entry.text_of("kind").unwrap_or_default().to_owned();
            let mut tables: Vec<String> = entries.iter().map(of_table).collect();
            tables.sort();
            tables.dedup();
            for table in tables {
                let own: Vec<Node> = entries.iter().filter(|entry| of_table(entry) == table).cloned().collect();
                unique(&own, "identifier", |entry| text_of(entry, "id"), findings);
            }
            for rule in entries.iter().flat_map(|entry| entry.get("rules").map_or(&[][..], Node::items)) {
                if let Some(id) = rule.text() {
                    rule_reference(checker, rule.span.clone(), id, findings);
                }
            }
        }
        SharedKind::Objects => super::checks::printouts(checker, &file.text, entries, findings),
        SharedKind::WellKnown | SharedKind::Retired | SharedKind::Cmdlets => {}
    }
    for entry in entries {
        if let Some(where_) = entry.get("where") {
            condition::check(checker, &file.text, where_, "the condition", findings);
        }
    }
    shipped_entries(checker, kind, file, entries, findings);
}

fn declare(kind: Kind, entry: &Node, key: &str, identities: &mut Identities, findings: &mut Findings) {
    if let Some((id, span)) = text_of(entry, key) {
        identities.declare(kind, id, findings.file(), span.clone());
        if kind != Kind::Parameter {
            kebab(id, span, findings);
        }
    }
}

/// Reports entries of a list that have the same id.
fn unique<'n>(
    entries: &'n [Node],
    of: &'static str,
    id: impl Fn(&'n Node) -> Option<(&'n str, Range<usize>)>,
    findings: &mut Findings,
) {
    let mut seen: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    for (id, span) in entries.iter().filter_map(id) {
        match seen.get(id) {
            Some(first) => {
                let (file, problem) = (findings.file(), DuplicateId { id: id.to_owned(), of });
                findings.add(span, &problem).also(file, first.clone(), "the first one");
            }
            None => {
                seen.insert(id, span);
            }
        }
    }
}

fn variants(phrase: &Node, findings: &mut Findings) {
    for variant in phrase.get("variants").map_or(&[][..], Node::items) {
        if let Some((text, span)) = text_of(variant, "text").filter(|(text, _)| fold(text).len() < MIN_LITERAL) {
            findings.add(span, &ShortText { text: text.to_owned(), least: MIN_LITERAL });
        }
    }
}

fn parameter_form(parameter: &Node, identities: &mut Identities, findings: &mut Findings) {
    declare(Kind::Parameter, parameter, "name", identities, findings);
    if let Some((name, span)) = text_of(parameter, "name") {
        let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            let form = "lower-case letters, digits and `_`, as in `cloud_mailbox`";
            findings.add(span, &IdForm { id: name.to_owned(), of: "a parameter's name", form });
        }
    }
    if let Some((text, span)) = text_of(parameter, "placeholder").filter(|(text, _)| text.contains(['<', '>'])) {
        let form = "words without brackets; the command shows them as `<words>`";
        findings.add(span, &IdForm { id: text.to_owned(), of: "a placeholder", form });
    }
}

/// Reports entries that the program brings along with another content.
fn shipped_entries(
    checker: &Checker<'_>,
    kind: SharedKind,
    file: &SourceFile,
    entries: &[Node],
    findings: &mut Findings,
) {
    let shipped = &checker.known.shared;
    let (key, of, differing) = match kind {
        SharedKind::Phrases => ("id", "a phrase", differing(file, &shipped.phrases, |p| &p.id)),
        SharedKind::Contexts => ("id", "a context", differing(file, &shipped.contexts, |c| &c.id)),
        SharedKind::Parameters => {
            ("name", "a parameter", differing(file, &checker.known.shipped_parameters, |p| &p.name))
        }
        _ => return,
    };
    for (id, span) in entries.iter().filter_map(|entry| text_of(entry, key)) {
        if differing.iter().any(|other| other == id) {
            findings.add(span, &ShippedId { id: id.to_owned(), of });
        }
    }
}

/// The ids of a file's entries that are shipped with another content.
fn differing<T: DeserializeOwned + PartialEq>(file: &SourceFile, shipped: &[T], id: fn(&T) -> &String) -> Vec<String> {
    let own: Vec<T> = parse_list(&file.name, &file.text).unwrap_or_default();
    let differs = |own: &&T| shipped.iter().any(|other| id(other) == id(own) && other != *own);
    own.iter().filter(differs).map(|own| id(own).clone()).collect()
}

/// Whether a file says what the program says anyway.
fn says_the_same(checker: &Checker<'_>, kind: SharedKind, file: &SourceFile) -> bool {
    let shared = &checker.known.shared;
    match kind {
        SharedKind::Intake => parse_list(&file.name, &file.text).is_ok_and(|own: Intake| own == shared.intake),
        SharedKind::Timeline => {
            parse_list(&file.name, &file.text).is_ok_and(|own: Vec<Milestone>| own == shared.timeline)
        }
        SharedKind::Retired => parse_list(&file.name, &file.text).is_ok_and(|own: Vec<Retired>| own == shared.retired),
        SharedKind::Cmdlets => parse_list(&file.name, &file.text).is_ok_and(|own: Cmdlets| own == shared.cmdlets),
        _ => false,
    }
}
