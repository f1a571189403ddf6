//! What a rule cannot match without.

use super::fragment::{Fragments, Ordinary};
use crate::rules::pack::{Entry, Node, Pack};

/// Finds what rules cannot match without.
pub(super) struct Anchors<'p> {
    pack: &'p Pack<'p>,
    ordinary: Ordinary,
    /// Whether possible matches count as well.
    possible: bool,
    /// What each context cannot hold without.
    contexts: Vec<Option<Fragments>>,
}

impl<'p> Anchors<'p> {
    pub fn new(pack: &'p Pack<'p>, possible: bool) -> Self {
        let mut anchors = Self { pack, ordinary: Ordinary::new(), possible, contexts: Vec::new() };
        anchors.contexts = pack.contexts.iter().map(|context| anchors.of_node(&context.node)).collect();
        anchors
    }

    /// Fragments of which one stands in every record that this rule matches; nothing where there is no such set.
    pub fn of_rule(&self, entry: &Entry<'_>) -> Option<Fragments> {
        let signature = self.of_node(&entry.signature);
        if self.possible {
            let mut all = signature?;
            for hint in &entry.hints {
                all.join(self.of_node(hint)?);
            }
            return Some(all);
        }
        // A certain match has its context in the same record.
        [signature, self.of_contexts(entry)].into_iter().flatten().min_by_key(Fragments::cost)
    }

    fn of_contexts(&self, entry: &Entry<'_>) -> Option<Fragments> {
        let mut all = Fragments::default();
        for context in &entry.contexts {
            all.join(self.contexts.get(usize::from(*context))?.clone()?);
        }
        Some(all).filter(|_| !entry.contexts.is_empty())
    }

    /// Fragments of which one stands wherever the condition holds.
    fn of_node(&self, node: &Node) -> Option<Fragments> {
        match node {
            Node::Needle(needle) => Some(self.of_needles(&[*needle])),
            Node::Needles(needles) => Some(self.of_needles(needles)),
            Node::Regex(regex) if regex.literals.is_empty() => Some(self.of_needles(&regex.needles)),
            Node::Regex(regex) => Some(self.of_texts(regex.literals.iter().map(String::as_str))),
            Node::Aadsts(number) => Some(self.of_texts([format!("aadsts{number}").as_str()])),
            Node::Diagnostics(_) => Some(self.of_texts(["diagnostics", "oautherror"])),
            // The digits of a LID or a status stand in many lines: worth looking at only for somebody who wants possible matches.
            Node::Lid(number) | Node::HttpStatus(number) if self.possible => {
                Some(self.of_texts([number.to_string().as_str()]))
            }
            Node::Lid(_) | Node::HttpStatus(_) => None,
            Node::Event(event) => {
                event.provider.as_ref().map(|provider| self.of_texts([provider.to_lowercase().as_str()]))
            }
            Node::Field(field) => field
                .contains
                .as_ref()
                .or(field.is.as_ref())
                .map(|value| self.of_texts([value.to_lowercase().as_str()])),
            Node::All(all) => all.parts.iter().filter_map(|part| self.of_node(part)).min_by_key(Fragments::cost),
            Node::Any(branches) => {
                let mut all = Fragments::default();
                for branch in branches {
                    all.join(self.of_node(branch)?);
                }
                Some(all)
            }
        }
    }

    fn of_texts<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Fragments {
        let mut fragments = Fragments::default();
        texts.into_iter().for_each(|text| fragments.add(text, &self.ordinary));
        fragments
    }

    fn of_needles(&self, needles: &[u32]) -> Fragments {
        self.of_texts(needles.iter().flat_map(|needle| self.sentences(*needle)))
    }

    /// The sentences that a needle was folded from.
    fn sentences(&self, needle: u32) -> impl Iterator<Item = &'p str> {
        let all = &self.pack.sentences;
        let from = all.partition_point(|(number, _)| *number < needle);
        all[from..].iter().take_while(move |(number, _)| *number == needle).map(|(_, sentence)| sentence.as_ref())
    }
}
