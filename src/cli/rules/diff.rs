//! `freebusy rules diff`

use super::{CliError, Format, Screen, Status, json_error, pretty};
use crate::author::diagnostic::Severity;
use crate::author::diff::{Question, diff};
use crate::cli::folder::Sources;
use crate::read::Input;
use crate::report::Renderer;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 every answer is the same, 1 some differ, 2 the rules or texts could not be read."
)]
pub(in crate::cli) struct Args {
    /// The rules as they were
    old: PathBuf,
    /// The rules as they shall be
    new: PathBuf,
    /// Texts to ask about besides the rules' tests: files, or folders of them
    #[arg(long, value_name = "PATH")]
    corpus: Vec<PathBuf>,
    /// Take the folders as the whole set of rules, not as an addition to the built-in ones
    #[arg(long)]
    standalone: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    screen: Screen,
}

pub(in crate::cli) fn run(args: &Args) -> Result<Status, CliError> {
    let load = |path: &PathBuf| {
        let sources = Sources::read(std::slice::from_ref(path));
        // What is left out would look as if nothing had changed.
        if let Some(one) = sources.diagnostics.iter().find(|one| one.code.severity == Severity::Unreadable) {
            return Err(CliError::new(format!("{}: {}", sources.files[one.file].name, one.message)));
        }
        sources.load(args.standalone)
    };
    let (old, new) = (load(&args.old)?, load(&args.new)?);
    let mut corpus = Vec::new();
    for path in &args.corpus {
        read(path, &mut corpus)?;
    }
    let difference = diff(&old, &new, corpus)?;
    let style = args.screen.style();
    let text = match args.format {
        Format::Json => pretty(&serde_json::to_value(&difference).map_err(json_error)?)?,
        Format::Text => {
            Renderer::new(Vec::new(), style).diff(&difference).map_err(|error| CliError::new(error.to_string()))?
        }
    };
    crate::cli::print(&text, style.color && args.format == Format::Text)?;
    Ok(if difference.answers.is_empty() { Status::Answer } else { Status::NoMatch })
}

/// Reads a text, or all texts of a folder, sorted. Links in folders are not followed.
fn read(path: &Path, into: &mut Vec<Question>) -> Result<(), CliError> {
    let fail = |error: String| CliError::new(format!("{}: {error}", path.display()));
    if path.is_dir() {
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = entries.map_err(|error| fail(error.to_string()))?;
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            if !entry.file_type().map_err(|error| fail(error.to_string()))?.is_symlink() {
                read(&entry.path(), into)?;
            }
        }
        return Ok(());
    }
    let input =
        fs::File::open(path).map_err(Into::into).and_then(Input::read).map_err(|error| fail(error.to_string()))?;
    into.push(Question { name: path.display().to_string(), input, assume: None, fields: Vec::new() });
    Ok(())
}
