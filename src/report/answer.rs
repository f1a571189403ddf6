//! The answer to one input: the contract for programs, and what the templates see.

use super::identifiers::{self, IdentifierView};
use crate::engine::{Analysis, Engine, Match, Missing};
use crate::facts;
use crate::remedy::plan::{PlannedStep, UsedParameter};
use crate::remedy::{PlanError, Planner};
use crate::rules::RuleError;
use crate::rules::model::{
    Auth, Command, Confidence, Direction, Known, Question, Reference, Rule, Shared, Shell, Standing,
};
use serde::Serialize;
use std::fmt;
use std::ops::Range;

/// The version of the JSON form. It grows when a key is renamed or removed, not when one is added.
pub const SCHEMA_VERSION: u32 = 1;

/// How many possible matches, and how many nearest rules, are worth showing.
const MOST_CANDIDATES: usize = 5;

/// The answer to one input.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// [`SCHEMA_VERSION`]
    pub schema_version: u32,
    /// The day for which the answer holds (ISO 8601 date), where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// What the matches amount to.
    pub verdict: Verdict,
    /// The matches, best first.
    pub matches: Vec<MatchedRule>,
    /// What was read out of the input.
    pub facts: FactsView,
    /// What the codes and names in the input stand for.
    pub identifiers: Vec<IdentifierView>,
    /// What to ask before anything else, whatever the verdict is.
    pub ask_first: Vec<String>,
    /// What to ask while the verdict is not `match`.
    pub questions: Vec<String>,
    /// What to collect while the verdict is not `match`.
    pub collect: Vec<CollectView>,
    /// While nothing matches: rules of whose signature a part was found.
    pub nearest: Vec<NearRule>,
    /// What else the reader must know, such as a value that was refused.
    pub notes: Vec<String>,
    /// What was read.
    pub input: InputView,
}

/// What the matches amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// At least one rule is certain.
    Match,
    /// Rules are possible, none is certain.
    Possible,
    /// Nothing documented matches.
    None,
}

/// One rule that matched.
#[derive(Debug, Clone, Serialize)]
pub struct MatchedRule {
    /// [`Rule::id`]
    pub rule: String,
    /// [`Rule::title`]
    pub title: String,
    /// [`Rule::area`]
    pub area: String,
    /// How sure the match is.
    pub confidence: Confidence,
    /// [`Rule::confidence`]: how well it is vouched for that there is such a failure.
    pub standing: Standing,
    /// What is missing before it is certain, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// The question that would decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The places in the input.
    pub evidence: Vec<Evidence>,
    /// The matched rule that is the answer instead of this one.
    pub outranked_by: Option<String>,
    /// The direction of the lookup, where it is known.
    pub direction: Option<Direction>,
    /// All directions in which the failure is documented.
    pub directions: Vec<Direction>,
    /// The authentication schemes with which the failure occurs.
    pub auth: Vec<Auth>,
    /// [`Rule::summary`]
    pub summary: String,
    /// [`Rule::cause`]
    pub cause: String,
    /// [`Rule::verify`]
    pub verify: String,
    /// What a person must know before the first step.
    pub warnings: Vec<String>,
    /// The steps that apply, with their commands filled in.
    pub steps: Vec<PlannedStep>,
    /// The shells of the commands.
    pub shells: Vec<Shell>,
    /// The parameters of the commands.
    pub parameters: Vec<UsedParameter>,
    /// [`Rule::references`]
    pub references: Vec<Reference>,
    /// [`Rule::reviewed`]
    pub reviewed: String,
}

/// A place in the input that made a rule match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// First byte in the input's text (as UTF-8, after decoding).
    pub start: usize,
    /// End, in bytes.
    pub end: usize,
    /// What stands there.
    pub text: String,
}

/// What was read out of the input.
#[derive(Debug, Clone, Serialize)]
pub struct FactsView {
    /// What the extractors read.
    #[serde(flatten)]
    pub values: facts::Values,
    /// The direction of the lookup that the text itself shows.
    pub direction: Option<Direction>,
    /// The authentication scheme that the text itself shows.
    pub authentication: Option<Auth>,
}

