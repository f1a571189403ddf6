//! What holds on a given day.

use super::model::{Milestone, Rule};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The day for which an answer holds, and the dates of the timeline. Without a day everything holds at once, which is how
/// rules are tested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    today: Option<String>,
    dates: BTreeMap<String, String>,
}

impl Calendar {
    /// The calendar of one day, an ISO 8601 date such as 2026-11-22.
    pub fn new(timeline: &[Milestone], today: impl Into<String>) -> Self {
        let dates = timeline.iter().map(|entry| (entry.id.clone(), entry.date.clone())).collect();
        Self { today: Some(today.into()), dates }
    }

    /// All days at once, with the dates of the timeline.
    pub fn undated(timeline: &[Milestone]) -> Self {
        Self { today: None, ..Self::new(timeline, "") }
    }

    /// The day, where there is one.
    pub fn today(&self) -> Option<&str> {
        self.today.as_deref()
    }

    /// Whether what is true from one entry of the timeline until another one is true on this day. An entry that does not exist
    /// bounds nothing: `rules check` reports it.
    pub fn holds(&self, since: Option<&str>, until: Option<&str>) -> bool {
        let Some(today) = &self.today else { return true };
        let date = |id: Option<&str>| id.and_then(|id| self.dates.get(id));
        // ISO dates are in the order of their letters.
        date(since).is_none_or(|from| from <= today) && date(until).is_none_or(|end| today < end)
    }

    /// The date of an entry of the timeline.
    pub fn date(&self, id: Option<&str>) -> Option<&str> {
        self.dates.get(id?).map(String::as_str)
    }

    /// A rule without what does not hold on this day. A step that is left out is passed over: whatever led to it leads to the
    /// next one that is left.
    pub fn current<'r>(&self, rule: &'r Rule) -> Cow<'r, Rule> {
        let applies: Vec<bool> =
            rule.steps.iter().map(|step| self.holds(step.since.as_deref(), step.until.as_deref())).collect();
        let warns = |number: usize| {
            let warning = &rule.warnings[number];
            self.holds(warning.since.as_deref(), warning.until.as_deref())
        };
        if applies.iter().all(|applies| *applies) && (0..rule.warnings.len()).all(warns) {
            return Cow::Borrowed(rule);
        }
        let mut current = rule.clone();
        let lead = |target: &mut String, from: usize| {
            let to = match target.as_str() {
                "next" => Some(from + 1),
                id => rule.steps.iter().position(|step| step.id == id),
            };
            // What names no step stays as it is. `rules check` sees to it that there is always a step to go on with.
            let Some(to) = to.filter(|to| *to < applies.len()) else { return };
            match (to..applies.len()).find(|number| applies[*number]) {
                Some(_) if target == "next" => {}
                Some(number) => target.clone_from(&rule.steps[number].id),
                None => "support".clone_into(target),
            }
        };
        for (number, step) in current.steps.iter_mut().enumerate() {
            for outcome in &mut step.outcomes {
                outcome.then.iter_mut().chain(&mut outcome.otherwise).for_each(|target| lead(target, number));
            }
        }
        let mut kept = applies.iter();
        current.steps.retain(|_| kept.next().copied().unwrap_or(true));
        let mut number = 0..;
        current.warnings.retain(|_| number.next().is_none_or(warns));
        Cow::Owned(current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::model::Standing;

    fn calendar(today: &str) -> Calendar {
        let milestone = |id: &str, date: &str| Milestone {
            id: id.to_owned(),
            date: date.to_owned(),
            title: String::new(),
            source: String::new(),
            confidence: Standing::Verified,
        };
        Calendar::new(&[milestone("block", "2025-11-01"), milestone("end", "2027-04-01")], today)
    }

    #[test]
    fn the_first_day_counts_and_the_last_one_does_not() {
        assert!(!calendar("2025-10-31").holds(Some("block"), None));
        assert!(calendar("2025-11-01").holds(Some("block"), None));
        assert!(calendar("2027-03-31").holds(Some("block"), Some("end")));
        assert!(!calendar("2027-04-01").holds(Some("block"), Some("end")));
    }

    #[test]
    fn without_a_day_and_without_bounds_everything_holds() {
        assert!(Calendar::default().holds(Some("block"), Some("block")));
        assert!(calendar("2000-01-01").holds(None, Some("nobody knows")));
    }
}
