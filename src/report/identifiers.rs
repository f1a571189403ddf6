//! What the codes and names in a text stand for, and what `freebusy lookup` says about one.

use crate::facts::{Facts, Found};
use crate::remedy::plan::nearest;
use crate::rules::identifier::{Identifier, IdentifierKind, Side};
use crate::rules::model::Standing;
use crate::text::fold::fold;
use crate::text::folded;
use serde::Serialize;

/// How many identifiers are named when the one that was asked for is unknown.
const MOST_NEAREST: usize = 3;

/// A piece of a name that is shorter than this is a piece of many.
const LEAST_PIECE: usize = 5;

/// An identifier and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierView {
    /// [`Identifier::kind`]
    pub kind: IdentifierKind,
    /// [`Identifier::id`]
    pub id: String,
    /// [`Identifier::meaning`]
    pub meaning: String,
    /// [`Identifier::side`]
    pub side: Side,
    /// [`Identifier::check`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// [`Identifier::rules`]
    pub rules: Vec<String>,
    /// [`Identifier::confidence`]
    pub confidence: Standing,
    /// [`Identifier::source`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl From<Identifier> for IdentifierView {
    fn from(identifier: Identifier) -> Self {
        let Identifier { kind, id, meaning, side, check, rules, confidence, source, .. } = identifier;
        let line = |text: String| text.trim().to_owned();
        Self { kind, id, meaning: line(meaning), side, check: check.map(line), rules, confidence, source }
    }
}

/// What was found for one query.
#[derive(Debug, Clone, Serialize)]
pub struct Lookup {
    /// What was asked for.
    pub query: String,
    /// Every identifier that it can be.
    pub identifiers: Vec<IdentifierView>,
    /// The rule with this id.
    pub rule: Option<NamedRule>,
    /// While there is neither: what is nearest.
    pub nearest: Vec<NearIdentifier>,
}

/// A rule by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedRule {
    /// Its id.
    pub rule: String,
    /// Its title.
    pub title: String,
}

/// An identifier that is like the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NearIdentifier {
    /// Its table; nothing for a rule.
    pub kind: Option<IdentifierKind>,
    /// The identifier, or the rule's id.
    pub id: String,
}

/// The identifiers that a text shows, in the order of the tables.
pub fn found(identifiers: Vec<Identifier>, text: &str, facts: &Facts) -> Vec<IdentifierView> {
    let folded = folded(text);
    identifiers.into_iter().filter(|identifier| shows(identifier, &folded, facts)).map(Into::into).collect()
}

fn shows(identifier: &Identifier, text: &str, facts: &Facts) -> bool {
    let has = |found: &[Found<u32>]| identifier.number().is_some_and(|number| found.iter().any(|f| f.value == number));
    match identifier.kind {
        IdentifierKind::Lid => has(&facts.lids),
        IdentifierKind::Diagnostics => has(&facts.diagnostics),
        IdentifierKind::Aadsts => has(&facts.aadsts),
        IdentifierKind::ExceptionCode => behind(text, "exceptioncode", &identifier.id),
        // In a text such a number is any number.
        IdentifierKind::OutlookOnTheWeb => false,
        IdentifierKind::ResponseCode | IdentifierKind::EwsPolicy => text.contains(&fold(&identifier.id)),
        IdentifierKind::TokenRequest => in_order(text, &identifier.id),
        IdentifierKind::OrganizationRelationshipTest => is_result(text, &identifier.id, "status"),
        IdentifierKind::FederationTrustTest => is_result(text, &identifier.id, "type"),
    }
}

