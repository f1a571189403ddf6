//! Ids across files: each exists once, nothing outranks itself, what a team declares is used.

use super::Known;
use crate::author::diagnostic::{Diagnostic, Findings};
use crate::author::problems::{DuplicateId, IdForm, OutranksCycle, UnusedEntry};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What an id belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Rule,
    Phrase,
    Context,
    Parameter,
    Check,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Phrase => "phrase",
            Self::Context => "context",
            Self::Parameter => "parameter",
            Self::Check => "check",
        }
    }
}

/// A place in a file.
type Place = (usize, Range<usize>);

/// The ids that files declare, and those that they use.
#[derive(Debug, Clone, Default)]
pub(super) struct Identities {
    declared: Vec<(Kind, String, Place)>,
    used: BTreeSet<(Kind, String)>,
    outranks: BTreeMap<String, Vec<(String, Place)>>,
}

impl Identities {
    pub(super) fn declare(&mut self, kind: Kind, id: &str, file: usize, span: Range<usize>) {
        self.declared.push((kind, id.to_owned(), (file, span)));
    }

    pub(super) fn uses(&mut self, kind: Kind, id: &str) {
        self.used.insert((kind, id.to_owned()));
    }

    pub(super) fn outranks(&mut self, above: &str, below: &str, file: usize, span: Range<usize>) {
        self.outranks.entry(above.to_owned()).or_default().push((below.to_owned(), (file, span)));
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.declared.extend(other.declared);
        self.used.extend(other.used);
        for (above, below) in other.outranks {
            self.outranks.entry(above).or_default().extend(below);
        }
    }

    /// What only all files together show.
    pub(super) fn check(&self, known: &Known) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut first: BTreeMap<(Kind, &str), &Place> = BTreeMap::new();
        for (kind, id, place) in &self.declared {
            match first.get(&(*kind, id)) {
                Some((file, span)) => {
                    let mut findings = Findings::new(place.0);
                    let problem = DuplicateId { id: id.clone(), of: kind.name() };
                    findings.add(place.1.clone(), &problem).also(*file, span.clone(), "the first one");
                    diagnostics.extend(findings.into_list());
                }
                None => {
                    first.insert((*kind, id), place);
                    // What the shipped rules declare as well, they use.
                    let unused = !matches!(kind, Kind::Rule | Kind::Check)
                        && !self.used.contains(&(*kind, id.clone()))
                        && !known.has(*kind, id);
                    if unused {
                        let mut findings = Findings::new(place.0);
                        findings.add(place.1.clone(), &UnusedEntry { of: kind.name(), id: id.clone() });
                        diagnostics.extend(findings.into_list());
                    }
                }
            }
        }
        diagnostics.extend(self.circles());
        diagnostics
    }

    /// One diagnostic for each circle of `outranks`, where it closes.
    fn circles(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for start in self.outranks.keys() {
            let mut path: Vec<(&str, usize)> = vec![(start, 0)];
            while let Some((rule, next)) = path.last_mut() {
                let edges = self.outranks.get(*rule).map_or(&[][..], Vec::as_slice);
                let Some((below, (file, span))) = edges.get(*next) else {
                    done.insert(rule);
                    path.pop();
                    continue;
                };
                *next += 1;
                if let Some(at) = path.iter().position(|(rule, _)| rule == below) {
                    let circle: Vec<&str> = path[at..].iter().map(|(rule, _)| *rule).chain([below.as_str()]).collect();
                    let mut findings = Findings::new(*file);
                    findings.add(span.clone(), &OutranksCycle { path: circle.join(" > ") });
                    diagnostics.extend(findings.into_list());
                } else if !done.contains(below.as_str()) {
                    path.push((below, 0));
                }
            }
        }
        diagnostics
    }
}

/// Reports an id that is not written as one.
pub(super) fn kebab(id: &str, span: Range<usize>, findings: &mut Findings) {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !id.trim().is_empty() && !id.split('-').all(part) {
        let form = "lower-case letters and digits, joined by single hyphens, as in `token-user-ambiguous`";
        findings.add(span, &IdForm { id: id.to_owned(), of: "an id", form });
    }
}
