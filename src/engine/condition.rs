//! Conditions over what was found in a text, with the places that made them hold.
//!
//! Every condition is answered with the *sites* where it holds, in folded positions. That makes "near" a plain distance, and
//! the evidence a by-product instead of a second search.

use super::finder::Hits;
use crate::facts::{Facts, Found};
use crate::record::Record;
use crate::rules::bounds::LARGEST_REGEX;
use crate::rules::model::{Event, Field};
use crate::rules::pack::{All, Node, Regex};
use crate::text::Text;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// What a regex may keep of its automaton, in bytes, for each thread. The texts of errors need a fraction of it.
const CACHE: usize = 256 << 10;

/// How many matches of one regex are kept.
const MOST_MATCHES: usize = 64;

/// A place where a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// First folded byte of all evidence.
    pub start: usize,
    /// End of all evidence.
    pub end: usize,
    /// The pieces, in folded bytes, sorted.
    pub evidence: Vec<Range<usize>>,
}

impl Site {
    fn new(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end, evidence: vec![range] }
    }

    /// Both together.
    pub fn join(mut self, other: Self) -> Self {
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
        for piece in other.evidence {
            if !self.evidence.contains(&piece) {
                self.evidence.push(piece);
            }
        }
        self.evidence.sort_by_key(|r| (r.start, r.end));
        self
    }

    /// The folded characters between two sites; 0 where they touch.
    pub fn distance(&self, other: &Self) -> usize {
        if self.end <= other.start { other.start - self.end } else { self.start.saturating_sub(other.end) }
    }

    /// How many folded bytes the evidence covers, each counted once.
    pub fn weight(&self) -> usize {
        let mut covered = 0;
        let mut end = 0;
        for piece in &self.evidence {
            covered += piece.end.saturating_sub(piece.start.max(end));
            end = end.max(piece.end);
        }
        covered
    }
}

/// Answers conditions on one record.
pub(super) struct Evaluator<'e> {
    pub text: &'e Text,
    pub facts: &'e Facts,
    pub hits: &'e Hits,
    pub record: &'e Record<'e>,
    pub regexes: &'e Regexes,
}

/// Patterns that were compiled already. Most answers need none or a few; many texts need the same ones again.
#[derive(Debug, Default)]
pub(super) struct Regexes(RwLock<HashMap<String, Option<Arc<regex::bytes::Regex>>>>);

impl Regexes {
    /// A compiled pattern. It was parsed when the rules were digested; one past the limit makes its condition fail, not the
    /// answer (`rules check` reports it).
    pub fn get(&self, pattern: &str) -> Option<Arc<regex::bytes::Regex>> {
        // A thread that panicked while it held the lock left a whole map behind.
        if let Some(regex) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
            return regex.clone();
        }
        let built = regex::bytes::RegexBuilder::new(pattern)
            .unicode(false)
            .size_limit(LARGEST_REGEX)
            .dfa_size_limit(CACHE)
            .build()
            .ok()
            .map(Arc::new);
        // Two threads may have built the same one; that costs no more than waiting for each other.
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(pattern.to_owned(), built.clone());
        built
    }
}

