//! `freebusy explain`

use super::{CliError, Day, Screen, Status};
use crate::engine::{Engine, WhyNot};
use crate::read::{Case, Input, ReadError};
use crate::record::Record;
use crate::remedy::{Planner, Values};
use crate::report::answer::Verdict;
use crate::report::{Answer, Format, Redactor, Renderer, WhyNotView};
use crate::rules::model::{Head, Parameter};
use crate::rules::pack::Pack;
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For a terminal
    Text,
    /// For a ticket
    Markdown,
    /// One self-contained page
    Html,
    /// For programs
    Json,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 an answer, 1 nothing documented matches, 2 it could not be done.")]
pub(super) struct Args {
    /// Files that hold the error, and the output of the cmdlets that were run about it: together they are one case. `-` or nothing reads
    /// standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// Only the few lines that a helpdesk needs first
    #[arg(long)]
    brief: bool,
    /// Take your word that the text comes from there, such as `free-busy`
    #[arg(long, value_name = "CONTEXT")]
    assume: Vec<String>,
    /// Show why this rule is not the answer: its condition, part by part
    #[arg(long, value_name = "RULE", conflicts_with = "brief")]
    why_not: Option<String>,
    /// A value for the commands, such as cloud_mailbox=user1@contoso.com
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,
    /// A file with your organization's own names [default: freebusy.yaml here, then in the user's configuration folder]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Replace addresses, hosts, IPs and GUIDs by pseudonyms
    #[arg(long)]
    redact: bool,
    #[command(flatten)]
    day: Day,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// A folder of templates that override the built-in ones
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    #[command(flatten)]
    screen: Screen,
}

pub(super) fn name_and_value(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

pub(super) fn run(args: Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&args.rules)?;
    let pack = rules.pack();
    let engine = Engine::new(&rules).as_of(args.day.iso());
    let assumed = assumed(pack, &args.assume)?;
    let mut redactor = if args.redact { Some(Redactor::new(pack.shared()?.well_known)) } else { None };
    let planner = planner(pack, &args.set, args.profile.as_deref(), args.day, redactor.as_mut())?;
    let mut inputs = read_all(&args.files)?;
    if let Some(redactor) = &mut redactor {
        for (name, input) in &mut inputs {
            input.text = redactor.redact(&input.text);
            *name = redactor.redact(name);
        }
    }
    let case = Case::new(inputs);
    if let Some(id) = &args.why_not {
        return why_not(&args, &engine, &case.records(), &assumed, &case, id);
    }
    let answer = Answer::to_case(&engine, &planner, &case, &assumed, args.day.date())
        .map_err(|error| CliError::new(error.to_string()))?;
    let style = args.screen.style();
    let format = match args.format {
        OutputFormat::Text if args.brief => Format::Brief,
        OutputFormat::Text => Format::Text,
        OutputFormat::Markdown => Format::Markdown,
        OutputFormat::Html => Format::Html,
        OutputFormat::Json => Format::Json,
    };
    let text = Renderer::new(super::load::templates(args.templates.as_deref())?, style)
        .answer_to_case(&answer, &case, format)
        .map_err(|error| CliError::new(error.to_string()))?;
    super::print(&text, style.color && matches!(format, Format::Text | Format::Brief))?;
    let says_nothing = answer.verdict == Verdict::None && answer.checks.is_empty();
    Ok(if says_nothing { Status::NoMatch } else { Status::Answer })
}

