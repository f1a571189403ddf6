//! Rules as queries of the stores in which logs already lie.
//!
//! ```text
//! rule -> expression over one row (with what got lost) -> fitted to a target -> its language
//! ```
//!
//! A query says when a rule is *certain* of a row, as far as its language can. What it cannot say is a [`Loss`], which stands in
//! the query's comment and in `docs/export.md`. Nothing here takes part in an answer.

mod dialect;
mod esql;
mod expr;
mod fit;
mod kql;
mod loss;
mod page;
mod pattern;
mod sigma;
mod spl;
mod sqlite;

pub use loss::{Effect, Loss};
pub use page::page;

use crate::rules::model::{Rule, Shared};
use crate::rules::{RuleError, Rules};
use expr::{Expr, Lowerer, Name, evidence};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Every file says with these words that it may be written anew.
pub const MARK: &str = "written by `freebusy rules export`";

/// A language that rules are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Sigma rules.
    Sigma,
    /// KQL, for Log Analytics and Microsoft Sentinel.
    Kql,
    /// SPL, for Splunk.
    Spl,
    /// ES|QL, for Elasticsearch.
    Esql,
    /// SQLite.
    Sqlite,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Sigma, Self::Kql, Self::Spl, Self::Esql, Self::Sqlite];

    /// The name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Kql => "kql",
            Self::Spl => "spl",
            Self::Esql => "esql",
            Self::Sqlite => "sqlite",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sigma => "Sigma",
            Self::Kql => "KQL",
            Self::Spl => "SPL",
            Self::Esql => "ES|QL",
            Self::Sqlite => "SQLite",
        }
    }

    /// What its files end in.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Sigma => "yml",
            Self::Kql => "kql",
            Self::Spl => "spl",
            Self::Esql => "esql",
            Self::Sqlite => "sql",
        }
    }
}

/// A rule, or all rules, in the words of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The text.
    pub text: String,
    /// What of the rule it does not say.
    pub losses: BTreeSet<Loss>,
}

/// What a query computes before it asks.
struct Definition {
    name: Name,
    expr: Expr,
}

/// A rule of the combined query.
struct Winner {
    id: String,
    expr: Expr,
}

/// Writes rules in the words of a target.
#[derive(Debug)]
pub struct Exporter {
    rules: Vec<Rule>,
    shared: Shared,
    /// For each rule the rules that win over it, by number.
    winners: Vec<Vec<usize>>,
}

impl Exporter {
    /// Prepares rules.
    ///
    /// # Errors
    ///
    /// When a rule cannot be read in full.
    pub fn new(rules: &Rules) -> Result<Self, RuleError> {
        let shared = rules.pack().shared()?;
        let rules = rules.all()?;
        let numbers: BTreeMap<&str, usize> = rules.iter().map(|rule| rule.id.as_str()).zip(0..).collect();
        let mut winners = vec![Vec::new(); rules.len()];
        for above in 0..rules.len() {
            let mut open = vec![above];
            let mut seen = BTreeSet::from([above]);
            while let Some(rule) = open.pop() {
                let below = rules[rule].outranks.iter().filter_map(|id| numbers.get(id.as_str()));
                open.extend(below.filter(|below| seen.insert(**below)));
            }
            seen.iter().filter(|below| **below != above).for_each(|below| winners[*below].push(above));
        }
        Ok(Self { rules, shared, winners })
    }

    /// The rules, by number.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// One rule.
    pub fn rule(&self, number: usize, target: Target) -> Query {
        let rule = &self.rules[number];
        let lowerer = Lowerer::new(&self.shared);
        let lowered = fit::fit(lowerer.rule(rule), target);
        let mut losses = lowered.losses;
        let definitions = definitions(&lowerer, [&lowered.expr], target, &mut losses);
        if !self.winners[number].is_empty() {
            losses.insert(Loss::Outranked);
        }
        let mut head = vec![format!("{}: {}", rule.id, dialect::comment(&rule.title)), note()];
        head.extend(lost(&losses));
        let expr = &lowered.expr;
        let text = match target {
            Target::Sigma => sigma::rule(&head, &definitions, rule, expr),
            Target::Kql => kql::rule(&head, &definitions, &rule.id, expr),
            Target::Spl => spl::rule(&head, &definitions, &rule.id, expr),
            Target::Esql => esql::rule(&head, &definitions, &rule.id, expr),
            Target::Sqlite => sqlite::rule(&head, &definitions, &rule.id, expr),
        };
        Query { text, losses }
    }

    /// These rules in one query, which gives each row to the rule that wins it, and counts. Nothing for a target that has no such
    /// query.
    pub fn combined(&self, numbers: &[usize], target: Target) -> Option<Query> {
        let lowerer = Lowerer::new(&self.shared);
        let mut losses = BTreeSet::from([Loss::Weight]);
        let ranked = self.ranked(numbers);
        let winners: Vec<Winner> = ranked
            .into_iter()
            .map(|number| {
                let lowered = fit::fit(lowerer.rule(&self.rules[number]), target);
                losses.extend(lowered.losses);
                Winner { id: self.rules[number].id.clone(), expr: lowered.expr }
            })
            .collect();
        let definitions = definitions(&lowerer, winners.iter().map(|winner| &winner.expr), target, &mut losses);
        let mut head = vec![format!("{} rules, each row to the one that wins it", winners.len()), note()];
        head.extend(lost(&losses));
        let text = match target {
            Target::Sigma => return None,
            Target::Kql => kql::combined(&head, &definitions, &winners),
            Target::Spl => spl::combined(&head, &definitions, &winners),
            Target::Esql => esql::combined(&head, &definitions, &winners),
            Target::Sqlite => sqlite::combined(&head, &definitions, &winners),
        };
        Some(Query { text, losses })
    }

    /// Rules in the order in which they win: whatever outranks another stands before it; of the others the one that asks for more
    /// evidence.
    fn ranked(&self, numbers: &[usize]) -> Vec<usize> {
        let mut open: Vec<usize> = numbers.to_vec();
        open.sort_by_key(|number| (Reverse(evidence(&self.rules[*number].signature, &self.shared)), *number));
        let mut ranked = Vec::new();
        while !open.is_empty() {
            let free = open.iter().position(|number| !self.winners[*number].iter().any(|above| open.contains(above)));
            // Rules that outrank one another in a circle stand in the order of their evidence.
            ranked.push(open.remove(free.unwrap_or(0)));
        }
        ranked
    }
}

/// The names that expressions refer to, with what they stand for.
fn definitions<'e>(
    lowerer: &Lowerer<'_>,
    exprs: impl IntoIterator<Item = &'e Expr>,
    target: Target,
    losses: &mut BTreeSet<Loss>,
) -> Vec<Definition> {
    let mut names = BTreeSet::new();
    exprs.into_iter().for_each(|expr| expr.names(&mut names));
    let define = |name| {
        let lowered = fit::fit(lowerer.definition(&name), target);
        losses.extend(lowered.losses);
        Definition { name, expr: lowered.expr }
    };
    names.into_iter().map(define).collect()
}

fn note() -> String {
    format!("{MARK}; selects rows of which a rule is certain, see docs/export.md")
}

/// What is lost, for a comment.
fn lost(losses: &BTreeSet<Loss>) -> impl Iterator<Item = String> {
    losses.iter().map(|loss| format!("lost ({}, {}): {}", loss.id(), loss.effect().words(), loss.words()))
}
