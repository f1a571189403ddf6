//! Reads a log of lines: by blocks at any place of a file, or one block after the other from a pipe.

use super::change::Snapshot;
use super::pipe::{Brought, Pipe};
use super::turns::Turns;
use super::work::{Job, Parts, Shared};
use crate::engine::Sieve;
use crate::read::charset::Charset;
use crate::read::format::{Fault, Lines};
use crate::scan::block::{Block, Sifted};
use crate::scan::{Found, NEIGHBOURHOOD, Place, Recent};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many bytes of a file are one piece of work.
const BLOCK: usize = 256 << 10;

/// How much is read behind a block at first, for the end of its last record.
const BEHIND: usize = 16 << 10;

/// The longest record. What is longer is cut, and said to be.
const LARGEST_RECORD: usize = 4 << 20;

/// How long a silent pipe's last line is taken for unfinished.
const PATIENCE: Duration = Duration::from_millis(200);

/// A file that several threads read.
#[derive(Debug)]
pub(super) struct SharedFile {
    path: PathBuf,
    name: Arc<str>,
    snapshot: Snapshot,
    /// Where the file ended for those who read it, if that was before its end.
    ended: AtomicU64,
    charset: Charset,
    /// Bytes of the byte order mark.
    mark: u64,
    format: Box<dyn Lines>,
    turns: Turns<Carried>,
}

/// What blocks leave to those behind them.
#[derive(Debug, Default)]
struct Carried {
    before: Before,
    recent: Recent,
}

/// What the blocks before one mean for it.
#[derive(Debug, Clone, Default)]
struct Before {
    /// Lines in them.
    lines: u64,
    /// The last header line in them.
    header: Option<Arc<str>>,
}

impl Parts for SharedFile {
    fn count(&self) -> u64 {
        self.snapshot.len.saturating_sub(self.mark).div_ceil(BLOCK as u64).max(1)
    }

    fn read(&self, number: u64, job: &mut Job, shared: &Shared<'_>) {
        let own = BLOCK.min(self.snapshot.len.saturating_sub(self.start(number)) as usize);
        let (mut found, fault) = match self.sift(number, own, job, &shared.sieve) {
            Ok((block, sifted, fault)) => {
                let before = self.leave(number, &sifted);
                let place = Place { source: &self.name, lines: before.lines, header: before.header };
                (shared.classifier.block(&block, &sifted, &*self.format, &place), fault)
            }
            Err(error) => {
                self.leave(number, &Sifted::default());
                (Found::default(), Some(Fault::at(self.start(number), error.to_string())))
            }
        };
        shared.progress.add_bytes(own as u64);
        self.turns.print(number, |carried| {
            if let Some(fault) = fault {
                shared.fault(&self.name, fault);
            }
            found.go_on_from(&mut carried.recent);
            shared.take(found);
            // The last one is printed when all are read.
            if number + 1 == self.count()
                && let Some(fault) = self.snapshot.change(&self.path, self.ended.load(Ordering::Relaxed))
            {
                shared.fault(&self.name, fault);
            }
        });
    }
}

impl SharedFile {
    pub fn new(
        path: PathBuf,
        name: Arc<str>,
        snapshot: Snapshot,
        head: (Charset, usize),
        format: Box<dyn Lines>,
    ) -> Self {
        let (charset, mark) = head;
        let ended = AtomicU64::new(u64::MAX);
        Self { path, name, snapshot, ended, charset, mark: mark as u64, format, turns: Turns::default() }
    }

    fn start(&self, number: u64) -> u64 {
        self.mark + number * BLOCK as u64
    }

    /// Leaves what a block means for those behind it; the answer is what those before it left.
    fn leave(&self, number: u64, sifted: &Sifted) -> Before {
        self.turns.leave(number, |Carried { before, .. }| {
            let mine = before.clone();
            before.lines += sifted.lines;
            if let Some((_, last)) = sifted.headers.last() {
                before.header = Some(last.as_str().into());
            }
            mine
        })
    }

