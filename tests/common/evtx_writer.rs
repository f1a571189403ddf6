//! Writes event logs in their binary form, as Windows does: one template for all events of a chunk, then its values for each.

use crate::three_events::Event;
use std::collections::HashMap;

pub const CHUNK: usize = 64 << 10;
const HEADER: usize = 512;
const SCHEMA: &str = "http://schemas.microsoft.com/win/2004/08/events/event";

/// Types of values.
const STRING: u8 = 0x01;
const U16: u8 = 0x06;
const U64: u8 = 0x0a;
const FILETIME: u8 = 0x11;
const STRINGS: u8 = 0x81;

/// A file of whole chunks.
pub fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0; 4096];
    let count = chunks.len() as u16;
    file[..8].copy_from_slice(b"ElfFile\0");
    file[16..24].copy_from_slice(&u64::from(count.saturating_sub(1)).to_le_bytes());
    file[24..32].copy_from_slice(&1000u64.to_le_bytes());
    file[32..36].copy_from_slice(&128u32.to_le_bytes());
    file[36..38].copy_from_slice(&1u16.to_le_bytes());
    file[38..40].copy_from_slice(&3u16.to_le_bytes());
    file[40..42].copy_from_slice(&4096u16.to_le_bytes());
    file[42..44].copy_from_slice(&count.to_le_bytes());
    let sum = evtx::checksum_ieee(&file[..120]);
    file[124..128].copy_from_slice(&sum.to_le_bytes());
    file.extend(chunks.iter().flatten());
    file
}

/// A chunk while it is written.
pub struct Chunk {
    bytes: Vec<u8>,
    first: u64,
    /// Where each record begins and ends.
    pub records: Vec<(usize, usize)>,
    names: HashMap<&'static str, u32>,
    template: Option<u32>,
}

impl Chunk {
    /// A chunk whose first record has this number in its log.
    pub fn new(first: u64) -> Self {
        Self { bytes: vec![0; HEADER], first, records: Vec::new(), names: HashMap::new(), template: None }
    }

