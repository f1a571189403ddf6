//! `freebusy guide`

mod file;
mod lines;

use super::explain::{known_names, name_and_value};
use super::{CliError, Day, Screen, Status};
use crate::guide::{Answer, Ask, Begin, Case, Ended, Guide, GuideError, Paste, Refusal, Turn};
use crate::read::{Input, ReadError};
use crate::remedy::{Planner, Values};
use crate::report::Renderer;
use crate::rules::Rules;
use clap::ValueEnum;
use file::CaseFile;
use lines::Lines;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For a terminal, or a script of answers
    Text,
    /// One line of JSON for every turn, one for every answer
    Json,
    /// The protocol of a case, for a ticket
    Markdown,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 the failure is gone or the case can be carried on, 1 nothing documented is left, 2 it could not be done."
)]
pub(super) struct Args {
    /// The rule to walk through, or a file that holds the error. Without it the error is asked for
    #[arg(value_name = "RULE | FILE")]
    start: Option<String>,
    /// Keep the case in this file after every answer, and carry on from it
    #[arg(long, value_name = "FILE")]
    case: Option<PathBuf>,
    /// The form of the walk
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// A value for the commands, such as cloud_mailbox=user1@contoso.com
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,
    /// A file with your organization's own names [default: freebusy.yaml here, then in the user's configuration folder]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
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

impl From<GuideError> for CliError {
    fn from(error: GuideError) -> Self {
        Self::new(error.to_string())
    }
}

pub(super) fn run(args: Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&args.rules)?;
    let profile = super::profile::read(args.profile.as_deref())?;
    let planner = Planner::new(rules.pack().parameters()?, Values::default());
    known_names(&planner, "--set", args.set.iter().map(|(name, _)| name))?;
    if let Some(path) = &profile.path {
        known_names(&planner, &path.display().to_string(), profile.values.keys())?;
    }
    let guide = Guide::new(&rules, profile.values, args.day.date())?;
    let style = args.screen.style();
    let renderer = Renderer::new(super::load::templates(args.templates.as_deref())?, style);
    let values: BTreeMap<String, String> = args.set.iter().cloned().collect();
    let (mut file, kept) = match args.case.as_deref().map(CaseFile::open).transpose()? {
        Some((file, case)) => (Some(file), case),
        None => (None, None),
    };
    if args.format == OutputFormat::Markdown {
        return protocol(&args, &guide, &renderer, kept.as_ref());
    }
    let mut case = match (kept, &args.start) {
        (Some(_), Some(start)) => {
            let name = args.case.as_deref().unwrap_or(Path::new("")).display();
            return Err(CliError::new(format!("{name} holds a case already"))
                .help(format!("leave `{start}` out to carry the case on, or name another file to begin anew")));
        }
        (Some(mut case), None) => {
            case.parameters.extend(values);
            case
        }
        (None, start) => {
            let case = guide.begin(begin(&rules, start.as_deref())?, values, &now())?;
            if let Some(file) = &mut file {
                file.save(&case)?;
            }
            case
        }
    };
    let json = args.format == OutputFormat::Json;
    let mut walk = Walk { guide: &guide, renderer: &renderer, file, json, color: style.color, begun: false };
    walk.run(&mut case, &mut Lines::new(io::BufReader::new(io::stdin())))
}

/// What the command line says to begin with.
fn begin(rules: &Rules, start: Option<&str>) -> Result<Begin, CliError> {
    let Some(start) = start else { return Ok(Begin::Nothing) };
    if rules.pack().rule_index(start).is_some() {
        return Ok(Begin::Rule(start.to_owned()));
    }
    let path = Path::new(start);
    if start == "-" {
        return Err(
            CliError::new("standard input holds the answers").help("name a file, or leave it out and paste the error")
        );
    }
    if path.is_dir() {
        return Err(CliError::new(format!("{start}: this is a folder")).help("name the file that holds the error"));
    }
    let fail = |error: ReadError| CliError::new(format!("{start}: {error}"));
    match File::open(path) {
        Ok(file) => {
            let input = Input::read(file).map_err(fail)?;
            if input.text.len() > crate::guide::LONGEST_ANSWER {
                let most = crate::guide::LONGEST_ANSWER >> 20;
                return Err(CliError::new(format!("{start} has more than {most} MiB of text"))
                    .help("cut the failure out; `freebusy scan` finds it in a log"));
            }
            Ok(Begin::Error(Paste { name: start.to_owned(), text: input.text }))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let error = CliError::new(format!("there is neither a rule nor a file `{start}`"));
            let ids = rules.pack().rules.iter().map(|rule| rule.id.as_ref());
            Err(match crate::remedy::plan::nearest(start, ids) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("`freebusy rules list` shows the rules"),
            })
        }
        Err(error) => Err(fail(ReadError::Io(error))),
    }
}

