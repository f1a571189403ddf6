//! Objects as `ConvertTo-Json` writes them, in Windows PowerShell 5.1 and in PowerShell 7, and the file of a collected case.
//!
//! Both differ: 5.1 writes dates as `\/Date(1647506701000)\/`, wraps an array of a remote session as `{"value": [...], "Count": n}` and an
//! enumeration as `{"value": 1, "Value": "Name"}`; both replace what lies too deep by its type's name or by `@{Name=x}`.

use super::error_record::inside;
use super::lines::Line;
use super::{Form, Object, Property, Value};
use crate::read::time;
use serde::Deserialize;
use serde_json::Value as Json;
use std::ops::Range;

/// A JSON value that begins with the first line; the answer is how many lines it takes, nothing where none begins.
pub(super) fn read(text: &str, lines: &[Line<'_>], cmdlet: Option<&str>, objects: &mut Vec<Object>) -> Option<usize> {
    let line = lines.first()?;
    let start = line.start + (line.text.len() - line.text.trim_start().len());
    if !text[start..].starts_with(['{', '[']) {
        return None;
    }
    let end = start + value_end(&text[start..])?;
    let found = objects_in(text, start..end, cmdlet);
    if found.is_empty() {
        return None;
    }
    objects.extend(found);
    let behind = lines.iter().position(|line| line.start >= end);
    Some(behind.unwrap_or(lines.len()))
}

/// The objects of a JSON value that is written at `range`: itself, or the objects of the list that it is.
fn objects_in(text: &str, range: Range<usize>, cmdlet: Option<&str>) -> Vec<Object> {
    let parts = match text[range.clone()].starts_with('[') {
        true => elements(text, range),
        false => vec![range],
    };
    let is_object = |part: &Range<usize>| text[part.clone()].starts_with('{');
    parts.into_iter().filter(is_object).filter_map(|part| object(text, part, cmdlet)).collect()
}

fn object(text: &str, range: Range<usize>, cmdlet: Option<&str>) -> Option<Object> {
    let mut properties: Vec<Property> = Vec::new();
    for (name, at, value) in members(text, range.clone()) {
        let json: Json = serde_json::from_str(&text[value.clone()]).ok()?;
        if !properties.iter().any(|known| *known.name == *name) {
            properties.push(Property { name: name.into(), value: value_of(&json), at: at.start..value.end });
        }
    }
    (!properties.is_empty()).then(|| Object::new(cmdlet, Form::Json, properties, range))
}

/// What a property holds, in the words in which a list prints it.
fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(true) => Value::Text { text: "True".into(), cut: false },
        Json::Bool(false) => Value::Text { text: "False".into(), cut: false },
        Json::Number(number) => Value::Text { text: number.to_string(), cut: false },
        Json::String(text) => string(text),
        Json::Array(items) => {
            let items: Vec<Value> = items.iter().map(value_of).collect();
            let cut = items.iter().any(Value::is_cut);
            Value::list(items.iter().map(Value::text).filter(|text| !text.is_empty()).collect(), cut)
        }
        Json::Object(map) => {
            if let Some(list @ Json::Array(_)) = map.get("value").filter(|_| map.contains_key("Count")) {
                return value_of(list);
            }
            // The names under which objects of Exchange and .NET carry what a list would print.
            const SHOWN: [&str; 8] =
                ["Value", "OriginalString", "AbsoluteUri", "Domain", "Address", "Thumbprint", "DateTime", "Name"];
            match SHOWN.iter().find_map(|key| map.get(*key).filter(|value| value.is_string())) {
                Some(shown) => value_of(shown),
                None => Value::Text { text: json.to_string(), cut: true },
            }
        }
    }
}

fn string(text: &str) -> Value {
    if text.starts_with("/Date(")
        && let Some(time) = time::parse(text, true, None)
    {
        return Value::Text { text: time.to_string(), cut: false };
    }
    // `@{Domain=contoso.com; ...}`: what was too deep.
    match text.strip_prefix("@{").and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) => {
            let first = inner.split(';').next().and_then(|pair| pair.split_once('=')).map_or(inner, |(_, value)| value);
            Value::Text { text: first.trim().to_owned(), cut: inner.contains(';') }
        }
        None => Value::printed(text),
    }
}

