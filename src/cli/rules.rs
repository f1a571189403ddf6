//! `freebusy rules`

use super::{CliError, ColorChoice, Status};
use crate::remedy::plan::nearest;
use crate::report::{Renderer, escape_invisible, printable};
use crate::rules::Rules;
use crate::rules::model::Rule;
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List all rules
    List(List),
    /// Show one rule
    Show(Show),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: whole rules, commands as they stand in the files
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
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

pub(super) fn run(command: Command) -> Result<Status, CliError> {
    match command {
        Command::List(args) => list(&args),
        Command::Show(args) => show(&args),
    }
}

fn list(args: &List) -> Result<Status, CliError> {
    let loaded = super::load::rules(&args.rules)?;
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
    super::print(&text, false)?;
    Ok(Status::Answer)
}

fn show(args: &Show) -> Result<Status, CliError> {
    let rule = find(&super::load::rules(&args.rules)?, &args.id)?;
    let style = super::style(args.color, args.width);
    let text = match args.format {
        Format::Json => pretty(&rule_json(&rule)?)?,
        Format::Text => {
            let templates = super::load::templates(args.templates.as_deref())?;
            Renderer::new(templates, style).rule(&rule).map_err(|error| CliError::new(error.to_string()))?
        }
    };
    super::print(&text, style.color && args.format == Format::Text)?;
    Ok(Status::Answer)
}

fn find(rules: &Rules, id: &str) -> Result<Rule, CliError> {
    match rules.pack().rule_index(id) {
        Some(number) => Ok(rules.rule(number)?),
        None => {
            let error = CliError::new(format!("there is no rule `{id}`"));
            Err(match nearest(id, rules.pack().rules.iter().map(|r| r.id.as_ref())) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("`freebusy rules list` shows all"),
            })
        }
    }
}

/// A rule without the keys that its file does not have.
fn rule_json(rule: &Rule) -> Result<Value, CliError> {
    serde_json::to_value(rule).map(without_nothing).map_err(json_error)
}

fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nothing(v))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nothing).collect()),
        other => other,
    }
}

fn pretty(value: &Value) -> Result<String, CliError> {
    serde_json::to_string_pretty(value).map(|text| escape_invisible(text) + "\n").map_err(json_error)
}

fn json_error(error: serde_json::Error) -> CliError {
    CliError::new(format!("the rules cannot be written as JSON: {error}"))
}
