//! Rules: what a file can say ([`model`]), the digest that the engine reads ([`pack`]), loading.

pub mod model;
pub mod pack;

mod builtin;
mod load;

// `pack` is shared with build.rs, where folding has no crate around it.
use crate::text::fold;

pub use builtin::builtin;
pub use load::{LoadError, Loaded, Loader, parse_list, parse_rule};
