//! The digest of a set of rules: what the engine needs, and nothing that has to be parsed or compiled first.
//!
//! The built-in rules are digested at build time (`build.rs` includes this file); rules from a directory are digested
//! when they are loaded. Both go through [`compile`], so both behave alike.
//!
//! A digest holds every distinct folded sentence once, as a *needle*; conditions refer to needles by number. What people
//! read (causes, steps) stays in serialized form until a rule's answer is shown: [`Entry::body`].

use super::fold::{fold, fold_variants};
use super::model::{Auth, Condition, Context, Direction, Event, Field, Head, Parameter, Phrase, Rule, Shared};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// How near the parts of an `all`, and the exclusions of a `none`, are looked for when `within` says nothing: in
/// folded characters, so some screens of text.
pub const DEFAULT_WITHIN: u32 = 2_000;

/// The shortest literal, in characters, that a rule's regex must require. Shorter ones occur everywhere, and the regex would run on
/// every text.
pub const MIN_LITERAL: usize = 4;

/// Everything that `rules/` says, before it is compiled.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The rules, in any order.
    pub rules: Vec<SourceRule>,
    /// `parameters.yaml`.
    pub parameters: Vec<Parameter>,
    /// The other files that rules share.
    pub shared: Shared,
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
    /// What rules share in its source form, serialized ([`Shared`]): `--rules` adds to it, `--redact` reads it.
    #[serde(borrow)]
    pub shared: Cow<'a, [u8]>,
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
    fn renumber(&mut self, order: &[u32]) {
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

    /// What rules share, in its source form.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn shared(&self) -> Result<Shared, postcard::Error> {
        postcard::from_bytes(&self.shared)
    }
}

impl Entry<'_> {
    /// The whole rule.
    ///
    /// # Errors
    ///
    /// When the digest is damaged.
    pub fn rule(&self) -> Result<Rule, postcard::Error> {
        postcard::from_bytes(&self.body)
    }
}

/// What is wrong with a set of rules, and in which key of which entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The id of the rule or entry.
    pub entry: String,
    /// The keys that lead to the place, such as `signature.any[2].phrase`.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.entry, self.path, self.message)
    }
}

