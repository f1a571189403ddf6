//! `Export-Clixml`: objects with their properties as XML.
//!
//! Events are recognised by their properties, whatever exported them; of any other object all values are shown as `Format-List`
//! would show them. Only the outermost properties of an object say what it is: an event holds a principal, a provider, a bookmark,
//! each with an `Id` or a `Name` of its own.

use super::event::Parts;
use super::xml::{Elements, Piece, Pieces, attribute};
use super::{Fault, Format, Hints, Reader, RecordStream};
use crate::read::time;
use crate::record::{Origin, Record};
use quick_xml::events::BytesStart;
use std::io::BufRead;

pub(super) fn detect(head: &str) -> Option<Format> {
    (super::xml::root(head)?.name == "Objs").then_some(Format::Clixml)
}

pub(super) fn reader() -> Reader {
    Reader::Stream(open)
}

fn open(inner: Box<dyn BufRead + Send>, _hints: Hints) -> Box<dyn RecordStream> {
    // Text that was exported by itself is an object too.
    Box::new(Objects { elements: Elements::new(inner, |name| name == b"Obj" || name == b"S"), number: 0 })
}

/// The objects of a text.
struct Objects {
    elements: Elements,
    number: u64,
}

impl RecordStream for Objects {
    fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        let Some(element) = self.elements.next()? else { return Ok(None) };
        let offset = element.offset;
        self.number += 1;
        let values = values(element.text, element.whole).map_err(|fault| fault.behind(offset))?;
        Ok(Some(record(values, self.number)))
    }
}

/// One value of an object.
#[derive(Debug, PartialEq, Eq)]
struct Value {
    /// The names of the properties that it stands in, the outermost first.
    path: Vec<String>,
    text: String,
}

