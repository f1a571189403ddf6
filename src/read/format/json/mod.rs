//! JSON: documents and lines.

mod base64;
mod source;
mod value;
mod walk;

use super::{Fault, Format, Hints, LineKind, Lines, Reader, RecordStream};
use crate::record::Record;
use serde::Deserialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{self, BufRead};
use walk::{Piece, Walker};

/// No line that is longer is parsed.
const LONGEST_LINE: usize = 16 << 20;

/// No record has more values: each takes many times the bytes that it is written with.
const MOST_VALUES: usize = 1 << 18;

/// More faults than anybody reads.
const MOST_FAULTS: u32 = 100;

pub(super) fn detect(head: &str) -> Option<Format> {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let second = lines.next();
    if let Some(body) = body(first)
        && serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok()
    {
        return match second {
            // A syslog server writes lines, however few there are.
            _ if body.len() < first.len() => Some(Format::Ndjson),
            None => Some(Format::Json),
            Some(line) if line.starts_with('{') => Some(Format::Ndjson),
            // A text that begins with a line of JSON.
            Some(_) => None,
        };
    }
    if is_count(first) {
        return second.filter(|line| line.starts_with('{')).map(|_| Format::Json);
    }
    let mut letters = head.chars().filter(|c| !c.is_whitespace());
    match (letters.next()?, letters.next()?) {
        ('{', '"' | '}') | ('[', '{' | ']') => Some(Format::Json),
        _ => None,
    }
}

pub(super) fn reader(format: Format) -> Reader {
    match format {
        Format::Ndjson => Reader::Lines(Box::new(Ndjson)),
        _ => Reader::Stream(|source, _: Hints| Box::new(Document::new(source))),
    }
}

/// `Record 1`, which evtx_dump writes above each event.
fn is_count(line: &str) -> bool {
    line.strip_prefix("Record ").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The object of a line, behind what a syslog server wrote before it: `<11>Mar 17 09:45:01 host prog[0]: `. Any other text before
/// an object says more than such a prefix, so that is a text.
fn body(line: &str) -> Option<&str> {
    const MONTHS: [&str; 12] =
        ["Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "];
    if line.starts_with('{') {
        return Some(line);
    }
    let start = line.find(": {").filter(|start| *start < 200)?;
    let priority = line.strip_prefix('<').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (priority || MONTHS.iter().any(|month| line.starts_with(month))).then(|| &line[start + 2..])
}

/// Parses a record that may be hostile: its depth is bounded by the parser, its size and the number of its values here.
fn parse<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Result<T, String> {
    if text.len() > LONGEST_LINE || text.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > MOST_VALUES
    {
        return Err("it has too many values".to_owned());
    }
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

/// One object a line.
#[derive(Debug)]
struct Ndjson;

impl Lines for Ndjson {
    fn kind(&self, line: &[u8]) -> LineKind {
        if line.trim_ascii().is_empty() { LineKind::Comment } else { LineKind::Begins }
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let line = text.trim();
        match body(line).map(|body| parse(body.as_bytes())) {
            Some(Ok(Value::Object(map))) => {
                let record = value::object(&map);
                // What a server wrote before an object that is no event may say more than the object.
                let prefixed = record.event.is_none() && !line.starts_with('{');
                Some(if prefixed { Record::text(line) } else { record })
            }
            // A line that was cut or damaged still has its words.
            _ => (!line.is_empty()).then(|| Record::text(line)),
        }
    }
}

/// One document, or several behind each other.
struct Document {
    walker: Walker,
    columns: Vec<String>,
    ready: VecDeque<Record<'static>>,
    number: u64,
    faults: u32,
}

impl Document {
    fn new(source: Box<dyn BufRead + Send>) -> Self {
        Self { walker: Walker::new(source), columns: Vec::new(), ready: VecDeque::new(), number: 0, faults: 0 }
    }

    fn take(&mut self, offset: u64, piece: Piece) -> Result<(), Fault> {
        match piece {
            Piece::Record(text) => match parse::<Value>(&text) {
                Ok(parsed) => {
                    let mut records = Vec::new();
                    value::records(&parsed, &mut records);
                    self.ready.extend(records);
                }
                Err(error) => {
                    self.words(&text);
                    return self.fault(offset, format!("this is read as text, not as JSON: {error}"));
                }
            },
            Piece::Row(text) => match parse::<Vec<Value>>(&text) {
                Ok(row) => self.ready.push_back(value::row(&self.columns, &row)),
                Err(error) => {
                    self.words(&text);
                    return self.fault(offset, format!("this row is read as text, not as JSON: {error}"));
                }
            },
            Piece::Columns(text) => {
                let columns: Vec<Value> = parse(&text).unwrap_or_default();
                let name = |column: &Value| column.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.columns = columns.iter().map(name).collect();
            }
            Piece::Stray(text) => {
                self.words(&text);
            }
            Piece::TooLong => return self.fault(offset, "this has more than 16 MiB; it is left out"),
            Piece::Cut => return self.fault(offset, "the JSON ends before it is complete; what is there was read"),
        }
        Ok(())
    }

    /// What is no JSON, as text.
    fn words(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        if !text.trim().is_empty() {
            self.ready.push_back(Record::text(text.into_owned()));
        }
    }

    fn fault(&mut self, offset: u64, message: impl Into<String>) -> Result<(), Fault> {
        self.faults += 1;
        if self.faults > MOST_FAULTS { Ok(()) } else { Err(Fault::at(offset, message)) }
    }
}

impl RecordStream for Document {
    fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        loop {
            if let Some(mut record) = self.ready.pop_front() {
                self.number += 1;
                record.origin.number = self.number;
                return Ok(Some(record));
            }
            let next = self.walker.next().map_err(|error| unreadable(self.walker.offset(), &error))?;
            let Some((offset, piece)) = next else { return Ok(None) };
            self.take(offset, piece)?;
        }
    }
}

fn unreadable(offset: u64, error: &io::Error) -> Fault {
    Fault::fatal(offset, format!("the file cannot be read: {error}"))
}

#[cfg(test)]
mod tests;
