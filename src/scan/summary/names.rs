//! Distinct names with their counts, in bounded memory and without an order of arrival.
//!
//! Every name has a fixed hash, and a list keeps the names with the smallest hashes. A name that belongs to them at the end has
//! belonged to them since it was first seen, so its count is exact, and neither the order of the findings nor the way in which
//! the work was divided shows. The price: among more names than fit, the most frequent one can be missing. The list then says
//! that it is not whole, and its hashes tell about how many names there are.

use crate::digest;
use std::cmp::Ordering;

/// What is longer is cut; a name of a megabyte is no name.
const MOST_CHARS: usize = 200;

/// Below so many names an estimate is no better than "more than".
const ENOUGH_TO_ESTIMATE: usize = 100;

/// Names, and what is known about each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names<V> {
    /// By hash.
    entries: Vec<Entry<V>>,
    /// Whether a name did not fit.
    overflowed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry<V> {
    hash: u64,
    name: Box<str>,
    value: V,
}

/// How many distinct things there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Distinct {
    /// How many; where that is not exact, about how many, or a number that is surely exceeded.
    pub count: u64,
    /// How the number is meant.
    #[serde(rename = "precision")]
    pub precision: Precision,
}

/// How a number is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// It is the number.
    Exact,
    /// It is near the number.
    About,
    /// The number is larger.
    MoreThan,
}

impl<V> Default for Names<V> {
    fn default() -> Self {
        Self { entries: Vec::new(), overflowed: false }
    }
}

impl<V> Names<V> {
    /// How many names are kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The names that are kept.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.iter().map(|entry| (&*entry.name, &entry.value))
    }

    /// How many names there are, those that were not kept included.
    pub fn distinct(&self) -> Distinct {
        let kept = self.entries.len();
        let exact = Distinct { count: kept as u64, precision: Precision::Exact };
        match self.entries.last() {
            _ if !self.overflowed => exact,
            Some(last) if kept >= ENOUGH_TO_ESTIMATE => {
                // Hashes are spread evenly: the share of all hashes that is used up says how many names stand behind them.
                let all = (kept as u128 - 1) * (1 << 64) / u128::from(last.hash.max(1));
                Distinct { count: two_digits(u64::try_from(all).unwrap_or(u64::MAX)), precision: Precision::About }
            }
            _ => Distinct { precision: Precision::MoreThan, ..exact },
        }
    }

    /// What is known about a name. Nothing where it does not fit into `most`.
    pub fn entry(&mut self, name: &str, most: usize) -> Option<&mut V>
    where
        V: Default,
    {
        let hash = hash(name);
        let name = cut(name);
        let at = match self.find(hash, name) {
            Ok(at) => {
                // One spelling of several, whichever came first.
                let known = &mut self.entries[at].name;
                if name < &**known {
                    *known = name.into();
                }
                at
            }
            Err(at) if at >= most => {
                self.overflowed = true;
                return None;
            }
            Err(at) => {
                self.entries.insert(at, Entry { hash, name: name.into(), value: V::default() });
                self.trim(most);
                at
            }
        };
        self.entries.get_mut(at).map(|entry| &mut entry.value)
    }

    /// Takes over what another part of the work knows.
    pub fn merge(&mut self, other: Self, most: usize, mut join: impl FnMut(&mut V, V)) {
        self.overflowed |= other.overflowed;
        let mine = std::mem::take(&mut self.entries);
        let mut all = Vec::with_capacity(mine.len().max(other.entries.len()));
        let (mut left, mut right) = (mine.into_iter().peekable(), other.entries.into_iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) => order((a.hash, &a.name), (b.hash, &b.name)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let first = if order.is_le() { left.next() } else { right.next() };
            let Some(mut first) = first else { break };
            if order.is_eq()
                && let Some(same) = right.next()
            {
                first.name = first.name.min(same.name);
                join(&mut first.value, same.value);
            }
            all.push(first);
        }
        self.entries = all;
        self.trim(most);
    }

    /// Keeps no more than this.
    pub fn trim(&mut self, most: usize) {
        if self.entries.len() > most {
            self.entries.truncate(most);
            self.overflowed = true;
        }
    }

    /// What is known about every name that is kept.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|entry| &mut entry.value)
    }

    fn find(&self, hash: u64, name: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| order((entry.hash, &entry.name), (hash, name)))
    }
}

/// The largest share for each of several lists with which they fit into `budget`, at most `most`. Lists that are shorter leave
/// the rest of their share to the others.
pub fn share(lengths: &[usize], most: usize, budget: usize) -> usize {
    let needed = |share: usize| lengths.iter().map(|len| share.min(*len)).sum::<usize>();
    let (mut fits, mut too_much) = (1, most + 1);
    while too_much - fits > 1 {
        let middle = fits + (too_much - fits) / 2;
        if needed(middle) <= budget { fits = middle } else { too_much = middle }
    }
    fits
}

/// By hash, and then by the name in any case.
fn order(a: (u64, &str), b: (u64, &str)) -> Ordering {
    let bytes = |name: &'_ str| name.bytes().map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
    a.0.cmp(&b.0).then_with(|| {
        // Nearly always the same name; only two names with one hash are worth more work.
        if a.1.eq_ignore_ascii_case(b.1) { Ordering::Equal } else { bytes(a.1).cmp(&bytes(b.1)) }
    })
}

/// The same in every run and on every machine, whatever the case of the letters.
pub fn hash(text: &str) -> u64 {
    digest::of(text.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// The beginning of a name.
fn cut(name: &str) -> &str {
    name.char_indices().nth(MOST_CHARS).map_or(name, |(at, _)| &name[..at])
}

/// An estimate has no more digits than it is sure of.
fn two_digits(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    (number / unit).saturating_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_once_in_any_case() {
        let mut names = Names::<u64>::default();
        for name in ["ex01", "EX01", "Ex02"] {
            *names.entry(name, 10).expect("room") += 1;
        }
        let mut counts: Vec<_> = names.iter().collect();
        counts.sort();
        assert_eq!(counts, [("EX01", &2), ("Ex02", &1)]);
    }

    #[test]
    fn what_does_not_fit_is_estimated() {
        let mut names = Names::<u64>::default();
        for number in 0..50_000 {
            if let Some(count) = names.entry(&format!("user{number}@contoso.com"), 2_000) {
                *count += 1;
            }
        }
        assert_eq!(names.len(), 2_000);
        let distinct = names.distinct();
        assert_eq!(distinct.precision, Precision::About);
        assert!((45_000..=55_000).contains(&distinct.count), "{distinct:?}");
    }

    #[test]
    fn short_lists_leave_their_share_to_long_ones() {
        assert_eq!(share(&[2, 3, 100, 100], 1_000, 65), 30);
        assert_eq!(share(&[2, 3], 1_000, 65), 1_000);
        assert_eq!(share(&[9; 10], 1_000, 5), 1, "every list keeps something");
    }
}
