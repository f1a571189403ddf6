//! What could not be done, for whoever asked: as JSON, as a page, or as a part of one.

use serde::Serialize;

/// A request that could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The HTTP status.
    #[serde(skip)]
    pub status: u16,
    /// What happened.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Problem {
    /// What happened.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), help: None }
    }

    /// What to do next.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The rules are damaged; nothing that was asked made it so.
    pub fn inside(error: &impl std::fmt::Display) -> Self {
        Self::new(500, error.to_string())
            .help("start the server again; if that does not help, install the program again")
    }
}
