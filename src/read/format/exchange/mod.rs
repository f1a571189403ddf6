//! Exchange's CSV logs: HttpProxy, EWS, SMTP protocol, message tracking.
//!
//! All of them begin with `#` lines of which the last names the columns. HttpProxy and EWS logs have the same names in a plain
//! line too, before or after those. Joined files have all of that again in the middle, some collectors take it all away. Times
//! are UTC.

mod built_in;
mod origin;

use super::columns::{self, Row};
use super::{Format, LineKind, Lines, Reader};
use crate::record::Record;
use std::borrow::Cow;

/// How many lines a file's head has at most.
const HEAD: usize = 12;

/// What the plain line with the columns' names begins with.
const PLAIN_HEADERS: [&str; 2] = ["datetime", "date-time"];

/// A log of Exchange.
#[derive(Debug)]
struct ExchangeLog(Format);

pub(super) fn detect(head: &str) -> Option<Format> {
    let mut lines = head.lines().take(HEAD).map(columns::line);
    let first = loop {
        let line = lines.next()?;
        let names = columns::header(line);
        if names.len() < line.len() || is_plain_header(line) {
            return of_names(names);
        }
        if !line.starts_with('#') {
            break line;
        }
    };
    // A file that begins in the middle begins in the middle of a line.
    built_in::of_line(&columns::commas(first)).or_else(|| {
        let others: Vec<Option<Format>> = lines.take(3).map(|line| built_in::of_line(&columns::commas(line))).collect();
        match others[..] {
            [Some(format), b, c] if [b, c] == [Some(format); 2] => Some(format),
            _ => None,
        }
    })
}

fn is_plain_header(line: &str) -> bool {
    let line = line.strip_prefix('"').unwrap_or(line);
    PLAIN_HEADERS.iter().any(|name| {
        line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            && line[name.len()..].starts_with([',', '"'])
    })
}

/// The format that has these columns. Builds differ in the others.
fn of_names(names: &str) -> Option<Format> {
    let names = columns::commas(names);
    let has = |wanted: &[&str]| wanted.iter().all(|w| names.iter().any(|name| name.trim().eq_ignore_ascii_case(w)));
    if has(&["date-time", "event-id", "message-id", "recipient-address"]) {
        Some(Format::Tracking)
    } else if has(&["date-time", "session-id", "remote-endpoint", "event"]) {
        Some(Format::Smtp)
    } else if has(&["DateTime", "RequestId", "HttpStatus", "BackEndStatus"]) {
        Some(Format::HttpProxy)
    } else if has(&["DateTime", "RequestId", "HttpStatus", "SoapAction"]) {
        Some(Format::Ews)
    } else {
        None
    }
}

pub(super) fn reader(format: Format, _head: &str) -> Reader {
    Reader::Lines(Box::new(ExchangeLog(format)))
}

impl ExchangeLog {
    fn row<'r>(&self, names: &'r [Cow<'r, str>], text: &'r str) -> Row<'r> {
        let values = columns::commas(text);
        if names.is_empty() {
            return Row::new(built_in::names(self.0, &values).iter().copied(), values);
        }
        Row::new(names.iter().map(|name| name.trim()), values)
    }
}

impl Lines for ExchangeLog {
    fn kind(&self, line: &[u8]) -> LineKind {
        let line = columns::bare(line);
        match line.first() {
            None => LineKind::Comment,
            Some(b'0'..=b'9') => LineKind::Begins,
            Some(b'#') if line.starts_with(b"#fields:") => LineKind::Header,
            Some(b'#') => LineKind::Comment,
            Some(b'd') if std::str::from_utf8(line).is_ok_and(is_plain_header) => LineKind::Header,
            // A value with a line break in it, in quotes.
            Some(_) => LineKind::Continues,
        }
    }

    fn read<'a>(&self, header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let names = header.map(|header| columns::commas(columns::header(header))).unwrap_or_default();
        let row = self.row(&names, text);
        let mut record = row.record(text);
        record.origin = match self.0 {
            Format::Smtp => origin::smtp(&row),
            Format::Tracking => {
                if let Some(text) = origin::without_message_ids(&record.text, &row) {
                    record.text = text.into();
                }
                origin::tracking(&row)
            }
            _ => origin::http(&row),
        };
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMTP: &str =
        "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context";

