//! `freebusy rules`: one file per subcommand.

mod docs;
mod list;
mod show;

use super::{CliError, ColorChoice, Status};
use crate::remedy::plan::nearest;
use crate::report::escape_invisible;
use crate::rules::Rules;
use crate::rules::model::Rule;
use clap::{Subcommand, ValueEnum};
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List all rules
    List(list::Args),
    /// Show one rule
    Show(show::Args),
    /// Write the catalogue as pages, with a search that needs no server
    Docs(docs::Args),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: whole rules, commands as they stand in the files
    Json,
}

pub(super) fn run(command: Command) -> Result<Status, CliError> {
    match command {
        Command::List(args) => list::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Docs(args) => docs::run(&args),
    }
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
