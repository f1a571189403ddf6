//! `freebusy rules check`

use super::folder::Sources;
use super::{CliError, ColorChoice, Status, pretty};
use crate::author::background::Background;
use crate::author::check::{Checker, Known, worst};
use crate::author::diagnostic::{Diagnostic, Severity};
use crate::author::problems::CODES;
use crate::author::show;
use crate::cli::parallel;
use crate::remedy::plan::nearest;
use crate::rules::Rules;
use clap::ValueEnum;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// SARIF 2.1.0, for pull requests
    Sarif,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 nothing is wrong (warnings may be), 1 something is, 2 a file could not be read.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    set: super::Set,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Count warnings as errors
    #[arg(long)]
    deny_warnings: bool,
    /// The day by which the age of reviews is judged [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<jiff::civil::Date>,
    /// Explain one kind of message, such as `unknown-key`
    #[arg(long, value_name = "CODE", conflicts_with_all = ["paths", "watch"])]
    explain: Option<String>,
    /// Check and test again whenever a file is saved, until interrupted
    #[arg(long, conflicts_with = "format")]
    watch: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: ColorChoice,
    /// Columns of the output
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

pub(in crate::cli) fn run(args: &Args) -> Result<Status, CliError> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let style = crate::cli::style(args.color, args.width);
    let sources = Sources::read(&args.set.paths());
    let diagnostics = check(&sources, args.set.standalone, args.as_of)?;
    let text = match args.format {
        Format::Text => {
            let count = sources.beside.iter().filter(|beside| !**beside).count();
            show::terminal(&sources.files, &diagnostics, style) + &summary(count, &diagnostics) + "\n"
        }
        Format::Json => pretty(&show::json(&sources.files, &diagnostics))?,
        Format::Sarif => pretty(&show::sarif(&sources.files, &diagnostics))?,
    };
    crate::cli::print(&text, style.color && args.format == Format::Text)?;
    Ok(match worst(&diagnostics) {
        Some(Severity::Unreadable) => Status::Failed,
        Some(Severity::Error) => Status::NoMatch,
        Some(Severity::Warning) if args.deny_warnings => Status::NoMatch,
        _ => Status::Answer,
    })
}

/// Checks files, on all processors.
pub(super) fn check(
    sources: &Sources,
    standalone: bool,
    as_of: Option<jiff::civil::Date>,
) -> Result<Vec<Diagnostic>, CliError> {
    let mut known = if standalone { Known::default() } else { Known::of(Rules::built_in()?.pack())? };
    sources.files.iter().filter(|file| !file.text.is_empty()).for_each(|file| known.add(file));
    let background = Background::built_in()?;
    let today = as_of.unwrap_or_else(|| jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date());
    let checker = Checker::new(known, &background, today);
    // What could not be read has been reported already; so has what only lies beside.
    let unread: Vec<usize> = sources.diagnostics.iter().map(|diagnostic| diagnostic.file).collect();
    let wanted: Vec<usize> =
        (0..sources.files.len()).filter(|number| !sources.beside[*number] && !unread.contains(number)).collect();
    let checked = parallel::map(&wanted, |number| checker.file(*number, &sources.files[*number]));
    let mut diagnostics = checker.finish(checked);
    diagnostics.extend(sources.diagnostics.iter().cloned());
    diagnostics.sort_by_key(|d| (d.file, d.span.start, d.span.end));
    Ok(diagnostics)
}

/// How much was looked at, and what was found.
pub(super) fn summary(files: usize, diagnostics: &[Diagnostic]) -> String {
    let count =
        |warning: bool| diagnostics.iter().filter(|d| (d.code.severity == Severity::Warning) == warning).count();
    let many = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    format!("{}: {}, {}", many(files, "file"), many(count(false), "error"), many(count(true), "warning"))
}

fn explain(name: &str) -> Result<Status, CliError> {
    match CODES.iter().find(|code| code.name == name) {
        Some(code) => {
            crate::cli::print(code.page, false)?;
            Ok(Status::Answer)
        }
        None => {
            let error = CliError::new(format!("there is no message `{name}`"));
            Err(match nearest(name, CODES.iter().map(|code| code.name)) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => {
                    let all: Vec<&str> = CODES.iter().map(|code| code.name).collect();
                    error.help(format!("it is one of: {}", all.join(", ")))
                }
            })
        }
    }
}
