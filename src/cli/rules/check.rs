//! `freebusy rules check`

use super::{CliError, Screen, Status, pretty, watch};
use crate::author::background::Background;
use crate::author::check::{Checked, Checker, Known, worst};
use crate::author::codes;
use crate::author::diagnostic::{Diagnostic, Severity};
use crate::author::show;
use crate::cli::folder::Sources;
use crate::cli::parallel;
use crate::remedy::plan::nearest;
use crate::rules::{Rules, SharedKind, is_check_file};
use clap::ValueEnum;
use std::collections::HashMap;

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
    #[command(flatten)]
    screen: Screen,
}

pub(in crate::cli) fn run(args: &Args) -> Result<Status, CliError> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let style = args.screen.style();
    if args.watch {
        return watch::run(&args.set, args.as_of, style);
    }
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
    Ok(Checks::new(as_of)?.run(sources, known(sources, standalone)?, false))
}

/// What files may refer to.
fn known(sources: &Sources, standalone: bool) -> Result<Known, CliError> {
    let mut known = if standalone { Known::default() } else { Known::of(Rules::built_in()?.pack())? };
    sources.files.iter().filter(|file| !file.text.is_empty()).for_each(|file| known.add(file));
    Ok(known)
}

/// Checks files again and again; a file is looked at again when it changed, or something that it refers to.
pub(super) struct Checks {
    background: Background,
    today: jiff::civil::Date,
    /// What every file can see: with another one, every file is checked again.
    visible: String,
    done: HashMap<String, (String, Checked)>,
}

impl Checks {
    pub fn new(as_of: Option<jiff::civil::Date>) -> Result<Self, CliError> {
        let today = as_of.unwrap_or_else(crate::cli::today);
        Ok(Self { background: Background::built_in()?, today, visible: String::new(), done: HashMap::new() })
    }

    /// Checks what was read, in the state in which it is now.
    pub fn again(&mut self, sources: &Sources, standalone: bool) -> Result<Vec<Diagnostic>, CliError> {
        let mut visible = String::new();
        for file in &sources.files {
            visible.push_str(&file.name);
            visible.push('\n');
            if SharedKind::of(file.file_name()).is_some() {
                visible.push_str(&file.text);
            }
        }
        if visible != self.visible {
            self.visible = visible;
            self.done.clear();
        }
        Ok(self.run(sources, known(sources, standalone)?, true))
    }

    /// Checks everything; `keep` what it says of each file for the next time.
    fn run(&mut self, sources: &Sources, known: Known, keep: bool) -> Vec<Diagnostic> {
        let checker = Checker::new(known, &self.background, self.today);
        // What could not be read has been reported already; what only lies beside is not asked about.
        let unread: Vec<usize> = sources.diagnostics.iter().map(|diagnostic| diagnostic.file).collect();
        let wanted: Vec<usize> =
            (0..sources.files.len()).filter(|number| !sources.beside[*number] && !unread.contains(number)).collect();
        let done = &self.done;
        let checked = parallel::map(&wanted, |number| {
            let file = &sources.files[*number];
            match done.get(&file.name) {
                // Its number is the same, too: names come first in what is visible.
                // A file of checks refers to steps of rules, which are files of their own.
                Some((text, checked)) if *text == file.text && !is_check_file(&file.name) => checked.clone(),
                _ => checker.file(*number, file),
            }
        });
        if keep {
            let files = wanted.iter().map(|number| &sources.files[*number]);
            let said = files.zip(&checked).map(|(file, said)| (file.name.clone(), (file.text.clone(), said.clone())));
            self.done = said.collect();
        }
        let mut diagnostics = checker.finish(checked);
        diagnostics.extend(sources.diagnostics.iter().cloned());
        diagnostics.sort_by_key(|d| (d.file, d.span.start, d.span.end));
        diagnostics
    }
}

/// How much was looked at, and what was found.
pub(super) fn summary(files: usize, diagnostics: &[Diagnostic]) -> String {
    let count =
        |warning: bool| diagnostics.iter().filter(|d| (d.code.severity == Severity::Warning) == warning).count();
    let many = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    format!("{}: {}, {}", many(files, "file"), many(count(false), "error"), many(count(true), "warning"))
}

fn explain(name: &str) -> Result<Status, CliError> {
    match codes().find(|code| code.name == name) {
        Some(code) => {
            crate::cli::print(code.page, false)?;
            Ok(Status::Answer)
        }
        None => {
            let error = CliError::new(format!("there is no message `{name}`"));
            Err(match nearest(name, codes().map(|code| code.name)) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => {
                    let all: Vec<&str> = codes().map(|code| code.name).collect();
                    error.help(format!("it is one of: {}", all.join(", ")))
                }
            })
        }
    }
}
