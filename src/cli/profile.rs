//! The profile: an organization's own names, so that commands come out ready to paste.

use super::CliError;
use crate::rules::parse_list;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The name of the profile where none is named.
const FILE: &str = "freebusy.yaml";

/// The values of a profile, and where they came from.
pub(super) struct Profile {
    pub path: Option<PathBuf>,
    pub values: BTreeMap<String, String>,
}

/// Reads the named profile, or the first that exists: in the current folder, then in the user's configuration folder.
pub(super) fn read(named: Option<&Path>) -> Result<Profile, CliError> {
    if let Some(path) = named {
        let text = fs::read_to_string(path).map_err(|error| {
            CliError::new(format!("{}: {error}", path.display()))
                .help("--profile names a YAML file of `name: value` lines")
        })?;
        return parse(path, &text);
    }
    for path in candidates() {
        match fs::read_to_string(&path) {
            Ok(text) => return parse(&path, &text),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(CliError::new(format!("{}: {error}", path.display()))),
        }
    }
    Ok(Profile { path: None, values: BTreeMap::new() })
}

fn candidates() -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::from(FILE)];
    // %APPDATA% on Windows; elsewhere the XDG folder, or .config in the home folder.
    let configuration = env::var_os("APPDATA")
        .map(PathBuf::from)
        .or_else(|| env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|p| p.is_absolute()))
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
    paths.extend(configuration.map(|folder| folder.join("freebusy").join(FILE)));
    paths
}

fn parse(path: &Path, text: &str) -> Result<Profile, CliError> {
    let values = parse_list(&path.display().to_string(), text.trim_start_matches('\u{feff}')).map_err(|error| {
        CliError::new(error.to_string())
            .help("a profile holds `name: value` lines; `freebusy rules list --format json` shows the names")
    })?;
    Ok(Profile { path: Some(path.to_owned()), values })
}
