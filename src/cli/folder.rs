//! Reads rule files for those who write them: everything that cannot be read becomes a diagnostic, never the end.

use super::{CliError, parallel};
use crate::author::diagnostic::{Diagnostic, Findings, Severity, SourceFile};
use crate::author::problems::{IgnoredFile, NotUtf8, TooLarge, UnreadableFile};
use crate::rules::bounds::{LARGEST_FILE, MOST_FILES, MOST_FOLDERS};
use crate::rules::{Loader, Prepared, Rules};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What was found under some paths.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The files, in the order of their names. What could not be read has no text.
    pub files: Vec<SourceFile>,
    /// Where each file is.
    pub paths: Vec<PathBuf>,
    /// Whether a file is only there to be referred to: what lies beside a file that was named.
    pub beside: Vec<bool>,
    /// What could not be read, and why.
    pub diagnostics: Vec<Diagnostic>,
    /// The number of each file, however it was reached: a file that is named twice is one file.
    numbers: std::collections::BTreeMap<PathBuf, usize>,
}

impl Sources {
    /// Reads files, and the rule files in folders.
    pub fn read(paths: &[PathBuf]) -> Self {
        let mut sources = Self::default();
        for path in paths {
            match fs::metadata(path) {
                Ok(kind) if kind.is_dir() => {
                    let before = sources.files.len();
                    sources.folder(path, 0, None);
                    // Of a wrong path nothing would be wrong.
                    let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
                    if sources.files.len() == before && !sources.numbers.keys().any(|file| file.starts_with(&real)) {
                        let error = std::io::Error::other("it holds no .yaml file");
                        sources.unreadable(path, &error);
                    }
                }
                // A pipe could block for ever.
                Ok(kind) if !kind.is_file() => {
                    sources.unreadable(path, &std::io::Error::other("it is neither a file nor a folder"));
                }
                Ok(_) => {
                    sources.beside(path);
                    sources.file(path, None, false);
                }
                Err(error) => sources.unreadable(path, &error),
            }
        }
        sources
    }

