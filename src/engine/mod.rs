//! From a record to ranked matches: phrases are found in one pass, rules are conditions over what was found.
//!
//! ```text
//! folded text -> needles (one Aho-Corasick pass) -> conditions per rule -> context -> ranking
//! ```
//!
//! Regexes are compiled and run only where a literal that they require was found. The engine sees text and
//! conditions; which failures exist, it does not know.

mod condition;
mod finder;
mod glance;
mod near;
pub mod output;
mod rank;
pub mod sieve;
mod trace;

pub use glance::Suspects;
pub use sieve::Sieve;
pub use trace::{Part, Reason, Trace, WhyNot};

use crate::facts::Facts;
use crate::record::Record;
use crate::rules::Rules;
use crate::rules::model::{Auth, Confidence, Direction};
use crate::rules::pack::{Entry, Pack};
use crate::text::Text;
use condition::{Evaluator, Regexes, Site};
use finder::{Finder, Hits};
use glance::Index;
use std::borrow::Borrow;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// How far from a signature its context may stand, in folded characters: a cmdlet's name above a long output still
/// counts, the other end of a log does not.
const CONTEXT_WITHIN: usize = 4_000;

/// How far from a signature the text's direction counts, in folded characters: the sentence and its frame, not the next event.
const DIRECTION_WITHIN: usize = 600;

/// Compiled rules, ready to match.
#[derive(Debug)]
pub struct Engine<'p> {
    rules: &'p Rules,
    finder: Finder<'p>,
    /// Which rules to ask when a needle is found, once somebody needs that.
    index: OnceLock<Index>,
    regexes: Arc<Regexes>,
    today: Option<String>,
}

/// One rule that matched, or might have.
#[derive(Debug, Clone)]
pub struct Match {
    /// The rule's number in the pack.
    pub rule: usize,
    /// How sure the match is.
    pub confidence: Confidence,
    /// What is missing before a `possible` match is certain.
    pub missing: Missing,
    /// The bytes of the input that made the rule match, in order, without overlaps.
    pub evidence: Vec<Range<usize>>,
    /// How much evidence, in folded characters.
    weight: usize,
    /// The matched rule that is the answer instead of this one.
    pub outranked_by: Option<usize>,
    /// What the record shows in which it was found: another event's names do not belong into its commands.
    pub shown: Arc<Shown>,
}

impl Match {
    /// The direction of the lookup: a rule that is documented for one says it; otherwise the text decides, as long as the rule
    /// is documented for that direction.
    pub fn direction(&self, documented: &[Direction]) -> Option<Direction> {
        match documented {
            [only] => Some(*only),
            several => self.shown.direction.filter(|d| several.contains(d)),
        }
    }
}

/// What one record shows beside its matches.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// What was read out of it.
    pub facts: Arc<Facts>,
    /// The direction of the lookup.
    pub direction: Option<Direction>,
    /// The authentication scheme.
    pub auth: Option<Auth>,
}

/// What is missing before a match is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Nothing.
    Nothing,
    /// The signature holds; its context (by number in the pack) was not found.
    Context(u16),
    /// The signature holds; around it the text shows a direction for which the failure is not documented.
    Direction(Direction),
    /// A cmdlet's output makes it possible; no text shows the failure itself.
    Failure,
    /// Only hints hold; the signature does not.
    Signature,
}

/// What the engine found in an input.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The matches, best first.
    pub matches: Vec<Match>,
    /// What was read out of the input.
    pub facts: Facts,
    /// The direction that the text itself shows.
    pub direction: Option<Direction>,
    /// The authentication scheme that the text itself shows.
    pub auth: Option<Auth>,
    /// Rules of whose signature a part was found, the nearest first, with the evidence of that part.
    pub nearest: Vec<(usize, Vec<Range<usize>>)>,
}

impl<'p> Engine<'p> {
    /// Prepares rules for matching.
    pub fn new(rules: &'p Rules) -> Self {
        Self::with(rules, Finder::new(rules.pack()))
    }

    /// Prepares rules for matching many texts: what all of them need is built once.
    pub fn for_many(rules: &'p Rules) -> Self {
        Self::with(rules, Finder::for_many(rules.pack()))
    }

