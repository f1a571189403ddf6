//! Files that change while they are read: Exchange goes on writing its logs, and some are cut or replaced.

use crate::read::format::Fault;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// What a file was when its reading began. What is added after that is not read, so that all of a scan is of one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Snapshot {
    /// Its length in bytes.
    pub len: u64,
    modified: Option<SystemTime>,
}

impl Snapshot {
    /// Of an open file; nothing for what is no file, such as a pipe that has a name.
    pub fn of(file: &File) -> io::Result<Option<Self>> {
        let data = file.metadata()?;
        Ok(data.is_file().then(|| Self { len: data.len(), modified: data.modified().ok() }))
    }

    /// What happened to the file since. `read`: how many bytes came, of those that were to come.
    pub fn change(&self, path: &Path, read: u64) -> Option<Fault> {
        match fs::metadata(path) {
            Ok(now) => self.change_to(&now, read),
            Err(error) => {
                let message = format!("the file is gone, so nobody knows whether it was read whole: {error}");
                Some(Fault { offset: Some(read.min(self.len)), message, fatal: false })
            }
        }
    }

    fn change_to(&self, now: &Metadata, read: u64) -> Option<Fault> {
        let end = now.len().min(read);
        if end < self.len {
            let message = format!(
                "the file was cut or replaced while it was read: it had {} bytes; what stood from here on may be missing, \
                 so scan it again",
                self.len
            );
            return Some(Fault::at(end, message));
        }
        if now.len() > self.len {
            let message = format!(
                "the file grew while it was read; the {} bytes from here on were not read, so scan it again later",
                now.len() - self.len
            );
            return Some(Fault::at(self.len, message));
        }
        let changed = now.modified().ok().zip(self.modified).is_some_and(|(now, then)| now != then);
        changed.then(|| {
            Fault::at(
                0,
                "the file was written to while it was read; some of it may be older than the rest, so scan it again",
            )
        })
    }
}

/// Reads so much of a file as was there when its reading began, and counts it.
#[derive(Debug)]
pub(super) struct Limited {
    file: io::Take<File>,
    read: Arc<AtomicU64>,
}

impl Limited {
    /// Reads on from where the file stands, which is behind `at` bytes. The counter counts those too.
    pub fn new(file: File, snapshot: Option<&Snapshot>, at: u64) -> (Self, Arc<AtomicU64>) {
        let read = Arc::new(AtomicU64::new(at));
        let most = snapshot.map_or(u64::MAX, |snapshot| snapshot.len.saturating_sub(at));
        (Self { file: file.take(most), read: Arc::clone(&read) }, read)
    }
}

impl Read for Limited {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
