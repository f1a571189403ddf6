//! A look at a record that costs little: which rules may be certain of it?
//!
//! Most records that the sieve lets through hold a word of a rule and nothing else of it. To see that, one pass for the needles is enough:
//! no views with positions, no facts, no places. And of most rules not even a needle is there, so they are not asked.

use super::Engine;
use crate::rules::pack::{Entry, Node, Pack};
use crate::text::{self, fold::fold};

/// Which rules may be certain of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspects {
    /// No rule.
    None,
    /// These rules at most: their numbers in the pack, each once, in order.
    Some(Vec<usize>),
    /// Nobody knows.
    All,
}

impl Suspects {
    /// Whether there is no rule.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Which rules to ask when a needle is found.
#[derive(Debug)]
pub(super) struct Index {
    /// For every needle the rules that cannot be certain without it or another of their needles.
    by_needle: Vec<Vec<u32>>,
    /// Rules that can be certain without any needle.
    always: Vec<u32>,
}

impl Index {
    pub fn new(pack: &Pack<'_>) -> Self {
        let mut index = Self { by_needle: vec![Vec::new(); pack.needles().count()], always: Vec::new() };
        for (number, entry) in (0..).zip(&pack.rules) {
            let contexts = entry.contexts.iter().map(|context| needles_of(&pack.contexts[usize::from(*context)].node));
            let contexts = if entry.contexts.is_empty() { None } else { contexts.collect::<Option<Vec<_>>>() };
            let sets = [needles_of(&entry.signature), contexts.map(|sets| sets.concat())];
            match sets.into_iter().flatten().min_by_key(Vec::len) {
                Some(mut needles) => {
                    needles.sort_unstable();
                    needles.dedup();
                    needles.iter().for_each(|needle| index.by_needle[*needle as usize].push(number));
                }
                None => index.always.push(number),
            }
        }
        index
    }
}

/// Needles of which one is there wherever a condition holds; nothing where there is no such set.
fn needles_of(node: &Node) -> Option<Vec<u32>> {
    match node {
        Node::Needle(needle) => Some(vec![*needle]),
        Node::Needles(needles) => Some(needles.to_vec()),
        Node::Regex(regex) if regex.literals.is_empty() && !regex.needles.is_empty() => Some(regex.needles.to_vec()),
        Node::All(all) => all.parts.iter().filter_map(needles_of).min_by_key(Vec::len),
        Node::Any(branches) => branches.iter().map(needles_of).collect::<Option<Vec<_>>>().map(|sets| sets.concat()),
        _ => None,
    }
}

impl Engine<'_> {
    /// Which rules may be certain of this text. One too many costs time; there is none too few.
    pub fn may_be_certain(&self, text: &str) -> Suspects {
        let folded = text::folded(text);
        let pack = self.rules.pack();
        let index = self.index.get_or_init(|| Index::new(pack));
        let Some(found) = self.finder.glance(&folded) else { return Suspects::All };
        let mut rules = index.always.clone();
        rules.extend(found.iter().flat_map(|needle| &index.by_needle[*needle as usize]));
        rules.sort_unstable();
        rules.dedup();
        let glance = Glance { engine: self, text, folded, found };
        let mut rules: Vec<usize> = rules.into_iter().map(|rule| rule as usize).collect();
        rules.retain(|rule| glance.may_match(&pack.rules[*rule]));
        if rules.is_empty() { Suspects::None } else { Suspects::Some(rules) }
    }
}

/// What was seen of a record.
struct Glance<'t> {
    engine: &'t Engine<'t>,
    text: &'t str,
    folded: String,
    /// The needles that are there, in order.
    found: Vec<u32>,
}

impl Glance<'_> {
    fn may_match(&self, entry: &Entry<'_>) -> bool {
        let contexts = &self.engine.rules.pack().contexts;
        self.holds(&entry.signature)
            && (entry.contexts.is_empty()
                || entry.contexts.iter().any(|context| self.holds(&contexts[usize::from(*context)].node)))
    }

    /// Whether a condition may hold, by needles and numbers alone.
    fn holds(&self, node: &Node) -> bool {
        let is_there = |needle: &u32| self.found.binary_search(needle).is_ok();
        match node {
            Node::Needle(needle) => is_there(needle),
            Node::Needles(needles) => needles.iter().any(is_there),
            Node::Regex(regex) if regex.literals.is_empty() => regex.needles.iter().any(is_there),
            Node::Lid(number) | Node::HttpStatus(number) | Node::Aadsts(number) | Node::Diagnostics(number) => {
                self.folded.contains(&number.to_string())
            }
            Node::All(all) => {
                // What excludes the rule anywhere in a short text is near enough. A number may be a part of a longer one, which does not.
                let excluded = |node: &Node| matches!(node, Node::Needle(needle) if is_there(needle) && !self.engine.finder.is_numeric(*needle));
                all.parts.iter().all(|part| self.holds(part))
                    && !(self.folded.len() <= all.within as usize && all.none.iter().any(excluded))
            }
            Node::Any(branches) => branches.iter().any(|branch| self.holds(branch)),
            Node::Regex(regex) => regex.literals.iter().any(|literal| {
                let letters = fold(literal);
                if letters.is_empty() { self.text.contains(literal) } else { self.folded.contains(&letters) }
            }),
            Node::Event(_) | Node::Field(_) => true,
        }
    }
}
