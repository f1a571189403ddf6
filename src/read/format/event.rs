//! A Windows event, whatever it was written as: the same event gives the same record.

use crate::record::{Event, Origin, Record, Time};

/// What the formats know of an event.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The event's source.
    pub provider: Option<String>,
    /// Its number.
    pub id: Option<u32>,
    /// When it was written.
    pub time: Option<Time>,
    /// The computer that wrote it.
    pub computer: Option<String>,
    /// Its number in its log.
    pub event_record_id: Option<u64>,
    /// The rendered message; empty where the format has none.
    pub message: String,
    /// The values that the message is made of.
    pub data: Vec<String>,
    /// Everything else, by name.
    pub fields: Vec<(String, String)>,
}

impl Parts {
    /// The record: its text is the provider and the message. Where nobody rendered the message, its values, which hold the
    /// exception's text: they are all that a log file itself has.
    pub fn record(self, number: u64) -> Record<'static> {
        let mut text = self.provider.clone().unwrap_or_default();
        let body = if self.message.trim().is_empty() { self.data.join("\n") } else { self.message };
        if !text.is_empty() && !body.is_empty() {
            text.push('\n');
        }
        text.push_str(&body);
        let mut record = Record::text(text);
        if self.provider.is_some() || self.id.is_some() {
            record.event = Some(Event { provider: self.provider, id: self.id });
        }
        record.fields = self.fields;
        record.origin = Origin {
            number,
            event_record_id: self.event_record_id,
            time: self.time,
            computer: self.computer,
            ..Origin::default()
        };
        record
    }
}
