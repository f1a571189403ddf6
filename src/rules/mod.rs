//! Rules: what a file can say ([`model`]), the digest that the engine reads ([`pack`]), loading.

pub mod bounds;
pub mod calendar;
pub mod check;
pub mod compile;
pub mod compile_checks;
pub mod identifier;
pub mod model;
pub mod pack;
pub mod yaml;

mod builtin;
mod load;
mod shared_kind;

// `compile` is shared with build.rs, where folding has no crate around it.
use crate::text::fold;

pub use calendar::Calendar;
pub use load::{LoadError, Loader, Prepared, parse_bounded, parse_list, parse_rule};
pub use shared_kind::{SharedKind, is_check_file};

use model::Rule;
use pack::Pack;
use std::collections::BTreeMap;
use std::fmt;

/// A set of rules, ready for the engine: a digest, and the files of which only the head was read.
#[derive(Debug)]
pub struct Rules {
    pack: Pack<'static>,
    files: BTreeMap<usize, load::File>,
}

/// A rule that cannot be read in full.
#[derive(Debug)]
pub enum RuleError {
    /// The digest is damaged.
    Digest(postcard::Error),
    /// The file is wrong.
    File(LoadError),
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(error) => write!(f, "the built-in rules are damaged ({error}); install the program again"),
            Self::File(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for RuleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Digest(error) => Some(error),
            Self::File(error) => Some(error),
        }
    }
}

impl From<postcard::Error> for RuleError {
    fn from(error: postcard::Error) -> Self {
        Self::Digest(error)
    }
}

impl Rules {
    /// The rules that come with the program.
    ///
    /// # Errors
    ///
    /// When the digest is damaged, which means that the program's file is.
    pub fn built_in() -> Result<Self, RuleError> {
        Ok(Self { pack: builtin::pack()?, files: BTreeMap::new() })
    }

    /// The digest.
    pub fn pack(&self) -> &Pack<'static> {
        &self.pack
    }

    /// The digest, to build on.
    pub fn into_pack(self) -> Pack<'static> {
        self.pack
    }

    /// What differs between two sets of rules as soon as anything in them does: 16 hexadecimal digits. Where the digest cannot be written, which no
    /// digest that could be read is known to do, the digits are those of nothing.
    pub fn version(&self) -> String {
        let pack = postcard::to_allocvec(&self.pack).unwrap_or_default();
        let files = self.files.values().flat_map(|file| file.text.bytes());
        format!("{:016x}", crate::digest::of(pack.into_iter().chain(files)))
    }

    /// The whole rule with this number.
    ///
    /// # Errors
    ///
    /// When the digest is damaged, or the rest of the rule's file is wrong.
    pub fn rule(&self, number: usize) -> Result<Rule, RuleError> {
        match self.files.get(&number) {
            Some(file) => parse_rule(&file.name, &file.text).map_err(RuleError::File),
            None => Ok(self.pack.rules[number].rule()?),
        }
    }

    /// All rules in full, by id.
    ///
    /// # Errors
    ///
    /// As [`Rules::rule`].
    pub fn all(&self) -> Result<Vec<Rule>, RuleError> {
        (0..self.pack.rules.len()).map(|number| self.rule(number)).collect()
    }
}
