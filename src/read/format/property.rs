//! What the tools call the parts of an event: one table for CSV, JSON, Format-List and Splunk.

use super::event::Parts;
use crate::read::time::{self, DateOrder};
use crate::record::{Record, Time};

/// A part of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Provider,
    Id,
    /// The number with its severity in the upper half, as the old interface gives it.
    InstanceId,
    Time,
    /// A time that is UTC also where no zone stands behind it.
    UtcTime,
    Computer,
    Record,
    Message,
    Data,
}

/// A name that is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    name: &'static str,
    pub part: Part,
    /// Whether only tools for Windows events use it. `Message` and `Id` may be anything.
    pub specific: bool,
}

const fn known(name: &'static str, part: Part, specific: bool) -> Known {
    Known { name, part, specific }
}

/// The names. Of several for one part the first counts.
static KNOWN: [Known; 55] = [
    known("ProviderName", Part::Provider, true),
    known("SourceName", Part::Provider, true),
    known("winlog.provider_name", Part::Provider, true),
    known("winlog.source_name", Part::Provider, true),
    known("Event.System.Provider.#attributes.Name", Part::Provider, true),
    known("event.provider", Part::Provider, false),
    known("Source", Part::Provider, false),
    known("EventID", Part::Id, true),
    known("Event ID", Part::Id, true),
    known("EventCode", Part::Id, true),
    known("winlog.event_id", Part::Id, true),
    known("Event.System.EventID", Part::Id, true),
    known("Event.System.EventID.#text", Part::Id, true),
    known("event.code", Part::Id, true),
    known("event_id", Part::Id, true),
    known("Id", Part::Id, false),
    known("InstanceId", Part::InstanceId, true),
    known("Event.System.TimeCreated.#attributes.SystemTime", Part::UtcTime, true),
    known("@timestamp", Part::UtcTime, false),
    known("TimeCreated", Part::Time, true),
    known("TimeCreated.value", Part::Time, true),
    known("TimeGenerated", Part::Time, true),
    known("TimeGenerated.value", Part::Time, true),
    known("EventTime", Part::Time, true),
    known("TimeWritten", Part::Time, true),
    known("Date and Time", Part::Time, false),
    known("startedDateTime", Part::Time, false),
    known("Time", Part::Time, false),
    known("Event.System.Computer", Part::Computer, true),
    known("winlog.computer_name", Part::Computer, true),
    known("MachineName", Part::Computer, false),
    known("ComputerName", Part::Computer, false),
    known("Computer", Part::Computer, false),
    known("computer_name", Part::Computer, false),
    known("Hostname", Part::Computer, false),
    known("host.name", Part::Computer, false),
    known("RecordId", Part::Record, true),
    known("RecordNumber", Part::Record, true),
    known("EventRecordID", Part::Record, true),
    known("winlog.record_id", Part::Record, true),
    known("Event.System.EventRecordID", Part::Record, true),
    known("record_number", Part::Record, true),
    known("Index", Part::Record, false),
    known("RenderedDescription", Part::Message, true),
    known("Event.RenderingInfo.Message", Part::Message, true),
    known("Message", Part::Message, false),
    known("ReplacementStrings", Part::Data, true),
    known("Properties.Value", Part::Data, true),
    known("ParameterXml", Part::Data, true),
    known("EventData", Part::Data, false),
    known("Event.EventData", Part::Data, true),
    known("Event.UserData", Part::Data, true),
    known("winlog.event_data", Part::Data, true),
    known("winlog.user_data", Part::Data, true),
    known("event_data", Part::Data, true),
];

/// Behind it a column of Log Analytics says that its times are UTC.
const UTC: &str = " [utc]";

/// The part that a name stands for, in any case. A part of the data has its own name behind a dot.
pub(super) fn find(name: &str) -> Option<&'static Known> {
    let name = plain(name);
    KNOWN.iter().find(|known| {
        known.name.eq_ignore_ascii_case(name)
            || known.part == Part::Data
                && name.as_bytes().get(known.name.len()) == Some(&b'.')
                && name.get(..known.name.len()).is_some_and(|start| start.eq_ignore_ascii_case(known.name))
    })
}

