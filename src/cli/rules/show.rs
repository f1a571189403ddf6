//! `freebusy rules show`

use super::{CliError, ColorChoice, Format, Status, find, pretty, rule_json};
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
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: ColorChoice,
    /// Columns of the output
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let rule = find(&super::super::load::rules(&args.rules)?, &args.id)?;
    let style = super::super::style(args.color, args.width);
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
