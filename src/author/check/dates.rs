//! What holds from one entry of the timeline until another.

use super::{Checker, near, shape, text_of};
use crate::author::diagnostic::Findings;
use crate::author::problems::{DatesReversed, UnknownMilestone};
use crate::author::yaml::Node;
use crate::rules::model::Milestone;

/// Reports what is wrong with the `since` and `until` of a rule, a step, a warning or a question.
pub(super) fn check(checker: &Checker<'_>, node: &Node, findings: &mut Findings) {
    let timeline = &checker.known.timeline;
    let mut bounds = Vec::new();
    for key in ["since", "until"] {
        let Some((id, span)) = text_of(node, key) else { continue };
        match timeline.iter().find(|entry| entry.id == id) {
            Some(entry) => bounds.push((key, entry, span)),
            None => {
                let near = near(id, timeline.iter().map(|entry| entry.id.as_str()));
                let known = shape::listed(timeline.iter().map(|entry| &entry.id));
                let problem = UnknownMilestone { id: id.to_owned(), near: near.clone(), known };
                findings.add(span, &problem).suggest(near);
            }
        }
    }
    if let [("since", since, _), ("until", until, span)] = bounds.as_slice()
        && since.date >= until.date
    {
        let problem = DatesReversed { since: since.date.clone(), until: until.date.clone() };
        findings.add(span.clone(), &problem);
    }
}

/// One day of every time between two entries of the timeline, and one before all of them.
pub(super) fn days(timeline: &[Milestone]) -> Vec<String> {
    let mut days: Vec<String> = timeline.iter().map(|entry| entry.date.clone()).collect();
    days.push("0001-01-01".to_owned());
    days.sort();
    days.dedup();
    days
}
