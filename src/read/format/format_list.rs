//! Events as `Format-List` prints them: `Get-WinEvent`, `Get-EventLog`.
//!
//! Values are cut at the console's width, also inside words, and go on under their own beginning. So a line at the first column is
//! always a property, and an event begins where the first property of the file comes again. What other commands print this way is
//! no list of events and stays a text.

use super::property::{self, Builder, Part};
use super::{Format, LineKind, Lines, Reader};
use crate::read::property_list::{property, width, without_indent};
use crate::read::time::DateOrder;
use crate::record::Record;

/// How many lines the properties of the first event are looked for in.
const FIRST_EVENT: usize = 200;

pub(super) fn detect(head: &str) -> Option<Format> {
    let list = FormatList::of(head)?;
    let mut known = Vec::new();
    let mut specific = false;
    for line in properties(head).take(FIRST_EVENT) {
        if let Some((name, _)) = property(line, list.colon) {
            let found = property::find(name);
            specific |= found.is_some_and(|known| known.specific);
            known.extend(found.map(|known| known.part));
        }
    }
    let has = |part| known.contains(&part);
    let which = has(Part::Provider) || has(Part::Id) || has(Part::InstanceId);
    (specific && has(Part::Message) && (which || has(Part::Time))).then_some(Format::FormatList)
}

pub(super) fn reader(head: &str) -> Reader {
    match FormatList::of(head) {
        Some(list) => Reader::Lines(Box::new(list)),
        None => Reader::Lines(Box::new(super::text::PlainText)),
    }
}

/// The lines behind the blank ones and the prompts with which a copied session begins.
fn properties(head: &str) -> impl Iterator<Item = &str> {
    let before = |line: &&str| line.trim().is_empty() || line.starts_with("PS ") || line.starts_with("[PS]");
    head.lines().skip_while(before)
}

/// How a file prints its events.
#[derive(Debug)]
struct FormatList {
    /// The first property, in lower case.
    first: String,
    /// Where the colons stand.
    colon: usize,
    /// How long a line is that was cut, in characters.
    width: Option<usize>,
    order: Option<DateOrder>,
}

impl FormatList {
    fn of(head: &str) -> Option<Self> {
        let line = properties(head).next()?;
        let colon = line.find(':')?;
        let (first, _) = property(line, colon)?;
        let values = properties(head).filter_map(|line| property(line, colon));
        let is_time =
            |name: &str| property::find(name).is_some_and(|known| matches!(known.part, Part::Time | Part::UtcTime));
        let dates = values.filter(|(name, _)| is_time(name)).map(|(_, value)| value.trim());
        let order = property::order_of(dates);
        Some(Self { first: first.to_ascii_lowercase(), colon, width: width(head, colon), order })
    }

    /// Whether a line was cut, so that the next one goes on without a blank.
    fn was_cut(&self, line: &str) -> bool {
        self.width.is_some_and(|width| line.chars().count() == width)
    }
}

impl Lines for FormatList {
    fn kind(&self, line: &[u8]) -> LineKind {
        let begins = line
            .strip_prefix(self.first.as_bytes())
            .is_some_and(|rest| rest.iter().find(|byte| **byte != b' ') == Some(&b':'));
        if begins { LineKind::Begins } else { LineKind::Continues }
    }

    fn wraps(&self) -> bool {
        true
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let first = text.lines().next()?;
        let colon = first.find(':').filter(|colon| property(first, *colon).is_some());
        let Some(colon) = colon.filter(|_| self.kind(first.to_ascii_lowercase().as_bytes()) == LineKind::Begins) else {
            // What stands before the first event.
            return (!text.trim().is_empty()).then(|| Record::text(text));
        };
        let mut builder = Builder::new(self.order);
        let mut name = "";
        let mut value = String::new();
        let mut cut = false;
        for line in text.lines() {
            if let Some((next, begin)) = property(line, colon) {
                builder.add(name, value.trim_end());
                name = next;
                value.clear();
                value.push_str(begin.strip_prefix(' ').unwrap_or(begin));
            } else {
                if !cut {
                    value.push('\n');
                }
                value.push_str(without_indent(line, colon + 2));
            }
            cut = self.was_cut(line);
        }
        builder.add(name, value.trim_end());
        Some(builder.record(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "\r\nTimeCreated  : 3/17/2026 8:45:01 AM\r\nProviderName : MSExchange Availability\r\nId           : 4001\r\nMessage      : one\r\n\r\n               two: three\r\n";

    fn read(list: &FormatList, text: &str) -> Record<'static> {
        let record = list.read(None, text).expect("a record");
        Record { text: record.text.into_owned().into(), ..record }
    }

    #[test]
    fn an_event_ends_where_the_first_property_comes_again() {
        let list = FormatList::of(HEAD).expect("a list");
        assert_eq!(detect(HEAD.trim_start()), Some(Format::FormatList));
        assert_eq!(list.kind(b"timecreated  : x"), LineKind::Begins);
        assert_eq!(list.kind(b"timecreatedby: x"), LineKind::Continues);
        assert_eq!(list.kind(b"               timecreated : x"), LineKind::Continues);
        let record = read(&list, HEAD.trim_start());
        assert_eq!(record.text, "MSExchange Availability\none\n\ntwo: three");
        assert_eq!(record.origin.time.map(|time| time.to_string()).as_deref(), Some("2026-03-17T08:45:01"));
    }

    #[test]
    fn a_cut_word_is_put_together_and_a_short_line_ends() {
        let text =
            "Id      : 1\nMessage : An unexpected er\n          ror occurred on a \n          send.\n          at x\n";
        let wide = "Id      : 1\nMessage : abcdefghijklmnop\n          abcdefghijklmnop\n          q\n";
        let list = FormatList::of(wide).expect("a list");
        assert_eq!(list.width, Some(26));
        assert_eq!(read(&list, text).text, "An unexpected error occurred on a \nsend.\nat x");
    }

    #[test]
    fn what_other_commands_print_is_no_list_of_events() {
        for text in [
            "Name        : user1\nAlias       : user1\nDatabase    : DB01\n",
            "RunspaceId : 1\nId         : 5\nMessage    : x\nType : Error\n",
            "Message : x\nId : 5\n",
            "TimeCreated: x\n",
            ":",
            "",
            "\u{e9}\u{e9}: x",
        ] {
            assert_eq!(detect(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_too_odd_to_be_read() {
        let list = FormatList::of(HEAD).expect("a list");
        for text in ["", "\n\n", "TimeCreated", "TimeCreated :", "timecreated\u{e9}: x", "x\ny"] {
            let _ = list.read(None, text);
        }
        assert!(list.read(None, " \n").is_none());
        assert_eq!(read(&list, "before").text, "before");
    }
}
