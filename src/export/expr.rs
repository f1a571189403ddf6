//! A rule as an expression over one row of a store: what all targets can say, and what none can.

use super::loss::Loss;
use crate::rules::compile::{parse_regex, required_literals, strip_white_space};
use crate::rules::model::{Condition, Context, Direction, Field, Rule, Shared};
use crate::text::fold::{fold, fold_variants};
use std::collections::{BTreeMap, BTreeSet};

/// A condition on one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// Some words are there.
    Words(Words),
    /// A pattern matches the tight text.
    Pattern(Pattern),
    /// One of these chains of fixed pieces is in the tight text, each in its order. Only of targets without patterns.
    Pieces(Vec<Vec<String>>),
    /// The row is a Windows event.
    Event { provider: Option<String>, id: Option<u32> },
    /// A column has a value.
    Field(Field),
    /// All hold.
    All(Vec<Expr>),
    /// One holds.
    Any(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// Something that several rules ask for.
    Named(Name),
}

/// Words of which one is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    /// As they stand in the squeezed text.
    pub squeezed: Vec<String>,
    /// As they stand in the tight text.
    pub tight: Vec<String>,
    /// As they are written.
    pub written: Vec<String>,
    /// A pattern over the text as it is written, for what has more forms than can be listed.
    pub pattern: Vec<String>,
}

/// A rule's regex.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    /// Over the tight text.
    pub tight: String,
    /// As the rule writes it, with its blanks.
    pub written: String,
}

/// What several rules ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// A context of its own, without those that stand for it.
    Context(String),
    /// The text shows that a mailbox in Exchange Online asks.
    CloudAsks,
    /// The text shows that an on-premises mailbox asks.
    OnPremisesAsks,
}

impl Name {
    /// A name that every target takes for a column.
    pub fn column(&self) -> String {
        match self {
            Self::Context(id) => format!("context_{}", id.replace(|c: char| !c.is_ascii_alphanumeric(), "_")),
            Self::CloudAsks => "cloud_asks".to_owned(),
            Self::OnPremisesAsks => "on_premises_asks".to_owned(),
        }
    }
}

/// An expression with what got lost on the way to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lowered {
    /// The expression.
    pub expr: Expr,
    /// What all targets lose.
    pub losses: BTreeSet<Loss>,
}

/// The squeezed form of a sentence: lower case, and of its characters only ASCII's letters and digits and those of
/// Chinese and Japanese. Every target can squeeze a row like this.
pub(super) fn squeeze(sentence: &str) -> String {
    let lower = sentence.chars().flat_map(char::to_lowercase);
    lower.filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || is_kept(*c)).collect()
}

/// Letters outside ASCII that are kept: a sentence of them would be empty without.
fn is_kept(c: char) -> bool {
    ('\u{3040}'..='\u{9fff}').contains(&c)
}

/// The squeezed forms under which a sentence may stand in a row: as it is, with the base letters of its accents, spelt out.
fn squeezed_variants(sentence: &str) -> Vec<String> {
    let mut variants = vec![squeeze(sentence)];
    for folded in fold_variants(sentence) {
        if folded.is_ascii() && !variants.contains(&folded) {
            variants.push(folded);
        }
    }
    variants.retain(|variant| variant.chars().count() >= 4);
    variants
}

/// The rules that an expression may refer to.
#[derive(Debug)]
pub(super) struct Lowerer<'s> {
    shared: &'s Shared,
    contexts: BTreeMap<&'s str, &'s Context>,
}

impl<'s> Lowerer<'s> {
    pub fn new(shared: &'s Shared) -> Self {
        Self { shared, contexts: shared.contexts.iter().map(|context| (context.id.as_str(), context)).collect() }
    }

