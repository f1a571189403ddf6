//! Tells at the speed of memory which parts of a log cannot match any rule.
//!
//! Every rule needs something that can be looked for: one of its *anchors*. From each anchor come one or two *fragments*, eight
//! letters inside a word, which no wrap between words, escape or quote can break. A log is looked at in every fourth place only: eight
//! letters always hold five that begin there. What a fragment was found in is read properly; nothing else is.
//!
//! ```text
//! rules -> anchors -> fragments -> a table of five-letter grams
//! bytes -> every 4th place -> gram in the table? -> the whole fragment? -> the record is read
//! ```
//!
//! This is sound for a line of ASCII. A line with any other letter is folded and searched in full, and so is the seam between two lines
//! that a console may have cut ([`Sieve::may_match`], [`Sieve::seam`]).

mod anchor;
mod fragment;
mod gram;
mod short;

use crate::rules::pack::Pack;
use crate::text::{self, fold::fold};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use anchor::Anchors;
use fragment::Fragments;
use gram::Grams;
use memchr::memmem;
use short::Short;

pub use gram::Units;

/// Lets through what may match a rule.
#[derive(Debug)]
pub struct Sieve {
    grams: Grams,
    /// What is too short for a gram, where there is any.
    short: Option<Short>,
    /// All of it folded, for texts with letters outside ASCII and for seams. Nothing where it could not be built.
    folded: Option<AhoCorasick>,
    /// Sentences without a fragment of ASCII, in UTF-16. Nothing where it could not be built.
    wide: Option<AhoCorasick>,
    /// Fragments of punctuation alone, which folding takes away.
    bare: Vec<String>,
    /// A rule names nothing that can be looked for, so everything is let through.
    open: bool,
}

impl Sieve {
    /// A sieve for all rules: another one may outrank the one that was asked for. `possible`: also what would only be a possible match.
    pub fn new(pack: &Pack<'_>, possible: bool) -> Self {
        let anchors = Anchors::new(pack, possible);
        let mut fragments = Fragments::default();
        let mut open = false;
        for entry in &pack.rules {
            match anchors.of_rule(entry) {
                Some(found) => fragments.join(found),
                None => open = true,
            }
        }
        let short = (!fragments.short.is_empty()).then(|| Short::new(&fragments.short));
        // What cannot be searched for must be let through.
        open |= matches!(short, Some(Err(_)));
        let long = fragments.long.iter().map(|long| String::from_utf8_lossy(long).into_owned());
        let (bare, spelt): (Vec<String>, Vec<String>) =
            long.chain(fragments.short.iter().cloned()).partition(|text| fold(text).is_empty());
        let folded = spelt.iter().map(|text| fold(text)).chain(fragments.folded.iter().cloned());
        Self {
            grams: Grams::new(&fragments.long),
            short: short.and_then(Result::ok),
            folded: AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(folded).ok(),
            wide: AhoCorasick::new(fragments.wide.iter().map(|run| utf16(run, u16::to_le_bytes))).ok(),
            bare,
            open,
        }
    }

    /// Whether everything is let through.
    pub fn is_open(&self) -> bool {
        self.open || self.folded.is_none()
    }

    /// The first place at `from` or behind it where a fragment stands, in bytes. A line outside ASCII needs [`Self::may_match`] besides.
    pub fn next(&self, bytes: &[u8], units: Units, from: usize) -> Option<usize> {
        let long = self.grams.next(bytes, units, from);
        let short = self.short.as_ref().and_then(|short| {
            let end = long.map_or(bytes.len(), |at| (at + 32).min(bytes.len()));
            short.find(&bytes[from.min(end)..end], units).map(|found| from + found)
        });
        match (long, short) {
            (Some(long), Some(short)) => Some(long.min(short)),
            (long, short) => long.or(short),
        }
    }

    /// Whether anything stands in the bytes of an event log, where texts are UTF-16 at any place, and some are of single bytes.
    pub fn lets_binary_through(&self, bytes: &[u8]) -> bool {
        self.is_open()
            || bytes.get(1..).is_some_and(|odd| self.next(odd, Units::Utf16Le, 0).is_some())
            || self.next(bytes, Units::Utf16Le, 0).is_some()
            || self.next(bytes, Units::Bytes, 0).is_some()
            || self.wide.as_ref().is_none_or(|wide| wide.is_match(bytes))
    }

    /// Whether a decoded record may match.
    pub fn lets_through(&self, text: &str) -> bool {
        // A line break may stand inside a word; so may one that was escaped, which folding alone would take for the letter n.
        if memmem::find(text.as_bytes(), br"\n").is_some() && self.may_match(&text::folded(text)) {
            return true;
        }
        if text.is_ascii() && !text.contains(['\n', '\0']) {
            self.is_open() || self.next(text.as_bytes(), Units::Bytes, 0).is_some()
        } else {
            self.may_match(text)
        }
    }

    /// Whether a decoded text may match: the thorough way, for any letters and any wraps.
    pub fn may_match(&self, text: &str) -> bool {
        self.open
            || self.bare.iter().any(|bare| text.contains(bare))
            || self.folded.as_ref().is_none_or(|folded| folded.is_match(&fold(text)))
    }

    /// Whether a fragment stands across the seam of two lines.
    pub fn seam(&self, before: &str, behind: &str) -> bool {
        const REACH: usize = fragment::LENGTH - 1;
        let Some(folded) = &self.folded else { return true };
        let before = fold(before);
        let behind = fold(behind);
        let start = before.char_indices().rev().nth(REACH - 1).map_or(0, |(at, _)| at);
        let end = behind.char_indices().nth(REACH).map_or(behind.len(), |(at, _)| at);
        folded.is_match(&format!("{}{}", &before[start..], &behind[..end]))
    }
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}
