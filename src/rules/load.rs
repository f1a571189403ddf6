//! Reads rules from YAML, with positions and within bounds.
//!
//! The YAML may come from strangers: aliases and merge keys are refused, nesting, nodes and size are bounded. This file is
//! the only one that knows serde-saphyr.

use super::bounds::{LARGEST_FILE, MOST_DEPTH, MOST_NODES};
use super::check::{CheckFile, Printout};
use super::compile::{Problem, compile};
use super::identifier::Identifier;
use super::model::{Head, Rule, Shared, WellKnown};
use super::pack::{CheckSource, Pack, Source, SourceRule};
use super::yaml;
use super::{Rules, SharedKind, is_check_file};
use serde::de::DeserializeOwned;
use serde_saphyr::Options;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use std::borrow::Cow;
use std::fmt;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The file, as the caller named it.
    pub file: String,
    /// Line and column, both from 1, where they are known.
    pub position: Option<(u64, u64)>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some((line, column)) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl std::error::Error for LoadError {}

/// Reads one rule.
///
/// # Errors
///
/// When the text is not one rule; the error names the place.
pub fn parse_rule(file: &str, text: &str) -> Result<Rule, LoadError> {
    parse(file, text)
}

/// Reads one of the files that rules share (`phrases.yaml`, `parameters.yaml` and so on), or a profile.
///
/// # Errors
///
/// When the text is not of that form; the error names the place.
pub fn parse_list<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, LoadError> {
    parse(file, text)
}

fn options(most_bytes: usize, most_nodes: usize) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: most_nodes,
            max_depth: MOST_DEPTH,
            max_aliases: 0,
            max_anchors: 0,
            max_events: most_nodes * 5,
            max_total_scalar_bytes: most_bytes.max(64 << 20),
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    }
}

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, LoadError> {
    if text.len() > LARGEST_FILE {
        let message = format!("the file has {} bytes; a rule file has at most {LARGEST_FILE}", text.len());
        return Err(LoadError { file: file.to_owned(), position: None, message });
    }
    parse_bounded(file, text, LARGEST_FILE, MOST_NODES)
}

/// Reads a file that is no rule, with bounds of its own: as many bytes and values.
///
/// # Errors
///
/// When the text is not of that form, or too large; the error names the place.
pub fn parse_bounded<T: DeserializeOwned>(
    file: &str,
    text: &str,
    most_bytes: usize,
    most_nodes: usize,
) -> Result<T, LoadError> {
    if text.len() > most_bytes {
        let message = format!("the file has {} bytes; {most_bytes} are the most that is read", text.len());
        return Err(LoadError { file: file.to_owned(), position: None, message });
    }
    serde_saphyr::from_str_with_options(text, options(most_bytes, most_nodes)).map_err(|error| {
        let position = error.location().map(|l| (l.line(), l.column()));
        // The position stands in front of the message already.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        LoadError { file: file.to_owned(), position, message }
    })
}

/// A file of a rule folder, parsed as far as that needs no other file. Folders are prepared on several threads.
#[derive(Debug)]
pub struct Prepared {
    name: String,
    text: String,
    kind: Kind,
}

/// What a file is, by its name.
#[derive(Debug)]
enum Kind {
    Rule(Box<Result<Head, LoadError>>),
    Checks(Box<Result<CheckFile, LoadError>>),
    Shared(SharedKind),
}

impl Prepared {
    /// Prepares one file. `name` is how errors call it; its last part decides what the file is.
    pub fn new(name: String, text: String) -> Self {
        let kind = match SharedKind::of(file_name(&name)) {
            Some(kind) => Kind::Shared(kind),
            None if is_check_file(&name) => Kind::Checks(Box::new(parse(&name, &text))),
            None => Kind::Rule(Box::new(match head_of(&text) {
                Some(head) if text.len() <= LARGEST_FILE => parse(&name, &head),
                _ => parse::<Rule>(&name, &text).map(|rule| (&rule).into()),
            })),
        };
        Self { name, text, kind }
    }
}

/// The last part of a path, as Windows and others write it.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Collects rule files on top of a set of rules.
#[derive(Debug, Default)]
pub struct Loader {
    base: Pack<'static>,
    source: Source,
    files: Vec<File>,
    errors: Vec<LoadError>,
    alone: bool,
}

/// A rule file that was read: kept for its positions, and for the part that is parsed only when it is shown.
#[derive(Debug)]
pub(super) struct File {
    pub name: String,
    pub text: String,
    rule: String,
}

impl Loader {
    /// Begins with nothing: the files that are added are the whole set.
    pub fn standalone() -> Self {
        Self { alone: true, ..Self::default() }
    }