/// Digests rules, on top of a pack where there is one.
///
/// What is in the pack already is not compiled again: `source.rules` are the new rules only, one of which replaces a rule of
/// the pack with its id; the lists in `source.shared` begin with what the pack was compiled from.
///
/// # Errors
///
/// Every problem found, not only the first: an unknown phrase, context or rule, a condition that says nothing, a
/// regex that does not compile or requires no literal.
pub fn compile(source: Source, base: Option<Pack<'static>>) -> Result<Pack<'static>, Vec<Problem>> {
    let base = base.unwrap_or_default();
    let mut compiler = Compiler::new(&source.shared.phrases, &base);
    let known_ids: Vec<String> = base.rules.iter().map(|entry| entry.id.to_string()).collect();

    let mut contexts = base.contexts;
    let context_numbers: HashMap<&str, u16> =
        source.shared.contexts.iter().enumerate().map(|(n, c)| (c.id.as_str(), n as u16)).collect();
    for context in &source.shared.contexts[contexts.len()..] {
        compiler.entry = context.id.clone();
        for (n, included) in context.includes.iter().enumerate() {
            if !context_numbers.contains_key(included.as_str()) {
                compiler.problem(format!("includes[{n}]"), format!("there is no context `{included}`"));
            }
        }
        contexts.push(ContextEntry {
            id: context.id.clone().into(),
            title: context.title.clone().into(),
            question: context.question.clone().into(),
            node: compiler.condition(&context.condition, "where"),
        });
    }
    let mut indications = base.indications;
    for (n, indication) in source.shared.indications.iter().enumerate().skip(indications.len()) {
        compiler.entry = format!("indication {}", n + 1);
        indications.push(IndicationEntry {
            direction: indication.direction,
            auth: indication.auth,
            node: compiler.condition(&indication.condition, "where"),
        });
    }

    let replaced = |id: &str| source.rules.iter().any(|rule| rule.head.id == id);
    let mut ids: Vec<&str> = known_ids.iter().map(String::as_str).filter(|id| !replaced(id)).collect();
    ids.extend(source.rules.iter().map(|rule| rule.head.id.as_str()));
    ids.sort_unstable();
    for pair in ids.windows(2).filter(|pair| pair[0] == pair[1]) {
        compiler.entry = pair[0].to_owned();
        compiler.problem("id".into(), "two rules have this id".into());
    }
    let number = |id: &str| ids.binary_search(&id).ok().map(|n| n as u16);
    let mut rules: Vec<Entry<'static>> = base.rules.into_iter().filter(|entry| !replaced(&entry.id)).collect();
    for entry in &mut rules {
        entry.outranks = entry.outranks.iter().filter_map(|old| number(&known_ids[usize::from(*old)])).collect();
    }
    for SourceRule { head, body } in &source.rules {
        compiler.entry = head.id.clone();
        let mut outranks = Vec::new();
        for (n, id) in head.outranks.iter().enumerate() {
            match number(id) {
                Some(number) => outranks.push(number),
                None => compiler.problem(format!("outranks[{n}]"), format!("there is no rule `{id}`")),
            }
        }
        let mut surrounding = Vec::new();
        if let Some(id) = &head.context {
            match context_numbers.get(id.as_str()) {
                Some(&number) => {
                    include_contexts(number, &source.shared.contexts, &context_numbers, &mut surrounding);
                }
                None => compiler.problem("context".into(), format!("there is no context `{id}`")),
            }
        }
        let hints = head.hints.iter().enumerate().map(|(n, hint)| compiler.condition(hint, &format!("hints[{n}]")));
        let hints: Vec<Node> = hints.collect();
        rules.push(Entry {
            id: head.id.clone().into(),
            signature: compiler.condition(&head.signature, "signature"),
            contexts: surrounding,
            hints: hints.into_iter().chain(head.lids.iter().map(|&lid| Node::Lid(lid))).collect(),
            outranks,
            direction: head.direction.clone(),
            auth: head.auth.clone(),
            body: body.clone(),
        });
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }

    let order = compiler.sort_needles();
    for entry in &mut rules {
        entry.signature.renumber(&order);
        entry.hints.iter_mut().for_each(|hint| hint.renumber(&order));
    }
    contexts.iter_mut().for_each(|context| context.node.renumber(&order));
    indications.iter_mut().for_each(|indication| indication.node.renumber(&order));
    let mut needle_text = String::new();
    let mut needle_ends = Vec::new();
    for needle in &compiler.needles {
        needle_text.push_str(needle);
        needle_ends.push(needle_text.len() as u32);
    }
    Ok(Pack {
        needle_text: needle_text.into(),
        needle_ends,
        rules,
        contexts,
        indications,
        parameters: bytes(&source.parameters),
        shared: bytes(&source.shared),
    })
}

/// A context and, transitively, the contexts that stand for it.
fn include_contexts(number: u16, all: &[Context], numbers: &HashMap<&str, u16>, into: &mut Vec<u16>) {
    if into.contains(&number) {
        return;
    }
    into.push(number);
    for included in &all[number as usize].includes {
        if let Some(&number) = numbers.get(included.as_str()) {
            include_contexts(number, all, numbers, into);
        }
    }
}

fn bytes<T: Serialize>(value: &T) -> Cow<'static, [u8]> {
    // Serializing a plain data type into memory has no way to fail.
    Cow::Owned(postcard::to_allocvec(value).unwrap_or_default())
}

struct Compiler<'s> {
    phrases: HashMap<&'s str, &'s Phrase>,
    needles: Vec<String>,
    numbers: HashMap<String, u32>,
    problems: Vec<Problem>,
    entry: String,
}

impl<'s> Compiler<'s> {
    fn new(phrases: &'s [Phrase], base: &Pack<'_>) -> Self {
        let needles: Vec<String> = base.needles().map(str::to_owned).collect();
        Self {
            phrases: phrases.iter().map(|p| (p.id.as_str(), p)).collect(),
            numbers: needles.iter().cloned().zip(0..).collect(),
            needles,
            problems: Vec::new(),
            entry: String::new(),
        }
    }