impl Evaluator<'_> {
    /// The places where a condition holds; none where it does not.
    pub fn sites(&self, node: &Node) -> Vec<Site> {
        match node {
            Node::Needle(needle) => self.needle_sites(&[*needle]),
            Node::Needles(needles) => self.needle_sites(needles),
            Node::Regex(regex) => self.regex_sites(regex),
            Node::Lid(lid) => self.fact_sites(&self.facts.lids, *lid),
            Node::HttpStatus(status) => self.fact_sites(&self.facts.http_status, *status),
            Node::Aadsts(code) => self.fact_sites(&self.facts.aadsts, *code),
            Node::Diagnostics(number) => self.fact_sites(&self.facts.diagnostics, *number),
            Node::Event(event) => self.whole_record(self.is_event(event)),
            Node::Field(field) => self.whole_record(self.has_field(field)),
            Node::All(all) => self.all_sites(all),
            Node::Any(branches) => {
                let may_hold = branches.iter().filter(|branch| self.may_hold(branch));
                let mut sites: Vec<Site> = may_hold.flat_map(|branch| self.sites(branch)).collect();
                sites.sort_by_key(|s| (s.start, s.end));
                sites.dedup();
                sites
            }
        }
    }

    /// Whether a condition can hold, as far as that is seen at once: most do not, and cost nothing more.
    fn may_hold(&self, node: &Node) -> bool {
        match node {
            Node::Needle(needle) => !self.hits.of(*needle).is_empty(),
            Node::Needles(needles) => needles.iter().any(|needle| !self.hits.of(*needle).is_empty()),
            Node::Regex(regex) if regex.literals.is_empty() => {
                regex.needles.iter().any(|needle| !self.hits.of(*needle).is_empty())
            }
            Node::All(all) => all.parts.iter().all(|part| self.may_hold(part)),
            Node::Any(branches) => branches.iter().any(|branch| self.may_hold(branch)),
            _ => true,
        }
    }

    /// The best-covered part of a condition that does not hold as a whole; nothing where no part holds.
    pub fn part_of(&self, node: &Node) -> Option<Site> {
        match node {
            Node::All(all) => {
                all.parts.iter().filter_map(|p| self.sites(p).into_iter().next()).max_by_key(Site::weight)
            }
            Node::Any(branches) => branches.iter().filter_map(|b| self.part_of(b)).max_by_key(Site::weight),
            _ => None,
        }
    }

    fn needle_sites(&self, needles: &[u32]) -> Vec<Site> {
        let mut sites: Vec<Site> =
            needles.iter().flat_map(|n| self.hits.of(*n)).map(|(_, range)| Site::new(range.clone())).collect();
        sites.sort_by_key(|s| (s.start, s.end));
        sites.dedup();
        sites
    }

    fn regex_sites(&self, regex: &Regex) -> Vec<Site> {
        let found = regex.needles.iter().any(|n| !self.hits.of(*n).is_empty());
        if !found && !regex.literals.iter().any(|l| self.text.tight.as_str().contains(l)) {
            return Vec::new();
        }
        let Some(regex) = self.regexes.get(&regex.pattern) else { return Vec::new() };
        regex
            .find_iter(self.text.tight.as_str().as_bytes())
            .take(MOST_MATCHES)
            .map(|found| self.in_folded(self.text.tight.original(found.range())))
            .map(Site::new)
            .collect()
    }

    fn fact_sites<T: PartialEq>(&self, found: &[Found<T>], value: T) -> Vec<Site> {
        found.iter().filter(|f| f.value == value).map(|f| Site::new(self.in_folded(f.span.clone()))).collect()
    }

    /// The folded bytes that stand for a piece of the original.
    fn in_folded(&self, original: Range<usize>) -> Range<usize> {
        let start = self.text.folded.at(original.start);
        start..self.text.folded.at(original.end).max(start)
    }

    /// A condition on the record as a whole holds everywhere in it.
    fn whole_record(&self, holds: bool) -> Vec<Site> {
        let all = Site { start: 0, end: self.text.folded.as_str().len(), evidence: Vec::new() };
        if holds { vec![all] } else { Vec::new() }
    }

    fn is_event(&self, wanted: &Event) -> bool {
        let Some(event) = &self.record.event else {
            return false;
        };
        let provider = wanted
            .provider
            .as_ref()
            .is_none_or(|provider| event.provider.as_ref().is_some_and(|actual| actual.eq_ignore_ascii_case(provider)));
        provider && (wanted.id.is_none() || wanted.id == event.id)
    }

    fn has_field(&self, wanted: &Field) -> bool {
        self.record.fields.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case(&wanted.name)
                && wanted.is.as_ref().is_none_or(|is| value.trim().eq_ignore_ascii_case(is))
                && wanted
                    .contains
                    .as_ref()
                    .is_none_or(|part| value.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
        })
    }

    fn all_sites(&self, all: &All) -> Vec<Site> {
        if !all.parts.iter().all(|part| self.may_hold(part)) {
            return Vec::new();
        }
        let within = all.within as usize;
        let mut found: Vec<Vec<Site>> = Vec::with_capacity(all.parts.len());
        for part in &all.parts {
            let sites = self.sites(part);
            if sites.is_empty() {
                return Vec::new();
            }
            found.push(sites);
        }
        // The rarest part is looked at first: every answer contains one of its places.
        found.sort_by_key(Vec::len);
        let mut together = Vec::new();
        let (rarest, others) = match found.split_first() {
            Some(split) => split,
            None => return Vec::new(),
        };
        'places: for place in rarest {
            let mut site = place.clone();
            for sites in others {
                let nearest = sites.iter().min_by_key(|s| (s.distance(&site), s.start));
                match nearest {
                    Some(near) if near.distance(&site) <= within => site = site.join(near.clone()),
                    _ => continue 'places,
                }
            }
            together.push(site);
        }
        let excluded: Vec<Site> = all.none.iter().flat_map(|n| self.sites(n)).collect();
        together.retain(|site| excluded.iter().all(|e| e.distance(site) > within));
        together.dedup();
        together
    }
}