    /// Begins with the rules of a pack.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn on_top_of(base: Pack<'static>) -> Result<Self, postcard::Error> {
        let source = Source {
            rules: Vec::new(),
            parameters: base.parameters()?,
            identifiers: base.identifiers()?,
            shared: base.shared()?,
            checks: None,
        };
        Ok(Self { base, source, ..Self::default() })
    }

    /// Adds one file.
    pub fn add(&mut self, file: Prepared) {
        let Prepared { name, text, kind } = file;
        let result = match kind {
            Kind::Rule(head) => (*head).and_then(|head| self.add_rule(&name, text, head)),
            Kind::Checks(checks) => (*checks).and_then(|checks| self.add_checks(name, text, checks)),
            Kind::Shared(kind) => self.add_shared(kind, &name, &text),
        };
        if let Err(error) = result {
            self.errors.push(error);
        }
    }

    fn add_shared(&mut self, kind: SharedKind, name: &str, text: &str) -> Result<(), LoadError> {
        match kind {
            // What to ask, and what a command does, is not a rule folder's to change.
            kind if kind.is_shipped_only() && !self.alone => Ok(()),
            SharedKind::Phrases => self.merge(name, text, |shared| &mut shared.phrases, |p| p.id.clone()),
            SharedKind::Contexts => self.merge(name, text, |shared| &mut shared.contexts, |c| c.id.clone()),
            SharedKind::Indications => self.merge(name, text, |shared| &mut shared.indications, |i| format!("{i:?}")),
            SharedKind::Parameters => self.add_parameters(name, text),
            SharedKind::WellKnown => self.add_well_known(name, text),
            SharedKind::Intake => parse(name, text).map(|intake| self.source.shared.intake = intake),
            SharedKind::Timeline => parse(name, text).map(|timeline| self.source.shared.timeline = timeline),
            SharedKind::Identifiers => self.add_identifiers(name, text),
            SharedKind::Retired => parse(name, text).map(|retired| self.source.shared.retired = retired),
            SharedKind::Cmdlets => parse(name, text).map(|cmdlets| self.source.shared.cmdlets = cmdlets),
            SharedKind::Objects => {
                let new: Vec<Printout> = parse(name, text)?;
                merge(name, &mut self.checks(name)?.printouts, new, |printout| printout.cmdlet.clone())
            }
        }
    }

    /// The checks so far, to add to.
    fn checks(&mut self, name: &str) -> Result<&mut CheckSource, LoadError> {
        if self.source.checks.is_none() {
            let fail = |error: postcard::Error| LoadError {
                file: name.to_owned(),
                position: None,
                message: format!("the built-in checks are damaged ({error}); install the program again"),
            };
            self.source.checks = Some(self.base.check_source().map_err(fail)?);
        }
        Ok(self.source.checks.get_or_insert_default())
    }

    fn add_checks(&mut self, name: String, text: String, file: CheckFile) -> Result<(), LoadError> {
        let checks = self.checks(&name)?;
        let of = file.of.clone();
        let known = |check: &str| checks.files.iter().flat_map(|file| &file.checks).find(|other| other.id == *check);
        // The same check once more is no contradiction.
        let new = CheckFile {
            checks: file.checks.iter().filter(|check| known(&check.id) != Some(check)).cloned().collect(),
            ..file
        };
        if !new.checks.is_empty() {
            checks.files.push(new);
        }
        self.files.push(File { name, text, rule: of });
        Ok(())
    }

    fn merge<T: DeserializeOwned + PartialEq>(
        &mut self,
        name: &str,
        text: &str,
        list: impl Fn(&mut Shared) -> &mut Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<(), LoadError> {
        let new: Vec<T> = parse(name, text)?;
        merge(name, list(&mut self.source.shared), new, key)
    }

    fn add_parameters(&mut self, name: &str, text: &str) -> Result<(), LoadError> {
        let new = parse(name, text)?;
        merge(name, &mut self.source.parameters, new, |p| p.name.clone())
    }

    fn add_identifiers(&mut self, name: &str, text: &str) -> Result<(), LoadError> {
        let new: Vec<Identifier> = parse(name, text)?;
        merge(name, &mut self.source.identifiers, new, |i| format!("{} {}", i.kind.id(), i.id))
    }

    fn add_well_known(&mut self, name: &str, text: &str) -> Result<(), LoadError> {
        let new: WellKnown = parse(name, text)?;
        let known = &mut self.source.shared.well_known;
        let hosts: Vec<String> = new.hosts.into_iter().filter(|h| !known.hosts.contains(h)).collect();
        let guids: Vec<String> = new.guids.into_iter().filter(|g| !known.guids.contains(g)).collect();
        known.hosts.extend(hosts);
        known.guids.extend(guids);
        Ok(())
    }

    fn add_rule(&mut self, name: &str, text: String, head: Head) -> Result<(), LoadError> {
        let stem = file_name(name);
        let at =
            |path: &str, message: String| LoadError { file: name.to_owned(), position: position(&text, path), message };
        let id = head.id.clone();
        if stem.rsplit_once('.').map(|(stem, _)| stem) != Some(id.as_str()) {
            return Err(at("id", format!("the id `{id}` differs from the file's name `{stem}`; rename one of them")));
        }
        if self.source.rules.iter().any(|known| known.head.id == id) {
            return Err(at("id", format!("another file has the id `{id}` already")));
        }
        if let Some(number) = self.base.rule_index(&id).filter(|_| !head.overrides) {
            // The same rule once more is no contradiction.
            if SourceRule::from(&parse::<Rule>(name, &text)?).body == self.base.rules[number].body {
                return Ok(());
            }
            let help = "write `overrides: true` if this file is meant to replace it, or choose another id";
            return Err(at("id", format!("a shipped rule has the id `{id}`; {help}")));
        }
        self.source.rules.push(SourceRule { head, body: Cow::Borrowed(&[]) });
        self.files.push(File { name: name.to_owned(), text, rule: id });
        Ok(())
    }

    /// Compiles everything that was added.
    ///
    /// # Errors
    ///
    /// Every problem of every file, with its position where the file has one.
    pub fn finish(self) -> Result<Rules, Vec<LoadError>> {
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let Self { base, source, files, .. } = self;
        match compile(source, Some(base)) {
            Ok(pack) => {
                let numbered = files.into_iter().filter_map(|file| Some((pack.rule_index(&file.rule)?, file)));
                let files = numbered.collect();
                Ok(Rules { pack, files })
            }
            Err(problems) => Err(problems.into_iter().map(|p| locate(&files, p)).collect()),
        }
    }
}

