//! The digest of a set of rules: what the engine needs, and nothing that has to be parsed or compiled first.
//!
//! The built-in rules are digested at build time (`build.rs` includes this file); rules from a directory are digested
//! when they are loaded. Both go through [`super::compile`], so both behave alike.
//!
//! A digest holds every distinct folded sentence once, as a *needle*; conditions refer to needles by number. What people
//! read (causes, steps) stays in serialized form until a rule's answer is shown: [`Entry::body`].

use super::check::{Check, CheckFile, Printout};
use super::identifier::Identifier;
use super::model::{Auth, Condition, Direction, Event, Field, Head, Parameter, Reference, Rule, Shared};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Everything that `rules/` says, before it is compiled.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The rules, in any order.
    pub rules: Vec<SourceRule>,
    /// `parameters.yaml`.
    pub parameters: Vec<Parameter>,
    /// `identifiers.yaml`.
    pub identifiers: Vec<Identifier>,
    /// The other files that rules share.
    pub shared: Shared,
    /// What cmdlets' output should say; nothing where that is as in the pack below.
    pub checks: Option<CheckSource>,
}

/// What cmdlets' output should say, as the files say it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckSource {
    /// `objects.yaml`
    pub printouts: Vec<Printout>,
    /// The files in `checks/`.
    pub files: Vec<CheckFile>,
}

/// A rule before it is compiled.
#[derive(Debug, Clone)]
pub struct SourceRule {
    /// What recognising the failure needs.
    pub head: Head,
    /// The whole rule, serialized; empty where it is still a file's text.
    pub body: Cow<'static, [u8]>,
}

impl From<&Rule> for SourceRule {
    fn from(rule: &Rule) -> Self {
        Self { head: rule.into(), body: bytes(rule) }
    }
}

/// The compiled rules.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Pack<'a> {
    /// All needles, sorted, one after the other. Sorted, those with the same beginning stand together.
    #[serde(borrow)]
    pub needle_text: Cow<'a, str>,
    /// Where each needle ends in `needle_text`.
    pub needle_ends: Vec<u32>,
    /// Needles and the sentences, in lower case, that they were folded from: they say where a word ends. Sorted.
    #[serde(borrow)]
    pub sentences: Vec<(u32, Cow<'a, str>)>,
    /// The rules, by id.
    #[serde(borrow)]
    pub rules: Vec<Entry<'a>>,
    /// The contexts, in the order of their file.
    #[serde(borrow)]
    pub contexts: Vec<ContextEntry<'a>>,
    /// The indications, in the order of their file.
    pub indications: Vec<IndicationEntry>,
    /// The parameters, serialized (`Vec<Parameter>`).
    #[serde(borrow)]
    pub parameters: Cow<'a, [u8]>,
    /// The identifiers, serialized (`Vec<Identifier>`).
    #[serde(borrow)]
    pub identifiers: Cow<'a, [u8]>,
    /// What rules share in its source form, serialized ([`Shared`]): `--rules` adds to it, `--redact` reads it.
    #[serde(borrow)]
    pub shared: Cow<'a, [u8]>,
    /// The checks, serialized ([`Checks`]): read only where a text holds a cmdlet's output.
    #[serde(borrow)]
    pub checks: Cow<'a, [u8]>,
    /// The checks in their source form, with their tests, serialized ([`CheckSource`]).
    #[serde(borrow)]
    pub check_source: Cow<'a, [u8]>,
}

/// The compiled checks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Checks {
    /// How cmdlets' output is recognised, in the order of its file.
    pub printouts: Vec<Printout>,
    /// The checks of each printout, in the order of their files.
    pub entries: Vec<CheckEntry>,
    /// The needles of the checks' conditions, as in [`Pack::needle_text`].
    pub needle_text: String,
    /// As [`Pack::needle_ends`].
    pub needle_ends: Vec<u32>,
    /// As [`Pack::sentences`].
    pub sentences: Vec<(u32, String)>,
}

/// A compiled check.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckEntry {
    /// The printout that it is about, by its number.
    pub of: u16,
    /// The check, without its tests.
    pub check: Check,
    /// Where the vendor documents it.
    pub references: Vec<Reference>,
    /// The compiled form of each condition in it. Their needles are those of [`Checks::digest`].
    pub conditions: Vec<(Condition, Node)>,
}

/// What the engine needs of a rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry<'a> {
    /// [`Rule::id`]
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// [`Rule::signature`], compiled.
    pub signature: Node,
    /// The contexts of which one must surround the signature; empty where the rule names none.
    pub contexts: Vec<u16>,
    /// [`Rule::hints`] and [`Rule::lids`], compiled.
    pub hints: Vec<Node>,
    /// The rules, by number, that give way to this one.
    pub outranks: Vec<u16>,
    /// [`Rule::direction`]
    pub direction: Vec<Direction>,
    /// [`Rule::auth`]
    pub auth: Vec<Auth>,
    /// The first day on which the hints count (ISO 8601 date).
    #[serde(borrow)]
    pub since: Option<Cow<'a, str>>,
    /// The first day on which the hints count no longer (ISO 8601 date).
    #[serde(borrow)]
    pub until: Option<Cow<'a, str>>,
    /// The whole [`Rule`], serialized; empty where it is still a file's text.
    #[serde(borrow)]
    pub body: Cow<'a, [u8]>,
}

/// A compiled context.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ContextEntry<'a> {
    /// [`super::model::Context::id`]
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// [`super::model::Context::title`]
    #[serde(borrow)]
    pub title: Cow<'a, str>,
    /// [`super::model::Context::question`]
    #[serde(borrow)]
    pub question: Cow<'a, str>,
    /// The condition.
    pub node: Node,
}

