//! The index that the search box of the catalogue reads (`templates/catalogue/search.js`).

use super::Catalogue;
use super::links::slug;
use super::marks::{event_name, short};
use crate::report::{escape_invisible, one_line, printable};
use crate::rules::pack::{Node, Pack};
use crate::text::Text;
use crate::text::fold::fold;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
struct Index<'c> {
    /// Folded sentences, each once: a phrase belongs to many rules.
    sentences: Vec<&'c str>,
    rules: Vec<Entry<'c>>,
}

/// One rule. What is empty is left out: most rules have few marks.
#[derive(Debug, Serialize)]
struct Entry<'c> {
    id: Cow<'c, str>,
    title: Cow<'c, str>,
    page: String,
    /// What is wrong, to find a rule by its words.
    about: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lids: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statuses: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aadsts: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnostics: Vec<u32>,
    /// Exception types, events and other names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    /// The condition, in the form that [`Numbers::condition`] describes.
    signature: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<Value>,
    /// The examples, folded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    texts: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outranks: Vec<Cow<'c, str>>,
}

/// The index as JSON that is safe in a script: nothing in it can end a `<script>` element or a line of JavaScript.
pub(super) fn index(catalogue: &Catalogue, pack: &Pack<'static>) -> Result<String, serde_json::Error> {
    let mut numbers = Numbers { needles: pack.needles().collect(), known: BTreeMap::new(), sentences: Vec::new() };
    let rules = (0..catalogue.rules.len()).map(|number| entry(catalogue, pack, number, &mut numbers)).collect();
    let json = serde_json::to_string(&Index { sentences: numbers.sentences, rules })?;
    Ok(for_script(&escape_invisible(json)))
}

fn entry<'c>(catalogue: &'c Catalogue, pack: &Pack<'static>, number: usize, numbers: &mut Numbers<'_>) -> Entry<'c> {
    let (rule, marks, compiled) = (&catalogue.rules[number], &catalogue.marks[number], &pack.rules[number]);
    let mut names: Vec<String> = Vec::new();
    let exceptions = marks.exceptions.iter().flat_map(|full| [short(full).to_owned(), full.clone()]);
    for name in exceptions.chain(marks.events.iter().map(event_name)).chain(marks.ws_trust.iter().cloned()) {
        let name = printable(&name).into_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let texts = rule.tests.iter().filter_map(|test| test.text.as_ref());
    Entry {
        // The search box shows these, so nothing in them may act.
        id: printable(&rule.id),
        title: printable(&rule.title),
        page: slug(&rule.id),
        about: one_line(&printable(&rule.summary)),
        lids: marks.lids.iter().copied().collect(),
        statuses: marks.http_status.iter().copied().collect(),
        aadsts: marks.aadsts.iter().copied().collect(),
        diagnostics: marks.diagnostics.iter().copied().collect(),
        names,
        signature: numbers.condition(&compiled.signature),
        // A LID as a hint is among the marks already.
        hints: compiled.hints.iter().filter(|n| !matches!(n, Node::Lid(_))).map(|n| numbers.condition(n)).collect(),
        texts: texts.map(|text| Text::new(text).folded.as_str().to_owned()).collect(),
        outranks: rule.outranks.iter().map(|id| printable(id)).collect(),
    }
}

/// Numbers the sentences that rules use; those of contexts and indications have no place in the index.
struct Numbers<'p> {
    needles: Vec<&'p str>,
    known: BTreeMap<u32, usize>,
    sentences: Vec<&'p str>,
}

impl Numbers<'_> {
    fn of(&mut self, needle: u32) -> Value {
        let number = *self.known.entry(needle).or_insert_with(|| {
            self.sentences.push(self.needles[needle as usize]);
            self.sentences.len() - 1
        });
        json!(number)
    }

    /// A compiled condition: a sentence's number, or a list of a name and what belongs to it. A regex stands as the pieces of
    /// which a text that it matches holds one: a pattern of a stranger could keep a browser busy for ever.
    fn condition(&mut self, node: &Node) -> Value {
        match node {
            Node::Needle(needle) => self.of(*needle),
            Node::Needles(needles) => json!(["any", self.all_of(needles)]),
            Node::Regex(regex) => json!(["pattern", self.all_of(&regex.needles), regex.literals]),
            Node::Lid(number) => json!(["lids", number]),
            Node::HttpStatus(number) => json!(["statuses", number]),
            Node::Aadsts(number) => json!(["aadsts", number]),
            Node::Diagnostics(number) => json!(["diagnostics", number]),
            Node::Event(event) => {
                json!([
                    "folded",
                    fold(event.provider.as_deref().unwrap_or_default()),
                    event.id.map(|id| id.to_string())
                ])
            }
            Node::Field(field) => {
                json!([
                    "folded",
                    fold(&field.name),
                    fold(field.is.as_ref().or(field.contains.as_ref()).map_or("", |v| v))
                ])
            }
            Node::All(all) => {
                // The pieces of a pattern that is excluded stand in more texts than it excludes.
                let none: Vec<&Node> = all.none.iter().filter(|node| !holds_regex(node)).collect();
                json!(["all", self.conditions(&all.parts), self.conditions(none)])
            }
            Node::Any(branches) => json!(["any", self.conditions(branches)]),
        }
    }

    fn all_of(&mut self, needles: &[u32]) -> Vec<Value> {
        needles.iter().map(|needle| self.of(*needle)).collect()
    }

    fn conditions<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>) -> Vec<Value> {
        nodes.into_iter().map(|node| self.condition(node)).collect()
    }
}

fn holds_regex(node: &Node) -> bool {
    match node {
        Node::Regex(_) => true,
        Node::All(all) => all.parts.iter().chain(&all.none).any(holds_regex),
        Node::Any(branches) => branches.iter().any(holds_regex),
        _ => false,
    }
}

/// JSON without the characters that act in a page around a script. They stand in strings only.
fn for_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_the_script() {
        let json = serde_json::to_string("</script><!--\u{2028}&").expect("JSON");
        assert_eq!(for_script(&escape_invisible(json)), "\"\\u003c/script\\u003e\\u003c!--\\u2028\\u0026\"");
    }
}
