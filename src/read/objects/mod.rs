//! The objects that a PowerShell session printed or exported: lists, tables, JSON, XML, error records, and the steps that test cmdlets tell.
//!
//! Every reader gives the same: a record with properties, each with its place in the text. What a property means, and which cmdlet
//! prints which properties, is not known here; a command line in the text names the cmdlet.
//!
//! ```text
//! lines -> prompts, error records, steps, JSON, lists, tables -> Object
//! ```

mod clixml;
mod error_record;
mod json;
mod lines;
mod list;
mod narrative;
mod table;
mod value;

pub use json::{Collected, collected, is_collected};
pub use lines::{cmdlet_of, is_command_line};
pub use value::Value;

use lines::{Line, Prompt};
use std::ops::Range;

/// More objects than anybody pastes: what follows is not read.
const MOST_OBJECTS: usize = 5_000;

/// The longest text in which objects are looked for, in bytes: a paste, not a log.
const LONGEST_TEXT: usize = 16 << 20;

/// One object that a session printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The cmdlet that printed it, where the text says so: the command line above it, or the error record.
    pub cmdlet: Option<Box<str>>,
    /// How it was printed.
    pub form: Form,
    /// Its properties, in the order of appearance; a name occurs once.
    pub properties: Vec<Property>,
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// Whether the console cut a value of it short.
    pub cut: bool,
}

/// How an object was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `Format-List`: a property a line.
    List,
    /// `Format-Table`: a row of a table.
    Table,
    /// `ConvertTo-Json`
    Json,
    /// `Export-Clixml`
    Xml,
    /// A step that a test cmdlet tells, with the properties `Step` (its sentence) and `Result`.
    Step,
    /// An error record, with the properties `Message`, `CategoryInfo`, `Exception`, `FullyQualifiedErrorId` and `Server`, as far as
    /// it shows them.
    Error,
    /// A command that printed nothing: an object without properties, at the place of the command.
    Nothing,
}

/// One property of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its name, as printed.
    pub name: Box<str>,
    /// What it holds.
    pub value: Value,
    /// The bytes of name and value in the text; of a table's cell, those of the value.
    pub at: Range<usize>,
}

impl Object {
    /// A property, by its name in any case.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name.eq_ignore_ascii_case(name))
    }

    /// The same object, its positions moved by `offset`.
    pub fn moved(mut self, offset: usize) -> Self {
        let moved = |at: &Range<usize>| at.start + offset..at.end + offset;
        self.at = moved(&self.at);
        self.properties.iter_mut().for_each(|property| property.at = moved(&property.at));
        self
    }

    fn new(cmdlet: Option<&str>, form: Form, properties: Vec<Property>, at: Range<usize>) -> Self {
        let cut = properties.iter().any(|property| property.value.is_cut());
        Self { cmdlet: cmdlet.map(Box::from), form, properties, at, cut }
    }
}

/// Finds the objects that were printed in a text, in the order of appearance. A text without any gives none; no text is an error.
pub fn read(text: &str) -> Vec<Object> {
    let mut objects = Vec::new();
    if text.len() > LONGEST_TEXT {
        return objects;
    }
    if let Some(exported) = clixml::read(text) {
        return exported;
    }
    let lines = lines::split(text);
    let records = error_record::find(&lines);
    let mut records = records.iter().peekable();
    let mut command: Option<Box<str>> = None;
    // The last command's lines, as long as nothing stands below it.
    let mut silent: Option<Range<usize>> = None;
    let mut n = 0;
    while n < lines.len() && objects.len() < MOST_OBJECTS {
        while records.peek().is_some_and(|record| record.end <= n) {
            records.next();
        }
        let stop = records.peek().map_or(lines.len(), |record| record.start.max(n));
        if let Some(record) = records.next_if(|record| record.start <= n) {
            silent = None;
            objects.extend(error_record::read(&lines[n..record.end], command.as_deref()));
            n = record.end;
            continue;
        }
        if let Some(Prompt { cmdlet, lines: taken }) = lines::prompt(&lines, n) {
            if let (Some(cmdlet), Some(lines)) = (&command, silent.take()) {
                objects.push(Object::new(Some(cmdlet), Form::Nothing, Vec::new(), lines));
            }
            command = cmdlet;
            silent = Some(extent(&lines[n..n + 1]));
            // The message of an error may stand right below its command.
            n += taken.min(stop - n).max(1);
            continue;
        }
        if !lines[n].is_blank() {
            silent = None;
        }
        let rest = &lines[n..stop];
        let taken = json::read(text, rest, command.as_deref(), &mut objects)
            .or_else(|| narrative::read(rest, command.as_deref(), &mut objects))
            .or_else(|| table::read(rest, command.as_deref(), &mut objects))
            .or_else(|| list::read(rest, command.as_deref(), &mut objects));
        n += taken.unwrap_or(1).max(1);
    }
    objects.truncate(MOST_OBJECTS);
    objects
}

