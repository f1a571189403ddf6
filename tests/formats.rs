//! Every format that `freebusy scan` reads: a file of each, and the findings in it.
//!
//! `tests/formats/FORMAT/NAME` is an input; beside it `NAME.ndjson` holds the findings, `NAME.stderr` what is said about it on
//! standard error, where anything is. `SNAPSHOTS=overwrite cargo test --test formats` writes both; read the difference before you
//! commit it.

mod common;

use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn inputs() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let mut inputs = Vec::new();
    for folder in fs::read_dir(root).expect("tests/formats").map(|entry| entry.expect("an entry").path()) {
        let format = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        for file in fs::read_dir(&folder).expect("a folder of one format").map(|entry| entry.expect("an entry").path())
        {
            if !file.extension().is_some_and(|e| e == "ndjson" && file.with_extension("").exists() || e == "stderr") {
                inputs.push((format.clone(), file));
            }
        }
    }
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs
}

#[test]
fn every_format_gives_exactly_its_findings() {
    for (format, file) in inputs() {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let output = Command::new(env!("CARGO_BIN_EXE_freebusy"))
            .args(["scan", "--quiet", "--format", "ndjson", name])
            .current_dir(file.parent().expect("a folder"))
            .output()
            .expect("freebusy runs");
        let beside = |kind: &str| file.with_file_name(format!("{name}.{kind}"));
        let expected = Data::read_from(&beside("ndjson"), Some(DataFormat::Text));
        let found = common::lines::findings(&String::from_utf8(output.stdout).expect("UTF-8"));
        Assert::new().action_env("SNAPSHOTS").eq(found, expected.raw());
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(!said.contains("panicked"), "{format}/{name}: {said}");
        if !said.is_empty() || beside("stderr").exists() {
            let expected = Data::read_from(&beside("stderr"), Some(DataFormat::Text));
            Assert::new().action_env("SNAPSHOTS").eq(said, expected.raw());
        }
    }
}

#[test]
fn every_input_is_known_by_its_content() {
    for (format, file) in inputs() {
        let detected = freebusy::read::format::detect_bytes(&fs::read(&file).expect("the input"));
        assert_eq!(
            clap::ValueEnum::to_possible_value(&detected).expect("a name").get_name(),
            format,
            "{}",
            file.display()
        );
    }
}
