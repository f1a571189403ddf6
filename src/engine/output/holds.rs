//! Whether an object shows what a check's test asks for: its own properties, other objects of the case, and the failure.

use super::examine::{Against, Examiner, Found, Item, asks_steps};
use super::failure::{Read, values};
use super::value;
use super::{Answer, Evidence, counts, is_printed};
use crate::engine::condition::{Evaluator, Site};
use crate::read::objects::Form;
use crate::record::Record;
use crate::rules::check::{Shows, With};
use crate::rules::compile::strip_white_space;
use crate::rules::compile_checks::parse_count;
use crate::rules::model::Condition;
use crate::rules::pack::{CheckEntry, Node};
use crate::text::fold::fold;
use std::ops::Range;

impl Examiner<'_> {
    /// Whether an object shows that.
    pub(super) fn shows(&self, shows: &Shows, item: &Item<'_>, entry: &CheckEntry) -> Answer<Found> {
        let mut found = Found::default();
        let mut unknown = false;
        let mut parts: Vec<Answer<Found>> = Vec::new();
        if let Some(step) = &shows.step {
            parts.push(self.is_step(step, item));
        }
        if let Some(name) = &shows.property {
            parts.push(self.property(shows, name, item));
        }
        if let Some((operator, number)) = shows.objects.as_deref().and_then(parse_count) {
            let of = |other: &&Item<'_>| other.printout == item.printout && is_printed(other.object);
            let count = self.items.iter().filter(of).count();
            parts.push(Answer::of(counts(count, operator, number), || Found {
                evidence: Evidence { at: vec![item.object.at.clone()], ..Evidence::default() },
                against: None,
            }));
        }
        parts.extend(shows.direction.map(|wanted| known(item.direction, wanted)));
        // Of settings alone, what they name says nothing about a failure.
        let shown = self.scene.analysis.auth.filter(|_| self.has_failure());
        parts.extend(shows.failed_with.map(|wanted| known(shown, wanted)));
        parts.extend(shows.text.as_ref().map(|condition| self.text(condition, item, entry)));
        if let Some(with) = &shows.with {
            parts.push(self.with(shows, with, item, entry));
        } else if shows.fact.is_some() {
            parts.push(self.fact(shows, item));
        }
        // Behind the comparison: what is compared is the other side of a contradiction.
        parts.extend(shows.failure.as_ref().map(|condition| self.failed(condition, entry)));
        parts.extend(shows.all.iter().map(|inner| self.shows(inner, item, entry)));
        if !shows.any.is_empty() {
            let mut answer = Answer::No;
            for inner in &shows.any {
                match self.shows(inner, item, entry) {
                    Answer::Yes(found) => {
                        answer = Answer::Yes(found);
                        break;
                    }
                    Answer::Unknown => answer = Answer::Unknown,
                    Answer::No => {}
                }
            }
            parts.push(answer);
        }
        for inner in &shows.none {
            parts.push(match self.shows(inner, item, entry) {
                Answer::Yes(_) => Answer::No,
                Answer::No => Answer::Yes(Found::default()),
                Answer::Unknown => Answer::Unknown,
            });
        }
        for part in parts {
            match part {
                Answer::No => return Answer::No,
                Answer::Unknown => unknown = true,
                Answer::Yes(new) => found = found.join(new),
            }
        }
        if unknown { Answer::Unknown } else { Answer::Yes(found) }
    }

    fn is_step(&self, id: &str, item: &Item<'_>) -> Answer<Found> {
        let steps = &self.checks.printouts[item.printout].steps;
        let told = steps.iter().find(|told| told.id == id);
        let (Some(told), Some(sentence)) = (told, item.object.property("Step")) else { return Answer::No };
        let is = fold(&sentence.value.text()).contains(&fold(&told.says));
        Answer::of(is, || Found {
            evidence: Evidence { at: vec![item.object.at.clone()], ..Evidence::default() },
            against: None,
        })
    }

    /// The tests on one property, without comparisons.
    fn property(&self, shows: &Shows, name: &str, item: &Item<'_>) -> Answer<Found> {
        // What printed nothing has no property that could be left out.
        let missing = if item.object.form == Form::Nothing { Answer::No } else { Answer::Unknown };
        let Some(property) = item.object.property(name) else { return missing };
        let own = &property.value;
        let one_of = || {
            let answers: Vec<Option<bool>> = shows.one_of.iter().map(|wanted| value::equals(own, wanted)).collect();
            if answers.contains(&Some(true)) {
                Some(true)
            } else if answers.contains(&None) {
                None
            } else {
                Some(false)
            }
        };
        let tests = [
            shows.equals.as_deref().map(|wanted| value::equals(own, wanted)),
            (!shows.one_of.is_empty()).then(one_of),
            shows.contains.as_deref().map(|part| value::contains(own, part)),
            shows.matches.as_deref().map(|pattern| self.matches(own, pattern)),
            shows.empty.map(|empty| Some(own.is_empty() == empty)),
            shows.expired.map(|wanted| Some(value::expired(own, self.scene.today?)? == wanted)),
            shows.later_than.as_deref().map(|other| value::later(own, &item.object.property(other)?.value)),
        ];
        for test in tests.into_iter().flatten() {
            match test {
                Some(true) => {}
                Some(false) => return Answer::No,
                None => return Answer::Unknown,
            }
        }
        Answer::Yes(Found { evidence: Evidence::of(property), against: None })
    }

    fn matches(&self, own: &crate::read::objects::Value, pattern: &str) -> Option<bool> {
        let regex = self.regexes.get(&format!("^(?:{})$", strip_white_space(pattern).0))?;
        let found = own.items().iter().any(|item| regex.is_match(value::tight(item).as_bytes()));
        if found { Some(true) } else { (!own.is_cut()).then_some(false) }
    }

    /// Another object of the case, and the comparison with it.
    fn with(&self, shows: &Shows, with: &With, item: &Item<'_>, entry: &CheckEntry) -> Answer<Found> {
        let of = |other: &&Item<'_>| self.checks.printouts[other.printout].cmdlet.eq_ignore_ascii_case(&with.of);
        let others: Vec<&Item<'_>> = self
            .items
            .iter()
            .filter(of)
            .filter(|other| !std::ptr::eq(other.object, item.object))
            .filter(|other| !matches!((item.direction, other.direction), (Some(a), Some(b)) if a != b))
            .collect();
        if others.is_empty() {
            // It was not pasted.
            return Answer::Unknown;
        }
        let mut unknown = false;
        let mut fitting: Vec<(&Item<'_>, Found)> = Vec::new();
        for other in others {
            // A step is asked for by name only.
            let wants_step = with.shows.as_ref().is_some_and(asks_steps);
            if (other.object.form == Form::Step) != wants_step {
                continue;
            }
            match with.shows.as_ref().map(|inner| self.shows(inner, other, entry)) {
                None => fitting.push((other, Found::default())),
                Some(Answer::Yes(found)) => fitting.push((other, found)),
                Some(Answer::Unknown) => unknown = true,
                Some(Answer::No) => {}
            }
        }
        let name = &self.checks.printouts;
        let against = |item: &Item<'_>, property: Option<String>, value: String, at: Vec<Range<usize>>| Against {
            of: Some(name[item.printout].cmdlet.clone()),
            property,
            value,
            at,
        };
        let Some(wanted) = &with.property else {
            return match fitting.into_iter().next() {
                Some((other, found)) => {
                    let at =
                        if found.evidence.at.is_empty() { vec![other.object.at.clone()] } else { found.evidence.at };
                    let value = found.evidence.value.clone().unwrap_or_default();
                    let against = against(other, found.evidence.property, value, at);
                    Answer::Yes(Found { evidence: Evidence::default(), against: Some(against) })
                }
                None if unknown => Answer::Unknown,
                None => Answer::No,
            };
        };
        let properties: Vec<_> = fitting
            .iter()
            .filter_map(|(other, _)| Some((*other, other.object.property(wanted)?)))
            .filter(|(_, property)| !property.value.is_empty())
            .collect();
        let Some((first, property)) = properties.first() else { return Answer::Unknown };
        if properties.iter().any(|(_, property)| property.value.is_cut()) {
            return Answer::Unknown;
        }
        let values: Vec<String> = properties.iter().flat_map(|(_, p)| p.value.items()).cloned().collect();
        let at = properties.iter().map(|(_, property)| property.at.clone()).collect();
        let mut distinct = values.clone();
        distinct.dedup();
        self.compare(shows, item, &values, against(first, Some(property.name.to_string()), distinct.join(", "), at))
    }

    /// The comparison with a fact of the failure.
    fn fact(&self, shows: &Shows, item: &Item<'_>) -> Answer<Found> {
        let failure = self.failure();
        let shown = self.scene.analysis.direction;
        if matches!((item.direction, shown), (Some(a), Some(b)) if a != b) {
            return Answer::Unknown;
        }
        let found = shows.fact.map(|kind| values(kind, &failure.facts)).unwrap_or_default();
        let values: Vec<String> = found.iter().map(|(value, _)| value.clone()).collect();
        let at = found.into_iter().map(|(_, at)| at).collect();
        let against = Against { of: None, property: None, value: values.join(", "), at };
        self.compare(shows, item, &values, against)
    }

    fn compare(&self, shows: &Shows, item: &Item<'_>, others: &[String], against: Against) -> Answer<Found> {
        let own = shows.property.as_deref().and_then(|name| item.object.property(name));
        let (Some(how), Some(own)) = (shows.compare, own) else { return Answer::Unknown };
        match value::compare(how, &own.value, others) {
            Some(true) => Answer::Yes(Found { evidence: Evidence::of(own), against: Some(against) }),
            Some(false) => Answer::No,
            None => Answer::Unknown,
        }
    }

    /// A condition on an object's own text.
    fn text(&self, condition: &Condition, item: &Item<'_>, entry: &CheckEntry) -> Answer<Found> {
        let Some(node) = node_of(condition, entry) else { return Answer::Unknown };
        let at = item.object.at.clone();
        let read = self.read(Record::text(self.scene.case.text(at.clone())));
        match self.site(&read, node) {
            Some(site) => Answer::Yes(Found { evidence: evidence(&read, &site, at.start), against: None }),
            None => Answer::No,
        }
    }

    /// A condition on the failure.
    fn failed(&self, condition: &Condition, entry: &CheckEntry) -> Answer<Found> {
        let Some(node) = node_of(condition, entry) else { return Answer::Unknown };
        let readings = &self.failure().readings;
        if readings.is_empty() {
            return Answer::Unknown;
        }
        for read in readings {
            if let Some(site) = self.site(read, node) {
                let found = evidence(read, &site, read.record.offset);
                let value = found.at.first().map(|at| self.scene.case.text(at.clone()).to_owned()).unwrap_or_default();
                let against = Against { of: None, property: None, value, at: found.at };
                return Answer::Yes(Found { evidence: Evidence::default(), against: Some(against) });
            }
        }
        Answer::No
    }

    fn site(&self, read: &Read<'_>, node: &Node) -> Option<Site> {
        let evaluator = Evaluator {
            text: &read.text,
            facts: &read.facts,
            hits: &read.hits,
            record: &read.record,
            regexes: &self.regexes,
        };
        evaluator.sites(node).into_iter().next()
    }
}

fn known<T: PartialEq>(actual: Option<T>, wanted: T) -> Answer<Found> {
    match actual {
        Some(actual) => Answer::of(actual == wanted, Found::default),
        None => Answer::Unknown,
    }
}

fn node_of<'c>(condition: &Condition, entry: &'c CheckEntry) -> Option<&'c Node> {
    entry.conditions.iter().find(|(known, _)| known == condition).map(|(_, node)| node)
}

fn evidence(read: &Read<'_>, site: &Site, offset: usize) -> Evidence {
    let original = |piece: &Range<usize>| read.text.folded.original(piece.clone());
    let at = site.evidence.iter().map(original).map(|at| at.start + offset..at.end + offset).collect();
    Evidence { at, ..Evidence::default() }
}
