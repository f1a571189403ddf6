//! The case file: written whole after every answer, never over what it cannot read or somebody else wrote.

use crate::cli::CliError;
use crate::guide::{self, Case};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A case file, as this process saw it last.
pub(super) struct CaseFile {
    /// How messages call it.
    name: String,
    /// The file itself, where `name` is a link.
    path: PathBuf,
    /// Its bytes; nothing where there is none yet.
    seen: Option<Vec<u8>>,
}

impl CaseFile {
    /// Opens a case file, and reads the case where there is one already.
    pub fn open(path: &Path) -> Result<(Self, Option<Case>), CliError> {
        let name = path.display().to_string();
        let bytes = match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(CliError::new(format!("{name}: {error}"))),
        };
        let Some(bytes) = bytes else {
            let file = Self { name, path: path.to_owned(), seen: None };
            file.folder_is_there()?;
            return Ok((file, None));
        };
        let kept = "the file is left as it is; name another one to begin anew";
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
            CliError::new(format!("{name}:{line}:{column}: this is not UTF-8, so it is no case file")).help(kept)
        })?;
        let case = guide::read(&name, text).map_err(|error| CliError::new(error.to_string()).help(kept))?;
        // A link stays a link: what it leads to is replaced.
        let path = fs::canonicalize(path).map_err(|error| CliError::new(format!("{name}: {error}")))?;
        Ok((Self { name, path, seen: Some(bytes) }, Some(case)))
    }

    /// Writes the case. When this returns, it is on the disk.
    pub fn save(&mut self, case: &Case) -> Result<(), CliError> {
        let text = guide::write(case).map_err(|error| CliError::new(format!("{}: {error}", self.name)))?;
        let failed = |error: io::Error| {
            CliError::new(format!("{}: {error}", self.name)).help("the last answer was not kept; give it again")
        };
        self.is_as_seen()?;
        let folder = self.folder();
        // In the same folder: a rename between two drives is no rename.
        let mut new =
            tempfile::Builder::new().prefix(".freebusy-").suffix(".tmp").tempfile_in(&folder).map_err(failed)?;
        new.write_all(text.as_bytes()).and_then(|()| new.as_file().sync_all()).map_err(failed)?;
        self.is_as_seen()?;
        new.persist(&self.path).map_err(|error| failed(error.error))?;
        // Where folders can be opened, the rename has to reach the disk too. Windows sees to it by itself.
        if let Ok(folder) = File::open(&folder) {
            let _ = folder.sync_all();
        }
        self.seen = Some(text.into_bytes());
        Ok(())
    }

    /// Nobody else has written the file, and it may be written.
    fn is_as_seen(&self) -> Result<(), CliError> {
        let now = match fs::read(&self.path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(CliError::new(format!("{}: {error}", self.name))),
        };
        if now != self.seen {
            let what = match (&now, &self.seen) {
                (None, _) => "was removed",
                (_, None) => "was made by somebody else",
                _ => "was changed by somebody else",
            };
            return Err(CliError::new(format!("{} {what} since it was read", self.name)).help(
                "the last answer was not kept; run `freebusy guide --case` again to go on from what the file says",
            ));
        }
        if now.is_some() && fs::metadata(&self.path).is_ok_and(|data| data.permissions().readonly()) {
            return Err(CliError::new(format!("{}: the file is read-only", self.name))
                .help("the last answer was not kept; make the file writable, or copy it"));
        }
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }
    }

    fn folder_is_there(&self) -> Result<(), CliError> {
        let folder = self.folder();
        if folder.is_dir() {
            return Ok(());
        }
        Err(CliError::new(format!("{}: there is no folder {}", self.name, folder.display()))
            .help("make the folder first, or name another one"))
    }
}
