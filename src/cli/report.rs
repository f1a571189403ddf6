//! `freebusy report`: the findings of many scans as one.

use super::scan::archive::Metered;
use super::scan::output::{Output, OutputArgs};
use super::scan::progress::{self, Progress};
use super::scan::walk::{Source, Walk};
use super::{CliError, Day, Status};
use crate::read::charset::Charset;
use crate::report::scan::Asked;
use crate::report::{Ledger, Line, LineError, is_run, parse};
use crate::rules::Rules;
use crate::scan::Unread;
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;

/// A line of a finding has some kilobytes. One that is longer than this, in bytes, is none.
const LONGEST: usize = 16 << 20;

/// How much of a file tells its encoding, in bytes.
const HEAD: usize = 64 << 10;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 everything was read by the scans and here, 1 there are findings and --fail-on-match was given, 2 something \
                  could not be read or written, or findings are missing."
)]
pub(super) struct Args {
    /// What `freebusy scan --format ndjson` wrote: files and folders, also as .gz; `-` or nothing reads standard input
    paths: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    day: Day,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Also hidden files and folders below a named folder
    #[arg(long)]
    hidden: bool,
    /// No progress bar, and no summary on standard error
    #[arg(long, short)]
    quiet: bool,
    /// Exit code 1 where there are findings
    #[arg(long)]
    fail_on_match: bool,
}

/// What is made of the lines.
struct Work<'r> {
    rules: &'r Rules,
    output: Output<'r>,
    progress: Progress,
    ledger: Ledger,
    asked: Option<Asked>,
    /// Findings of rules that are not there: how many, and in which file the first stood.
    unknown: BTreeMap<String, (u64, Arc<str>)>,
    failed: bool,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&args.rules)?;
    let mut walk = Walk { hidden: args.hidden, ..Walk::default() };
    args.paths.iter().for_each(|path| walk.add(path));
    if args.paths.is_empty() {
        walk.add("-".as_ref());
    }
    let total = walk.files.iter().map(|file| file.size).sum::<Option<u64>>();
    let mut work = Work {
        rules: &rules,
        output: Output::new(&args.output, Asked::default(), &rules, args.day)?,
        progress: Progress::new(total, args.quiet),
        ledger: Ledger::default(),
        asked: None,
        unknown: BTreeMap::new(),
        failed: false,
    };
    walk.unread.into_iter().for_each(|unread| work.unread(unread));
    for source in &walk.files {
        work.file(source)?;
    }
    work.finish(args)
}