/// Something to collect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CollectView {
    /// What it shows.
    pub title: String,
    /// Where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The commands, all of which only read.
    pub commands: Vec<Command>,
}

/// A rule of whose signature a part was found.
#[derive(Debug, Clone, Serialize)]
pub struct NearRule {
    /// [`Rule::id`]
    pub rule: String,
    /// [`Rule::title`]
    pub title: String,
    /// The part that was found.
    pub evidence: Vec<Evidence>,
    /// What would confirm it.
    pub question: String,
}

/// What was read.
#[derive(Debug, Clone, Serialize)]
pub struct InputView {
    /// What kind of text it is.
    pub format: String,
    /// The encoding of its bytes.
    pub encoding: String,
    /// How many records it holds.
    pub records: usize,
}

/// An answer that could not be made, because the rules are damaged.
#[derive(Debug)]
pub enum AnswerError {
    /// A command is no valid template.
    Plan(PlanError),
    /// A rule cannot be read.
    Rule(RuleError),
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => write!(f, "{error}"),
            Self::Rule(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for AnswerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Plan(error) => Some(error),
            Self::Rule(error) => Some(error),
        }
    }
}

impl From<PlanError> for AnswerError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

impl From<RuleError> for AnswerError {
    fn from(error: RuleError) -> Self {
        Self::Rule(error)
    }
}

impl From<postcard::Error> for AnswerError {
    fn from(error: postcard::Error) -> Self {
        Self::Rule(error.into())
    }
}

impl Answer {
    /// Turns what the engine found in `text` into an answer.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn new(
        engine: &Engine<'_>,
        analysis: &Analysis,
        planner: &Planner,
        text: &str,
        input: InputView,
    ) -> Result<Self, AnswerError> {
        let pack = engine.rules().pack();
        let verdict = match analysis.matches.first() {
            Some(first) if first.confidence == Confidence::Certain => Verdict::Match,
            Some(_) => Verdict::Possible,
            None => Verdict::None,
        };
        let possible_shown = if verdict == Verdict::Possible { MOST_CANDIDATES } else { usize::MAX };
        let mut matches = Vec::new();
        for found in analysis.matches.iter().take(possible_shown) {
            matches.push(matched(engine, planner, text, found)?);
        }
        let mut answer = Self {
            schema_version: SCHEMA_VERSION,
            as_of: planner.calendar().today().map(str::to_owned),
            verdict,
            notes: notes(&matches),
            matches,
            facts: FactsView {
                values: analysis.facts.values(),
                direction: analysis.direction,
                authentication: analysis.auth,
            },
            identifiers: identifiers::found(pack.identifiers()?, text, &analysis.facts),
            ask_first: Vec::new(),
            questions: Vec::new(),
            collect: Vec::new(),
            nearest: Vec::new(),
            input,
        };
        let shared = pack.shared()?;
        answer.ask_first(&shared, analysis, planner);
        if verdict != Verdict::Match {
            answer.ask(&shared, analysis, planner)?;
        }
        if verdict == Verdict::None {
            for (number, ranges) in analysis.nearest.iter().take(MOST_CANDIDATES) {
                let Rule { id, title, question, .. } = engine.rules().rule(*number)?;
                answer.nearest.push(NearRule { rule: id, title, evidence: evidence(text, ranges), question });
            }
        }
        Ok(answer)
    }

    /// What comes before everything else: what most lookups of this direction fail for today.
    fn ask_first(&mut self, shared: &Shared, analysis: &Analysis, planner: &Planner) {
        let direction = analysis.direction.or(self.matches.first().and_then(|m| m.direction));
        let first = shared.intake.questions.iter().filter(|question| question.first);
        let fitting = first.filter(|question| applies(question, analysis, direction, planner));
        self.ask_first = fitting.map(|question| question.ask.clone()).collect();
    }

    /// What to ask and to collect next.
    fn ask(&mut self, shared: &Shared, analysis: &Analysis, planner: &Planner) -> Result<(), AnswerError> {
        for found in &self.matches {
            for question in found.question.iter() {
                if !self.questions.contains(question) {
                    self.questions.push(question.clone());
                }
            }
        }
        for question in shared.intake.questions.iter().filter(|question| !question.first) {
            if applies(question, analysis, analysis.direction, planner) {
                self.questions.push(question.ask.clone());
            }
        }
        let fits = |wanted: bool, empty: bool, known: bool| wanted || empty || !known;
        for collect in &shared.intake.collect {
            let direction = analysis.direction.is_some_and(|d| collect.direction.contains(&d));
            let auth = analysis.auth.is_some_and(|a| collect.auth.contains(&a));
            let current = planner.calendar().holds(collect.since.as_deref(), collect.until.as_deref());
            if !current || !shows_status(analysis, &collect.http_status) {
                continue;
            }
            if fits(direction, collect.direction.is_empty(), analysis.direction.is_some())
                && fits(auth, collect.auth.is_empty(), analysis.auth.is_some())
            {
                self.collect.push(CollectView {
                    title: collect.title.clone(),
                    text: collect.text.clone(),
                    commands: planner.commands(&collect.run, &analysis.facts, analysis.direction)?,
                });
            }
        }
        Ok(())
    }
}