    fn problem(&mut self, path: String, message: String) {
        self.problems.push(Problem { entry: self.entry.clone(), path, message });
    }

    fn needle(&mut self, folded: String) -> u32 {
        if let Some(&number) = self.numbers.get(&folded) {
            return number;
        }
        let number = self.needles.len() as u32;
        self.needles.push(folded.clone());
        self.numbers.insert(folded, number);
        number
    }

    /// Sorts the needles; the answer is the new number of each.
    fn sort_needles(&mut self) -> Vec<u32> {
        let mut sorted: Vec<(String, u32)> = self.needles.drain(..).zip(0..).collect();
        sorted.sort();
        let mut order = vec![0; sorted.len()];
        for (new, (needle, old)) in sorted.into_iter().enumerate() {
            order[old as usize] = new as u32;
            self.needles.push(needle);
        }
        order
    }

    fn condition(&mut self, condition: &Condition, path: &str) -> Node {
        let mut parts = Vec::new();
        if let Some(text) = &condition.text {
            let folded = fold(text);
            if folded.len() < MIN_LITERAL {
                self.problem(
                    format!("{path}.text"),
                    format!("`{text}` has fewer than {MIN_LITERAL} letters and digits; it would be found everywhere"),
                );
            }
            let variants = fold_variants(text).into_iter().map(|v| self.needle(v)).collect();
            parts.push(needles(variants));
        }
        if let Some(id) = &condition.phrase {
            match self.phrases.get(id.as_str()).copied() {
                Some(phrase) => {
                    let mut numbers = Vec::new();
                    for variant in &phrase.variants {
                        for folded in fold_variants(&variant.text) {
                            numbers.push(self.needle(folded));
                        }
                    }
                    parts.push(needles(numbers));
                }
                None => self.problem(
                    format!("{path}.phrase"),
                    format!("there is no phrase `{id}`; phrases stand in phrases.yaml"),
                ),
            }
        }
        if let Some(pattern) = &condition.regex {
            parts.extend(self.regex(pattern, path));
        }
        parts.extend(condition.lid.map(Node::Lid));
        parts.extend(condition.http_status.map(Node::HttpStatus));
        parts.extend(condition.aadsts.map(Node::Aadsts));
        parts.extend(condition.diagnostics.map(Node::Diagnostics));
        parts.extend(condition.event.clone().map(Box::new).map(Node::Event));
        parts.extend(condition.field.clone().map(Box::new).map(Node::Field));
        for (n, part) in condition.all.iter().enumerate() {
            parts.push(self.condition(part, &format!("{path}.all[{n}]")));
        }
        if !condition.any.is_empty() {
            let any = condition.any.iter().enumerate().map(|(n, c)| self.condition(c, &format!("{path}.any[{n}]")));
            parts.push(Node::Any(any.collect()));
        }
        let none: Vec<Node> =
            condition.none.iter().enumerate().map(|(n, c)| self.condition(c, &format!("{path}.none[{n}]"))).collect();
        if parts.is_empty() {
            self.problem(
                path.to_owned(),
                "the condition names nothing that must be there; add `text`, `phrase`, `any` or another key".into(),
            );
        }
        match parts.pop() {
            Some(only) if parts.is_empty() && none.is_empty() => only,
            Some(last) => {
                parts.push(last);
                Node::All(Box::new(All { parts, none, within: condition.within.unwrap_or(DEFAULT_WITHIN) }))
            }
            None => Node::Any(Vec::new()),
        }
    }

    fn regex(&mut self, pattern: &str, path: &str) -> Option<Node> {
        let path = format!("{path}.regex");
        let pattern: String = strip_white_space(pattern);
        let hir = match parse_regex(&pattern) {
            Ok(hir) => hir,
            Err(error) => {
                self.problem(path, format!("the regex does not parse: {error}"));
                return None;
            }
        };
        let literals = required_literals(&hir);
        let needles: Vec<String> = literals.iter().map(|l| fold(l)).collect();
        let foldable = needles.iter().all(|n| n.len() >= MIN_LITERAL);
        if literals.is_empty() || literals.iter().any(|l| l.len() < MIN_LITERAL) {
            self.problem(
                path,
                format!(
                    "the regex requires no literal of {MIN_LITERAL} characters, so it would have to run on every text; \
                     add a fixed part"
                ),
            );
            return None;
        }
        if foldable {
            let needles = needles.into_iter().map(|n| self.needle(n)).collect();
            Some(Node::Regex(Box::new(Regex { pattern, needles, literals: Vec::new() })))
        } else {
            let literals = literals.iter().map(|l| l.to_lowercase()).collect();
            Some(Node::Regex(Box::new(Regex { pattern, needles: Vec::new(), literals })))
        }
    }
}

