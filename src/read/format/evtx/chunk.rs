//! A chunk of an event log, looked at without understanding its records.
//!
//! A log is divided into chunks of 64 KiB, each with its own header, names and templates, so that each can be read by itself. What
//! stands behind the free-space offset is left over from records that were deleted or overwritten: it is never looked at.

use crate::read::format::Fault;
use memchr::memmem;

/// How many bytes a chunk has.
pub const CHUNK: usize = 64 << 10;
/// Where the first one begins.
pub const FIRST: u64 = 4096;
/// How many bytes its header has.
pub const HEADER: usize = 512;

/// The header of a record, and the copy of its size at its end.
pub(super) const RECORD_HEADER: usize = 24;
const SMALLEST: usize = RECORD_HEADER + 4;
const RECORD: &[u8; 4] = b"\x2a\x2a\0\0";

/// A chunk as it stands in the file; less than 64 KiB where the file ends in it.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'a> {
    bytes: &'a [u8],
    number: u64,
}

/// The records of a chunk.
#[derive(Debug, Default)]
pub struct Walk {
    /// Those that are whole, in their order.
    pub records: Vec<Window>,
    /// What is damaged.
    pub faults: Vec<Fault>,
    /// Where in the chunk a record should begin and none does.
    pub(super) broken: Vec<usize>,
}

/// A record's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where it begins in the chunk.
    pub begin: usize,
    /// Where it ends.
    pub end: usize,
    /// Its number by its own header.
    pub id: u64,
}

impl<'a> Chunk<'a> {
    /// The chunk of this number in its file, counted from 0. Of its header alone (the first 512 bytes) one can ask for the number
    /// of records.
    pub fn new(bytes: &'a [u8], number: u64) -> Self {
        Self { bytes: &bytes[..bytes.len().min(CHUNK)], number }
    }

    /// Where it begins in the file.
    pub fn offset(&self) -> u64 {
        self.number.saturating_mul(CHUNK as u64).saturating_add(FIRST)
    }

    /// Its bytes, also those that mean nothing any more.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether nothing was ever written to it. Logs grow by many chunks at once.
    pub fn is_unused(&self) -> bool {
        self.bytes.iter().all(|byte| *byte == 0)
    }

    /// How many records it has, by its header; none where that is damaged.
    pub fn record_count(&self) -> u64 {
        if self.header_fault().is_some() {
            return 0;
        }
        let (first, last) = (self.u64_at(8), self.u64_at(16));
        // One that was only begun says that its last record is the one before its first.
        last.wrapping_sub(first).wrapping_add(1).min(((CHUNK - HEADER) / SMALLEST) as u64)
    }

    /// The place of a record among those of this chunk, counted from 0: by its number, which counts those that are damaged too, or
    /// as the walk found it where the numbers have gaps.
    pub(super) fn position(&self, window: &Window, index: usize) -> u64 {
        let (first, last) = (self.u64_at(24), self.u64_at(32));
        let count = self.record_count();
        let place = window.id.wrapping_sub(first);
        if last.wrapping_sub(first).wrapping_add(1) == count && place < count { place } else { index as u64 }
    }

