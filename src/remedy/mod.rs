//! From a match to commands that can be pasted.
//!
//! A value reaches a command on one way only: its parameter's type check ([`parameter`]), then the quoting that the
//! template environment does for every expression. A rule cannot forget either, because it never does them.

pub mod parameter;
pub mod plan;
pub(crate) mod powershell;
pub mod readings;
mod template;

pub use plan::{Plan, PlanError, Planner, Values};
