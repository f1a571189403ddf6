//! What a walk asks for next, ready to be shown.

use super::case::{Case, Decision, Place};
use crate::remedy::plan::PlannedStep;
use crate::report::answer::CollectView;
use crate::rules::model::{Direction, Reference, Standing, When};
use serde::{Deserialize, Serialize};

/// What comes next.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Turn {
    /// The version of this form. It grows when a key is renamed or removed, not when one is added.
    pub schema_version: u32,
    /// How many answers count so far.
    pub answered: usize,
    /// Where the walk stands.
    pub at: Place,
    /// What is asked for.
    pub ask: Ask,
    /// Why the walk came here.
    pub because: Decision,
    /// What else the reader must know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Why the last answer was not taken; the same is asked once more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// What is asked for.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// The error, as Exchange, Outlook or a test cmdlet printed it.
    Error,
    /// One of a few answers.
    Question(Question),
    /// More to read, because nothing fits so far.
    Collect(Collecting),
    /// A value that the next commands need.
    Value(ValueTurn),
    /// Whether to do a step that changes something.
    Confirm(StepTurn),
    /// What a step printed, or that it was done.
    Step(StepTurn),
    /// Nothing: the walk is over.
    End(End),
}

/// A question with its answers.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Question {
    /// Why it is asked.
    pub why: Why,
    /// The question, where the rules have words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The rule that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleView>,
    /// The title of the step that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The answers.
    pub choices: Vec<Choice>,
}

/// Why a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Failures that look alike occur in different directions.
    Direction,
    /// Failures that look alike occur with different schemes.
    Auth,
    /// Other products print the same.
    Context,
    /// The text makes the rule possible and does not prove it.
    Rule,
    /// Nothing was pasted, which may mean that nothing was printed.
    Nothing,
    /// Only a person can tell what the output shows.
    Outcome,
    /// Only a person can tell whether the failure is gone.
    Verify,
    /// The walk has been here before.
    Again,
}

/// One answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Choice {
    /// What [`super::Answer::Choice`] names.
    pub id: String,
    /// The result of a step that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
}

impl Choice {
    pub(super) fn of(id: &str) -> Self {
        Self { id: id.to_owned(), when: None, meaning: None }
    }
}

/// A rule, as a turn names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleView {
    /// The rule's id.
    pub id: String,
    /// The failure in one line.
    pub title: String,
    /// What is wrong.
    pub summary: String,
    /// How well it is vouched for.
    pub confidence: Standing,
}

/// What to collect.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Collecting {
    /// What to run or to look up, all of which only reads.
    pub items: Vec<CollectView>,
}

/// A value that commands need.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValueTurn {
    /// The parameter.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What stands in the commands while it is not known.
    pub placeholder: String,
    /// The title of the step that needs it.
    pub step: String,
    /// Why a value that was found is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// A step to do.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepTurn {
    /// The rule.
    pub rule: RuleView,
    /// Whether the rule begins here: then its summary and its warnings are worth reading.
    pub begins: bool,
    /// What a person must know before the rule's first step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Which step it is, from 1.
    pub number: usize,
    /// How many steps the rule has.
    pub of: usize,
    /// The step with its commands filled in.
    pub step: PlannedStep,
    /// Whether something came before it that the person agreed to: then its words were read already.
    pub confirmed: bool,
    /// How to see that the failure is gone, for a step that changes something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<String>,
    /// The direction of the lookup, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
}

/// The end of a walk.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct End {
    /// How it ended.
    pub ended: Ended,
    /// The rule that it was, or the last one that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleView>,
    /// The vendor's pages about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// The failure is gone.
    Resolved,
    /// Nothing documented is left: Microsoft Support.
    Support,
    /// The person stopped; the case can be carried on.
    Left,
}

/// Something that the reader must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// The rule is another one than when the case was written.
    RuleChanged(String),
    /// There is no such rule any more.
    RuleGone(String),
    /// The rule has no such step any more; its first one comes next.
    StepGone(String),
    /// The case has as many answers as it can hold.
    Full,
}

/// Why an answer was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Something else is asked for.
    OtherKind,
    /// The question has no such answer.
    NoSuchChoice(String),
    /// The value could stand in no command; why.
    Value(String),
    /// It has more bytes than are taken.
    TooLong,
    /// There is nothing to take back.
    NothingBefore,
    /// The walk is over.
    Over,
    /// The case is full.
    Full,
    /// It is no answer at all; why.
    NotAnAnswer(String),
}

impl Turn {
    /// The same turn, asked once more because the last answer was not taken.
    pub fn refused(mut self, refusal: Refusal) -> Self {
        self.refused = Some(refusal);
        self
    }

    /// The turn of somebody who stops here.
    pub fn left(case: &Case) -> Self {
        Self {
            schema_version: 1,
            answered: super::state::live(case).count(),
            at: super::walk::current(case).clone(),
            ask: Ask::End(End { ended: Ended::Left, rule: None, references: Vec::new() }),
            because: Decision::default(),
            notes: Vec::new(),
            refused: None,
        }
    }
}
