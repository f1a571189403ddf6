//! Finds all needles in one pass.
//!
//! The automaton holds only the beginning of every needle: it is built for each run of the program, and one paste is searched
//! once, so building it costs more than searching with it. What a beginning announces is compared in full.

use crate::rules::pack::Pack;
use crate::text::Text;
use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use std::ops::Range;

/// How much of a needle the automaton holds, in bytes. Longer beginnings cost start-up time, shorter ones comparisons.
const BEGINNING: usize = 4;

/// How many places of one needle are kept. A text that repeats one sentence thousands of times says nothing new.
const MOST_HITS: usize = 64;

/// Finds needles.
#[derive(Debug)]
pub(super) struct Finder<'p> {
    automaton: AhoCorasick,
    needles: Vec<&'p str>,
    /// For every beginning in the automaton, the needles that have it: they are sorted, so they stand together.
    groups: Vec<Range<usize>>,
}

/// Where each needle was found.
#[derive(Debug)]
pub(super) struct Hits {
    places: Vec<Vec<Range<usize>>>,
}

impl<'p> Finder<'p> {
    /// Prepares to find the needles of a pack.
    pub fn new(pack: &'p Pack<'p>) -> Result<Self, BuildError> {
        let needles: Vec<&str> = pack.needles().collect();
        let mut beginnings: Vec<&str> = Vec::new();
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (number, needle) in needles.iter().enumerate() {
            let beginning = beginning(needle);
            match groups.last_mut() {
                Some(group) if beginnings.last() == Some(&beginning) => group.end = number + 1,
                _ => {
                    beginnings.push(beginning);
                    groups.push(number..number + 1);
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            // Dense tables pay off in long texts; here they would cost more than the search.
            .dense_depth(1)
            .build(&beginnings)?;
        Ok(Self { automaton, needles, groups })
    }

    /// Finds all needles.
    pub fn find(&self, text: &Text) -> Hits {
        let folded = text.folded.as_str();
        let mut places = vec![Vec::new(); self.needles.len()];
        for hit in self.automaton.find_overlapping_iter(folded) {
            for number in self.groups[hit.pattern().as_usize()].clone() {
                let needle = self.needles[number];
                let range = hit.start()..hit.start() + needle.len();
                let places: &mut Vec<Range<usize>> = &mut places[number];
                if places.len() < MOST_HITS
                    && folded[hit.start()..].starts_with(needle)
                    && is_whole_number(text, &range)
                {
                    places.push(range);
                }
            }
        }
        Hits { places }
    }
}

/// What the automaton holds of a needle.
fn beginning(needle: &str) -> &str {
    let end = (BEGINNING.min(needle.len())..=needle.len()).find(|&at| needle.is_char_boundary(at));
    &needle[..end.unwrap_or(needle.len())]
}

impl Hits {
    /// The places of one needle.
    pub fn of(&self, needle: u32) -> &[Range<usize>] {
        self.places.get(needle as usize).map_or(&[], Vec::as_slice)
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