    /// Loads the rules, on top of the built-in ones or alone.
    ///
    /// # Errors
    ///
    /// When the files are not rules; `rules check` says what is wrong with them.
    pub fn load(&self, standalone: bool) -> Result<Rules, CliError> {
        // What cannot be read is no rule; whoever only wants an answer must hear of it, too.
        let unread = self.diagnostics.iter().find(|diagnostic| diagnostic.code.severity == Severity::Unreadable);
        if let Some(diagnostic) = unread {
            let name = self.files.get(diagnostic.file).map_or("", |file| file.name.as_str());
            let error = CliError::new(format!("{name}: {}", diagnostic.message));
            return Err(diagnostic.help.iter().fold(error, |error, help| error.help(help.clone())));
        }
        let mut loader =
            if standalone { Loader::standalone() } else { Loader::on_top_of(Rules::built_in()?.into_pack())? };
        let files: Vec<&SourceFile> = self.files.iter().filter(|file| !file.text.is_empty()).collect();
        for prepared in parallel::map(&files, |file| Prepared::new(file.name.clone(), file.text.clone())) {
            loader.add(prepared);
        }
        loader.finish().map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            CliError::new(lines.join("\nfreebusy: ")).help("`freebusy rules check` shows every problem in its place")
        })
    }

    fn push(&mut self, path: &Path, text: String, area: Option<String>, beside: bool) -> usize {
        self.files.push(SourceFile { name: shown(path), text, area });
        self.paths.push(path.to_owned());
        self.beside.push(beside);
        self.files.len() - 1
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        let number = self.push(path, String::new(), None, false);
        self.report(number, |findings| {
            findings.add(0..0, &UnreadableFile { reason: error.to_string() });
        });
    }

    fn report(&mut self, number: usize, add: impl FnOnce(&mut Findings)) {
        let mut findings = Findings::new(number);
        add(&mut findings);
        self.diagnostics.extend(findings.into_list());
    }

    /// A note about a file that is not read.
    fn ignored(&mut self, path: &Path, reason: &str) {
        let number = self.push(path, String::new(), None, false);
        self.report(number, |findings| {
            findings.add(0..0, &IgnoredFile { reason: reason.to_owned() });
        });
    }

    /// The files that all rules of a folder share, for a rule that was named alone.
    fn beside(&mut self, path: &Path) {
        let Some(folder) = path.parent() else { return };
        for folder in [Some(folder), folder.parent()].into_iter().flatten() {
            for name in ["phrases.yaml", "contexts.yaml", "parameters.yaml"] {
                let shared = folder.join(name);
                if shared != path && shared.is_file() && !self.paths.contains(&shared) {
                    self.file(&shared, None, true);
                }
            }
        }
    }

    /// The rule files of a folder and its folders, sorted. Links are not followed, so no loop is possible.
    fn folder(&mut self, folder: &Path, depth: usize, area: Option<&str>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(folder, &error),
        };
        let mut found = Vec::new();
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
                Ok(one) => found.push(one),
                Err(error) => self.unreadable(folder, &error),
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        for (path, kind) in found {
            let is_yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
            let hidden = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with('.'));
            if self.files.len() >= MOST_FILES {
                let number = self.push(folder, String::new(), None, false);
                return self.report(number, |findings| {
                    findings.add(0..0, &TooLarge { what: "files".to_owned(), most: MOST_FILES });
                });
            }
            if kind.is_symlink() && (is_yaml || path.is_dir()) {
                self.ignored(&path, "it is a link, and links are not followed");
            } else if kind.is_dir() && !hidden {
                if depth < MOST_FOLDERS {
                    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                    self.folder(&path, depth + 1, name.as_deref());
                } else {
                    self.ignored(&path, &format!("it lies more than {MOST_FOLDERS} folders deep"));
                }
            } else if kind.is_file() && is_yaml {
                self.file(&path, area.map(str::to_owned), false);
            }
        }
    }

    fn file(&mut self, path: &Path, area: Option<String>, beside: bool) {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(&number) = self.numbers.get(&real) {
            self.beside[number] &= beside;
            let known = &mut self.files[number].area;
            *known = known.take().or(area);
            return;
        }
        self.numbers.insert(real, self.files.len());
        // Read no more than a rule file can have, so that a wrong file of many gigabytes costs nothing.
        let mut bytes = Vec::new();
        let read = fs::File::open(path).and_then(|file| file.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            return self.unreadable(path, &error);
        }
        if bytes.len() > LARGEST_FILE {
            let number = self.push(path, String::new(), area, beside);
            return self.report(number, |findings| {
                findings.add(0..0, &TooLarge { what: "bytes".to_owned(), most: LARGEST_FILE });
            });
        }
        let encoding = match bytes.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, _, 0, ..] | [0, _, 0, _, ..] => Some("UTF-16".to_owned()),
            _ => None,
        };
        match (encoding, String::from_utf8(bytes)) {
            (None, Ok(text)) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                self.push(path, text, area, beside);
            }
            (encoding, text) => {
                let at = text.err().map_or(0, |error| error.utf8_error().valid_up_to() + 1);
                let encoding = encoding.unwrap_or_else(|| format!("in another encoding (byte {at} is not UTF-8)"));
                let number = self.push(path, String::new(), area, beside);
                self.report(number, |findings| {
                    findings.add(0..0, &NotUtf8 { encoding });
                });
            }
        }
    }
}

/// What tells whether a file changed: its path, when it was written, and its length.
pub(super) type Stamp = (PathBuf, Option<SystemTime>, u64);

/// The stamps of all files under some paths.
pub(super) fn stamps(paths: &[PathBuf]) -> Vec<Stamp> {
    let mut stamps = Vec::new();
    paths.iter().for_each(|path| stamp(path, 0, &mut stamps));
    stamps.sort();
    stamps
}

fn stamp(path: &Path, depth: usize, into: &mut Vec<Stamp>) {
    // A file that goes between two looks is a change like another.
    let Ok(kind) = fs::symlink_metadata(path) else { return };
    if kind.is_dir() && depth <= MOST_FOLDERS && into.len() < MOST_FILES {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| stamp(&entry.path(), depth + 1, into));
    } else if kind.is_file() {
        into.push((path.to_owned(), kind.modified().ok(), kind.len()));
    }
}

/// A path as messages show it.
pub(super) fn shown(path: &Path) -> String {
    let inside = path.strip_prefix(".").unwrap_or(path);
    if inside.as_os_str().is_empty() { path } else { inside }.display().to_string()
}
