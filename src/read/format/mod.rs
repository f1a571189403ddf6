//! Formats: what kind of file this is, and its records.
//!
//! There are two kinds. In a format of [`Lines`] every record begins at the beginning of a line, so that a reader can begin
//! anywhere, look at the lines of interest only, and share one file among processors. A [`RecordStream`] must be read from its
//! beginning.

mod access;
pub(in crate::read) mod clixml;
mod collector;
mod columns;
mod csv;
mod details;
mod event;
mod event_xml;
#[cfg(feature = "evtx")]
pub mod evtx;
mod exchange;
mod format_list;
mod hcw;
mod json;
mod property;
mod text;
mod web;
pub(in crate::read) mod xml;

use super::charset::Charset;
use super::time::DateOrder;
use crate::record::Record;
use std::fmt;
use std::io::BufRead;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// Windows event log, binary
    Evtx,
    /// Events as XML: Event Viewer, wevtutil
    EventXml,
    /// Events as CSV: Event Viewer, Export-Csv, Log Analytics
    EventCsv,
    /// Events as text with tabs: Event Viewer
    EventTxt,
    /// Events as labels and description: Event Viewer's "Copy details as text", wevtutil /f:text
    EventDetails,
    /// Export-Clixml
    Clixml,
    /// ConvertTo-Json, Graph, Outlook on the web, Elastic's exports: one JSON document
    Json,
    /// One JSON object a line: Winlogbeat, NXLog, Log Analytics
    Ndjson,
    /// Format-List
    FormatList,
    /// Snare over syslog
    Snare,
    /// Splunk's raw Windows events
    Splunk,
    /// Exchange HttpProxy log
    HttpProxy,
    /// Exchange EWS log
    Ews,
    /// Exchange SMTP protocol log
    Smtp,
    /// Exchange message tracking log
    Tracking,
    /// Hybrid Configuration wizard log
    Hcw,
    /// IIS log, W3C extended
    Iis,
    /// HTTP.sys error log
    Httperr,
    /// EWS response as XML
    EwsXml,
    /// Outlook's availability log
    Outlook,
    /// Any other text
    Text,
}

/// What a line is to a format of lines. Asked of every line, so it must be told by the line's first letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// It begins a record.
    Begins,
    /// It belongs to the record before it.
    Continues,
    /// It says what the columns of the lines behind it are.
    Header,
    /// It is neither.
    Comment,
}

/// A format in which every record begins at the beginning of a line.
pub trait Lines: Send + Sync + fmt::Debug {
    /// What a line is.
    ///
    /// The line comes without its end, letters of ASCII in lower case; any other character is one or more bytes of 0x80 or above,
    /// whatever the encoding.
    fn kind(&self, line: &[u8]) -> LineKind;

    /// Reads one record: the line that begins it and those that continue it. `header` is the last header line before it in the
    /// file, as it stands there. Nothing where it is no record after all.
    ///
    /// The record's number is set by the caller.
    fn read<'a>(&self, header: Option<&str>, text: &'a str) -> Option<Record<'a>>;

    /// Whether a console may have cut a record's lines in the middle of a word.
    fn wraps(&self) -> bool {
        false
    }

    /// Whether lines near a record may say what it is about: a text of which nobody knows where a record begins. Lines that begin
    /// with a time are records of their own all the same.
    fn has_neighbours(&self) -> bool {
        false
    }

    /// Whether a line begins with a time; the line comes as for [`Self::kind`].
    fn is_dated(&self, _line: &[u8]) -> bool {
        false
    }
}

/// A format that must be read from its beginning.
pub trait RecordStream: Send {
    /// The next record; nothing at the end. It comes with its number.
    ///
    /// # Errors
    ///
    /// When a part of the source cannot be read. After one that is not `fatal` the next call goes on behind it.
    fn next(&mut self) -> Result<Option<Record<'_>>, Fault>;
}

/// A part of a source that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the source, in bytes, as far as that is known.
    pub offset: Option<u64>,
    /// What happened, in words.
    pub message: String,
    /// Whether nothing behind it can be read.
    pub fatal: bool,
}

impl Fault {
    /// A fault after which reading goes on.
    pub fn at(offset: u64, message: impl Into<String>) -> Self {
        Self { offset: Some(offset), message: message.into(), fatal: false }
    }

    /// A fault that ends the source.
    pub fn fatal(offset: u64, message: impl Into<String>) -> Self {
        Self { offset: Some(offset), message: message.into(), fatal: true }
    }

    /// The fault of a part that begins at `offset`.
    fn behind(mut self, offset: u64) -> Self {
        self.offset = Some(self.offset.unwrap_or(0).saturating_add(offset));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "at byte {offset}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What a reader must know beside the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    /// The order of day and month, where somebody knows it.
    pub date_order: Option<DateOrder>,
}

/// How a format is read.
pub enum Reader {
    /// By lines.
    Lines(Box<dyn Lines>),
    /// From its beginning, decoded to UTF-8.
    Stream(fn(Box<dyn BufRead + Send>, Hints) -> Box<dyn RecordStream>),
    /// As an event log, from the bytes.
    Evtx,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines(lines) => write!(f, "Lines({lines:?})"),
            Self::Stream(_) => f.write_str("Stream"),
            Self::Evtx => f.write_str("Evtx"),
        }
    }
}

/// Which format a text is in, by its beginning (some 64 KiB, decoded; perhaps cut in the middle of a line).
pub fn detect(head: &str) -> Format {
    let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    type Detect = fn(&str) -> Option<Format>;
    // The surest signs first: a root element or a header before labels, labels before a bare beginning of a line.
    const KNOWN: [Detect; 11] = [
        event_xml::detect,
        clixml::detect,
        web::detect,
        json::detect,
        access::detect,
        exchange::detect,
        csv::detect,
        collector::detect,
        details::detect,
        format_list::detect,
        hcw::detect,
    ];
    KNOWN.iter().find_map(|detect| detect(head)).unwrap_or(Format::Text)
}

/// Which format a file is in, by its first bytes (some 64 KiB).
pub fn detect_bytes(head: &[u8]) -> Format {
    // The file's own header may be damaged; the first chunk says it too.
    if head.starts_with(b"ElfFile\0") || head.get(4096..).is_some_and(|behind| behind.starts_with(b"ElfChnk\0")) {
        return Format::Evtx;
    }
    let (charset, mark) = Charset::detect(head);
    detect(&charset.decode(&head[mark..]))
}

/// How to read a format. `head` is the text's beginning, as for [`detect`].
pub fn reader(format: Format, head: &str) -> Reader {
    let head = head.trim_start_matches('\u{feff}');
    match format {
        Format::Evtx => Reader::Evtx,
        Format::EventXml => event_xml::reader(),
        Format::EventCsv | Format::EventTxt => csv::reader(format),
        Format::EventDetails => details::reader(head),
        Format::Clixml => clixml::reader(),
        Format::Json | Format::Ndjson => json::reader(format),
        Format::FormatList => format_list::reader(head),
        Format::Snare | Format::Splunk => collector::reader(format, head),
        Format::HttpProxy | Format::Ews | Format::Smtp | Format::Tracking => exchange::reader(format, head),
        Format::Hcw | Format::Outlook => hcw::reader(format),
        Format::Iis | Format::Httperr => access::reader(format),
        Format::EwsXml => web::reader(),
        Format::Text => Reader::Lines(Box::new(text::PlainText)),
    }
}
