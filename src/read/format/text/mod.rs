//! Any text: a line is a record, together with the lines that continue it.
//!
//! Nobody says where such a record ends. What is certain is what cannot begin one: an indented line, a frame of a stack trace, the
//! parts of a PowerShell error record, the end of a sentence. A line that a console wrapped at its width looks like any other;
//! that is what neighbours are for.

mod date;

pub(super) use date::is_digits_like;

use super::{LineKind, Lines};
use crate::read::time;
use crate::record::Record;

/// More than the longest time that a line begins with, in bytes.
const LONGEST_TIME: usize = 40;

/// Any text.
#[derive(Debug)]
pub(super) struct PlainText;

/// What begins a line that continues the one before it, besides frames: exceptions inside of exceptions, the place that a PowerShell
/// error record names, and its parts; the second half of Exchange's `… . Name of the server where exception originated`.
const CONTINUATIONS: [&str; 15] = [
    "--- ",
    "--->",
    "---&gt;",
    "+ ",
    "~~",
    "caused by",
    "at line:",
    "at <scriptblock>",
    "at c:\\",
    "in zeile:",
    "au caract",
    ". ",
    ", ",
    ") ",
    "] ",
];

/// The word in front of a frame in the languages in which .NET was seen to print it, where that word is written in ASCII.
const FRAME_WORDS: [&[u8]; 7] = [b"at ", b"bei ", b"in ", b"en ", b"em ", b"w ", b"ved "];

/// The longest word in front of a frame that is not written in ASCII, in bytes: `à`, `в`, `場所`.
const LONGEST_FOREIGN_WORD: usize = 6;

/// Whether a line that does not begin with white space belongs to the one before it.
fn continues(line: &[u8]) -> bool {
    CONTINUATIONS.iter().any(|c| line.starts_with(c.as_bytes()))
        // `En línea: 1 Carácter: 1`
        || line.strip_prefix(b"en l").is_some_and(|behind| behind.first().is_some_and(|byte| *byte >= 0x80))
        || matches!(line, [b')' | b']' | b'}'] | [b'}', b',' | b';'])
        || is_frame(line)
}

/// Whether a line is a frame of a stack trace: `at System.Net.HttpWebRequest.GetResponse()`, `в System.Net…`.
fn is_frame(line: &[u8]) -> bool {
    let foreign = line.iter().take_while(|byte| **byte >= 0x80).count();
    let method = match foreign {
        0 => FRAME_WORDS.iter().find_map(|word| line.strip_prefix(*word)),
        1..=LONGEST_FOREIGN_WORD => line[foreign..].strip_prefix(b" "),
        _ => None,
    };
    method.is_some_and(is_method)
}

