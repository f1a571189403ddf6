//! JSON values to records: events of the tools that write them, and anything else as its words.

use super::super::property::Builder;
use super::base64;
use super::walk::RECORDS;
use crate::record::Record;
use serde_json::{Map, Value};

/// Bodies of responses in each other: a trace of a browser holds a response, which holds its answers.
const DEEPEST: usize = 4;

/// The records of a value.
pub(super) fn records(value: &Value, out: &mut Vec<Record<'static>>) {
    read(value, 0, out);
}

fn read(value: &Value, depth: usize, out: &mut Vec<Record<'static>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| read(item, depth, out)),
        Value::Object(map) => {
            let wrapped = RECORDS.iter().find_map(|path| at(value, path)?.as_array());
            match wrapped.filter(|items| items.iter().any(Value::is_object)) {
                Some(items) => items.iter().for_each(|item| read(item, depth, out)),
                None if depth < DEEPEST && response(value, depth, out) => {}
                None => out.push(object(map)),
            }
        }
        Value::Null => {}
        Value::String(text) => out.push(Record::text(text.clone())),
        other => out.push(Record::text(other.to_string())),
    }
}

/// What stands at a path of names with dots between them.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

/// A browser's request with its answer (HAR): the body is a text in a string, or its bytes in base64.
fn response(entry: &Value, depth: usize, out: &mut Vec<Record<'static>>) -> bool {
    let Some(content) = at(entry, "response.content") else { return false };
    let Some(text) = content.get("text").and_then(Value::as_str).filter(|text| !text.trim().is_empty()) else {
        return false;
    };
    let decoded = content.get("encoding").and_then(Value::as_str) == Some("base64");
    let text = if decoded { base64::decode(text) } else { Some(text.to_owned()) };
    let Some(text) = text else { return false };
    let first = out.len();
    match super::parse::<Value>(text.as_bytes()) {
        Ok(body @ (Value::Object(_) | Value::Array(_))) => read(&body, depth + 1, out),
        _ => out.push(Record::text(text)),
    }
    let mut about = Builder::default();
    about.add("startedDateTime", entry.get("startedDateTime").and_then(Value::as_str).unwrap_or_default());
    for record in out.iter_mut().skip(first) {
        record.origin.time = record.origin.time.or(about.parts.time);
        if let Some(url) = at(entry, "request.url").and_then(Value::as_str) {
            record.fields.push(("url".to_owned(), url.to_owned()));
        }
    }
    true
}

/// The record of an object: an event, or all its words.
pub(super) fn object(map: &Map<String, Value>) -> Record<'static> {
    // Elastic's exports say about each document where it is stored.
    let stored = map.get("_source").or_else(|| map.get("fields").filter(|_| map.contains_key("_index")));
    let map = stored.and_then(Value::as_object).unwrap_or(map);
    let mut builder = Builder::default();
    let mut words = Vec::new();
    let mut path = String::new();
    for (name, value) in map {
        flatten(name, value, &mut path, &mut |path, value| {
            builder.add(path, value);
            // The name stays beside its value, as it does where somebody pastes the document.
            words.push(format!("{}: {value}", path.rsplit('.').next().unwrap_or(path)));
        });
    }
    if builder.is_event() {
        return builder.record(0);
    }
    let mut record = Record::text(words.join("\n"));
    record.origin.time = builder.parts.time;
    record.origin.computer = builder.parts.computer;
    record.fields = builder.parts.fields;
    record
}

/// The record of a table's row.
pub(super) fn row(columns: &[String], row: &[Value]) -> Record<'static> {
    let names = columns.iter().cloned().chain((columns.len()..).map(|number| number.to_string()));
    object(&names.zip(row.iter().cloned()).collect())
}

/// Every text and number with the names above it, dots between them. The depth is bounded by the parser's.
fn flatten(name: &str, value: &Value, path: &mut String, visit: &mut impl FnMut(&str, &str)) {
    let end = path.len();
    if end > 0 {
        path.push('.');
    }
    path.push_str(name);
    elements(value, path, visit);
    path.truncate(end);
}

fn elements(value: &Value, path: &mut String, visit: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Null => {}
        Value::String(text) => visit(path, text),
        Value::Array(items) => items.iter().for_each(|item| elements(item, path, visit)),
        Value::Object(map) => map.iter().for_each(|(name, value)| flatten(name, value, path, visit)),
        other => visit(path, &other.to_string()),
    }
}
