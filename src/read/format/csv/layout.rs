//! Which column of a table holds which part of an event.
//!
//! `Export-Csv`, Log Analytics and Elastic name their columns. Event Viewer names them in the person's language, lets her choose
//! and move them, and has no name for the description, which is always the last one: there the values decide.

use super::super::property::{self, Known, Part};
use crate::read::event_text::{self, Label};
use crate::read::time::{self, DateOrder};

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub name: String,
    pub known: Option<&'static Known>,
}

/// The columns of a table.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub columns: Vec<Column>,
    /// Whether the names are Event Viewer's: the last column has none.
    pub event_viewer: bool,
}

impl Layout {
    /// The layout of a table whose first row is its header. Nothing where these are no events.
    pub fn of(rows: &[Vec<String>]) -> Option<Self> {
        let (header, rows) = rows.split_first()?;
        Self::named(header).filter(Self::has_events).or_else(|| Self::event_viewer(header, rows))
    }

    /// The layout of a header that names every column.
    pub fn named(header: &[String]) -> Option<Self> {
        let columns: Vec<Column> = header
            .iter()
            .map(|name| Column { name: name.trim().to_owned(), known: property::find(name.trim()) })
            .collect();
        let message = columns.iter().any(|column| column.is(Part::Message) || column.is(Part::Data));
        message.then_some(Self { columns, event_viewer: false })
    }

    /// Whether the names can be nothing but those of Windows events: `Message` alone has many a table.
    fn has_events(&self) -> bool {
        self.columns.iter().any(|column| column.known.is_some_and(|known| known.specific))
    }

    /// The layout of Event Viewer's table.
    fn event_viewer(header: &[String], rows: &[Vec<String>]) -> Option<Self> {
        // A table that went through Excel has the name of nothing for the description.
        let named = header.len() - usize::from(header.last().is_some_and(|name| name.trim().is_empty()));
        let header = header.get(..named).filter(|header| header.len() >= 3)?;
        if header.iter().any(|name| name.trim().is_empty() || name.len() > 60) {
            return None;
        }
        let rows: Vec<&Vec<String>> = rows.iter().filter(|row| row.len() == named + 1).collect();
        let all = |column: usize, test: fn(&str) -> bool| {
            !rows.is_empty() && rows.iter().filter(|row| test(&row[column])).count() * 5 >= rows.len() * 4
        };
        let labelled = |label| header.iter().position(|name| event_text::label(name.trim()) == Some(label));
        let date = (0..named).find(|column| all(*column, is_date));
        let date = date.or_else(|| header.iter().position(|name| is_name_of_date(name)))?;
        let number = |column: &usize| *column != date && all(*column, is_event_number);
        let between = || (date + 1..named).chain(0..date);
        let id = labelled(Label::Id).filter(|id| rows.is_empty() || number(id));
        // A number without words before it is that of a process or of the event in its log.
        let id = id.or_else(|| {
            between().find(|column| {
                number(column) && column.checked_sub(1).is_some_and(|source| source != date && !number(&source))
            })
        });
        let id = id.or_else(|| between().find(number))?;
        let word = |column: &usize| ![date, id].contains(column) && !number(column);
        let provider = labelled(Label::Provider).or_else(|| id.checked_sub(1).filter(word));
        let provider = provider.or_else(|| between().find(word));
        let computer = labelled(Label::Computer);
        let part = |column: usize| match column {
            _ if column == date => Some("TimeCreated"),
            _ if column == id => Some("EventID"),
            _ if Some(column) == provider => Some("ProviderName"),
            _ if Some(column) == computer => Some("MachineName"),
            _ => None,
        };
        let mut columns: Vec<Column> = (0..named)
            .map(|column| Column {
                name: header[column].trim().to_owned(),
                known: part(column).and_then(property::find),
            })
            .collect();
        columns.push(Column { name: String::new(), known: property::find("Message") });
        Some(Self { columns, event_viewer: true })
    }

    /// The order of day and month in rows of this layout.
    pub fn order(&self, rows: &[Vec<String>]) -> Option<DateOrder> {
        let dates = self.columns.iter().enumerate().filter(|(_, column)| column.is_date());
        let columns: Vec<usize> = dates.map(|(number, _)| number).collect();
        property::order_of(rows.iter().flat_map(|row| columns.iter().filter_map(|n| row.get(*n))).map(String::as_str))
    }

    /// Whether a line looks like the beginning of a row, where a mark was lost before it.
    pub fn begins(&self, delimiter: u8, before: &str, line: &str) -> bool {
        let mut sure = 0;
        for (column, value) in self.columns.iter().zip(line.split(char::from(delimiter))) {
            let value = value.trim().trim_matches('"');
            let fits = match column.known.map(|known| known.part) {
                Some(Part::Message) => break,
                Some(Part::Time | Part::UtcTime) => is_date(value),
                Some(Part::Id) => is_event_number(value),
                _ => continue,
            };
            if !fits {
                sure = 0;
                break;
            }
            sure += 1;
        }
        sure > 0 || !self.event_viewer && line.starts_with('"') && before.trim_end().ends_with('"')
    }

    /// The fields of a row whose marks are wrong, where the message is the last of them.
    pub fn split<'t>(&self, delimiter: u8, text: &'t str) -> Option<Vec<&'t str>> {
        let last = self.columns.last().filter(|column| column.is(Part::Message));
        let fields: Vec<&str> = text.splitn(self.columns.len(), char::from(delimiter)).collect();
        let fields = (last.is_some() && fields.len() == self.columns.len()).then_some(fields)?;
        let bare = |field: &'t str| field.trim().trim_matches('"');
        Some(fields.into_iter().map(bare).collect())
    }
}

impl Column {
    fn is(&self, part: Part) -> bool {
        self.known.is_some_and(|known| known.part == part)
    }

    /// Whether the column holds times.
    pub fn is_date(&self) -> bool {
        self.is(Part::Time) || self.is(Part::UtcTime)
    }
}

fn is_date(text: &str) -> bool {
    text.contains(':')
        && [DateOrder::MonthFirst, DateOrder::DayFirst]
            .iter()
            .any(|order| time::parse(text, false, Some(*order)).is_some())
}

fn is_event_number(text: &str) -> bool {
    text.trim().parse::<u16>().is_ok()
}

/// Event Viewer's names of its column of dates, for a table without rows.
fn is_name_of_date(name: &str) -> bool {
    ["Date and Time", "Datum und Uhrzeit"].contains(&name.trim())
}