    fn with(rules: &'p Rules, finder: Finder<'p>) -> Self {
        Self { rules, finder, index: OnceLock::new(), regexes: Arc::default(), today: None }
    }

    /// Lets a rule's hints count only while they are true: `today` is an ISO 8601 date. Without it they always count.
    pub fn as_of(mut self, today: impl Into<String>) -> Self {
        self.today = Some(today.into());
        self
    }

    /// The rules that this engine matches.
    pub fn rules(&self) -> &'p Rules {
        self.rules
    }

    /// Classifies an input that was read as one or more records.
    ///
    /// `assumed` are contexts (by number in the pack) that the person vouches for.
    pub fn analyse(&self, records: &[Record<'_>], assumed: &[u16]) -> Analysis {
        self.judge(records.iter().map(|record| self.read(record)), assumed, None)
    }

    /// Classifies one record by some of the rules, where no others can be certain of it. What is only nearly a match
    /// is left out, and so are the facts of the whole, which every match has.
    pub fn analyse_by(&self, record: &Record<'_>, rules: &Suspects) -> Analysis {
        match rules {
            Suspects::None => Analysis::default(),
            Suspects::All => self.analyse(std::slice::from_ref(record), &[]),
            Suspects::Some(rules) => {
                let entries = Entries { pack: self.rules.pack(), instead: None, today: self.today.as_deref() };
                let mut analysis = Analysis::default();
                add(&self.read(record), &entries, rules.iter().copied(), false, &[], &mut analysis);
                analysis.sort();
                analysis
            }
        }
    }

    /// Reads a record as far as no rule's own condition is needed: its facts, and where every needle stands.
    pub fn read<'r>(&self, record: &'r Record<'r>) -> Reading<'r>
    where
        'p: 'r,
    {
        let text = Text::new(&record.text);
        let facts = Arc::new(Facts::of(&text));
        let hits = self.finder.find(&text);
        let regexes = Arc::clone(&self.regexes);
        let surroundings = Surroundings::new(self.rules.pack());
        Reading { record, text, facts, hits, surroundings, regexes }
    }

    /// Classifies records that were read. `instead` takes the place of one rule's entry: what would the answer be, if the rule said
    /// something else?
    pub fn judge<'r, R: Borrow<Reading<'r>>>(
        &self,
        readings: impl IntoIterator<Item = R>,
        assumed: &[u16],
        instead: Option<(usize, &Entry<'_>)>,
    ) -> Analysis {
        let mut analysis = Analysis::default();
        let entries = Entries { pack: self.rules.pack(), instead, today: self.today.as_deref() };
        for reading in readings {
            let rules = 0..entries.pack.rules.len();
            add(reading.borrow(), &entries, rules, true, assumed, &mut analysis);
        }
        analysis.sort();
        analysis.nearest.retain(|(rule, _)| !analysis.matches.iter().any(|m| m.rule == *rule));
        analysis
    }

    /// The contexts that a record shows, by id.
    pub fn contexts(&self, reading: &Reading<'_>) -> Vec<String> {
        let contexts = self.rules.pack().contexts.iter().enumerate();
        contexts.filter(|(n, _)| !reading.context(*n).is_empty()).map(|(_, context)| context.id.to_string()).collect()
    }

    /// Whether one rule outranks another, directly or through rules between them.
    pub fn outranks(&self, above: usize, below: usize) -> bool {
        rank::outranks(&Entries { pack: self.rules.pack(), instead: None, today: None }, above, below)
    }

    /// Where a rule holds in a record, and how surely: enough to see whether a change of the rule changes anything.
    pub fn holds(&self, reading: &Reading<'_>, entry: &Entry<'_>, assumed: &[u16]) -> Option<(Missing, usize)> {
        best(reading, entry, assumed, self.today.as_deref()).map(|(missing, site)| (missing, site.weight()))
    }
}

/// A record that was read: everything that rules' conditions are asked about.
#[derive(Debug)]
pub struct Reading<'r> {
    record: &'r Record<'r>,
    text: Text,
    facts: Arc<Facts>,
    hits: Hits,
    surroundings: Surroundings<'r>,
    regexes: Arc<Regexes>,
}

