//! Rules and templates: the built-in ones, and those from folders.

use super::CliError;
use crate::report::Renderer;
use crate::rules::bounds::{MOST_FILES, MOST_FOLDERS};
use crate::rules::{Loader, Prepared, Rules};
use std::fs;
use std::path::{Path, PathBuf};

/// The built-in rules, with those from `folders` on top.
pub(super) fn rules(folders: &[PathBuf]) -> Result<Rules, CliError> {
    let built_in = Rules::built_in()?;
    if folders.is_empty() {
        return Ok(built_in);
    }
    let mut loader = Loader::on_top_of(built_in.into_pack())?;
    for folder in folders {
        let mut files = Vec::new();
        yaml_files(folder, 0, &mut files)?;
        if files.is_empty() {
            return Err(CliError::new(format!("{}: there is no .yaml file", folder.display()))
                .help("--rules names a folder of rule files; see docs/rule-format.md"));
        }
        for prepared in prepare(&files) {
            loader.add(prepared?);
        }
    }
    match loader.finish() {
        Ok(rules) => Ok(rules),
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(CliError::new(lines.join("\nfreebusy: "))
                .help("`freebusy rules check` shows every problem of a folder in its place"))
        }
    }
}

/// Reads and parses files on all processors, in their order.
fn prepare(files: &[PathBuf]) -> Vec<Result<Prepared, CliError>> {
    super::parallel::map(files, |file| Ok(Prepared::new(file.display().to_string(), read(file)?)))
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

/// The .yaml files of a folder and its folders, sorted. Links are not followed, so no loop is possible.
fn yaml_files(folder: &Path, depth: usize, into: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let fail = |error: std::io::Error| CliError::new(format!("{}: {error}", folder.display()));
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        entries.push((entry.path(), entry.file_type().map_err(fail)?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in entries {
        if kind.is_dir() && depth < MOST_FOLDERS {
            yaml_files(&path, depth + 1, into)?;
        } else if kind.is_file() && path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            into.push(path);
        }
        if into.len() > MOST_FILES {
            return Err(CliError::new(format!("{}: more than {MOST_FILES} files", folder.display())));
        }
    }
    Ok(())
}
