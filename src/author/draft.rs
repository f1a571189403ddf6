//! A new rule, as far as a pasted error can write it.

use super::background::Background;
use super::check::tells;
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

/// What stands in the tests of more other rules than this is the frame around a failure, not the failure.
const MOST_RULES: usize = 5;

/// Of a long paste only so many runs of words are looked for elsewhere, the most telling ones.
const MOST_CANDIDATES: usize = 2_000;

/// A response code or an exception's name is a sentence of its own from so many letters on.
const LEAST_LETTERS: usize = 14;

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
    /// In how many unrelated texts it stands.
    pub unrelated: usize,
    /// In the tests of how many other rules it stands.
    pub rules: usize,
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
    let others: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| rule.tests.iter().filter_map(|t| t.text.as_ref().or(t.not.as_ref())).map(|t| fold(t)).collect())
        .collect();
    // How good a run of words is by itself, before it is looked for elsewhere.
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut likely: Vec<(f64, String)> = Vec::new();
    let mut add = |words: &[&str], bits: Option<f64>| {
        let sentence = words.join(" ");
        if !seen.insert(sentence.clone()) {
            return;
        }
        let bits = bits.unwrap_or_else(|| background.rarity(&sentence));
        let edge = |word: &str| background.word(&word.to_lowercase());
        // A sentence that begins or ends with a word that says nothing is better without it.
        let edges = edge(words[0]).min(edge(words[words.len() - 1])).min(6.0);
        // Long enough to be rare, and no longer: every further word can be damaged or differ between versions.
        likely.push((bits.min(RARE * 1.5) - words.len() as f64 + edges, sentence));
    };
    for run in runs(&text, &input.text, facts) {
        for length in LEAST_WORDS..=MOST_WORDS {
            run.windows(length).for_each(|words| add(words, None));
        }
    }
    names(text.clean.as_str()).into_iter().for_each(|name| add(&[name], Some(RARE)));
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.len().cmp(&b.1.len())));
    likely.truncate(MOST_CANDIDATES);

    let mut candidates: Vec<(f64, Sentence)> = Vec::new();
    for (score, sentence) in likely {
        let folded = fold(&sentence);
        // What a person is told to look for must be there.
        if !text.folded.as_str().contains(&folded) {
            continue;
        }
        let unrelated = background.holding(&folded);
        let rules = others.iter().filter(|tests| tests.iter().any(|test| test.contains(&folded))).count();
        let score = score - 8.0 * unrelated as f64 - 8.0 * rules as f64;
        candidates.push((score, Sentence { text: sentence, unrelated, rules }));
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.text.len().cmp(&b.1.text.len())));
    let candidates = candidates.iter().map(|(_, sentence)| sentence);
    let good = |c: &&Sentence| c.unrelated == 0 && c.rules <= MOST_RULES && tells(background, &c.text);
    let mut chosen: Vec<Sentence> = Vec::new();
    for candidate in candidates.filter(good) {
        let folded = fold(&candidate.text);
        let words: BTreeSet<&str> = candidate.text.split(' ').collect();
        // What shares half of its words with a better one is no second way to find the failure.
        let repeats = chosen.iter().any(|other| {
            let shared = other.text.split(' ').filter(|word| words.contains(word)).count();
            2 * shared >= words.len() || fold(&other.text).contains(&folded)
        });
        if !repeats {
            chosen.push(candidate.clone());
        }
        if chosen.len() == MOST_SENTENCES {
            break;
        }
    }
    chosen
}

/// Names of exceptions and response codes: single words that say as much as a sentence.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_name = |word: &&str| {
        let humps = word.bytes().filter(u8::is_ascii_uppercase).count();
        let kind = word.ends_with("Exception") || word.starts_with("Error");
        kind && humps > 2 && word.len() >= LEAST_LETTERS && word.bytes().any(|b| b.is_ascii_lowercase())
    };
    words.filter(is_name).collect()
}