/// Whether a whole number stands behind a word.
fn behind(text: &str, word: &str, number: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let rest = &text[at + word.len()..];
        rest.strip_prefix(number).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Whether the fixed parts of a sentence stand in a text one after the other.
fn in_order(text: &str, sentence: &str) -> bool {
    let mut rest = text;
    sentence.split('*').map(fold).filter(|part| !part.is_empty()).all(|part| match rest.find(&part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// Whether a text holds a test's result of this name. A name of three words or more is no accident; a shorter one counts
/// between the labels of a result only.
fn is_result(text: &str, id: &str, next: &str) -> bool {
    let name = fold(id);
    let words = id.chars().filter(char::is_ascii_uppercase).count();
    if words > 2 { text.contains(&name) } else { text.contains(&format!("id{name}{next}")) }
}

/// Looks one identifier up. `rules` are the ids and titles of all rules.
pub fn look_up(identifiers: Vec<Identifier>, rules: &[NamedRule], query: &str) -> Lookup {
    let asked = Asked::of(query);
    let rule = rules.iter().find(|rule| rule.rule.eq_ignore_ascii_case(query.trim())).cloned();
    let known: Vec<&Identifier> = identifiers.iter().filter(|identifier| asked.is(identifier)).collect();
    let nearest = if known.is_empty() && rule.is_none() { asked.nearest(&identifiers, rules) } else { Vec::new() };
    let identifiers = known.into_iter().cloned().map(Into::into).collect();
    Lookup { query: query.trim().to_owned(), identifiers, rule, nearest }
}

/// What a person typed: a number, perhaps with the name of its table, or words.
struct Asked {
    kind: Option<IdentifierKind>,
    number: Option<u32>,
    words: String,
}

impl Asked {
    fn of(query: &str) -> Self {
        const TABLES: [(&str, IdentifierKind); 5] = [
            ("aadsts", IdentifierKind::Aadsts),
            ("lid", IdentifierKind::Lid),
            ("xmsdiagnostics", IdentifierKind::Diagnostics),
            ("diagnostics", IdentifierKind::Diagnostics),
            ("exceptioncode", IdentifierKind::ExceptionCode),
        ];
        let words = fold(query);
        let table = TABLES.iter().find_map(|(name, kind)| Some((*kind, words.strip_prefix(name)?.parse().ok()?)));
        match table {
            Some((kind, number)) => Self { kind: Some(kind), number: Some(number), words },
            None => Self { kind: None, number: words.parse().ok(), words },
        }
    }

    fn is(&self, identifier: &Identifier) -> bool {
        match (self.number, identifier.number()) {
            (Some(asked), Some(number)) => asked == number && self.kind.is_none_or(|kind| kind == identifier.kind),
            (None, None) => fold(&identifier.id) == self.words || self.is_sentence(identifier),
            _ => false,
        }
    }

    /// Whether the words are one of the sentences, with something in place of what differs.
    fn is_sentence(&self, identifier: &Identifier) -> bool {
        let sentence = matches!(identifier.kind, IdentifierKind::TokenRequest | IdentifierKind::EwsPolicy);
        sentence && in_order(&self.words, &identifier.id)
    }

    fn nearest(&self, identifiers: &[Identifier], rules: &[NamedRule]) -> Vec<NearIdentifier> {
        let view = |identifier: &Identifier| NearIdentifier { kind: Some(identifier.kind), id: identifier.id.clone() };
        if let Some(asked) = self.number {
            let mut numbers: Vec<(u32, &Identifier)> = identifiers
                .iter()
                .filter(|identifier| self.kind.is_none_or(|kind| kind == identifier.kind))
                .filter_map(|identifier| Some((identifier.number()?.abs_diff(asked), identifier)))
                .collect();
            numbers.sort_by_key(|(distance, identifier)| (*distance, identifier.kind));
            return numbers.into_iter().take(MOST_NEAREST).map(|(_, identifier)| view(identifier)).collect();
        }
        let names: Vec<String> = identifiers.iter().map(|identifier| fold(&identifier.id)).collect();
        let ids: Vec<String> = rules.iter().map(|rule| fold(&rule.rule)).collect();
        let all = names.iter().chain(&ids).map(String::as_str);
        let Some(near) = nearest(&self.words, all) else {
            // The beginning of a sentence, or a piece of a name.
            let holds = |identifier: &&Identifier| {
                self.words.len() >= LEAST_PIECE && fold(&identifier.id).contains(&self.words)
            };
            return identifiers.iter().filter(holds).take(MOST_NEAREST).map(view).collect();
        };
        let of_identifiers = identifiers.iter().zip(&names).filter(|(_, name)| *name == near).map(|(i, _)| view(i));
        let of_rules = rules.iter().zip(&ids).filter(|(_, id)| *id == near);
        of_identifiers
            .chain(of_rules.map(|(rule, _)| NearIdentifier { kind: None, id: rule.rule.clone() }))
            .take(MOST_NEAREST)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole() {
        assert!(behind("mexceptioncode5037m", "exceptioncode", "5037"));
        assert!(!behind("exceptioncode50371", "exceptioncode", "5037"));
        assert!(!behind("code5037", "exceptioncode", "5037"));
    }

    #[test]
    fn a_sentence_may_have_gaps() {
        let sentence = "Multiple Auth Servers have same realm '*'.";
        assert!(in_order("xmultipleauthservershavesamerealmcontosocom", sentence));
        assert!(!in_order("authservershavesamerealm", sentence));
    }

    #[test]
    fn a_short_name_counts_between_its_labels_only() {
        assert!(is_result("identityidunknownstatuserror", "Unknown", "status"));
        assert!(!is_result("anunknownerror", "Unknown", "status"));
        assert!(is_result("xautodiscoverservicecallfailedy", "AutodiscoverServiceCallFailed", "status"));
    }

    #[test]
    fn the_name_of_a_table_goes_before_a_number() {
        for query in ["43532", "LID: 43532", "lid 43532"] {
            assert_eq!(Asked::of(query).number, Some(43532), "{query}");
        }
        assert_eq!(Asked::of("AADSTS700027").kind, Some(IdentifierKind::Aadsts));
        assert_eq!(Asked::of("ErrorNoFreeBusyAccess").number, None);
    }
}
