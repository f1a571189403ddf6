//! What collectors make of Windows events: Snare over syslog, Splunk's raw events.

use super::property::{Builder, time};
use super::{Format, LineKind, Lines, Reader};
use crate::read::time::DateOrder;
use crate::record::Record;
use std::borrow::Cow;

/// What marks a Snare line.
const SNARE: &str = "MSWinEventLog";

/// How rsyslog writes a tab.
const ESCAPED_TAB: &str = "#011";

/// How many lines of a record the detection looks at.
const FIRST_EVENT: usize = 20;

pub(super) fn detect(head: &str) -> Option<Format> {
    let first = head.lines().next()?;
    if is_snare(first) {
        return Some(Format::Snare);
    }
    let has = |key: &str| {
        head.lines().skip(1).take(FIRST_EVENT).any(|line| line.strip_prefix(key).is_some_and(|v| v.starts_with('=')))
    };
    (is_splunk_time(first.as_bytes()) && has("LogName") && has("EventCode")).then_some(Format::Splunk)
}

pub(super) fn reader(format: Format, _head: &str) -> Reader {
    match format {
        Format::Snare => Reader::Lines(Box::new(Snare)),
        _ => Reader::Lines(Box::new(Splunk)),
    }
}

fn is_snare(line: &str) -> bool {
    [format!("\t{SNARE}\t"), format!("{ESCAPED_TAB}{SNARE}{ESCAPED_TAB}")].iter().any(|mark| line.contains(mark))
        || line.starts_with(&format!("{SNARE}\t"))
}

/// One event a line, fields with tabs between them.
#[derive(Debug)]
struct Snare;

/// The fields behind the mark, by number.
mod field {
    pub const LOG: usize = 1;
    pub const TIME: usize = 3;
    pub const ID: usize = 4;
    pub const PROVIDER: usize = 5;
    pub const KIND: usize = 8;
    pub const COMPUTER: usize = 9;
    pub const CATEGORY: usize = 10;
    pub const DATA: usize = 11;
    pub const MESSAGE: usize = 12;
}

impl Lines for Snare {
    fn kind(&self, line: &[u8]) -> LineKind {
        if line.trim_ascii().is_empty() { LineKind::Comment } else { LineKind::Begins }
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let line = text.trim_end();
        if line.is_empty() {
            return None;
        }
        let line = if line.contains('\t') { Cow::Borrowed(line) } else { Cow::Owned(line.replace(ESCAPED_TAB, "\t")) };
        let fields: Vec<&str> = match line.find(SNARE) {
            Some(mark) => line[mark + SNARE.len()..].trim_start_matches('\t').split('\t').collect(),
            None => Vec::new(),
        };
        let value = |number: usize| fields.get(number).copied().unwrap_or_default();
        if fields.len() <= field::MESSAGE {
            return Some(Record::text(text));
        }
        // A counter may stand behind the message.
        let counted =
            fields.len() > field::MESSAGE + 1 && fields.last().is_some_and(|last| last.trim().parse::<u64>().is_ok());
        let message = &fields[field::MESSAGE..fields.len() - usize::from(counted)];
        let mut builder = Builder::default();
        builder.parts.time = time(value(field::TIME), false, None);
        for (name, value) in [
            ("EventID", value(field::ID)),
            ("SourceName", value(field::PROVIDER)),
            ("Computer", value(field::COMPUTER)),
            ("Message", message.join("\t").trim()),
            ("EventData", value(field::DATA)),
            ("LogName", value(field::LOG)),
            ("EventType", value(field::KIND)),
            ("Category", value(field::CATEGORY)),
        ] {
            builder.add(name, value);
        }
        Some(builder.record(0))
    }
}

/// A line with the time, then a property a line; the message goes on to the end.
#[derive(Debug)]
struct Splunk;