/// A condition on needles.
fn needles(mut numbers: Vec<u32>) -> Node {
    numbers.sort_unstable();
    numbers.dedup();
    match numbers.as_slice() {
        [only] => Node::Needle(*only),
        _ => Node::Needles(numbers),
    }
}

/// Removes white space from a pattern: the text that a rule's regex sees has none. An escaped blank goes too.
fn strip_white_space(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut escaped = false;
    for c in pattern.chars() {
        if c.is_whitespace() {
            if escaped {
                out.pop();
            }
            escaped = false;
            continue;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// Parses a rule's regex the way the engine compiles it.
fn parse_regex(pattern: &str) -> Result<regex_syntax::hir::Hir, String> {
    regex_syntax::ParserBuilder::new()
        .nest_limit(50)
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|error| error.to_string())
}

/// Literals of which one stands in every match: the longest such set that the pattern's concatenations offer.
fn required_literals(hir: &regex_syntax::hir::Hir) -> Vec<String> {
    use regex_syntax::hir::HirKind;
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).into_iter().collect(),
        HirKind::Capture(capture) => required_literals(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required_literals(&repetition.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .map(required_literals)
            .max_by_key(|set| set.iter().map(|l| worth(l)).min().unwrap_or_default())
            .unwrap_or_default(),
        HirKind::Alternation(branches) => {
            let sets: Vec<Vec<String>> = branches.iter().map(required_literals).collect();
            if sets.iter().any(Vec::is_empty) { Vec::new() } else { sets.concat() }
        }
        _ => Vec::new(),
    }
}

/// How well a literal tells texts apart: one that is a needle is better than one that is not, a long one better than a short.
fn worth(literal: &str) -> (bool, bool, usize) {
    let folded = fold(literal).len();
    (folded >= MIN_LITERAL, literal.len() >= MIN_LITERAL, folded.max(literal.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sentence: &str) -> Condition {
        Condition { text: Some(sentence.into()), ..Condition::default() }
    }

    fn literals(pattern: &str) -> Vec<String> {
        required_literals(&parse_regex(&strip_white_space(pattern)).expect("a valid pattern"))
    }

    #[test]
    fn a_regex_yields_the_literal_that_every_match_contains() {
        assert_eq!(literals("email address [a-z0-9+/]{20,}"), ["emailaddress"]);
        assert_eq!(literals("sp_prot[_-]tls1_[01]_(server|client)"), ["sp_prot"]);
        assert_eq!(literals("(abcd|efgh)x?"), ["abcd", "efgh"]);
        assert!(literals("[a-z]+").is_empty());
    }

    #[test]
    fn an_alternation_without_a_literal_in_one_branch_requires_none() {
        assert!(literals("(abcdef|[0-9]+)").is_empty());
    }

    #[test]
    fn white_space_in_a_pattern_does_not_count() {
        assert_eq!(strip_white_space(r"is\ not  correct\\"), r"isnotcorrect\\");
    }

    #[test]
    fn every_problem_is_reported_not_only_the_first() {
        let mut broken = Condition { phrase: Some("no-such".into()), ..Condition::default() };
        broken.any = vec![text("x"), Condition::default()];
        let context = Context {
            id: "c".into(),
            title: String::new(),
            question: String::new(),
            includes: vec!["nowhere".into()],
            condition: broken,
        };
        let shared = Shared { contexts: vec![context], ..Shared::default() };
        let source = Source { shared, ..Source::default() };
        let problems = compile(source, None).expect_err("four problems");
        let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["includes[0]", "where.phrase", "where.any[0].text", "where.any[1]"]);
    }
}
