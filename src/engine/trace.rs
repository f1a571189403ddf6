//! Why a rule holds or does not: its condition as a tree of parts, each asked with the code that matching uses.

use super::condition::{Evaluator, Site};
use super::{CONTEXT_WITHIN, Engine, Missing, Reading, best, evidence, near};
use crate::rules::compile::{DEFAULT_WITHIN, Recompiler};
use crate::rules::model::{Condition, Head, Shared};
use crate::text::fold::fold;
use std::ops::Range;

/// A part of a condition, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// What is asked.
    pub part: Part,
    /// Whether it holds.
    pub holds: bool,
    /// The bytes of the input that make it hold.
    pub evidence: Vec<Range<usize>>,
    /// Why it does not, where that needs saying.
    pub reason: Option<Reason>,
    /// The parts of which it is made.
    pub parts: Vec<Trace>,
}

/// What a part of a condition asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A single test: its key and value.
    Test(&'static str, String),
    /// Every one of these, within so many letters.
    All(u32),
    /// At least one of these.
    Any,
    /// None of these, within so many letters.
    None(u32),
}

/// Why a part does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// This piece of the input is the most like it; it differs in so many letters.
    Near(Range<usize>, usize),
    /// The input has these values instead.
    Instead(Vec<String>),
    /// Every part is there, but not near enough to the others.
    TooFar,
    /// It is there, but so is what is excluded.
    Excluded,
}

/// A rule, asked about a record.
#[derive(Debug, Clone)]
pub struct WhyNot {
    /// What its signature says.
    pub signature: Trace,
    /// Its hints.
    pub hints: Vec<Trace>,
    /// What the context says, where the rule names one; and how far from the signature it may stand.
    pub context: Option<(String, Trace, usize)>,
    /// What is missing; nothing where not even a hint holds.
    pub missing: Option<Missing>,
}

impl Engine<'_> {
    /// Asks why a rule holds in a record, or does not. `shared` is that from which the rules were compiled.
    pub fn why_not(&self, reading: &Reading<'_>, rule: usize, head: &Head, shared: &Shared, assumed: &[u16]) -> WhyNot {
        let pack = self.rules().pack();
        let mut tracer =
            Tracer { reading, evaluator: reading.evaluator(), shared, compiler: Recompiler::new(pack, shared) };
        let context = head.context.as_ref().and_then(|id| shared.contexts.iter().find(|context| context.id == *id));
        WhyNot {
            signature: tracer.condition(&head.signature),
            hints: head.hints.iter().map(|hint| tracer.condition(hint)).collect(),
            context: context.map(|c| (c.id.clone(), tracer.condition(&c.condition), CONTEXT_WITHIN)),
            missing: best(reading, &pack.rules[rule], assumed, self.today.as_deref()).map(|(missing, _)| missing),
        }
    }
}

struct Tracer<'a> {
    reading: &'a Reading<'a>,
    evaluator: Evaluator<'a>,
    shared: &'a Shared,
    compiler: Recompiler<'a>,
}

