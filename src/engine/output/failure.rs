//! The failure that stands beside the settings of a case: its text without them, and the facts in it.

use super::examine::Examiner;
use crate::engine::finder::Hits;
use crate::facts::Facts;
use crate::read::objects::is_command_line;
use crate::record::Record;
use crate::rules::check::Nature;
use crate::rules::model::FactKind;
use crate::text::Text;
use std::ops::Range;

/// What was pasted beside the settings: the error itself, and what test cmdlets found.
pub(super) struct Failure<'e> {
    pub(super) readings: Vec<Read<'e>>,
    pub(super) facts: Facts,
}

/// A text, ready to be asked about.
pub(super) struct Read<'e> {
    pub(super) record: Record<'e>,
    pub(super) text: Text,
    pub(super) facts: Facts,
    pub(super) hits: Hits,
}

impl<'e> Examiner<'e> {
    pub(super) fn read<'r>(&self, record: Record<'r>) -> Read<'r> {
        let text = Text::new(&record.text);
        let facts = Facts::of(&text);
        let hits = self.finder.find(&text);
        Read { record, text, facts, hits }
    }

    /// The failure, read when it is first asked about.
    pub(super) fn failure(&self) -> &Failure<'e> {
        self.failure.get_or_init(|| {
            let mut failure = Failure { readings: Vec::new(), facts: Facts::default() };
            for record in self.scene.records {
                let text = self.without_settings(record);
                if text.trim().is_empty() {
                    continue;
                }
                let read = self.read(Record { text: text.into(), offset: record.offset, ..Record::default() });
                failure.facts.merge(read.facts.clone(), record.offset);
                failure.readings.push(read);
            }
            failure
        })
    }

    /// Whether there is anything beside settings and the commands that print them.
    pub(super) fn has_failure(&self) -> bool {
        let lines = self.failure().readings.iter().flat_map(|read| read.record.text.lines());
        lines.filter(|line| !line.trim().is_empty()).any(|line| !is_command_line(line))
    }

    /// A record's text with blanks in place of settings: what they name is no part of the failure.
    fn without_settings(&self, record: &Record<'_>) -> String {
        let mut bytes = record.text.as_bytes().to_vec();
        for item in &self.items {
            if self.checks.printouts[item.printout].shows != Nature::Configuration {
                continue;
            }
            let start = item.object.at.start.saturating_sub(record.offset).min(bytes.len());
            let end = item.object.at.end.saturating_sub(record.offset).min(bytes.len());
            bytes[start..end.max(start)].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        // Records overlap, so that a setting may begin in the middle of a character of one.
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The values of a fact of the failure, with their places; none where the text leaves open which one is meant.
pub(super) fn values(kind: FactKind, facts: &Facts) -> Vec<(String, Range<usize>)> {
    let pair = |found: &crate::facts::Found<String>| (found.value.clone(), found.span.clone());
    match kind {
        FactKind::Mailbox => facts.looked_up.iter().map(pair).collect(),
        FactKind::Domain => match &facts.looked_up {
            Some(found) => {
                let domain = found.value.rsplit_once('@').map(|(_, domain)| domain.to_owned());
                domain.map(|domain| (domain, found.span.clone())).into_iter().collect()
            }
            None => {
                // A domain that is named as such, not one that stands in somebody's address.
                let of_mailbox = |domain: &str| {
                    facts
                        .mailboxes
                        .iter()
                        .any(|m| m.value.rsplit_once('@').is_some_and(|(_, d)| d.eq_ignore_ascii_case(domain)))
                };
                let named: Vec<_> = facts.domains.iter().filter(|found| !of_mailbox(&found.value)).map(pair).collect();
                if named.len() == 1 { named } else { Vec::new() }
            }
        },
        FactKind::Host => facts.contacted.iter().map(pair).collect(),
        FactKind::Server => facts.servers.iter().map(pair).collect(),
        FactKind::Thumbprint => facts.thumbprints.iter().map(pair).collect(),
    }
}
