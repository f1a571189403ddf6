//! `freebusy rules show`

use super::{CliError, Day, Format, Screen, Status, find, json_error, pretty};
use crate::report::{Renderer, rule_json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The rule's id
    id: String,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
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

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let rules = super::super::load::rules(&args.rules)?;
    let rule = find(&rules, &args.id)?;
    let calendar = args.day.calendar(rules.pack())?;
    let current = calendar.current(&rule);
    let style = args.screen.style();
    let text = match args.format {
        // The whole rule, as its file says it, unless a day was asked for.
        Format::Json => {
            let rule = if args.day.as_of.is_some() { &*current } else { &rule };
            pretty(&rule_json(rule).map_err(json_error)?)?
        }
        Format::Text => {
            let templates = super::super::load::templates(args.templates.as_deref())?;
            let left_out = rule.steps.len() - current.steps.len();
            let renderer = Renderer::new(templates, style);
            let rendered = renderer.rule(&*current, calendar.today(), left_out);
            rendered.map_err(|error| CliError::new(error.to_string()))?
        }
    };
    super::super::print(&text, style.color && args.format == Format::Text)?;
    Ok(Status::Answer)
}