/// Whether a column's name says that its times are UTC.
pub(super) fn says_utc(name: &str) -> bool {
    plain(name).len() < name.len()
}

fn plain(name: &str) -> &str {
    let end = name.len().saturating_sub(UTC.len());
    match name.get(end..) {
        Some(behind) if behind.eq_ignore_ascii_case(UTC) => &name[..end],
        _ => name,
    }
}

/// Which of several names counts: the one that stands first in the table.
fn rank(known: &'static Known) -> usize {
    KNOWN.iter().position(|other| std::ptr::eq(other, known)).unwrap_or(KNOWN.len())
}

/// Puts an event together from named values.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub parts: Parts,
    /// Whether a name was seen that only tools for Windows events use.
    pub specific: bool,
    /// The order of day and month in this file.
    pub order: Option<DateOrder>,
    provider: Option<usize>,
    id: Option<usize>,
    time: Option<usize>,
    computer: Option<usize>,
    record: Option<usize>,
    message: Option<usize>,
}

impl Builder {
    pub fn new(order: Option<DateOrder>) -> Self {
        Self { order, ..Self::default() }
    }

    /// Takes a value by its name.
    pub fn add(&mut self, name: &str, value: &str) {
        self.add_known(find(name), name, value);
    }

    /// Takes a value whose name was looked up already.
    pub fn add_known(&mut self, known: Option<&'static Known>, name: &str, value: &str) {
        let bare = value.trim();
        if bare.is_empty() {
            return;
        }
        let taken = known.is_some_and(|known| {
            self.specific |= known.specific;
            self.take(known, name, value, bare)
        });
        if !taken {
            self.parts.fields.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Whether the value is the best one of its part so far.
    fn take(&mut self, known: &'static Known, name: &str, value: &str, bare: &str) -> bool {
        fn better(held: &mut Option<usize>, rank: usize, read: bool) -> bool {
            let better = read && held.is_none_or(|held| rank < held);
            if better {
                *held = Some(rank);
            }
            better
        }
        let rank = rank(known);
        match known.part {
            Part::Provider if better(&mut self.provider, rank, true) => self.parts.provider = Some(bare.to_owned()),
            Part::Id | Part::InstanceId => {
                let id = match known.part {
                    Part::Id => bare.parse().ok(),
                    // The lower half is the number that people know.
                    _ => bare.parse::<i64>().ok().and_then(|id| u32::try_from(id & 0xffff).ok()),
                };
                if !better(&mut self.id, rank, id.is_some()) {
                    return false;
                }
                self.parts.id = id;
            }
            Part::Time | Part::UtcTime => {
                let time = time(bare, known.part == Part::UtcTime || says_utc(name), self.order);
                if !better(&mut self.time, rank, time.is_some()) {
                    return false;
                }
                self.parts.time = time;
            }
            Part::Computer if better(&mut self.computer, rank, true) => self.parts.computer = Some(bare.to_owned()),
            Part::Record => {
                let number = bare.parse().ok();
                if !better(&mut self.record, rank, number.is_some()) {
                    return false;
                }
                self.parts.event_record_id = number;
            }
            Part::Message if better(&mut self.message, rank, true) => self.parts.message = value.to_owned(),
            // What Export-Csv prints for a list of values.
            Part::Data if !name.contains("#attributes") && bare != "System.String[]" => {
                self.parts.data.push(values(bare))
            }
            _ => return false,
        }
        true
    }

    /// Whether the values are a Windows event.
    pub fn is_event(&self) -> bool {
        self.specific && (self.parts.provider.is_some() || self.parts.id.is_some())
    }

    /// The record. Where an event has neither message nor data, whatever else it says stands in for them.
    pub fn record(mut self, number: u64) -> Record<'static> {
        if self.parts.message.is_empty() && self.parts.data.is_empty() {
            self.parts.data = self.parts.fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        }
        self.parts.record(number)
    }
}

/// The values of Log Analytics' `<Param>..</Param>` and `<DataItem ..><Data>..</Data></DataItem>`; any other text as it is.
fn values(text: &str) -> String {
    if !text.starts_with('<') || !text.ends_with('>') {
        return text.to_owned();
    }
    let between = text.split('<').filter_map(|part| part.split_once('>')).map(|(_, behind)| behind.trim());
    between.filter(|value| !value.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Reads a time as the tools print it.
pub(super) fn time(text: &str, utc: bool, order: Option<DateOrder>) -> Option<Time> {
    time::parse(text, utc, order).or_else(|| with_name_of_month(text))
}

/// `Thu Mar 17 09:45:01 2022` (Snare), `Mar 17, 2022 @ 09:45:01.000` (Kibana): the local time of whoever exported it.
fn with_name_of_month(text: &str) -> Option<Time> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut words = text.split([' ', ',', '@']).filter(|word| !word.is_empty()).take(6);
    let month_of = |word: &str| MONTHS.iter().position(|month| word.eq_ignore_ascii_case(month));
    let month = words.by_ref().take(2).find_map(month_of)? + 1;
    let (mut day, mut year, mut clock) = ("", "", "");
    for word in words {
        match word.len() {
            1 | 2 => day = word,
            4 => year = word,
            _ if word.contains(':') => clock = word,
            _ => {}
        }
    }
    time::parse(&format!("{year}-{month:02}-{day} {clock}"), false, None)
}

/// The order of day and month in a file, by its dates: where none shows it, AM and PM beside slashes are American.
pub(super) fn order_of<'t>(dates: impl Iterator<Item = &'t str>) -> Option<DateOrder> {
    let mut american = false;
    for date in dates {
        if let Some(order) = time::order(date) {
            return Some(order);
        }
        let date = date.trim_end();
        american |= date.contains('/') && (date.ends_with("AM") || date.ends_with("PM"));
    }
    american.then_some(DateOrder::MonthFirst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case_and_with_their_zone() {
        assert_eq!(find("providername").map(|known| known.part), Some(Part::Provider));
        assert_eq!(find("TimeGenerated [UTC]").map(|known| known.part), Some(Part::Time));
        assert_eq!(find("winlog.event_data.param4").map(|known| known.part), Some(Part::Data));
        assert_eq!(find("winlog.event_datum"), None);
        assert_eq!(find(""), None);
        assert_eq!(find("\u{e9}\u{e9}\u{e9}\u{e9}"), None);
        assert!(says_utc("TimeGenerated [UTC]") && !says_utc("TimeGenerated"));
    }

    #[test]
    fn the_better_name_counts_in_any_order() {
        for names in [["Source", "ProviderName"], ["ProviderName", "Source"]] {
            let mut builder = Builder::new(None);
            for name in names {
                builder.add(name, name);
            }
            assert_eq!(builder.parts.provider.as_deref(), Some("ProviderName"));
        }
    }

    #[test]
    fn the_number_is_read_out_of_an_instance() {
        let mut builder = Builder::new(None);
        builder.add("InstanceId", "3221229473");
        assert_eq!(builder.parts.id, Some(4001));
        builder.add("EventID", "4001");
        builder.add("Index", "x");
        assert_eq!((builder.parts.id, builder.parts.event_record_id), (Some(4001), None));
    }

    #[test]
    fn months_have_names() {
        let read = |text| time(text, false, None).map(|time| time.to_string());
        assert_eq!(read("Thu Mar 17 09:45:01 2022").as_deref(), Some("2022-03-17T09:45:01"));
        assert_eq!(read("Mar 7, 2022 @ 09:45:01.000").as_deref(), Some("2022-03-07T09:45:01"));
        assert_eq!(read("Mar"), None);
        assert_eq!(read("Thu Mar x"), None);
    }

    #[test]
    fn the_order_of_a_file_is_that_of_its_clearest_date() {
        assert_eq!(order_of(["3/4/2022 1:2:3", "17/4/2022 1:2:3"].into_iter()), Some(DateOrder::DayFirst));
        assert_eq!(order_of(["3/4/2022 1:2:3 AM"].into_iter()), Some(DateOrder::MonthFirst));
        assert_eq!(order_of(["3/4/2022 1:2:3"].into_iter()), None);
    }

    #[test]
    fn values_are_read_out_of_log_analytics_xml() {
        assert_eq!(values("<Param>one</Param><Param>two</Param>"), "one\ntwo");
        assert_eq!(values("one"), "one");
    }
}