impl Value {
    /// The name of the object's own property that this is all of.
    fn own(&self) -> Option<&str> {
        match &self.path[..] {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// How deep properties are followed; `Export-Clixml` itself goes two deep unless it is told otherwise.
const DEEPEST: usize = 64;

/// The values of one object, in their order.
fn values(xml: &str, whole: bool) -> Result<Vec<Value>, Fault> {
    let mut pieces = Pieces::new(xml, whole);
    let mut values = Vec::new();
    // For each open element the name of the property that it is.
    let mut names: Vec<Option<String>> = Vec::new();
    let mut text = String::new();
    let mut simple = false;
    while let Some(piece) = pieces.next()? {
        match piece {
            Piece::Start(tag) => {
                simple = is_simple(&tag);
                text.clear();
                names.push(attribute(&tag, "N").map(|name| decoded(&name)));
            }
            Piece::Text(part) if simple => text.push_str(&part),
            Piece::Text(_) => {}
            Piece::End => {
                if std::mem::take(&mut simple) && !text.trim().is_empty() {
                    let path = names.iter().flatten().take(DEEPEST).cloned().collect();
                    values.push(Value { path, text: decoded(&text) });
                }
                names.pop();
            }
        }
    }
    if simple && !text.trim().is_empty() {
        values.push(Value { path: names.into_iter().flatten().take(DEEPEST).collect(), text: decoded(&text) });
    }
    Ok(values)
}

/// Whether an element is a value that people read: text, numbers, times. Others are names of types, bytes, and what an object would
/// print, which is its type once more.
fn is_simple(tag: &BytesStart<'_>) -> bool {
    const SIMPLE: [&str; 20] = [
        "S", "B", "C", "DT", "TS", "I16", "I32", "I64", "U16", "U32", "U64", "By", "SB", "Sg", "Db", "D", "G", "URI",
        "Version", "XD",
    ];
    SIMPLE.contains(&tag.local_name().as_ref())
}

/// Undoes `_x000D_`: what XML could not hold, as units of UTF-16.
pub(in crate::read) fn decoded(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let Some(unit) = unit(&rest[at..]) else {
            flush(&mut units, &mut decoded);
            decoded.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        if at > 0 {
            flush(&mut units, &mut decoded);
            decoded.push_str(&rest[..at]);
        }
        units.push(unit);
        rest = &rest[at + 7..];
    }
    flush(&mut units, &mut decoded);
    decoded.push_str(rest);
    decoded
}

/// `_x000D_` at the beginning of a text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    (text.as_bytes().get(6) == Some(&b'_')).then(|| u16::from_str_radix(digits, 16).ok())?
}

fn flush(units: &mut Vec<u16>, into: &mut String) {
    into.extend(char::decode_utf16(units.drain(..)).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// The names of an event's properties: `Get-WinEvent`'s and `Get-EventLog`'s.
const PROVIDER: [&str; 2] = ["ProviderName", "Source"];
const EVENT_ID: [&str; 2] = ["Id", "EventID"];
const TIME: [&str; 2] = ["TimeCreated", "TimeGenerated"];
const COMPUTER: &str = "MachineName";
const RECORD_ID: [&str; 2] = ["RecordId", "Index"];
const MESSAGE: &str = "Message";
/// The properties that hold the values of the message.
const DATA: [&str; 2] = ["Properties", "ReplacementStrings"];

/// An event, or the values of anything else.
fn record(values: Vec<Value>, number: u64) -> Record<'static> {
    let has = |names: &[&str]| values.iter().any(|v| v.own().is_some_and(|own| names.contains(&own)));
    if has(&PROVIDER) && has(&EVENT_ID) {
        return event(values).record(number);
    }
    let mut text = String::new();
    for value in &values {
        if let Some(name) = value.path.last() {
            text.push_str(name);
            text.push_str(" : ");
        }
        text.push_str(&value.text);
        text.push('\n');
    }
    let mut record = Record::text(text);
    record.fields = values
        .into_iter()
        .filter(|value| value.path.len() == 1)
        .filter_map(|mut value| value.path.pop().map(|name| (name, value.text)))
        .collect();
    record.origin = Origin { number, ..Origin::default() };
    record
}

fn event(values: Vec<Value>) -> Parts {
    let mut parts = Parts::default();
    for mut value in values {
        let Some(name) = value.own() else {
            if value.path.first().is_some_and(|name| DATA.contains(&name.as_str())) {
                parts.data.push(value.text);
            }
            continue;
        };
        match name {
            name if PROVIDER.contains(&name) => parts.provider = Some(value.text),
            name if EVENT_ID.contains(&name) => parts.id = value.text.parse().ok(),
            name if TIME.contains(&name) => parts.time = time::parse(&value.text, false, None),
            name if RECORD_ID.contains(&name) => parts.event_record_id = value.text.parse().ok(),
            name if DATA.contains(&name) => parts.data.push(value.text),
            COMPUTER => parts.computer = Some(value.text),
            MESSAGE => parts.message = value.text,
            _ => parts.fields.extend(value.path.pop().map(|name| (name, value.text))),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn records(objects: &str) -> Vec<Record<'static>> {
        let xml = format!(
            "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">{objects}</Objs>"
        );
        let mut stream = open(Box::new(Cursor::new(xml)), Hints::default());
        let mut records = Vec::new();
        while let Some(record) = stream.next().expect("a whole text") {
            records.push(Record { text: record.text.into_owned().into(), ..record });
        }
        records
    }

    #[test]
    fn nested_objects_do_not_overwrite_the_event() {
        let found = records(
            "<Obj RefId=\"0\"><TN RefId=\"0\"><T>System.Diagnostics.Eventing.Reader.EventLogRecord</T></TN><ToString>x</ToString>\
            <Props><I32 N=\"Id\">4002</I32><S N=\"ProviderName\">MSExchange Availability</S><I64 N=\"RecordId\">7001</I64>\
            <DT N=\"TimeCreated\">2026-03-17T09:45:01.1234567+01:00</DT><S N=\"MachineName\">EX01</S>\
            <Obj N=\"Bookmark\" RefId=\"1\"><TNRef RefId=\"1\" /><Props><I32 N=\"Id\">9</I32><S N=\"Message\">no</S>\
            <S N=\"ProviderName\">no</S></Props></Obj>\
            <Obj N=\"Properties\" RefId=\"2\"><LST><Obj RefId=\"3\"><Props><S N=\"Value\">a</S></Props></Obj></LST></Obj>\
            </Props><MS><S N=\"Message\">one_x000D__x000A_two</S><Nil N=\"Level\" /></MS></Obj>",
        );
        let [record] = &found[..] else { panic!("{found:?}") };
        assert_eq!(record.text, "MSExchange Availability\none\r\ntwo");
        let event = record.event.as_ref().expect("an event");
        assert_eq!((event.provider.as_deref(), event.id), (Some("MSExchange Availability"), Some(4002)));
        assert_eq!(record.origin.event_record_id, Some(7001));
        assert_eq!(record.origin.computer.as_deref(), Some("EX01"));
        assert_eq!(record.origin.time.map(|t| t.to_string()).as_deref(), Some("2026-03-17T08:45:01Z"));
    }

    #[test]
    fn an_event_without_message_shows_its_values() {
        let found = records(
            "<Obj RefId=\"0\"><Props><I32 N=\"Id\">4002</I32><S N=\"ProviderName\">P</S><Nil N=\"Message\" />\
            <Obj N=\"Properties\" RefId=\"2\"><LST><Obj RefId=\"3\"><Props><S N=\"Value\">a</S></Props></Obj>\
            <Obj RefId=\"4\"><Props><S N=\"Value\">b</S></Props></Obj></LST></Obj></Props></Obj>\
            <Obj RefId=\"5\"><Props><I32 N=\"EventID\">4001</I32><S N=\"Source\">P</S><Obj N=\"ReplacementStrings\" RefId=\"6\">\
            <LST><S>c</S><S>d</S></LST></Obj></Props></Obj>",
        );
        assert_eq!(found.iter().map(|r| &*r.text).collect::<Vec<_>>(), ["P\na\nb", "P\nc\nd"]);
        assert_eq!(found[1].origin.number, 2);
    }

    #[test]
    fn any_other_object_shows_its_values() {
        let found = records(
            "<Obj RefId=\"0\"><TN RefId=\"0\"><T>T</T></TN><ToString>shown by itself</ToString><Props><S N=\"Id\">AutodiscoverFailed\
            </S><B N=\"Ok\">false</B><Obj N=\"Inner\" RefId=\"1\"><Props><S N=\"Message\">deep</S></Props></Obj></Props></Obj>\
            <S>just a line</S>",
        );
        let texts: Vec<_> = found.iter().map(|r| &*r.text).collect();
        assert_eq!(texts, ["Id : AutodiscoverFailed\nOk : false\nMessage : deep\n", "just a line\n"]);
        assert_eq!(found[0].fields.len(), 2);
        assert!(found[0].event.is_none());
    }

    #[test]
    fn escapes_are_units_of_utf_16() {
        assert_eq!(decoded("a_x000D__x000a_b"), "a\r\nb");
        assert_eq!(decoded("_xD83D__xDE00_"), "\u{1f600}");
        assert_eq!(decoded("_x005F_x000D_"), "_x000D_");
        assert_eq!(decoded("_xD83D_x"), "\u{fffd}x");
        for plain in ["_x", "_x12", "_xyz__x", "_x00é_", "x_x000D", ""] {
            assert_eq!(decoded(plain), plain);
        }
    }

    #[test]
    fn deep_nesting_is_no_harm() {
        let deep = format!("{}<S N=\"a\">x</S>{}", "<Obj N=\"n\" RefId=\"1\">".repeat(9_000), "</Obj>".repeat(9_000));
        assert_eq!(records(&format!("<Obj>{deep}</Obj>")).len(), 1);
    }
}
