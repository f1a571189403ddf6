//! Anchors that are too short for a gram, such as the number of a wizard's error.

use super::gram::Units;
use aho_corasick::{AhoCorasick, BuildError, Input};
use std::collections::{BTreeMap, BTreeSet};

/// How many letters of an anchor are searched for, in all their spellings: so few that the search is done by vector instructions.
const PART: usize = 4;

/// Finds short anchors, in capitals or not.
#[derive(Debug)]
pub(super) struct Short {
    /// By [`Units`].
    encodings: [Encoding; 3],
}

/// The anchors in one encoding.
#[derive(Debug)]
struct Encoding {
    parts: AhoCorasick,
    /// Of which anchors a part is one, and where in them it stands, in bytes.
    places: Vec<Vec<(usize, usize)>>,
    anchors: Vec<Vec<u8>>,
}

impl Short {
    /// A searcher for anchors of ASCII letters.
    ///
    /// # Errors
    ///
    /// When there are too many for any searcher.
    pub fn new(anchors: &BTreeSet<String>) -> Result<Self, BuildError> {
        let build = |unit: fn(u8) -> Vec<u8>| Encoding::new(anchors, unit);
        let encodings =
            [build(|letter| vec![letter])?, build(|letter| vec![letter, 0])?, build(|letter| vec![0, letter])?];
        Ok(Self { encodings })
    }

    /// Where the first anchor begins among some bytes.
    pub fn find(&self, bytes: &[u8], units: Units) -> Option<usize> {
        self.encodings[units as usize].find(bytes)
    }
}

impl Encoding {
    fn new(anchors: &BTreeSet<String>, unit: fn(u8) -> Vec<u8>) -> Result<Self, BuildError> {
        let encode = |letters: &[u8]| letters.iter().copied().flat_map(unit).collect::<Vec<u8>>();
        let width = unit(b'x').len();
        let mut parts: BTreeMap<Vec<u8>, Vec<(usize, usize)>> = BTreeMap::new();
        for (number, anchor) in anchors.iter().enumerate() {
            let letters = |part: &[u8]| part.iter().filter(|b| b.is_ascii_alphabetic()).count();
            // Digits have no case.
            let (at, part) = (0..)
                .zip(anchor.as_bytes().windows(PART))
                .min_by_key(|(_, part)| letters(part))
                .unwrap_or((0, anchor.as_bytes()));
            for spelling in spellings(part) {
                parts.entry(encode(&spelling)).or_default().push((number, at * width));
            }
        }
        let anchors = anchors.iter().map(|anchor| encode(anchor.as_bytes())).collect();
        Ok(Self { parts: AhoCorasick::new(parts.keys())?, places: parts.into_values().collect(), anchors })
    }

    fn find(&self, bytes: &[u8]) -> Option<usize> {
        let mut from = 0;
        while let Some(part) = self.parts.find(Input::new(bytes).range(from..)) {
            let begins = |(anchor, at): &(usize, usize)| {
                let start = part.start().checked_sub(*at)?;
                let whole = bytes.get(start..start + self.anchors[*anchor].len())?;
                whole.eq_ignore_ascii_case(&self.anchors[*anchor]).then_some(start)
            };
            if let Some(start) = self.places[part.pattern()].iter().filter_map(begins).min() {
                return Some(start);
            }
            from = part.start() + 1;
        }
        None
    }
}

/// A few letters, each small and as a capital.
fn spellings(letters: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for letter in letters {
        let mut cases = vec![letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
        cases.dedup();
        all = all
            .iter()
            .flat_map(|before| cases.iter().map(move |case| [before.as_slice(), &[*case]].concat()))
            .collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_anchor_is_found_in_every_spelling_and_encoding() {
        let short = Short::new(&["hcw8126", "spn", "abcd1"].map(str::to_owned).into()).expect("a searcher");
        for (anchor, before) in
            [("HCW8126", "hcw812 8126 "), ("hCw8126", ""), ("SpN", "sp n "), ("Abcd1", "1 abcd abcd2 ")]
        {
            let text = format!("{before}{anchor}, 8126");
            let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
            assert_eq!(short.find(text.as_bytes(), Units::Bytes), Some(before.len()), "{text}");
            assert_eq!(short.find(&utf16(u16::to_le_bytes), Units::Utf16Le), Some(2 * before.len()), "{text}");
            assert_eq!(short.find(&utf16(u16::to_be_bytes), Units::Utf16Be), Some(2 * before.len()), "{text}");
        }
        assert_eq!(short.find(b"hcw812, 8126, sp", Units::Bytes), None);
    }
}
