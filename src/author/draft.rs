//! A new rule, as far as a pasted error can write it.

use super::background::Background;
use crate::engine::{Analysis, Engine};
use crate::facts::Facts;
use crate::read::Input;
use crate::rules::model::{Confidence, Rule};
use crate::rules::{RuleError, Rules};
use crate::text::Text;
use crate::text::fold::fold;
use serde::Serialize;
use std::collections::BTreeSet;

/// Sentences with fewer words say too little; longer ones than `MOST_WORDS` are damaged on their way.
const LEAST_WORDS: usize = 3;
const MOST_WORDS: usize = 10;

/// How many sentences are proposed.
const MOST_SENTENCES: usize = 3;

/// A sentence that is proposed should be at least this unlikely in an error, in bits.
const RARE: f64 = 24.0;

/// What a paste tells about a new rule.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Draft {
    /// Sentences that would find this text and few others, the best first.
    pub sentences: Vec<Sentence>,
    /// LIDs: hints.
    pub lids: Vec<u32>,
    /// AADSTS numbers: as good as a sentence, where there are any.
    pub aadsts: Vec<u32>,
    /// HTTP statuses: hints.
    pub http_status: Vec<u32>,
    /// Diagnostics numbers: hints.
    pub diagnostics: Vec<u32>,
    /// The direction that the text shows.
    pub direction: Option<&'static str>,
    /// The authentication scheme that the text shows.
    pub auth: Option<&'static str>,
    /// Whether the text shows the context `free-busy`, or which.
    pub contexts: Vec<String>,
    /// Rules that match the text already.
    pub matches: Vec<Known>,
    /// The text.
    pub text: String,
}

/// A sentence that is proposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sentence {
    /// As it stands in the text.
    pub text: String,
    /// How unlikely it is in an error, in bits.
    pub bits: u32,
    /// In how many unrelated texts it stands.
    pub unrelated: usize,
    /// In how many tests of other rules it stands.
    pub tests: usize,
}

/// A rule that matches already.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Known {
    /// Its id.
    pub rule: String,
    /// How sure.
    pub confidence: &'static str,
}

/// Looks at a paste.
///
/// # Errors
///
/// When the rules cannot be read in full.
pub fn draft(rules: &Rules, background: &Background, input: &Input) -> Result<Draft, RuleError> {
    let engine = Engine::new(rules);
    let records = input.records();
    let analysis = engine.analyse(&records, &[]);
    let all = rules.all()?;
    let facts = &analysis.facts;
    let distinct = |values: Vec<u32>| values.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let numbers = |found: &[crate::facts::Found<u32>]| distinct(found.iter().map(|found| found.value).collect());
    Ok(Draft {
        sentences: sentences(input, facts, &all, background),
        lids: numbers(&facts.lids),
        aadsts: numbers(&facts.aadsts),
        http_status: numbers(&facts.http_status),
        diagnostics: numbers(&facts.diagnostics),
        direction: analysis.direction.map(|direction| direction.id()),
        auth: analysis.auth.map(|auth| auth.id()),
        contexts: records.iter().flat_map(|record| engine.contexts(&engine.read(record))).collect(),
        matches: known(rules, &analysis),
        text: input.text.replace("\r\n", "\n").trim_matches('\n').to_owned(),
    })
}

fn known(rules: &Rules, analysis: &Analysis) -> Vec<Known> {
    let known = |m: &crate::engine::Match| Known {
        rule: rules.pack().rules[m.rule].id.to_string(),
        confidence: m.confidence.id(),
    };
    let certain = analysis.matches.iter().any(|m| m.confidence == Confidence::Certain);
    // Hints match nearly everything; beside a certain match they say nothing.
    analysis.matches.iter().filter(|m| !certain || m.confidence == Confidence::Certain).map(known).collect()
}

/// The most characteristic runs of words.
fn sentences(input: &Input, facts: &Facts, rules: &[Rule], background: &Background) -> Vec<Sentence> {
    let text = Text::new(&input.text);
    let others: Vec<String> = rules
        .iter()
        .flat_map(|rule| &rule.tests)
        .filter_map(|t| t.text.as_ref().or(t.not.as_ref()))
        .map(|t| fold(t))
        .collect();
    let mut candidates: Vec<(f64, Sentence)> = Vec::new();
    for run in runs(text.clean.as_str(), facts) {
        for length in LEAST_WORDS..=MOST_WORDS {
            for words in run.windows(length) {
                let sentence = words.join(" ");
                let folded = fold(&sentence);
                let bits = background.rarity(&sentence);
                let unrelated = background.holding(&folded);
                let tests = others.iter().filter(|other| other.contains(&folded)).count();
                // Long enough to be rare, and no longer: every further word can be damaged or differ between versions.
                let score = bits.min(RARE * 1.5) - 8.0 * unrelated as f64 - 4.0 * tests as f64 - length as f64;
                let edge = |word: &&str| background.word(&word.to_lowercase());
                // A sentence that begins or ends with a word that says nothing is better without it.
                let edges = edge(&words[0]).min(edge(&words[length - 1])).min(6.0);
                candidates.push((score + edges, Sentence { text: sentence, bits: bits as u32, unrelated, tests }));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.text.len().cmp(&b.1.text.len())));
    let mut chosen: Vec<Sentence> = Vec::new();
    for (_, candidate) in candidates {
        let folded = fold(&candidate.text);
        let words: BTreeSet<&str> = candidate.text.split(' ').collect();
        // What shares half of its words with a better one is no second way to find the failure.
        let repeats = chosen.iter().any(|other| {
            let shared = other.text.split(' ').filter(|word| words.contains(word)).count();
            2 * shared >= words.len() || fold(&other.text).contains(&folded)
        });
        if !repeats && candidate.unrelated == 0 {
            chosen.push(candidate);
        }
        if chosen.len() == MOST_SENTENCES {
            break;
        }
    }
    chosen
}

/// Runs of words that could stand in any such text: names, numbers, addresses and times end a run.
fn runs<'t>(text: &'t str, facts: &Facts) -> Vec<Vec<&'t str>> {
    let mut own: BTreeSet<String> = BTreeSet::new();
    own.extend(facts.mailboxes.iter().map(|found| found.value.to_lowercase()));
    own.extend(facts.servers.iter().map(|found| found.value.to_lowercase()));
    own.extend(facts.domains.iter().map(|found| found.value.to_lowercase()));
    let mut runs = vec![Vec::new()];
    for word in text.split(' ') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = bare.to_lowercase();
        let digits = bare.chars().filter(char::is_ascii_digit).count();
        let is_own = own.iter().any(|name| lower.contains(name.as_str()))
            || digits > 2
            || bare.contains('@')
            || bare.contains("://")
            || bare.contains('\\')
            // A frame of a stack trace.
            || bare.matches('.').count() > 1
            || (bare.contains('.') && lower == bare && bare.len() > 3);
        if bare.is_empty() || is_own {
            runs.push(Vec::new());
            continue;
        }
        if let Some(run) = runs.last_mut() {
            run.push(bare);
        }
        // A sentence does not go on behind its end.
        if word.ends_with(['.', ';', ':', '!', '?', ',', '"', ')', '>', '}']) {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run| run.len() >= LEAST_WORDS);
    runs
}
