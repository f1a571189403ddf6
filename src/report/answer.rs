//! The answer to one input: the contract for programs, and what the templates see.

use super::identifiers::{self, IdentifierView};
use super::output::{CheckView, ObjectsView};
use crate::engine::output::Examination;
use crate::engine::{Analysis, Engine, Match, Missing};
use crate::facts;
use crate::read::Case;
use crate::remedy::plan::{PlannedStep, UsedParameter};
use crate::remedy::{PlanError, Planner};
use crate::rules::RuleError;
use crate::rules::model::{
    Auth, Command, Confidence, Direction, Known, Question, Reference, Rule, Shared, Shell, Standing,
};
use crate::rules::pack::Checks;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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
    /// What the output of cmdlets says, contradictions and deviations first.
    pub checks: Vec<CheckView>,
    /// The cmdlets whose output was recognised.
    pub objects: Vec<ObjectsView>,
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
    /// The inputs, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceView>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The input, by its name, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// First byte in the input's text (as UTF-8, after decoding).
    pub start: usize,
    /// End, in bytes.
    pub end: usize,
    /// What stands there.
    pub text: String,
}

/// What an answer is about: where its evidence stands.
#[derive(Debug, Clone, Copy)]
pub enum Source<'t> {
    /// One text.
    Text(&'t str),
    /// Several inputs; positions count through the case.
    Case(&'t Case),
}

impl Source<'_> {
    /// All of it.
    fn whole(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Case(case) => {
                Cow::Owned(case.parts().iter().map(|part| part.input.text.as_str()).collect::<Vec<_>>().join("\n"))
            }
        }
    }

    /// A place as people and programs read it.
    pub fn evidence(&self, at: &Range<usize>) -> Evidence {
        match self {
            Self::Text(text) => {
                let text = text.get(at.clone()).unwrap_or_default().to_owned();
                Evidence { source: None, start: at.start, end: at.end, text }
            }
            Self::Case(case) => {
                let (number, start) = case.locate(at.start);
                let source = (case.parts().len() > 1).then(|| case.parts()[number].name.clone());
                Evidence { source, start, end: start + at.len(), text: case.text(at.clone()).to_owned() }
            }
        }
    }

    fn all(&self, at: &[Range<usize>]) -> Vec<Evidence> {
        at.iter().map(|at| self.evidence(at)).collect()
    }
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

/// One of several inputs.
#[derive(Debug, Clone, Serialize)]
pub struct SourceView {
    /// How messages call it.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub input: InputView,
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
        Self::of(engine, analysis, planner, Source::Text(text), input)
    }

    /// Turns what the engine found in a case into an answer: that of [`Answer::new`], and what cmdlets' output says beside it.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn of_case(
        engine: &Engine<'_>,
        analysis: &Analysis,
        planner: &Planner,
        case: &Case,
        examined: Option<(&Examination, &Checks)>,
    ) -> Result<Self, AnswerError> {
        let views: Vec<SourceView> = case.parts().iter().map(SourceView::of).collect();
        let input = match &views[..] {
            [only] => only.input.clone(),
            several => InputView {
                format: "case".to_owned(),
                encoding: several.first().map_or_else(String::new, |first| first.input.encoding.clone()),
                records: several.iter().map(|view| view.input.records).sum(),
            },
        };
        let mut answer = Self::of(engine, analysis, planner, Source::Case(case), input)?;
        if views.len() > 1 {
            answer.sources = views;
        }
        if let Some((examination, checks)) = examined {
            answer.checks = super::output::checks(examination, checks, Source::Case(case));
            answer.objects = super::output::objects(examination, checks, &answer.checks);
            answer.forget_what_is_there();
        }
        Ok(answer)
    }

    /// What was pasted already need not be collected again.
    fn forget_what_is_there(&mut self) {
        let is_there =
            |command: &Command| self.objects.iter().any(|o| o.count > 0 && command.command.starts_with(&o.cmdlet));
        for collect in &mut self.collect {
            if collect.text.is_none() {
                collect.commands.retain(|command| !is_there(command));
            }
        }
        self.collect.retain(|collect| collect.text.is_some() || !collect.commands.is_empty());
    }

    fn of(
        engine: &Engine<'_>,
        analysis: &Analysis,
        planner: &Planner,
        text: Source<'_>,
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
            checks: Vec::new(),
            objects: Vec::new(),
            facts: FactsView {
                values: analysis.facts.values(),
                direction: analysis.direction,
                authentication: analysis.auth,
            },
            identifiers: identifiers::found(pack.identifiers()?, &text.whole(), &analysis.facts),
            ask_first: Vec::new(),
            questions: Vec::new(),
            collect: Vec::new(),
            nearest: Vec::new(),
            input,
            sources: Vec::new(),
        };
        let shared = pack.shared()?;
        answer.ask_first(&shared, analysis, planner);
        if verdict != Verdict::Match {
            answer.ask(&shared, analysis, planner)?;
        }
        if verdict == Verdict::None {
            for (number, ranges) in analysis.nearest.iter().take(MOST_CANDIDATES) {
                let Rule { id, title, question, .. } = engine.rules().rule(*number)?;
                answer.nearest.push(NearRule { rule: id, title, evidence: text.all(ranges), question });
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

fn matched(
    engine: &Engine<'_>,
    planner: &Planner,
    text: Source<'_>,
    found: &Match,
) -> Result<MatchedRule, AnswerError> {
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
        Missing::Failure => {
            (Some("error: only a cmdlet's output makes it possible".to_owned()), Some(rule.question.clone()))
        }
        Missing::Signature => (Some("signature: only hints were found".to_owned()), Some(rule.question.clone())),
    };
    let plan = planner.plan(&rule, &found.shown.facts, direction)?;
    Ok(MatchedRule {
        confidence: found.confidence,
        standing: rule.confidence,
        missing,
        question,
        evidence: text.all(&found.evidence),
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

impl SourceView {
    fn of(part: &crate::read::Part) -> Self {
        let input = InputView {
            format: part.input.format.to_owned(),
            encoding: part.input.encoding.to_owned(),
            records: part.input.records().len(),
        };
        Self { name: part.name.clone(), input }
    }
}