    /// Reads and sifts a block; more of it where its last record goes on.
    fn sift<'j>(
        &self,
        number: u64,
        own: usize,
        job: &'j mut Job,
        sieve: &Sieve,
    ) -> io::Result<(Block<'j>, Sifted, Option<Fault>)> {
        let start = self.start(number);
        let before = (start - self.mark).min(NEIGHBOURHOOD as u64) as usize;
        let mut behind = BEHIND;
        let (len, cut, sifted) = loop {
            let from = start - before as u64;
            // What was added since is not read.
            let wanted = (before + own + behind).min(self.snapshot.len.saturating_sub(from) as usize);
            let len = job.fill(&self.path, from, wanted)?;
            if len < wanted {
                self.ended.fetch_min(from + len as u64, Ordering::Relaxed);
            }
            let end = len < before + own + behind;
            let cut = behind >= LARGEST_RECORD && !end;
            let block = self.block(number, &job.bytes[..len], before, own, cut || end);
            let sifted = block.sift(&*self.format, sieve);
            if sifted.unfinished.is_none() {
                break (len, cut && sifted.cut, sifted);
            }
            behind = (behind * 4).min(LARGEST_RECORD);
        };
        let message = || format!("a record here has more than {} MiB; its end was not read", LARGEST_RECORD >> 20);
        let fault = cut.then(|| Fault::at(start, message()));
        Ok((self.block(number, &job.bytes[..len], before, own, true), sifted, fault))
    }

    fn block<'b>(&self, number: u64, bytes: &'b [u8], before: usize, own: usize, last: bool) -> Block<'b> {
        let own = (before.min(bytes.len()), (before + own).min(bytes.len()));
        let mut block = Block { bytes, own, first: number == 0, last, charset: self.charset };
        if number > 0 {
            block.own.0 = block.line_end(own.0.saturating_sub(self.charset.width()));
        }
        block
    }
}

/// Reads lines from a pipe to its end.
pub(super) fn pipe(
    mut pipe: Pipe,
    head: Vec<u8>,
    charset: Charset,
    name: &Arc<str>,
    format: &dyn Lines,
    shared: &Shared<'_>,
) {
    let mut bytes = head;
    // Where the first line begins that was not read yet, and how many bytes were dropped before `bytes`.
    let (mut at, mut dropped) = (0, 0u64);
    let mut place = Place { source: name, lines: 0, header: None };
    let mut recent = Recent::default();
    let mut end = false;
    let mut skipping = false;
    while !end && !shared.is_stopped() {
        let mut silent = false;
        match pipe.wait(PATIENCE) {
            Ok(Brought::Piece(piece)) => {
                bytes.extend_from_slice(&piece);
            }
            Ok(Brought::Silence) => silent = true,
            Ok(Brought::End) => end = true,
            Err(error) => {
                shared.fault(name, Fault::fatal(dropped + bytes.len() as u64, error.to_string()));
                end = true;
            }
        }
        let mut block =
            Block { bytes: &bytes, own: (at, bytes.len()), first: at == 0 && dropped == 0, last: end, charset };
        if skipping {
            at = block.line_end(at);
            skipping = at == bytes.len() && !end;
            block.own.0 = at;
        }
        // A line without its end is not finished, whatever the time.
        let whole = whole_lines(&block, at);
        if !end && (silent || bytes.len() - at > LARGEST_RECORD) {
            block.bytes = &bytes[..whole];
            block.own.1 = whole;
            block.last = true;
        }
        if !end && whole == at {
            if bytes.len() - at > LARGEST_RECORD {
                let message = format!("a line here has more than {} MiB; it was not read", LARGEST_RECORD >> 20);
                shared.fault(name, Fault::at(dropped + at as u64, message));
                at = bytes.len();
                skipping = true;
            }
            continue;
        }
        let sifted = block.sift(format, &shared.sieve);
        let mut found = shared.classifier.block(&block, &sifted, format, &place);
        found.go_on_from(&mut recent);
        let next = sifted.unfinished.unwrap_or(block.bytes.len());
        place.lines += sifted.lines;
        if let Some((_, last)) = sifted.headers.last() {
            place.header = Some(last.as_str().into());
        }
        shared.take(found);
        let keep = next.saturating_sub(NEIGHBOURHOOD);
        let keep = keep - keep % charset.width();
        bytes.drain(..keep);
        dropped += keep as u64;
        at = next - keep;
    }
}

/// The end of the last whole line.
fn whole_lines(block: &Block<'_>, from: usize) -> usize {
    let mut at = from;
    // From the end backwards would be faster, but a line feed of UTF-16 is only known from its line's beginning.
    loop {
        let end = block.line_end(at);
        if end == block.bytes.len() {
            return if block.ends_a_line() { end } else { at };
        }
        at = end;
    }
}
