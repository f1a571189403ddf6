//! Times as Windows, Exchange and the collectors print them.

use crate::record::Time;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// In which order a date with slashes names day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `3/17/2022`
    MonthFirst,
    /// `17/03/2022`
    DayFirst,
}

/// Reads a time: ISO 8601 with any separators (`2022-03-17T09:45:01.123Z`, `2017.10.23 11:39:57.693`), JSON's
/// `/Date(1647506701000)/`, or a date as a person's settings print it (`3/17/2022 9:45:01 AM`, `17.03.2022 09:45:01`).
///
/// A text without zone is local time unless `utc` says that this format always means UTC. A date with slashes or dashes that can
/// be read both ways is read in `order`; nothing where that is not known.
pub fn parse(text: &str, utc: bool, order: Option<DateOrder>) -> Option<Time> {
    let text = text.trim().trim_matches(['"', '\'']);
    if let Some(at) = text.find("Date(") {
        let digits: String = text[at + 5..].chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
        let timestamp = Timestamp::from_millisecond(digits.parse().ok()?).ok()?;
        return Some(Time { at: TimeZone::UTC.to_datetime(timestamp), utc: true });
    }
    let (numbers, rest) = numbers(text);
    let rest = rest.trim();
    let [a, b, c, ..] = numbers[..] else { return None };
    let clock = |n: usize| numbers.get(n).map_or(0, |number| number.value);
    let (year, month, day) = if a.digits == 4 {
        (a, b, c)
    } else if c.digits == 4 {
        match order_of(a.value, b.value, a.behind).or(order)? {
            DateOrder::MonthFirst => (c, a, b),
            DateOrder::DayFirst => (c, b, a),
        }
    } else {
        return None;
    };
    let mut hour = clock(3);
    let lower = rest.to_ascii_lowercase();
    if lower.starts_with("pm") || lower.starts_with("p.m") {
        hour = if hour < 12 { hour + 12 } else { hour };
    } else if (lower.starts_with("am") || lower.starts_with("a.m")) && hour == 12 {
        hour = 0;
    }
    let at = DateTime::new(
        i16::try_from(year.value).ok()?,
        i8::try_from(month.value).ok()?,
        i8::try_from(day.value).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(clock(4)).ok()?,
        i8::try_from(clock(5)).ok()?,
        0,
    )
    .ok()?;
    match rest.chars().next() {
        Some('Z' | 'z') => Some(Time { at, utc: true }),
        Some(sign @ ('+' | '-')) => {
            let (offset, _) = self::numbers(&rest[1..]);
            let minutes = match offset[..] {
                [all] if all.digits == 4 => all.value / 100 * 60 + all.value % 100,
                [hours] => hours.value * 60,
                [hours, minutes, ..] => hours.value * 60 + minutes.value,
                [] => return None,
            };
            let minutes = i64::from(minutes) * if sign == '+' { 1 } else { -1 };
            at.checked_sub(minutes.minutes()).ok().map(|at| Time { at, utc: true })
        }
        _ => Some(Time { at, utc }),
    }
}

/// The order that a date shows by itself; nothing where it can be read both ways or is no date of this kind.
pub fn order(text: &str) -> Option<DateOrder> {
    let (numbers, _) = numbers(text.trim());
    match numbers[..] {
        [a, b, c, ..] if a.digits < 4 && c.digits == 4 => order_of(a.value, b.value, a.behind),
        _ => None,
    }
}

/// Dots stand in dates that begin with the day; a number above 12 is no month.
fn order_of(a: u32, b: u32, separator: u8) -> Option<DateOrder> {
    match (a, b) {
        (13.., _) => Some(DateOrder::DayFirst),
        (_, 13..) => Some(DateOrder::MonthFirst),
        _ if separator == b'.' => Some(DateOrder::DayFirst),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
struct Number {
    value: u32,
    digits: usize,
    behind: u8,
}

/// Up to seven numbers from the beginning of a text, and what follows them. A fraction of a second is read as the seventh.
fn numbers(text: &str) -> (Vec<Number>, &str) {
    let bytes = text.as_bytes();
    let mut numbers: Vec<Number> = Vec::with_capacity(7);
    let mut at = 0;
    while numbers.len() < 7 {
        let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            break;
        }
        let value = text[at..at + digits.min(9)].parse().unwrap_or(u32::MAX);
        at += digits;
        let behind = bytes.get(at).copied().unwrap_or(0);
        numbers.push(Number { value, digits, behind });
        let separator = match numbers.len() {
            1 | 2 => matches!(behind, b'-' | b'/' | b'.'),
            3 => matches!(behind, b' ' | b'T' | b't' | b',' | b'_'),
            4 | 5 => matches!(behind, b':' | b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
            _ => matches!(behind, b'.' | b',') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        };
        if !separator {
            break;
        }
        at += 1;
        if numbers.len() == 3 {
            at += bytes[at..].iter().take_while(|b| **b == b' ').count();
        }
    }
    (numbers, &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, expected: &str) {
        assert_eq!(parse(text, false, None).map(|t| t.to_string()).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn every_form_that_the_formats_print_is_read() {
        reads("2020-10-01T09:00:02.443Z", "2020-10-01T09:00:02Z");
        reads("2023-05-31T09:12:44.1230000Z", "2023-05-31T09:12:44Z");
        reads("2017.10.23 11:39:57.693", "2017-10-23T11:39:57");
        reads("2020-10-29T09:02:11.000", "2020-10-29T09:02:11");
        reads("3/17/2022 9:45:01 AM", "2022-03-17T09:45:01");
        reads("3/17/2022 12:05:01 AM", "2022-03-17T00:05:01");
        reads("3/17/2022 9:45:01\u{202f}PM", "2022-03-17T21:45:01");
        reads("17.03.2022 09:45:01", "2022-03-17T09:45:01");
        reads("03.04.2022 09:45:01", "2022-04-03T09:45:01");
        reads("17-03-2022 09:45:01", "2022-03-17T09:45:01");
        reads("17/03/2022 09:45:01", "2022-03-17T09:45:01");
        reads("2022-03-17T09:45:01+01:00", "2022-03-17T08:45:01Z");
        reads("2022-03-17T09:45:01.5-0530", "2022-03-17T15:15:01Z");
        reads("\"\\/Date(1647506701000)\\/\"", "2022-03-17T08:45:01Z");
        reads("2026-11-22", "2026-11-22T00:00:00");
    }

    #[test]
    fn a_date_that_can_be_read_both_ways_needs_the_order() {
        assert_eq!(parse("3/4/2022 9:45:01", false, None), None);
        let read = |order| parse("3/4/2022 9:45:01", false, Some(order)).map(|t| t.to_string());
        assert_eq!(read(DateOrder::MonthFirst).as_deref(), Some("2022-03-04T09:45:01"));
        assert_eq!(read(DateOrder::DayFirst).as_deref(), Some("2022-04-03T09:45:01"));
        assert_eq!(order("3/17/2022"), Some(DateOrder::MonthFirst));
        assert_eq!(order("3/7/2022"), None);
        assert_eq!(order("2022-03-17"), None);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "x", "12", "99/99/2022 1:2:3", "1.2.3", "2022-13-01", "/Date(x)/", "9999999999-1-1"] {
            assert_eq!(parse(text, true, Some(DateOrder::DayFirst)), None, "{text}");
        }
    }
}
