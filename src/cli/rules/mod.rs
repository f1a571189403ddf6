//! `freebusy rules`: one file per subcommand.

mod check;
mod diff;
mod docs;
mod export;
mod list;
mod new;
mod schema;
mod show;
mod test;
mod watch;

use super::{CliError, ColorChoice, Day, Screen, Status};
use crate::remedy::plan::nearest;
use crate::report::pretty_json;
use crate::rules::Rules;
use crate::rules::model::Rule;
use clap::{Subcommand, ValueEnum};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List all rules
    List(list::Args),
    /// Show one rule
    Show(show::Args),
    /// Write a new rule file, from an error text if there is one
    New(new::Args),
    /// Report everything that is wrong in rule files, with its place
    Check(check::Args),
    /// Run the tests in rule files
    Test(test::Args),
    /// Show which answers change between two folders of rules
    Diff(diff::Args),
    /// Print the JSON Schema of a rule file, for editors
    Schema(schema::Args),
    /// Write the catalogue as pages, with a search that needs no server
    Docs(docs::Args),
    /// Write the rules as queries of the store in which the logs lie: Sentinel, Splunk, Elastic, SQLite, or as Sigma rules
    Export(export::Args),
}

/// Which rules an author works on.
#[derive(Debug, clap::Args)]
struct Set {
    /// Rule files or folders of them [default: the folder `rules` here, or this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Take the paths as the whole set of rules, not as an addition to the built-in ones
    #[arg(long)]
    standalone: bool,
}

impl Set {
    /// The paths that were named, or the default.
    fn paths(&self) -> Vec<PathBuf> {
        if !self.paths.is_empty() {
            return self.paths.clone();
        }
        vec![default_folder()]
    }
}

/// The folder of rules that is meant where none is named.
fn default_folder() -> PathBuf {
    let rules = PathBuf::from("rules");
    if rules.is_dir() { rules } else { PathBuf::from(".") }
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
        Command::New(args) => new::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Docs(args) => docs::run(&args),
        Command::Export(args) => export::run(&args),
    }
}

pub(super) fn find(rules: &Rules, id: &str) -> Result<Rule, CliError> {
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

pub(super) fn pretty(value: &Value) -> Result<String, CliError> {
    pretty_json(value).map_err(json_error)
}

pub(super) fn json_error(error: serde_json::Error) -> CliError {
    CliError::new(format!("the rules cannot be written as JSON: {error}"))
}
