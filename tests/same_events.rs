//! The same three events in every format: whoever exports them, by whichever tool, gets the same findings.
//!
//! `tests/formats/*/three-events*.ndjson` are the findings, which tests/formats.rs holds.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Snapshots whose names begin so, in all formats.
fn snapshots(beginning: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let folders = fs::read_dir(root).expect("tests/formats").map(|entry| entry.expect("an entry").path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).expect("a folder of one format"));
    let mut files: Vec<PathBuf> = files
        .map(|entry| entry.expect("an entry").path())
        .filter(|file| {
            let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
            // `x.ndjson` may be an input itself.
            name.starts_with(beginning) && name.ends_with(".ndjson") && file.with_extension("").exists()
        })
        .collect();
    files.sort();
    files
}

fn findings(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("a snapshot");
    text.lines().map(|line| serde_json::from_str(line).expect("a finding")).collect()
}

/// What every format must agree on.
fn said(finding: &Value) -> Value {
    let evidence: Vec<&Value> =
        finding["evidence"].as_array().expect("evidence").iter().map(|place| &place["text"]).collect();
    serde_json::json!({
        "rule": finding["rule"],
        "confidence": finding["confidence"],
        "evidence": evidence,
        "mailboxes": finding["mailboxes"],
        "direction": finding["direction"],
        "event": finding["event"],
    })
}

#[test]
fn the_same_events_give_the_same_findings_in_every_format() {
    const EXPECTED: [(&str, &str, u64, &str); 2] = [
        ("tls12-not-used-on-send", "2026-03-17T08:45:01", 7001, "an unexpected error occurred on a send"),
        ("autodiscover-name-not-resolved", "2026-03-17T08:46:01", 7002, "remote name could not be resolved"),
    ];
    let files = snapshots("three-events");
    let first = findings(files.first().expect("a snapshot"));
    for file in &files {
        let name = file.display();
        let found = findings(file);
        assert_eq!(found.len(), EXPECTED.len(), "{name}");
        for ((finding, other), (rule, time, number, words)) in found.iter().zip(&first).zip(EXPECTED) {
            assert_eq!(said(finding), said(other), "{name}");
            assert_eq!(finding["rule"], rule, "{name}");
            assert!(
                finding["evidence"][0]["text"].as_str().is_some_and(|t| t.to_lowercase().contains(words)),
                "{name}"
            );
            // The formats with local times were written where it was UTC.
            if let Some(printed) = finding["time"].as_str() {
                assert_eq!(printed.trim_end_matches('Z'), time, "{name}");
            }
            if let Some(computer) = finding["computer"].as_str() {
                assert_eq!(computer, "EX01.contoso.com", "{name}");
            }
            if let Some(printed) = finding["event_record_id"].as_u64() {
                assert_eq!(printed, number, "{name}");
            }
        }
    }
}

#[test]
fn the_encoding_changes_no_finding() {
    let files = snapshots("german-");
    let first = findings(files.first().expect("a snapshot"));
    assert_eq!(first.len(), 2);
    for file in &files {
        let found = findings(file);
        assert_eq!(found.len(), first.len(), "{}", file.display());
        for (finding, other) in found.iter().zip(&first) {
            // Letters that were lost stay lost in what is shown, but hide nothing.
            let plain = |finding: &Value| said(finding).to_string().replace('\u{f6}', "?");
            assert_eq!(plain(finding), plain(other), "{}", file.display());
            assert_eq!(finding["time"], other["time"], "{}", file.display());
        }
    }
}
