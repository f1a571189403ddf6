//! What is said about an analysis: one [`Answer`] for all formats, templates for what people read.
//!
//! The answer is the JSON contract. Text, Markdown and HTML are templates over the same value, so no format can know something
//! that another one hides.

pub mod answer;
mod excerpt;
mod findings;
pub mod identifiers;
mod inquiry;
pub mod output;
mod redact;
mod render;
mod rules;
mod sanitize;
pub mod scan;
mod template;
mod why_not;

pub use answer::Answer;
pub use findings::{Ledger, Line, LineError, Run, is_run, ndjson, parse};
pub use redact::Redactor;
pub use render::{Format, RenderError, Renderer, Style};
pub use rules::{pretty_json, rule_json, rules_json};
pub(crate) use sanitize::replacement;
pub use sanitize::{escape_invisible, printable};
pub(crate) use template::{clean, environment, fence, markdown, one_line};
pub use why_not::WhyNotView;
