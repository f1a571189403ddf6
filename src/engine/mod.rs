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
mod rank;

use crate::facts::Facts;
use crate::record::Record;
use crate::rules::model::{Auth, Confidence, Direction};
use crate::rules::pack::Pack;
use crate::text::Text;
use condition::{Evaluator, Site};
use finder::Finder;
use std::ops::Range;

/// How far from a signature its context may stand, in folded characters: a cmdlet's name above a long output still
/// counts, the other end of a log does not.
const CONTEXT_WITHIN: usize = 12_000;

/// Compiled rules, ready to match.
#[derive(Debug)]
pub struct Engine<'p> {
    pack: &'p Pack<'p>,
    finder: Finder<'p>,
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
}

/// What is missing before a match is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Nothing.
    Nothing,
    /// The signature holds; its context (by number in the pack) was not found.
    Context(u16),
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
    /// Contexts (by number in the pack) that hold somewhere in the input.
    pub contexts: Vec<u16>,
    /// Rules of whose signature a part was found, the nearest first, with the evidence of that part.
    pub nearest: Vec<(usize, Vec<Range<usize>>)>,
}

impl<'p> Engine<'p> {
    /// Prepares a pack for matching.
    ///
    /// # Errors
    ///
    /// When the phrases do not fit into one automaton, which takes many millions of letters.
    pub fn new(pack: &'p Pack<'p>) -> Result<Self, aho_corasick::BuildError> {
        let finder = Finder::new(pack)?;
        Ok(Self { pack, finder })
    }

    /// The rules that this engine matches.
    pub fn pack(&self) -> &'p Pack<'p> {
        self.pack
    }

    /// Classifies an input that was read as one or more records.
    ///
    /// `assumed` are contexts (by number in the pack) that the person vouches for.
    pub fn analyse(&self, records: &[Record<'_>], assumed: &[u16]) -> Analysis {
        let mut analysis = Analysis::default();
        for record in records {
            self.add(record, assumed, &mut analysis);
        }
        let certain = analysis.matches.iter().any(|m| m.confidence == Confidence::Certain);
        if certain {
            analysis.matches.retain(|m| m.missing != Missing::Signature);
        }
        rank::rank(self.pack, &mut analysis.matches);
        analysis.nearest.retain(|(rule, _)| !analysis.matches.iter().any(|m| m.rule == *rule));
        analysis
    }

    fn add(&self, record: &Record<'_>, assumed: &[u16], analysis: &mut Analysis) {
        let text = Text::new(&record.text);
        let facts = Facts::of(&text);
        let hits = self.finder.find(&text);
        let evaluator = Evaluator { text: &text, facts: &facts, hits: &hits, record };

        let contexts: Vec<Vec<Site>> = self.pack.contexts.iter().map(|c| evaluator.sites(&c.node)).collect();
        for (number, sites) in contexts.iter().enumerate() {
            let number = number as u16;
            if !sites.is_empty() && !analysis.contexts.contains(&number) {
                analysis.contexts.push(number);
            }
        }
        for (number, entry) in self.pack.rules.iter().enumerate() {
            let found = evaluator.sites(&entry.signature);
            let surrounded = |site: &&Site| {
                entry.contexts.is_empty()
                    || entry.contexts.iter().any(|c| {
                        assumed.contains(c) || contexts[*c as usize].iter().any(|s| s.distance(site) <= CONTEXT_WITHIN)
                    })
            };
            let best = |sites: &mut dyn Iterator<Item = &Site>| {
                sites.max_by_key(|s| (s.weight(), std::cmp::Reverse(s.start))).cloned()
            };
            let (site, missing) = match best(&mut found.iter().filter(surrounded)) {
                Some(site) => (site, Missing::Nothing),
                None => match best(&mut found.iter()) {
                    // The first of a rule's contexts is the one that it names.
                    Some(site) => (site, entry.contexts.first().map_or(Missing::Nothing, |c| Missing::Context(*c))),
                    None => {
                        let hints: Vec<Site> =
                            entry.hints.iter().flat_map(|h| evaluator.sites(h).into_iter().take(1)).collect();
                        match hints.into_iter().reduce(Site::join) {
                            Some(site) => (site, Missing::Signature),
                            None => {
                                let part = evaluator.part_of(&entry.signature);
                                if let Some(part) = part {
                                    let evidence = evidence(&text, &part, record.offset);
                                    if !analysis.nearest.iter().any(|(rule, _)| *rule == number) {
                                        analysis.nearest.push((number, evidence));
                                    }
                                }
                                continue;
                            }
                        }
                    }
                },
            };
            let confidence = if missing == Missing::Nothing { Confidence::Certain } else { Confidence::Possible };
            let new = Match {
                rule: number,
                confidence,
                missing,
                evidence: evidence(&text, &site, record.offset),
                weight: site.weight(),
                outranked_by: None,
            };
            match analysis.matches.iter_mut().find(|m| m.rule == number) {
                Some(old)
                    if (old.missing, std::cmp::Reverse(old.weight)) <= (new.missing, std::cmp::Reverse(new.weight)) => {
                }
                Some(old) => *old = new,
                None => analysis.matches.push(new),
            }
        }
        for indication in &self.pack.indications {
            if evaluator.sites(&indication.node).is_empty() {
                continue;
            }
            analysis.direction = agree(analysis.direction, indication.direction);
            analysis.auth = agree(analysis.auth, indication.auth);
        }
        analysis.facts.merge(facts, record.offset);
    }
}

/// What two indications show together; the first one stays where they differ.
fn agree<T: Copy>(known: Option<T>, new: Option<T>) -> Option<T> {
    known.or(new)
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
