//! `freebusy rules list`

use super::{CliError, Format, Status, json_error, pretty, rule_json};
use crate::report::printable;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let loaded = super::super::load::rules(&args.rules)?;
    let rules = loaded.all()?;
    let text = match args.format {
        Format::Json => {
            let parameters = serde_json::to_value(loaded.pack().parameters()?).map_err(json_error)?;
            let rules = rules.iter().map(rule_json).collect::<Result<Vec<_>, _>>()?;
            let document = json!({ "schema_version": 1, "rules": rules, "parameters": parameters });
            pretty(&document)?
        }
        Format::Text => {
            let widest = rules.iter().map(|r| r.id.len()).max().unwrap_or(0);
            let mut areas: Vec<&str> = rules.iter().map(|r| r.area.as_str()).collect();
            areas.sort_unstable();
            areas.dedup();
            let mut text = String::new();
            for area in areas {
                text.push_str(&format!("{area}\n"));
                for rule in rules.iter().filter(|r| r.area == area) {
                    text.push_str(&format!("  {:widest$}  {}\n", rule.id, rule.title));
                }
            }
            printable(&text).into_owned()
        }
    };
    super::super::print(&text, false)?;
    Ok(Status::Answer)
}
