//! `freebusy rules schema`

use super::{CliError, Status};
use crate::author::schema::SCHEMAS;
use std::fs;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Which files: rule, phrases, contexts, indications, parameters, well-known, intake, timeline, identifiers, retired, cmdlets
    #[arg(default_value = "rule")]
    name: String,
    /// Write all schemas into this folder, one file each
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    out: Option<PathBuf>,
}

pub(in crate::cli) fn run(args: &Args) -> Result<Status, CliError> {
    if let Some(folder) = &args.out {
        let fail = |error: std::io::Error| CliError::new(format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(fail)?;
        for schema in SCHEMAS {
            fs::write(folder.join(format!("{}.json", schema.name)), schema.text).map_err(fail)?;
        }
        crate::cli::print(&format!("wrote {} schemas to {}\n", SCHEMAS.len(), folder.display()), false)?;
        return Ok(Status::Answer);
    }
    match SCHEMAS.iter().find(|schema| schema.name == args.name) {
        Some(schema) => {
            crate::cli::print(schema.text, false)?;
            Ok(Status::Answer)
        }
        None => {
            let names: Vec<&str> = SCHEMAS.iter().map(|schema| schema.name).collect();
            Err(CliError::new(format!("there is no schema `{}`", args.name))
                .help(format!("it is one of: {}", names.join(", "))))
        }
    }
}
