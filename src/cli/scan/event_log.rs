//! Reads one event log by ranges of its chunks.

use super::change::Snapshot;
use super::turns::Turns;
use super::work::{Job, Parts, Shared};
use crate::read::format::evtx::{CHUNK, EvtxReader, Layout};
use crate::read::format::{Fault, RecordStream};
use crate::scan::Found;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// How many chunks of 64 KiB are one piece of work.
const CHUNKS: u64 = 32;

/// The same in bytes.
const PART: u64 = CHUNKS * CHUNK as u64;

/// A log that several threads read.
#[derive(Debug)]
pub(super) struct SharedLog {
    path: PathBuf,
    name: Arc<str>,
    snapshot: Option<Snapshot>,
    layout: Layout,
    turns: Turns<()>,
}

impl SharedLog {
    /// Looks at a log.
    pub fn open(path: PathBuf, name: Arc<str>) -> std::io::Result<Self> {
        let mut file = File::open(&path)?;
        let snapshot = Snapshot::of(&file)?;
        let layout = Layout::read(&mut file)?;
        Ok(Self { path, name, snapshot, layout, turns: Turns::default() })
    }
}

impl Parts for SharedLog {
    fn count(&self) -> u64 {
        self.layout.chunks().div_ceil(CHUNKS).max(1)
    }

    fn read(&self, number: u64, _job: &mut Job, shared: &Shared<'_>) {
        let chunks = number * CHUNKS..((number + 1) * CHUNKS).min(self.layout.chunks());
        let before = self.layout.records_before(chunks.start);
        let mut found = Found::default();
        let mut faults = if number == 0 { self.layout.faults.clone() } else { Vec::new() };
        match File::open(&self.path) {
            Ok(file) => {
                let sieve = Arc::clone(&shared.sieve);
                let filter = Box::new(move |chunk: &[u8]| sieve.lets_binary_through(chunk));
                let mut reader = EvtxReader::new(file, chunks, before).only(filter);
                while !shared.is_stopped() {
                    match reader.next() {
                        Ok(Some(record)) => shared.record(&record, &self.name, &mut found),
                        Ok(None) => break,
                        Err(fault) => {
                            let fatal = fault.fatal;
                            faults.push(fault);
                            if fatal {
                                break;
                            }
                        }
                    }
                }
                found.counts.records += reader.skipped();
            }
            Err(error) => faults.push(Fault::fatal(0, error.to_string())),
        }
        let last = number + 1 == self.count();
        let size = self.snapshot.map_or(0, |snapshot| snapshot.len);
        shared.progress.add_bytes(if last { size.saturating_sub(number * PART) } else { PART });
        self.turns.print(number, |_| {
            faults.drain(..).for_each(|fault| shared.fault(&self.name, fault));
            shared.take(found);
            // The last one is printed when all are read; a log that ended too early said so itself.
            if last && let Some(fault) = self.snapshot.and_then(|snapshot| snapshot.change(&self.path, snapshot.len)) {
                shared.fault(&self.name, fault);
            }
        });
    }
}