    /// When a rule is certain of a row.
    pub fn rule(&self, rule: &Rule) -> Lowered {
        let mut losses = BTreeSet::from([Loss::Normalisation]);
        let mut parts = vec![self.condition(&rule.signature, false, &mut losses)];
        if let Some(context) = &rule.context {
            losses.insert(Loss::ContextAnywhere);
            let mut contexts = Vec::new();
            self.include(context, &mut contexts);
            parts.push(any(contexts.into_iter().map(|id| Expr::Named(Name::Context(id))).collect()));
            if let Some(from_cloud) = asking_side(rule) {
                losses.insert(Loss::DirectionAnywhere);
                let (own, other) = match from_cloud {
                    true => (Name::CloudAsks, Name::OnPremisesAsks),
                    false => (Name::OnPremisesAsks, Name::CloudAsks),
                };
                parts.push(Expr::Any(vec![Expr::Not(Box::new(Expr::Named(other))), Expr::Named(own)]));
            }
        }
        Lowered { expr: all(parts), losses }
    }

    /// What a name stands for.
    pub fn definition(&self, name: &Name) -> Lowered {
        let mut losses = BTreeSet::new();
        let expr = match name {
            Name::Context(id) => match self.contexts.get(id.as_str()) {
                Some(context) => self.condition(&context.condition, false, &mut losses),
                None => Expr::Any(Vec::new()),
            },
            Name::CloudAsks | Name::OnPremisesAsks => {
                let wanted = *name == Name::CloudAsks;
                let shown =
                    self.shared.indications.iter().filter(|i| i.direction.is_some_and(|d| from_cloud(d) == wanted));
                any(shown.map(|indication| self.condition(&indication.condition, false, &mut losses)).collect())
            }
        };
        Lowered { expr, losses }
    }

    /// A context and those that stand for it.
    fn include(&self, id: &str, into: &mut Vec<String>) {
        if into.iter().any(|known| known == id) {
            return;
        }
        into.push(id.to_owned());
        let included = self.contexts.get(id).map(|context| context.includes.as_slice()).unwrap_or_default();
        included.iter().for_each(|id| self.include(id, into));
    }

    fn condition(&self, condition: &Condition, excluding: bool, losses: &mut BTreeSet<Loss>) -> Expr {
        let mut parts = Vec::new();
        if let Some(text) = &condition.text {
            parts.push(sentences([text.as_str()], excluding, losses));
        }
        if let Some(id) = &condition.phrase {
            let phrase = self.shared.phrases.iter().find(|phrase| phrase.id == *id);
            let variants = phrase.map(|phrase| phrase.variants.as_slice()).unwrap_or_default();
            parts.push(sentences(variants.iter().map(|variant| variant.text.as_str()), excluding, losses));
        }
        if let Some(pattern) = &condition.regex {
            parts.push(Expr::Pattern(Pattern { tight: strip_white_space(pattern).0, written: pattern.clone() }));
        }
        let codes = [
            condition.lid.map(lid),
            condition.http_status.map(http_status),
            condition.aadsts.map(aadsts),
            condition.diagnostics.map(diagnostics),
        ];
        for words in codes.into_iter().flatten() {
            losses.insert(if excluding { Loss::NumbersExcluded } else { Loss::Numbers });
            parts.push(Expr::Words(words));
        }
        if let Some(event) = &condition.event {
            parts.push(Expr::Event { provider: event.provider.clone(), id: event.id });
        }
        parts.extend(condition.field.clone().map(Expr::Field));
        parts.extend(condition.all.iter().map(|part| self.condition(part, excluding, losses)));
        if !condition.any.is_empty() {
            parts.push(any(condition.any.iter().map(|part| self.condition(part, excluding, losses)).collect()));
        }
        // A condition on the row as a whole is near everything.
        if parts.iter().filter(|part| !matches!(part, Expr::Event { .. } | Expr::Field(_))).count() > 1 {
            losses.insert(if excluding { Loss::ExcludedAnywhere } else { Loss::Distance });
        }
        for none in &condition.none {
            losses.insert(if excluding { Loss::Distance } else { Loss::ExcludedAnywhere });
            parts.push(Expr::Not(Box::new(self.condition(none, !excluding, losses))));
        }
        all(parts)
    }
}

