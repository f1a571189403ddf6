//! What a rule author needs: checks, tests, drafts, documentation.
//!
//! Nothing here takes part in an answer. It looks at rules from above, with everything that an answer uses (engine, remedy,
//! report), so it stands after them; only [`crate::cli`] uses it.

pub mod background;
pub mod check;
pub mod diagnostic;
pub mod diff;
pub mod docs;
pub mod draft;
pub mod problems;
pub mod schema;
pub mod show;
pub mod test;
pub mod transform;

pub use crate::rules::yaml;

use diagnostic::Code;

/// Every kind of message to an author.
pub fn codes() -> impl Iterator<Item = &'static Code> + Clone {
    problems::CODES.iter().chain(test::problems::CODES)
}
