//! `freebusy rules docs`

use super::{CliError, Status};
use crate::author::docs::{MARK, Page, pages};
use crate::report::printable;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Every page says within so many bytes that it is one.
const HEAD: u64 = 2_048;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The folder that the pages are written to; it is made where it does not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let loaded = super::super::load::rules(&args.rules)?;
    let pages = pages(&loaded).map_err(|error| CliError::new(error.to_string()))?;
    let files: Vec<(PathBuf, &Page)> = pages.iter().map(|page| (place(&args.out, &page.path), page)).collect();
    // Looked at before anything is written, so that a refusal leaves the folder as it was.
    for (file, _) in &files {
        if file.exists() && !is_own(file).map_err(|error| failed(file, &error))? {
            return Err(CliError::new(format!("{}: this file is not of the catalogue", file.display()))
                .help("choose an empty folder, or move the file away"));
        }
    }
    let earlier = earlier(&args.out, &files)?;
    for (file, page) in &files {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        }
        fs::write(file, &page.text).map_err(|error| failed(file, &error))?;
    }
    let count = pages.iter().filter(|page| page.path.ends_with(".html") || page.path.ends_with(".md")).count();
    let mut text = format!("wrote {count} pages to {}\n", args.out.display());
    for file in earlier {
        text.push_str(&format!("left alone, of a rule that is gone: {}\n", file.display()));
    }
    super::super::print(&printable(&text), false)?;
    Ok(Status::Answer)
}

/// A page's path in the folder, as the system writes paths.
fn place(folder: &Path, path: &str) -> PathBuf {
    path.split('/').fold(folder.to_owned(), |folder, part| folder.join(part))
}

/// Whether an earlier run wrote this file.
fn is_own(file: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    File::open(file)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head.windows(MARK.len()).any(|part| part == MARK.as_bytes()))
}

/// Pages of an earlier run whose rule no longer exists. They stay: whoever reads a catalogue may have linked to them.
fn earlier(folder: &Path, files: &[(PathBuf, &Page)]) -> Result<Vec<PathBuf>, CliError> {
    let folder = folder.join("rules");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&folder, &error)),
    };
    let mut earlier = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(&folder, &error))?.path();
        let now = files.iter().any(|(file, _)| *file == path);
        if !now && path.is_file() && is_own(&path).map_err(|error| failed(&path, &error))? {
            earlier.push(path);
        }
    }
    earlier.sort();
    Ok(earlier)
}

fn failed(path: &Path, error: &std::io::Error) -> CliError {
    CliError::new(format!("{}: {error}", path.display()))
}