    /// The header and the records. All text of the records stands in here, in UTF-16LE.
    pub fn live(&self) -> &'a [u8] {
        if self.header_fault().is_some() { &[] } else { &self.bytes[..self.live_end()] }
    }

    /// Finds the records, and what is damaged between them.
    pub fn walk(&self) -> Walk {
        let mut walk = Walk::default();
        if let Some(message) = self.header_fault() {
            walk.faults.push(Fault::at(self.offset(), message));
            return walk;
        }
        let last = self.u32_at(44) as usize;
        let mut at = HEADER;
        while at < self.live_end() {
            match self.record(at) {
                Some(window) => {
                    walk.records.push(window);
                    if at == last {
                        break;
                    }
                    at = window.end;
                }
                None => match self.behind_damage(at, &mut walk) {
                    Some(next) => at = next,
                    None => break,
                },
            }
        }
        if self.is_cut() && walk.faults.is_empty() {
            let at = walk.records.last().map_or(HEADER, |record| record.end).min(self.bytes.len());
            walk.faults.push(self.fault(at, "the file ends in the middle of the events"));
        }
        if walk.faults.is_empty() && !self.records_fit_their_checksum() {
            walk.faults
                .push(self.fault(HEADER, "the checksum of these 64 KiB of events is wrong; some may be damaged"));
        }
        walk
    }

    /// Where the next record begins after one that is damaged. Says what was lost.
    fn behind_damage(&self, at: usize, walk: &mut Walk) -> Option<usize> {
        let next = self.next_record(at + 1);
        if next.is_none() && (self.is_cut() || self.bytes[at..self.live_end()].iter().all(|byte| *byte == 0)) {
            // The end of the file, or zeros where a header promised more than was ever written.
            return None;
        }
        walk.broken.push(at);
        let message = match next {
            Some(next) => format!("a damaged event; {} bytes were left out", next - at),
            None => format!("a damaged event; the rest of this chunk, {} bytes, was left out", self.live_end() - at),
        };
        walk.faults.push(self.fault(at, &message));
        next
    }

    /// The record at a place, if one is there: its sizes agree at both ends.
    fn record(&self, begin: usize) -> Option<Window> {
        if !self.bytes.get(begin..)?.starts_with(RECORD) {
            return None;
        }
        let size = self.u32_at(begin + 4) as usize;
        let end = begin.checked_add(size).filter(|end| size >= SMALLEST && *end <= self.live_end())?;
        (self.u32_at(end - 4) as usize == size).then(|| Window { begin, end, id: self.u64_at(begin + 8) })
    }

    /// The next record from a place on. Its number must be one of this chunk: a chunk that was copied while it was written holds
    /// older records too.
    fn next_record(&self, from: usize) -> Option<usize> {
        let ids = self.u64_at(24)..=self.u64_at(32);
        let rest = self.bytes.get(from..self.live_end())?;
        memmem::find_iter(rest, RECORD)
            .map(|found| from + found)
            .find(|at| self.record(*at).is_some_and(|record| ids.contains(&record.id)))
    }

    /// What is wrong with the header, where it cannot be trusted.
    fn header_fault(&self) -> Option<&'static str> {
        let Some(header) = self.bytes.get(..HEADER) else {
            return Some("the file ends in the header of a chunk");
        };
        if !header.starts_with(b"ElfChnk\0") {
            return Some("no chunk of events begins here, as one should; 64 KiB were left out");
        }
        let free = self.u32_at(48) as usize;
        let checked =
            self.is_unchecked() || evtx::checksum_ieee(&[&header[..120], &header[128..]].concat()) == self.u32_at(124);
        (!checked || !(HEADER..=CHUNK).contains(&free))
            .then_some("the header of a chunk is damaged; its 64 KiB were left out")
    }

    fn records_fit_their_checksum(&self) -> bool {
        self.is_unchecked() || evtx::checksum_ieee(&self.bytes[HEADER..self.live_end()]) == self.u32_at(52)
    }

    /// Whether its checksums mean nothing: it was copied while it was written, or whoever wrote it left them out.
    fn is_unchecked(&self) -> bool {
        self.u32_at(120) & 0b101 != 0
    }

    /// Whether the file ends in its records.
    fn is_cut(&self) -> bool {
        (self.u32_at(48) as usize) > self.bytes.len()
    }

    /// Where the records end.
    fn live_end(&self) -> usize {
        (self.u32_at(48) as usize).min(self.bytes.len())
    }

    /// A fault at a place in the chunk.
    fn fault(&self, at: usize, message: &str) -> Fault {
        Fault::at(self.offset().saturating_add(at as u64), message)
    }

    pub(super) fn u16_at(&self, at: usize) -> u16 {
        self.bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u16::from_le_bytes(*bytes))
    }

    pub(super) fn u32_at(&self, at: usize) -> u32 {
        self.bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    fn u64_at(&self, at: usize) -> u64 {
        self.bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}