/// The end of the value that begins a text, in bytes; nothing where it has none.
fn value_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'"' => string_end(bytes, 0),
        b'{' | b'[' => {
            let mut depth = 0_usize;
            let mut at = 0;
            while at < bytes.len() {
                match bytes[at] {
                    b'"' => {
                        at = string_end(bytes, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            None
        }
        _ => Some(
            bytes
                .iter()
                .position(|b| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace())
                .unwrap_or(bytes.len()),
        ),
    }
}

/// The end of the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The elements of the list at `range`.
fn elements(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut elements = Vec::new();
    let mut at = range.start + 1;
    while let Some(start) = next(text, at, range.end) {
        let Some(len) = value_end(&text[start..range.end]) else { break };
        elements.push(start..start + len);
        at = start + len.max(1);
    }
    elements
}

/// The members of the object at `range`: name, the name's place, the value's place.
fn members(text: &str, range: Range<usize>) -> Vec<(String, Range<usize>, Range<usize>)> {
    let mut members = Vec::new();
    let mut at = range.start + 1;
    while let Some(start) = next(text, at, range.end).filter(|start| text[*start..].starts_with('"')) {
        let Some(len) = value_end(&text[start..range.end]) else { break };
        let Ok(name) = serde_json::from_str::<String>(&text[start..start + len]) else { break };
        let Some(colon) = text[start + len..range.end].find(|c: char| !c.is_ascii_whitespace()) else { break };
        let Some(value) = next(text, start + len + colon, range.end) else { break };
        let Some(value_len) = value_end(&text[value..range.end]) else { break };
        members.push((name, start..start + len, value..value + value_len));
        at = value + value_len.max(1);
    }
    members
}

/// Where the next value begins, behind blanks, commas and colons; nothing at the end.
fn next(text: &str, at: usize, end: usize) -> Option<usize> {
    let rest = text.get(at..end)?;
    let skipped = rest.find(|c: char| !(c.is_ascii_whitespace() || c == ',' || c == ':'))?;
    let start = at + skipped;
    (!text[start..end].starts_with(['}', ']'])).then_some(start)
}

/// A case that was collected into one file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Collected {
    /// The version of the form.
    pub freebusy_collect: u32,
    /// Which shell ran the commands.
    #[serde(default)]
    pub shell: Option<String>,
    /// On which computer.
    #[serde(default)]
    pub computer: Option<String>,
    /// When.
    #[serde(default)]
    pub collected: Option<String>,
}

/// Whether a text begins like the file of a collected case.
pub fn is_collected(text: &str) -> bool {
    const MARKER: &[u8] = b"\"freebusy_collect\"";
    let head = &text.as_bytes()[..text.len().min(400)];
    text.starts_with('{') && head.windows(MARKER.len()).any(|window| window == MARKER)
}

/// The objects of a collected case, each with the cmdlet that the file names; nothing where the text is no such file.
pub fn collected(text: &str) -> Option<(Collected, Vec<Object>)> {
    let start = text.find(|c: char| !c.is_whitespace() && c != '\u{feff}')?;
    if !is_collected(&text[start..]) {
        return None;
    }
    let whole = start..start + value_end(&text[start..])?;
    let about: Collected = serde_json::from_str(&text[whole.clone()]).ok()?;
    let mut objects = Vec::new();
    let member = |range: Range<usize>, name: &str| {
        members(text, range).into_iter().find(|(known, ..)| known == name).map(|(_, _, value)| value)
    };
    let list = |value: Option<Range<usize>>| match value {
        Some(range) if text[range.clone()].starts_with('[') => elements(text, range),
        // PowerShell writes a list of one as the one, and nothing as `null`.
        Some(range) if text[range.clone()].starts_with('{') => {
            match member(range.clone(), "value").filter(|inner| text[inner.clone()].starts_with('[')) {
                Some(inner) => elements(text, inner),
                None => vec![range],
            }
        }
        _ => Vec::new(),
    };
    let said = |value: Option<Range<usize>>| value.and_then(|at| serde_json::from_str::<String>(&text[at]).ok());
    for command in list(member(whole, "commands")) {
        if !text[command.clone()].starts_with('{') {
            continue;
        }
        let cmdlet = said(member(command.clone(), "cmdlet")).filter(|name| !name.is_empty());
        let before = objects.len();
        for one in list(member(command.clone(), "objects")) {
            objects.extend(objects_in(text, one, cmdlet.as_deref()));
        }
        for error in list(member(command.clone(), "errors")).into_iter().filter(|e| text[e.clone()].starts_with('{')) {
            let names = [("message", "Message"), ("category", "CategoryInfo"), ("id", "FullyQualifiedErrorId")];
            let mut properties = Vec::new();
            for (key, name) in names {
                let at = member(error.clone(), key);
                let (Some(at), Some(value)) = (at.clone(), said(at)) else { continue };
                let mut add = |name: &str, value: &str| {
                    properties.push(Property { name: name.into(), value: Value::text_of(value), at: at.clone() });
                };
                add(name, &value);
                inside(name, &value).into_iter().for_each(|(name, value)| add(name, value));
            }
            objects.push(Object::new(cmdlet.as_deref(), Form::Error, properties, error));
        }
        if objects.len() == before && cmdlet.is_some() {
            objects.push(Object::new(cmdlet.as_deref(), Form::Nothing, Vec::new(), command));
        }
    }
    Some((about, objects))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String, bool)> {
        let objects = super::super::read(text);
        let all = objects.iter().flat_map(|object| &object.properties);
        all.map(|p| (p.name.to_string(), p.value.text(), p.value.is_cut())).collect()
    }

    #[test]
    fn both_powershells_say_the_same() {
        let old = "[\r\n    {\r\n        \"Name\":  \"a\",\r\n        \"Enabled\":  true,\r\n        \"NotAfter\":  \"\\/Date(1647506701000)\\/\",\r\n        \"DomainNames\":  {\r\n                            \"value\":  [\"contoso.com\", \"fabrikam.com\"],\r\n                            \"Count\":  2\r\n                        },\r\n        \"Type\":  {\"value\":  3, \"Value\":  \"Error\"},\r\n        \"TargetSharingEpr\":  null\r\n    }\r\n]\r\n";
        let new = "{\n  \"Name\": \"a\",\n  \"Enabled\": true,\n  \"NotAfter\": \"2022-03-17T08:45:01Z\",\n  \"DomainNames\": [\"contoso.com\", \"fabrikam.com\"],\n  \"Type\": \"Error\",\n  \"TargetSharingEpr\": \"\"\n}\n";
        assert_eq!(values(old), values(new));
        assert_eq!(values(old)[3].1, "contoso.com, fabrikam.com");
    }

    #[test]
    fn what_lies_too_deep_is_known_as_cut() {
        let text = "{\"A\": \"System.Object[]\", \"B\": \"@{Domain=contoso.com}\", \"C\": {\"x\": {\"y\": 1}}, \"D\": [\"a\"]}";
        let read = values(text);
        assert!(read[0].2);
        assert_eq!((read[1].1.as_str(), read[1].2), ("contoso.com", false));
        assert!(read[2].2);
        assert!(!read[3].2);
    }

    #[test]
    fn a_property_knows_its_place_and_a_prompt_its_cmdlet() {
        let text =
            "PS C:\\> Get-AuthConfig | ConvertTo-Json\n{\n  \"Name\": \"a\\\"b\",\n  \"Realm\": \"\"\n}\nPS C:\\> \n";
        let objects = super::super::read(text);
        assert_eq!(objects.len(), 1);
        assert_eq!(objects[0].cmdlet.as_deref(), Some("Get-AuthConfig"));
        assert_eq!(&text[objects[0].properties[0].at.clone()], "\"Name\": \"a\\\"b\"");
    }

    #[test]
    fn a_collected_case_names_its_cmdlets() {
        let text = "\u{feff}{\"freebusy_collect\": 1, \"shell\": \"ems\", \"computer\": \"EX01\", \"commands\": [\
            {\"command\": \"Get-AuthConfig | Format-List\", \"cmdlet\": \"Get-AuthConfig\", \"objects\": {\"Name\": \"a\"}, \"errors\": []},\
            {\"command\": \"x\", \"cmdlet\": \"Get-FederationTrust\", \"objects\": null, \"errors\": [{\"message\": \"m\", \"category\": \"c\", \"id\": \"i\"}]}]}";
        let (about, objects) = collected(text).expect("a case");
        assert_eq!(about.computer.as_deref(), Some("EX01"));
        assert_eq!(objects.len(), 2);
        assert_eq!(objects[0].cmdlet.as_deref(), Some("Get-AuthConfig"));
        assert_eq!((objects[1].form, objects[1].cmdlet.as_deref()), (Form::Error, Some("Get-FederationTrust")));
        assert!(collected("{\"a\": 1}").is_none());
        assert!(collected("").is_none());
    }

    #[test]
    fn damaged_json_is_no_object() {
        for text in ["{\"a\": ", "{]}", "[}", "{\"a\" 1", "{{{{", "[[[[", "{\"a\": \"x", "{\"\\", "[1, 2]"] {
            assert!(super::super::read(text).is_empty(), "{text}");
        }
    }
}
