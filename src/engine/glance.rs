//! A look at a record that costs little: may any rule be certain of it?
//!
//! Most records that the sieve lets through hold a word of a rule and nothing else of it. To see that, one pass for the needles is enough:
//! no views with positions, no facts, no places.

use super::Engine;
use crate::rules::pack::{Entry, Node};
use crate::text::{self, fold::fold};

impl Engine<'_> {
    /// Whether a rule may be certain of this text. A wrong yes costs time, there is no wrong no.
    pub fn may_be_certain(&self, text: &str) -> bool {
        let folded = text::folded(text);
        let glance = Glance { found: self.finder.glance(&folded), folded, text };
        self.rules.pack().rules.iter().any(|entry| self.may_hold(entry, &glance))
    }

    fn may_hold(&self, entry: &Entry<'_>, glance: &Glance<'_>) -> bool {
        let contexts = &self.rules.pack().contexts;
        glance.holds(&entry.signature)
            && (entry.contexts.is_empty()
                || entry.contexts.iter().any(|context| glance.holds(&contexts[usize::from(*context)].node)))
    }
}

/// What was seen of a record.
struct Glance<'t> {
    text: &'t str,
    folded: String,
    found: Vec<bool>,
}

impl Glance<'_> {
    /// Whether a condition may hold, by needles and numbers alone.
    fn holds(&self, node: &Node) -> bool {
        let is_there = |needle: &u32| self.found.get(*needle as usize).copied().unwrap_or(true);
        match node {
            Node::Needle(needle) => is_there(needle),
            Node::Needles(needles) => needles.iter().any(is_there),
            Node::Regex(regex) if regex.literals.is_empty() => regex.needles.iter().any(is_there),
            Node::Lid(number) | Node::HttpStatus(number) | Node::Aadsts(number) | Node::Diagnostics(number) => {
                self.folded.contains(&number.to_string())
            }
            Node::All(all) => all.parts.iter().all(|part| self.holds(part)),
            Node::Any(branches) => branches.iter().any(|branch| self.holds(branch)),
            Node::Regex(regex) => regex.literals.iter().any(|literal| {
                let letters = fold(literal);
                if letters.is_empty() { self.text.contains(literal) } else { self.folded.contains(&letters) }
            }),
            Node::Event(_) | Node::Field(_) => true,
        }
    }
}