    /// A chunk of these events.
    pub fn of(first: u64, events: &[Event<'_>]) -> Self {
        let mut chunk = Self::new(first);
        for event in events {
            chunk.push(event);
        }
        chunk
    }

    /// Writes a record.
    pub fn push(&mut self, event: &Event<'_>) {
        let begin = self.bytes.len();
        let id = self.first + self.records.len() as u64;
        self.bytes.extend(b"\x2a\x2a\0\0\0\0\0\0");
        self.u64(id);
        self.u64(filetime(event.time));
        self.instance(event);
        while !(self.bytes.len() + 4).is_multiple_of(8) {
            self.bytes.push(0);
        }
        let size = (self.bytes.len() + 4 - begin) as u32;
        self.u32(size);
        self.bytes[begin + 4..begin + 8].copy_from_slice(&size.to_le_bytes());
        self.records.push((begin, self.bytes.len()));
        assert!(self.bytes.len() <= CHUNK);
    }

    /// The chunk's 64 KiB. Of its records only the first ones count; the others are left over from another time.
    pub fn finish(mut self, live: usize) -> Vec<u8> {
        let (last, free) = self.records[live - 1];
        let sum = evtx::checksum_ieee(&self.bytes[HEADER..free]);
        self.bytes.resize(CHUNK, 0);
        let end = self.first + live as u64 - 1;
        self.bytes[..8].copy_from_slice(b"ElfChnk\0");
        for (at, number) in [(8, self.first), (16, end), (24, self.first), (32, end)] {
            self.bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        for (at, number) in [(40, 128), (44, last as u32), (48, free as u32), (52, sum)] {
            self.bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        let header = [&self.bytes[..120], &self.bytes[128..HEADER]].concat();
        self.bytes[124..128].copy_from_slice(&evtx::checksum_ieee(&header).to_le_bytes());
        self.bytes
    }

    /// The template, where it is the first record, and the event's values.
    fn instance(&mut self, event: &Event<'_>) {
        self.bytes.extend([0x0f, 1, 1, 0, 0x0c, 1]);
        self.u32(0x4d53_4558);
        match self.template {
            Some(template) => self.u32(template),
            None => self.define(),
        }
        let strings = event.data.iter().flat_map(|text| utf16(text).into_iter().chain([0, 0])).collect();
        let values: [(u8, Vec<u8>); 7] = [
            (STRING, utf16(event.provider)),
            (U16, event.qualifiers.to_le_bytes().into()),
            (U16, event.id.to_le_bytes().into()),
            (FILETIME, filetime(event.time).to_le_bytes().into()),
            (U64, event.record_id.to_le_bytes().into()),
            (STRING, utf16(event.computer)),
            (STRINGS, strings),
        ];
        self.u32(values.len() as u32);
        for (kind, value) in &values {
            self.u16(value.len() as u16);
            self.bytes.extend([*kind, 0]);
        }
        for (_, value) in values {
            self.bytes.extend(value);
        }
        self.bytes.push(0);
    }

    fn define(&mut self) {
        let at = self.bytes.len() as u32 + 4;
        self.template = Some(at);
        self.u32(at);
        self.bytes[384 + 4 * (0x4d53_4558 % 32)..][..4].copy_from_slice(&at.to_le_bytes());
        self.u32(0);
        self.u32(0x4d53_4558);
        self.bytes.extend([0; 12]);
        let size = self.reserve();
        self.bytes.extend([0x0f, 1, 1, 0]);
        self.element("Event", &[("xmlns", Content::Text(SCHEMA))], |event| {
            event.element("System", &[], |system| {
                system.element("Provider", &[("Name", Content::Value(0, STRING))], |_| {});
                system.element("EventID", &[("Qualifiers", Content::Value(1, U16))], |id| {
                    id.content(&Content::Value(2, U16));
                });
                system.element("TimeCreated", &[("SystemTime", Content::Value(3, FILETIME))], |_| {});
                system.element("EventRecordID", &[], |id| id.content(&Content::Value(4, U64)));
                system.element("Channel", &[], |channel| channel.content(&Content::Text("Application")));
                system.element("Computer", &[], |computer| computer.content(&Content::Value(5, STRING)));
            });
            event.element("EventData", &[], |data| {
                data.element("Data", &[], |data| data.content(&Content::Value(6, STRINGS)));
            });
        });
        self.bytes.push(0);
        self.fill(size);
    }

    fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, Content<'_>)],
        content: impl FnOnce(&mut Self),
    ) {
        self.bytes.push(if attributes.is_empty() { 0x01 } else { 0x41 });
        self.u16(0xffff);
        let size = self.reserve();
        self.name(name);
        if let [before @ .., _] = attributes {
            let list = self.reserve();
            for (index, (name, value)) in attributes.iter().enumerate() {
                self.bytes.push(if index < before.len() { 0x46 } else { 0x06 });
                self.name(name);
                self.content(value);
            }
            self.fill(list);
        }
        self.bytes.push(0x02);
        content(self);
        self.bytes.push(0x04);
        self.fill(size);
    }

    fn content(&mut self, content: &Content<'_>) {
        match content {
            Content::Text(text) => {
                self.bytes.extend([0x05, STRING]);
                self.u16(text.encode_utf16().count() as u16);
                self.bytes.extend(utf16(text));
            }
            Content::Value(number, kind) => {
                self.bytes.push(0x0e);
                self.u16(*number);
                self.bytes.push(*kind);
            }
        }
    }

    /// A name: where it is used first it stands there, and in the table of its hash.
    fn name(&mut self, name: &'static str) {
        if let Some(at) = self.names.get(name) {
            return self.u32(*at);
        }
        let at = self.bytes.len() as u32 + 4;
        self.names.insert(name, at);
        self.u32(at);
        let hash = name.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(65599).wrapping_add(unit.into()));
        let bucket = 128 + 4 * (hash % 64) as usize;
        let next: [u8; 4] = self.bytes[bucket..bucket + 4].try_into().expect("four bytes");
        self.bytes[bucket..bucket + 4].copy_from_slice(&at.to_le_bytes());
        self.bytes.extend(next);
        self.u16(hash as u16);
        self.u16(name.len() as u16);
        self.bytes.extend(utf16(name));
        self.u16(0);
    }

    /// Room for the size of what follows.
    fn reserve(&mut self) -> usize {
        self.u32(0);
        self.bytes.len()
    }

    fn fill(&mut self, behind: usize) {
        let size = (self.bytes.len() - behind) as u32;
        self.bytes[behind - 4..behind].copy_from_slice(&size.to_le_bytes());
    }

    fn u16(&mut self, value: u16) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.bytes.extend(value.to_le_bytes());
    }
}

/// What stands in an element or an attribute.
enum Content<'a> {
    Text(&'a str),
    /// The event's value of this number, of this type.
    Value(u16, u8),
}

pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Tenths of microseconds since 1601.
fn filetime(time: &str) -> u64 {
    let time: jiff::Timestamp = time.parse().expect("a time");
    u64::try_from(time.as_nanosecond() / 100 + 116_444_736_000_000_000).expect("a time of our days")
}
