//! Where findings go: into a summary, and one by one to standard output where the format is a stream.

use super::super::{CliError, Day, Screen};
use crate::digest;
use crate::remedy::{Planner, Values};
use crate::report::scan::{Asked, Csv, Limits, ScanFormat, ScanReport, redact, redact_source};
use crate::report::{Redactor, RenderError, Renderer, Run, Style, ndjson};
use crate::rules::Rules;
use crate::scan::summary::{GroupBy, Summary};
use crate::scan::{Counts, Finding, Unread};
use clap::ValueEnum;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OutputFormat {
    /// A summary for the terminal
    Text,
    /// The summary for a ticket
    Markdown,
    /// The summary, charts, plans and findings on one self-contained page
    Html,
    /// The summary for programs
    Json,
    /// Every finding as a line of JSON, as soon as it is found
    Ndjson,
    /// Every finding as a row, as soon as it is found
    Csv,
}

/// What the output looks like.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct OutputArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// What findings are counted by, besides the failure
    #[arg(long, value_enum, default_value = "rule", value_name = "WHAT")]
    group_by: GroupBy,
    /// How many failures and groups are shown
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Replace what identifies the organization by pseudonyms
    #[arg(long)]
    redact: bool,
    /// Draw with letters that every console has
    #[arg(long)]
    ascii: bool,
    /// The organization's own names for the commands; without it ./freebusy.yaml, then that in the user's configuration
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// A folder of templates that override the built-in ones
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    #[command(flatten)]
    screen: Screen,
}

impl OutputArgs {
    /// Whether names become pseudonyms.
    pub(in crate::cli) fn redact(&self) -> bool {
        self.redact
    }
}

/// Takes findings in their order and shows what they amount to.
pub(in crate::cli) struct Output<'r> {
    format: OutputFormat,
    rules: &'r Rules,
    asked: Asked,
    /// That of the rules.
    version: String,
    /// The sum of the digests of the lines that were written.
    checksum: u64,
    /// The sum of the digests of the names of the sources.
    sources_checksum: u64,
    summary: Summary,
    csv: Option<Csv>,
    redactor: Option<Redactor>,
    planner: Planner,
    renderer: Renderer,
    style: Style,
    limits: Limits,
    ascii: bool,
    out: Box<dyn Write + Send + 'r>,
}

impl<'r> Output<'r> {
    /// Prepares everything that can fail before any file is read.
    pub(in crate::cli) fn new(args: &OutputArgs, asked: Asked, rules: &'r Rules, day: Day) -> Result<Self, CliError> {
        let style = args.screen.style();
        let redactor = if args.redact { Some(Redactor::new(rules.pack().shared()?.well_known)) } else { None };
        // A profile's values are an organization's own names, and the steps have placeholders for each.
        let profile =
            if args.redact { Default::default() } else { super::super::profile::read(args.profile.as_deref())?.values };
        let planner = Planner::new(rules.pack().parameters()?, Values { profile, ..Values::default() })
            .as_of(day.calendar(rules.pack())?);
        let mut output = Self {
            format: args.format,
            rules,
            asked: Asked { redacted: asked.redacted || args.redact, ..asked },
            version: rules.version(),
            checksum: 0,
            sources_checksum: 0,
            summary: summary(args.format, args.group_by),
            csv: if args.format == OutputFormat::Csv { Some(Csv::new(rules)?) } else { None },
            redactor,
            planner,
            renderer: Renderer::new(super::super::load::templates(args.templates.as_deref())?, style),
            style,
            limits: Limits::of(form(args.format), args.top),
            ascii: args.ascii || !has_blocks(),
            out: Box::new(BufWriter::new(io::stdout())),
        };
        if output.csv.is_some() {
            output.write(&Csv::header())?;
        }
        Ok(output)
    }

    /// A report for the page of `freebusy serve`, which goes to `out`.
    #[cfg(feature = "serve")]
    pub(super) fn report(
        rules: &'r Rules,
        planner: Planner,
        asked: Asked,
        format: OutputFormat,
        out: Box<dyn Write + Send + 'r>,
    ) -> Result<Self, CliError> {
        let style = Style { width: 100, color: false };
        Ok(Self {
            format,
            rules,
            redactor: if asked.redacted { Some(Redactor::new(rules.pack().shared()?.well_known)) } else { None },
            asked,
            version: rules.version(),
            checksum: 0,
            sources_checksum: 0,
            summary: summary(format, GroupBy::default()),
            csv: None,
            planner,
            renderer: Renderer::new(Vec::new(), style),
            style,
            limits: Limits::of(form(format), None),
            ascii: false,
            out,
        })
    }

    /// Takes a finding. In the order of the files, so that the same files give the same bytes.
    pub(in crate::cli) fn finding(&mut self, finding: Finding) -> Result<(), CliError> {
        let version = std::mem::take(&mut self.version);
        let written = self.finding_of(finding, &version);
        self.version = version;
        written
    }

    /// Takes a finding that rules of this version made.
    pub(in crate::cli) fn finding_of(&mut self, mut finding: Finding, version: &str) -> Result<(), CliError> {
        if let Some(redactor) = &mut self.redactor {
            redact(&mut finding, redactor);
        }
        self.summary.add(&finding);
        match self.summary.rules_versions.get_mut(version) {
            Some(count) => *count += 1,
            None => drop(self.summary.rules_versions.insert(version.to_owned(), 1)),
        }
        match (&self.csv, self.format) {
            (Some(csv), _) => self.write(&csv.row(&finding)),
            (None, OutputFormat::Ndjson) => {
                let line = ndjson(&finding, self.rules, version);
                self.checksum = self.checksum.wrapping_add(Run::digest(&line));
                self.write(&line)
            }
            _ => Ok(()),
        }
    }

