//! A table of grams, and the search that asks it at every fourth place.

use super::fragment::{LENGTH, Long};
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// How many letters a gram has.
pub(super) const GRAM: usize = 5;

/// The distance of the places that are looked at: every fragment holds a whole gram that begins at one of them.
const STRIDE: usize = LENGTH - GRAM + 1;

/// Makes letters of ASCII lower case, and leaves digits and blanks alone. What it does to other bytes is the same on both sides.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// How a file's bytes make letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// One byte each.
    Bytes = 0,
    /// Two bytes, the low one first.
    Utf16Le = 1,
    /// Two bytes, the high one first.
    Utf16Be = 2,
}

impl Units {
    /// The bytes of a letter of ASCII.
    pub fn width(self) -> usize {
        if self == Self::Bytes { 1 } else { 2 }
    }
}

/// The grams of all fragments.
#[derive(Debug)]
pub(super) struct Grams {
    /// A bit for every hash of a gram. Bits are few against the places, so most places end here.
    bits: Vec<u64>,
    shift: u32,
    /// Where in which fragment a gram stands.
    places: HashMap<u64, Vec<(u32, u8)>, BuildHasherDefault<Multiply>>,
    fragments: Vec<Long>,
}

/// Hashes a gram by one multiplication. Who writes a log knows no secret by which grams could be made to collide: they come from rules.
#[derive(Debug, Default)]
pub(super) struct Multiply(u64);

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        let product = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ product >> 32;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A gram as a number.
pub(super) fn key(gram: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..GRAM].copy_from_slice(&gram[..GRAM]);
    (u64::from_le_bytes(bytes) | LOWER) & MASK
}

/// A fragment as a number, without its case.
pub(super) fn eight(fragment: &[u8]) -> u64 {
    first(fragment) | LOWER
}

const MASK: u64 = (1 << (8 * GRAM)) - 1;

impl Grams {
    pub fn new(fragments: &BTreeSet<Long>) -> Self {
        let fragments: Vec<Long> = fragments.iter().map(|f| (u64::from_le_bytes(*f) | LOWER).to_le_bytes()).collect();
        let mut places: HashMap<u64, Vec<(u32, u8)>, BuildHasherDefault<Multiply>> = HashMap::default();
        for (fragment, number) in fragments.iter().zip(0..) {
            for (gram, offset) in fragment.windows(GRAM).zip(0..) {
                places.entry(key(gram)).or_default().push((number, offset));
            }
        }
        // Some 256 bits for every gram: 8 KiB for the shipped rules, half a megabyte for thousands.
        let size = (places.len() * 256).next_power_of_two().clamp(1 << 16, 1 << 22);
        let shift = 64 - size.trailing_zeros();
        let mut bits = vec![0u64; size / 64];
        for gram in places.keys() {
            let bit = hash(*gram, shift);
            bits[bit >> 6] |= 1 << (bit & 63);
        }
        Self { bits, shift, places, fragments }
    }

    /// The first fragment of which a part stands at `from` or behind it, in bytes.
    pub fn next(&self, bytes: &[u8], units: Units, from: usize) -> Option<usize> {
        if self.fragments.is_empty() {
            return None;
        }
        match units {
            Units::Bytes => self.search::<Bytes>(bytes, from),
            Units::Utf16Le => self.search::<LittleEndian>(bytes, from),
            Units::Utf16Be => self.search::<BigEndian>(bytes, from),
        }
    }

    fn search<L: Letters>(&self, bytes: &[u8], from: usize) -> Option<usize> {
        /// How many places are looked at before anybody asks whether one of them was of interest.
        const ROUND: usize = 8;
        let step = STRIDE * L::WIDTH;
        let reach = step * (ROUND - 1) + LENGTH * L::WIDTH;
        let mut at = from;
        while let Some(window) = bytes.get(at..at + reach) {
            let mut any = 0;
            for place in 0..ROUND {
                any |= self.bit(L::eight(&window[place * step..place * step + LENGTH * L::WIDTH]));
            }
            if any & 1 == 1
                && let Some(found) = (0..ROUND).find_map(|place| self.confirm::<L>(bytes, at + place * step))
            {
                return Some(found);
            }
            at += ROUND * step;
        }
        while at < bytes.len() {
            if let Some(found) = self.confirm::<L>(bytes, at) {
                return Some(found);
            }
            at += step;
        }
        None
    }