/// Runs of words that could stand in any such text: names, numbers, addresses and times end a run.
fn runs<'t>(text: &'t Text, original: &str, facts: &Facts) -> Vec<Vec<&'t str>> {
    let mut own: BTreeSet<String> = BTreeSet::new();
    own.extend(facts.mailboxes.iter().map(|found| found.value.to_lowercase()));
    own.extend(facts.servers.iter().map(|found| found.value.to_lowercase()));
    own.extend(facts.domains.iter().map(|found| found.value.to_lowercase()));
    let mut runs = vec![Vec::new()];
    let mut at = 0;
    let mut before = 0;
    for word in text.clean.as_str().split(' ') {
        let place = text.clean.original(at..at + word.len());
        let gap = original.get(before..place.start).unwrap_or_default();
        (at, before) = (at + word.len() + 1, place.end);
        // The lines of an event's head are no sentence, whatever stands above or below.
        if gap.matches('\n').count() > 1 || (gap.contains('\n') && is_head(&original[place.start..])) {
            runs.push(Vec::new());
        }
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = bare.to_lowercase();
        let digits = bare.chars().filter(char::is_ascii_digit).count();
        let is_own = own.iter().any(|name| lower.contains(name.as_str()))
            || digits > 2
            || is_encoded(bare)
            || bare.contains(['@', '"', '=', '<', '>'])
            || bare.contains("://")
            || bare.contains('\\')
            // A parameter of a command.
            || (word.starts_with('-') && word.len() > 2 && !word.starts_with("--"))
            || word.starts_with('$')
            // A frame of a stack trace.
            || bare.matches('.').count() > 1
            || (bare.contains('.') && lower == bare && bare.len() > 3);
        if bare.is_empty() || is_own {
            runs.push(Vec::new());
            continue;
        }
        if word.starts_with(['"', '\'', '(', '<', '{', '[']) {
            runs.push(Vec::new());
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

/// Whether a line begins like one of an event's head, such as `Task Category: Availability Service`.
fn is_head(line: &str) -> bool {
    let line = line.lines().next().unwrap_or_default();
    line.split_once(':').is_some_and(|(name, _)| name.len() <= 24 && name.split_whitespace().count() <= 3)
}

/// Whether a word is a value in Base64 or an id rather than a word.
fn is_encoded(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|b| is(&b));
    let digits = has(u8::is_ascii_digit);
    word.len() > 12 && digits && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentences that are proposed for a paste.
    fn proposed(paste: &str) -> Vec<String> {
        let rules = Rules::built_in().expect("the built-in rules");
        let background = Background::built_in().expect("the texts");
        let input = Input::from_bytes(paste.as_bytes().to_vec()).expect("a text");
        let draft = draft(&rules, &background, &input).expect("a draft");
        draft.sentences.into_iter().map(|sentence| sentence.text).collect()
    }

    #[test]
    fn names_numbers_and_hosts_are_no_part_of_a_sentence() {
        let paste = "The relay EX07.contoso.com quarantined the envelope of anna@contoso.com for 86400 seconds, \
                     because its seal is broken. Server: EX07";
        let proposed = proposed(paste);
        assert!(!proposed.is_empty());
        for own in ["EX07", "contoso", "anna", "86400"] {
            assert!(!proposed.iter().any(|sentence| sentence.contains(own)), "{own}: {proposed:?}");
        }
    }

    #[test]
    fn the_frames_of_a_stack_and_the_head_of_an_event_are_no_sentence() {
        let paste = "Log Name:      Application\nSource:        MSExchange Availability\nTask Category: Availability Service\n\
                     Level:         Error\nDescription:\nThe envelope was quarantined by the relay.\n   \
                     at Microsoft.Exchange.Relay.Envelope.Open(Seal seal, Boolean force)\n   \
                     at Microsoft.Exchange.Relay.Envelope.Close()";
        assert_eq!(proposed(paste), ["envelope was quarantined by the relay"]);
    }

    #[test]
    fn what_many_failures_print_is_not_proposed() {
        let paste = "Proxy web request failed. , inner exception: System.Net.WebException: The request failed with HTTP status 418.";
        assert_eq!(proposed(paste), [""; 0]);
    }

    #[test]
    fn a_response_code_and_an_exception_are_as_good_as_a_sentence() {
        let paste = "ResponseCode ErrorRelayEnvelopeQuarantined, Microsoft.Exchange.Relay.EnvelopeQuarantinedException";
        let proposed = proposed(paste);
        for name in ["ErrorRelayEnvelopeQuarantined", "EnvelopeQuarantinedException"] {
            assert!(proposed.iter().any(|sentence| sentence == name), "{name}: {proposed:?}");
        }
    }

    #[test]
    fn an_escaped_paste_gives_the_sentence_of_the_plain_one() {
        let plain = "The relay \"north\" quarantined the hybrid envelope.\nAsk again.";
        let json = r#"{"Message":"The relay \"north\" quarantined the hybrid envelope.\r\nAsk again."}"#;
        let xml = "<Message>The relay &quot;north&quot; quarantined the hybrid envelope.&#xD;&#xA;Ask again.</Message>";
        let wanted = proposed(plain);
        assert_eq!(wanted, ["quarantined the hybrid envelope"]);
        assert_eq!(proposed(json), wanted);
        assert_eq!(proposed(xml), wanted);
    }

    #[test]
    fn a_translated_sentence_is_proposed_like_another() {
        let paste = "Ausnahme: Das Relais hat den Umschlag in Quarantäne gestellt. Server: EX07.contoso.com";
        assert!(proposed(paste)[0].contains("Umschlag"), "{:?}", proposed(paste));
    }
}
