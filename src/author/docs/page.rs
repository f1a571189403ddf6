//! What the template of a rule's page sees.

use super::Catalogue;
use super::links::{Link, slug};
use super::lists::context_anchor;
use super::marks::{Marks, short};
use super::signature::Clause;
use crate::remedy::Plan;
use crate::remedy::plan::{PlannedStep, UsedParameter};
use crate::rules::Calendar;
use crate::rules::model::{Effect, Outcome, Reference, Rule, Shell, Standing, Test, When};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct RulePage<'c> {
    /// The rule as its file says it.
    pub rule: &'c Rule,
    pub area_anchor: String,
    pub signature: Clause,
    pub hints: Vec<Clause>,
    pub context: Option<ContextLink>,
    pub marks: &'c Marks,
    /// The exceptions' short names, which the list of exceptions has as anchors.
    pub exceptions: Vec<Anchored>,
    pub outranks: Vec<Link>,
    pub outranked_by: Vec<Link>,
    pub warnings: Vec<WarningView>,
    pub steps: Vec<StepView>,
    pub shells: Vec<Shell>,
    pub parameters: Vec<UsedParameter>,
    pub references: Vec<ReferenceView<'c>>,
    pub examples: Vec<&'c Test>,
    pub near_misses: Vec<&'c Test>,
}

/// The context that a rule needs.
#[derive(Debug, Serialize)]
pub(super) struct ContextLink {
    pub title: String,
    pub question: String,
    pub anchor: String,
}

/// A name with its anchor on another page.
#[derive(Debug, Serialize)]
pub(super) struct Anchored {
    pub name: String,
    pub anchor: String,
}

#[derive(Debug, Serialize)]
pub(super) struct StepView {
    pub anchor: String,
    pub title: String,
    pub effect: Effect,
    /// Whether the step does more than read.
    pub changes: bool,
    pub confidence: Standing,
    /// The days on which the step applies, where it does not apply on all.
    pub since: Option<String>,
    pub until: Option<String>,
    pub place: Option<String>,
    pub text: Option<String>,
    pub commands: Vec<CommandView>,
    pub expect: String,
    pub wait: Option<String>,
    pub undo: Option<String>,
    pub formerly: Option<String>,
    pub outcomes: Vec<OutcomeView>,
}

