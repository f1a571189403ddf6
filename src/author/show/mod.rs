//! Diagnostics for people, for programs, and for pull requests.

mod json;
mod sarif;
mod terminal;

pub use json::json;
pub use sarif::sarif;
pub use terminal::terminal;

use super::diagnostic::Severity;

/// The severity's name, as all formats use it.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error | Severity::Unreadable => "error",
    }
}
