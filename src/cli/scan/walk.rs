//! The files that a scan reads.

use crate::scan::Unread;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file to be read.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Source {
    /// As the person wrote it, or as found below what was written.
    pub path: PathBuf,
    /// How it is called in the output.
    pub name: Arc<str>,
    /// Its size, as far as that is known.
    pub size: Option<u64>,
}

/// Folders deeper than this are a loop or an attack.
const DEEPEST: usize = 64;

/// Finds the files below the given paths: sorted, links not followed below a folder that was named.
#[derive(Debug, Default)]
pub(in crate::cli) struct Walk {
    /// Whether files and folders count whose name begins with a dot.
    pub hidden: bool,
    /// The files, in order.
    pub files: Vec<Source>,
    /// What could not be read, and what was left out.
    pub unread: Vec<Unread>,
}

impl Walk {
    /// Adds a path that was named: a file, a folder, or `-` for standard input.
    pub fn add(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            self.files.push(Source { path: path.to_owned(), name: "-".into(), size: None });
            return;
        }
        match fs::metadata(path) {
            Ok(data) if data.is_dir() => self.folder(path, 0),
            Ok(data) => {
                let size = data.is_file().then_some(data.len());
                self.files.push(Source { path: path.to_owned(), name: name(path), size });
            }
            Err(error) => self.fault(path, error.to_string()),
        }
    }

    fn folder(&mut self, folder: &Path, depth: usize) {
        if depth > DEEPEST {
            return self.fault(folder, format!("this folder lies more than {DEEPEST} deep"));
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.fault(folder, error.to_string()),
        };
        let mut found = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => found.push(entry.path()),
                Err(error) => self.fault(folder, error.to_string()),
            }
        }
        found.sort();
        for path in found {
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if hidden && !self.hidden {
                continue;
            }
            match fs::symlink_metadata(&path) {
                Ok(data) if data.is_symlink() => self.left_out(&path, "a link, which is not followed"),
                Ok(data) if data.is_dir() => self.folder(&path, depth + 1),
                Ok(data) if data.is_file() => {
                    self.files.push(Source { name: name(&path), path, size: Some(data.len()) });
                }
                Ok(_) => self.left_out(&path, "neither a file nor a folder"),
                Err(error) => self.fault(&path, error.to_string()),
            }
        }
    }

    fn fault(&mut self, path: &Path, message: String) {
        self.unread.push(Unread { source: name(path), offset: None, message, fault: true });
    }

    fn left_out(&mut self, path: &Path, message: &str) {
        self.unread.push(Unread { source: name(path), offset: None, message: message.into(), fault: false });
    }
}

fn name(path: &Path) -> Arc<str> {
    path.display().to_string().into()
}