/// The bytes of some lines.
fn extent(lines: &[Line<'_>]) -> Range<usize> {
    match (lines.first(), lines.last()) {
        (Some(first), Some(last)) => first.start..last.end(),
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |object: &Object| {
            let properties: Vec<String> =
                object.properties.iter().map(|p| format!("{}={}", p.name, p.value.text())).collect();
            format!("{}: {}", object.cmdlet.as_deref().unwrap_or("?"), properties.join("; "))
        };
        read(text).iter().map(show).collect()
    }

    #[test]
    fn a_prompt_names_the_cmdlet_of_what_follows() {
        let text = "[PS] C:\\Windows\\system32>Get-AuthConfig | fl *Thumb*\r\n\r\n\r\nCurrentCertificateThumbprint : 1F\r\n\r\n\
                    [PS] C:\\Windows\\system32>Get-OrganizationRelationship |fl Name,Enabled\r\n\r\nName    : a\r\nEnabled : True\r\n\r\n\
                    Name    : b\r\nEnabled : False\r\n";
        assert_eq!(
            shown(text),
            [
                "Get-AuthConfig: CurrentCertificateThumbprint=1F",
                "Get-OrganizationRelationship: Name=a; Enabled=True",
                "Get-OrganizationRelationship: Name=b; Enabled=False"
            ]
        );
    }

    #[test]
    fn a_command_that_printed_nothing_is_told_from_one_whose_output_was_left_out() {
        let text = "[PS] C:\\>Get-FederationTrust | fl\r\n\r\n[PS] C:\\>Get-AuthServer | fl Name\r\n\r\nName : a\r\n\r\n[PS] C:\\>Get-AuthConfig\r\n";
        let objects = read(text);
        assert_eq!(objects.len(), 2);
        assert_eq!((objects[0].form, objects[0].cmdlet.as_deref()), (Form::Nothing, Some("Get-FederationTrust")));
    }

    #[test]
    fn every_property_knows_its_place() {
        let text = "x\r\n\r\nName    : a\r\nTargets : {b, c...}\r\nEnabled : True\r\n";
        let objects = read(text);
        let property = objects[0].property("targets").expect("a property");
        assert_eq!(&text[property.at.clone()], "Targets : {b, c...}");
        assert_eq!(&text[objects[0].at.clone()], "Name    : a\r\nTargets : {b, c...}\r\nEnabled : True");
        assert!(objects[0].cut && property.value.is_cut());
    }

    #[test]
    fn nothing_is_too_odd_to_be_read() {
        for text in [
            "",
            "\n",
            ":",
            " : ",
            "a :",
            "{",
            "[",
            "{\"a\"",
            "- -",
            "-",
            "a\n-",
            "\u{e9}\u{e9} : x\n  \u{e9}",
            "STEP",
            "STEP 1:",
            "+ CategoryInfo",
            "    + CategoryInfo          :",
            ">",
            "PS>",
            "[PS] >",
            "a b\n- -\n\u{1f600} \u{1f600}\u{1f600}",
            "PS C:\\> \u{2026}",
            "[\n[\n[",
            "a : {\n",
            "a : {...}",
            "Get-X: ",
            "RESULT:",
            "VERBOSE:",
        ] {
            let _ = read(text);
        }
    }
}
