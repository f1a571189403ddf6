//! `freebusy lookup`

use super::{CliError, Screen, Status};
use crate::report::identifiers::{NamedRule, look_up};
use crate::report::{Format, Renderer};
use clap::ValueEnum;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For a terminal
    Text,
    /// For a ticket
    Markdown,
    /// For programs
    Json,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 it is known, 1 it is not, 2 it could not be done.")]
pub(super) struct Args {
    /// The number or name as the error shows it, such as `LID: 43532`, AADSTS700027, 5037 or ErrorNoFreeBusyAccess
    #[arg(required = true, value_name = "IDENTIFIER")]
    identifier: Vec<String>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// A folder of templates that override the built-in ones
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    #[command(flatten)]
    screen: Screen,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    // A sentence needs no quotes.
    let query = args.identifier.join(" ");
    if query.trim().is_empty() {
        return Err(CliError::new("nothing was asked for").help("name a number or name, such as 43532"));
    }
    let rules = super::load::rules(&args.rules)?;
    let all = rules.all()?;
    let named: Vec<NamedRule> = all.into_iter().map(|rule| NamedRule { rule: rule.id, title: rule.title }).collect();
    let lookup = look_up(rules.pack().identifiers()?, &named, &query);
    let style = args.screen.style();
    let format = match args.format {
        OutputFormat::Text => Format::Text,
        OutputFormat::Markdown => Format::Markdown,
        OutputFormat::Json => Format::Json,
    };
    let text = Renderer::new(super::load::templates(args.templates.as_deref())?, style)
        .lookup(&lookup, format)
        .map_err(|error| CliError::new(error.to_string()))?;
    super::print(&text, style.color && format == Format::Text)?;
    let known = !lookup.identifiers.is_empty() || lookup.rule.is_some();
    Ok(if known { Status::Answer } else { Status::NoMatch })
}
