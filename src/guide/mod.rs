//! A guided walk from a failure to its cause: one step at a time, its output judged, every decision explained.
//!
//! The walk is a pure state machine. A [`Case`] holds everything that was asked and answered; [`Guide::turn`] says what comes next,
//! [`Guide::answer`] takes an answer and moves the case on. Nothing else is remembered, so a case can be written down after every
//! answer and carried on elsewhere. Time is given in, files and terminals are somebody else's.
//!
//! ```text
//! Case -> turn -> Turn (a question, a step, a confirmation, an end) -> Answer -> Case
//! ```
//!
//! Every turn waits for an answer, and leaving a question open (`skip`) always leads forward: no walk goes round by itself.

mod case;
mod enter;
mod judge;
mod protocol;
mod question;
mod state;
mod triage;
mod turn;
mod walk;
mod yaml;

pub use case::{Answer, By, Case, CheckNote, Decision, Entry, Paste, Place, Shown, StepAt, VERSION};
pub use protocol::{Protocol, ProtocolEntry};
pub use turn::{
    Ask, Choice, Collecting, End, Ended, Note, Question, Refusal, RuleView, StepTurn, Turn, ValueTurn, Why,
};
pub use walk::Begin;
pub use yaml::{read, write};

use crate::engine::Engine;
use crate::report::answer::AnswerError;
use crate::rules::model::{Parameter, Rule, Shared};
use crate::rules::pack::Checks;
use crate::rules::{Calendar, RuleError, Rules};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt;

/// The longest answer that is taken, in bytes: an output, not a log.
pub const LONGEST_ANSWER: usize = 1 << 20;

/// The most answers that a case holds.
pub const MOST_ENTRIES: usize = 1_000;

/// How often a step is shown before the person is asked whether going on makes sense.
const MOST_VISITS: usize = 2;

/// Walks people through rules.
pub struct Guide<'r> {
    engine: Engine<'r>,
    parameters: Vec<Parameter>,
    profile: BTreeMap<String, String>,
    shared: Shared,
    checks: Checks,
    calendar: Calendar,
    today: Date,
}

/// A walk that cannot go on, because the rules are damaged.
#[derive(Debug)]
pub struct GuideError(AnswerError);

impl fmt::Display for GuideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for GuideError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl<E: Into<AnswerError>> From<E> for GuideError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<'r> Guide<'r> {
    /// Prepares to walk through these rules, as they hold on the day `today`. `profile` holds values for the commands that the
    /// organization always uses, by parameter.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn new(rules: &'r Rules, profile: BTreeMap<String, String>, today: Date) -> Result<Self, GuideError> {
        let pack = rules.pack();
        let shared = pack.shared()?;
        let calendar = Calendar::new(&shared.timeline, today.to_string());
        Ok(Self {
            engine: Engine::new(rules).as_of(today.to_string()),
            parameters: pack.parameters()?,
            profile,
            shared,
            checks: pack.checks()?,
            calendar,
            today,
        })
    }

    /// A rule as it holds today; nothing where there is none of that id.
    fn rule(&self, id: &str) -> Result<Option<Rule>, RuleError> {
        let rules = self.engine.rules();
        let Some(number) = rules.pack().rule_index(id) else { return Ok(None) };
        let rule = rules.rule(number)?;
        Ok(Some(self.calendar.current(&rule).into_owned()))
    }

    /// What tells one version of a rule from another.
    fn fingerprint(rule: &Rule) -> String {
        // FNV-1a: it has to be the same on every machine and in every version of the program.
        let bytes = serde_json::to_vec(rule).unwrap_or_default();
        let hash = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        format!("{hash:016x}")
    }
}
