//! Bytes to records.
//!
//! A paste is one record. A text longer than a part (1 MiB) is read as several records that overlap, so that a sentence at a
//! seam is in one of them and memory stays bounded by the part.

mod case;
pub mod charset;
mod encoding;
mod event_text;
pub mod format;
pub mod objects;
mod property_list;
pub mod time;

pub use case::{Case, Part};
pub use encoding::Decoded;

use crate::record::Record;
use std::fmt;
use std::io::{self, Read};

/// The longest part of a text that is normalised at once, in bytes.
const PART: usize = 1 << 20;

/// How much of a part stands in the next one again: more than the longest paste of one failure.
const OVERLAP: usize = 64 << 10;

/// More than most pastes have, in bytes.
const USUAL_INPUT: usize = 16 << 10;

/// The largest input that `explain` takes, in bytes.
pub const LARGEST_INPUT: u64 = 1 << 30;

/// What a file is by its first bytes, where it is no text and nothing that can be unpacked.
pub fn binary(head: &[u8]) -> Option<&'static str> {
    encoding::binary(head)
}

/// What an archive's entry is, where it is packed again.
pub fn packed(head: &[u8]) -> Option<&'static str> {
    encoding::binary(head).filter(|_| !head.starts_with(b"ElfFile\0"))
}

/// A whole input as text.
#[derive(Debug)]
pub struct Input {
    /// The text, decoded.
    pub text: String,
    /// The encoding that the bytes were in.
    pub encoding: &'static str,
    /// What kind of text it is.
    pub format: &'static str,
}

/// An input that is not a text that can be explained.
#[derive(Debug)]
pub enum ReadError {
    /// The bytes could not be read.
    Io(io::Error),
    /// There is nothing but white space.
    Empty,
    /// The bytes are not text; the name says what they are, where that is known.
    Binary(&'static str),
    /// There are more than [`LARGEST_INPUT`] bytes.
    TooLarge,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::Empty => {
                f.write_str("there is no text; paste the error as Exchange, Outlook or the test cmdlet printed it")
            }
            Self::Binary(what) => write!(f, "this is {what}, not text; export or copy the error as text"),
            Self::TooLarge => {
                write!(f, "the input has more than {} MiB; cut out the time of the failure first", LARGEST_INPUT >> 20)
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Input {
    /// Reads a paste to its end.
    ///
    /// # Errors
    ///
    /// When reading fails, and when the bytes are no text, empty or too many. A byte that does not fit the encoding is never
    /// an error.
    pub fn read(reader: impl Read) -> Result<Self, ReadError> {
        let mut bytes = Vec::with_capacity(USUAL_INPUT);
        reader.take(LARGEST_INPUT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST_INPUT {
            return Err(ReadError::TooLarge);
        }
        Self::from_bytes(bytes)
    }

    /// Takes bytes that were read already.
    ///
    /// # Errors
    ///
    /// As [`Input::read`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ReadError> {
        if let Some(what) = encoding::binary(&bytes) {
            return Err(ReadError::Binary(what));
        }
        let Decoded { text, encoding } = encoding::decode(bytes);
        if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0').is_empty() {
            return Err(ReadError::Empty);
        }
        let format = format_of(&text);
        Ok(Self { text, encoding, format })
    }

    /// The input's records.
    pub fn records(&self) -> Vec<Record<'_>> {
        let starts = event_text::starts(&self.text);
        if starts.len() > 1 {
            return self.events(&starts);
        }
        let mut records = Vec::new();
        self.parts(0, self.text.len(), &mut records);
        if self.format == "event-text" {
            for record in &mut records {
                (record.event, record.fields) = event_text::read(&record.text);
            }
        }
        records
    }
}

impl Input {
    /// Several events in one paste: each is a record of its own, so that one's words are no evidence for another.
    fn events(&self, starts: &[usize]) -> Vec<Record<'_>> {
        let ends = starts.iter().skip(1).copied().chain([self.text.len()]);
        let mut records = Vec::with_capacity(starts.len() + 1);
        self.parts(0, starts[0], &mut records);
        for (&start, end) in starts.iter().zip(ends) {
            let first = records.len();
            self.parts(start, end, &mut records);
            // What is behind the first part of a long one is something else.
            let record = &mut records[first];
            (record.event, record.fields) = event_text::read(&record.text);
        }
        records
    }

    /// The text from `start` to `stop` in overlapping parts.
    fn parts<'a>(&'a self, mut start: usize, stop: usize, records: &mut Vec<Record<'a>>) {
        while start < stop {
            let end = line_end(&self.text, start + PART).min(stop);
            let mut record = Record::text(&self.text[start..end]);
            record.offset = start;
            records.push(record);
            if end == stop {
                return;
            }
            start = line_end(&self.text, end - OVERLAP);
        }
    }
}

/// The end of the line that `at` is in, or a character boundary where the line has no end nearby.
fn line_end(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let at = (at..).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    match text[at..].bytes().take(OVERLAP / 2).position(|b| b == b'\n') {
        Some(line) => at + line + 1,
        None => at,
    }
}

/// What kind of text this is, by its beginning.
fn format_of(text: &str) -> &'static str {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with("<?xml") || start.starts_with("<s:Envelope") || start.starts_with("<soap:Envelope") {
        "xml"
    } else if objects::is_collected(start) {
        "collected-case"
    } else if start.starts_with('{') || start.starts_with("[{") {
        "json"
    } else if event_text::is_event(start) {
        "event-text"
    } else {
        "text"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Input, ReadError> {
        Input::from_bytes(bytes.to_vec())
    }

    #[test]
    fn a_long_text_is_read_in_overlapping_parts_that_miss_nothing() {
        let line = "2026-11-22 10:00:00 192.0.2.1 GET / 443 200\r\n";
        let text = line.repeat(3 * PART / line.len());
        let input = read(text.as_bytes()).expect("text");
        let records = input.records();
        assert!(records.len() > 2);
        for pair in records.windows(2) {
            assert!(pair[1].offset < pair[0].offset + pair[0].text.len());
            assert!(pair[1].offset > pair[0].offset);
        }
        let last = records.last().expect("a record");
        assert_eq!(last.offset + last.text.len(), text.len());
    }

    #[test]
    fn a_line_without_end_is_cut_at_a_character() {
        let input = read("ä".repeat(2 * PART).as_bytes()).expect("text");
        assert!(input.records().len() > 1);
    }

    #[test]
    fn what_is_no_text_is_called_by_its_name() {
        assert!(matches!(read(b"ElfFile\0\0\0"), Err(ReadError::Binary("a Windows event log (.evtx)"))));
        assert!(matches!(read(b"\x89PNG\r\n\x1a\n\0\0"), Err(ReadError::Binary("an image"))));
        assert!(matches!(read(b" \r\n\t"), Err(ReadError::Empty)));
        assert!(matches!(read(b""), Err(ReadError::Empty)));
    }
}
