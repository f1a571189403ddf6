//! Finds all needles in one pass.
//!
//! Building an automaton costs more than searching one paste with it, so a short text gets an automaton of its own: only
//! needles of which the first letters occur in the text go into it, and that is a few dozen of thousands. A long text gets
//! the automaton of all needles, built once. Both hold only the beginning of every needle; what a beginning announces is
//! compared in full.

use crate::rules::pack::Pack;
use crate::text::Text;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;

/// How much of a needle an automaton holds, in bytes. Longer beginnings cost building time, shorter ones comparisons.
const BEGINNING: usize = 8;

/// The letters that are looked up before a needle goes into a short text's automaton.
const GRAM: usize = 4;

/// Folded texts up to this length are short. In longer ones nearly all grams occur anyway.
const SHORT: usize = 32 << 10;

/// How many places of one needle are kept. A text that repeats one sentence thousands of times says nothing new.
const MOST_HITS: u8 = 64;

/// With more needles than that, a DFA would take many megabytes.
const MOST_IN_DFA: usize = 1_500;

/// Finds needles.
#[derive(Debug)]
pub(super) struct Finder<'p> {
    needles: Vec<&'p str>,
    all: OnceLock<Automaton>,
    /// Folded texts up to this length get an automaton of their own.
    short: usize,
}

/// Some of the needles, ready to be searched for.
#[derive(Debug)]
struct Automaton {
    /// Nothing where it could not be built, which takes many millions of letters; then every needle is searched alone.
    beginnings: Option<AhoCorasick>,
    /// For every beginning in the automaton, the needles that have it. They are sorted, so they stand together.
    groups: Vec<Vec<u32>>,
}

/// Where each needle was found.
#[derive(Debug)]
pub(super) struct Hits {
    /// Needles and their places, sorted. Of thousands of needles a text has a few dozen.
    places: Vec<(u32, Range<usize>)>,
}

impl<'p> Finder<'p> {
    /// Prepares to find the needles of a pack.
    pub fn new(pack: &'p Pack<'p>) -> Self {
        Self { needles: pack.needles().collect(), all: OnceLock::new(), short: SHORT }
    }

    /// Prepares to find them in so many texts that the automaton of all needles pays at once.
    pub fn for_many(pack: &'p Pack<'p>) -> Self {
        Self { short: 0, ..Self::new(pack) }
    }

    /// Finds all needles.
    pub fn find(&self, text: &Text) -> Hits {
        let folded = text.folded.as_str();
        if folded.len() <= self.short {
            let grams = Grams::of(folded);
            let occurring = self.needles.iter().zip(0..).filter(|(needle, _)| grams.may_hold(needle));
            self.search(text, &Automaton::new(occurring.map(|(needle, number)| (*needle, number))))
        } else {
            self.search(text, self.all())
        }
    }

    /// Whether a needle begins or ends in a digit, so that it counts only as a whole number.
    pub fn is_numeric(&self, needle: u32) -> bool {
        let ends = |needle: &str| [needle.bytes().next(), needle.bytes().last()];
        self.needles.get(needle as usize).is_some_and(|needle| ends(needle).iter().flatten().any(u8::is_ascii_digit))
    }

    /// Which needles a folded text holds, in order; a number perhaps as a part of a longer one. Nothing where that cannot be said.
    pub fn glance(&self, folded: &str) -> Option<Vec<u32>> {
        let automaton = self.all();
        let beginnings = automaton.beginnings.as_ref()?;
        let mut found = Vec::new();
        for hit in beginnings.find_overlapping_iter(folded) {
            let behind = &folded.as_bytes()[hit.start()..];
            let group = automaton.groups[hit.pattern().as_usize()].iter();
            found.extend(group.filter(|needle| behind.starts_with(self.needles[**needle as usize].as_bytes())));
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// The automaton of all needles.
    fn all(&self) -> &Automaton {
        self.all.get_or_init(|| {
            // What many texts are searched with may take a millisecond longer to build.
            let kind = match self.needles.len() {
                _ if self.short > 0 => AhoCorasickKind::NoncontiguousNFA,
                0..MOST_IN_DFA => AhoCorasickKind::DFA,
                _ => AhoCorasickKind::ContiguousNFA,
            };
            Automaton::of_kind(kind, self.needles.iter().copied().zip(0..))
        })
    }

    fn search(&self, text: &Text, automaton: &Automaton) -> Hits {
        let folded = text.folded.as_str();
        let mut places = Vec::new();
        let mut counts = vec![0u8; self.needles.len()];
        let mut keep = |number: u32, start: usize| {
            let needle = self.needles[number as usize];
            let count = &mut counts[number as usize];
            let range = start..start + needle.len();
            if *count < MOST_HITS && folded[start..].starts_with(needle) && is_whole_number(text, &range) {
                *count += 1;
                places.push((number, range));
            }
        };
        match &automaton.beginnings {
            Some(beginnings) => {
                for hit in beginnings.find_overlapping_iter(folded) {
                    for &number in &automaton.groups[hit.pattern().as_usize()] {
                        keep(number, hit.start());
                    }
                }
            }
            None => {
                for &number in automaton.groups.iter().flatten() {
                    let needle = self.needles[number as usize];
                    let mut from = 0;
                    while let Some(at) = folded[from..].find(needle) {
                        keep(number, from + at);
                        // The next place may overlap this one.
                        from += at + needle.chars().next().map_or(1, char::len_utf8);
                    }
                }
            }
        }
        // Both ways find a needle's places in the order of the text.
        places.sort_by_key(|(number, range)| (*number, range.start));
        Hits { places }
    }
}

impl Automaton {
    /// An automaton of needles that come in sorted order.
    fn new<'n>(needles: impl Iterator<Item = (&'n str, u32)>) -> Self {
        Self::of_kind(AhoCorasickKind::NoncontiguousNFA, needles)
    }