/// Whether this begins with the full name of a method: dots between its parts, a bracket or the line's end behind it. Words of a
/// sentence have neither.
fn is_method(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| matches!(byte, b' ' | b'(')).unwrap_or(text.len());
    let (name, behind) = text.split_at(end);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._<>`[],+$|=-".contains(byte) || *byte >= 0x80;
    let dots = name.iter().rev().skip(1).filter(|byte| **byte == b'.').count();
    dots > 0 && name.iter().all(is_name) && (behind.is_empty() || behind.starts_with(b"(") || behind.starts_with(b" ("))
}

impl Lines for PlainText {
    fn kind(&self, line: &[u8]) -> LineKind {
        match line.first() {
            None | Some(b' ' | b'\t' | b'\r') => LineKind::Continues,
            Some(b'0'..=b'9') => LineKind::Begins,
            Some(_) if continues(line) => LineKind::Continues,
            Some(_) => LineKind::Begins,
        }
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let mut record = Record::text(text);
        record.origin.time = date::place(text.as_bytes()).and_then(|at| {
            let end = (at + LONGEST_TIME..text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
            time::parse(text.get(at..end)?, false, None)
        });
        Some(record)
    }

    fn wraps(&self) -> bool {
        true
    }

    fn has_neighbours(&self) -> bool {
        true
    }

    fn is_dated(&self, line: &[u8]) -> bool {
        date::place(line).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn kind(line: &str, expected: LineKind) {
        assert_eq!(PlainText.kind(line.to_ascii_lowercase().as_bytes()), expected, "{line}");
        // As a reader hands it on that knows only that a letter is not ASCII.
        let masked: Vec<u8> =
            line.chars().map(|c| if c.is_ascii() { c.to_ascii_lowercase() as u8 } else { 0x80 }).collect();
        assert_eq!(PlainText.kind(&masked), expected, "{line}");
    }

    #[test]
    fn a_stack_trace_belongs_to_its_exception_in_every_language() {
        for line in [
            "at System.Net.HttpWebRequest.GetResponse()",
            "bei System.Web.Services.Protocols.SoapHttpClientProtocol.ReadResponse(SoapClientMessage message, WebResponse response)",
            "à System.Net.HttpWebRequest.EndGetResponse(IAsyncResult asyncResult)",
            "в Microsoft.Exchange.HttpProxy.ProxyRequestHandler.<>c__DisplayClass199_0.<OnResponseReady>b__0()",
            "en System.Net.Sockets.NetworkStream.Read(Byte[] buffer, Int32 offset, Int32 size)",
            "em System.Net.HttpWebRequest.GetResponse()",
            "w System.Net.HttpWebRequest.GetResponse()",
            "in System.Net.HttpWebRequest.GetResponse()",
            "場所 System.Net.HttpWebRequest.GetResponse()",
            "at java.net.Socket.connect(Socket.java:591)",
            "at SMTPConnection._formatError (/srv/app/node_modules/nodemailer/index.js:790:19)",
            "at System.Management.Automation.Runspaces.AsyncResult.EndIn",
            "--- End of inner exception stack trace ---",
            "--- Ende der internen Ausnahmestapelüberwachung ---",
            "---> System.Net.Sockets.SocketException: An existing connection was forcibly closed",
            "Caused by: java.net.ConnectException: Connection refused",
        ] {
            kind(line, LineKind::Continues);
        }
    }

    #[test]
    fn a_powershell_error_is_one_record() {
        for line in [
            "At line:1 char:1",
            "At C:\\Scripts\\Test.ps1:12 char:5",
            "In Zeile:1 Zeichen:1",
            "En l\u{ed}nea: 1 Car\u{e1}cter: 1",
            "Au caract\u{e8}re Ligne:1 : 1",
            "at <ScriptBlock>, <No file>: line 1",
            "+ Get-OrganizationRelationship | fl",
            "+ ~~~~~~~~~~~~~~",
            "    + CategoryInfo          : NotSpecified: (:) [], WebException",
            "~~~~",
            ". Name of the server where exception originated: EX01. LID: 43532",
            ", inner exception: System.Net.WebException",
            "",
            "\tx",
            "}",
        ] {
            kind(line, LineKind::Continues);
        }
    }

    #[test]
    fn everything_else_begins_a_record() {
        for line in [
            "2026-11-22 10:00:00 Free/busy lookup failed",
            "[2026-11-22T10:00:00] Free/busy lookup failed",
            "[INFO] x",
            "<11>Nov 22 10:00:00 ex01 MSExchange",
            "Nov 22 10:00:00 ex01 MSExchange",
            "at 10:30 the lookup failed",
            "at least one user sees hash marks.",
            "in Outlook nobody sees anything",
            "at contoso.com the lookup fails",
            "in https://mail.contoso.com/ews",
            "w3wp.exe stopped",
            "à Paris personne ne voit rien",
            "-----",
            "---",
            "+1 555 0100",
            "é",
            "causes",
        ] {
            kind(line, LineKind::Begins);
        }
    }

    #[test]
    fn a_line_has_the_time_that_it_begins_with() {
        let time = |text: &str| PlainText.read(None, text).and_then(|r| r.origin.time).map(|t| t.to_string());
        assert_eq!(time("2026-11-22 10:00:00 x").as_deref(), Some("2026-11-22T10:00:00"));
        assert_eq!(time("[2026-11-22T10:00:00.123Z] x").as_deref(), Some("2026-11-22T10:00:00Z"));
        assert_eq!(time("11/22/2026 10:00:00 AM x").as_deref(), Some("2026-11-22T10:00:00"));
        assert_eq!(time("22.11.2026 10:00:00 x").as_deref(), Some("2026-11-22T10:00:00"));
        assert_eq!(time("<11>1 2026-11-22T10:00:00Z ex01 x").as_deref(), Some("2026-11-22T10:00:00Z"));
        for text in ["Nov 22 10:00:00 no year", "2026-11-22 no time of day", "1.2.2026", "é", ""] {
            assert_eq!(time(text), None, "{text}");
        }
        let long = format!("2026-11-22 10:00:00 {}", "é".repeat(40));
        assert!(time(&long).is_some());
    }
}
