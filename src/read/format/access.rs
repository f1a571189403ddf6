//! IIS and HTTP.sys logs: blank-separated columns, named by a `#Fields:` line that may come again.
//!
//! Which columns there are is a setting of the site, and each restart writes the `#Fields:` line anew. Times are UTC.

use super::columns::{self, Row};
use super::{Format, LineKind, Lines, Reader};
use crate::read::time;
use crate::record::{Origin, Record};
use std::borrow::Cow;

/// IIS's columns where nobody chose others, since IIS 8.
const IIS: [&str; 15] = [
    "date",
    "time",
    "s-ip",
    "cs-method",
    "cs-uri-stem",
    "cs-uri-query",
    "s-port",
    "cs-username",
    "c-ip",
    "cs(User-Agent)",
    "cs(Referer)",
    "sc-status",
    "sc-substatus",
    "sc-win32-status",
    "time-taken",
];

/// The same in IIS 7.
const IIS_7: [&str; 14] = [
    "date",
    "time",
    "s-ip",
    "cs-method",
    "cs-uri-stem",
    "cs-uri-query",
    "s-port",
    "cs-username",
    "c-ip",
    "cs(User-Agent)",
    "sc-status",
    "sc-substatus",
    "sc-win32-status",
    "time-taken",
];

/// HTTP.sys's columns, since Windows Server 2016; later ones have `transport` behind them.
const HTTPERR: [&str; 15] = [
    "date",
    "time",
    "c-ip",
    "c-port",
    "s-ip",
    "s-port",
    "cs-version",
    "cs-method",
    "cs-uri",
    "streamid",
    "sc-status",
    "s-siteid",
    "s-reason",
    "s-queuename",
    "transport",
];

/// The same before.
const HTTPERR_OLD: [&str; 13] = [
    "date",
    "time",
    "c-ip",
    "c-port",
    "s-ip",
    "s-port",
    "cs-version",
    "cs-method",
    "cs-uri",
    "sc-status",
    "s-siteid",
    "s-reason",
    "s-queuename",
];

/// How many lines a file's head has at most.
const HEAD: usize = 12;

/// A log of IIS or HTTP.sys.
#[derive(Debug)]
struct Access(Format);

pub(super) fn detect(head: &str) -> Option<Format> {
    let mut lines = head.lines().take(HEAD);
    let first = loop {
        let line = lines.next()?;
        if columns::header(line).len() < columns::line(line).len() {
            return of_names(columns::header(line));
        }
        if !line.starts_with('#') {
            break line;
        }
    };
    of_line(first).or_else(|| {
        // A file that begins in the middle begins in the middle of a line.
        let others: Vec<Option<Format>> = lines.take(3).map(of_line).collect();
        match others[..] {
            [Some(format), b, c] if [b, c] == [Some(format); 2] => Some(format),
            _ => None,
        }
    })
}

/// The format that has these columns. Other programs write `#Fields:` too: firewalls, FTP and mail servers.
fn of_names(names: &str) -> Option<Format> {
    let has = |name: &str| columns::blanks(names).any(|known| known.eq_ignore_ascii_case(name));
    if has("s-reason") || has("s-queuename") {
        Some(Format::Httperr)
    } else if (has("cs-uri-stem") || has("cs(User-Agent)")) && (has("sc-status") || has("cs-method")) {
        Some(Format::Iis)
    } else {
        None
    }
}

/// The format that writes such a line.
fn of_line(line: &str) -> Option<Format> {
    [Format::Iis, Format::Httperr].into_iter().find(|format| built_in(*format, &values(line)).is_some())
}

pub(super) fn reader(format: Format) -> Reader {
    Reader::Lines(Box::new(Access(format)))
}

fn values(line: &str) -> Vec<Cow<'_, str>> {
    columns::blanks(line).map(Cow::from).collect()
}

