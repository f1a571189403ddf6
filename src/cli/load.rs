//! Rules and templates: the built-in ones, and those from folders.

use super::CliError;
use super::folder::Sources;
use crate::report::Renderer;
use crate::rules::Rules;
use std::fs;
use std::path::{Path, PathBuf};

/// The built-in rules, with those from `folders` on top.
pub(super) fn rules(folders: &[PathBuf]) -> Result<Rules, CliError> {
    if folders.is_empty() {
        return Ok(Rules::built_in()?);
    }
    Sources::read(folders).load(false)
}

/// Templates from a folder that replace built-in ones.
pub(super) fn templates(folder: Option<&Path>) -> Result<Vec<(String, String)>, CliError> {
    let Some(folder) = folder else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for name in Renderer::template_names() {
        let path = folder.join(name);
        if path.is_file() {
            found.push((name.to_owned(), read(&path)?));
        }
    }
    if found.is_empty() {
        let names: Vec<&str> = Renderer::template_names().collect();
        return Err(CliError::new(format!("{}: there is no template", folder.display()))
            .help(format!("a template replaces one of: {}", names.join(", "))));
    }
    Ok(found)
}

fn read(path: &Path) -> Result<String, CliError> {
    let bytes = fs::read(path).map_err(|error| CliError::new(format!("{}: {error}", path.display())))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => Err(CliError::new(format!(
            "{}: byte {} is not UTF-8",
            path.display(),
            error.utf8_error().valid_up_to() + 1
        ))
        .help("save the file as UTF-8")),
    }
}