#[derive(Debug, Serialize)]
pub(super) struct WarningView {
    pub text: String,
    /// The days on which it is true, where it is not true on all.
    pub since: Option<String>,
    pub until: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct CommandView {
    pub shell: Shell,
    pub command: String,
    /// The command in pieces, so that a page can set the placeholders off.
    pub pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    pub text: String,
    pub placeholder: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct OutcomeView {
    pub when: Option<When>,
    pub meaning: Option<String>,
    pub target: Target,
}

/// Where an outcome leads.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Target {
    Step {
        number: usize,
        title: String,
        anchor: String,
    },
    Rule {
        link: Link,
    },
    /// Behind the last step: nothing is left to do.
    Done,
    Resolved,
    Support,
    /// A name that nothing has.
    Unknown {
        name: String,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct ReferenceView<'c> {
    pub title: &'c str,
    pub url: &'c str,
    pub confidence: Standing,
    /// Whether it may be a link: a private rule may hold any address.
    pub secure: bool,
}

impl<'c> RulePage<'c> {
    pub fn new(catalogue: &'c Catalogue, number: usize, plan: Plan, calendar: &Calendar) -> Self {
        let rule = &catalogue.rules[number];
        let marks = &catalogue.marks[number];
        let phrases = &catalogue.shared.phrases;
        let context = rule.context.as_ref().and_then(|id| catalogue.shared.contexts.iter().find(|c| c.id == *id));
        let mut exceptions: Vec<&str> = marks.exceptions.iter().map(|full| short(full)).collect();
        exceptions.sort_unstable();
        exceptions.dedup();
        let anchored = |name: &str| Anchored { name: name.to_owned(), anchor: format!("exception-{}", slug(name)) };
        let warnings = rule.warnings.iter().map(|warning| WarningView {
            text: warning.text.clone(),
            since: calendar.date(warning.since.as_deref()).map(str::to_owned),
            until: calendar.date(warning.until.as_deref()).map(str::to_owned),
        });
        let steps = |number: usize, step: &PlannedStep| StepView::new(catalogue, &plan, number, step);
        Self {
            area_anchor: format!("area-{}", slug(&rule.area)),
            signature: Clause::of(&rule.signature, phrases),
            hints: rule.hints.iter().map(|hint| Clause::of(hint, phrases)).collect(),
            context: context.map(|c| ContextLink {
                title: c.title.clone(),
                question: c.question.clone(),
                anchor: context_anchor(&c.id),
            }),
            marks,
            exceptions: exceptions.into_iter().map(anchored).collect(),
            outranks: rule.outranks.iter().filter_map(|id| catalogue.rule(id)).map(Link::to).collect(),
            outranked_by: catalogue.rules.iter().filter(|r| r.outranks.contains(&rule.id)).map(Link::to).collect(),
            warnings: warnings.collect(),
            steps: plan.steps.iter().enumerate().map(|(number, step)| steps(number, step)).collect(),
            references: rule.references.iter().map(ReferenceView::new).collect(),
            examples: rule.tests.iter().filter(|test| test.text.is_some()).collect(),
            near_misses: rule.tests.iter().filter(|test| test.not.is_some()).collect(),
            shells: plan.shells,
            parameters: plan.parameters,
            rule,
        }
    }
}

impl StepView {
    fn new(catalogue: &Catalogue, plan: &Plan, number: usize, step: &PlannedStep) -> Self {
        let outcome = |outcome: &Outcome| OutcomeView {
            when: outcome.when.clone(),
            meaning: outcome.meaning.clone(),
            target: Target::of(outcome.target().unwrap_or_default(), catalogue, &plan.steps, number),
        };
        let command = |command: &crate::rules::model::Command| CommandView {
            shell: command.shell,
            pieces: pieces(&command.command, &plan.parameters),
            command: command.command.clone(),
        };
        Self {
            anchor: step_anchor(&step.id),
            title: step.title.clone(),
            effect: step.effect,
            changes: step.effect != Effect::ReadOnly,
            confidence: step.confidence,
            since: step.since.clone(),
            until: step.until.clone(),
            place: step.place.clone(),
            text: step.text.clone(),
            commands: step.commands.iter().map(command).collect(),
            expect: step.expect.clone(),
            wait: step.wait.clone(),
            undo: step.undo.clone(),
            formerly: step.formerly.clone(),
            outcomes: step.outcomes.iter().map(outcome).collect(),
        }
    }
}

/// The anchor of a step on its rule's page. The prefix keeps it apart from the page's own headings.
fn step_anchor(id: &str) -> String {
    format!("step-{}", slug(id))
}

impl Target {
    /// What the name of a target stands for in the step with this number, counted from 0.
    fn of(name: &str, catalogue: &Catalogue, steps: &[PlannedStep], number: usize) -> Self {
        let step = |number: usize| {
            let PlannedStep { id, title, .. } = &steps[number];
            Self::Step { number: number + 1, title: title.clone(), anchor: step_anchor(id) }
        };
        match name {
            "next" if number + 1 < steps.len() => step(number + 1),
            "next" => Self::Done,
            "resolved" => Self::Resolved,
            "support" => Self::Support,
            name => {
                let rule = name.strip_prefix("rule:").and_then(|id| catalogue.rule(id));
                let own = steps.iter().position(|step| step.id == name);
                match (rule, own) {
                    (Some(rule), _) => Self::Rule { link: Link::to(rule) },
                    (None, Some(own)) => step(own),
                    (None, None) => Self::Unknown { name: name.to_owned() },
                }
            }
        }
    }
}

impl<'c> ReferenceView<'c> {
    fn new(reference: &'c Reference) -> Self {
        Self {
            title: &reference.title,
            url: &reference.url,
            confidence: reference.confidence,
            secure: reference.url.starts_with("https://"),
        }
    }
}

/// A rendered command, cut at the placeholders of its parameters.
fn pieces(command: &str, parameters: &[UsedParameter]) -> Vec<Piece> {
    // In a quoted string PowerShell doubles the quotes of a placeholder, too.
    let forms =
        |p: &UsedParameter| [format!("<{}>", p.placeholder), format!("<{}>", p.placeholder.replace('\'', "''"))];
    let names: Vec<String> = parameters.iter().flat_map(forms).collect();
    let mut pieces = Vec::new();
    let mut rest = command;
    let mut plain = 0;
    while let Some(at) = rest[plain..].find('<').map(|at| plain + at) {
        match names.iter().find(|name| rest[at..].starts_with(name.as_str())) {
            Some(name) => {
                pieces.push(Piece { text: rest[..at].to_owned(), placeholder: false });
                pieces.push(Piece { text: name.clone(), placeholder: true });
                rest = &rest[at + name.len()..];
                plain = 0;
            }
            None => plain = at + 1,
        }
    }
    pieces.push(Piece { text: rest.to_owned(), placeholder: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_cut_at_its_placeholders_alone() {
        let parameter = |placeholder: &str| UsedParameter {
            name: "name".to_owned(),
            placeholder: placeholder.to_owned(),
            description: String::new(),
            value: None,
            origin: None,
            refused: None,
        };
        let cut = pieces("a <b> '<user''s name>' <c", &[parameter("user's name"), parameter("c")]);
        let texts: Vec<(&str, bool)> = cut.iter().map(|piece| (piece.text.as_str(), piece.placeholder)).collect();
        assert_eq!(texts, [("a <b> '", false), ("<user''s name>", true), ("' <c", false)]);
    }
}
