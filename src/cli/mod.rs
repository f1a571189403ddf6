//! The command line: one file per subcommand, and what they share.

mod collect;
mod completions;
mod error;
mod explain;
mod folder;
mod guide;
mod load;
mod lookup;
mod parallel;
mod profile;
mod report;
mod rules;
mod scan;
#[cfg(feature = "serve")]
mod serve;

pub use error::CliError;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand, ValueEnum};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// The columns that are used where the terminal does not say.
const DEFAULT_WIDTH: usize = 100;

/// Wider prose is hard to read.
const MOST_WIDTH: usize = 120;

const STYLES: Styles =
    Styles::styled().header(AnsiColor::Green.on_default().bold()).literal(AnsiColor::Cyan.on_default());

/// Paste an Exchange hybrid free/busy error; get the documented failure and the steps to fix it.
#[derive(Debug, Parser)]
#[command(name = "freebusy", version, styles = STYLES, propagate_version = true)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say which documented failure a pasted error is, on what evidence, and what to do
    Explain(Box<explain::Args>),
    /// Walk through a failure step by step: shows a command, judges its output, says why and what comes next
    Guide(Box<guide::Args>),
    /// Print a PowerShell script that only reads, and writes what it read into a file for `explain`
    Collect(Box<collect::Args>),
    /// Classify exported logs: which failures, how often, since when, on which servers
    Scan(Box<scan::Args>),
    /// Make one summary or report of the findings of many scans, of many machines
    Report(Box<report::Args>),
    /// Say what a number or name in an error stands for: a LID, an AADSTS code, a response code, a test's result
    Lookup(lookup::Args),
    /// List and show the rules; write, check, test and publish your own
    #[command(subcommand)]
    Rules(rules::Command),
    /// Serve a page on which errors are pasted and explained, for those who open no terminal
    #[cfg(feature = "serve")]
    Serve(serve::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The day for which an answer holds.
#[derive(Debug, Clone, Copy, clap::Args)]
struct Day {
    /// The day for which the answer is: what applies depends on it [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<jiff::civil::Date>,
}

/// The day that it is, as UTC has it: the same answer everywhere.
fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

impl Day {
    /// The day that was asked for, or today.
    fn date(self) -> jiff::civil::Date {
        self.as_of.unwrap_or_else(today)
    }

    /// The day as an ISO 8601 date.
    fn iso(self) -> String {
        self.date().to_string()
    }

    /// What holds on that day.
    fn calendar(self, pack: &crate::rules::pack::Pack<'_>) -> Result<crate::rules::Calendar, CliError> {
        Ok(crate::rules::Calendar::new(&pack.shared()?.timeline, self.iso()))
    }
}

/// How a person wants the output shown.
#[derive(Debug, Clone, Copy, clap::Args)]
struct Screen {
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: ColorChoice,
    /// Columns of the output
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

impl Screen {
    /// The columns and colours of standard output.
    fn style(self) -> crate::report::Style {
        style(self.color, self.width)
    }
}

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0: an answer.
    Answer,
    /// 1: nothing documented matches.
    NoMatch,
    /// 2: could not do it.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Answer => Self::SUCCESS,
            Status::NoMatch => Self::from(1),
            Status::Failed => Self::from(2),
        }
    }
}

/// Runs one command.
///
/// # Errors
///
/// When the command could not do what it was asked for.
pub fn run(args: Args) -> Result<Status, CliError> {
    match args.command {
        Command::Explain(args) => explain::run(*args),
        Command::Guide(args) => guide::run(*args),
        Command::Collect(args) => collect::run(&args),
        Command::Scan(args) => scan::run(*args),
        Command::Report(args) => report::run(&args),
        Command::Lookup(args) => lookup::run(&args),
        Command::Rules(command) => rules::run(command),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&args),
        Command::Completions(args) => completions::run(args),
    }
}

/// Writes to standard output. Colours in the text are dropped or translated where the console needs it.
fn print(text: &str, color: bool) -> Result<(), CliError> {
    let choice = if color { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never };
    let out = std::io::stdout().lock();
    let result = if color {
        let mut out = anstream::AutoStream::new(out, choice);
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    } else {
        let mut out = std::io::BufWriter::new(out);
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    result.map_err(CliError::output)
}

/// Columns and colours of standard output.
fn style(color: ColorChoice, width: Option<usize>) -> crate::report::Style {
    let out = std::io::stdout();
    let color = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        // Respects NO_COLOR, CLICOLOR and the like.
        ColorChoice::Auto => anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never,
    };
    let terminal = || out.is_terminal().then(terminal_size::terminal_size).flatten();
    let width = width.or_else(|| terminal().map(|(width, _)| usize::from(width.0)));
    let width = width.unwrap_or(DEFAULT_WIDTH).clamp(40, MOST_WIDTH);
    crate::report::Style { width, color }
}
