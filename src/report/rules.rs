//! Rules as JSON for programs: as their files say them, without the keys that a file does not have.

use super::escape_invisible;
use crate::rules::model::{Parameter, Rule};
use serde_json::{Error, Value, json};

/// One rule.
///
/// # Errors
///
/// When the rule is no JSON value.
pub fn rule_json(rule: &Rule) -> Result<Value, Error> {
    serde_json::to_value(rule).map(without_nothing)
}

/// All rules, and the parameters of their commands.
///
/// # Errors
///
/// When a rule is no JSON value.
pub fn rules_json(rules: &[Rule], parameters: &[Parameter]) -> Result<Value, Error> {
    let rules = rules.iter().map(rule_json).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "schema_version": 1, "rules": rules, "parameters": serde_json::to_value(parameters)? }))
}

/// A JSON value as people read it; nothing in it acts on a terminal.
///
/// # Errors
///
/// When the value cannot be written.
pub fn pretty_json(value: &Value) -> Result<String, Error> {
    serde_json::to_string_pretty(value).map(|text| escape_invisible(text) + "\n")
}

fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nothing(v))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nothing).collect()),
        other => other,
    }
}
