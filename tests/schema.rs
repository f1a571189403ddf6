//! The committed JSON Schemas, held against an independent validator: every shipped file is valid, and what is broken in a way that a
//! schema can say is not.

use freebusy::author::schema::SCHEMAS;
use freebusy::author::yaml::{Node, Value as Yaml, parse};
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(name: &str) -> Validator {
    let schema = SCHEMAS.iter().find(|schema| schema.name == name).unwrap_or_else(|| panic!("no schema `{name}`"));
    let schema: Value = serde_json::from_str(schema.text).expect("JSON");
    jsonschema::draft7::meta::validate(&schema).unwrap_or_else(|error| panic!("{name} is no schema: {error}"));
    jsonschema::draft7::new(&schema).expect("a schema")
}

/// A YAML file as an editor's validator sees it.
fn document(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    Some(json(&parse(&text).ok()?.root))
}

fn json(node: &Node) -> Value {
    match &node.value {
        Yaml::Null => Value::Null,
        Yaml::List(items) => items.iter().map(json).collect(),
        Yaml::Map(entries) => {
            Value::Object(entries.iter().map(|e| (e.key.clone(), json(&e.value))).collect::<Map<_, _>>())
        }
        Yaml::Scalar(scalar) if scalar.plain && scalar.text == "true" => true.into(),
        Yaml::Scalar(scalar) if scalar.plain && scalar.text == "false" => false.into(),
        Yaml::Scalar(scalar) => match scalar.text.parse::<u64>() {
            Ok(number) if scalar.plain => number.into(),
            _ => scalar.text.clone().into(),
        },
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn every_shipped_file_is_valid() {
    let rule = validator("rule");
    let checks = validator("checks");
    let mut seen = 0;
    for path in files(&root().join("rules")) {
        let (validator, files) = match path.is_dir() {
            true => (None, files(&path)),
            false => {
                (Some(validator(path.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8"))), vec![path.clone()])
            }
        };
        for file in files {
            let document = document(&file).unwrap_or_else(|| panic!("{} is no YAML", file.display()));
            let errors: Vec<String> = validator
                .as_ref()
                .unwrap_or(if path.ends_with("checks") { &checks } else { &rule })
                .iter_errors(&document)
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{}: {errors:?}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen} files only");
}

/// The kinds of mistakes that a schema can express.
const EXPRESSIBLE: [&str; 12] = [
    "unknown-key",
    "missing-key",
    "wrong-type",
    "unknown-value",
    "empty-condition",
    "id-form",
    "insecure-reference",
    "outcome-leads-nowhere",
    "outcome-test",
    "review-date",
    "step-does-nothing",
    "test-form",
];

/// Forms of them that none can: it does not know the day, the calendar, the next step, or that an empty list says nothing.
const BEYOND: [&str; 5] =
    ["empty-condition-4", "outcome-leads-nowhere-5", "outcome-leads-nowhere-6", "review-date-2", "review-date-3"];

#[test]
fn broken_files_are_invalid_where_a_schema_can_say_it() {
    let rule = validator("rule");
    let (mut rejected, mut accepted) = (0, Vec::new());
    for path in files(&root().join("tests/diagnostics")) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".yaml")) else {
            continue;
        };
        let code = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
        if !EXPRESSIBLE.contains(&code) || BEYOND.contains(&name) {
            continue;
        }
        match document(&path) {
            Some(document) if rule.is_valid(&document) => accepted.push(name.to_owned()),
            _ => rejected += 1,
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    assert!(rejected >= 30, "{rejected} only");
}

#[test]
fn the_program_prints_the_schemas_that_are_committed() {
    for schema in SCHEMAS {
        let committed = fs::read_to_string(root().join(format!("schema/{}.json", schema.name))).expect("a schema");
        assert_eq!(committed.replace("\r\n", "\n"), schema.text.replace("\r\n", "\n"), "{}", schema.name);
    }
}
