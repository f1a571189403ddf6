//! The tests in rule files, read once and asked many times.

use crate::engine::{Analysis, Engine, Missing, Reading};
use crate::read::Input;
use crate::record::Record;
use crate::rules::model::{Confidence, Rule, Test};
use crate::rules::pack::{Entry, Pack};
use std::ops::Range;

/// What a test's text must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The rule is the first match, this sure.
    First(Confidence),
    /// The rule is not certain.
    NotCertain,
}

/// A test's text, as a file would hold it.
#[derive(Debug)]
pub struct Text {
    rule: usize,
    test: usize,
    input: Input,
    fields: Vec<(String, String)>,
}

/// A test, ready to be asked.
#[derive(Debug)]
pub struct Case<'t> {
    /// The rule, by its number in the pack.
    pub rule: usize,
    /// The test, by its number in the rule's list, from 0.
    pub test: usize,
    /// What must come out.
    pub wanted: Wanted,
    /// The text.
    pub text: &'t str,
    assumed: Vec<u16>,
    readings: Vec<Reading<'t>>,
    /// What comes out of the rules as they are.
    pub answer: Analysis,
}

/// All tests of a set of rules.
#[derive(Debug)]
pub struct Suite<'e, 't> {
    /// The engine that is asked.
    pub engine: &'e Engine<'e>,
    /// The rules in full, by their number in the pack.
    pub rules: &'t [Rule],
    /// The tests.
    pub cases: Vec<Case<'t>>,
}

/// A test whose text cannot be read: rule, test, and why.
pub type Unread = (usize, usize, String);

/// Reads the texts of all tests.
pub fn texts(rules: &[Rule]) -> (Vec<Text>, Vec<Unread>) {
    let mut texts = Vec::new();
    let mut unread = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        for (test, content) in rule.tests.iter().enumerate() {
            let Some(text) = content.text.as_ref().or(content.not.as_ref()) else { continue };
            match Input::from_bytes(text.clone().into_bytes()) {
                Ok(input) => texts.push(Text { rule: number, test, input, fields: fields(content) }),
                Err(error) => unread.push((number, test, error.to_string())),
            }
        }
    }
    (texts, unread)
}

impl Text {
    /// The records in it.
    pub fn records(&self) -> Vec<Record<'_>> {
        records(&self.input, &self.fields)
    }
}

/// The fields that a test gives its text.
pub fn fields(test: &Test) -> Vec<(String, String)> {
    test.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The records of an input, with these fields beside those that it has itself.
pub fn records<'i>(input: &'i Input, fields: &[(String, String)]) -> Vec<Record<'i>> {
    let mut records = input.records();
    records.iter_mut().for_each(|record| record.fields.extend_from_slice(fields));
    records
}

impl<'e, 't> Suite<'e, 't> {
    /// All tests of a set of rules, asked already.
    pub fn new(engine: &'e Engine<'e>, rules: &'t [Rule], cases: Vec<Case<'t>>) -> Self {
        Self { engine, rules, cases }
    }

    /// Which tests a change of one rule's entry breaks, of those that pass.
    pub fn broken_by(&self, rule: usize, entry: &Entry<'_>) -> Vec<usize> {
        let base = &self.engine.rules().pack().rules[rule];
        let ranks_otherwise = base.outranks != entry.outranks;
        let mut broken = Vec::new();
        for (number, case) in self.cases.iter().enumerate() {
            let same = case.readings.iter().all(|reading| {
                let holds = |entry: &Entry<'_>| self.engine.holds(reading, entry, &case.assumed);
                let before = holds(base);
                before == holds(entry) && !(ranks_otherwise && before.is_some())
            });
            if same || !case.passes(&case.answer) {
                continue;
            }
            if !case.passes(&self.engine.judge(&case.readings, &case.assumed, Some((rule, entry)))) {
                broken.push(number);
            }
        }
        broken
    }
}

/// The contexts that a test vouches for.
pub fn assumed(pack: &Pack<'_>, test: &Test) -> Vec<u16> {
    test.assume.iter().filter_map(|id| pack.context_index(id)).map(|number| number as u16).collect()
}

impl<'t> Case<'t> {
    /// Asks one test. `records` are those of `text`.
    pub fn ask(engine: &Engine<'t>, rules: &[Rule], text: &'t Text, records: &'t [Record<'t>]) -> Self {
        let test = &rules[text.rule].tests[text.test];
        let assumed = assumed(engine.rules().pack(), test);
        let readings: Vec<Reading<'t>> = records.iter().map(|record| engine.read(record)).collect();
        let answer = engine.judge(&readings, &assumed, None);
        let wanted = match test.not {
            Some(_) => Wanted::NotCertain,
            None => Wanted::First(test.expect.unwrap_or(Confidence::Certain)),
        };
        Self { rule: text.rule, test: text.test, wanted, text: &text.input.text, assumed, readings, answer }
    }

    /// The keys that lead to the text.
    pub fn path(&self) -> String {
        let key = if self.wanted == Wanted::NotCertain { "not" } else { "text" };
        format!("tests[{}].{key}", self.test)
    }

    /// The contexts that the test vouches for.
    pub fn assumed(&self) -> &[u16] {
        &self.assumed
    }

    /// The text's records, read.
    pub fn readings(&self) -> &[Reading<'t>] {
        &self.readings
    }

    /// Whether an answer is what the test wants.
    pub fn passes(&self, answer: &Analysis) -> bool {
        match self.wanted {
            Wanted::First(confidence) => {
                answer.matches.first().is_some_and(|m| m.rule == self.rule && m.confidence == confidence)
            }
            Wanted::NotCertain => {
                !answer.matches.iter().any(|m| m.rule == self.rule && m.confidence == Confidence::Certain)
            }
        }
    }

    /// What an answer says, in the words of the test: the match that is wrong, or the one that should be there.
    pub fn got(&self, answer: &Analysis) -> Got {
        let own = answer.matches.iter().find(|m| m.rule == self.rule);
        let shown = match self.wanted {
            Wanted::NotCertain => own,
            Wanted::First(_) => answer.matches.first(),
        };
        Got {
            first: shown.map(|m| (m.rule, m.confidence, m.missing)),
            evidence: shown.map(|m| m.evidence.clone()).unwrap_or_default(),
        }
    }
}

/// What came out of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Got {
    /// The match that decides the test; nothing where none does.
    pub first: Option<(usize, Confidence, Missing)>,
    /// The bytes of the test's text that made it match.
    pub evidence: Vec<Range<usize>>,
}
