//! Events as CSV or with tabs: Event Viewer, `Export-Csv`, Log Analytics, Elastic.
//!
//! Any other table is read as text, whatever its columns are called.

mod layout;
mod rows;

use super::property::Builder;
use super::{Fault, Format, Hints, Reader, RecordStream};
use crate::read::time::{self, DateOrder};
use crate::record::Record;
use layout::Layout;
use rows::{Broken, Row, Rows};
use std::borrow::Cow;
use std::io::{self, BufRead};

/// What stands between fields: an export follows the person's settings where it is asked to.
const DELIMITERS: [u8; 3] = *b",;\t";

/// How much of a file is looked at before its first record is given: its dates show the order of day and month.
const HEAD: usize = 1 << 20;

/// How many rows of the head are looked at: more than events fit in there.
const DATED: usize = 20_000;

/// How many rows show what the columns are.
const SAMPLE: usize = 50;

/// More faults than anybody reads.
const MOST_FAULTS: u32 = 100;

pub(super) fn detect(head: &str) -> Option<Format> {
    let begin = table(head);
    let delimiter = delimiter(begin)?;
    let layout = Layout::of(&rows::sample(begin, delimiter, SAMPLE))?;
    Some(if layout.event_viewer && delimiter == b'\t' { Format::EventTxt } else { Format::EventCsv })
}

pub(super) fn reader(_format: Format) -> Reader {
    Reader::Stream(|source, hints| Box::new(Table::new(source, hints)))
}

/// What stands between the names of a header, by the first line: the delimiter that is there most often.
fn delimiter(text: &str) -> Option<u8> {
    let line = text.lines().next()?;
    if line.starts_with('#') {
        return None;
    }
    let count = |delimiter: &u8| line.bytes().filter(|byte| byte == delimiter).count();
    // Of equals the last is taken, so the comma stands there.
    DELIMITERS.into_iter().rev().max_by_key(count).filter(|delimiter| count(delimiter) > 0)
}

/// The table without the lines that may stand before it: the type of `Export-Csv`, Excel's separator.
fn table(text: &str) -> &str {
    let mut text = text;
    while text.starts_with("#TYPE ") || text.starts_with("sep=") {
        text = text.split_once('\n').map_or("", |(_, behind)| behind);
    }
    text
}

/// Reads a table.
struct Table {
    rows: Rows,
    hints: Hints,
    layout: Option<Layout>,
    order: Option<DateOrder>,
    /// Whether the next row is a header.
    header: bool,
    number: u64,
    faults: u32,
    /// What could be kept of a row that was reported.
    kept: Option<String>,
}

impl Table {
    fn new(source: Box<dyn BufRead + Send>, hints: Hints) -> Self {
        let order = hints.date_order;
        Self { rows: Rows::new(source), hints, layout: None, order, header: true, number: 0, faults: 0, kept: None }
    }

    /// Looks at the beginning of the file.
    fn open(&mut self) -> io::Result<()> {
        let head = self.rows.head(HEAD)?;
        let head = String::from_utf8_lossy(&head[..head.len().min(HEAD)]);
        let begin = table(head.trim_start_matches(['\u{feff}', '\r', '\n']));
        let delimiter = delimiter(begin).unwrap_or(b',');
        let rows = rows::sample(begin, delimiter, DATED);
        let sample = rows.get(..rows.len().min(SAMPLE)).unwrap_or_default();
        // Where somebody says that these are events, a header without a sign of it must do.
        let layout = Layout::of(sample).or_else(|| Layout::named(sample.first()?));
        let layout = layout.unwrap_or(Layout { columns: Vec::new(), event_viewer: false });
        self.order = self.hints.date_order.or_else(|| layout.order(&rows));
        self.rows.delimiter = delimiter;
        self.layout = Some(layout);
        Ok(())
    }

    /// A row that is no event: what stands before the events, a header.
    fn is_header(&mut self, layout: &mut Layout) -> bool {
        let first = self.rows.value(0).unwrap_or_default();
        let first = first.trim_start_matches('\u{feff}');
        if first.starts_with("#TYPE ") {
            self.header = true;
            return true;
        }
        if first.starts_with("sep=") || first.is_empty() && self.rows.len() == 1 {
            return true;
        }
        if self.header {
            self.header = false;
            // A second table in one file, behind a second `#TYPE`.
            if self.number > 0 {
                let names: Vec<String> = self.values().map(Cow::into_owned).collect();
                *layout = Layout::named(&names).unwrap_or_else(|| layout.clone());
            }
            return !layout.columns.is_empty();
        }
        // Tables that were put together repeat their header.
        let names = layout.columns.iter().map(|column| column.name.as_str());
        self.rows.len() > 1 && names.zip(self.values()).all(|(name, value)| name.eq_ignore_ascii_case(value.trim()))
    }