/// A compiled indication.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndicationEntry {
    /// [`super::model::Indication::direction`]
    pub direction: Option<Direction>,
    /// [`super::model::Indication::auth`]
    pub auth: Option<Auth>,
    /// The condition.
    pub node: Node,
}

/// A compiled condition. Kept small: a start reads thousands of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Node {
    /// One needle.
    Needle(u32),
    /// Any of these needles.
    Needles(Vec<u32>),
    /// A regex over the tight text.
    Regex(Box<Regex>),
    /// A LID.
    Lid(u32),
    /// An HTTP status.
    HttpStatus(u32),
    /// An AADSTS number.
    Aadsts(u32),
    /// A diagnostics number.
    Diagnostics(u32),
    /// A Windows event.
    Event(Box<Event>),
    /// A field.
    Field(Box<Field>),
    /// Every part, near one another, and none of the exclusions near them.
    All(Box<All>),
    /// At least one.
    Any(Vec<Node>),
}

impl Node {
    /// Gives every needle its new number.
    pub(super) fn renumber(&mut self, order: &[u32]) {
        let new = |old: &mut u32| *old = order[*old as usize];
        match self {
            Self::Needle(needle) => new(needle),
            Self::Needles(needles) => needles.iter_mut().for_each(new),
            Self::Regex(regex) => regex.needles.iter_mut().for_each(new),
            Self::All(all) => all.parts.iter_mut().chain(&mut all.none).for_each(|node| node.renumber(order)),
            Self::Any(branches) => branches.iter_mut().for_each(|node| node.renumber(order)),
            Self::Lid(_) | Self::HttpStatus(_) | Self::Aadsts(_) | Self::Diagnostics(_) => {}
            Self::Event(_) | Self::Field(_) => {}
        }
    }
}

/// A regex, run only where one of its literals was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regex {
    /// The pattern, white space already removed.
    pub pattern: String,
    /// Needles of which one stands in every text that the pattern matches; empty where `literals` does that.
    pub needles: Vec<u32>,
    /// Pieces of tight text of which one stands in every text that the pattern matches: for patterns whose fixed part is
    /// punctuation, such as a banner of asterisks.
    pub literals: Vec<String>,
}

/// Conditions that hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct All {
    /// What must hold.
    pub parts: Vec<Node>,
    /// What must not.
    pub none: Vec<Node>,
    /// How near, in folded characters.
    pub within: u32,
}

impl<'a> Pack<'a> {
    /// Reads a digest.
    ///
    /// # Errors
    ///
    /// When the bytes are not a digest of this version.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(bytes)
    }

    /// The needles, in the order of their numbers.
    pub fn needles(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.needle_ends.iter().map(move |&end| {
            let needle = &self.needle_text[start..end as usize];
            start = end as usize;
            needle
        })
    }

    /// The number of the rule with this id.
    pub fn rule_index(&self, id: &str) -> Option<usize> {
        self.rules.binary_search_by(|entry| entry.id.as_ref().cmp(id)).ok()
    }

    /// The number of the context with this id.
    pub fn context_index(&self, id: &str) -> Option<usize> {
        self.contexts.iter().position(|context| context.id == id)
    }

    /// The parameters that commands may use.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn parameters(&self) -> Result<Vec<Parameter>, postcard::Error> {
        postcard::from_bytes(&self.parameters)
    }

    /// The identifiers and their meanings.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn identifiers(&self) -> Result<Vec<Identifier>, postcard::Error> {
        // A pack that was made of nothing has no list, not even an empty one.
        if self.identifiers.is_empty() { Ok(Vec::new()) } else { postcard::from_bytes(&self.identifiers) }
    }

    /// The checks.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn checks(&self) -> Result<Checks, postcard::Error> {
        if self.checks.is_empty() { Ok(Checks::default()) } else { postcard::from_bytes(&self.checks) }
    }

    /// The checks in their source form, with their tests.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn check_source(&self) -> Result<CheckSource, postcard::Error> {
        if self.check_source.is_empty() { Ok(CheckSource::default()) } else { postcard::from_bytes(&self.check_source) }
    }

    /// What rules share, in its source form.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn shared(&self) -> Result<Shared, postcard::Error> {
        postcard::from_bytes(&self.shared)
    }
}

impl Checks {
    /// The needles as a digest that holds nothing else.
    pub fn digest(&self) -> Pack<'_> {
        Pack {
            needle_text: Cow::Borrowed(&self.needle_text),
            needle_ends: self.needle_ends.clone(),
            sentences: self.sentences.iter().map(|(needle, sentence)| (*needle, Cow::Borrowed(&**sentence))).collect(),
            ..Pack::default()
        }
    }

    /// The number of the printout of this cmdlet; case does not count.
    pub fn printout(&self, cmdlet: &str) -> Option<usize> {
        self.printouts.iter().position(|printout| printout.cmdlet.eq_ignore_ascii_case(cmdlet))
    }
}

impl Entry<'_> {
    /// Whether the hints count on this day (ISO 8601 date); always, where no day is named.
    pub fn hints_count(&self, today: Option<&str>) -> bool {
        let Some(today) = today else { return true };
        self.since.as_deref().is_none_or(|from| from <= today) && self.until.as_deref().is_none_or(|end| today < end)
    }

    /// The whole rule.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn rule(&self) -> Result<Rule, postcard::Error> {
        postcard::from_bytes(&self.body)
    }
}

pub(super) fn bytes<T: Serialize>(value: &T) -> Cow<'static, [u8]> {
    // Serializing a plain data type into memory has no way to fail.
    Cow::Owned(postcard::to_allocvec(value).unwrap_or_default())
}
