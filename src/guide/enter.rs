//! Coming to a step: what has to be known and agreed to before it is shown.

use super::case::{Place, StepAt};
use super::judge::inputs;
use super::state::State;
use super::{Guide, GuideError, MOST_VISITS};
use crate::facts::Facts;
use crate::remedy::plan::{PlannedStep, UsedParameter};
use crate::remedy::{Planner, Values};
use crate::rules::model::{Direction, Effect, Rule};
use crate::text::Text;

impl Guide<'_> {
    /// What a walk waits for first at a step. `arrives`: it comes from elsewhere, so that the step counts as visited once more.
    pub(super) fn enter(&self, state: &State<'_>, rule: &Rule, step: &str, arrives: bool) -> Result<Place, GuideError> {
        let at = StepAt { rule: rule.id.clone(), step: step.to_owned() };
        let visits = state.visits.get(&(rule.id.as_str(), step)).copied().unwrap_or(0);
        // A rule that sends back to one where the walk has been already goes round, at the latest with its first step.
        let returns =
            state.entered.contains(&rule.id.as_str()) && state.entered.last() != Some(&rule.id.as_str()) && visits > 0;
        if arrives && (visits >= MOST_VISITS || returns) {
            return Ok(Place::Again(at));
        }
        self.stage(state, rule, step, false)
    }

    /// What comes before a step is shown: its open values, then the consent to what it changes.
    pub(super) fn stage(
        &self,
        state: &State<'_>,
        rule: &Rule,
        step: &str,
        confirmed: bool,
    ) -> Result<Place, GuideError> {
        let at = StepAt { rule: rule.id.clone(), step: step.to_owned() };
        let Some((planned, used)) = self.planned(state, rule, step)? else { return Ok(Place::Support) };
        let open = used.iter().find(|p| p.value.is_none() && !state.unknown.contains(p.name.as_str()));
        if let Some(parameter) = open {
            return Ok(Place::Value { rule: at.rule, step: at.step, name: parameter.name.clone() });
        }
        Ok(if planned.effect != Effect::ReadOnly && !confirmed { Place::Confirm(at) } else { Place::Step(at) })
    }

    /// A step with its commands filled in, and the values that they use; nothing where the rule has no such step today.
    pub(super) fn planned(
        &self,
        state: &State<'_>,
        rule: &Rule,
        step: &str,
    ) -> Result<Option<(PlannedStep, Vec<UsedParameter>)>, GuideError> {
        let Some(found) = rule.steps.iter().find(|own| own.id == step) else { return Ok(None) };
        let only = Rule { steps: vec![found.clone()], ..rule.clone() };
        // Most commands need no value, or have all of them.
        let needs = found.run.iter().any(|command| command.command.contains("{{"));
        let (facts, direction) = if needs { self.facts(state, rule) } else { (Facts::default(), None) };
        let mut plan = self.planner(state).plan(&only, &facts, direction)?;
        let step = if plan.steps.is_empty() { None } else { Some(plan.steps.swap_remove(0)) };
        Ok(step.map(|step| (step, plan.parameters)))
    }

    /// What fills commands, with what the person said.
    pub(super) fn planner(&self, state: &State<'_>) -> Planner {
        let values = Values { set: state.values.clone(), profile: self.profile.clone() };
        Planner::new(self.parameters.clone(), values).as_of(self.calendar.clone())
    }

    /// What the failure itself names, and the direction of the lookup.
    fn facts(&self, state: &State<'_>, rule: &Rule) -> (Facts, Option<Direction>) {
        let errors = State { errors: state.errors.clone(), ..State::default() };
        let case = inputs(&errors);
        let analysis = self.engine.analyse(&case.records(), &[]);
        let number = self.engine.rules().pack().rule_index(&rule.id);
        let own = analysis.matches.iter().find(|found| Some(found.rule) == number);
        let documented = match rule.direction.as_slice() {
            [only] => Some(*only),
            several => {
                let said = state.direction.or(analysis.direction);
                own.and_then(|found| found.direction(several)).or(said.filter(|said| several.contains(said)))
            }
        };
        let mut facts = own.map_or(analysis.facts, |found| Facts::clone(&found.shown.facts));
        // The thumbprint that a step showed is the one that the next step looks for.
        if facts.thumbprints.is_empty()
            && let Some((_, text)) = state.outputs.iter().rev().find(|((own, _), _)| *own == rule.id)
        {
            facts.thumbprints = Facts::of(&Text::new(text)).thumbprints;
        }
        (facts, documented)
    }
}