    /// Notes a source that was read; see [`Summary::source`].
    pub(in crate::cli) fn source(&mut self, name: &str, format: &str, exchange: bool) {
        self.summary.source(format, exchange);
        // Where names are to stay secret, their digests are too: a name can be guessed.
        if self.redactor.is_none() {
            self.sources_checksum = self.sources_checksum.wrapping_add(digest::of(name.bytes()));
        }
    }

    /// Takes over what another run read. Its findings come by themselves.
    pub(in crate::cli) fn run(&mut self, run: Run) {
        self.count(&run.read);
        for (format, sources) in run.formats {
            *self.summary.formats.entry(format).or_default() += sources;
        }
        self.summary.exchange_sources += run.exchange_sources;
        self.sources_checksum = self.sources_checksum.wrapping_add(run.sources_checksum);
        let (mut faults, mut left_out) = (run.faults, run.left_out);
        for unread in run.unread {
            let rest = if unread.fault { &mut faults } else { &mut left_out };
            *rest = rest.saturating_sub(1);
            self.not_read(unread);
        }
        self.summary.not_read_besides(faults, left_out);
    }

    /// Says what was asked for, where that is only known at the end.
    pub(in crate::cli) fn asked(&mut self, asked: Asked) {
        self.asked = Asked { redacted: self.asked.redacted || asked.redacted, ..asked };
    }

    /// Notes something that was not read; the answer is what can be said about it.
    pub(in crate::cli) fn not_read(&mut self, mut unread: Unread) -> String {
        if let Some(redactor) = &mut self.redactor {
            unread.source = redact_source(&unread.source, redactor).into();
            unread.message = redactor.redact(&unread.message);
        }
        let place = unread.offset.map_or_else(String::new, |offset| format!("at byte {offset}: "));
        let said = format!("{}: {place}{}", unread.source, unread.message);
        self.summary.not_read(unread);
        said
    }

    /// Adds what was read.
    pub(in crate::cli) fn count(&mut self, counts: &Counts) {
        self.summary.counts.add(counts);
    }

    /// Shows what was found so far, where the format is a stream: after every file, and before waiting for more.
    pub(in crate::cli) fn flush(&mut self) -> Result<(), CliError> {
        self.out.flush().map_err(CliError::output)
    }

    /// Whether there was any finding.
    pub(in crate::cli) fn has_findings(&self) -> bool {
        self.summary.total().count > 0
    }

    /// Shows the summary: on standard output, or in a few lines on standard error where findings went to standard output.
    /// `quiet` leaves those away.
    pub(in crate::cli) fn finish(mut self, quiet: bool) -> Result<(), CliError> {
        self.summary.settle();
        if self.format == OutputFormat::Ndjson {
            let run = Run::new(&self.summary, self.asked.clone(), self.checksum, self.sources_checksum);
            self.write(&run.line())?;
        }
        self.flush()?;
        let report = ScanReport::new(&self.summary, self.rules, &self.planner, self.asked, self.limits)
            .map_err(|error| CliError::new(error.to_string()))?;
        let form = form(self.format);
        if quiet && form == ScanFormat::Note {
            return Ok(());
        }
        match form {
            ScanFormat::Text | ScanFormat::Note => {
                let mut text = Vec::new();
                self.renderer.scan(&report, form, self.ascii, &mut text).map_err(failed)?;
                let text = String::from_utf8_lossy(&text);
                let text = text.trim_end();
                if form == ScanFormat::Note {
                    // Where nobody can read it, there is nobody to tell.
                    let _ = writeln!(anstream::stderr().lock(), "{text}");
                    return Ok(());
                }
                super::super::print(&format!("{text}\n"), self.style.color)
            }
            _ => {
                self.renderer.scan(&report, form, self.ascii, &mut self.out).map_err(failed)?;
                self.out.flush().map_err(CliError::output)
            }
        }
    }

    fn write(&mut self, text: &str) -> Result<(), CliError> {
        self.out.write_all(text.as_bytes()).map_err(CliError::output)
    }
}

/// The form of the summary that belongs to a form of the output.
fn form(format: OutputFormat) -> ScanFormat {
    match format {
        OutputFormat::Text => ScanFormat::Text,
        OutputFormat::Markdown => ScanFormat::Markdown,
        OutputFormat::Html => ScanFormat::Html,
        OutputFormat::Json => ScanFormat::Json,
        OutputFormat::Ndjson | OutputFormat::Csv => ScanFormat::Note,
    }
}

/// What counts the findings for a form of the output. The terminal shows no single ones, and streams have shown them.
fn summary(format: OutputFormat, group_by: GroupBy) -> Summary {
    let summary = Summary::new(group_by);
    match form(format) {
        ScanFormat::Text | ScanFormat::Note => summary.without_rows(),
        _ => summary,
    }
}

fn failed(error: RenderError) -> CliError {
    match error {
        RenderError::Write(error) => CliError::output(error),
        other => CliError::new(other.to_string()),
    }
}

/// Whether the console can be expected to show the letters of sparklines. The old Windows console has no font with them; Windows
/// Terminal does, and says so. Elsewhere the language settings tell whether it is Unicode.
fn has_blocks() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if cfg!(windows) {
        return set("WT_SESSION").is_some() || set("TERM_PROGRAM").is_some();
    }
    if set("TERM").is_some_and(|term| term == "linux" || term == "dumb") {
        return false;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|name| {
        let charset = name.split_once('.').map(|(_, charset)| charset.to_ascii_lowercase().replace('-', ""));
        charset.is_none_or(|charset| charset.starts_with("utf8"))
    })
}
