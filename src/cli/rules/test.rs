//! `freebusy rules test`

use super::check::{check, summary};
use super::{CliError, Screen, Status, pretty};
use crate::author::check::worst;
use crate::author::diagnostic::{Diagnostic, Severity, SourceFile};
use crate::author::show;
use crate::author::test::{
    Case, Loss, Places, Suite, ask_check, check_cases, check_failures, check_unneeded, check_untested, failures,
    noticed, overlaps, texts, transform, transformations, untested, untested_wordings,
};
use crate::cli::folder::Sources;
use crate::cli::parallel;
use crate::engine::Engine;
use crate::rules::check::Check;
use crate::rules::model::Rule;
use crate::rules::pack::CheckSource;
use crate::rules::{Rules, is_check_file};
use clap::ValueEnum;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 all tests pass, 1 some fail, 2 the rules could not be read.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    set: super::Set,
    #[command(flatten)]
    beyond: Beyond,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    screen: Screen,
}

/// What is asked beyond the tests themselves.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Beyond {
    /// Change the texts as consoles, mails and exports do, and take each guard (`outranks`, `none`, `context`, a requirement) out of the rules: no
    /// answer may change, and some test must fail
    #[arg(long)]
    mutate: bool,
    /// Report every phrase and branch that no test needs
    #[arg(long)]
    coverage: bool,
    /// Report pairs of rules that are both certain about one text, with no `outranks` between them
    #[arg(long)]
    overlap: bool,
}

pub(in crate::cli) fn run(args: &Args) -> Result<Status, CliError> {
    let style = args.screen.style();
    let mut sources = Sources::read(&args.set.paths());
    let broken: Vec<Diagnostic> = check(&sources, args.set.standalone, None)?
        .into_iter()
        .filter(|d| d.code.severity != Severity::Warning && !is_about_tests(d))
        .collect();
    if !broken.is_empty() {
        let count = summary(sources.files.len(), &broken);
        let text = show::terminal(&sources.files, &broken, style) + &format!("{count}; no test was run\n");
        crate::cli::print(&text, style.color)?;
        let unreadable = worst(&broken) == Some(Severity::Unreadable);
        return Ok(if unreadable { Status::Failed } else { Status::NoMatch });
    }
    let rules = sources.load(args.set.standalone)?;
    let outcome = ask(&rules, &rules.all()?, &mut sources, args.beyond)?;
    let text = match args.format {
        Format::Text => show::terminal(&sources.files, &outcome.diagnostics, style) + &outcome.summary() + "\n",
        Format::Json => {
            let mut report = show::json(&sources.files, &outcome.diagnostics);
            report["tests"] = outcome.tests.into();
            pretty(&report)?
        }
    };
    crate::cli::print(&text, style.color && args.format == Format::Text)?;
    Ok(if outcome.diagnostics.is_empty() { Status::Answer } else { Status::NoMatch })
}

/// A rule without tests can be tested all the same: it may break others.
pub(super) fn is_about_tests(diagnostic: &Diagnostic) -> bool {
    diagnostic.code.name == "no-positive-test"
}

/// What the tests gave.
pub(super) struct Outcome {
    pub diagnostics: Vec<Diagnostic>,
    rules: usize,
    checks: usize,
    tests: usize,
}

impl Outcome {
    pub fn summary(&self) -> String {
        let failed = match self.diagnostics.len() {
            0 => "all is well".to_owned(),
            1 => "1 problem".to_owned(),
            n => format!("{n} problems"),
        };
        let checks = if self.checks > 0 { format!("{} checks and ", self.checks) } else { String::new() };
        format!("{} tests of {checks}{} rules: {failed}", self.tests, self.rules)
    }
}

/// Runs the tests of all rules, which `all` are in full.
pub(super) fn ask(rules: &Rules, all: &[Rule], sources: &mut Sources, beyond: Beyond) -> Result<Outcome, CliError> {
    let engine = Engine::for_many(rules);
    let shared = rules.pack().shared()?;
    let (texts, unread) = texts(all);
    let records: Vec<_> = texts.iter().map(|text| text.records()).collect();
    let asked: Vec<_> = texts.iter().zip(&records).collect();
    let cases = parallel::map(&asked, |(text, records)| Case::ask(&engine, all, text, records));
    let suite = Suite::new(&engine, all, cases);
    let places = Places::new(rules.pack(), &sources.files);
    let files = &mut sources.files;
    let mut diagnostics = failures(&suite, &unread, &places, files);
    let own: Vec<usize> = (0..all.len()).filter(|rule| places.is_own(*rule)).collect();
    let varied = if beyond.mutate || beyond.coverage {
        parallel::map(&own, |rule| noticed(&suite, &shared, *rule))
    } else {
        Vec::new()
    };
    if beyond.mutate {
        let numbers: Vec<usize> = (0..suite.cases.len()).filter(|n| places.is_own(suite.cases[*n].rule)).collect();
        let transformed = parallel::map(&numbers, |number| transform(&suite, *number)).concat();
        diagnostics.extend(transformations(&suite, &transformed, &places, files));
        diagnostics.extend(untested(&suite, &varied, Loss::Guard, &places, files));
    }
    if beyond.coverage {
        diagnostics.extend(untested(&suite, &varied, Loss::Find, &places, files));
        diagnostics.extend(untested_wordings(&suite, &shared, &places, files));
    }
    if beyond.overlap {
        diagnostics.extend(overlaps(&suite, &places, files));
    }
    let (checks, source) = (rules.pack().checks()?, rules.pack().check_source()?);
    let check_cases = check_cases(&source);
    let today = crate::cli::today();
    let outcomes = parallel::map(&check_cases, |case| ask_check(&engine, &checks, case, today));
    if beyond.mutate || beyond.coverage {
        let own = own_checks(&source, files);
        let unneeded = parallel::map(&own, |check| (check.id.clone(), check_unneeded(&engine, &checks, check, today)));
        if beyond.mutate {
            diagnostics.extend(check_untested(&unneeded, Loss::Guard, files));
        }
        if beyond.coverage {
            diagnostics.extend(check_untested(&unneeded, Loss::Find, files));
        }
    }
    diagnostics.extend(check_failures(&outcomes, files));
    Ok(Outcome {
        diagnostics,
        rules: all.len(),
        checks: checks.entries.len(),
        tests: suite.cases.len() + unread.len() + outcomes.len(),
    })
}

/// The checks that stand in the author's files.
fn own_checks<'s>(source: &'s CheckSource, files: &[SourceFile]) -> Vec<&'s Check> {
    let texts: Vec<&str> = files.iter().filter(|f| is_check_file(&f.name)).map(|f| f.text.as_str()).collect();
    let is_own = |check: &&Check| texts.iter().any(|text| text.contains(&check.id));
    source.files.iter().flat_map(|file| &file.checks).filter(is_own).collect()
}
