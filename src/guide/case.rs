//! What a walk consists of: the case, as it is written down and carried on.

use crate::rules::check::Level;
use crate::rules::model::{Command, When};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the case file. It grows when an older program could not go on with the file.
pub const VERSION: u32 = 1;

/// Everything that was asked and answered about one failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// [`VERSION`]
    pub freebusy_case: u32,
    /// The version of the program that wrote it last.
    pub program: String,
    /// When it began (RFC 3339, UTC).
    pub started: String,
    /// The failure as it was given in the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Paste>,
    /// Values for the commands that were given in the beginning, by parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// What tells the versions of the rules that were walked through, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, String>,
    /// Where it began.
    pub first: Place,
    /// Why it began there.
    #[serde(default)]
    pub because: Decision,
    /// What was answered, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

/// A text that was pasted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Paste {
    /// How messages call it.
    pub name: String,
    /// The text.
    pub text: String,
}

/// One answer, and what it led to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When it was given (RFC 3339, UTC).
    pub time: String,
    /// What was asked.
    pub at: Place,
    /// The step that was shown, as it was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// The answer.
    pub answer: Answer,
    /// Why it leads there.
    #[serde(default)]
    pub decision: Decision,
    /// What comes next.
    pub to: Place,
    /// Whether the person took it back: then it counts no longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_back: bool,
}

/// A step as a person saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// What is done.
    pub title: String,
    /// The commands with their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Command>,
}

/// A step of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StepAt {
    /// The rule's id.
    pub rule: String,
    /// The step's id.
    pub step: String,
}

/// Where a walk stands: what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The error itself.
    Error,
    /// Who asks, and whose calendar.
    Direction,
    /// The authentication scheme.
    Auth,
    /// Whether the text comes from this context.
    Context(String),
    /// Whether it is this rule's failure.
    Rule(String),
    /// More to read, because nothing fits.
    Collect,
    /// Whether to do a step once more that was done before.
    Again(StepAt),
    /// A value for the step's commands.
    Value {
        /// The rule's id.
        rule: String,
        /// The step's id.
        step: String,
        /// The parameter.
        name: String,
    },
    /// Whether to do a step that changes something.
    Confirm(StepAt),
    /// A step's output, or that it was done.
    Step(StepAt),
    /// Whether the commands really printed nothing.
    Nothing(StepAt),
    /// What the output shows, where only a person can tell.
    Outcome(StepAt),
    /// Whether the failure is gone after this step.
    Verify(StepAt),
    /// Nothing: the failure is gone. Holds the rule that it was.
    Resolved(String),
    /// Nothing: no documented way is left.
    Support,
}

impl Place {
    /// The step that it is about.
    pub fn step(&self) -> Option<(&str, &str)> {
        match self {
            Self::Again(at)
            | Self::Confirm(at)
            | Self::Step(at)
            | Self::Nothing(at)
            | Self::Outcome(at)
            | Self::Verify(at) => Some((&at.rule, &at.step)),
            Self::Value { rule, step, .. } => Some((rule, step)),
            _ => None,
        }
    }

    /// Whether a walk that comes here comes to a step anew.
    pub(super) fn begins_step(&self) -> bool {
        matches!(self, Self::Again(_) | Self::Value { .. } | Self::Confirm(_) | Self::Step(_))
    }

    /// Whether it is over.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Resolved(_) | Self::Support)
    }
}

/// What a person answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// What the commands printed, or the error; of a step without commands a remark, or nothing.
    Output(String),
    /// One of a question's choices, by its id.
    Choice(String),
    /// A value for a parameter.
    Value(String),
    /// No answer: go on without.
    Skip,
    /// The failure is gone already: ask for the proof.
    Solved,
    /// Take the last answer back.
    Back,
    /// Stop here; the case can be carried on later.
    Quit,
}

/// Why an answer led where it did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Who or what decided.
    #[serde(default)]
    pub by: By,
    /// The result that fitted, of a step's outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What it means, in the rule's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What stands in the output, or in the error, and decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What the checks say about the output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckNote>,
    /// The rule that the walk goes to, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// Who or what decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The order of the steps.
    #[default]
    Order,
    /// The text itself.
    Evidence,
    /// None of a step's results fitted what was printed.
    Otherwise,
    /// A check of a cmdlet's output.
    Check,
    /// The person.
    Person,
    /// Nobody: the person left it open.
    Skipped,
    /// The person wants to answer the same again.
    Repeat,
    /// The rule or the step is no longer what it was when the case was written.
    Rules,
}

/// What one check says about an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckNote {
    /// The check's id.
    pub id: String,
    /// What it amounts to.
    pub level: Level,
    /// What the output shows, in one line.
    pub title: String,
    /// What that means.
    pub meaning: String,
    /// What stands in the output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

impl Decision {
    /// A decision that needs no more words.
    pub(super) fn by(by: By) -> Self {
        Self { by, ..Self::default() }
    }
}
