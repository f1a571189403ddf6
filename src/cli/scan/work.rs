//! The work of a scan, shared among threads.

use super::super::CliError;
use super::archive::{self, Bundle, Metered};
use super::change::{Limited, Snapshot};
#[cfg(feature = "evtx")]
use super::event_log::SharedLog;
use super::lines::{self, SharedFile};
use super::output::Output;
use super::pipe::Pipe;
use super::progress::{self, Progress};
use super::walk::Source;
use crate::engine::Sieve;
use crate::read::charset::Charset;
use crate::read::format::{self, Fault, Format, Hints, Reader, RecordStream};
use crate::record::Record;
use crate::scan::{Classifier, Counts, Found, Unread};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How much of a file tells its format, in bytes.
const HEAD: usize = 64 << 10;

/// How many findings of a stream are printed at once.
const BATCH: usize = 64;

/// What all threads of a scan share.
pub(super) struct Shared<'s> {
    /// Decides about records.
    pub classifier: Classifier<'s>,
    /// Decides which records are worth that.
    pub sieve: Arc<Sieve>,
    /// The format of every file, where the person said it.
    pub format: Option<Format>,
    /// What readers must know besides.
    pub hints: Hints,
    /// Whether to stop.
    pub stop: &'s AtomicBool,
    /// How far the work is.
    pub progress: Progress,
    output: Mutex<Output<'s>>,
    /// Why nothing can be written any more.
    error: Mutex<Option<CliError>>,
    /// Whether anything could not be read.
    failed: AtomicBool,
    queue: Mutex<Queue>,
    /// Something changed in the queue.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    files: VecDeque<Source>,
    /// A file of several parts, and the next of them.
    open: Option<(Arc<dyn Parts>, u64)>,
    /// Threads that look at a file as a whole.
    busy: usize,
}

/// What one thread keeps between pieces of work.
#[derive(Debug, Default)]
pub(super) struct Job {
    file: Option<(PathBuf, File)>,
    /// The bytes of a block.
    pub bytes: Vec<u8>,
}

enum Work {
    File(Source),
    Part(Arc<dyn Parts>, u64),
}

/// A file that can be read in parts, by several threads. Threads take the parts in order.
pub(super) trait Parts: Send + Sync {
    /// How many there are; at least one.
    fn count(&self) -> u64;

    /// Reads one of them.
    fn read(&self, number: u64, job: &mut Job, shared: &Shared<'_>);
}

impl Job {
    /// What the file is that was read from last; nothing for what is no file.
    fn snapshot(&self) -> Option<Snapshot> {
        self.file.as_ref().and_then(|(_, file)| Snapshot::of(file).ok().flatten())
    }

