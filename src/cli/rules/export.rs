//! `freebusy rules export`

use super::{CliError, Status, find};
use crate::export::{Exporter, MARK, Query, Target};
use clap::ValueEnum;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Every file says within so many bytes that it may be written anew.
const HEAD: u64 = 2_048;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The language of the queries
    #[arg(long, value_enum, value_name = "TARGET")]
    to: Language,
    /// Only this rule; may be given several times [default: all]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// The folder for one file a rule and `_all`, the query of all; it is made where it does not exist [default: standard output]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Sigma rules
    Sigma,
    /// KQL: Log Analytics, Microsoft Sentinel
    Kql,
    /// SPL: Splunk
    Spl,
    /// ES|QL: Elasticsearch
    Esql,
    /// SQLite
    Sqlite,
}

impl From<Language> for Target {
    fn from(language: Language) -> Self {
        match language {
            Language::Sigma => Self::Sigma,
            Language::Kql => Self::Kql,
            Language::Spl => Self::Spl,
            Language::Esql => Self::Esql,
            Language::Sqlite => Self::Sqlite,
        }
    }
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let target = Target::from(args.to);
    let loaded = super::super::load::rules(&args.rules)?;
    for id in &args.rule {
        find(&loaded, id)?;
    }
    let exporter = Exporter::new(&loaded)?;
    let wanted = |id: &String| args.rule.is_empty() || args.rule.contains(id);
    let numbers: Vec<usize> = (0..exporter.rules().len()).filter(|n| wanted(&exporter.rules()[*n].id)).collect();
    match &args.out {
        Some(folder) => files(&exporter, &numbers, target, folder),
        None => {
            // One rule is its query; of several the combined query says what each row is. Sigma has none.
            let combined = if numbers.len() == 1 { None } else { exporter.combined(&numbers, target) };
            let queries = match combined {
                Some(query) => vec![query],
                None => numbers.iter().map(|number| exporter.rule(*number, target)).collect(),
            };
            let texts: Vec<String> = queries.into_iter().map(|query| query.text).collect();
            super::super::print(&texts.join("---\n"), false)?;
            Ok(Status::Answer)
        }
    }
}

fn files(exporter: &Exporter, numbers: &[usize], target: Target, folder: &Path) -> Result<Status, CliError> {
    let path = |name: &str| folder.join(format!("{name}.{}", target.extension()));
    let rules = numbers.iter().map(|n| (path(&exporter.rules()[*n].id), exporter.rule(*n, target)));
    let mut files: Vec<(PathBuf, Query)> = rules.collect();
    files.extend(exporter.combined(numbers, target).map(|query| (path("_all"), query)));
    // Looked at before anything is written, so that a refusal leaves the folder as it was.
    for (file, _) in &files {
        if file.exists() && !is_own(file).map_err(|error| failed(file, &error))? {
            return Err(CliError::new(format!("{}: this file was not written by `rules export`", file.display()))
                .help("choose an empty folder, or move the file away"));
        }
    }
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for (file, query) in &files {
        fs::write(file, &query.text).map_err(|error| failed(file, &error))?;
    }
    let text = format!("wrote {} files to {}\n", files.len(), folder.display());
    super::super::print(&crate::report::printable(&text), false)?;
    Ok(Status::Answer)
}

/// Whether an earlier run wrote this file.
fn is_own(file: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    File::open(file)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head.windows(MARK.len()).any(|part| part == MARK.as_bytes()))
}

fn failed(path: &Path, error: &std::io::Error) -> CliError {
    CliError::new(format!("{}: {error}", path.display()))
}
