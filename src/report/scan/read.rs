//! What was read and what was not: without it, nobody can tell what a count is worth.

use crate::scan::summary::Summary;
use serde::Serialize;
use std::cmp::Reverse;

/// What was read.
#[derive(Debug, Serialize)]
pub struct ReadView<'s> {
    /// Files, entries of archives, standard input.
    pub sources: u64,
    /// Bytes, as they are on the disk.
    pub bytes: u64,
    /// Records; in a text without records, lines.
    pub records: u64,
    /// Records outside the time that was asked for.
    pub outside: u64,
    /// Records with a certain match.
    pub certain: u64,
    /// Records with a possible match only.
    pub possible: u64,
    /// Records without any match.
    pub unclassified: u64,
    /// Sources in which something of Exchange's own was seen.
    pub exchange_sources: u64,
    /// Sources by format.
    pub formats: Vec<FormatView<'s>>,
    /// The versions of the rules that found something; none if it was these rules alone.
    pub rules_versions: Vec<VersionView<'s>>,
}

/// Findings of one version of the rules.
#[derive(Debug, Serialize)]
pub struct VersionView<'s> {
    /// [`crate::rules::Rules::version`]
    pub version: &'s str,
    /// How many.
    pub findings: u64,
    /// Whether these are the rules that explain the failures here.
    pub own: bool,
}

/// Sources of one format.
#[derive(Debug, Serialize)]
pub struct FormatView<'s> {
    /// Its name, as `--input-format` takes it.
    pub format: &'s str,
    /// How many.
    pub sources: u64,
}

/// What was not read, or not whole.
#[derive(Debug, Serialize)]
pub struct UnreadView<'s> {
    /// How many could not be read, or not whole.
    pub faults: u64,
    /// How many were left out on purpose.
    pub left_out: u64,
    /// The first of them, faults before the others.
    pub files: Vec<UnreadFile<'s>>,
    /// How many are not listed.
    pub more: u64,
}

/// Something that was not read.
#[derive(Debug, Serialize)]
pub struct UnreadFile<'s> {
    /// The file or folder.
    pub source: &'s str,
    /// Where in it, in bytes.
    pub offset: Option<u64>,
    /// What happened.
    pub message: &'s str,
    /// Whether that is a fault.
    pub fault: bool,
}

impl<'s> ReadView<'s> {
    pub(super) fn new(summary: &'s Summary, own: &str) -> Self {
        let counts = &summary.counts;
        let mut versions: Vec<_> = summary
            .rules_versions
            .iter()
            .map(|(version, findings)| VersionView { version, findings: *findings, own: version == own })
            .collect();
        versions.sort_by_key(|entry| (!entry.own, Reverse(entry.findings), entry.version));
        if versions.iter().all(|entry| entry.own) {
            versions.clear();
        }
        let mut formats: Vec<_> =
            summary.formats.iter().map(|(format, sources)| FormatView { format, sources: *sources }).collect();
        formats.sort_by_key(|entry| (Reverse(entry.sources), entry.format));
        Self {
            sources: counts.sources,
            bytes: counts.bytes,
            records: counts.records,
            outside: counts.outside,
            certain: counts.certain,
            possible: counts.possible,
            unclassified: counts.unclassified(),
            exchange_sources: summary.exchange_sources,
            formats,
            rules_versions: versions,
        }
    }
}

impl<'s> UnreadView<'s> {
    pub(super) fn new(summary: &'s Summary, most: usize) -> Self {
        let unread = summary.unread();
        let files: Vec<_> = unread
            .named()
            .iter()
            .take(most)
            .map(|file| UnreadFile {
                source: &file.source,
                offset: file.offset,
                message: &file.message,
                fault: file.fault,
            })
            .collect();
        let more = (unread.faults + unread.left_out).saturating_sub(files.len() as u64);
        Self { faults: unread.faults, left_out: unread.left_out, files, more }
    }
}