    /// Reads from a file at a place; the answer is how many bytes there were.
    pub fn fill(&mut self, path: &Path, at: u64, wanted: usize) -> io::Result<usize> {
        if self.file.as_ref().is_none_or(|(open, _)| open != path) {
            self.file = Some((path.to_owned(), File::open(path)?));
        }
        let Some((_, file)) = &mut self.file else { return Ok(0) };
        file.seek(SeekFrom::Start(at))?;
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
        read_up_to(file, &mut self.bytes[..wanted])
    }
}

/// Fills a buffer as far as the reader goes.
fn read_up_to(reader: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match reader.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

impl<'s> Shared<'s> {
    pub fn new(
        classifier: Classifier<'s>,
        sieve: Sieve,
        output: Output<'s>,
        progress: Progress,
        stop: &'s AtomicBool,
    ) -> Self {
        Self {
            classifier,
            sieve: Arc::new(sieve),
            format: None,
            hints: Hints::default(),
            stop,
            progress,
            output: Mutex::new(output),
            error: Mutex::default(),
            failed: AtomicBool::new(false),
            queue: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Whether the findings cannot be written any more.
    pub fn has_error(&self) -> bool {
        lock(&self.error).is_some()
    }

    /// What was found; and whether everything could be read.
    ///
    /// # Errors
    ///
    /// When the findings could not be written.
    pub fn finish(mut self) -> Result<(Output<'s>, bool), CliError> {
        self.progress.finish();
        let bytes = self.progress.bytes();
        lock(&self.output).count(&Counts { bytes, ..Counts::default() });
        match self.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok((
                self.output.into_inner().unwrap_or_else(PoisonError::into_inner),
                !self.failed.load(Ordering::Relaxed),
            )),
        }
    }

    /// Reads all files, with so many threads.
    pub fn run(&self, files: Vec<Source>, threads: usize) {
        lock(&self.queue).files = files.into();
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| {
                    let mut job = Job::default();
                    while let Some(work) = self.next() {
                        match work {
                            Work::File(source) => {
                                self.file(&source, &mut job);
                                self.opened();
                            }
                            Work::Part(file, number) => file.read(number, &mut job, self),
                        }
                    }
                });
            }
        });
    }

    /// The next piece of work: the rest of an open file before another one. While another thread works, its file may turn out to have
    /// parts.
    fn next(&self) -> Option<Work> {
        let mut queue = lock(&self.queue);
        loop {
            if self.is_stopped() {
                // Parts that were begun are waited for by those behind them; those not begun need nobody.
                return None;
            }
            if let Some((file, next)) = &mut queue.open {
                let work = Work::Part(Arc::clone(file), *next);
                *next += 1;
                if *next == file.count() {
                    queue.open = None;
                }
                return Some(work);
            }
            if let Some(file) = queue.files.pop_front() {
                queue.busy += 1;
                return Some(Work::File(file));
            }
            if queue.busy == 0 {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says that no parts come of a file any more.
    fn opened(&self) {
        let mut queue = lock(&self.queue);
        queue.busy -= 1;
        drop(queue);
        self.changed.notify_all();
    }

    fn file(&self, source: &Source, job: &mut Job) {
        if source.path.as_os_str() == "-" {
            return self.pipe(Pipe::of(Metered::new(io::stdin(), self.progress.meter())), &source.name);
        }
        let head = match job.fill(&source.path, 0, HEAD) {
            Ok(read) => job.bytes[..read].to_vec(),
            Err(error) => {
                return self.fault(&source.name, Fault { offset: None, message: error.to_string(), fatal: true });
            }
        };
        if head.is_empty() && source.size.is_some() {
            return self.left_out(&source.name, "empty");
        }
        match &head[..] {
            #[cfg(feature = "evtx")]
            _ if format::detect_bytes(&head) == Format::Evtx => {
                self.source(&source.name, Format::Evtx, true);
                match SharedLog::open(source.path.clone(), Arc::clone(&source.name)) {
                    Ok(log) => self.parts(Arc::new(log), job),
                    Err(error) => self.fault(&source.name, Fault::fatal(0, error.to_string())),
                }
            }
            [0x1f, 0x8b, ..] => self.watched(source, 0, |file, snapshot| {
                self.pipe(archive::gzip(file, snapshot, self.progress.meter()), &source.name);
                None
            }),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => self.watched(source, 0, |file, _| {
                self.bundle(file, &source.name);
                None
            }),
            _ => match crate::read::binary(&head) {
                Some(what) => self.left_out(&source.name, what),
                None => self.text(source, head, job),
            },
        }
    }

    fn text(&self, source: &Source, head: Vec<u8>, job: &mut Job) {
        let (charset, mark) = Charset::detect(&head);
        let beginning = charset.decode(&head[mark..]).into_owned();
        let format = self.format.unwrap_or_else(|| format::detect(&beginning));
        self.source(&source.name, format, true);
        match (format::reader(format, &beginning), job.snapshot()) {
            (Reader::Lines(lines), Some(snapshot)) => {
                let (path, name) = (source.path.clone(), Arc::clone(&source.name));
                self.parts(Arc::new(SharedFile::new(path, name, snapshot, (charset, mark), lines)), job);
            }
            (Reader::Lines(_), None) => self.watched(source, 0, |file, _| {
                self.pipe(Pipe::of(Metered::new(file, self.progress.meter())), &source.name);
                None
            }),
            (Reader::Stream(open), _) => self.watched(source, mark as u64, |file, snapshot| {
                let (file, read) = Limited::new(file, snapshot, mark as u64);
                let whole = self
                    .stream(open(charset.reader(Metered::new(file, self.progress.meter())), self.hints), &source.name);
                whole.then(|| read.load(Ordering::Relaxed))
            }),
            (Reader::Evtx, _) => {}
        }
    }

    /// Reads a file from a place to its end, and says what happened to it meanwhile. `read` says how many bytes came, where it read all
    /// that there were.
    fn watched(&self, source: &Source, from: u64, read: impl FnOnce(File, Option<&Snapshot>) -> Option<u64>) {
        let opened = File::open(&source.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(from))?;
            let snapshot = Snapshot::of(&file)?;
            Ok((file, snapshot))
        });
        match opened {
            Ok((file, snapshot)) => {
                let end = read(file, snapshot.as_ref()).unwrap_or(u64::MAX);
                if let Some(fault) = snapshot.and_then(|snapshot| snapshot.change(&source.path, end))
                    && !self.is_stopped()
                {
                    self.fault(&source.name, fault);
                }
            }
            Err(error) => self.fault(&source.name, Fault::fatal(0, error.to_string())),
        }
    }

    /// Reads a file in parts: together with the other threads, if they have no file in parts yet.
    fn parts(&self, file: Arc<dyn Parts>, job: &mut Job) {
        if file.count() > 1 {
            let mut queue = lock(&self.queue);
            if queue.open.is_none() {
                queue.open = Some((Arc::clone(&file), 1));
                drop(queue);
                self.changed.notify_all();
                return file.read(0, job, self);
            }
        }
        for number in 0..file.count() {
            if self.is_stopped() {
                return;
            }
            file.read(number, job, self);
        }
    }

    /// Looks at one record of a stream.
    pub fn record(&self, record: &Record<'_>, name: &Arc<str>, found: &mut Found) {
        found.counts.records += 1;
        if self.sieve.lets_through(&record.text) {
            found.note(self.classifier.record(record, name));
        }
    }

    /// Reads what is in a zip file.
    fn bundle(&self, file: File, archive: &Arc<str>) {
        let mut bundle = match Bundle::open(file) {
            Ok(bundle) => bundle,
            Err(error) => return self.fault(archive, Fault::fatal(0, error.to_string())),
        };
        if bundle.is_document() {
            return self.left_out(archive, "an Office document");
        }
        for number in 0..bundle.len() {
            if self.is_stopped() {
                return;
            }
            match bundle.entry(number) {
                Ok(Some((name, size))) => {
                    self.pipe(bundle.read(number), &format!("{archive}!{name}").into());
                    self.progress.add_bytes(size);
                }
                Ok(None) => {}
                Err(error) => self.fault(archive, Fault { offset: None, message: error.to_string(), fatal: false }),
            }
        }
    }

    /// Reads an event log that must be laid down first.
    #[cfg(feature = "evtx")]
    fn laid_down(&self, mut bytes: impl Read, name: &Arc<str>) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new()?;
        io::copy(&mut bytes, &mut file)?;
        let log = SharedLog::open(file.path().to_owned(), Arc::clone(name))?;
        self.source(name, Format::Evtx, true);
        self.parts(Arc::new(log), &mut Job::default());
        Ok(())
    }

    /// Reads what has no size and no way back.
    fn pipe(&self, mut pipe: Pipe, name: &Arc<str>) {
        let mut head = Vec::new();
        // The first line is enough to begin with: a pipe may never bring more.
        while head.len() < HEAD && !(head.len() > 1 << 10 && head.contains(&b'\n')) {
            match pipe.wait(std::time::Duration::from_millis(if head.is_empty() { 60_000 } else { 500 })) {
                Ok(super::pipe::Brought::Piece(piece)) => head.extend_from_slice(&piece),
                Ok(super::pipe::Brought::Silence) if head.is_empty() => {}
                Ok(_) => break,
                Err(error) => return self.fault(name, Fault::fatal(head.len() as u64, error.to_string())),
            }
        }
        if head.is_empty() {
            return self.left_out(name, "empty");
        }
        if let Some(what) = crate::read::packed(&head) {
            return self.left_out(name, what);
        }
        #[cfg(feature = "evtx")]
        if format::detect_bytes(&head) == Format::Evtx {
            if let Err(error) = self.laid_down(io::Cursor::new(head).chain(pipe), name) {
                self.fault(name, Fault::fatal(0, error.to_string()));
            }
            return;
        }
        let (charset, mark) = Charset::detect(&head);
        let beginning = charset.decode(&head[mark..head.len().min(HEAD)]).into_owned();
        let format = self.format.unwrap_or_else(|| format::detect(&beginning));
        self.source(name, format, true);
        head.drain(..mark);
        match format::reader(format, &beginning) {
            Reader::Lines(format) => lines::pipe(pipe, head, charset, name, &*format, self),
            Reader::Stream(open) => {
                let whole = io::Cursor::new(head).chain(pipe);
                self.stream(open(charset.reader(whole), self.hints), name);
            }
            Reader::Evtx => {}
        }
    }

    /// Reads records that come one after the other. Whether that went on to the end.
    fn stream(&self, mut stream: Box<dyn RecordStream>, name: &Arc<str>) -> bool {
        let mut found = Found::default();
        let mut whole = false;
        while !self.is_stopped() {
            match stream.next() {
                Ok(Some(record)) => self.record(&record, name, &mut found),
                Ok(None) => {
                    whole = true;
                    break;
                }
                Err(fault) => {
                    let fatal = fault.fatal;
                    self.fault(name, fault);
                    if fatal {
                        break;
                    }
                }
            }
            if found.findings.len() >= BATCH {
                self.take(std::mem::take(&mut found));
            }
        }
        self.take(found);
        whole
    }

    /// Prints and counts what was found.
    pub fn take(&self, found: Found) {
        self.progress.add_findings(found.findings.len() as u64);
        let mut output = lock(&self.output);
        output.count(&found.counts);
        let some = !found.findings.is_empty();
        let printed = found.findings.into_iter().try_for_each(|finding| output.finding(finding));
        let printed = printed.and_then(|()| if some { output.flush() } else { Ok(()) });
        drop(output);
        if let Err(error) = printed {
            lock(&self.error).get_or_insert(error);
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Notes a source that was read. `exchange`: whether anything of Exchange was seen in it, as far as that can be said.
    pub fn source(&self, name: &str, format: Format, exchange: bool) {
        let mut output = lock(&self.output);
        output.count(&Counts { sources: 1, ..Counts::default() });
        output.source(
            name,
            clap::ValueEnum::to_possible_value(&format).as_ref().map_or("", |value| value.get_name()),
            exchange,
        );
    }

    /// Notes a source that was left out on purpose.
    fn left_out(&self, source: &Arc<str>, message: &str) {
        self.unread(Unread { source: Arc::clone(source), offset: None, message: message.into(), fault: false });
    }

    /// Notes a part of a source that could not be read.
    pub fn fault(&self, source: &Arc<str>, fault: Fault) {
        self.unread(Unread { source: Arc::clone(source), offset: fault.offset, message: fault.message, fault: true });
    }

    /// Notes a source that was not read, or not whole.
    pub fn unread(&self, unread: Unread) {
        let fault = unread.fault;
        let said = lock(&self.output).not_read(unread);
        if fault {
            self.failed.store(true, Ordering::Relaxed);
            progress::say(&said);
        }
    }

    /// Whether somebody wants the scan to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A lock whose holder panicked still guards whole data: nothing is changed in parts.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
