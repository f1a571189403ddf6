//! What a change of the rules changes in the answers: what a reviewer wants to know before merging.

use super::test::{fields, records};
use crate::engine::{Analysis, Engine};
use crate::read::Input;
use crate::rules::model::{Confidence, Rule};
use crate::rules::pack::Pack;
use crate::rules::{RuleError, Rules};
use serde::Serialize;
use std::collections::BTreeMap;

/// A text that both sets of rules are asked about.
#[derive(Debug)]
pub struct Question {
    /// How the report calls it.
    pub name: String,
    /// The text.
    pub input: Input,
    /// The context that a test vouches for.
    pub assume: Option<String>,
    /// The fields that a test gives its text.
    pub fields: Vec<(String, String)>,
}

/// What differs between two sets of rules.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Difference {
    /// The version of this contract.
    pub schema_version: u32,
    /// Ids that only the new set has.
    pub added: Vec<String>,
    /// Ids that only the old set has.
    pub removed: Vec<String>,
    /// Ids of which the rule differs in any way.
    pub changed: Vec<String>,
    /// How many texts were asked about.
    pub texts: usize,
    /// The texts that get another answer.
    pub answers: Vec<Changed>,
}

/// A text that gets another answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The text's name.
    pub name: String,
    /// Its first line.
    pub text: String,
    /// What the old rules say, the first match first.
    pub before: Vec<Said>,
    /// What the new ones say.
    pub after: Vec<Said>,
}

/// A match as far as it is compared: the first one, and all that are certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The rule.
    pub rule: String,
    /// How sure.
    pub confidence: &'static str,
}

/// Compares two sets of rules over all tests of both, and over further texts.
///
/// # Errors
///
/// When a rule cannot be read in full.
pub fn diff(old: &Rules, new: &Rules, corpus: Vec<Question>) -> Result<Difference, RuleError> {
    let (old_rules, new_rules) = (old.all()?, new.all()?);
    let by_id = |rules: &[Rule]| rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect::<BTreeMap<_, _>>();
    let (before, after) = (by_id(&old_rules), by_id(&new_rules));
    let mut difference = Difference { schema_version: 1, ..Difference::default() };
    difference.added = after.keys().filter(|id| !before.contains_key(*id)).cloned().collect();
    difference.removed = before.keys().filter(|id| !after.contains_key(*id)).cloned().collect();
    let differs = |id: &&String| after.get(*id).is_some_and(|rule| before[*id] != *rule);
    difference.changed = before.keys().filter(differs).cloned().collect();

    let mut questions = tests(&new_rules, "test");
    // A test that was removed is a question, too.
    for question in tests(&old_rules, "old test") {
        if !questions.iter().any(|known| is_same(known, &question)) {
            questions.push(question);
        }
    }
    questions.extend(corpus);
    difference.texts = questions.len();
    let (old_engine, new_engine) = (Engine::for_many(old), Engine::for_many(new));
    for question in questions {
        let (before, after) = (ask(&old_engine, old.pack(), &question), ask(&new_engine, new.pack(), &question));
        if before != after {
            let text =
                question.input.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
            difference.answers.push(Changed { name: question.name, text, before, after });
        }
    }
    Ok(difference)
}

fn tests(rules: &[Rule], what: &str) -> Vec<Question> {
    let mut questions = Vec::new();
    for rule in rules {
        for (n, test) in rule.tests.iter().enumerate() {
            let Some(text) = test.text.as_ref().or(test.not.as_ref()) else { continue };
            // What is no text is no question; `rules test` reports it.
            if let Ok(input) = Input::from_bytes(text.clone().into_bytes()) {
                let name = format!("{what} {} of {}", n + 1, rule.id);
                questions.push(Question { name, input, assume: test.assume.clone(), fields: fields(test) });
            }
        }
    }
    questions
}

fn is_same(a: &Question, b: &Question) -> bool {
    a.input.text == b.input.text && a.assume == b.assume && a.fields == b.fields
}

fn ask(engine: &Engine<'_>, pack: &Pack<'_>, question: &Question) -> Vec<Said> {
    let assumed: Vec<u16> =
        question.assume.iter().filter_map(|id| pack.context_index(id)).map(|number| number as u16).collect();
    let analysis: Analysis = engine.analyse(&records(&question.input, &question.fields), &assumed);
    let compared = analysis.matches.iter().enumerate().filter(|(n, m)| *n == 0 || m.confidence == Confidence::Certain);
    compared.map(|(_, m)| Said { rule: pack.rules[m.rule].id.to_string(), confidence: m.confidence.id() }).collect()
}