    /// The bit of the gram that begins eight letters, as the lowest bit.
    fn bit(&self, eight: u64) -> u64 {
        let bit = hash((eight | LOWER) & MASK, self.shift);
        // The table has as many bits as the hash has values.
        self.bits.get(bit >> 6).copied().unwrap_or(0) >> (bit & 63)
    }

    /// Where the fragment begins whose gram stands here, if it stands here whole.
    fn confirm<L: Letters>(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let gram = (L::padded(bytes.get(at..)?) | LOWER) & MASK;
        if self.bit(gram) & 1 == 0 {
            return None;
        }
        let begins = |(number, offset): &(u32, u8)| {
            let start = at.checked_sub(usize::from(*offset) * L::WIDTH)?;
            let letters = bytes.get(start..start + LENGTH * L::WIDTH)?;
            let same = (L::eight(letters) | LOWER).to_le_bytes() == self.fragments[*number as usize];
            same.then_some(start)
        };
        self.places.get(&gram)?.iter().filter_map(begins).min()
    }
}

fn hash(gram: u64, shift: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize
}

/// Letters of ASCII in an encoding. Of any other letter a byte is taken that means nothing.
trait Letters {
    /// Bytes of a letter.
    const WIDTH: usize;

    /// The first eight letters, the first in the lowest byte.
    fn eight(bytes: &[u8]) -> u64;

    /// The same where there may be fewer than eight.
    fn padded(bytes: &[u8]) -> u64 {
        let mut all = [0; 16];
        let len = bytes.len().min(LENGTH * Self::WIDTH);
        all[..len].copy_from_slice(&bytes[..len]);
        Self::eight(&all[..LENGTH * Self::WIDTH])
    }
}

struct Bytes;
struct LittleEndian;
struct BigEndian;

impl Letters for Bytes {
    const WIDTH: usize = 1;

    fn eight(bytes: &[u8]) -> u64 {
        first(bytes)
    }
}

impl Letters for LittleEndian {
    const WIDTH: usize = 2;

    fn eight(bytes: &[u8]) -> u64 {
        narrow(first(bytes)) | narrow(first(&bytes[8..])) << 32
    }
}

impl Letters for BigEndian {
    const WIDTH: usize = 2;

    fn eight(bytes: &[u8]) -> u64 {
        narrow(first(bytes) >> 8) | narrow(first(&bytes[8..]) >> 8) << 32
    }
}

/// The first eight bytes; the callers have that many.
fn first(bytes: &[u8]) -> u64 {
    bytes.first_chunk::<8>().map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// The low bytes of four units of two bytes.
fn narrow(four: u64) -> u64 {
    let pairs = four & 0x00ff_00ff_00ff_00ff;
    let pairs = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    (pairs | pairs >> 16) & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grams(fragments: &[&Long]) -> Grams {
        Grams::new(&fragments.iter().map(|f| **f).collect())
    }

    #[test]
    fn a_fragment_is_found_at_every_place_and_in_every_encoding() {
        let grams = grams(&[b"ambiguou", b"timed ou"]);
        for fragment in ["AmbiguoU", "timed ou"] {
            for before in 0..70 {
                for behind in [0, 1, 9, 40] {
                    let text = format!("{}{fragment}{}", "x".repeat(before), "y".repeat(behind));
                    let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
                    assert_eq!(grams.next(text.as_bytes(), Units::Bytes, 0), Some(before), "{text}");
                    assert_eq!(grams.next(&utf16(u16::to_le_bytes), Units::Utf16Le, 0), Some(2 * before), "{text}");
                    assert_eq!(grams.next(&utf16(u16::to_be_bytes), Units::Utf16Be, 0), Some(2 * before), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_part_of_a_fragment_is_none() {
        let grams = grams(&[b"ambiguou"]);
        for text in ["ambiguo", "ambiguxu ambiguo", "mbiguous", "", "a"] {
            assert_eq!(grams.next(text.as_bytes(), Units::Bytes, 0), None, "{text}");
        }
    }

    #[test]
    fn the_search_goes_on_where_it_is_told() {
        let grams = grams(&[b"ambiguou"]);
        let text = b"ambiguous, ambiguous";
        assert_eq!(grams.next(text, Units::Bytes, 9), Some(11));
        assert_eq!(grams.next(text, Units::Bytes, 15), None);
    }
}
