//! Logs whose lines are columns, named by a line above them: what IIS and Exchange write has this in common.
//!
//! Columns come and go with every build and every setting, so a value is known by its column's name. A place in the line says
//! something only where no line names the columns.

use crate::record::Record;
use std::borrow::Cow;
use std::net::IpAddr;

/// More columns than any of these logs has. What stands behind them is not looked at: a broken line can be of any length.
const MOST: usize = 512;

/// The longest address that RFC 5321 allows.
const LONGEST_ADDRESS: usize = 254;

/// One line's values by the names of their columns.
#[derive(Debug, Default)]
pub(super) struct Row<'r>(Vec<(&'r str, Cow<'r, str>)>);

impl<'r> Row<'r> {
    /// Gives the values their names. What one side has more of than the other stays away: the last line of a log may be cut.
    pub fn new(names: impl IntoIterator<Item = &'r str>, values: Vec<Cow<'r, str>>) -> Self {
        Self(names.into_iter().zip(values).filter(|(name, value)| !name.is_empty() && !is_empty(value)).collect())
    }

    /// A column's value, where it has one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
    }

    /// The same, as a text of its own.
    pub fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// The record of this line: its text as it stands, all values as fields.
    pub fn record<'a>(&self, text: &'a str) -> Record<'a> {
        let mut record = Record::text(line(text));
        record.fields = self.0.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into_owned())).collect();
        record
    }
}

/// IIS writes `-` where nothing is, Exchange writes nothing.
fn is_empty(value: &str) -> bool {
    matches!(value.trim(), "" | "-")
}

/// A line without its end, and without the byte order mark that stands in the middle of joined files.
pub(super) fn line(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n'])
}

/// The same for the bytes that a format is asked about: without the mark, whatever its bytes, and without a quote.
pub(super) fn bare(line: &[u8]) -> &[u8] {
    let mark = line.iter().take(3).take_while(|byte| **byte >= 0x80).count();
    let line = line.get(mark..).unwrap_or_default();
    line.strip_prefix(b"\"").unwrap_or(line)
}

/// What a header line names: `#Fields:` and the names behind it, or the names alone.
pub(super) fn header(text: &str) -> &str {
    const FIELDS: &str = "#Fields:";
    let line = line(text);
    match line.get(..FIELDS.len()) {
        Some(start) if start.eq_ignore_ascii_case(FIELDS) => &line[FIELDS.len()..],
        _ => line,
    }
}

/// The values of a line of which blanks part the columns.
pub(super) fn blanks(text: &str) -> impl Iterator<Item = &str> {
    line(text).split_ascii_whitespace().take(MOST)
}

/// The values of a line of which commas part the columns (RFC 4180: a quote inside quotes is doubled). A quote that is never
/// closed reaches to the line's end.
pub(super) fn commas(text: &str) -> Vec<Cow<'_, str>> {
    let mut rest = line(text);
    let mut values = Vec::new();
    while values.len() < MOST {
        let (value, behind) = match rest.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => until_comma(rest),
        };
        values.push(value);
        match behind {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    values
}

fn until_comma(text: &str) -> (Cow<'_, str>, Option<&str>) {
    match text.split_once(',') {
        Some((value, behind)) => (value.into(), Some(behind)),
        None => (text.into(), None),
    }
}

/// The value up to the quote that closes it, and what follows the comma behind that.
fn unquoted(text: &str) -> (Cow<'_, str>, Option<&str>) {
    let mut end = 0;
    let mut is_doubled = false;
    while let Some(quote) = text[end..].find('"') {
        end += quote;
        if !text[end + 1..].starts_with('"') {
            let behind = text[end + 1..].split_once(',').map(|(_, behind)| behind);
            return (value(&text[..end], is_doubled), behind);
        }
        is_doubled = true;
        end += 2;
    }
    (value(text, is_doubled), None)
}

fn value(text: &str, is_doubled: bool) -> Cow<'_, str> {
    if is_doubled { text.replace("\"\"", "\"").into() } else { text.into() }
}

/// The host of an end point: `192.0.2.10:25`, `[2001:db8::1]:25`, or a bare address or name.
pub(super) fn host(endpoint: &str) -> &str {
    let endpoint = endpoint.trim();
    if let Some(inner) = endpoint.strip_prefix('[') {
        return inner.split(']').next().unwrap_or(inner);
    }
    match endpoint.split_once(':') {
        Some((host, port)) if !port.contains(':') => host,
        _ => endpoint,
    }
}

