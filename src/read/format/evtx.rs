//! Windows event logs in their binary form.
//!
//! A log is read chunk by chunk, so that the largest one needs no more memory than the smallest, a damaged chunk costs only itself,
//! and several readers can share one file: each takes a range of chunks. A chunk or a record whose bytes hold nothing of interest need
//! not be understood: see [`EvtxReader::only`].

mod chunk;
mod shared;

pub use chunk::{CHUNK, Chunk, FIRST, HEADER, Walk, Window};

use super::event_xml;
use super::{Fault, RecordStream};
use crate::record::Record;
use evtx::{EvtxChunkData, EvtxRecord, ParserSettings};
use shared::{NAMES, SharedParts};
use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

/// The most that the records of one chunk may unfold to, in bytes. Real ones stay below a quarter of a megabyte; a made one can name
/// the same template again and again.
const MOST: usize = 8 << 20;

/// How a log is divided.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// What is wrong with the file as a whole.
    pub faults: Vec<Fault>,
    /// For each chunk the records before it, and at the end all of them.
    before: Vec<u64>,
}

impl Layout {
    /// Looks at the headers of a log.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(source: &mut (impl Read + Seek)) -> io::Result<Self> {
        let len = source.seek(SeekFrom::End(0))?;
        let chunks = len.saturating_sub(FIRST).div_ceil(CHUNK as u64);
        let mut bytes = Vec::new();
        read_at(source, 0, 128, &mut bytes)?;
        let faults = file_fault(&bytes, chunks).into_iter().collect();
        let mut before = vec![0];
        let mut records = 0;
        for number in 0..chunks {
            read_at(source, Chunk::new(&[], number).offset(), HEADER, &mut bytes)?;
            records += Chunk::new(&bytes, number).record_count();
            before.push(records);
        }
        Ok(Self { faults, before })
    }

    /// How many chunks there are, the last perhaps cut.
    pub fn chunks(&self) -> u64 {
        self.before.len().saturating_sub(1) as u64
    }

    /// How many records there are, by the headers of the chunks.
    pub fn records(&self) -> u64 {
        self.records_before(self.chunks())
    }

    /// How many records stand before a chunk.
    pub fn records_before(&self, chunk: u64) -> u64 {
        let at = usize::try_from(chunk).unwrap_or(usize::MAX).min(self.before.len().saturating_sub(1));
        self.before.get(at).copied().unwrap_or(0)
    }
}

/// What is wrong with the header of a log. Its number of chunks is stale in a log that was copied while it was written, and too
/// small to hold the number of a large one; so only fewer chunks than it says are a fault, and only in a log that was closed.
fn file_fault(header: &[u8], chunks: u64) -> Option<Fault> {
    let (Some(checked), Some([flags, ..]), Some(sum)) = (header.get(..120), header.get(120..124), header.get(124..128))
    else {
        return Some(Fault::at(header.len() as u64, "the file ends in its header"));
    };
    let unchecked = flags & 0b101 != 0;
    if !header.starts_with(b"ElfFile\0") || !unchecked && evtx::checksum_ieee(checked).to_le_bytes() != sum {
        return Some(Fault::at(0, "the header of the file is damaged; its events are read all the same"));
    }
    let promised = u64::from(u16::from_le_bytes([checked[42], checked[43]]));
    (!unchecked && promised > chunks).then(|| {
        let end = Chunk::new(&[], chunks).offset();
        Fault::at(end, format!("the file ends too early: {} chunks of 64 KiB are missing", promised - chunks))
    })
}

/// What tells whether a part of a chunk may hold anything of interest, by its bytes.
pub type Filter = Box<dyn Fn(&[u8]) -> bool + Send>;

/// Reads the events of a log, or of a range of its chunks.
pub struct EvtxReader<R> {
    source: R,
    chunks: Range<u64>,
    /// The records before the next chunk, in the whole file.
    before: u64,
    only: Option<Filter>,
    skipped: u64,
    bytes: Vec<u8>,
    ready: VecDeque<Result<Record<'static>, Fault>>,
    settings: Arc<ParserSettings>,
}

impl<R: Read + Seek> EvtxReader<R> {
    /// Reads a whole log.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn open(mut source: R) -> io::Result<Self> {
        let layout = Layout::read(&mut source)?;
        let mut reader = Self::new(source, 0..layout.chunks(), 0);
        reader.ready.extend(layout.faults.into_iter().map(Err));
        Ok(reader)
    }

    /// Reads a range of chunks, counted from 0; `before` is how many records stand [before them](Layout::records_before). What is
    /// wrong with the file as a whole is not told again.
    pub fn new(source: R, chunks: Range<u64>, before: u64) -> Self {
        let settings = Arc::new(ParserSettings::new().indent(false));
        Self { source, chunks, before, only: None, skipped: 0, bytes: Vec::new(), ready: VecDeque::new(), settings }
    }

    /// Leaves out chunks whose [`live`](Chunk::live) bytes hold nothing of interest, and in the others the records that do not. What is
    /// damaged in them is told all the same, as far as it can be seen without understanding their contents.
    #[must_use]
    pub fn only(mut self, filter: Filter) -> Self {
        self.only = Some(filter);
        self
    }

    /// How many records were left out so far, because they hold nothing of interest.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Reads the next chunk.
    fn advance(&mut self, number: u64) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.bytes);
        read_at(&mut self.source, Chunk::new(&[], number).offset(), CHUNK, &mut bytes)?;
        let chunk = Chunk::new(&bytes, number);
        if !chunk.is_unused() {
            let walk = chunk.walk();
            if walk.records.is_empty() || self.only.as_ref().is_some_and(|only| !only(chunk.live())) {
                self.skipped += walk.records.len() as u64;
                self.ready.extend(walk.faults.into_iter().map(Err));
            } else {
                let mut decoder = Decoder::new(chunk, walk, self.before);
                if let Some(only) = &self.only {
                    self.skipped += decoder.only(only);
                }
                self.ready.extend(decoder.decode(Arc::clone(&self.settings)));
            }
            self.before += chunk.record_count();
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl<R: Read + Seek + Send> RecordStream for EvtxReader<R> {
    fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return ready.map(Some);
            }
            let Some(number) = self.chunks.next() else { return Ok(None) };
            if let Err(error) = self.advance(number) {
                self.chunks = 0..0;
                return Err(Fault::fatal(Chunk::new(&[], number).offset(), error.to_string()));
            }
        }
    }
}