/// The columns of a line that no line above it names: by its length, and only where the values look like it.
fn built_in(format: Format, values: &[Cow<'_, str>]) -> Option<&'static [&'static str]> {
    let names: &'static [&'static str] = match (format, values.len()) {
        (Format::Iis, 15) => &IIS,
        (Format::Iis, 14) => &IIS_7,
        (Format::Httperr, 15) => &HTTPERR,
        (Format::Httperr, 14) => &HTTPERR[..14],
        (Format::Httperr, 13) => &HTTPERR_OLD,
        _ => return None,
    };
    let value = |name: &str| {
        let at = names.iter().position(|known| *known == name)?;
        values.get(at).map(AsRef::as_ref)
    };
    let fits = |name: &str, is: fn(&str) -> bool| value(name).is_some_and(is);
    let is_known = fits("date", is_date)
        && fits("c-ip", columns::is_ip)
        && fits("s-ip", columns::is_ip)
        && match format {
            Format::Iis => fits("sc-status", columns::is_status) && fits("cs-method", is_method),
            _ => {
                fits("sc-status", |v| v == "-" || columns::is_status(v))
                    && fits("c-port", is_number)
                    && fits("s-port", is_number)
            }
        };
    is_known.then_some(names)
}

/// `2020-10-01`
fn is_date(value: &str) -> bool {
    value.len() == 10
        && value.bytes().enumerate().all(|(n, b)| if n == 4 || n == 7 { b == b'-' } else { b.is_ascii_digit() })
}

fn is_method(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b == b'-')
}

fn is_number(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_digit())
}

impl Access {
    fn row<'r>(&self, header: Option<&'r str>, text: &'r str) -> Row<'r> {
        let values = values(text);
        let names: Vec<&str> = match header {
            Some(header) => columns::blanks(columns::header(header)).collect(),
            None => built_in(self.0, &values).unwrap_or(&IIS[..2]).to_vec(),
        };
        if header.is_some() && values.len() > names.len() {
            // Some value holds a blank, and nobody knows which: what stands behind it is in another's column.
            return Row::new(names.into_iter().take(2), values);
        }
        let values = names.iter().zip(values).map(|(name, value)| unescaped(name, value)).collect();
        Row::new(names, values)
    }
}

/// A value as the client sent it: IIS writes `+` for a blank in a header.
fn unescaped<'v>(name: &str, value: Cow<'v, str>) -> Cow<'v, str> {
    if name.starts_with("cs(") && value.contains('+') { value.replace('+', " ").into() } else { value }
}

impl Lines for Access {
    fn kind(&self, line: &[u8]) -> LineKind {
        let line = columns::bare(line);
        match line.first() {
            Some(b'#') if line.starts_with(b"#fields:") => LineKind::Header,
            None | Some(b'#' | b'\0') => LineKind::Comment,
            Some(_) => LineKind::Begins,
        }
    }

    fn read<'a>(&self, header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let row = self.row(header, text);
        let mut record = row.record(text);
        let when = row.get("date").zip(row.get("time")).map(|(date, time)| format!("{date} {time}"));
        record.origin = Origin {
            time: when.and_then(|when| time::parse(&when, true, None)),
            computer: row.owned("s-computername").or_else(|| row.owned("s-ip")),
            remote: row.owned("c-ip"),
            mailboxes: row.owned("cs-username").into_iter().filter(|name| columns::is_mailbox(name)).collect(),
            ..Origin::default()
        };
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken";
    const ROW: &str = "2026-11-20 09:14:02 192.0.2.20 POST /EWS/Exchange.asmx/WSSecurity &CorrelationID=<empty>; 443 - 203.0.113.9 ASProxy/CrossForest/EmailDomain/EXCH/15.20.9412.029 - 503 0 0 31";
    const ERROR: &str = "2026-11-20 09:14:02 203.0.113.9 51812 192.0.2.20 443 HTTP/1.1 POST /EWS/Exchange.asmx - 503 2 AppOffline MSExchangeServicesAppPool";

