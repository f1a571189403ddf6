//! `rules check`: everything that is wrong in rule files, at once, each with its place.
//!
//! A file is read as a tree with places ([`super::yaml`]) and looked at from several sides; each side looks only at what has
//! the right shape, so that one mistake hides no other. What can be seen in one file is found file by file
//! ([`Checker::file`]); what needs all of them, afterwards ([`Checker::finish`]).

mod checks;
mod command;
mod condition;
mod dates;
mod identity;
mod regex;
mod rule;
mod shape;
mod shared;
mod steps;

use super::background::Background;
use super::diagnostic::{Diagnostic, Findings, Severity, SourceFile};
use super::problems::{DuplicateKey, EmptyFile, Indirection, SeveralDocuments, TooLarge, UnknownRule, YamlSyntax};
use super::yaml::{Document, FaultKind, Node, Value, parse};
use crate::remedy::Planner;
use crate::remedy::Values;
use crate::remedy::plan::nearest;
use crate::rules::check::{Check, Printout};
use crate::rules::identifier::Identifier;
use crate::rules::model::{Cmdlets, Milestone, Parameter, Retired, Rule, Shared};
use crate::rules::pack::Pack;
use crate::rules::{SharedKind, is_check_file};
use identity::{Identities, Kind};
use shape::Shapes;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub use condition::tells;

/// What a file may refer to.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The ids of all rules.
    pub rules: BTreeSet<String>,
    /// The ids of the shipped rules, and the digest of each.
    pub shipped: BTreeMap<String, Vec<u8>>,
    /// What the shipped rules share.
    pub shared: Shared,
    /// The shipped parameters.
    pub shipped_parameters: Vec<Parameter>,
    /// The phrases' folded wordings.
    pub phrases: BTreeMap<String, Vec<String>>,
    /// The ids of all contexts.
    pub contexts: BTreeSet<String>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// When things changed for everybody.
    pub timeline: Vec<Milestone>,
    /// The shipped identifiers.
    pub shipped_identifiers: Vec<Identifier>,
    /// Modules that no longer work.
    pub retired: Vec<Retired>,
    /// What commands do, by name.
    pub cmdlets: Cmdlets,
    /// How cmdlets' output is recognised.
    pub printouts: Vec<Printout>,
    /// The ids of all checks.
    pub checks: BTreeSet<String>,
    /// The shipped checks.
    pub shipped_checks: Vec<Check>,
    /// The texts of the rule files, by the rules' ids: read only where something refers to a step.
    pub texts: BTreeMap<String, String>,
}

/// Checks rule files.
pub struct Checker<'b> {
    known: Known,
    planner: Planner,
    shapes: Shapes,
    background: &'b Background,
    today: jiff::civil::Date,
}

/// What one file gave.
#[derive(Debug, Clone)]
pub struct Checked {
    diagnostics: Vec<Diagnostic>,
    identities: Identities,
}

impl Known {
    /// What the shipped rules offer.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn of(pack: &Pack<'_>) -> Result<Self, postcard::Error> {
        let shared = pack.shared()?;
        let parameters = pack.parameters()?;
        let checks = pack.check_source()?;
        let shipped_checks: Vec<Check> = checks.files.into_iter().flat_map(|file| file.checks).collect();
        Ok(Self {
            printouts: checks.printouts,
            checks: shipped_checks.iter().map(|check| check.id.clone()).collect(),
            shipped_checks,
            rules: pack.rules.iter().map(|rule| rule.id.to_string()).collect(),
            shipped: pack.rules.iter().map(|rule| (rule.id.to_string(), rule.body.to_vec())).collect(),
            phrases: shared.phrases.iter().map(shared::folded).collect(),
            contexts: shared.contexts.iter().map(|c| c.id.clone()).collect(),
            parameters: parameters.clone(),
            shipped_parameters: parameters,
            timeline: shared.timeline.clone(),
            shipped_identifiers: pack.identifiers()?,
            retired: shared.retired.clone(),
            cmdlets: shared.cmdlets.clone(),
            shared,
            texts: BTreeMap::new(),
        })
    }

    /// Whether the shipped rules declare this id.
    fn has(&self, kind: Kind, id: &str) -> bool {
        match kind {
            Kind::Rule => self.shipped.contains_key(id),
            Kind::Phrase => self.shared.phrases.iter().any(|phrase| phrase.id == id),
            Kind::Context => self.shared.contexts.iter().any(|context| context.id == id),
            Kind::Parameter => self.shipped_parameters.iter().any(|parameter| parameter.name == id),
            Kind::Check => self.shipped_checks.iter().any(|check| check.id == id),
        }
    }

    /// The ids of a rule's steps; nothing where there is no such rule, or where its file cannot be read.
    fn steps(&self, rule: &str) -> Option<Vec<String>> {
        if let Some(text) = self.texts.get(rule) {
            let root = parse(text).ok()?.root;
            let steps = root.get("steps").map_or(&[][..], Node::items);
            return Some(steps.iter().filter_map(|step| step.text_of("id")).map(str::to_owned).collect());
        }
        let rule: Rule = postcard::from_bytes(self.shipped.get(rule)?).ok()?;
        Some(rule.steps.into_iter().map(|step| step.id).collect())
    }

    /// Adds what a file offers to the others. Files are added before any is checked.
    pub fn add(&mut self, file: &SourceFile) {
        match SharedKind::of(file.file_name()) {
            None if is_check_file(&file.name) => {
                if let Ok(document) = parse(&file.text) {
                    self.checks.extend(checks::ids(&document.root));
                }
            }
            None => {
                self.rules.insert(file.stem().to_owned());
                self.texts.insert(file.stem().to_owned(), file.text.clone());
            }
            Some(kind) => {
                if let Ok(document) = parse(&file.text) {
                    shared::offer(kind, file, &document.root, self);
                }
            }
        }
    }
}

