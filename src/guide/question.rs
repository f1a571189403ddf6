//! What is asked at a place, in the rules' words where they have some.

use super::case::{By, Case, Place};
use super::state::{State, live};
use super::turn::{Ask, Choice, Collecting, End, Ended, Note, Question, RuleView, StepTurn, Turn, ValueTurn, Why};
use super::{Guide, GuideError, MOST_ENTRIES};
use crate::rules::model::{Auth, Effect, Known, Rule};

impl Guide<'_> {
    /// What a case waits for.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn turn(&self, case: &Case) -> Result<Turn, GuideError> {
        let (at, mut notes) = self.place(case)?;
        let because = match live(case).next_back() {
            Some(entry) => entry.decision.clone(),
            None => case.because.clone(),
        };
        let ask = self.ask(case, &at)?;
        if case.entries.len() >= MOST_ENTRIES {
            notes.push(Note::Full);
        }
        Ok(Turn { schema_version: 1, answered: live(case).count(), at, ask, because, notes, refused: None })
    }

    fn ask(&self, case: &Case, at: &Place) -> Result<Ask, GuideError> {
        let state = State::of(case);
        let rule = match at.step() {
            Some((id, _)) => self.rule(id)?,
            None => None,
        };
        Ok(match at {
            Place::Error => Ask::Error,
            Place::Collect => Ask::Collect(Collecting { items: self.to_collect(&state)? }),
            Place::Resolved(id) => self.end(Ended::Resolved, Some(id))?,
            Place::Support => self.end(Ended::Support, state.entered.last().copied())?,
            Place::Step(_) | Place::Confirm(_) => match rule {
                Some(rule) => self.step(case, &state, at, &rule)?,
                None => self.end(Ended::Support, None)?,
            },
            Place::Value { step, name, .. } => match rule {
                Some(rule) => self.value(&state, &rule, step, name)?,
                None => self.end(Ended::Support, None)?,
            },
            _ => self.question_at(case, at, rule)?,
        })
    }

    fn question_at(&self, case: &Case, at: &Place, rule: Option<Rule>) -> Result<Ask, GuideError> {
        let intake =
            |known| self.shared.intake.questions.iter().find(|q| q.unless == Some(known)).map(|q| q.ask.clone());
        let step =
            rule.as_ref().and_then(|rule| rule.steps.iter().find(|s| Some(s.id.as_str()) == at.step().map(|(_, s)| s)));
        let (why, text, view) = match at {
            Place::Direction => (Why::Direction, intake(Known::Direction), None),
            Place::Auth => (Why::Auth, intake(Known::Auth), None),
            Place::Context(id) => {
                let pack = self.engine.rules().pack();
                let text = pack.context_index(id).map(|number| pack.contexts[number].question.to_string());
                (Why::Context, text, None)
            }
            Place::Rule(id) => {
                let rule = self.rule(id)?;
                (Why::Rule, rule.as_ref().map(|rule| rule.question.clone()), rule.as_ref().map(RuleView::of))
            }
            Place::Nothing(_) => (Why::Nothing, None, None),
            Place::Outcome(_) => (Why::Outcome, step.map(|step| step.expect.clone()), None),
            Place::Verify(_) => {
                (Why::Verify, rule.as_ref().map(|rule| rule.verify.clone()), rule.as_ref().map(RuleView::of))
            }
            _ => (Why::Again, None, rule.as_ref().map(RuleView::of)),
        };
        let step = step.map(|step| step.title.clone());
        Ok(Ask::Question(Question { why, text, rule: view, step, choices: self.choices(case, at)? }))
    }

    /// The answers that a question has.
    pub(super) fn choices(&self, case: &Case, at: &Place) -> Result<Vec<Choice>, GuideError> {
        let state = State::of(case);
        let named = |names: &[&str]| names.iter().map(|name| Choice::of(name)).collect::<Vec<_>>();
        Ok(match at {
            Place::Direction => {
                let directions = self.directions(&state)?;
                let mut choices: Vec<Choice> = directions.iter().map(|d| Choice::of(d.id())).collect();
                choices.push(Choice::of("unknown"));
                choices
            }
            Place::Auth => named(&[Auth::Oauth.id(), Auth::Dauth.id(), "unknown"]),
            Place::Context(_) | Place::Rule(_) => named(&["yes", "no", "unknown"]),
            Place::Confirm(_) | Place::Nothing(_) | Place::Verify(_) | Place::Again(_) => named(&["yes", "no"]),
            Place::Outcome(at) => {
                let Some(rule) = self.rule(&at.rule)? else { return Ok(Vec::new()) };
                let Some(step) = rule.steps.iter().find(|step| step.id == at.step) else { return Ok(Vec::new()) };
                let open = self.judged(&state, &rule, step, None)?.open;
                let mut choices: Vec<Choice> = (open.into_iter())
                    .map(|number| Choice {
                        id: (number + 1).to_string(),
                        when: step.outcomes[number].when.clone(),
                        meaning: step.outcomes[number].meaning.clone(),
                    })
                    .collect();
                choices.push(Choice::of("none"));
                if !step.run.is_empty() {
                    choices.push(Choice::of("again"));
                }
                choices
            }
            _ => Vec::new(),
        })
    }

    fn step(&self, case: &Case, state: &State<'_>, at: &Place, rule: &Rule) -> Result<Ask, GuideError> {
        let id = at.step().map_or("", |(_, step)| step);
        let Some(number) = rule.steps.iter().position(|step| step.id == id) else {
            return self.end(Ended::Support, Some(&rule.id));
        };
        let Some((step, _)) = self.planned(state, rule, id)? else {
            return self.end(Ended::Support, Some(&rule.id));
        };
        let confirms = matches!(at, Place::Confirm(_));
        let last = live(case).next_back();
        let confirmed = last.is_some_and(|last| matches!(last.at, Place::Confirm(_)) && last.at.step() == at.step());
        // A rule begins once: not again where its first step is repeated.
        let visits = state.visits.get(&(rule.id.as_str(), id)).copied().unwrap_or(0);
        let repeats = last.is_some_and(|last| last.decision.by == By::Repeat);
        let steps_seen = state.visits.keys().filter(|(of, _)| *of == rule.id).count();
        let begins = !confirmed && !repeats && visits <= 1 && steps_seen <= 1;
        let turn = StepTurn {
            rule: RuleView::of(rule),
            begins,
            warnings: if begins { rule.warnings.iter().map(|w| w.text.clone()).collect() } else { Vec::new() },
            number: number + 1,
            of: rule.steps.len(),
            confirmed,
            verify: (step.effect != Effect::ReadOnly).then(|| rule.verify.clone()),
            direction: state.direction,
            step,
        };
        Ok(if confirms { Ask::Confirm(turn) } else { Ask::Step(turn) })
    }

    fn value(&self, state: &State<'_>, rule: &Rule, step: &str, name: &str) -> Result<Ask, GuideError> {
        let planned = self.planned(state, rule, step)?;
        let found = planned.and_then(|(step, used)| {
            let used = used.into_iter().find(|used| used.name == name)?;
            Some((step.title, used))
        });
        let Some((step, used)) = found else { return self.end(Ended::Support, Some(&rule.id)) };
        Ok(Ask::Value(ValueTurn {
            name: used.name,
            description: used.description,
            placeholder: used.placeholder,
            refused: used.refused,
            step,
        }))
    }

    fn end(&self, ended: Ended, rule: Option<&str>) -> Result<Ask, GuideError> {
        let rule = match rule {
            Some(id) => self.rule(id)?,
            None => None,
        };
        let references = rule.as_ref().map(|rule| rule.references.clone()).unwrap_or_default();
        Ok(Ask::End(End { ended, rule: rule.as_ref().map(RuleView::of), references }))
    }
}

impl RuleView {
    pub(super) fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            summary: rule.summary.clone(),
            confidence: rule.confidence,
        }
    }
}
