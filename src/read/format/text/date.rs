//! Whether a line begins with the time at which it was written, in whatever form a program prints that.
//!
//! Only the form counts here, not what it means: `03/04/2026 10:00` can be two days, and still dates its line.

/// How deep the beginning of a line is looked into: priority, brackets, level, day of the week, date and time.
const BEGINNING: usize = 80;

/// What stands in front of a time as a level, each followed by a blank.
const LEVELS: [&[u8]; 9] =
    [b"error", b"warning", b"warn", b"information", b"info", b"debug", b"verbose", b"trace", b"critical"];

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];

const DAYS: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];

/// Where the time stands that a line begins with.
pub(super) fn place(line: &[u8]) -> Option<usize> {
    let head = line.get(..BEGINNING).unwrap_or(line);
    // Most logs begin their lines like this.
    if is_digits_like(b"0000-00-00 00:00", head) || is_digits_like(b"0000-00-00t00:00", head) {
        return Some(0);
    }
    place_in(&head.to_ascii_lowercase())
}

fn place_in(head: &[u8]) -> Option<usize> {
    let mut rest = head;
    // Each of them at most once, in the order in which programs write them.
    for skip in [priority, bracket, level, bracket, weekday] {
        rest = skip(rest).unwrap_or(rest);
    }
    let is_time = || numeric(rest).or_else(|| with_month(rest)).is_some_and(|behind| clock(gap(behind)).is_some());
    (is_time() || is_clock_alone(rest)).then(|| head.len() - rest.len())
}

/// Whether a line begins like a pattern in which `0` stands for any digit.
pub(in crate::read::format) fn is_digits_like(pattern: &[u8], line: &[u8]) -> bool {
    line.len() >= pattern.len()
        && pattern.iter().zip(line).all(|(p, b)| if *p == b'0' { b.is_ascii_digit() } else { p == b })
}

/// Syslog: `<11>`, in its newer form followed by `1 `.
fn priority(text: &[u8]) -> Option<&[u8]> {
    let (digits, behind) = digits(text.strip_prefix(b"<")?);
    let behind = behind.strip_prefix(b">").filter(|_| (1..=3).contains(&digits))?;
    Some(behind.strip_prefix(b"1 ").unwrap_or(behind))
}

fn bracket(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'[' | b'(' | b'"' | b'\'', behind @ ..] => Some(behind),
        _ => None,
    }
}

/// `error `, `info: `, `info] `, `error,`
fn level(text: &[u8]) -> Option<&[u8]> {
    let behind = LEVELS.iter().find_map(|level| text.strip_prefix(*level))?;
    let end = behind
        .iter()
        .position(|byte| !matches!(byte, b' ' | b':' | b']' | b'\t' | b'|' | b','))
        .unwrap_or(behind.len());
    (end > 0).then(|| &behind[end..])
}

/// `thu `, `sun, `
fn weekday(text: &[u8]) -> Option<&[u8]> {
    let behind = DAYS.iter().find_map(|day| text.strip_prefix(*day))?;
    behind.strip_prefix(b", ").or_else(|| behind.strip_prefix(b" "))
}

/// How many digits a text begins with, and what follows them.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, &text[count..])
}

/// A number of so many digits, and what follows it.
fn number(text: &[u8], wanted: impl Fn(usize) -> bool) -> Option<&[u8]> {
    let (count, behind) = digits(text);
    wanted(count).then_some(behind)
}

/// `2026-11-22`, `11/22/2026`, `22.11.26`; what follows it.
fn numeric(text: &[u8]) -> Option<&[u8]> {
    let (first, behind) = digits(text);
    let separator = *behind.first().filter(|byte| b"-/.".contains(byte))?;
    let behind = number(&behind[1..], |count| (1..=2).contains(&count))?;
    let behind = behind.strip_prefix(&[separator])?;
    match first {
        4 => number(behind, |count| (1..=2).contains(&count)),
        1 | 2 => number(behind, |count| count == 4 || count == 2),
        _ => None,
    }
}