/// The keys of a rule that only people read.
const BODY: [&str; 9] =
    ["summary", "cause", "verify", "warnings", "changes", "steps", "references", "reviewed", "tests"];

/// A rule file with empty lines in place of what only people read, so that positions stay right; nothing where the file is not
/// written in block style from the first column.
fn head_of(text: &str) -> Option<String> {
    let mut head = String::with_capacity(2_048);
    let mut body = false;
    for line in text.lines() {
        if line.starts_with(|c: char| !c.is_whitespace() && c != '#' && c != '-') {
            let (key, _) = line.split_once(':')?;
            if !key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_') {
                return None;
            }
            body = BODY.contains(&key);
        }
        if !body {
            head.push_str(line);
        }
        head.push('\n');
    }
    Some(head)
}

fn merge<T: PartialEq>(
    name: &str,
    known: &mut Vec<T>,
    new: Vec<T>,
    key: impl Fn(&T) -> String,
) -> Result<(), LoadError> {
    for entry in new {
        let id = key(&entry);
        match known.iter().find(|k| key(k) == id) {
            Some(same) if *same == entry => {}
            Some(_) => {
                let message = format!("`{id}` exists already and says something else; choose another name");
                return Err(LoadError { file: name.to_owned(), position: None, message });
            }
            None => known.push(entry),
        }
    }
    Ok(())
}

fn locate(files: &[File], problem: Problem) -> LoadError {
    match files.iter().find(|file| file.rule == problem.entry) {
        Some(file) => LoadError {
            file: file.name.clone(),
            position: position(&file.text, &problem.path),
            message: format!("{}: {}", problem.path, problem.message),
        },
        None => {
            LoadError { file: problem.entry, position: None, message: format!("{}: {}", problem.path, problem.message) }
        }
    }
}

/// Line and column of the value that a path such as `signature.any[2].phrase` leads to, or of the last part that exists.
fn position(text: &str, path: &str) -> Option<(u64, u64)> {
    let document = yaml::parse(text).ok()?;
    let before = &text[..document.root.find(path).span.start];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    Some((line as u64, before[line_start..].chars().count() as u64 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_line_and_column() {
        let text = "id: x\nsignature:\n  any:\n    - text: a\n    - phrase: b\n";
        assert_eq!(position(text, "signature.any[1].phrase"), Some((5, 15)));
        assert_eq!(position(text, "id"), Some((1, 5)));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let error = parse_rule("r.yaml", "id: x\ntitel: y\n").expect_err("no such key");
        assert_eq!(error.position, Some((2, 1)));
        assert!(error.message.contains("titel"), "{error}");
    }

    #[test]
    fn the_head_keeps_its_positions() {
        let head =
            head_of("id: x\nsummary: >\n  a\n  b\nsignature:\n  text: c\nsteps:\n- id: d\n").expect("block style");
        assert_eq!(head, "id: x\n\n\n\nsignature:\n  text: c\n\n\n");
        assert!(head_of("{id: x}").is_none());
    }

    #[test]
    fn hostile_yaml_is_refused_quickly() {
        let bomb = "a: &a [x,x,x]\nb: &b [*a,*a]\n";
        assert!(parse_rule("bomb.yaml", bomb).is_err());
        let deep = format!("{}x{}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(parse_rule("deep.yaml", &deep).is_err());
        assert!(parse_rule("large.yaml", &"a".repeat(LARGEST_FILE + 1)).is_err());
    }
}
