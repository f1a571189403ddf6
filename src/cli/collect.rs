//! `freebusy collect`

use super::explain::{name_and_value, planner};
use super::{CliError, Day, Status};
use crate::remedy::readings::{Readings, Wanted, readings};
use crate::report::{Renderer, Style};
use crate::rules::model::{Rule, Shell};
use clap::ValueEnum;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// A shell in which cmdlets of Exchange or of its directory run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Where {
    /// Exchange Management Shell, on an on-premises server
    Ems,
    /// Exchange Online PowerShell
    Exo,
    /// Microsoft Graph PowerShell
    Graph,
}

impl From<Where> for Shell {
    fn from(shell: Where) -> Self {
        match shell {
            Where::Ems => Self::Ems,
            Where::Exo => Self::Exo,
            Where::Graph => Self::Graph,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The script
    Script,
    /// Every command as a line of JSON
    Json,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 a script, 1 there is nothing to read in that shell, 2 it could not be done.")]
pub(super) struct Args {
    /// The shell in which the script will run
    #[arg(long, value_enum)]
    shell: Where,
    /// Only what this rule needs; without it, everything that the checks know
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// A value for the commands, such as cloud_mailbox=user1@contoso.com
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,
    /// A file with your organization's own names [default: freebusy.yaml here, then in the user's configuration folder]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "script")]
    format: Format,
    /// Write the script into this file, as Windows PowerShell 5.1 reads it: UTF-8 with a mark, and the line ends of Windows
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    day: Day,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// A folder of templates that override the built-in ones
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&args.rules)?;
    let pack = rules.pack();
    let rule = args.rule.as_deref().map(|id| super::rules::find(&rules, id)).transpose()?;
    let planner = planner(pack, &args.set, args.profile.as_deref(), args.day, None)?;
    let shell = Shell::from(args.shell);
    let cmdlets = pack.shared()?.cmdlets;
    let found = readings(&planner, &pack.checks()?, &cmdlets, Wanted { shell, rule: rule.as_ref() })
        .map_err(|error| CliError::new(error.to_string()))?;
    if let Some((name, reason)) = found.missing.iter().find_map(|p| Some((&p.name, p.refused.as_ref()?))) {
        return Err(CliError::new(format!("the value of `{name}` is refused: {reason}"))
            .help("correct it in --set, or in the profile"));
    }
    if found.run.is_empty() && found.left_out.is_empty() {
        return nothing(shell, rule.as_ref());
    }
    // A script has no colours and no width.
    let style = Style { width: super::DEFAULT_WIDTH, color: false };
    let renderer = Renderer::new(super::load::templates(args.templates.as_deref())?, style);
    let text = match args.format {
        Format::Json => lines(&found, shell)?,
        Format::Script => renderer
            .collect(shell.id(), args.rule.as_deref(), &found, &cmdlets.secret)
            .map_err(|error| CliError::new(error.to_string()))?,
    };
    match &args.output {
        None => super::print(&text, false)?,
        Some(path) => {
            write(path, &text)?;
            let summary = renderer
                .collected(&path.display().to_string(), shell.id(), &found)
                .map_err(|error| CliError::new(error.to_string()))?;
            super::print(&summary, false)?;
        }
    }
    Ok(Status::Answer)
}

/// There is nothing to read in that shell.
fn nothing(shell: Shell, rule: Option<&Rule>) -> Result<Status, CliError> {
    let of = rule.map_or_else(String::new, |rule| format!("; the steps of `{}` read in other shells", rule.id));
    // Only a hint; the exit code says it, too.
    eprintln!("freebusy: there is nothing to read in the shell `{}`{of}", shell.id());
    Ok(Status::NoMatch)
}

/// Every command that the script runs, as a line of JSON.
fn lines(found: &Readings, shell: Shell) -> Result<String, CliError> {
    let mut out = String::new();
    for reading in &found.run {
        let line = json!({ "id": reading.id, "shell": shell.id(), "command": reading.command });
        out += &serde_json::to_string(&line).map_err(super::rules::json_error)?;
        out.push('\n');
    }
    for left in &found.left_out {
        let line = json!({ "id": left.id, "shell": shell.id(), "command": left.command, "missing": left.missing });
        out += &serde_json::to_string(&line).map_err(super::rules::json_error)?;
        out.push('\n');
    }
    Ok(out)
}

/// Without the mark, Windows PowerShell 5.1 takes the file for one in the code page of the system.
fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let text = format!("\u{feff}{}", text.replace("\r\n", "\n").replace('\n', "\r\n"));
    fs::write(path, text).map_err(|error| {
        CliError::new(format!("{}: {error}", path.display()))
            .help("name a file in a folder that exists and can be written")
    })
}
