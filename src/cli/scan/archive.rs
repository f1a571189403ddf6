//! What is packed: `.gz` and `.zip`.

use super::change::{Limited, Snapshot};
use super::pipe::Pipe;
use super::progress::Meter;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use zip::ZipArchive;

/// Logs shrink to a tenth or a fiftieth. What unfolds to more than so many times its size...
const MOST_TIMES: u64 = 400;

/// ...and is larger than that, in bytes, was made to fill a disk.
const HARMLESS: u64 = 256 << 20;

/// Counts what is read from a file.
pub(in crate::cli) struct Metered<R> {
    inner: R,
    meter: Meter,
}

impl<R> Metered<R> {
    pub fn new(inner: R, meter: Meter) -> Self {
        Self { inner, meter }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.meter.add(read as u64);
        Ok(read)
    }
}

/// Stops where too much comes out of too little.
struct Bounded<R> {
    inner: R,
    packed: u64,
    read: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.read += read as u64;
        if self.read > HARMLESS && self.read / MOST_TIMES > self.packed {
            return Err(io::Error::other(format!(
                "it unfolds to more than {MOST_TIMES} times its size, as no log does; the rest was not read"
            )));
        }
        Ok(read)
    }
}

/// Unpacks a gzip file.
pub(super) fn gzip(file: File, snapshot: Option<&Snapshot>, meter: Meter) -> Pipe {
    let packed = snapshot.map_or(0, |snapshot| snapshot.len);
    let (file, _) = Limited::new(file, snapshot, 0);
    Pipe::of(Bounded { inner: MultiGzDecoder::new(Metered::new(file, meter)), packed, read: 0 })
}

/// An opened zip file.
pub(super) struct Bundle(ZipArchive<Arc<File>>);

impl Bundle {
    /// Reads the list of what is inside.
    pub fn open(file: File) -> io::Result<Self> {
        Ok(Self(ZipArchive::new(Arc::new(file))?))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is a document of Office, which is packed the same way.
    pub fn is_document(&self) -> bool {
        self.0.index_for_name("[Content_Types].xml").is_some()
    }

    /// The name of an entry, and its size in the archive; nothing for a folder.
    pub fn entry(&mut self, number: usize) -> io::Result<Option<(String, u64)>> {
        let entry = self.0.by_index_raw(number)?;
        if entry.is_dir() {
            return Ok(None);
        }
        Ok(Some((entry.name()?.into_owned(), entry.compressed_size())))
    }

    /// Unpacks an entry.
    pub fn read(&self, number: usize) -> Pipe {
        let mut archive = self.0.clone();
        Pipe::open(move |sender| match archive.by_index(number) {
            Ok(entry) => {
                let packed = entry.compressed_size();
                sender.send_all(&mut Bounded { inner: entry, packed, read: 0 });
            }
            Err(error) => sender.fail(error.into()),
        })
    }
}
