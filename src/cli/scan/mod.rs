//! `freebusy scan`

#[cfg(feature = "evtx")]
mod event_log;
mod lines;
mod pipe;
mod turns;
mod walk;
mod work;

use super::{CliError, Status};
use crate::engine::{Engine, Sieve};
use crate::read::format::Format;
use crate::scan::{Classifier, Summary};
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use walk::Walk;
use work::{Out, Shared};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders; `-` reads standard input
    paths: Vec<PathBuf>,
    /// Read every file as this format
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Format>,
    /// The form of the output
    #[arg(long)]
    format: Option<String>,
    /// Also possible matches
    #[arg(long)]
    possible: bool,
    /// How many threads
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Also hidden files and folders
    #[arg(long)]
    hidden: bool,
}

pub(super) fn run(args: Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&args.rules)?;
    let engine = Engine::for_many(&rules);
    let mut classifier = Classifier::new(&engine);
    classifier.possible = args.possible;
    let sieve = Sieve::new(rules.pack(), &[], args.possible);
    let mut walk = Walk { hidden: args.hidden, ..Walk::default() };
    args.paths.iter().for_each(|path| walk.add(path));
    let stop = AtomicBool::new(false);
    let summary = Summary { unread: walk.unread, ..Summary::default() };
    let rows = Box::new(BufWriter::with_capacity(64 << 10, std::io::stdout()));
    let out = Out { rules: &rules, rows, summary, error: None };
    let mut shared = Shared::new(classifier, sieve, out, &stop);
    shared.format = args.input_format;
    let threads = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    shared.run(walk.files, threads);
    let out = shared.out.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for unread in &out.summary.unread {
        eprintln!("freebusy: {}: {}", unread.source, unread.message);
    }
    eprintln!("{:?}", out.summary.counts);
    Ok(if out.summary.unread.iter().any(|u| u.fault) { Status::Failed } else { Status::Answer })
}