    fn values(&self) -> impl Iterator<Item = Cow<'_, str>> {
        (0..self.rows.len()).filter_map(|number| self.rows.value(number))
    }

    fn record(&mut self, layout: &Layout) -> Record<'static> {
        self.number += 1;
        if self.order.is_none() {
            // Nothing before showed the order; what is behind it can be read.
            let dates = layout.columns.iter().enumerate().filter(|(_, column)| column.is_date());
            self.order = dates.filter_map(|(number, _)| self.rows.value(number)).find_map(|date| time::order(&date));
        }
        build(layout, self.order, self.number, self.values())
    }

    /// A row whose marks are wrong: the fault now, what could be kept of it next.
    fn broken(&mut self, layout: &Layout, broken: Broken, offset: u64) -> Result<(), Fault> {
        let delimiter = self.rows.delimiter;
        let kept = self.rows.broken(|before, line| layout.begins(delimiter, before, line));
        self.kept = Some(kept.map_err(|error| unreadable(offset, &error))?);
        self.faults += 1;
        if self.faults > MOST_FAULTS {
            return Ok(());
        }
        let what = match broken {
            Broken::Behind => "a quotation mark in this row is not doubled, or the one before it not closed",
            Broken::Open => "the text ends inside the quotation marks of this row",
            Broken::Long => "this row has no end within 16 MiB, so a quotation mark is not closed",
        };
        let more = if self.faults == MOST_FAULTS { "; further such rows are not named" } else { "" };
        Err(Fault::at(
            offset,
            format!("{what}; it is read as far as its lines go, and the rows behind it as usual{more}"),
        ))
    }

    fn next_row(&mut self, layout: &mut Layout) -> Result<Option<Record<'static>>, Fault> {
        loop {
            if let Some(kept) = self.kept.take() {
                self.number += 1;
                let fields = layout.split(self.rows.delimiter, &kept);
                return Ok(Some(match fields {
                    Some(fields) => build(layout, self.order, self.number, fields.into_iter().map(unmark)),
                    None => only_text(kept, self.number),
                }));
            }
            let offset = self.rows.offset();
            match self.rows.next().map_err(|error| unreadable(offset, &error))? {
                None => return Ok(None),
                Some(Row::Broken(broken, offset)) => self.broken(layout, broken, offset)?,
                Some(Row::Whole) if self.is_header(layout) => {}
                Some(Row::Whole) => return Ok(Some(self.record(layout))),
            }
        }
    }
}

impl RecordStream for Table {
    fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        if self.layout.is_none() {
            self.open().map_err(|error| unreadable(0, &error))?;
        }
        let Some(mut layout) = self.layout.take() else { return Ok(None) };
        let next = self.next_row(&mut layout);
        self.layout = Some(layout);
        next
    }
}

fn unreadable(offset: u64, error: &io::Error) -> Fault {
    Fault::fatal(offset, format!("the file cannot be read: {error}"))
}

/// Undoes doubled marks.
fn unmark(value: &str) -> Cow<'_, str> {
    if value.contains("\"\"") { Cow::Owned(value.replace("\"\"", "\"")) } else { Cow::Borrowed(value) }
}

/// The record of a row. A row that is no event keeps its words.
fn build<'v>(
    layout: &Layout,
    order: Option<DateOrder>,
    number: u64,
    values: impl Iterator<Item = Cow<'v, str>>,
) -> Record<'static> {
    let mut builder = Builder::new(order);
    let mut behind = String::new();
    for (at, value) in values.enumerate() {
        match layout.columns.get(at) {
            Some(column) => builder.add_known(column.known, &column.name, &value),
            None => {
                behind.push('\n');
                behind.push_str(&value);
            }
        }
    }
    builder.parts.message.push_str(&behind);
    if builder.parts.provider.is_none() && builder.parts.id.is_none() && builder.parts.message.trim().is_empty() {
        let words: Vec<&str> = builder.parts.fields.iter().map(|(_, value)| value.as_str()).collect();
        return only_text(words.join("\n"), number);
    }
    builder.record(number)
}

fn only_text(text: String, number: u64) -> Record<'static> {
    let mut record = Record::text(text);
    record.origin.number = number;
    record
}

#[cfg(test)]
mod tests;