    #[test]
    fn lines_are_told_by_their_first_letters() {
        let kind = |line: &str| ExchangeLog(Format::HttpProxy).kind(line.as_bytes());
        assert_eq!(kind("datetime,requestid,majorversion"), LineKind::Header);
        assert_eq!(kind("\u{feff}datetime,requestid"), LineKind::Header);
        assert_eq!(kind("\"datetime\",\"requestid\""), LineKind::Header);
        assert_eq!(kind("#fields: datetime,requestid"), LineKind::Header);
        assert_eq!(kind("#log-type: httpproxy logs"), LineKind::Comment);
        assert_eq!(kind(""), LineKind::Comment);
        assert_eq!(kind("2026-11-20t09:14:02.000z,"), LineKind::Begins);
        assert_eq!(kind("\"2026-11-20t09:14:02.000z\","), LineKind::Begins);
        assert_eq!(kind("datetimes of the meeting"), LineKind::Continues);
        assert_eq!(ExchangeLog(Format::Smtp).kind(b"d\xff,"), LineKind::Continues);
    }

    #[test]
    fn columns_are_known_by_name_wherever_the_header_stands() {
        let log = ExchangeLog(Format::HttpProxy);
        for header in [
            "DateTime,HttpStatus,UserAgent",
            "#Fields: DateTime,HttpStatus,UserAgent",
            "\u{feff}\"DateTime\",\"HttpStatus\",\"UserAgent\"",
        ] {
            let record = log.read(Some(header), "2026-11-20T09:14:02.443Z,503,ASProxy/1\r\n").expect("a record");
            assert_eq!(record.field("HttpStatus"), Some("503"), "{header}");
            assert_eq!(record.field("UserAgent"), Some("ASProxy/1"), "{header}");
            assert_eq!(record.text, "2026-11-20T09:14:02.443Z,503,ASProxy/1");
        }
    }

    #[test]
    fn any_line_is_a_record_without_a_panic() {
        for format in [Format::HttpProxy, Format::Ews, Format::Smtp, Format::Tracking] {
            for header in [None, Some(""), Some("#Fields:"), Some(",,,"), Some(SMTP)] {
                for text in ["", ",", "\"", "\u{feff}", "é,ö,\"", "2026-11-20T09:14:02.443Z"] {
                    assert!(ExchangeLog(format).read(header, text).is_some());
                }
            }
        }
    }

    #[test]
    fn the_format_is_known_by_its_columns() {
        assert_eq!(detect(&format!("#Software: Microsoft Exchange Server\r\n{SMTP}\r\n")), Some(Format::Smtp));
        assert_eq!(detect("DateTime,RequestId,HttpStatus,BackEndStatus\n#Software: x\n"), Some(Format::HttpProxy));
        assert_eq!(
            detect("#Log-type: HttpProxy Logs\nDateTime,RequestId,HttpStatus,BackEndStatus\n"),
            Some(Format::HttpProxy)
        );
        assert_eq!(detect("#Fields: DateTime,RequestId,SoapAction,HttpStatus\n"), Some(Format::Ews));
        assert_eq!(
            detect("#Fields: date-time,client-ip,event-id,message-id,recipient-address\n"),
            Some(Format::Tracking)
        );
    }

    #[test]
    fn what_looks_alike_is_something_else() {
        for head in [
            "",
            "Level,Date and Time,Source,Event ID,Task Category\r\nError,3/17/2026 9:45:01 AM,MSExchange Availability,4002,(1),x\r\n",
            "DateTime,Value\n2026-11-20T09:14:02.443Z,1\n",
            "#Fields: date time s-ip cs-method cs-uri-stem sc-status\n",
            "2026-11-20T09:14:02.443Z,a,b,c,d,e,f,g,h\n",
        ] {
            assert_eq!(detect(head), None, "{head}");
        }
        assert_eq!(detect(&format!("{}{SMTP}\n", "a line of a report\n".repeat(500))), None);
    }
}
