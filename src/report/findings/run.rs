//! What a run read: the line behind its findings, without which nobody can tell what their number is worth.

use super::line::line;
use crate::digest;
use crate::report::scan::Asked;
use crate::scan::summary::Summary;
use crate::scan::{Counts, Unread};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the line's form. It grows when a key is renamed or removed, not when one is added.
const SCHEMA_VERSION: u32 = 1;

/// What a run read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA_VERSION`]
    pub schema_version: u32,
    /// What was asked for.
    pub asked: Asked,
    /// How many findings it wrote.
    pub findings: u64,
    /// The sum of the [digests](Run::digest) of their lines: it does not depend on their order.
    #[serde(with = "hexadecimal")]
    pub checksum: u64,
    /// The findings by the version of the rules.
    pub rules_versions: BTreeMap<String, u64>,
    /// What was read.
    pub read: Counts,
    /// The sum of the digests of the sources' names: two runs that read the same have the same.
    #[serde(with = "hexadecimal")]
    pub sources_checksum: u64,
    /// [`Summary::formats`]
    pub formats: BTreeMap<String, u64>,
    /// [`Summary::exchange_sources`]
    pub exchange_sources: u64,
    /// How many sources were not read, or not whole.
    pub faults: u64,
    /// How many were left out on purpose.
    pub left_out: u64,
    /// The first of both.
    pub unread: Vec<Unread>,
}

#[derive(Serialize, Deserialize)]
struct Frame<R> {
    run: R,
}

impl Run {
    /// What a run read whose findings are summed up. `checksum` and `sources_checksum` as the fields of that name.
    pub fn new(summary: &Summary, asked: Asked, checksum: u64, sources_checksum: u64) -> Self {
        let unread = summary.unread();
        Self {
            schema_version: SCHEMA_VERSION,
            asked,
            findings: summary.total().count,
            checksum,
            rules_versions: summary.rules_versions.clone(),
            read: summary.counts.clone(),
            sources_checksum,
            formats: summary.formats.clone(),
            exchange_sources: summary.exchange_sources,
            faults: unread.faults,
            left_out: unread.left_out,
            unread: unread.named().to_vec(),
        }
    }

    /// Reads the line back.
    ///
    /// # Errors
    ///
    /// When it is damaged, or of a newer version.
    pub fn parse(line: &str) -> Result<Self, serde_json::Error> {
        let frame: Frame<Self> = serde_json::from_str(line)?;
        if frame.run.schema_version > SCHEMA_VERSION {
            let newer = format!("the run was written by a newer version (schema_version {})", frame.run.schema_version);
            return Err(serde::de::Error::custom(newer));
        }
        Ok(frame.run)
    }

    /// The run as a line, with its end.
    pub fn line(&self) -> String {
        line(&Frame { run: self })
    }

    /// The digest of a line, without its end.
    pub fn digest(line: &str) -> u64 {
        digest::of(line.trim_end_matches(['\r', '\n']).bytes())
    }

    /// What is the same in two runs only if they read the same and found the same.
    pub fn identity(&self) -> Option<u64> {
        // Runs that read nothing are all alike.
        (self.read.bytes > 0).then(|| Self::digest(&self.line()))
    }
}

/// 64 bits as text: a number of that size is not exact in every reader of JSON.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    pub(super) fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{number:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16).map_err(|_| de::Error::custom(format!("`{text}` is no checksum")))
    }
}