    fn read<'a>(format: Format, header: Option<&str>, text: &'a str) -> Record<'a> {
        Access(format).read(header, text).expect("a record")
    }

    #[test]
    fn a_row_says_when_where_and_who() {
        let record = read(Format::Iis, Some(FIELDS), ROW);
        assert_eq!(record.field("sc-status"), Some("503"));
        assert_eq!(record.field("cs-username"), None);
        assert_eq!(record.origin.time.map(|t| t.to_string()).as_deref(), Some("2026-11-20T09:14:02Z"));
        assert_eq!(record.origin.computer.as_deref(), Some("192.0.2.20"));
        assert_eq!(record.origin.remote.as_deref(), Some("203.0.113.9"));
        assert_eq!(record.text, ROW);
    }

    #[test]
    fn columns_are_known_by_name() {
        let record = read(
            Format::Iis,
            Some("#Fields: time date sc-status s-computername cs(User-Agent)"),
            "09:14:02 2026-11-20 503 EX01 Microsoft+Office",
        );
        assert_eq!(record.field("sc-status"), Some("503"));
        assert_eq!(record.field("cs(User-Agent)"), Some("Microsoft Office"));
        assert_eq!(record.origin.computer.as_deref(), Some("EX01"));
        assert!(record.origin.time.is_some());
    }

    #[test]
    fn without_a_header_the_usual_columns_count_where_they_fit() {
        assert_eq!(read(Format::Iis, None, ROW).field("sc-status"), Some("503"));
        assert_eq!(read(Format::Iis, None, &ROW.replace(" - 503", " 503")).field("sc-status"), Some("503"));
        let unknown = read(Format::Iis, None, &ROW.replace(" 31", " 1234 2345 31")).fields.len();
        assert_eq!(unknown, 2, "date and time only");
        let record = read(Format::Httperr, None, ERROR);
        assert_eq!(record.field("s-reason"), Some("AppOffline"));
        assert_eq!(record.origin.remote.as_deref(), Some("203.0.113.9"));
        let without_stream = ERROR.replace("asmx -", "asmx");
        assert_eq!(read(Format::Httperr, None, &without_stream).field("sc-status"), Some("503"));
    }

    #[test]
    fn a_row_with_too_many_values_gives_no_wrong_ones() {
        let record =
            read(Format::Iis, Some("#Fields: date time cs-uri-stem sc-status"), "2026-11-20 09:14:02 /a b 503");
        assert_eq!(record.field("sc-status"), None);
        assert!(record.origin.time.is_some());
    }

    #[test]
    fn a_cut_row_is_read_as_far_as_it_goes() {
        let record = read(Format::Iis, Some(FIELDS), &ROW[..60]);
        assert_eq!(record.field("cs-method"), Some("POST"));
        assert_eq!(record.field("sc-status"), None);
        for text in ["", " ", "\u{feff}", "é", "2026-11-20"] {
            let _ = read(Format::Iis, None, text);
            let _ = read(Format::Httperr, Some(""), text);
        }
    }

    #[test]
    fn lines_are_told_by_their_first_letters() {
        let kind = |line: &[u8]| Access(Format::Iis).kind(line);
        assert_eq!(kind(b"#fields: date time"), LineKind::Header);
        assert_eq!(kind(b"\xef\xbb\xbf#fields: date time"), LineKind::Header);
        assert_eq!(kind(b"#software: x"), LineKind::Comment);
        assert_eq!(kind(b""), LineKind::Comment);
        assert_eq!(kind(b"2026-11-20 09:14:02"), LineKind::Begins);
    }

    #[test]
    fn the_format_is_known_by_its_columns() {
        assert_eq!(detect(&format!("{FIELDS}\n")), Some(Format::Iis));
        assert_eq!(
            detect(
                "#Version: 1.0\n#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename\n"
            ),
            Some(Format::Httperr)
        );
        assert_eq!(detect(ROW), Some(Format::Iis));
        assert_eq!(detect(ERROR), Some(Format::Httperr));
        assert_eq!(
            detect("2026-11-20 09:14:07 192.0.2.5 51000 192.0.2.5 443 - - - - - - Timer_ConnectionIdle -"),
            Some(Format::Httperr)
        );
        assert_eq!(detect(&format!("inter - 200 0 0 31\n{ROW}\n{ROW}\n{ROW}\n")), Some(Format::Iis));
    }

    #[test]
    fn what_looks_alike_is_something_else() {
        for head in [
            "",
            "#",
            "#Fields:",
            "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Fields: date time action protocol src-ip dst-ip\n",
            "#Software: Microsoft Exchange Server\n#Fields: date-time,connector-id,session-id\n",
            "IIS log of the same minute:\n2026-11-20 09:14:02 192.0.2.20 POST /EWS/Exchange.asmx - 503 0 0 31\n",
            "2026-11-20 09:14:02 ERROR the server gave no answer to the request of the user in ten seconds now",
        ] {
            assert_eq!(detect(head), None, "{head}");
        }
        let quoted = format!("{}{FIELDS}\n{ROW}\n", "a line of a report\n".repeat(500));
        assert_eq!(detect(&quoted), None);
    }
}
