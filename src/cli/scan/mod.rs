//! `freebusy scan`

pub(super) mod archive;
mod change;
#[cfg(feature = "evtx")]
mod event_log;
mod lines;
pub(super) mod output;
mod pipe;
pub(super) mod progress;
mod select;
mod turns;
#[cfg(feature = "serve")]
pub(super) mod upload;
pub(super) mod walk;
mod when;
mod work;

use super::{CliError, Day, Status};
use crate::engine::{Engine, Sieve};
use crate::read::format::{Fault, Format};
use crate::scan::Classifier;
use output::{Output, OutputArgs};
use progress::Progress;
use select::Selection;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use walk::Walk;
use work::Shared;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 everything was read, 1 something matched and --fail-on-match was given, 2 something could not be read or \
                  written."
)]
pub(super) struct Args {
    /// Files and folders; `-` or nothing reads standard input
    paths: Vec<PathBuf>,
    /// Read every file as this format, instead of the one that its content shows
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Format>,
    #[command(flatten)]
    select: Selection,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    day: Day,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// What standard input is called in the output
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,
    /// How many threads [default: one for every processor]
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Also hidden files and folders below a named folder
    #[arg(long)]
    hidden: bool,
    /// No progress bar, and no summary on standard error
    #[arg(long, short)]
    quiet: bool,
    /// Exit code 1 where something matched
    #[arg(long)]
    fail_on_match: bool,
}

pub(super) fn run(args: Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&args.rules)?;
    let engine = Engine::for_many(&rules).as_of(args.day.iso());
    let mut classifier = Classifier::new(&engine);
    args.select.apply(&mut classifier, &rules)?;
    let sieve = Sieve::new(rules.pack(), classifier.possible);
    let output = Output::new(&args.output, args.select.asked(args.output.redact()), &rules, args.day)?;

    let mut walk = Walk { hidden: args.hidden, ..Walk::default() };
    args.paths.iter().for_each(|path| walk.add(path));
    if args.paths.is_empty() {
        walk.add("-".as_ref());
    }
    if let Some(name) = args.stdin_filename {
        let standard_input = walk.files.iter_mut().filter(|file| file.path.as_os_str() == "-");
        standard_input.for_each(|file| file.name = name.as_str().into());
    }
    let total = walk.files.iter().map(|file| file.size).sum::<Option<u64>>();
    let stop = Arc::new(AtomicBool::new(false));
    on_interrupt(Arc::clone(&stop));

    let mut shared = Shared::new(classifier, sieve, output, Progress::new(total, args.quiet), &stop);
    shared.format = args.input_format;
    walk.unread.into_iter().for_each(|unread| shared.unread(unread));
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    // Pseudonyms are numbered as they come, and with several threads they come as they like.
    let threads = if args.output.redact() { 1 } else { args.jobs.map_or_else(processors, usize::from) };
    shared.run(walk.files, threads);
    if stop.load(Ordering::Relaxed) && !shared.has_error() {
        shared.fault(
            &"scan".into(),
            Fault { offset: None, message: "interrupted; the rest was not read".into(), fatal: true },
        );
    }
    let (mut output, whole) = shared.finish()?;
    output.flush()?;
    let found = output.has_findings();
    output.finish(args.quiet)?;
    Ok(match (whole, found && args.fail_on_match) {
        (false, _) => Status::Failed,
        (true, true) => Status::NoMatch,
        (true, false) => Status::Answer,
    })
}

/// The first Ctrl+C ends the scan, and what was found so far is shown; the second ends the program.
fn on_interrupt(stop: Arc<AtomicBool>) {
    let handler = move || {
        if stop.swap(true, Ordering::Relaxed) {
            process::exit(130);
        }
    };
    // Without it, Ctrl+C ends the program at once, as it does everywhere.
    let _ = ctrlc::set_handler(handler);
}
