//! Events as labels and description: Event Viewer's "Copy details as text", `wevtutil /f:text`.
//!
//! The labels are words of the person's language. Those that are known are in [`event_text`]; in any other language the block has
//! the same shape, which tells as much.

use super::event::Parts;
use super::property::{order_of, time};
use super::{Format, LineKind, Lines, Reader};
use crate::read::event_text::{self, Label};
use crate::read::time::DateOrder;
use crate::record::Record;

/// How many lines the labels take at most.
const LABELS_END: usize = 24;

/// The longest label in any language, in bytes.
const LONGEST_LABEL: usize = 60;

/// Which label is which, by its place, in any language: log, source, date, number.
const PLACES: [(usize, Label); 3] = [(1, Label::Provider), (2, Label::Date), (3, Label::Id)];

/// No description comes before that many labels.
const BEFORE_DESCRIPTION: usize = 7;

/// What begins the XML that Event Viewer puts behind the description: the same event once more.
const XML: &str = "<Event xmlns";

pub(super) fn detect(head: &str) -> Option<Format> {
    let block = Block::of(head);
    let first = block.labels.first()?;
    let begins = head.lines().next().is_some_and(is_count)
        || matches!(first.label, Some(Label::Log | Label::Provider | Label::Id)) && head.starts_with(first.name);
    let known = block.value(Label::Provider).is_some() && block.value(Label::Id).is_some();
    (begins && known || block.has_shape()).then_some(Format::EventDetails)
}

pub(super) fn reader(head: &str) -> Reader {
    let head = head.trim_start();
    let block = Block::of(head);
    let own = block.labels.first().map(|label| label.name);
    let date = block.find(Label::Date).map(|label| label.name);
    let pairs = head.lines().filter_map(pair);
    let dates = pairs.filter(|(name, _)| Some(*name) == date).map(|(_, value)| value);
    let counted = head.lines().next().is_some_and(is_count);
    let known = event_text::first_labels().map(str::to_lowercase).chain(own.map(str::to_lowercase));
    let first = if counted { Vec::new() } else { known.collect() };
    Reader::Lines(Box::new(Details { first, order: order_of(dates) }))
}

/// `Event[0]:`, by which wevtutil counts.
fn is_count(line: &str) -> bool {
    let line = line.as_bytes();
    line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"event["))
        && line.get(6).is_some_and(u8::is_ascii_digit)
}

/// A line's label and value, in any language.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = !name.is_empty() && name.len() <= LONGEST_LABEL && !name.contains(['<', '(', '/', '\\', '"']);
    is_name.then_some((name, value))
}

/// A line of the block.
#[derive(Debug)]
struct Labelled<'t> {
    name: &'t str,
    value: &'t str,
    label: Option<Label>,
}

/// The block of labels, and where the description begins.
#[derive(Debug, Default)]
struct Block<'t> {
    labels: Vec<Labelled<'t>>,
    description: usize,
    /// Whether the labels end with an empty one.
    ended: bool,
}

impl<'t> Block<'t> {
    fn of(text: &'t str) -> Self {
        let mut block = Self::default();
        let mut at = 0;
        for line in text.split_inclusive('\n').take(2 * LABELS_END) {
            let begin = at;
            at += line.len();
            // A forum puts a blank line between all lines.
            if line.trim().is_empty() || begin == 0 && is_count(line) {
                continue;
            }
            let Some((name, value)) = pair(line) else {
                block.description = begin;
                return block;
            };
            let label = event_text::label(name);
            // In a known language an empty value is just that.
            let unknown = !(block.knows(Label::Provider) && block.knows(Label::Id));
            let empty = value.is_empty() && unknown && block.labels.len() >= BEFORE_DESCRIPTION;
            if label == Some(Label::Description) || empty {
                block.ended = true;
                block.description = if value.is_empty() { at } else { at - line.trim_start().len() + name.len() + 1 };
                return block;
            }
            block.labels.push(Labelled { name, value, label });
            block.description = at;
        }
        block
    }

    fn knows(&self, label: Label) -> bool {
        self.labels.iter().any(|line| line.label == Some(label))
    }

    /// The label's line; where it is not known, the line at its place.
    fn find(&self, label: Label) -> Option<&Labelled<'t>> {
        let known = self.labels.iter().find(|line| line.label == Some(label));
        let place = match label {
            Label::Computer => self.labels.len().checked_sub(1),
            _ => PLACES.iter().find(|(_, at)| *at == label).map(|(place, _)| *place),
        };
        known.or_else(|| place.filter(|_| self.has_shape()).and_then(|place| self.labels.get(place)))
    }

    fn value(&self, label: Label) -> Option<&'t str> {
        self.find(label).map(|line| line.value).filter(|value| !value.is_empty())
    }

    /// Whether the block has the shape of an event's, whatever the language.
    fn has_shape(&self) -> bool {
        let value = |place: usize| self.labels.get(place).map_or("", |line| line.value);
        let date =
            [DateOrder::MonthFirst, DateOrder::DayFirst].iter().any(|o| time(value(2), false, Some(*o)).is_some());
        self.ended
            && self.labels.len() >= BEFORE_DESCRIPTION
            && date
            && value(3).parse::<u16>().is_ok()
            && !value(1).is_empty()
    }
}

