//! The forms of numbers and times, and the columns of a table on a terminal.

use crate::report::sanitize::printable;
use crate::report::template::one_line;
use serde::Serialize;

/// Sparklines from nothing to the most.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The same for a console that has no such letters.
const SIGNS: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '#', '@'];

/// A sparkline of at most `width` letters.
pub(super) fn spark(counts: &[u64], width: usize, ascii: bool) -> String {
    let together = counts.len().div_ceil(width.max(1)).max(1);
    let sums: Vec<u64> = counts.chunks(together).map(|part| part.iter().sum()).collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let letters = if ascii { SIGNS } else { BLOCKS };
    let letter = |count: u64| {
        let height = u64::try_from(u128::from(count) * 8).unwrap_or(u64::MAX).div_ceil(most);
        letters[usize::try_from(height).unwrap_or(8).min(8)]
    };
    sums.into_iter().map(letter).collect::<String>().trim_end().to_owned()
}

/// A number with a comma at every thousand.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes in the unit that people say.
pub(super) fn bytes(number: u64) -> String {
    let mut size = number as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 999.5 {
            return match unit {
                "bytes" => format!("{number} {unit}"),
                _ if size < 9.95 => format!("{size:.1} {unit}"),
                _ => format!("{size:.0} {unit}"),
            };
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

/// How long so many minutes are, as a number and a unit.
pub(super) fn duration(minutes: i64) -> (i64, &'static str) {
    for (unit, name) in [(7 * 24 * 60, "week"), (24 * 60, "day"), (60, "hour")] {
        if minutes >= unit && minutes % unit == 0 {
            return (minutes / unit, name);
        }
    }
    (minutes, "minute")
}

/// How moments are written in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Moment {
    /// `2026-11-22 10:03`
    Whole,
    /// `11-22 10:03`, where all are of one year.
    Time,
    /// `2026-11-22`
    Date,
}

/// A moment as it is printed (ISO 8601), in fewer letters.
pub(super) fn moment(time: &str, form: Moment) -> String {
    let part = match form {
        Moment::Whole => time.get(..16),
        Moment::Time => time.get(5..16),
        Moment::Date => time.get(..10),
    };
    part.unwrap_or(time).replace('T', " ")
}

/// The columns of the table on a terminal.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Columns {
    /// The number of findings.
    pub count: usize,
    /// A moment.
    pub moment: usize,
    /// How it is written.
    #[serde(skip)]
    pub form: Moment,
    /// The sparkline; 0 where it has a line of its own.
    pub spark: usize,
    /// A sparkline with a line of its own.
    pub below: usize,
}

/// What stands in a line besides the count, the moments and the sparkline: indentation, two numbers, the blanks between.
const FIXED: usize = 3 + 2 + 2 + 2 + 7 + 2 + 9 + 2;

/// A shorter sparkline says nothing.
const SHORTEST_SPARK: usize = 8;

impl Columns {
    /// The columns that fit: whole moments where there is room, and a sparkline of what is left.
    pub(super) fn new(width: usize, most: u64, one_year: bool, buckets: usize) -> Self {
        let count = number(most).len().max(5);
        let short = if one_year { Moment::Time } else { Moment::Date };
        let room = |moment: usize| width.saturating_sub(FIXED + count + 2 * moment);
        let (form, moment) = if room(16) >= buckets.min(20) { (Moment::Whole, 16) } else { (short, 11) };
        let spark = room(moment).min(buckets.max(SHORTEST_SPARK));
        Self {
            count,
            moment,
            form,
            spark: if spark < SHORTEST_SPARK { 0 } else { spark },
            below: width.saturating_sub(6).min(60),
        }
    }
}

/// A text on one line of exactly this many letters or more, at the left or at the right.
pub(super) fn pad(text: &str, width: usize, right: bool) -> String {
    let text = one_line(&printable(text));
    let blanks = " ".repeat(width.saturating_sub(text.chars().count()));
    if right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_shows_the_least_and_the_most() {
        assert_eq!(spark(&[0, 1, 4, 8], 8, false), " ▁▄█");
        assert_eq!(spark(&[0, 1, 4, 8], 8, true), " .=@");
        assert_eq!(spark(&[1, 0, 1000, 1000], 2, false), "▁█");
        assert_eq!(spark(&[], 8, false), "");
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!((number(0), number(999), number(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
        assert_eq!(
            (bytes(512), bytes(1_500), bytes(12_345_678)),
            ("512 bytes".into(), "1.5 kB".into(), "12 MB".into())
        );
        assert_eq!((duration(30), duration(180), duration(20_160)), ((30, "minute"), (3, "hour"), (2, "week")));
    }

    #[test]
    fn the_columns_fit_into_the_width() {
        for width in [60, 66, 80, 100, 120] {
            let columns = Columns::new(width, 123_456, true, 60);
            assert!(
                FIXED + columns.count + 2 * columns.moment + columns.spark <= width.max(61),
                "{width}: {columns:?}"
            );
        }
        assert_eq!(Columns::new(60, 5, true, 60).spark, 0);
    }
}