    fn of_kind<'n>(kind: AhoCorasickKind, needles: impl Iterator<Item = (&'n str, u32)>) -> Self {
        let mut beginnings: Vec<&str> = Vec::new();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for (needle, number) in needles {
            let beginning = beginning(needle);
            match groups.last_mut() {
                Some(group) if beginnings.last() == Some(&beginning) => group.push(number),
                _ => {
                    beginnings.push(beginning);
                    groups.push(vec![number]);
                }
            }
        }
        let built = AhoCorasick::builder().match_kind(MatchKind::Standard).kind(Some(kind)).build(&beginnings);
        Self { beginnings: built.ok(), groups }
    }
}

/// What an automaton holds of a needle.
fn beginning(needle: &str) -> &str {
    let end = (BEGINNING.min(needle.len())..=needle.len()).find(|&at| needle.is_char_boundary(at));
    &needle[..end.unwrap_or(needle.len())]
}

/// Which grams occur in a text; says yes too often, never no too often.
struct Grams(Box<[u64; 1 << 10]>);

impl Grams {
    fn of(text: &str) -> Self {
        let mut grams = Self(Box::new([0; 1 << 10]));
        for gram in text.as_bytes().windows(GRAM) {
            let bit = bit(gram);
            grams.0[bit >> 6] |= 1 << (bit & 63);
        }
        grams
    }

    fn may_hold(&self, needle: &str) -> bool {
        needle.as_bytes().get(..GRAM).is_none_or(|gram| {
            let bit = bit(gram);
            self.0[bit >> 6] & (1 << (bit & 63)) != 0
        })
    }
}

/// The bit of a gram: a multiplicative hash to 16 bits.
fn bit(gram: &[u8]) -> usize {
    let number = gram.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    (number.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

impl Hits {
    /// The places of one needle.
    pub fn of(&self, needle: u32) -> &[(u32, Range<usize>)] {
        let start = self.places.partition_point(|(number, _)| *number < needle);
        let behind = &self.places[start..];
        &behind[..behind.partition_point(|(number, _)| *number == needle)]
    }
}

/// A needle that begins or ends in a digit must not be a part of a longer number: `0x80041034` is no `41034`.
fn is_whole_number(text: &Text, range: &Range<usize>) -> bool {
    let bytes = text.folded.as_str().as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let cut_before =
        digit(range.start) && range.start > 0 && digit(range.start - 1) && !text.folded.gap_before(range.start);
    let cut_behind = digit(range.end - 1) && digit(range.end) && !text.folded.gap_before(range.end);
    !cut_before && !cut_behind
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    /// The short way must find what the long way finds, in every text that a rule brings along.
    #[test]
    fn both_ways_find_the_same() {
        let rules = Rules::built_in().expect("the built-in rules");
        let finder = Finder::new(rules.pack());
        let mut found = 0;
        for rule in rules.all().expect("whole rules") {
            for test in rule.tests.iter().filter_map(|t| t.text.as_deref().or(t.not.as_deref())) {
                let text = Text::new(test);
                let short = finder.find(&text);
                let long = finder.search(&text, finder.all());
                let alone = finder.search(
                    &text,
                    &Automaton { beginnings: None, groups: vec![(0..finder.needles.len() as u32).collect()] },
                );
                assert_eq!(short.places, long.places, "{test}");
                assert_eq!(long.places, alone.places, "{test}");
                found += long.places.len();
            }
        }
        assert!(found > 1_000, "{found} places only");
    }

    #[test]
    fn a_number_is_found_whole_or_not_at_all() {
        let hits = |text: &str| {
            let text = Text::new(text);
            let number = text.folded.as_str().find("4515").map(|at| at..at + 4);
            number.is_some_and(|range| is_whole_number(&text, &range))
        };
        assert!(hits("451 5"));
        assert!(hits("x451 5 y"));
        assert!(!hits("84515"));
        assert!(hits("4515 6") && !hits("45156"));
    }
}
