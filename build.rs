//! Digests the built-in rules into one embedded form, so that a cold start parses no YAML and compiles no regex.
//!
//! The rules are read here with `serde_yaml`; `--rules DIR` reads them with serde-saphyr. `tests/rule_files.rs` shows that
//! every file means the same to both.

// The library's own files, so that built-in rules and rules from a directory are compiled by the same code. Not every item
// is used on this side.
#[allow(dead_code)]
#[path = "src/rules/check.rs"]
mod check;
#[allow(dead_code)]
#[path = "src/rules/compile.rs"]
mod compile;
#[allow(dead_code)]
#[path = "src/rules/compile_checks.rs"]
mod compile_checks;
#[allow(dead_code)]
#[path = "src/text/fold.rs"]
mod fold;
#[allow(dead_code)]
#[path = "src/rules/identifier.rs"]
mod identifier;
#[allow(dead_code)]
#[path = "src/rules/model.rs"]
mod model;
#[allow(dead_code)]
#[path = "src/rules/pack.rs"]
mod pack;

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// Names a folder of further rules to embed: an organization's own, or a benchmark's.
const EXTRA: &str = "FREEBUSY_EXTRA_RULES";

/// The folder of files that are no rules, but say what cmdlets' output should say.
const CHECKS: &str = "checks";

/// Texts that are no documented failure.
const UNRELATED: &str = "tests/corpus/unrelated";

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed={UNRELATED}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={EXTRA}");
    let rules = Path::new("rules");
    let mut source = pack::Source {
        rules: Vec::new(),
        parameters: read(&rules.join("parameters.yaml")),
        identifiers: read(&rules.join("identifiers.yaml")),
        shared: model::Shared {
            phrases: read(&rules.join("phrases.yaml")),
            contexts: read(&rules.join("contexts.yaml")),
            indications: read(&rules.join("indications.yaml")),
            well_known: read(&rules.join("well-known.yaml")),
            intake: read(&rules.join("intake.yaml")),
            timeline: read(&rules.join("timeline.yaml")),
            retired: read(&rules.join("retired.yaml")),
            cmdlets: read(&rules.join("cmdlets.yaml")),
        },
        checks: Some(pack::CheckSource {
            printouts: read(&rules.join("objects.yaml")),
            files: yaml_files(&rules.join(CHECKS)).iter().map(|path| read(path)).collect(),
        }),
    };
    for area in entries(rules).into_iter().filter(|path| path.is_dir() && !path.ends_with(CHECKS)) {
        source.rules.extend(rules_of(&area).iter().map(Into::into));
    }
    if let Some(folder) = env::var_os(EXTRA).filter(|value| !value.is_empty()) {
        println!("cargo::rerun-if-changed={}", Path::new(&folder).display());
        source.rules.extend(rules_of(Path::new(&folder)).iter().map(Into::into));
    }
    let background = background(&source.rules);
    let pack = match compile::compile(source, None) {
        Ok(pack) => pack,
        Err(problems) => fail(&problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    };
    write("pack.bin", &pack);
    write("background.bin", &background);
}

fn write<T: Serialize>(name: &str, value: &T) {
    let bytes = match postcard::to_allocvec(value) {
        Ok(bytes) => bytes,
        Err(error) => fail(&format!("{name} cannot be written: {error}")),
    };
    // Cargo sets OUT_DIR for every build script.
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    if let Err(error) = fs::write(&out, bytes) {
        fail(&format!("{}: {error}", out.display()));
    }
}

/// What a sentence is compared with, to see whether it tells failures apart: the folded texts that are no documented failure,
/// and how many texts (those, and the rules' own tests) each word stands in. `author::background` reads it.
fn background(rules: &[pack::SourceRule]) -> (Vec<String>, BTreeMap<String, u32>, u32) {
    let mut texts: Vec<String> = entries(Path::new(UNRELATED))
        .iter()
        .filter(|path| path.is_file())
        .map(|path| match fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => fail(&format!("{}: {error}", path.display())),
        })
        .collect();
    let folded = texts.iter().map(|text| fold::fold(text)).collect();
    for rule in rules {
        let rule: model::Rule = match postcard::from_bytes(&rule.body) {
            Ok(rule) => rule,
            Err(error) => fail(&format!("{}: {error}", rule.head.id)),
        };
        texts.extend(rule.tests.into_iter().filter_map(|test| test.text.or(test.not)));
    }
    let mut words: BTreeMap<String, u32> = BTreeMap::new();
    for text in &texts {
        for word in fold::words(text).collect::<BTreeSet<_>>() {
            *words.entry(word).or_default() += 1;
        }
    }
    (folded, words, texts.len() as u32)
}

fn rules_of(folder: &Path) -> Vec<model::Rule> {
    yaml_files(folder).iter().map(|path| read(path)).collect()
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(error) => fail(&format!("{}: {error}", folder.display())),
    };
    paths.sort();
    paths
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => fail(&format!("{}: {error}", path.display())),
    };
    match serde_yaml::from_str(&text) {
        Ok(value) => value,
        Err(error) => fail(&format!("{}: {error}", path.display())),
    }
}

fn fail(message: &str) -> ! {
    for line in message.lines() {
        println!("cargo::error={line}");
    }
    process::exit(1)
}