impl Reading<'_> {
    /// Where a context holds.
    fn context(&self, number: usize) -> &[Site] {
        let pack = self.surroundings.pack;
        self.surroundings.contexts[number].get_or_init(|| self.evaluator().sites(&pack.contexts[number].node))
    }

    /// What shows a direction or an authentication scheme, and where.
    fn indications(&self) -> &Indications {
        self.surroundings.indications.get_or_init(|| Indications::of(self.surroundings.pack, &self.evaluator()))
    }

    fn evaluator(&self) -> Evaluator<'_> {
        Evaluator {
            text: &self.text,
            facts: &self.facts,
            hits: &self.hits,
            record: self.record,
            regexes: &self.regexes,
        }
    }
}

/// The rules' entries, one of them perhaps replaced.
struct Entries<'a> {
    pack: &'a Pack<'static>,
    instead: Option<(usize, &'a Entry<'a>)>,
    today: Option<&'a str>,
}

impl<'a> Entries<'a> {
    fn get(&self, rule: usize) -> &Entry<'a> {
        match self.instead {
            Some((replaced, entry)) if replaced == rule => entry,
            _ => &self.pack.rules[rule],
        }
    }
}

/// Adds what a record shows. `nearly`: also of which rules only a part was found, and the facts of the whole.
fn add(
    reading: &Reading<'_>,
    entries: &Entries<'_>,
    rules: impl Iterator<Item = usize>,
    nearly: bool,
    assumed: &[u16],
    analysis: &mut Analysis,
) {
    let evaluator = reading.evaluator();
    let indications = reading.indications();
    indications.note(analysis);
    let offset = reading.record.offset;
    let mut matches = Vec::new();
    let shown = Arc::new(Shown {
        facts: Arc::clone(&reading.facts),
        direction: indications.direction(),
        auth: indications.auth.first().copied(),
    });
    for rule in rules {
        let entry = entries.get(rule);
        match best(reading, entry, assumed, entries.today) {
            Some((missing, site)) => {
                let evidence = evidence(&reading.text, &site, offset);
                let weight = site.weight();
                let confidence = if missing == Missing::Nothing { Confidence::Certain } else { Confidence::Possible };
                let shown = Arc::clone(&shown);
                matches.push(Match { rule, confidence, missing, evidence, weight, outranked_by: None, shown });
            }
            None if !nearly => {}
            None => {
                let known = analysis.nearest.iter().any(|(known, _)| *known == rule);
                if let Some(part) = evaluator.part_of(&entry.signature).filter(|_| !known) {
                    analysis.nearest.push((rule, evidence(&reading.text, &part, offset)));
                }
            }
        }
    }
    rank::mark_outranked(entries, &mut matches);
    matches.into_iter().for_each(|new| analysis.keep(new));
    if nearly {
        analysis.facts.merge(Facts::clone(&reading.facts), offset);
    }
}

/// The best place where a rule holds: the surest, then the one with the most evidence, then the first; or where its hints do.
fn best(reading: &Reading<'_>, entry: &Entry<'_>, assumed: &[u16], today: Option<&str>) -> Option<(Missing, Site)> {
    let evaluator = reading.evaluator();
    let found = evaluator.sites(&entry.signature);
    let judged = found.into_iter().map(|site| (reading.missing(entry, &site, assumed), site));
    let best = judged.min_by_key(|(missing, site)| (*missing, Reverse(site.weight()), site.start));
    best.or_else(|| {
        let counting = entry.hints.iter().filter(|_| entry.hints_count(today));
        let hints = counting.flat_map(|h| evaluator.sites(h).into_iter().take(1));
        hints.reduce(Site::join).map(|site| (Missing::Signature, site))
    })
}

impl Analysis {
    /// Puts the best match first, and leaves hints out where something is certain.
    fn sort(&mut self) {
        if self.matches.iter().any(|m| m.confidence == Confidence::Certain) {
            self.matches.retain(|m| m.missing != Missing::Signature);
        }
        rank::sort(&mut self.matches);
    }