/// Whether a question is worth asking. One that belongs to a direction is asked only where that direction is known.
fn applies(question: &Question, analysis: &Analysis, direction: Option<Direction>, planner: &Planner) -> bool {
    let known = match question.unless {
        Some(Known::Direction) => analysis.direction.is_some(),
        Some(Known::Auth) => analysis.auth.is_some(),
        None => false,
    };
    !known
        && (question.direction.is_empty() || direction.is_some_and(|d| question.direction.contains(&d)))
        && shows_status(analysis, &question.http_status)
        && planner.calendar().holds(question.since.as_deref(), question.until.as_deref())
}

fn shows_status(analysis: &Analysis, wanted: &[u32]) -> bool {
    wanted.is_empty() || analysis.facts.http_status.iter().any(|found| wanted.contains(&found.value))
}

fn matched(engine: &Engine<'_>, planner: &Planner, text: &str, found: &Match) -> Result<MatchedRule, AnswerError> {
    let pack = engine.rules().pack();
    let rule = engine.rules().rule(found.rule)?;
    let direction = found.direction(&rule.direction);
    let (missing, question) = match found.missing {
        Missing::Nothing => (None, None),
        Missing::Context(number) => {
            let context = &pack.contexts[usize::from(number)];
            (Some(format!("context: {}", context.title)), Some(context.question.to_string()))
        }
        Missing::Direction(shown) => {
            let missing = format!("direction: the text shows {}, for which this failure is not documented", shown.id());
            (Some(missing), Some(rule.question.clone()))
        }
        Missing::Signature => (Some("signature: only hints were found".to_owned()), Some(rule.question.clone())),
    };
    let plan = planner.plan(&rule, &found.shown.facts, direction)?;
    Ok(MatchedRule {
        confidence: found.confidence,
        standing: rule.confidence,
        missing,
        question,
        evidence: evidence(text, &found.evidence),
        outranked_by: found.outranked_by.map(|number| pack.rules[number].id.to_string()),
        direction,
        directions: rule.direction,
        auth: rule.auth,
        rule: rule.id,
        title: rule.title,
        area: rule.area,
        summary: rule.summary,
        cause: rule.cause,
        verify: rule.verify,
        warnings: plan.warnings,
        steps: plan.steps,
        shells: plan.shells,
        parameters: plan.parameters,
        references: rule.references,
        reviewed: rule.reviewed,
    })
}

/// Values that were refused, each once.
fn notes(matches: &[MatchedRule]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for parameter in matches.iter().flat_map(|m| &m.parameters) {
        if let (Some(reason), None) = (&parameter.refused, &parameter.value) {
            let note =
                format!("a value for `{}` was refused: {reason}; the commands show a placeholder", parameter.name);
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

fn evidence(text: &str, ranges: &[Range<usize>]) -> Vec<Evidence> {
    ranges
        .iter()
        .map(|r| Evidence { start: r.start, end: r.end, text: text.get(r.clone()).unwrap_or_default().to_owned() })
        .collect()
}