/// An IP address, perhaps with a port.
pub(super) fn is_ip(endpoint: &str) -> bool {
    host(endpoint).split('%').next().is_some_and(|address| address.parse::<IpAddr>().is_ok())
}

/// `200`, `503`
pub(super) fn is_status(value: &str) -> bool {
    value.len() == 3 && value.starts_with(|c| ('1'..='5').contains(&c)) && value.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a value is somebody's SMTP address. An account (`CONTOSO\user`), a security id and the mailboxes of Exchange's own probes
/// are not.
pub(super) fn is_mailbox(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let letters = |part: &str, others: &[u8]| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
    };
    value.len() <= LONGEST_ADDRESS
        && letters(local, b"._+-'&")
        && letters(domain, b".-")
        && domain.contains('.')
        && !local.to_ascii_lowercase().starts_with("healthmailbox")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_part_columns_but_not_inside_quotes() {
        assert_eq!(commas("a,,b"), ["a", "", "b"]);
        assert_eq!(commas(r#"a,"b, ""c"", d",e"#), ["a", r#"b, "c", d"#, "e"]);
        assert_eq!(commas("a,b,\r\n"), ["a", "b", ""]);
        assert_eq!(commas(r#"a,"never closed, "#), ["a", "never closed, "]);
        assert_eq!(commas(r#""a"x,b"#), ["a", "b"]);
        assert_eq!(commas(r#""""#), [""]);
        assert_eq!(commas(r#"""""#), ["\""]);
        assert_eq!(commas(""), [""]);
        assert_eq!(commas("\u{feff}ä,ö"), ["ä", "ö"]);
        assert_eq!(commas(&",".repeat(9_999)).len(), MOST);
    }

    #[test]
    fn a_header_is_its_names_whatever_stands_before_them() {
        assert_eq!(header("#Fields: date time\r\n").trim(), "date time");
        assert_eq!(header("\u{feff}#fields: a,b"), " a,b");
        assert_eq!(header("DateTime,RequestId"), "DateTime,RequestId");
        assert_eq!(header("#Fiélds"), "#Fiélds");
    }

    #[test]
    fn the_mark_of_a_joined_file_hides_nothing() {
        assert_eq!(bare(b"\xef\xbb\xbf#x"), b"#x");
        assert_eq!(bare(b"\x80\"x"), b"x");
        assert_eq!(bare(b"\xef\xbb"), b"");
        assert_eq!(bare(b""), b"");
    }

    #[test]
    fn values_are_known_by_their_names_and_empty_ones_are_none() {
        let row = Row::new("a b c d e".split(' '), commas("1,-,,4"));
        assert_eq!(
            (row.get("A"), row.get("b"), row.get("c"), row.get("d"), row.get("e")),
            (Some("1"), None, None, Some("4"), None)
        );
        let record = row.record("1,-,,4\r\n");
        assert_eq!(record.text, "1,-,,4");
        assert_eq!(record.fields, [("a".to_owned(), "1".to_owned()), ("d".to_owned(), "4".to_owned())]);
    }

    #[test]
    fn hosts_lose_their_ports() {
        assert_eq!(host("192.0.2.10:25"), "192.0.2.10");
        assert_eq!(host("[2001:db8::1]:25"), "2001:db8::1");
        assert_eq!(host("2001:db8::1"), "2001:db8::1");
        assert_eq!(host("mail.contoso.com"), "mail.contoso.com");
        assert_eq!(host("[broken"), "broken");
        assert!(is_ip("192.0.2.10:25") && is_ip("fe80::1%4") && is_ip("::1"));
        assert!(!is_ip("EX01") && !is_ip(""));
    }

    #[test]
    fn only_people_have_mailboxes() {
        assert!(is_mailbox("anna@contoso.com"));
        for value in [
            "CONTOSO\\anna",
            "",
            "anna",
            "a b@contoso.com",
            "a@b@contoso.com",
            "a@contoso",
            "HealthMailbox0123@contoso.com",
        ] {
            assert!(!is_mailbox(value), "{value}");
        }
    }
}