impl<R> std::fmt::Debug for EvtxReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvtxReader").field("chunks", &self.chunks).finish_non_exhaustive()
    }
}

/// Reads up to `len` bytes at a place; fewer where the file ends.
fn read_at(source: &mut (impl Read + Seek), offset: u64, len: usize, into: &mut Vec<u8>) -> io::Result<()> {
    into.clear();
    source.seek(SeekFrom::Start(offset))?;
    source.take(len as u64).read_to_end(into)?;
    Ok(())
}

/// What came of a record.
enum Outcome {
    /// Nothing: it is damaged.
    Missing,
    /// It holds nothing of interest.
    LeftOut,
    Found(Box<Record<'static>>),
}

/// Reads the records of one chunk.
struct Decoder<'a> {
    chunk: Chunk<'a>,
    walk: Walk,
    before: u64,
    /// For each record of the walk what came of it.
    found: Vec<Outcome>,
    /// How many bytes were rendered.
    rendered: usize,
}

impl<'a> Decoder<'a> {
    fn new(chunk: Chunk<'a>, walk: Walk, before: u64) -> Self {
        let found = walk.records.iter().map(|_| Outcome::Missing).collect();
        Self { chunk, walk, before, found, rendered: 0 }
    }

    /// Leaves out what holds nothing of interest, and says how many records that are. Text that records share, in templates and names,
    /// may belong to any of them.
    fn only(&mut self, only: &Filter) -> u64 {
        let Some(shared) = SharedParts::of(self.chunk) else { return 0 };
        if shared.texts().any(only) {
            return 0;
        }
        let mut left_out = 0;
        for (window, found) in self.walk.records.iter().zip(&mut self.found) {
            let own = &self.chunk.bytes()[window.begin..window.end];
            if shared.hold_templates_of(own) && !only(own) {
                *found = Outcome::LeftOut;
                left_out += 1;
            }
        }
        left_out
    }

    /// The records and the faults, in the order of the file.
    fn decode(mut self, settings: Arc<ParserSettings>) -> Vec<Result<Record<'static>, Fault>> {
        let mut bytes = self.chunk.bytes().to_vec();
        bytes.resize(CHUNK, 0);
        for at in &self.walk.broken {
            // The parser has its own idea of where to go on; without a beginning of a record it goes where the walk went.
            bytes.iter_mut().skip(*at).take(4).for_each(|byte| *byte = 0);
        }
        if !self.parse(bytes.clone(), &settings) {
            // A damaged table of names. Each name also stands where it is used first.
            bytes[NAMES].fill(0);
            self.parse(bytes, &settings);
        }
        self.results()
    }

    /// Reads the records; whether that is possible at all.
    fn parse(&mut self, bytes: Vec<u8>, settings: &Arc<ParserSettings>) -> bool {
        let Ok(mut data) = EvtxChunkData::new(bytes, false) else { return false };
        let Ok(mut chunk) = data.parse(Arc::clone(settings)) else { return false };
        for record in chunk.iter().flatten() {
            self.take(record);
            if self.rendered > MOST {
                break;
            }
        }
        true
    }

    fn take(&mut self, record: EvtxRecord<'_>) {
        let (offset, id) = (record.binxml_offset, record.event_record_id);
        let index = self.walk.records.binary_search_by_key(&offset, |w| (w.begin + chunk::RECORD_HEADER) as u64);
        let Ok(index) = index else { return };
        if matches!(self.found[index], Outcome::LeftOut) {
            return;
        }
        let Ok(xml) = record.into_xml_bytes() else { return };
        self.rendered += xml.data.len();
        let Ok(xml) = std::str::from_utf8(&xml.data) else { return };
        if let Ok(Some(mut parts)) = event_xml::parts(xml, true) {
            parts.event_record_id = parts.event_record_id.or(Some(id));
            let position = self.chunk.position(&self.walk.records[index], index);
            self.found[index] = Outcome::Found(Box::new(parts.record(self.before + position + 1)));
        }
    }

    fn results(self) -> Vec<Result<Record<'static>, Fault>> {
        let offset = self.chunk.offset();
        let message = if self.rendered > MOST {
            "this event unfolds to far more than a log can hold; it was left out"
        } else {
            "the contents of this event are damaged; it was left out"
        };
        let mut results: Vec<_> = self.walk.faults.into_iter().map(|f| (f.offset.unwrap_or(offset), Err(f))).collect();
        for (window, found) in self.walk.records.iter().zip(self.found) {
            let at = offset + window.begin as u64;
            match found {
                Outcome::Found(record) => results.push((at, Ok(*record))),
                Outcome::Missing => results.push((at, Err(Fault::at(at, message)))),
                Outcome::LeftOut => {}
            }
        }
        results.sort_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, result)| result).collect()
    }
}