/// The side that asks, where a rule is documented for one only: true for Exchange Online.
fn asking_side(rule: &Rule) -> Option<bool> {
    let no_lookup = |d: &Direction| matches!(d, Direction::Setup | Direction::MailFlow | Direction::Management);
    if rule.direction.iter().any(no_lookup) {
        return None;
    }
    let first = from_cloud(*rule.direction.first()?);
    rule.direction.iter().all(|direction| from_cloud(*direction) == first).then_some(first)
}

fn from_cloud(direction: Direction) -> bool {
    matches!(direction, Direction::CloudToOnPremises | Direction::CloudToCloud)
}

fn sentences<'t>(written: impl IntoIterator<Item = &'t str>, excluding: bool, losses: &mut BTreeSet<Loss>) -> Expr {
    let mut words = Words::default();
    for sentence in written {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let folded = fold(sentence);
        if digit(folded.chars().next()) || digit(folded.chars().next_back()) {
            losses.insert(if excluding { Loss::NumbersExcluded } else { Loss::Numbers });
        }
        words.squeezed.extend(squeezed_variants(sentence));
        words.written.push(sentence.to_owned());
        words.written.extend(words_apart(sentence));
    }
    words.squeezed.sort();
    words.squeezed.dedup();
    Expr::Words(words)
}

/// A name with its words apart, as messages have it: `ProxyWebRequest` is also `Proxy Web Request`.
fn words_apart(sentence: &str) -> Option<String> {
    let mut apart = String::new();
    for c in sentence.chars() {
        if c.is_uppercase() && apart.ends_with(char::is_lowercase) {
            apart.push(' ');
        }
        apart.push(c);
    }
    (apart.len() > sentence.len()).then_some(apart)
}

fn lid(number: u32) -> Words {
    Words {
        squeezed: vec![format!("lid{number}")],
        pattern: vec![format!("lid[^a-z0-9]*{number}")],
        ..Words::default()
    }
}

fn aadsts(number: u32) -> Words {
    let code = format!("aadsts{number}");
    Words { squeezed: vec![code.clone()], written: vec![code.to_uppercase()], ..Words::default() }
}

fn diagnostics(number: u32) -> Words {
    Words {
        squeezed: vec![format!("diagnostics{number}"), format!("oautherror{number}")],
        pattern: vec![format!("(diagnostics|oautherror)[^a-z0-9]*{number}")],
        ..Words::default()
    }
}

/// The forms in which a text names a number as an HTTP status; those of `facts`.
fn http_status(number: u32) -> Words {
    const BEFORE: [&str; 8] =
        ["http", "httpstatus", "httpstatuscode", "statuscode", "statuscodeof", "httperror", "httpresponse", "http11"];
    const BEHIND: [&str; 11] = [
        "unauthorized",
        "forbidden",
        "notfound",
        "serviceunavailable",
        "gatewaytimeout",
        "badgateway",
        "badrequest",
        "methodnotallowed",
        "internalservererror",
        "proxyauthenticationrequired",
        "toomanyrequests",
    ];
    let mut squeezed: Vec<String> = BEFORE.iter().map(|word| format!("{word}{number}")).collect();
    squeezed.push(format!("http2{number}"));
    squeezed.extend(BEHIND.iter().map(|word| format!("{number}{word}")));
    let spaced = [
        "unauthorized",
        "forbidden",
        "not ?found",
        "service ?unavailable",
        "gateway ?time-?out",
        "bad ?gateway",
        "bad ?request",
        "method ?not ?allowed",
        "internal ?server ?error",
        "proxy ?authentication ?required",
        "too ?many ?requests",
    ];
    Words {
        squeezed,
        tight: vec![format!(":({number})"), format!("status({number})")],
        written: Vec::new(),
        pattern: vec![
            format!("(http|status|status ?code( of)?|http ?error|http ?response|http/1\\.1|http/2)[^a-z0-9]*{number}"),
            format!("{number}[^a-z0-9]*({})", spaced.join("|")),
            format!("(:|status)\\s*\\({number}\\)"),
        ],
    }
}

