//! From the candidates of a block to findings.

use super::block::{Block, Sifted};
use super::{Classifier, Counts, Finding, Verdict};
use crate::engine::Suspects;
use crate::read::format::Lines;
use crate::record::Record;
use std::ops::Range;
use std::sync::Arc;

/// How far around a record of a text without times its context may stand, in bytes.
pub const NEIGHBOURHOOD: usize = 8 << 10;

/// What of a log was found in one piece of work.
#[derive(Debug, Default)]
pub struct Found {
    /// What was read.
    pub counts: Counts,
    /// The findings, in the order of the records.
    pub findings: Vec<Finding>,
    /// The rule and [`Finding::once`] of the last finding.
    last: Option<(usize, String)>,
}

impl Found {
    /// Counts a verdict, and keeps its finding.
    pub fn note(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Finding(finding) => {
                // One event that a log reports several times is one finding.
                let key = finding.once.clone().map(|once| (finding.rule, once));
                if key.is_none() || key != self.last {
                    self.counts.count(finding.confidence);
                    self.findings.push(*finding);
                    self.last = key;
                }
            }
            Verdict::Possible => self.counts.possible += 1,
            Verdict::Outside => self.counts.outside += 1,
            Verdict::Nothing => {}
        }
    }
}

/// What was found last in a source, for the piece of work behind it.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    /// The rule and [`Finding::once`] of the last finding.
    last: Option<(usize, String)>,
    /// The rules and records of the last findings.
    findings: Vec<(usize, u64)>,
}

/// How many findings may lie between two views of the same one.
const RECENT: usize = 64;

impl Found {
    /// Takes out what a piece of the same source before this one found already: a failure of several lines across their seam is seen from
    /// both sides. Pieces come in the source's order.
    pub fn go_on_from(&mut self, recent: &mut Recent) {
        let Self { counts, findings, last } = self;
        let mut first = true;
        findings.retain(|finding| {
            let repeated = std::mem::take(&mut first)
                && finding.once.as_ref().is_some_and(|once| {
                    recent.last.as_ref().is_some_and(|(rule, key)| *rule == finding.rule && key == once)
                });
            let known = repeated || recent.findings.contains(&(finding.rule, finding.record));
            if known {
                counts.forget(finding.confidence);
            }
            !known
        });
        recent.last = last.take().or_else(|| recent.last.take().filter(|_| findings.is_empty()));
        recent.findings.extend(findings.iter().map(|finding| (finding.rule, finding.record)));
        recent.findings.drain(..recent.findings.len().saturating_sub(RECENT));
    }
}

/// Where in a log a block stands.
#[derive(Debug, Clone)]
pub struct Place<'p> {
    /// The log's name.
    pub source: &'p Arc<str>,
    /// The lines before the block.
    pub lines: u64,
    /// The last header line before it.
    pub header: Option<Arc<str>>,
}

impl Classifier<'_> {
    /// Classifies the candidates of a block.
    pub fn block(&self, block: &Block<'_>, sifted: &Sifted, format: &dyn Lines, place: &Place<'_>) -> Found {
        let mut found = Found::default();
        found.counts.records = sifted.records;
        let mut headers = sifted.headers.iter().peekable();
        let mut header: Option<&str> = place.header.as_deref();
        for (range, line) in &sifted.candidates {
            while let Some((_, next)) = headers.next_if(|(at, _)| *at < range.start) {
                header = Some(next);
            }
            let text = block.text(range.clone());
            let Some(mut record) = format.read(header, &text) else { continue };
            record.origin.number = place.lines + line + 1;
            let mut verdict = self.record(&record, place.source);
            let near = format.has_neighbours() && record.origin.time.is_none();
            if near && matches!(verdict, Verdict::Possible | Verdict::Nothing) {
                let around = block.around(format, range, NEIGHBOURHOOD);
                if around != *range {
                    verdict = self.with_neighbours(block, range, around, &record, &found, place).unwrap_or(verdict);
                }
            }
            found.note(verdict);
        }
        found
    }

    /// Classifies a record if there is any chance that it matches.
    pub fn record(&self, record: &Record<'_>, source: &Arc<str>) -> Verdict {
        if self.possible {
            return self.classify(record, &Suspects::All, source);
        }
        match self.engine().may_be_certain(&record.text) {
            Suspects::None => Verdict::Nothing,
            rules => self.classify(record, &rules, source),
        }
    }

    /// What a record is together with the lines around it, in a text in which nobody knows where a record begins: the line that says
    /// what was tested may stand far above the error. Of several lines with the same evidence the first is the finding.
    fn with_neighbours(
        &self,
        block: &Block<'_>,
        own: &Range<usize>,
        around: Range<usize>,
        record: &Record<'_>,
        found: &Found,
        place: &Place<'_>,
    ) -> Option<Verdict> {
        let text = block.text(around.clone());
        let mut wide = Record::text(text.as_ref());
        wide.origin = record.origin.clone();
        let rules = self.engine().may_be_certain(&wide.text);
        if rules.is_none() {
            return None;
        }
        let Verdict::Finding(mut finding) = self.classify(&wide, &rules, place.source) else { return None };
        if finding.confidence != crate::rules::model::Confidence::Certain {
            return None;
        }
        let first = finding.evidence.first()?.start;
        let lines = |text: &str| text.bytes().filter(|b| *b == b'\n').count() as u64;
        let before = block.text(around.start..own.start);
        let line = match first.checked_sub(before.len()) {
            Some(behind) => record.origin.number + lines(text.get(before.len()..before.len() + behind)?),
            None => record.origin.number.checked_sub(lines(text.get(first..before.len())?))?,
        };
        finding.record = line;
        let start = text.get(..first)?.rfind('\n').map_or(0, |at| at + 1);
        for evidence in &mut finding.evidence {
            evidence.start -= start.min(evidence.start);
            evidence.end -= start.min(evidence.end);
        }
        let known = |f: &&Finding| f.rule == finding.rule && f.record == finding.record;
        if found.findings.iter().rev().take(RECENT).any(|f| known(&f)) {
            return Some(Verdict::Nothing);
        }
        Some(Verdict::Finding(finding))
    }
}
