//! `--since` and `--until`

use crate::record::Time;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// What can be written.
const FORMS: &str = "write 2026-11-22, 2026-11-22T10:00, 2026-11-22T10:00Z, 2026-11-22T10:00+01:00, \
                     or how long ago: 90m, 24h, 7d, 2w";

/// The first moment of `--since`. A date begins at midnight.
pub(super) fn since(text: &str) -> Result<Time, String> {
    read(text, Timestamp::now(), false)
}

/// The first moment behind `--until`. A date counts as a whole day: who says until Friday means Friday too.
pub(super) fn until(text: &str) -> Result<Time, String> {
    read(text, Timestamp::now(), true)
}

/// A time with a zone is UTC, one without stands as the log's own times do.
fn read(text: &str, now: Timestamp, end_of_day: bool) -> Result<Time, String> {
    let text = text.trim();
    if let Some(ago) = ago(text)? {
        let at = now.checked_sub(ago).map_err(|_| "this is longer ago than anything".to_owned())?;
        return Ok(Time { at: TimeZone::UTC.to_datetime(at), utc: true });
    }
    if let Ok(date) = strict::<Date>(text) {
        let date = if end_of_day { date.checked_add(1.day()).map_err(|_| FORMS.to_owned())? } else { date };
        return Ok(Time { at: date.at(0, 0, 0, 0), utc: false });
    }
    // With a zone first: a civil time would be read without looking at it.
    let zoned = text.replace(' ', "T");
    if let Ok(at) = zoned.parse::<Timestamp>() {
        return Ok(Time { at: TimeZone::UTC.to_datetime(at), utc: true });
    }
    if let Ok(at) = strict::<DateTime>(&zoned) {
        return Ok(Time { at, utc: false });
    }
    Err(match text.contains(['/', '.']) {
        true => format!("day and month can be told apart only as year-month-day; {FORMS}"),
        false => format!("this is no time; {FORMS}"),
    })
}

/// A date or a time that is all of the text; jiff would read a date from a time too.
fn strict<T: std::str::FromStr + std::fmt::Display>(text: &str) -> Result<T, ()> {
    let read = text.parse::<T>().map_err(|_| ())?;
    let is_date = text.len() == 10;
    let says_date = read.to_string().len() == 10;
    if is_date == says_date && !text.ends_with(['Z', 'z']) { Ok(read) } else { Err(()) }
}

/// `24h`: how long ago.
fn ago(text: &str) -> Result<Option<SignedDuration>, String> {
    let Some(digits) = text.strip_suffix(|c: char| c.is_ascii_alphabetic()) else { return Ok(None) };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    let minutes = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        unit => return Err(format!("`{unit}` is none of the units m, h, d and w (minutes, hours, days, weeks)")),
    };
    let count: i64 = digits.parse().map_err(|_| "this is longer ago than anything".to_owned())?;
    match count.checked_mul(minutes * 60) {
        Some(seconds) => Ok(Some(SignedDuration::from_secs(seconds))),
        None => Err("this is longer ago than anything".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, end_of_day: bool) -> String {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().expect("a time");
        match read(text, now, end_of_day) {
            Ok(time) => time.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn all_forms_are_read() {
        for (text, expected) in [
            ("2026-11-22", "2026-11-22T00:00:00"),
            ("2026-11-22T10:00", "2026-11-22T10:00:00"),
            ("2026-11-22 10:00:30", "2026-11-22T10:00:30"),
            ("2026-11-22T10:00Z", "2026-11-22T10:00:00Z"),
            ("2026-11-22T10:00+01:00", "2026-11-22T09:00:00Z"),
            ("24h", "2026-11-21T12:00:00Z"),
            ("7d", "2026-11-15T12:00:00Z"),
            ("90m", "2026-11-22T10:30:00Z"),
            ("2W", "2026-11-08T12:00:00Z"),
        ] {
            assert_eq!(at(text, false), expected, "{text}");
        }
        assert_eq!(at("2026-11-22", true), "2026-11-23T00:00:00");
        assert_eq!(at("2026-11-22T10:00", true), "2026-11-22T10:00:00");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "22/11/2026",
            "22.11.2026",
            "2026-13-01",
            "5y",
            "99999999999999999999h",
            "999999999w",
            "h",
        ] {
            assert!(at(text, false).starts_with("error: "), "{text}: {}", at(text, false));
        }
        assert!(at("22/11/2026", false).contains("day and month"));
        assert!(at("5y", false).contains("units"));
    }
}