/// All of these; one alone stands for itself.
pub(super) fn all(parts: Vec<Expr>) -> Expr {
    one_or(
        flat(parts, |part| match part {
            Expr::All(parts) => Ok(parts),
            other => Err(other),
        }),
        Expr::All,
    )
}

/// One of these; one alone stands for itself.
pub(super) fn any(parts: Vec<Expr>) -> Expr {
    one_or(
        flat(parts, |part| match part {
            Expr::Any(parts) => Ok(parts),
            other => Err(other),
        }),
        Expr::Any,
    )
}

fn flat(parts: Vec<Expr>, inner: impl Fn(Expr) -> Result<Vec<Expr>, Expr>) -> Vec<Expr> {
    parts.into_iter().flat_map(|part| inner(part).unwrap_or_else(|part| vec![part])).collect()
}

fn one_or(mut parts: Vec<Expr>, several: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            several(parts)
        }
        None => several(parts),
    }
}

impl Expr {
    /// The names that an expression refers to.
    pub fn names(&self, into: &mut BTreeSet<Name>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.names(into)),
            Self::Not(inner) => inner.names(into),
            Self::Named(name) => {
                into.insert(name.clone());
            }
            _ => {}
        }
    }

    /// Whether some part is of a kind.
    pub fn has(&self, kind: &impl Fn(&Self) -> bool) -> bool {
        kind(self)
            || match self {
                Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.has(kind)),
                Self::Not(inner) => inner.has(kind),
                _ => false,
            }
    }
}

/// How much evidence a condition asks for at least, in squeezed letters: the order of rules that do not know one another.
pub(super) fn evidence(condition: &Condition, shared: &Shared) -> usize {
    let phrase = |id: &String| {
        let phrase = shared.phrases.iter().find(|phrase| phrase.id == *id)?;
        phrase.variants.iter().map(|variant| fold(&variant.text).len()).min()
    };
    let regex = |pattern: &String| {
        let hir = parse_regex(&strip_white_space(pattern).0).ok()?;
        required_literals(&hir).iter().map(String::len).min()
    };
    let mut sum = condition.text.as_ref().map_or(0, |text| fold(text).len());
    sum += condition.phrase.as_ref().and_then(phrase).unwrap_or(0);
    sum += condition.regex.as_ref().and_then(regex).unwrap_or(0);
    let codes = [condition.lid, condition.http_status, condition.aadsts, condition.diagnostics];
    sum += codes.iter().flatten().map(|number| number.to_string().len()).sum::<usize>();
    sum += condition.all.iter().map(|part| evidence(part, shared)).sum::<usize>();
    sum + condition.any.iter().map(|part| evidence(part, shared)).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_squeezed_sentence_is_found_in_the_squeezed_text() {
        for (sentence, text) in [
            ("The user-context is ambiguous", "x: \u{201c}the  user-context\r\nis AMBIG\r\nuous."),
            ("Zugriff zurück für alle Benutzer", "Zugriff zur?ck f?r alle Benutzer"),
            ("Zugriff zurück für alle Benutzer", "Zugriff zurueck fuer alle Benutzer"),
            ("Zugriff zurück für alle Benutzer", "ZUGRIFF ZURÜCK FÜR ALLE BENUTZER"),
            ("既存の接続はリモート ホストに", "x 既存の接続はリモート\nホストに y"),
        ] {
            let squeezed = squeeze(text);
            assert!(squeezed_variants(sentence).iter().any(|variant| squeezed.contains(variant)), "{text}");
        }
    }
}
