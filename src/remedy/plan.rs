//! The rendered, ordered steps of one match.

use super::parameter;
use super::template::{Templates, placeholder};
use crate::facts::{Facts, Found};
use crate::rules::Calendar;
use crate::rules::model::{Command, Direction, Effect, FactKind, Outcome, Parameter, Rule, Shell, Standing, Step};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The ordered steps of one rule, with the commands filled in.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// What a person must know before the first step.
    pub warnings: Vec<String>,
    /// The steps that apply, in order.
    pub steps: Vec<PlannedStep>,
    /// The shells that the commands run in, in the order of their first use.
    pub shells: Vec<Shell>,
    /// The parameters that the commands use, in the order of their first use.
    pub parameters: Vec<UsedParameter>,
}

/// One step with its commands filled in.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedStep {
    /// [`Step::id`]
    pub id: String,
    /// [`Step::title`]
    pub title: String,
    /// [`Step::effect`]
    pub effect: Effect,
    /// [`Step::confidence`]
    pub confidence: Standing,
    /// The first day on which the step applies (ISO 8601 date).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The first day on which the step applies no longer (ISO 8601 date).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// [`Step::place`]
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// [`Step::text`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The commands, ready to paste where no placeholder is left.
    pub commands: Vec<Command>,
    /// [`Step::expect`]
    pub expect: String,
    /// [`Step::wait`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<String>,
    /// [`Step::undo`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// [`Step::formerly`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formerly: Option<String>,
    /// [`Step::outcomes`]
    pub outcomes: Vec<Outcome>,
}

/// A parameter that a plan's commands use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsedParameter {
    /// Its name, for `--set` and the profile.
    pub name: String,
    /// What commands show while there is no value.
    pub placeholder: String,
    /// What the value is.
    pub description: String,
    /// The value, where there is one.
    pub value: Option<String>,
    /// Where the value came from.
    pub origin: Option<Origin>,
    /// Why a value that was offered is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Where a parameter's value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// `--set`
    Set,
    /// The input's own text.
    Text,
    /// The organization's profile.
    Profile,
}

/// Values that people gave, by parameter name.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// For this answer (`--set`).
    pub set: BTreeMap<String, String>,
    /// For every answer (the profile).
    pub profile: BTreeMap<String, String>,
}

/// A rule whose commands cannot be rendered.
#[derive(Debug)]
pub struct PlanError {
    rule: String,
    step: String,
    error: minijinja::Error,
}

impl PlanError {
    /// What is wrong with the command, without its place.
    pub fn reason(&self) -> String {
        self.error.detail().map_or_else(|| self.error.kind().to_string(), str::to_owned)
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule `{}`, step `{}`: the command is no valid template: {}", self.rule, self.step, self.error)
    }
}

impl std::error::Error for PlanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Fills commands.
pub struct Planner {
    templates: Templates,
    parameters: Vec<Parameter>,
    values: Values,
    calendar: Calendar,
}

impl Planner {
    /// Prepares to fill commands that use these parameters.
    pub fn new(parameters: Vec<Parameter>, values: Values) -> Self {
        Self { templates: Templates::new(), parameters, values, calendar: Calendar::default() }
    }

    /// Leaves out what does not apply on the calendar's day.
    pub fn as_of(mut self, calendar: Calendar) -> Self {
        self.calendar = calendar;
        self
    }

