//! Keys, types and values of a file, held against its schema.
//!
//! The schema comes from the types that the program reads the file into, so the format is described once.

use super::near;
use crate::author::diagnostic::{Findings, Problem};
use crate::author::problems::{EmptyValue, MissingKey, UnknownKey, UnknownValue, WrongType};
use crate::author::schema::SCHEMAS;
use crate::author::yaml::{Entry, Node, Scalar, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::Range;

/// The schemas, parsed.
#[derive(Debug)]
pub struct Shapes(BTreeMap<&'static str, Json>);

impl Shapes {
    /// Parses the schemas that come with the program. Tests hold them against the types, so none of them fails.
    pub fn new() -> Self {
        Self(SCHEMAS.iter().filter_map(|s| Some((s.name, serde_json::from_str(s.text).ok()?))).collect())
    }

    /// Reports what in a document does not fit the schema of this name.
    pub fn check(&self, schema: &str, root: &Node, findings: &mut Findings) {
        if let Some(schema) = self.0.get(schema) {
            let walk = Walk { definitions: schema.get("definitions").unwrap_or(&Json::Null) };
            walk.node(root, schema, "the file", findings);
        }
    }
}

struct Walk<'s> {
    definitions: &'s Json,
}

impl<'s> Walk<'s> {
    /// `of` is how the thing is called, such as `a step`.
    fn node(&self, node: &Node, schema: &'s Json, of: &str, findings: &mut Findings) {
        let (schema, name) = self.resolve(schema);
        let of = name.map_or_else(|| of.to_owned(), |name| with_article(&words(name)));
        if let Some(values) = constants(schema) {
            return value(node, &values, findings);
        }
        match (schema.get("type").and_then(Json::as_str), &node.value) {
            (Some("object"), Value::Map(entries)) => self.map(node, entries, schema, &of, findings),
            (Some("array"), Value::List(items)) => {
                let item = schema.get("items").unwrap_or(&Json::Null);
                items.iter().for_each(|node| self.node(node, item, "an entry", findings));
            }
            (Some("string"), Value::Scalar(_)) => {}
            (Some("integer"), Value::Scalar(scalar)) if is_number(scalar) => {}
            (Some("boolean"), Value::Scalar(Scalar { text, plain: true, .. })) if text == "true" || text == "false" => {
            }
            (Some(expected), _) => wrong_type(node, expected, findings),
            (None, _) => {}
        }
    }

    fn map(&self, node: &Node, entries: &[Entry], schema: &'s Json, of: &str, findings: &mut Findings) {
        let none = serde_json::Map::new();
        let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&none);
        // Names that the author chooses: what stands there is described for all of them.
        let any = schema.get("additionalProperties").filter(|schema| schema.is_object());
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let mut meant = Vec::new();
        for Entry { key, key_span, value } in entries {
            match properties.get(key).or(any) {
                None => {
                    let near = near(key, properties.keys().map(String::as_str));
                    let known = listed(properties.keys());
                    let problem = UnknownKey { key: key.clone(), of: of.to_owned(), near: near.clone(), known };
                    meant.extend(near.clone());
                    let diagnostic = findings.add(key_span.clone(), &problem);
                    diagnostic.fix = near;
                }
                Some(property) if is_empty(value, property) => {
                    let mend = match &value.value {
                        Value::Scalar(scalar) if scalar.is_block() => {
                            "`>` and `|` begin a text on the next line; a value that begins with one needs quotes"
                        }
                        _ if required.clone().any(|required| required == key) => {
                            "write one; the key cannot be left out"
                        }
                        _ => "write one, or remove the key",
                    };
                    findings.add(key_span.clone(), &EmptyValue { key: key.clone(), mend });
                }
                Some(schema) => self.node(value, schema, key, findings),
            }
        }
        // A misspelt key is reported as such; it is not missing as well.
        let is_there = |key: &str| entries.iter().any(|entry| entry.key == key) || meant.iter().any(|m| m == key);
        let missing: Vec<&str> = required.filter(|key| !is_there(key)).collect();
        if !missing.is_empty() {
            let meaning = |key: &&str| {
                let property = properties.get(*key).unwrap_or(&Json::Null);
                let description = property.get("description").and_then(Json::as_str).unwrap_or_default();
                format!("`{key}`: {}", description.lines().next().unwrap_or_default())
            };
            let problem = MissingKey {
                keys: listed(missing.iter()),
                of: of.to_owned(),
                meaning: missing.iter().map(meaning).collect::<Vec<_>>().join("\n"),
            };
            findings.add(mark(node), &problem);
        }
    }

    /// The schema behind a reference, and the name that it has there.
    fn resolve(&self, schema: &'s Json) -> (&'s Json, Option<&'s str>) {
        let reference = |schema: &'s Json| schema.get("$ref").and_then(Json::as_str);
        let wrapped = schema.get("allOf").and_then(|all| all.get(0));
        match reference(schema).or_else(|| wrapped.and_then(reference)) {
            Some(path) => {
                let name = path.rsplit('/').next().unwrap_or(path);
                (self.definitions.get(name).unwrap_or(&Json::Null), Some(name))
            }
            None => (schema, schema.get("title").and_then(Json::as_str).filter(|title| !title.contains("Array"))),
        }
    }
}