    /// Adds a match, unless a better one of the same rule is known.
    fn keep(&mut self, new: Match) {
        let worth = |m: &Match| (m.missing, m.outranked_by.is_some(), Reverse(m.weight));
        match self.matches.iter_mut().find(|m| m.rule == new.rule) {
            Some(known) if worth(known) <= worth(&new) => {}
            Some(known) => *known = new,
            None => self.matches.push(new),
        }
    }
}

/// What surrounds the signatures of one record, as far as somebody asked.
#[derive(Debug)]
struct Surroundings<'p> {
    pack: &'p Pack<'p>,
    contexts: Vec<OnceLock<Vec<Site>>>,
    indications: OnceLock<Indications>,
}

impl<'p> Surroundings<'p> {
    fn new(pack: &'p Pack<'p>) -> Self {
        Self { pack, contexts: pack.contexts.iter().map(|_| OnceLock::new()).collect(), indications: OnceLock::new() }
    }
}

/// What of a record shows a direction or an authentication scheme.
#[derive(Debug)]
struct Indications {
    directions: Vec<(Direction, Vec<Site>)>,
    auth: Vec<Auth>,
}

impl Indications {
    fn of(pack: &Pack<'_>, evaluator: &Evaluator<'_>) -> Self {
        let mut directions = Vec::new();
        let mut auth = Vec::new();
        for indication in &pack.indications {
            let sites = evaluator.sites(&indication.node);
            if sites.is_empty() {
                continue;
            }
            auth.extend(indication.auth);
            directions.extend(indication.direction.map(|direction| (direction, sites)));
        }
        Self { directions, auth }
    }

    /// Notes what they show about the whole input.
    fn note(&self, analysis: &mut Analysis) {
        analysis.direction = analysis.direction.or(self.direction());
        analysis.auth = analysis.auth.or(self.auth.first().copied());
    }

    /// The direction that the record shows. Where it shows two, it holds two failures, or quotes the question in the answer: the
    /// first stays.
    fn direction(&self) -> Option<Direction> {
        self.directions.first().map(|(direction, _)| *direction)
    }
}

impl Reading<'_> {
    /// What a rule's signature at this place misses.
    fn missing(&self, entry: &Entry<'_>, site: &Site, assumed: &[u16]) -> Missing {
        let near = |c: &u16| self.context(usize::from(*c)).iter().any(|s| s.distance(site) <= CONTEXT_WITHIN);
        // The first of a rule's contexts is the one that it names; the others stand for it.
        let surrounded = entry.contexts.iter().any(|c| assumed.contains(c) || near(c));
        // A rule without a context has a sentence that leaves no doubt, whatever stands around it.
        let Some(named) = entry.contexts.first() else { return Missing::Nothing };
        if !surrounded {
            return Missing::Context(*named);
        }
        let shown: Vec<Direction> = self
            .indications()
            .directions
            .iter()
            .filter(|(_, sites)| sites.iter().any(|s| s.distance(site) <= DIRECTION_WITHIN))
            .map(|(direction, _)| *direction)
            .collect();
        // Only a lookup has a direction that a text can show; setting up or sending mail has none.
        let lookup = entry
            .direction
            .iter()
            .all(|d| !matches!(d, Direction::Setup | Direction::MailFlow | Direction::Management));
        match shown.first() {
            Some(other)
                if lookup
                    && !shown.iter().any(|s| entry.direction.iter().any(|d| from_cloud(*d) == from_cloud(*s))) =>
            {
                Missing::Direction(*other)
            }
            _ => Missing::Nothing,
        }
    }
}

/// Whether the asking mailbox is in Exchange Online. Whose calendar it asks for, a text shows less clearly.
fn from_cloud(direction: Direction) -> bool {
    matches!(direction, Direction::CloudToOnPremises | Direction::CloudToCloud)
}

/// The evidence of a site in the original, merged where pieces touch.
fn evidence(text: &Text, site: &Site, offset: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = site.evidence.iter().map(|piece| text.folded.original(piece.clone())).collect();
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged.into_iter().map(|r| r.start + offset..r.end + offset).collect()
}