/// Shows a rule's condition, part by part.
fn why_not(
    args: &Args,
    engine: &Engine<'_>,
    records: &[Record<'_>],
    assumed: &[u16],
    case: &Case,
    id: &str,
) -> Result<Status, CliError> {
    let [part] = case.parts() else {
        return Err(CliError::new("--why-not asks about one file").help("name the one that holds the error"));
    };
    let text = &part.input.text;
    let rules = engine.rules();
    let rule = super::rules::find(rules, id)?;
    let Some(number) = rules.pack().rule_index(id) else { return Ok(Status::Failed) };
    let shared = rules.pack().shared()?;
    let head = Head::from(&rule);
    // Of several events the one where most of the rule holds is the interesting one.
    let all = records.iter().map(|record| engine.why_not(&engine.read(record), number, &head, &shared, assumed));
    let interesting = |why: &WhyNot| {
        let found: usize =
            why.signature.evidence.iter().chain(why.signature.parts.iter().flat_map(|p| &p.evidence)).count();
        (why.missing.is_none(), why.missing, std::cmp::Reverse(found))
    };
    let Some(why) = all.min_by_key(interesting) else { return Ok(Status::NoMatch) };
    let analysis = engine.analyse(records, assumed);
    let view = WhyNotView::new(rules.pack(), number, rule.title, &why, &analysis, text);
    let style = args.screen.style();
    let shown = match args.format {
        OutputFormat::Json => super::rules::pretty(&serde_json::to_value(&view).map_err(super::rules::json_error)?)?,
        OutputFormat::Text => Renderer::new(super::load::templates(args.templates.as_deref())?, style)
            .why_not(&view)
            .map_err(|error| CliError::new(error.to_string()))?,
        OutputFormat::Markdown | OutputFormat::Html => {
            return Err(CliError::new("--why-not has the formats text and json"));
        }
    };
    super::print(&shown, style.color && args.format == OutputFormat::Text)?;
    Ok(Status::Answer)
}

fn assumed(pack: &Pack<'_>, names: &[String]) -> Result<Vec<u16>, CliError> {
    let mut numbers = Vec::new();
    for name in names {
        match pack.context_index(name) {
            Some(number) => numbers.push(number as u16),
            None => {
                let all: Vec<&str> = pack.contexts.iter().map(|c| c.id.as_ref()).collect();
                return Err(CliError::new(format!("there is no context `{name}`"))
                    .help(format!("--assume takes one of: {}", all.join(", "))));
            }
        }
    }
    Ok(numbers)
}

/// Prepares to fill commands from `--set` and the profile, redacted where the answer is.
pub(super) fn planner(
    pack: &Pack<'_>,
    set: &[(String, String)],
    profile: Option<&Path>,
    day: Day,
    mut redactor: Option<&mut Redactor>,
) -> Result<Planner, CliError> {
    let profile = super::profile::read(profile)?;
    let parameters = pack.parameters()?;
    let mut redacted = |values: BTreeMap<String, String>| match &mut redactor {
        Some(redactor) => values.into_iter().filter_map(|v| redact_value(redactor, &parameters, v)).collect(),
        None => values,
    };
    let values = Values { set: redacted(set.iter().cloned().collect()), profile: redacted(profile.values.clone()) };
    let planner = Planner::new(parameters, values).as_of(day.calendar(pack)?);
    let sources = [("--set".to_owned(), set.iter().map(|(name, _)| name).collect::<Vec<_>>()), {
        let path = profile.path.map_or_else(String::new, |p| p.display().to_string());
        (path, profile.values.keys().collect())
    }];
    for (source, names) in sources {
        known_names(&planner, &source, names.into_iter())?;
    }
    Ok(planner)
}

/// Every value has a name that commands use. `source` says who gave them.
pub(super) fn known_names<'n>(
    planner: &'n Planner,
    source: &str,
    names: impl Iterator<Item = &'n String>,
) -> Result<(), CliError> {
    let Some((name, near)) = planner.unknown_names(names).first().copied() else { return Ok(()) };
    let error = CliError::new(format!("{source}: no command uses a value named `{name}`"));
    Err(match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("the answer lists the names that its commands use"),
    })
}

/// A value as a redacted answer shows it, with its parameter's name.
fn redact_value(
    redactor: &mut Redactor,
    parameters: &[Parameter],
    (name, value): (String, String),
) -> Option<(String, String)> {
    let value = redactor.parameter(parameters, &name, &value)?;
    Some((name, value))
}

/// Reads all inputs, each with its name.
fn read_all(files: &[PathBuf]) -> Result<Vec<(String, Input)>, CliError> {
    if files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
        return Err(CliError::new("standard input can be read once only").help("name `-` once"));
    }
    match files {
        [] => Ok(vec![read(None)?]),
        files => files.iter().map(|file| read(Some(file))).collect(),
    }
}

fn read(file: Option<&Path>) -> Result<(String, Input), CliError> {
    let fail = |name: &str, error: ReadError| {
        let cause = CliError::new(format!("{name}: {error}"));
        match error {
            ReadError::Io(e) if e.kind() == io::ErrorKind::NotFound => {
                cause.help("check the path; `-` reads standard input")
            }
            _ => cause,
        }
    };
    match file.filter(|path| path.as_os_str() != "-") {
        Some(path) if path.is_dir() => {
            Err(CliError::new(format!("{}: this is a folder", path.display()))
                .help("name the file that holds the error"))
        }
        Some(path) => {
            let name = path.display().to_string();
            let input = File::open(path).map_err(ReadError::Io).and_then(Input::read).map_err(|e| fail(&name, e))?;
            Ok((name, input))
        }
        None => {
            let stdin = io::stdin();
            if stdin.is_terminal() {
                let end = if cfg!(windows) { "Ctrl+Z, then Enter" } else { "Ctrl+D" };
                // Only a hint; an answer is possible without it.
                let _ = writeln!(io::stderr(), "Paste the error, then press {end}:");
            }
            let input = Input::read(stdin.lock()).map_err(|e| fail("standard input", e))?;
            Ok(("standard input".to_owned(), input))
        }
    }
}
