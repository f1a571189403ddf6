//! When findings happened, in a bounded number of buckets that widen as the time between the first and the last grows.
//!
//! A wider bucket always holds whole narrower ones, and the width depends on nothing but the first and the last moment: the
//! order of the findings does not show.

use crate::record::Time;
use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};

/// Buckets that a histogram has at most.
pub const MOST_BUCKETS: i32 = 60;

/// Widths in minutes; each divides the next. A week begins on Monday.
const WIDTHS: [i64; 18] = [
    1,
    5,
    15,
    30,
    60,
    3 * 60,
    6 * 60,
    12 * 60,
    DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    84 * DAY,
    168 * DAY,
    336 * DAY,
    10 * 336 * DAY,
    50 * 336 * DAY,
    100 * 336 * DAY,
];

const DAY: i64 = 24 * 60;

/// A Monday.
const ORIGIN: DateTime = DateTime::constant(1970, 1, 5, 0, 0, 0, 0);

/// Findings over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The number of the width.
    level: u8,
    /// Number and count of each bucket that is not empty, in order.
    buckets: Vec<(i32, u32)>,
}

/// The buckets that several histograms are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    level: u8,
    first: i32,
    /// How many there are.
    pub len: usize,
}

impl Histogram {
    /// Counts a moment.
    pub fn add(&mut self, time: Time) {
        self.put(minute(time), 1, 0);
    }

    /// Takes over what another part of the work counted.
    pub fn merge(&mut self, other: &Self) {
        for &(number, count) in &other.buckets {
            self.put(number, count, other.level);
        }
    }

    /// The buckets from the first to the last finding.
    pub fn range(&self) -> Option<Range> {
        let (first, last) = (self.buckets.first()?.0, self.buckets.last()?.0);
        Some(Range { level: self.level, first, len: usize::try_from(last - first + 1).unwrap_or(0) })
    }

    /// The counts in these buckets, which must not be narrower than this histogram's own.
    pub fn counts(&self, range: Range) -> Vec<u64> {
        let mut counts = vec![0; range.len];
        for &(number, count) in &self.buckets {
            let number = widened(number, self.level, range.level);
            if let Some(slot) = usize::try_from(number - range.first).ok().and_then(|at| counts.get_mut(at)) {
                *slot += u64::from(count);
            }
        }
        counts
    }

    /// Counts in a bucket of a level that may differ from this one's.
    fn put(&mut self, number: i32, count: u32, level: u8) {
        if level > self.level {
            self.widen(level);
        }
        let mut number = widened(number, level, self.level);
        while self.buckets.first().is_some_and(|b| number - b.0 >= MOST_BUCKETS)
            || self.buckets.last().is_some_and(|b| b.0 - number >= MOST_BUCKETS)
        {
            // The widest level holds the whole time that a bucket's number can say, so this ends.
            let wider = self.level + 1;
            number = widened(number, self.level, wider);
            self.widen(wider);
        }
        match self.buckets.binary_search_by_key(&number, |b| b.0) {
            Ok(at) => self.buckets[at].1 = self.buckets[at].1.saturating_add(count),
            Err(at) => self.buckets.insert(at, (number, count)),
        }
    }

    fn widen(&mut self, level: u8) {
        let from = self.level;
        self.level = level;
        for bucket in &mut self.buckets {
            bucket.0 = widened(bucket.0, from, level);
        }
        self.buckets.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = earlier.1.saturating_add(later.1);
            }
            same
        });
    }
}

impl Range {
    /// How long a bucket is, in minutes.
    pub fn minutes(self) -> i64 {
        width(self.level)
    }

    /// When a bucket begins; the one behind the last says when that ends.
    pub fn start(self, bucket: usize) -> Option<DateTime> {
        let number = i64::from(self.first).checked_add(i64::try_from(bucket).ok()?)?;
        ORIGIN.checked_add((number.checked_mul(width(self.level))?).minutes()).ok()
    }
}

fn width(level: u8) -> i64 {
    WIDTHS.get(usize::from(level)).copied().unwrap_or(WIDTHS[WIDTHS.len() - 1])
}

/// The number of the wider bucket that holds a bucket.
fn widened(number: i32, from: u8, to: u8) -> i32 {
    let factor = i32::try_from(width(to) / width(from)).unwrap_or(i32::MAX);
    number.div_euclid(factor)
}

/// A moment in minutes, within the four thousand years that a bucket's number can say.
fn minute(time: Time) -> i32 {
    let since: SignedDuration = time.at.duration_since(ORIGIN);
    let minutes = since.as_secs().div_euclid(60);
    i32::try_from(minutes.clamp(i64::from(i32::MIN / 2), i64::from(i32::MAX / 2))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time { at: text.parse().expect("a time"), utc: true }
    }

    #[test]
    fn buckets_widen_until_they_fit() {
        let mut histogram = Histogram::default();
        histogram.add(time("2026-11-20T10:00:30"));
        histogram.add(time("2026-11-20T10:59:59"));
        let range = histogram.range().expect("buckets");
        assert_eq!((range.minutes(), range.len), (1, 60));
        histogram.add(time("2026-11-22T09:00"));
        let range = histogram.range().expect("buckets");
        assert_eq!((range.minutes(), range.len), (60, 48));
        assert_eq!(range.start(0), Some("2026-11-20T10:00:00".parse().expect("a time")));
        assert_eq!(histogram.counts(range).iter().sum::<u64>(), 3);
    }

    #[test]
    fn the_ends_of_time_fit() {
        let mut histogram = Histogram::default();
        for text in ["-009999-01-01T00:00", "9999-12-31T23:59:59", "2026-11-20T10:00"] {
            histogram.add(time(text));
        }
        let range = histogram.range().expect("buckets");
        assert!(range.len <= 60);
        assert!(range.len > 1);
        assert_eq!(histogram.counts(range).iter().sum::<u64>(), 3);
    }

    #[test]
    fn every_width_divides_the_next() {
        assert!(WIDTHS.windows(2).all(|pair| pair[1] % pair[0] == 0));
    }

    #[test]
    fn weeks_begin_on_monday() {
        let mut histogram = Histogram::default();
        histogram.add(time("2025-11-19T10:00"));
        histogram.add(time("2026-11-18T10:00"));
        let range = histogram.range().expect("buckets");
        assert_eq!(range.minutes(), 7 * DAY);
        assert_eq!(range.start(0), Some("2025-11-17T00:00:00".parse().expect("a time")));
    }
}