/// How a file prints its events.
#[derive(Debug)]
struct Details {
    /// The labels that begin an event, in lower case; none where the events are counted.
    first: Vec<String>,
    order: Option<DateOrder>,
}

impl Lines for Details {
    fn kind(&self, line: &[u8]) -> LineKind {
        let begins = match &self.first[..] {
            [] => line.starts_with(b"event[") && line.get(6).is_some_and(u8::is_ascii_digit),
            labels => labels.iter().any(|label| begins_with(line, label)),
        };
        if begins { LineKind::Begins } else { LineKind::Continues }
    }

    fn wraps(&self) -> bool {
        true
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        if text.trim().is_empty() {
            return None;
        }
        let block = Block::of(text);
        if block.value(Label::Provider).is_none() && block.value(Label::Id).is_none() {
            return Some(Record::text(text));
        }
        let (message, xml) = without_xml(text.get(block.description..).unwrap_or_default());
        let mut parts = Parts {
            provider: block.value(Label::Provider).map(str::to_owned),
            id: block.value(Label::Id).and_then(|id| id.parse().ok()),
            time: block.value(Label::Date).and_then(|date| time(date, false, self.order)),
            computer: block.value(Label::Computer).map(str::to_owned),
            message: message.trim().to_owned(),
            ..Parts::default()
        };
        for line in &block.labels {
            let known = [Label::Provider, Label::Id, Label::Date, Label::Computer];
            let taken = known.iter().any(|label| block.find(*label).is_some_and(|other| other.name == line.name));
            if !taken && !line.value.is_empty() {
                parts.fields.push((line.name.to_owned(), line.value.to_owned()));
            }
        }
        complete(&mut parts, xml);
        Some(parts.record(0))
    }
}

/// Whether a line of a file begins with a label. A letter outside ASCII is some bytes of 0x80 or above there.
fn begins_with(line: &[u8], label: &str) -> bool {
    let foreign = |rest: &[u8]| rest.iter().take_while(|byte| !byte.is_ascii()).count();
    let mut rest = line;
    let mut letters = label.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii() {
            let Some((byte, behind)) = rest.split_first() else { return false };
            if char::from(*byte) != letter {
                return false;
            }
            rest = behind;
        } else {
            while letters.next_if(|letter| !letter.is_ascii()).is_some() {}
            let len = foreign(rest);
            if len == 0 {
                return false;
            }
            rest = &rest[len..];
        }
    }
    // French has a blank before the colon, often one that does not break.
    rest.iter().find(|byte| **byte != b' ' && byte.is_ascii()) == Some(&b':')
}

/// A description without the XML behind it and the label above that, and the XML.
fn without_xml(description: &str) -> (&str, &str) {
    let found = description.match_indices(XML).map(|(at, _)| at);
    let at_line = |at: &usize| description[..*at].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
    let Some(at) = found.into_iter().find(at_line) else { return (description, "") };
    let (before, xml) = description.split_at(at);
    let before = before.trim_end();
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let is_label = before.ends_with(':') && before.len() - line <= LONGEST_LABEL;
    (if is_label { &before[..line] } else { before }, xml)
}

/// What only the XML knows: the event's number in its log, its time with a zone.
fn complete(parts: &mut Parts, xml: &str) {
    let between = |begin: &str, end: [char; 3]| {
        let behind = xml.find(begin).and_then(|at| xml.get(at + begin.len()..))?;
        let value = behind.trim_start_matches(['"', '\'']);
        value.split(end).next().map(str::trim).filter(|value| !value.is_empty())
    };
    let ends = ['<', '"', '\''];
    parts.event_record_id = between("<EventRecordID>", ends).and_then(|number| number.parse().ok());
    parts.time = between("SystemTime=", ends).and_then(|text| time(text, true, None)).or(parts.time);
    if let Some(computer) = between("<Computer>", ends) {
        parts.computer = Some(computer.to_owned());
    }
    if parts.message.is_empty() {
        let data = xml.split("<Data").skip(1).filter_map(|data| data.split_once('>'));
        parts.data = data.filter_map(|(_, value)| value.split("</Data").next()).map(str::to_owned).collect();
    }
}

#[cfg(test)]
mod tests;
