//! From an answer to the next place.

use super::case::{Answer, By, Case, Decision, Entry, Paste, Place, Shown, StepAt, VERSION};
use super::judge::{Around, Judgement, is_judged, judge};
use super::state::{State, live};
use super::turn::{Note, Refusal};
use super::{Guide, GuideError, LONGEST_ANSWER, MOST_ENTRIES};
use crate::read::objects;
use crate::remedy::parameter;
use crate::rules::model::{Outcome, Rule, Step};
use std::collections::BTreeMap;

/// What a walk begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// Nothing: the error is asked for.
    Nothing,
    /// A rule, by its id.
    Rule(String),
    /// The error as it was printed.
    Error(Paste),
}

/// Where a case stands, as it was written down.
pub(super) fn current(case: &Case) -> &Place {
    live(case).next_back().map_or(&case.first, |entry| &entry.to)
}

/// What an answer that was taken means for the way on.
type Led = (Place, Decision);

impl Guide<'_> {
    /// A new case. `values` are for the commands, by parameter; `now` is the time (RFC 3339).
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn begin(&self, begin: Begin, values: BTreeMap<String, String>, now: &str) -> Result<Case, GuideError> {
        let mut case = Case {
            freebusy_case: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            started: now.to_owned(),
            error: None,
            parameters: values,
            rules: BTreeMap::new(),
            first: Place::Error,
            because: Decision::default(),
            entries: Vec::new(),
        };
        (case.first, case.because) = match begin {
            Begin::Nothing => (Place::Error, Decision::default()),
            Begin::Rule(id) => {
                let place = match self.rule(&id)? {
                    Some(rule) => self.first_step(&State::of(&case), &rule)?,
                    None => Place::Support,
                };
                (place, Decision::by(By::Person))
            }
            Begin::Error(paste) => {
                case.error = Some(paste);
                self.triage(&State { values: case.parameters.clone(), ..State::of(&case) })?
            }
        };
        self.note_rule(&mut case)?;
        Ok(case)
    }

    /// Takes an answer, and moves the case on. What is refused changes nothing.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn answer(&self, case: &mut Case, answer: Answer, now: &str) -> Result<Result<(), Refusal>, GuideError> {
        match answer {
            Answer::Quit => return Ok(Ok(())),
            Answer::Back => {
                let Some(last) = case.entries.iter_mut().rev().find(|entry| !entry.taken_back) else {
                    return Ok(Err(Refusal::NothingBefore));
                };
                last.taken_back = true;
                return Ok(Ok(()));
            }
            _ => {}
        }
        let (at, _) = self.place(case)?;
        if case.entries.len() >= MOST_ENTRIES {
            return Ok(Err(Refusal::Full));
        }
        if at.is_end() {
            return Ok(Err(Refusal::Over));
        }
        let answer = match self.admit(case, &at, answer)? {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let shown = self.shown(case, &at)?;
        let (to, decision) = (at.clone(), Decision::default());
        let mut entry = Entry { time: now.to_owned(), at, shown, answer, decision, to, taken_back: false };
        (entry.to, entry.decision) = self.lead(case, &entry)?;
        case.entries.push(entry);
        env!("CARGO_PKG_VERSION").clone_into(&mut case.program);
        self.note_rule(case)?;
        Ok(Ok(()))
    }

    /// Where a case stands with the rules of today, and what has changed since it was written.
    pub(super) fn place(&self, case: &Case) -> Result<(Place, Vec<Note>), GuideError> {
        let at = current(case);
        let mut notes = Vec::new();
        let Some((id, step)) = at.step() else { return Ok((at.clone(), notes)) };
        let state = State::of(case);
        let Some(rule) = self.rule(id)? else {
            notes.push(Note::RuleGone(id.to_owned()));
            return Ok((self.triage(&state)?.0, notes));
        };
        if case.rules.get(id).is_some_and(|known| *known != self.version(id)) {
            notes.push(Note::RuleChanged(id.to_owned()));
        }
        let Some(found) = rule.steps.iter().find(|own| own.id == step) else {
            notes.push(Note::StepGone(step.to_owned()));
            let place = match rule.steps.first() {
                Some(first) => self.stage(&state, &rule, &first.id, false)?,
                None => Place::Support,
            };
            return Ok((place, notes));
        };
        // A case that somebody wrote by hand, or one whose rule has changed, may ask for what is not asked any more.
        let stale = match at {
            Place::Value { name, .. } => {
                let used = self.planned(&state, &rule, step)?.map(|(_, used)| used).unwrap_or_default();
                !used.iter().any(|p| p.name == *name && p.value.is_none())
            }
            Place::Outcome(_) => self.judged(&state, &rule, found, None)?.open.is_empty(),
            _ => false,
        };
        Ok((if stale { self.stage(&state, &rule, step, false)? } else { at.clone() }, notes))
    }

    /// Whether an answer fits what is asked, and in the form in which it is kept.
    fn admit(&self, case: &Case, at: &Place, answer: Answer) -> Result<Result<Answer, Refusal>, GuideError> {
        let text = match &answer {
            Answer::Output(text) | Answer::Choice(text) | Answer::Value(text) => text.as_str(),
            _ => "",
        };
        if text.len() > LONGEST_ANSWER {
            return Ok(Err(Refusal::TooLong));
        }
        Ok(match (at, answer) {
            (_, Answer::Skip) => Ok(Answer::Skip),
            (at, Answer::Solved) if at.step().is_some() => Ok(Answer::Solved),
            (Place::Error | Place::Collect, Answer::Output(text)) if text.trim().is_empty() => Err(Refusal::OtherKind),
            (Place::Error | Place::Collect | Place::Step(_), answer @ Answer::Output(_)) => Ok(answer),
            (Place::Value { name, .. }, Answer::Value(value)) => {
                match self.parameters.iter().find(|parameter| parameter.name == *name) {
                    Some(parameter) => parameter::check(parameter.kind, &value)
                        .map(Answer::Value)
                        .map_err(|reason| Refusal::Value(reason.to_owned())),
                    None => Ok(Answer::Skip),
                }
            }
            (Place::Error | Place::Collect | Place::Step(_) | Place::Value { .. }, _) => Err(Refusal::OtherKind),
            (_, Answer::Choice(id)) => {
                let known = self.choices(case, at)?;
                match known.into_iter().find(|choice| choice.id.eq_ignore_ascii_case(id.trim())) {
                    Some(choice) => Ok(Answer::Choice(choice.id)),
                    None => Err(Refusal::NoSuchChoice(id)),
                }
            }
            _ => Err(Refusal::OtherKind),
        })
    }

    /// Where an answer leads, and why.
    fn lead(&self, case: &Case, entry: &Entry) -> Result<Led, GuideError> {
        let state = State::with(case, entry);
        let Some((id, step_id)) = entry.at.step() else { return self.triage(&state) };
        let Some(rule) = self.rule(id)? else { return self.triage(&state) };
        let Some(number) = rule.steps.iter().position(|own| own.id == step_id) else { return self.triage(&state) };
        let step = &rule.steps[number];
        let at = || StepAt { rule: rule.id.clone(), step: step.id.clone() };
        if entry.answer == Answer::Solved {
            return Ok((Place::Verify(at()), Decision::by(By::Person)));
        }
        let choice = match &entry.answer {
            Answer::Choice(id) => Some(id.as_str()),
            _ => None,
        };
        match (&entry.at, choice) {
            (Place::Value { .. }, _) => Ok((self.stage(&state, &rule, step_id, false)?, Decision::by(By::Person))),
            (Place::Again(_), Some("yes")) => {
                Ok((self.stage(&state, &rule, step_id, false)?, Decision::by(By::Person)))
            }
            (Place::Again(_), _) => self.give_up(&state, Decision::by(By::Person)),
            (Place::Confirm(_), Some("yes")) => {
                Ok((self.stage(&state, &rule, step_id, true)?, Decision::by(By::Person)))
            }
            (Place::Nothing(_), Some("no")) => Ok((Place::Step(at()), Decision::by(By::Repeat))),
            (Place::Nothing(_), Some("yes")) => self.decide(&state, &rule, number, Some("")),
            (Place::Step(_), _) => match &entry.answer {
                Answer::Output(text) if text.trim().is_empty() && !step.run.is_empty() && is_judged(step) => {
                    Ok((Place::Nothing(at()), Decision::by(By::Order)))
                }
                Answer::Output(text) => self.decide(&state, &rule, number, Some(text)),
                _ => self.pass(&state, &rule, number),
            },
            (Place::Outcome(_), Some("again")) => Ok((Place::Step(at()), Decision::by(By::Repeat))),
            (Place::Outcome(_), chosen) => self.choose(&state, &rule, number, chosen),
            (Place::Verify(_), Some("yes")) => Ok((Place::Resolved(rule.id.clone()), Decision::by(By::Person))),
            (Place::Verify(_), _) => {
                let claimed = live(case).next_back().is_some_and(|last| last.answer == Answer::Solved);
                if claimed {
                    return Ok((self.stage(&state, &rule, step_id, false)?, Decision::by(By::Repeat)));
                }
                self.give_up(&state, Decision::by(By::Person))
            }
            // A confirmation or a question about the output that was refused or left open.
            _ => self.pass(&state, &rule, number),
        }
    }

    /// What a step's output amounts to. Without `text`, what was printed last.
    pub(super) fn judged(
        &self,
        state: &State<'_>,
        rule: &Rule,
        step: &Step,
        text: Option<&str>,
    ) -> Result<Judgement, GuideError> {
        if step.run.is_empty() {
            // What a person did by hand printed nothing.
            let told = |outcome: &Outcome| outcome.when.is_some();
            let open: Vec<usize> = (0..step.outcomes.len()).filter(|n| told(&step.outcomes[*n])).collect();
            let outcome = step.outcomes.iter().position(|outcome| !told(outcome));
            return Ok(Judgement { outcome, decision: Decision::default(), open });
        }
        let text = text.or_else(|| state.output(&rule.id, &step.id)).unwrap_or_default();
        let notes = self.notes(state, text)?;
        let compares = step.outcomes.iter().filter_map(|o| o.when.as_ref()).any(|when| when.differs_from.is_some());
        let before = state.outputs.iter().rev().filter(|(at, _)| *at != (rule.id.as_str(), step.id.as_str()));
        let mut earlier = Vec::new();
        for (_, text) in before.filter(|_| compares) {
            earlier.extend(objects::read(text).into_iter().rev());
        }
        Ok(judge(&rule.id, step, text, Around { earlier: &earlier, today: self.today }, &notes))
    }

    /// Where an output leads.
    fn decide(&self, state: &State<'_>, rule: &Rule, number: usize, text: Option<&str>) -> Result<Led, GuideError> {
        let step = &rule.steps[number];
        let judged = self.judged(state, rule, step, text)?;
        if !judged.open.is_empty() {
            let at = StepAt { rule: rule.id.clone(), step: step.id.clone() };
            let decision = Decision { checks: judged.decision.checks, ..Decision::by(By::Order) };
            return Ok((Place::Outcome(at), decision));
        }
        self.follow(state, rule, number, judged.outcome, judged.decision)
    }

    /// Where a person's own look at the output leads.
    fn choose(&self, state: &State<'_>, rule: &Rule, number: usize, chosen: Option<&str>) -> Result<Led, GuideError> {
        let step = &rule.steps[number];
        let judged = self.judged(state, rule, step, None)?;
        let index = chosen.and_then(|id| id.parse::<usize>().ok()).and_then(|id| id.checked_sub(1));
        let Some(index) = index.filter(|index| judged.open.contains(index)) else {
            let by = match chosen {
                Some(_) if judged.decision.by != By::Evidence => By::Person,
                Some(_) => By::Evidence,
                None => By::Skipped,
            };
            let decision = Decision { by, checks: Vec::new(), ..judged.decision };
            return self.follow(state, rule, number, judged.outcome, decision);
        };
        let outcome = &step.outcomes[index];
        let decision =
            Decision { when: outcome.when.clone(), meaning: outcome.meaning.clone(), ..Decision::by(By::Person) };
        self.follow(state, rule, number, Some(index), decision)
    }

    /// Goes where an outcome says; without one to the next step, or behind the last one to the question whether it helped.
    fn follow(
        &self,
        state: &State<'_>,
        rule: &Rule,
        number: usize,
        outcome: Option<usize>,
        mut decision: Decision,
    ) -> Result<Led, GuideError> {
        let outcome = outcome.and_then(|outcome| rule.steps[number].outcomes.get(outcome));
        let verify = || Place::Verify(StepAt { rule: rule.id.clone(), step: rule.steps[number].id.clone() });
        let place = match outcome.and_then(Outcome::target).unwrap_or("next") {
            "resolved" if decision.by == By::Person && outcome.is_some_and(|o| o.when.is_some()) => {
                Place::Resolved(rule.id.clone())
            }
            "resolved" => verify(),
            "support" => return self.give_up(state, decision),
            "next" => match rule.steps.get(number + 1) {
                Some(next) => self.enter(state, rule, &next.id, true)?,
                None => verify(),
            },
            target => match target.strip_prefix("rule:") {
                Some(id) => {
                    let Some(other) = self.rule(id)? else { return self.give_up(state, decision) };
                    decision.rule = Some(id.to_owned());
                    self.first_step(state, &other)?
                }
                None if rule.steps.iter().any(|step| step.id == target) => self.enter(state, rule, target, true)?,
                None => return self.give_up(state, decision),
            },
        };
        Ok((place, decision))
    }

    /// Goes on behind a step that the person did not do.
    fn pass(&self, state: &State<'_>, rule: &Rule, number: usize) -> Result<Led, GuideError> {
        let otherwise = rule.steps[number].outcomes.iter().position(|outcome| outcome.when.is_none());
        self.follow(state, rule, number, otherwise, Decision::by(By::Skipped))
    }

    /// Nothing is left of this rule: another one that fits, or the end.
    fn give_up(&self, state: &State<'_>, decision: Decision) -> Result<Led, GuideError> {
        let (place, other) = self.triage(state)?;
        let evidence = if decision.evidence.is_empty() { other.evidence } else { decision.evidence };
        Ok((place, Decision { rule: other.rule, evidence, ..decision }))
    }

    fn first_step(&self, state: &State<'_>, rule: &Rule) -> Result<Place, GuideError> {
        match rule.steps.first() {
            Some(first) => self.enter(state, rule, &first.id, true),
            None => Ok(Place::Support),
        }
    }

    /// A step as it is shown, for the protocol.
    fn shown(&self, case: &Case, at: &Place) -> Result<Option<Shown>, GuideError> {
        let (Place::Step(at) | Place::Confirm(at)) = at else { return Ok(None) };
        let Some(rule) = self.rule(&at.rule)? else { return Ok(None) };
        let planned = self.planned(&State::of(case), &rule, &at.step)?;
        Ok(planned.map(|(step, _)| Shown { title: step.title, commands: step.commands }))
    }

    /// Remembers which version of a rule the walk goes through.
    fn note_rule(&self, case: &mut Case) -> Result<(), GuideError> {
        let Some((id, _)) = current(case).step() else { return Ok(()) };
        let id = id.to_owned();
        let version = self.version(&id);
        case.rules.insert(id, version);
        Ok(())
    }

    /// What tells the versions of a rule apart; the same for one that cannot be read.
    fn version(&self, id: &str) -> String {
        let rules = self.engine.rules();
        let rule = rules.pack().rule_index(id).and_then(|number| rules.rule(number).ok());
        rule.map(|rule| Self::fingerprint(&rule)).unwrap_or_default()
    }
}
