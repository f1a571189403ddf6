//! Conditions in a form that can be said in words.

use crate::rules::model::{Condition, Event, Field, Phrase, Variant};
use serde::Serialize;

/// One line of a condition in words, with what belongs below it. The words stand in the templates.
#[derive(Debug, Default, Serialize)]
pub(super) struct Clause {
    /// Which kind of line it is: the key of the condition.
    pub kind: &'static str,
    /// A sentence, a phrase's title, a pattern.
    pub text: Option<String>,
    /// A code.
    pub number: Option<u32>,
    /// A phrase in every language.
    pub wordings: Vec<Variant>,
    pub event: Option<Event>,
    pub field: Option<Field>,
    /// How near the parts have to be, where the rule says so.
    pub within: Option<u32>,
    pub parts: Vec<Clause>,
}

impl Clause {
    pub fn of(condition: &Condition, phrases: &[Phrase]) -> Self {
        let several = |list: &[Condition]| list.iter().map(|part| Self::of(part, phrases)).collect::<Vec<_>>();
        let text =
            |kind, text: &Option<String>| text.clone().map(|text| Self { kind, text: Some(text), ..Self::default() });
        let code = |kind, number: Option<u32>| number.map(|n| Self { kind, number: Some(n), ..Self::default() });
        let mut parts: Vec<Self> = Vec::new();
        parts.extend(text("text", &condition.text));
        parts.extend(condition.phrase.as_ref().map(|id| {
            // Rules that name an unknown phrase are refused when they are loaded.
            let phrase = phrases.iter().find(|phrase| phrase.id == *id);
            let (title, wordings) = phrase.map_or((id.clone(), Vec::new()), |p| (p.title.clone(), p.variants.clone()));
            Self { kind: "phrase", text: Some(title), wordings, ..Self::default() }
        }));
        parts.extend(text("regex", &condition.regex));
        parts.extend(code("lid", condition.lid));
        parts.extend(code("http-status", condition.http_status));
        parts.extend(code("aadsts", condition.aadsts));
        parts.extend(code("diagnostics", condition.diagnostics));
        parts.extend(condition.event.clone().map(|e| Self { kind: "event", event: Some(e), ..Self::default() }));
        parts.extend(condition.field.clone().map(|f| Self { kind: "field", field: Some(f), ..Self::default() }));
        parts.extend(several(&condition.all));
        if !condition.any.is_empty() {
            parts.push(Self { kind: "any", parts: several(&condition.any), ..Self::default() });
        }
        if !condition.none.is_empty() {
            parts.push(Self { kind: "none", parts: several(&condition.none), ..Self::default() });
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                Self { kind: "all", parts, within: condition.within, ..Self::default() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Condition {
        Condition { text: Some(text.to_owned()), ..Condition::default() }
    }

    #[test]
    fn a_map_with_one_key_needs_no_list() {
        let clause = Clause::of(&text("Zur\u{fc}ck"), &[]);
        assert_eq!((clause.kind, clause.text.as_deref()), ("text", Some("Zur\u{fc}ck")));
    }

    #[test]
    fn keys_of_one_map_stand_below_one_line() {
        let condition =
            Condition { any: vec![text("a one"), text("a two")], none: vec![text("other")], ..text("first") };
        let clause = Clause::of(&condition, &[]);
        assert_eq!(clause.kind, "all");
        assert_eq!(clause.parts.iter().map(|p| p.kind).collect::<Vec<_>>(), ["text", "any", "none"]);
    }
}
