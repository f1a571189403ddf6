//! `freebusy rules show`

use super::{CliError, Format, Screen, Status, find, pretty, rule_json};
use crate::report::Renderer;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The rule's id
    id: String,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
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
    let rule = find(&super::super::load::rules(&args.rules)?, &args.id)?;
    let style = args.screen.style();
    let text = match args.format {
        Format::Json => pretty(&rule_json(&rule)?)?,
        Format::Text => {
            let templates = super::super::load::templates(args.templates.as_deref())?;
            Renderer::new(templates, style).rule(&rule).map_err(|error| CliError::new(error.to_string()))?
        }
    };
    super::super::print(&text, style.color && args.format == Format::Text)?;
    Ok(Status::Answer)
}
