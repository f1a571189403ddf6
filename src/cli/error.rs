//! What can go wrong on the command line, and how it is said.

use crate::report::printable;
use crate::rules::RuleError;
use std::fmt;
use std::io::{self, Write as _};

/// A command that could not do what it was asked for.
#[derive(Debug)]
pub struct CliError {
    message: String,
    help: Option<String>,
    broken_pipe: bool,
}

impl CliError {
    /// What happened.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, broken_pipe: false }
    }

    /// What to do next.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Standard output could not be written.
    pub(super) fn output(error: io::Error) -> Self {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self { message: format!("standard output: {error}"), help: None, broken_pipe }
    }

    /// Whether only the reader of the output went away, as `head` does: no failure.
    pub fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    /// Says it on standard error.
    pub fn report(&self) {
        let mut err = anstream::stderr().lock();
        // A file's name can hold anything; so can the text of a rule. Where nobody can read it, there is nobody to tell.
        let _ = writeln!(err, "freebusy: {}", printable(&self.message));
        if let Some(help) = &self.help {
            let _ = writeln!(err, "  help: {}", printable(help));
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

impl From<RuleError> for CliError {
    fn from(error: RuleError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<postcard::Error> for CliError {
    fn from(error: postcard::Error) -> Self {
        Self::new(format!("the built-in rules are damaged ({error})")).help("install the program again")
    }
}