fn protocol(args: &Args, guide: &Guide<'_>, renderer: &Renderer, case: Option<&Case>) -> Result<Status, CliError> {
    let (Some(path), Some(case)) = (&args.case, case) else {
        return Err(match &args.case {
            Some(path) => CliError::new(format!("{}: there is no such case", path.display())).help("check the path"),
            None => CliError::new("--format markdown prints the protocol of a case").help("name it with --case FILE"),
        });
    };
    let protocol = guide.protocol(case)?;
    let name = path.display().to_string();
    let text = renderer.protocol(&protocol, &name).map_err(|error| CliError::new(error.to_string()))?;
    super::print(&text, false)?;
    Ok(Status::Answer)
}

/// A walk with somebody who answers.
struct Walk<'w> {
    guide: &'w Guide<'w>,
    renderer: &'w Renderer,
    file: Option<CaseFile>,
    json: bool,
    color: bool,
    /// Whether anything was shown yet.
    begun: bool,
}

impl Walk<'_> {
    fn run(&mut self, case: &mut Case, lines: &mut Lines<'_>) -> Result<Status, CliError> {
        let mut refused = None;
        loop {
            let turn = self.guide.turn(case)?;
            let turn = match refused.take() {
                Some(refusal) => turn.refused(refusal),
                None => turn,
            };
            self.show(&turn)?;
            if let Ask::End(end) = &turn.ask {
                return Ok(if end.ended == Ended::Support { Status::NoMatch } else { Status::Answer });
            }
            let answer = match self.read(lines, &turn.ask).map_err(stdin_error)? {
                Ok(Answer::Quit) => {
                    self.show(&Turn::left(case))?;
                    return Ok(Status::Answer);
                }
                Ok(answer) => answer,
                Err(refusal) => {
                    refused = Some(refusal);
                    continue;
                }
            };
            match self.guide.answer(case, answer, &now())? {
                Ok(()) => {
                    // Only what is kept is asked about no more.
                    if let Some(file) = &mut self.file {
                        file.save(case)?;
                    }
                }
                Err(refusal) => refused = Some(refusal),
            }
        }
    }

    fn read(&self, lines: &mut Lines<'_>, ask: &Ask) -> io::Result<Result<Answer, Refusal>> {
        if !self.json {
            return lines.answer(ask).map(Ok);
        }
        Ok(match lines.next()? {
            None => Ok(Answer::Quit),
            Some(line) => serde_json::from_str(&line).map_err(|error| Refusal::NotAnAnswer(error.to_string())),
        })
    }

    fn show(&mut self, turn: &Turn) -> Result<(), CliError> {
        let failed = |error: crate::report::RenderError| CliError::new(error.to_string());
        if self.json {
            let text = serde_json::to_string(turn).map_err(super::rules::json_error)?;
            return super::print(&(crate::report::escape_invisible(text) + "\n"), false);
        }
        let text = self.renderer.turn(turn, self.file.is_some()).map_err(failed)?;
        let blank = if std::mem::replace(&mut self.begun, true) && turn.refused.is_none() { "\n" } else { "" };
        super::print(&format!("{blank}{text}"), self.color)
    }
}

fn stdin_error(error: io::Error) -> CliError {
    CliError::new(format!("standard input: {error}"))
}

/// The time, to the second.
fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}