impl Tracer<'_> {
    fn condition(&mut self, condition: &Condition) -> Trace {
        let mut parts = self.tests(condition);
        parts.extend(condition.all.iter().map(|part| self.condition(part)).collect::<Vec<_>>());
        if !condition.any.is_empty() {
            let branches: Vec<Trace> = condition.any.iter().map(|branch| self.condition(branch)).collect();
            let only = Condition { any: condition.any.clone(), ..Condition::default() };
            parts.push(self.group(Part::Any, &only, branches));
        }
        if parts.len() == 1 && condition.none.is_empty() {
            return parts.remove(0);
        }
        let within = condition.within.unwrap_or(DEFAULT_WITHIN);
        let required = Condition { none: Vec::new(), ..condition.clone() };
        let found = self.sites(&required);
        if !condition.none.is_empty() {
            let excluded: Vec<Trace> = condition.none.iter().map(|none| self.condition(none)).collect();
            // Beside nothing, every place of what is excluded is near.
            let near =
                if found.is_empty() { excluded.iter().any(|e| e.holds) } else { self.sites(condition).is_empty() };
            let holds = !near;
            parts.push(Trace { part: Part::None(within), holds, evidence: Vec::new(), reason: None, parts: excluded });
        }
        let all_hold = parts.iter().filter(|part| !matches!(part.part, Part::None(_))).all(|part| part.holds);
        let mut whole = self.group(Part::All(within), condition, parts);
        if !whole.holds {
            whole.reason = match (all_hold, found.is_empty()) {
                (true, true) => Some(Reason::TooFar),
                (true, false) => Some(Reason::Excluded),
                _ => None,
            };
        }
        whole
    }

    /// A group, asked as a whole.
    fn group(&mut self, part: Part, condition: &Condition, parts: Vec<Trace>) -> Trace {
        let sites = self.sites(condition);
        Trace { part, holds: !sites.is_empty(), evidence: self.evidence(&sites), reason: None, parts }
    }

    /// The single tests of a condition.
    fn tests(&mut self, condition: &Condition) -> Vec<Trace> {
        let facts = self.evaluator.facts;
        let numbers =
            |found: &[crate::facts::Found<u32>]| found.iter().map(|f| f.value.to_string()).collect::<Vec<_>>();
        let none = Condition::default();
        let mut tests = Vec::new();
        if let Some(text) = &condition.text {
            let reason = self.near(std::iter::once(text.as_str()));
            tests.push(("text", text.clone(), Condition { text: Some(text.clone()), ..none.clone() }, reason));
        }
        if let Some(id) = &condition.phrase {
            let phrase = self.shared.phrases.iter().find(|phrase| phrase.id == *id);
            let wordings =
                phrase.map_or(&[][..], |phrase| &phrase.variants).iter().map(|variant| variant.text.as_str());
            let reason = self.near(wordings);
            tests.push(("phrase", id.clone(), Condition { phrase: Some(id.clone()), ..none.clone() }, reason));
        }
        if let Some(pattern) = &condition.regex {
            tests.push(("regex", pattern.clone(), Condition { regex: Some(pattern.clone()), ..none.clone() }, None));
        }
        let instead = |values: Vec<String>| (!values.is_empty()).then_some(Reason::Instead(values));
        let mut number = |key, value: Option<u32>, only: Condition, others: Vec<String>| {
            tests.extend(value.map(|value| (key, value.to_string(), only, instead(others))));
        };
        number("lid", condition.lid, Condition { lid: condition.lid, ..none.clone() }, numbers(&facts.lids));
        let status = Condition { http_status: condition.http_status, ..none.clone() };
        number("http-status", condition.http_status, status, numbers(&facts.http_status));
        let aadsts = Condition { aadsts: condition.aadsts, ..none.clone() };
        number("aadsts", condition.aadsts, aadsts, numbers(&facts.aadsts));
        let diagnostics = Condition { diagnostics: condition.diagnostics, ..none.clone() };
        number("diagnostics", condition.diagnostics, diagnostics, numbers(&facts.diagnostics));
        if let Some(event) = &condition.event {
            let id = event.id.map(|id| id.to_string());
            let wanted = [event.provider.clone(), id].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let actual = self.evaluator.record.event.as_ref().map(|event| {
                let id = event.id.map(|id| id.to_string());
                vec![[event.provider.clone(), id].into_iter().flatten().collect::<Vec<_>>().join(" ")]
            });
            let only = Condition { event: condition.event.clone(), ..none.clone() };
            tests.push(("event", wanted, only, instead(actual.unwrap_or_default())));
        }
        if let Some(field) = &condition.field {
            let value = field.is.as_ref().or(field.contains.as_ref()).cloned().unwrap_or_default();
            let fields = self.evaluator.record.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&field.name));
            let actual: Vec<String> = fields.map(|(_, value)| value.clone()).collect();
            let only = Condition { field: condition.field.clone(), ..none };
            tests.push(("field", format!("{} {value}", field.name).trim_end().to_owned(), only, instead(actual)));
        }
        tests
            .into_iter()
            .map(|(key, value, only, reason)| {
                let sites = self.sites(&only);
                let holds = !sites.is_empty();
                let reason = if holds { None } else { reason };
                Trace {
                    part: Part::Test(key, value),
                    holds,
                    evidence: self.evidence(&sites),
                    reason,
                    parts: Vec::new(),
                }
            })
            .collect()
    }

    fn sites(&mut self, condition: &Condition) -> Vec<Site> {
        self.compiler.condition(condition).map(|node| self.evaluator.sites(&node)).unwrap_or_default()
    }

    fn evidence(&self, sites: &[Site]) -> Vec<Range<usize>> {
        let text = &self.reading.text;
        sites.first().map(|site| evidence(text, site, self.reading.record.offset)).unwrap_or_default()
    }

    /// The piece of the input that is most like one of these sentences.
    fn near<'s>(&self, sentences: impl Iterator<Item = &'s str>) -> Option<Reason> {
        let folded = &self.evaluator.text.folded;
        sentences
            .filter_map(|sentence| near::nearest(folded.as_str(), &fold(sentence)))
            .min_by_key(|(_, distance)| *distance)
            .map(|(range, distance)| {
                // The search counts bytes; a letter outside ASCII has several.
                let range = folded.original(range);
                let offset = self.reading.record.offset;
                Reason::Near(range.start + offset..range.end + offset, distance)
            })
    }
}
