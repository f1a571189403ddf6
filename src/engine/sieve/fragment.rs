//! Pieces of sentences that are rare in ordinary logs and survive what a copy does to a sentence.

use super::gram::{self, GRAM};
use crate::text::fold::fold;
use std::collections::{BTreeSet, HashMap};

/// How many letters a fragment has.
pub(super) const LENGTH: usize = 8;

/// A fragment as it stands in a file, in lower case.
pub(super) type Long = [u8; LENGTH];

/// What ordinary lines of ordinary logs look like. Made with `benches/common/logs.rs`; nothing depends on it but speed.
const ORDINARY: &str = include_str!("ordinary.log");

/// The fragments of a set of anchors.
#[derive(Debug, Clone, Default)]
pub(super) struct Fragments {
    /// Those of [`LENGTH`].
    pub long: BTreeSet<Long>,
    /// Whole anchors that are shorter.
    pub short: BTreeSet<String>,
    /// Sentences with letters outside ASCII, folded. A line that holds them is no line of ASCII, or their ASCII letters are enough.
    pub folded: BTreeSet<String>,
    /// Of sentences that have no fragment of ASCII the longest run of other letters, without the first, which may be a capital.
    pub wide: BTreeSet<String>,
    /// How often all of that would be looked at in vain, in as many lines as [`ORDINARY`] has.
    cost: u32,
}

/// What a fragment that lies inside a word may cost before one across words is preferred, which a second blank would hide.
const RARE: u32 = 10;

/// What a second fragment across words may cost: each of the two can be cut by a line's end.
const USUAL: u32 = 60;

/// What a fragment costs that is the only one of its sentence: a single blank in it hides the sentence.
const ALONE: u32 = 20;

/// What a short anchor costs: it has no gram, so every byte must be looked at.
const SHORT: u32 = 100_000;

impl Fragments {
    /// How much worse these fragments are than others: what they cost, then how many they are.
    pub fn cost(&self) -> (u32, usize) {
        (self.cost, self.long.len())
    }

    /// Adds what announces a sentence: two fragments from inside words, so that a blank inside one of them does not hide it; where no
    /// word is long or rare enough two across words; else the whole sentence.
    pub fn add(&mut self, sentence: &str, ordinary: &Ordinary) {
        if !sentence.is_ascii() {
            self.folded.insert(fold(sentence));
        }
        let runs = || sentence.split(|c: char| !c.is_ascii());
        // No copy and no escape touches an underscore.
        let words = runs().flat_map(|run| run.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        let inside: Vec<&[u8]> = words.flat_map(|word| word.as_bytes().windows(LENGTH)).collect();
        if self.best_two(&inside, ordinary, RARE, RARE) {
            return;
        }
        let across: Vec<&[u8]> = runs().flat_map(|run| run.as_bytes().windows(LENGTH)).collect();
        if self.best_two(&across, ordinary, u32::MAX, USUAL) {
            if sentence.contains(['<', '>']) {
                self.add_escaped(&sentence.replace('<', "&lt;").replace('>', "&gt;"), ordinary);
                self.add_escaped(&sentence.replace('<', r"\u003c").replace('>', r"\u003e"), ordinary);
            }
            return;
        }
        if !sentence.is_ascii() {
            let runs = sentence.split(|c: char| c.is_ascii() || !c.is_alphabetic());
            self.wide.extend(runs.max_by_key(|run| run.len()).map(|run| run.chars().skip(1).collect()));
            return;
        }
        self.short.insert(sentence.trim().to_owned());
        self.cost = self.cost.saturating_add(SHORT);
    }

    /// Adds what announces a sentence of tags that HTML or JSON escaped, once or again: a fragment holds no beginning of an escape.
    fn add_escaped(&mut self, escaped: &str, ordinary: &Ordinary) {
        let windows = escaped.as_bytes().windows(LENGTH);
        let whole = windows.filter(|window| !window[..LENGTH - 1].iter().any(|b| matches!(b, b'&' | b'\\')));
        self.best_two(&whole.collect::<Vec<_>>(), ordinary, u32::MAX, USUAL);
    }

    /// The rarest pair of windows that do not overlap, if the rarer of them costs no more than `most` and the other no more than
    /// `second_most`; else the rarest window. Whether there is one.
    fn best_two(&mut self, windows: &[&[u8]], ordinary: &Ordinary, most: u32, second_most: u32) -> bool {
        let costs: Vec<(u32, usize)> =
            windows.iter().map(|window| (ordinary.cost(window), window.as_ptr() as usize)).collect();
        let Some(rarest) = (0..windows.len()).min_by_key(|n| costs[*n].0).filter(|n| costs[*n].0 <= most) else {
            return false;
        };
        let pairs = (0..windows.len()).flat_map(|a| (a + 1..windows.len()).map(move |b| (a, b)));
        let apart = pairs.filter(|(a, b)| costs[*a].1.abs_diff(costs[*b].1) >= LENGTH);
        let pair = apart
            .map(|(a, b)| (costs[a].0.max(costs[b].0), costs[a].0.min(costs[b].0), a, b))
            .filter(|(more, less, ..)| *less <= most && *more <= second_most)
            .min();
        match pair {
            Some((_, _, a, b)) => [a, b].into_iter().for_each(|n| self.insert(windows[n], ordinary)),
            None => {
                self.insert(windows[rarest], ordinary);
                self.cost = self.cost.saturating_add(ALONE);
            }
        }
        true
    }

    fn insert(&mut self, window: &[u8], ordinary: &Ordinary) {
        if let Ok(long) = <Long>::try_from(window)
            && self.long.insert(long)
        {
            self.cost = self.cost.saturating_add(ordinary.cost(window));
        }
    }

    /// Adds another set.
    pub fn join(&mut self, other: Self) {
        self.long.extend(other.long);
        self.short.extend(other.short);
        self.folded.extend(other.folded);
        self.wide.extend(other.wide);
        self.cost = self.cost.saturating_add(other.cost);
    }
}

/// How often grams and fragments occur in ordinary logs.
pub(super) struct Ordinary {
    grams: HashMap<u64, u32>,
    fragments: HashMap<u64, u32>,
}

/// How many places where a gram stands and not its fragment cost as much as a fragment, of which the record is read.
const PLACES: u32 = 20;

impl Ordinary {
    pub fn new() -> Self {
        Self { grams: count(GRAM, gram::key), fragments: count(LENGTH, gram::eight) }
    }

    /// How often a fragment, and its grams, would be looked at in vain; in tenths of a record.
    fn cost(&self, fragment: &[u8]) -> u32 {
        let grams = fragment.windows(GRAM).map(|gram| self.grams.get(&gram::key(gram)).copied().unwrap_or(0));
        let whole = self.fragments.get(&gram::eight(fragment)).copied().unwrap_or(0);
        (whole * PLACES + grams.sum::<u32>()) * 10 / PLACES
    }
}

/// How often the pieces of one length occur.
fn count(length: usize, key: fn(&[u8]) -> u64) -> HashMap<u64, u32> {
    let mut counts = HashMap::with_capacity(ORDINARY.len() / 2);
    for window in ORDINARY.as_bytes().windows(length) {
        *counts.entry(key(window)).or_insert(0) += 1;
    }
    counts
}