impl Lines for Splunk {
    fn kind(&self, line: &[u8]) -> LineKind {
        if is_splunk_time(line) { LineKind::Begins } else { LineKind::Continues }
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let (first, mut rest) = text.split_once('\n').unwrap_or((text, ""));
        if !is_splunk_time(first.as_bytes()) {
            return (!text.trim().is_empty()).then(|| Record::text(text));
        }
        // Splunk's own order, whatever the computer's settings.
        let mut builder = Builder::new(Some(DateOrder::MonthFirst));
        builder.parts.time = time(first, false, builder.order);
        while !rest.is_empty() {
            if let Some(message) = rest.strip_prefix("Message=") {
                builder.add("Message", message.trim_end());
                break;
            }
            let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
            if let Some((name, value)) = line.split_once('=') {
                builder.add(name.trim(), value.trim());
            }
            rest = behind;
        }
        Some(builder.record(0))
    }
}

/// `10/29/2020 09:02:11 AM` and nothing else.
fn is_splunk_time(line: &[u8]) -> bool {
    const SHAPE: &[u8] = b"00/00/0000 00:00:00";
    let Some((clock, behind)) = line.split_at_checked(SHAPE.len()) else { return false };
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    let behind = behind.trim_ascii();
    let half = behind.strip_prefix(b".000").unwrap_or(behind).trim_ascii();
    clock.iter().zip(SHAPE).all(fits) && (half.eq_ignore_ascii_case(b"am") || half.eq_ignore_ascii_case(b"pm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNARE_LINE: &str = "<13>Mar 17 09:45:01 EX01 MSWinEventLog\t1\tApplication\t721\tThu Mar 17 09:45:01 2022\t4001\tMSExchange Availability\tUnknown User\tN/A\tError\tEX01.contoso.com\tAvailability Service\t\tProcess 1 failed\t179";

    #[test]
    fn snare_is_read_with_and_without_tabs() {
        let with_tab = SNARE_LINE.replace("EX01 MSW", "EX01\tMSW");
        for line in [with_tab.as_str(), &with_tab.replace('\t', "#011")] {
            assert_eq!(detect(line), Some(Format::Snare));
            let record = Snare.read(None, line).expect("a record");
            assert_eq!(record.text, "MSExchange Availability\nProcess 1 failed");
            assert_eq!(record.origin.computer.as_deref(), Some("EX01.contoso.com"));
            assert_eq!(record.origin.time.map(|time| time.to_string()).as_deref(), Some("2022-03-17T09:45:01"));
            assert_eq!(record.event.and_then(|event| event.id), Some(4001));
        }
    }

    #[test]
    fn a_damaged_snare_line_keeps_its_words() {
        for line in ["a\tMSWinEventLog\t1", "MSWinEventLog", "nothing of the kind", "\u{e9}#011"] {
            assert_eq!(Snare.read(None, line).expect("a record").text, line);
        }
        assert!(Snare.read(None, " \r\n").is_none());
    }

    #[test]
    fn splunk_is_read_in_both_orders() {
        for text in [
            "10/29/2020 09:02:11 PM\nLogName=Application\nSourceName=MSExchange Availability\nEventCode=4001\nComputerName=EX01\nMessage=one=1\n\ntwo\n",
            "10/29/2020 09:02:11 PM\r\nLogName=Application\r\nEventCode=4001\r\nComputerName=EX01\r\nSourceName=MSExchange Availability\r\nMessage=one=1\n\ntwo\r\n",
        ] {
            assert_eq!(detect(text), Some(Format::Splunk));
            let record = Splunk.read(None, text).expect("a record");
            assert_eq!(record.text, "MSExchange Availability\none=1\n\ntwo");
            assert_eq!(record.origin.time.map(|time| time.to_string()).as_deref(), Some("2020-10-29T21:02:11"));
        }
    }

    #[test]
    fn a_time_alone_is_no_splunk() {
        assert_eq!(detect("10/29/2020 09:02:11 PM\nhello\n"), None);
        assert_eq!(detect("10/29/2020 09:02:11 PM Application started\n"), None);
        assert!(!is_splunk_time("10/29/2020 09:02:1\u{e9} AM".as_bytes()));
    }
}
