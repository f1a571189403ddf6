//! Logs of the Hybrid Configuration wizard and of Outlook: a time, then free text.
//!
//! The wizard's `.xhcw` beside its log is XML without a root and says the same again; it is read as any text.

mod wizard;

use super::text::is_digits_like;
use super::{Format, LineKind, Lines, Reader};
use crate::read::time;
use crate::record::Record;

/// What a line of the wizard's log begins with; `0` stands for any digit.
const WIZARD: &[u8] = b"0000.00.00 00:00:00.000 ";

/// What a line of Outlook's log begins with.
const OUTLOOK: &[u8] = b"0000/00/00 00:00:00.00";

/// How many lines are looked at: a file that begins in the middle may begin with a long stack trace.
const HEAD: usize = 200;

/// Outlook's availability log (`-AS.log`, `-fb.log`). The response of the server stands in it as XML, on one line.
#[derive(Debug)]
struct Outlook;

pub(super) fn detect(head: &str) -> Option<Format> {
    let mut lines = head.lines().take(HEAD);
    let first = lines.next()?;
    if wizard::is_line(first) {
        return Some(Format::Hcw);
    }
    if is_outlook(first) {
        return Some(Format::Outlook);
    }
    // The rest of a cut record in front of the first whole one.
    let next = lines.find(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t']))?;
    wizard::is_line(next).then_some(Format::Hcw)
}

/// `2026/11/20 09:14:02.123: Failed to get ASURL.`
fn is_outlook(line: &str) -> bool {
    let behind = line.as_bytes().get(OUTLOOK.len()..).unwrap_or_default();
    let digits = behind.iter().take_while(|b| b.is_ascii_digit()).count();
    is_digits_like(OUTLOOK, line.as_bytes()) && digits <= 1 && behind.get(digits) == Some(&b':')
}

pub(super) fn reader(format: Format) -> Reader {
    match format {
        Format::Outlook => Reader::Lines(Box::new(Outlook)),
        _ => Reader::Lines(Box::new(wizard::Wizard)),
    }
}

impl Lines for Outlook {
    fn kind(&self, line: &[u8]) -> LineKind {
        if is_digits_like(OUTLOOK, line) { LineKind::Begins } else { LineKind::Continues }
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let text = text.trim_end_matches(['\r', '\n']);
        let mut record = Record::text(text);
        record.origin.time = text.get(..OUTLOOK.len()).and_then(|start| time::parse(start, false, None));
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_outlook_has_its_time() {
        let line = "2026/11/20 09:14:02.123: Failed to get ASURL. Error 8004010F\r\n";
        let record = Outlook.read(None, line).expect("a record");
        assert_eq!(record.origin.time.map(|t| t.to_string()).as_deref(), Some("2026-11-20T09:14:02"));
        assert_eq!(record.text, line.trim_end());
        assert_eq!(Outlook.kind(line.as_bytes()), LineKind::Begins);
        assert_eq!(Outlook.kind(b"  <soap:envelope>"), LineKind::Continues);
        for text in ["", "é", "2026/11/20", "2026/11/20 09:14:02.1é"] {
            assert!(Outlook.read(None, text).is_some());
        }
    }

    #[test]
    fn the_format_is_known_by_the_form_of_the_time() {
        let wizard = "2026.11.20 09:14:02.123 *ERROR* 10277 [Client=UX, Thread=9] FINISH";
        assert_eq!(detect(wizard), Some(Format::Hcw));
        assert_eq!(detect(&format!("Foo.Bar()\n    at Foo.Baz()\n\n{wizard}\n")), Some(Format::Hcw));
        assert_eq!(detect("2026/11/20 09:14:02.123: Failed to get ASURL."), Some(Format::Outlook));
        for head in [
            "",
            "2026/11/20 09:14:02 Failed",
            "2026/11/20 09:14:02.123 Failed",
            "2026.11.20 09:14:02.123 ERROR main: no wizard",
            "2026-11-20 09:14:02.123: Failed",
            "a report\nand its second line\n2026.11.20 09:14:02.123 *ERROR* 10277 [Client=UX, Thread=9] FINISH",
        ] {
            assert_eq!(detect(head), None, "{head}");
        }
    }
}