/// `nov 22`, `nov 22 2026`, `22 nov 2026`, `22-nov-2026`, `22/nov/2026`; what follows it.
fn with_month(text: &[u8]) -> Option<&[u8]> {
    if is_month(text) {
        let day = number(gap(part(&text[3..])?), |count| (1..=2).contains(&count))?;
        let year = part(day).and_then(|year| number(year, |count| count == 4));
        return Some(year.unwrap_or(day));
    }
    let behind = part(number(text, |count| (1..=2).contains(&count))?)?;
    let year = is_month(behind).then(|| part(&behind[3..]))??;
    number(year, |count| count == 4)
}

fn is_month(text: &[u8]) -> bool {
    MONTHS.iter().any(|month| text.starts_with(month))
}

/// What follows the separator in front of a part of a date.
fn part(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b' ' | b'-' | b'/', behind @ ..] => Some(behind),
        _ => None,
    }
}

/// What stands between a date and its time of day.
fn gap(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| !matches!(byte, b' ' | b't' | b',' | b'_' | b':')).unwrap_or(text.len());
    &text[end..]
}

/// `10:00`; what follows it.
fn clock(text: &[u8]) -> Option<&[u8]> {
    let behind = number(text, |count| (1..=2).contains(&count))?;
    let behind = behind.strip_prefix(b":").or_else(|| behind.strip_prefix(b"."))?;
    number(behind, |count| count == 2)
}

/// `10:00:00` without a date. Without seconds it may be anything.
fn is_clock_alone(text: &[u8]) -> bool {
    clock(text).and_then(|behind| behind.strip_prefix(b":")).is_some_and(|behind| digits(behind).0 == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_form_date_a_line() {
        for line in [
            "2026-11-22 10:00:00 x",
            "2026-11-22T10:00:00Z x",
            "[2026-11-22T10:00:00+01:00] x",
            "2026.11.20 11:39:57.693 *ERROR* x",
            "2026/11/22 10:00:00.123: x",
            "11/22/2026 10:00:00 AM x",
            "[11/22/2026 9:41:07] INFO:x",
            "22.11.2026 10:00:00 x",
            "22.11.26, 10:00 x",
            "22.11.2026 10.00 x",
            "Nov 22 10:00:00 host x",
            "Nov  2 10:00:00 host x",
            "<11>Nov 22 10:00:00 host x",
            "<165>1 2026-11-22T10:00:00Z host x",
            "Sun, 22 Nov 2026 10:00:00 +0000 x",
            "Thu Mar 17 09:45:01 2026 x",
            "[22/Nov/2026:10:00:00 +0000] x",
            "22-Nov-2026 10:00:00 x",
            "10:00:00.123 x",
            "[10:00:00] x",
            "ERROR 2026-11-22 10:00:00 x",
            "[INFO] 2026-11-22 10:00:00 x",
            "[WARN ] [2026-11-22 10:00:00] x",
            "\"2026-11-22 10:00:00\",x",
        ] {
            assert!(place(line.as_bytes()).is_some(), "{line}");
            assert!(place(line.to_ascii_lowercase().as_bytes()).is_some(), "{line}");
        }
    }

    #[test]
    fn numbers_that_are_no_time_date_nothing() {
        for line in [
            "",
            "x",
            "é",
            "2026-11-22",
            "2026-11-22 the lookup failed",
            "15.20.9412.029 is the version",
            "192.0.2.10:25 x",
            "192.0.2.10 10:00:00 x",
            "10:00 in the morning",
            "1.2.3",
            "March 2026",
            "mar",
            "nov 22",
            "error 401 10:00:00",
            "<11>",
            "<>10:00:00",
            "[",
            "Free/busy failed at 2026-11-22 10:00:00",
            "12345-11-22 10:00:00",
        ] {
            assert!(place(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn the_place_is_where_the_date_begins() {
        assert_eq!(place(b"2026-11-22 10:00:00"), Some(0));
        assert_eq!(place(b"<165>1 2026-11-22T10:00:00Z"), Some(7));
        assert_eq!(place(b"[2026-11-22 10:00:00]"), Some(1));
        assert_eq!(place("é 2026-11-22 10:00:00".as_bytes()), None);
    }
}