impl Work<'_> {
    fn file(&mut self, source: &Source) -> Result<(), CliError> {
        if source.path.as_os_str() == "-" {
            let input = Metered::new(io::stdin(), self.progress.meter());
            return self.lines(open(input), &source.name);
        }
        // What a run says of itself stands behind its findings; whether they were counted before must be known first.
        let runs = match runs(source) {
            Ok(runs) => runs,
            Err(error) => {
                self.fault(&source.name, None, error.to_string());
                return Ok(());
            }
        };
        if let Some(before) = self.ledger.known(&runs) {
            let message = format!("the same runs as in {before}; they are counted once");
            self.unread(Unread { source: Arc::clone(&source.name), offset: None, message, fault: false });
            return Ok(());
        }
        match File::open(&source.path) {
            Ok(file) => self.lines(open(Metered::new(file, self.progress.meter())), &source.name),
            Err(error) => {
                self.fault(&source.name, None, error.to_string());
                Ok(())
            }
        }
    }

    fn lines(&mut self, input: io::Result<Lines>, name: &Arc<str>) -> Result<(), CliError> {
        let mut lines = match input {
            Ok(lines) => lines,
            Err(error) => {
                self.fault(name, None, error.to_string());
                return Ok(());
            }
        };
        loop {
            let next = lines.next();
            match next {
                Ok(Some((number, line))) => self.line(line, name, number)?,
                Ok(None) => break,
                Err(error) => {
                    self.fault(name, None, format!("behind line {}: {error}", lines.number - 1));
                    break;
                }
            }
        }
        self.ledger.end(name);
        self.output.flush()
    }

    fn line(&mut self, line: &str, name: &Arc<str>, number: u64) -> Result<(), CliError> {
        let line = line.trim();
        if line.is_empty() {
            return Ok(());
        }
        if line.len() >= LONGEST {
            self.fault(name, None, format!("line {number} is longer than any finding; it was skipped"));
            return Ok(());
        }
        match parse(line, self.rules) {
            Ok(Line::Finding(finding, version)) => {
                self.ledger.finding(line);
                self.progress.add_findings(1);
                self.output.finding_of(*finding, &version)?;
            }
            Ok(Line::Run(run)) => {
                if let Some(before) = self.ledger.run(&run, name) {
                    let message =
                        format!("line {number}: the run of this line also stands in {before}, and counts twice");
                    self.fault(name, None, message);
                }
                self.asked = Some(self.asked.take().map_or_else(|| run.asked.clone(), |asked| asked.and(&run.asked)));
                self.failed |= run.faults > 0;
                self.output.run(*run);
            }
            Err(LineError::Rule(rule)) => {
                self.ledger.finding(line);
                self.unknown.entry(rule).or_insert_with(|| (0, Arc::clone(name))).0 += 1;
            }
            Err(error) => self.fault(name, None, format!("line {number} is damaged and was skipped: {error}")),
        }
        Ok(())
    }

    fn fault(&mut self, source: &Arc<str>, offset: Option<u64>, message: String) {
        self.unread(Unread { source: Arc::clone(source), offset, message, fault: true });
    }

    fn unread(&mut self, unread: Unread) {
        let fault = unread.fault;
        let said = self.output.not_read(unread);
        if fault {
            self.failed = true;
            progress::say(&said);
        }
    }

    fn finish(mut self, args: &Args) -> Result<Status, CliError> {
        for (rule, (findings, file)) in std::mem::take(&mut self.unknown) {
            let count = if findings == 1 { "1 finding".to_owned() } else { format!("{findings} findings") };
            let message =
                format!("{count} of the rule `{rule}`, which is not here, left out; give its folder with --rules");
            self.fault(&file, None, message);
        }
        for (file, message) in std::mem::take(&mut self.ledger).differences() {
            self.fault(&file, None, message);
        }
        let asked = self.asked.take().unwrap_or_default();
        self.output.asked(asked);
        self.progress.finish();
        let found = self.output.has_findings();
        self.output.finish(args.quiet)?;
        Ok(match (self.failed, found && args.fail_on_match) {
            (true, _) => Status::Failed,
            (false, true) => Status::NoMatch,
            (false, false) => Status::Answer,
        })
    }
}

/// What the runs of a file are known by.
fn runs(source: &Source) -> io::Result<Vec<Option<u64>>> {
    let mut lines = open(File::open(&source.path)?)?;
    let mut found = Vec::new();
    // What is wrong with a line is said when it is read for its findings.
    while let Ok(Some((_, line))) = lines.next() {
        if is_run(line)
            && let Ok(run) = crate::report::Run::parse(line.trim())
        {
            found.push(run.identity());
        }
    }
    Ok(found)
}

/// The lines of a file, whatever its encoding, and unpacked.
fn open(mut file: impl Read + Send + 'static) -> io::Result<Lines> {
    let head = head(&mut file)?;
    let whole = io::Cursor::new(head.clone()).chain(file);
    if head.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = MultiGzDecoder::new(whole);
        let head = self::head(&mut unpacked)?;
        return Ok(Lines::new(&head, io::Cursor::new(head.clone()).chain(unpacked)));
    }
    Ok(Lines::new(&head, whole))
}

/// The beginning of a file.
fn head(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    // A pipe brings its first line before its second: more is not waited for.
    let mut piece = vec![0; HEAD];
    while head.len() < 4 {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => head.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

/// Lines of bounded length.
struct Lines {
    input: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    text: String,
    /// The number of the last line, from 1.
    number: u64,
}

impl Lines {
    fn new(head: &[u8], mut whole: impl Read + Send + 'static) -> Self {
        let (charset, mark) = Charset::detect(head);
        let mut rest = Vec::new();
        // The mark stands in memory, where reading cannot fail.
        let _ = whole.by_ref().take(mark as u64).read_to_end(&mut rest);
        Self { input: charset.reader(whole), line: Vec::new(), text: String::new(), number: 0 }
    }

    /// The next line with its number; of one that is too long, its beginning.
    fn next(&mut self) -> io::Result<Option<(u64, &str)>> {
        self.line.clear();
        self.number += 1;
        loop {
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', piece).map(|at| at + 1);
            let taken = end.unwrap_or(piece.len());
            let room = LONGEST - self.line.len().min(LONGEST);
            self.line.extend_from_slice(&piece[..taken.min(room)]);
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if self.line.is_empty() {
            return Ok(None);
        }
        self.text.clear();
        self.text.push_str(&String::from_utf8_lossy(&self.line));
        Ok(Some((self.number, &self.text)))
    }
}