/// Whether a map's own keys and values have the right shape. Where they have not, what seems to be missing may be what was meant.
pub(super) fn is_sound(node: &Node, findings: &Findings) -> bool {
    let Value::Map(entries) = &node.value else { return false };
    let misread = [UnknownKey::CODE, EmptyValue::CODE, WrongType::CODE];
    let is_misread = |span: &Range<usize>| findings.has(span, &misread);
    !entries.iter().any(|entry| is_misread(&entry.key_span) || is_misread(&mark(&entry.value)))
}

/// The part of a map or list that a message marks: its first key, for a block has no bytes of its own.
pub(super) fn mark(node: &Node) -> Range<usize> {
    match &node.value {
        Value::Map(entries) => entries.first().map_or(node.span.clone(), |entry| entry.key_span.clone()),
        Value::List(items) => items.first().map_or(node.span.clone(), mark),
        _ => node.span.clone(),
    }
}

fn is_empty(node: &Node, schema: &Json) -> bool {
    match &node.value {
        Value::Null => true,
        Value::List(items) => items.is_empty() && schema.get("minItems").is_some_and(|least| least != 0),
        Value::Scalar(scalar) => scalar.text.trim().is_empty(),
        _ => false,
    }
}

fn is_number(scalar: &Scalar) -> bool {
    scalar.plain && scalar.text.parse::<u32>().is_ok()
}

/// The values of an enumeration, with what each means.
fn constants(schema: &Json) -> Option<Vec<&str>> {
    let branches = schema.get("oneOf")?.as_array()?;
    branches.iter().map(|branch| branch.get("const").and_then(Json::as_str)).collect()
}

fn value(node: &Node, known: &[&str], findings: &mut Findings) {
    match node.text() {
        Some(text) if known.contains(&text) => {}
        Some(text) => {
            let near = near(text, known.iter().copied());
            let problem = UnknownValue { value: text.to_owned(), near: near.clone(), known: listed(known.iter()) };
            findings.add(node.span.clone(), &problem).suggest(near);
        }
        None => wrong_type(node, "string", findings),
    }
}

fn wrong_type(node: &Node, expected: &str, findings: &mut Findings) {
    let mut hint = String::new();
    let mut fix = None;
    let name = match expected {
        "object" => {
            if node.text().is_some() {
                hint = "write its keys on the lines below it, indented".to_owned();
            }
            "keys with values"
        }
        "array" => {
            if let Some(text) = node.text() {
                hint = format!("write it as a list: `[{text}]`");
                fix = Some(format!("[{text}]"));
            }
            "a list"
        }
        "integer" => {
            if let Some(text) = node.text().filter(|text| text.parse::<u32>().is_ok()) {
                hint = "remove the quotes".to_owned();
                fix = Some(text.to_owned());
            }
            "a whole number"
        }
        "boolean" => {
            let meant = match node.text().map(str::to_lowercase).as_deref() {
                Some("yes" | "y" | "on" | "true" | "1") => Some("true"),
                Some("no" | "n" | "off" | "false" | "0") => Some("false"),
                _ => None,
            };
            if let Some(meant) = meant {
                hint = format!("write `{meant}`");
                fix = Some(meant.to_owned());
            }
            "`true` or `false`"
        }
        _ => "a text",
    };
    let found = match &node.value {
        Value::Null => "nothing",
        Value::List(_) => "a list",
        Value::Map(_) => "keys with values",
        Value::Scalar(scalar) if is_number(scalar) => "a number",
        Value::Scalar(_) => "a text",
    };
    findings.add(mark(node), &WrongType { expected: name.to_owned(), found: found.to_owned(), hint }).suggest(fix);
}

/// "`a`, `b` and `c`"
pub(super) fn listed<S: AsRef<str>>(names: impl Iterator<Item = S>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{}`", name.as_ref())).collect();
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}

/// A type's name as words: `WellKnown` is `well known`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