    /// The day for which plans are made.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The names in `values` that no parameter has, with the nearest name that one has.
    pub fn unknown_names<'a>(&'a self, names: impl Iterator<Item = &'a String>) -> Vec<(&'a str, Option<&'a str>)> {
        names
            .filter(|name| !self.parameters.iter().any(|p| p.name == **name))
            .map(|name| (name.as_str(), nearest(name, self.parameters.iter().map(|p| p.name.as_str()))))
            .collect()
    }

    /// Fills the commands of a rule's steps. `direction` is the direction of the match, as far as it is known.
    ///
    /// # Errors
    ///
    /// When a command is not a valid template.
    pub fn plan(&self, rule: &Rule, facts: &Facts, direction: Option<Direction>) -> Result<Plan, PlanError> {
        let rule = self.calendar.current(rule);
        let (values, parameters) = self.resolve(rule.steps.iter().flat_map(|s| &s.run), facts, direction);
        let mut steps = Vec::with_capacity(rule.steps.len());
        for step in &rule.steps {
            let commands = self.fill(&step.run, &values).map_err(|error| PlanError {
                rule: rule.id.clone(),
                step: step.id.clone(),
                error,
            })?;
            steps.push(self.planned(step, commands));
        }
        let mut shells = Vec::new();
        for command in rule.steps.iter().flat_map(|s| &s.run) {
            if !shells.contains(&command.shell) {
                shells.push(command.shell);
            }
        }
        let warnings = rule.warnings.iter().map(|warning| warning.text.clone()).collect();
        Ok(Plan { warnings, steps, shells, parameters })
    }

    /// Fills commands that belong to no rule.
    ///
    /// # Errors
    ///
    /// When a command is not a valid template.
    pub fn commands(
        &self,
        commands: &[Command],
        facts: &Facts,
        direction: Option<Direction>,
    ) -> Result<Vec<Command>, PlanError> {
        let (values, _) = self.resolve(commands.iter(), facts, direction);
        self.fill(commands, &values).map_err(|error| PlanError {
            rule: "intake".to_owned(),
            step: "collect".to_owned(),
            error,
        })
    }

    /// Fills one command that belongs to no rule, from what people gave; and says which parameters it uses.
    ///
    /// # Errors
    ///
    /// When the command is not a valid template.
    pub fn command(&self, command: &Command) -> Result<(Command, Vec<UsedParameter>), PlanError> {
        let (values, used) = self.resolve(std::iter::once(command), &Facts::default(), None);
        let mut filled = self.fill(std::slice::from_ref(command), &values).map_err(|error| PlanError {
            rule: "objects".to_owned(),
            step: "collect".to_owned(),
            error,
        })?;
        // One command gives one.
        Ok((filled.pop().unwrap_or_else(|| command.clone()), used))
    }

    fn planned(&self, step: &Step, commands: Vec<Command>) -> PlannedStep {
        PlannedStep {
            id: step.id.clone(),
            title: step.title.clone(),
            effect: step.effect,
            confidence: step.confidence,
            since: self.calendar.date(step.since.as_deref()).map(str::to_owned),
            until: self.calendar.date(step.until.as_deref()).map(str::to_owned),
            place: step.place.clone(),
            text: step.text.clone(),
            commands,
            expect: step.expect.clone(),
            wait: step.wait.clone(),
            undo: step.undo.clone(),
            formerly: step.formerly.clone(),
            outcomes: step.outcomes.clone(),
        }
    }

    fn fill(&self, commands: &[Command], values: &BTreeMap<&str, String>) -> Result<Vec<Command>, minijinja::Error> {
        commands
            .iter()
            .map(|c| {
                let command = self.templates.render(c.shell, &c.command, values)?;
                Ok(Command { shell: c.shell, command })
            })
            .collect()
    }

    /// The value of every parameter that these commands mention, and what to say about it.
    fn resolve<'c>(
        &self,
        commands: impl Iterator<Item = &'c Command>,
        facts: &Facts,
        direction: Option<Direction>,
    ) -> (BTreeMap<&str, String>, Vec<UsedParameter>) {
        let mut mentioned = String::new();
        for command in commands {
            for (_, rest) in command.command.match_indices("{{").map(|(at, _)| command.command.split_at(at)) {
                mentioned.push_str(rest.split("}}").next().unwrap_or(rest));
            }
        }
        let mut used: Vec<(usize, &Parameter)> =
            self.parameters.iter().filter_map(|p| Some((find_word(&mentioned, &p.name)?, p))).collect();
        used.sort_by_key(|(at, _)| *at);
        let mut values = BTreeMap::new();
        let mut list = Vec::new();
        for (_, parameter) in used {
            let resolved = self.value(parameter, facts, direction);
            let value = resolved.value.clone().unwrap_or_else(|| placeholder(&parameter.placeholder));
            values.insert(parameter.name.as_str(), value);
            list.push(resolved);
        }
        (values, list)
    }

    fn value(&self, parameter: &Parameter, facts: &Facts, direction: Option<Direction>) -> UsedParameter {
        let offers = [
            (Origin::Set, self.values.set.get(&parameter.name).cloned()),
            (Origin::Text, from_facts(parameter, facts, direction)),
            (Origin::Profile, self.values.profile.get(&parameter.name).cloned()),
        ];
        let mut used = UsedParameter {
            name: parameter.name.clone(),
            placeholder: parameter.placeholder.clone(),
            description: parameter.description.clone(),
            value: None,
            origin: None,
            refused: None,
        };
        for (origin, offer) in offers {
            let Some(offer) = offer else { continue };
            match parameter::check(parameter.kind, &offer) {
                Ok(value) => {
                    used.value = Some(value);
                    used.origin = Some(origin);
                    break;
                }
                Err(reason) => {
                    used.refused.get_or_insert_with(|| reason.to_owned());
                }
            }
        }
        used
    }
}

/// The fact that fills a parameter, where the text leaves no doubt which one it is.
fn from_facts(parameter: &Parameter, facts: &Facts, direction: Option<Direction>) -> Option<String> {
    if parameter.when.is_some() && parameter.when != direction {
        return None;
    }
    let on_premises = parameter.when == Some(Direction::CloudToOnPremises);
    // The tenant's own domain never belongs to an on-premises mailbox's primary address.
    let other_side = |value: &str| on_premises && value.to_ascii_lowercase().ends_with(".onmicrosoft.com");
    let mailbox = || facts.looked_up.as_ref().or_else(|| only(&facts.mailboxes));
    let value = match parameter.fact? {
        FactKind::Mailbox => mailbox().map(|f| f.value.clone()),
        FactKind::Domain => match mailbox() {
            Some(found) => found.value.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase()),
            None => only(&facts.domains).map(|f| f.value.clone()),
        },
        FactKind::Host => facts.contacted.as_ref().map(|f| f.value.clone()),
        FactKind::Server => only(&facts.servers).map(|f| f.value.clone()),
        FactKind::Thumbprint => only(&facts.thumbprints).map(|f| f.value.clone()),
    };
    value.filter(|value| !other_side(value))
}

fn only<T>(found: &[Found<T>]) -> Option<&Found<T>> {
    match found {
        [one] => Some(one),
        _ => None,
    }
}

/// Where a name stands as a whole word.
fn find_word(text: &str, name: &str) -> Option<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name)
        .map(|(at, _)| at)
        .find(|&at| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}

/// The candidate that differs from `name` in the fewest letters, where it is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len() / 3 + 1)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in bytes.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