impl<'b> Checker<'b> {
    /// Prepares to check files that may refer to what is known.
    pub fn new(known: Known, background: &'b Background, today: jiff::civil::Date) -> Self {
        let planner = Planner::new(known.parameters.clone(), Values::default());
        Self { known, planner, shapes: Shapes::new(), background, today }
    }

    /// Checks one file as far as that needs no other.
    pub fn file(&self, number: usize, file: &SourceFile) -> Checked {
        let mut findings = Findings::new(number);
        let mut identities = Identities::default();
        if let Some(Document { root, repeated }) = document(file, &mut findings) {
            for (key, again, first) in repeated {
                findings.add(again, &DuplicateKey { key }).also(number, first, "the first one");
            }
            match SharedKind::of(file.file_name()) {
                None if is_check_file(&file.name) => {
                    self.shapes.check("checks", &root, &mut findings);
                    checks::check(self, file, &root, &mut identities, &mut findings);
                }
                None => {
                    self.shapes.check("rule", &root, &mut findings);
                    // What has no keys at all lacks no particular one.
                    if matches!(root.value, Value::Map(_)) {
                        rule::check(self, file, &root, &mut identities, &mut findings);
                    }
                }
                Some(kind) => {
                    self.shapes.check(kind.schema(), &root, &mut findings);
                    shared::check(self, kind, file, &root, &mut identities, &mut findings);
                }
            }
        }
        Checked { diagnostics: findings.into_list(), identities }
    }

    /// Everything that was found, with what only all files together show.
    pub fn finish(&self, checked: impl IntoIterator<Item = Checked>) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut identities = Identities::default();
        for one in checked {
            diagnostics.extend(one.diagnostics);
            identities.merge(one.identities);
        }
        diagnostics.extend(identities.check(&self.known));
        diagnostics.sort_by_key(|d| (d.file, d.span.start, d.span.end));
        diagnostics
    }
}

/// A file's tree; nothing, and a diagnostic, where it has none.
fn document(file: &SourceFile, findings: &mut Findings) -> Option<Document> {
    let fault = match parse(&file.text) {
        Ok(document) => return Some(document),
        Err(fault) => fault,
    };
    let span = fault.span;
    match fault.kind {
        FaultKind::Syntax(reason) => findings.add(span, &YamlSyntax { reason }),
        FaultKind::TooMuch(what, most) => findings.add(span, &TooLarge { what: what.to_owned(), most }),
        FaultKind::Indirection(what) => findings.add(span, &Indirection { what }),
        FaultKind::Key => findings.add(span, &YamlSyntax { reason: "a key is a plain text".to_owned() }),
        FaultKind::Empty => findings.add(span, &EmptyFile {}),
        FaultKind::SecondDocument => findings.add(span, &SeveralDocuments {}),
    };
    None
}

/// Whether any diagnostic is that bad.
pub fn worst(diagnostics: &[Diagnostic]) -> Option<Severity> {
    diagnostics.iter().map(|d| d.code.severity).max()
}

/// The nearest known name.
fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(&name.to_lowercase(), known).map(str::to_owned)
}

/// Reports a rule id that no rule has.
fn rule_reference(checker: &Checker<'_>, span: Range<usize>, id: &str, findings: &mut Findings) {
    if !checker.known.rules.contains(id) {
        let near = near(id, checker.known.rules.iter().map(String::as_str));
        findings.add(span, &UnknownRule { id: id.to_owned(), near: near.clone() }).suggest(near);
    }
}

/// A key's text with its place. An empty one has been reported, and says nothing that could be wrong.
fn text_of<'n>(node: &'n Node, key: &str) -> Option<(&'n str, Range<usize>)> {
    let value = node.get(key)?;
    Some((value.text().filter(|text| !text.trim().is_empty())?, value.span.clone()))
}
