//! Which rule to walk through next: by what the text proves, or by a question that separates what is only possible.

use super::case::{By, Decision, Place};
use super::judge::{inputs, quotes};
use super::state::State;
use super::{Guide, GuideError};
use crate::engine::{Match, Missing};
use crate::report::{Answer as Report, answer::CollectView};
use crate::rules::model::{Direction, Rule};
use std::collections::BTreeSet;

/// The most rules that a person is asked about.
const MOST_CANDIDATES: usize = 5;

/// A rule that may be the failure's.
struct Candidate {
    rule: Rule,
    missing: Missing,
    evidence: Vec<String>,
}

impl Guide<'_> {
    /// Where a walk goes when no rule leads on: to the rule that is certain, to the question that separates those that are possible,
    /// or to the end.
    pub(super) fn triage(&self, state: &State<'_>) -> Result<(Place, Decision), GuideError> {
        if state.errors.is_empty() && state.outputs.is_empty() {
            return Ok((Place::Support, Decision::default()));
        }
        let inputs = inputs(state);
        let pack = self.engine.rules().pack();
        let assumed: Vec<u16> = (state.contexts.iter().filter(|(_, yes)| **yes))
            .filter_map(|(id, _)| u16::try_from(pack.context_index(id)?).ok())
            .collect();
        let (_, analysis) = self.examine(&inputs, &assumed);
        let mut candidates = Vec::new();
        for found in &analysis.matches {
            let evidence = || quotes(found.evidence.iter().map(|at| inputs.text(at.clone())));
            candidates.extend(self.candidate(state, found.rule, found.missing, Some(found), evidence)?);
        }
        // A part of a signature is worth a question only while nothing better was found.
        if candidates.is_empty() && state.entered.is_empty() {
            for (number, at) in analysis.nearest.iter().take(MOST_CANDIDATES) {
                let evidence = || quotes(at.iter().map(|at| inputs.text(at.clone())));
                candidates.extend(self.candidate(state, *number, Missing::Signature, None, evidence)?);
            }
        }
        let is_certain = |candidate: &Candidate| candidate.missing == Missing::Nothing;
        let vouched = |candidate: &Candidate| state.rules.get(candidate.rule.id.as_str()) == Some(&true);
        if let Some(first) = candidates.iter().find(|candidate| is_certain(candidate) || vouched(candidate)) {
            let by = if is_certain(first) { By::Evidence } else { By::Person };
            return self.start(state, first, by);
        }
        candidates.truncate(MOST_CANDIDATES);
        if let Some(place) = self.question(state, &candidates, analysis.direction, analysis.auth.is_some()) {
            let evidence = candidates.iter().flat_map(|candidate| candidate.evidence.clone()).take(1).collect();
            return Ok((place, Decision { by: By::Evidence, evidence, ..Decision::default() }));
        }
        // Everything was asked, and left open: what is most likely is tried.
        if let Some(first) = candidates.iter().find(|candidate| candidate.missing != Missing::Signature) {
            return self.start(state, first, By::Skipped);
        }
        if state.entered.is_empty() && !state.asked.contains(&&Place::Collect) && !self.to_collect(state)?.is_empty() {
            return Ok((Place::Collect, Decision::default()));
        }
        Ok((Place::Support, Decision::default()))
    }

    /// A rule, as far as nothing rules it out.
    fn candidate(
        &self,
        state: &State<'_>,
        number: usize,
        missing: Missing,
        found: Option<&Match>,
        evidence: impl FnOnce() -> Vec<String>,
    ) -> Result<Option<Candidate>, GuideError> {
        let id = self.engine.rules().pack().rules[number].id.to_string();
        let context = |missing: Missing| match missing {
            Missing::Context(number) => {
                let id: &str = &self.engine.rules().pack().contexts[usize::from(number)].id;
                state.contexts.get(id) == Some(&false)
            }
            _ => false,
        };
        let is_out = state.entered.contains(&id.as_str()) || state.rules.get(id.as_str()) == Some(&false);
        // What follows from another failure goes away with it.
        let outranked = found.and_then(|found| found.outranked_by).is_some();
        if is_out || outranked || context(missing) {
            return Ok(None);
        }
        let Some(rule) = self.rule(&id)? else { return Ok(None) };
        let is_certain = missing == Missing::Nothing;
        let fits_direction = state.direction.is_none_or(|direction| rule.direction.contains(&direction));
        let fits_auth = state.auth.is_none_or(|auth| rule.auth.is_empty() || rule.auth.contains(&auth));
        if !(is_certain || fits_direction && fits_auth) {
            return Ok(None);
        }
        Ok(Some(Candidate { rule, missing, evidence: evidence() }))
    }

    fn start(&self, state: &State<'_>, candidate: &Candidate, by: By) -> Result<(Place, Decision), GuideError> {
        let decision = Decision {
            by,
            evidence: candidate.evidence.clone(),
            rule: Some(candidate.rule.id.clone()),
            ..Decision::default()
        };
        let Some(first) = candidate.rule.steps.first() else { return Ok((Place::Support, decision)) };
        Ok((self.enter(state, &candidate.rule, &first.id, true)?, decision))
    }

    /// The question that separates the candidates best, of those that were not asked yet.
    fn question(
        &self,
        state: &State<'_>,
        candidates: &[Candidate],
        direction: Option<Direction>,
        shows_auth: bool,
    ) -> Option<Place> {
        let contexts = &self.engine.rules().pack().contexts;
        let open = |place: Place| (!state.asked.contains(&&place)).then_some(place);
        // A context can make a rule certain.
        let context = candidates.iter().find_map(|candidate| match candidate.missing {
            Missing::Context(number) => open(Place::Context(contexts[usize::from(number)].id.to_string())),
            _ => None,
        });
        // Who asks, and by which scheme, decide something only where they leave some of several over.
        let direction = || {
            let sets: BTreeSet<Vec<&str>> = candidates.iter().map(|c| ids(&c.rule.direction)).collect();
            if direction.is_none() && sets.len() > 1 { open(Place::Direction) } else { None }
        };
        let auth = || {
            let sets: BTreeSet<Vec<&str>> =
                candidates.iter().map(|c| c.rule.auth.iter().map(|auth| auth.id()).collect()).collect();
            let decides = sets.len() > 1 && sets.iter().any(|set| set.len() == 1);
            if !shows_auth && decides { open(Place::Auth) } else { None }
        };
        let rule = || candidates.iter().find_map(|candidate| open(Place::Rule(candidate.rule.id.clone())));
        context.or_else(direction).or_else(auth).or_else(rule)
    }

    /// The directions that separate what is possible.
    pub(super) fn directions(&self, state: &State<'_>) -> Result<Vec<Direction>, GuideError> {
        let inputs = inputs(state);
        let (_, analysis) = self.examine(&inputs, &[]);
        let mut directions = BTreeSet::new();
        let near = analysis.nearest.iter().map(|(number, _)| *number).take(MOST_CANDIDATES);
        for number in analysis.matches.iter().map(|found| found.rule).chain(near) {
            directions.extend(self.engine.rules().rule(number)?.direction);
        }
        Ok(directions.into_iter().collect())
    }

    /// What to collect where nothing fits.
    pub(super) fn to_collect(&self, state: &State<'_>) -> Result<Vec<CollectView>, GuideError> {
        let inputs = inputs(state);
        if inputs.parts().is_empty() {
            return Ok(Vec::new());
        }
        let (_, mut analysis) = self.examine(&inputs, &[]);
        // What was only possible was ruled out: the answer is that of a text that nothing fits.
        analysis.matches.clear();
        analysis.direction = state.direction.or(analysis.direction);
        analysis.auth = state.auth.or(analysis.auth);
        let planner = self.planner(state);
        Ok(Report::of_case(&self.engine, &analysis, &planner, &inputs, None)?.collect)
    }
}

fn ids(directions: &[Direction]) -> Vec<&'static str> {
    directions.iter().map(|direction| direction.id()).collect()
}
