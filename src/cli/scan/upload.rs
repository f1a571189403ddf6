//! Logs that were sent to `freebusy serve`: scanned as files are, without a terminal.

use super::super::CliError;
use super::output::{Output, OutputFormat};
use super::progress::Progress;
use super::walk::Source;
use super::work::Shared;
use crate::engine::{Engine, Sieve};
use crate::read::format::Fault;
use crate::remedy::{Planner, Values};
use crate::report::scan::Asked;
use crate::rules::{Calendar, Rules};
use crate::scan::Classifier;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Logs that lie in files, and what is asked about them.
pub(in crate::cli) struct Upload {
    /// The files, each with the name that it was sent with.
    pub files: Vec<(String, PathBuf)>,
    /// Whether possible matches count.
    pub possible: bool,
    /// Whether names become pseudonyms.
    pub redact: bool,
    /// Whether the answer is a page; otherwise it is JSON.
    pub page: bool,
}

/// Scans with one thread, so that pastes have the others. Ends early where `stop` is set, and says so in the report.
///
/// # Errors
///
/// When the rules are damaged or the report cannot be made.
pub(in crate::cli) fn scan(
    rules: &Rules,
    profile: &BTreeMap<String, String>,
    today: Date,
    upload: Upload,
    stop: &AtomicBool,
) -> Result<Vec<u8>, CliError> {
    let pack = rules.pack();
    let engine = Engine::for_many(rules).as_of(today.to_string());
    let mut classifier = Classifier::new(&engine);
    classifier.possible = upload.possible;
    let sieve = Sieve::new(pack, classifier.possible);
    let asked = Asked { possible: upload.possible, redacted: upload.redact, ..Asked::default() };
    // As on the command line: the steps of a redacted report have placeholders.
    let profile = if upload.redact { BTreeMap::new() } else { profile.clone() };
    let planner = Planner::new(pack.parameters()?, Values { profile, ..Values::default() })
        .as_of(Calendar::new(&pack.shared()?.timeline, today.to_string()));
    let format = if upload.page { OutputFormat::Html } else { OutputFormat::Json };
    let out = Memory::default();
    let output = Output::report(rules, planner, asked, format, Box::new(out.clone()))?;
    let shared = Shared::new(classifier, sieve, output, Progress::new(None, true), stop);
    let files = upload.files.into_iter().map(|(name, path)| Source {
        size: std::fs::metadata(&path).ok().map(|data| data.len()),
        path,
        name: name.into(),
    });
    shared.run(files.collect(), 1);
    if stop.load(Ordering::Relaxed) {
        let message = "this took longer than the server allows; the rest was not read".into();
        shared.fault(&"scan".into(), Fault { offset: None, message, fatal: true });
    }
    let (output, _) = shared.finish()?;
    output.finish(true)?;
    Ok(out.take())
}

/// Bytes that are written in one place and read in another.
#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
