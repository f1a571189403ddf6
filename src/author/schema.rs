//! The JSON Schemas of the files in a rule folder (draft-07, which editors read).
//!
//! They are made from the types of [`crate::rules::model`] and committed as files in `schema/`, so that an editor can use them without the
//! program, and the program without the generator. A test holds the files against the types.

/// A file that a rule folder can hold, and its schema.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The schema's name: `rule`, `checks`, or the shared file's name without `.yaml`.
    pub name: &'static str,
    /// The schema.
    pub text: &'static str,
}

/// All schemas; that of a rule file first.
pub const SCHEMAS: [Schema; 13] = [
    Schema { name: "rule", text: include_str!("../../schema/rule.json") },
    Schema { name: "phrases", text: include_str!("../../schema/phrases.json") },
    Schema { name: "contexts", text: include_str!("../../schema/contexts.json") },
    Schema { name: "indications", text: include_str!("../../schema/indications.json") },
    Schema { name: "parameters", text: include_str!("../../schema/parameters.json") },
    Schema { name: "well-known", text: include_str!("../../schema/well-known.json") },
    Schema { name: "intake", text: include_str!("../../schema/intake.json") },
    Schema { name: "timeline", text: include_str!("../../schema/timeline.json") },
    Schema { name: "identifiers", text: include_str!("../../schema/identifiers.json") },
    Schema { name: "retired", text: include_str!("../../schema/retired.json") },
    Schema { name: "cmdlets", text: include_str!("../../schema/cmdlets.json") },
    Schema { name: "objects", text: include_str!("../../schema/objects.json") },
    Schema { name: "checks", text: include_str!("../../schema/checks.json") },
];

/// What `freebusy guide` writes and reads: its turns and answers in JSON, and the case file.
pub const GUIDE_SCHEMAS: [Schema; 3] = [
    Schema { name: "guide-turn", text: include_str!("../../schema/guide-turn.json") },
    Schema { name: "guide-answer", text: include_str!("../../schema/guide-answer.json") },
    Schema { name: "guide-case", text: include_str!("../../schema/guide-case.json") },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::check::{CheckFile, Printout};
    use crate::rules::identifier::Identifier;
    use crate::rules::model::{
        Cmdlets, Context, Indication, Intake, Milestone, Parameter, Phrase, Retired, Rule, WellKnown,
    };
    use schemars::generate::SchemaSettings;
    use schemars::{JsonSchema, Schema as Generated, SchemaGenerator};
    use serde_json::{Map, Value};
    use std::collections::BTreeMap;
    use std::path::Path;

    fn generate<T: JsonSchema>() -> Generated {
        SchemaGenerator::new(SchemaSettings::draft07()).into_root_schema_for::<T>()
    }

    fn current(name: &str) -> String {
        let schema = match name {
            "rule" => generate::<Rule>(),
            "phrases" => generate::<Vec<Phrase>>(),
            "contexts" => generate::<Vec<Context>>(),
            "indications" => generate::<Vec<Indication>>(),
            "parameters" => generate::<Vec<Parameter>>(),
            "well-known" => generate::<WellKnown>(),
            "intake" => generate::<Intake>(),
            "timeline" => generate::<Vec<Milestone>>(),
            "identifiers" => generate::<Vec<Identifier>>(),
            "retired" => generate::<Vec<Retired>>(),
            "cmdlets" => generate::<Cmdlets>(),
            "objects" => generate::<Vec<Printout>>(),
            "checks" => generate::<CheckFile>(),
            // Written only, so with what is left out where there is nothing, and with nulls.
            "guide-turn" => {
                let settings = SchemaSettings::draft07().for_serialize();
                let turn = SchemaGenerator::new(settings).into_root_schema_for::<crate::guide::Turn>();
                let schema = simplify(turn.to_value(), true);
                return serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
            }
            "guide-answer" => generate::<crate::guide::Answer>(),
            "guide-case" => generate::<crate::guide::Case>(),
            other => panic!("no type for `{other}`"),
        };
        let schema = simplify(schema.to_value(), false);
        serde_json::to_string_pretty(&schema).expect("JSON") + "\n"
    }

    /// What a person leaves out, they leave out: a key without a value is no way to say it. And numbers have no Rust type.
    fn simplify(value: Value, written: bool) -> Value {
        match value {
            Value::Object(mut map) => {
                if map.remove("format").is_some_and(|format| format == "uint32") {
                    map.insert("maximum".into(), u32::MAX.into());
                }
                if map.get("default").is_some_and(Value::is_null) {
                    map.remove("default");
                }
                if let Some(Value::Array(types)) = map.get_mut("type").filter(|_| !written) {
                    types.retain(|t| t != "null");
                    if let [only] = types.as_slice() {
                        let only = only.clone();
                        map.insert("type".into(), only);
                    }
                }
                if let Some(Value::Array(branches)) = map.get_mut("anyOf").filter(|_| !written) {
                    branches.retain(|b| b.get("type").is_none_or(|t| t != "null"));
                    if let [Value::Object(only)] = branches.as_slice() {
                        let only = only.clone();
                        map.remove("anyOf");
                        // draft-07 ignores what stands beside `$ref`, except in `allOf`.
                        map.insert("allOf".into(), Value::Array(vec![Value::Object(only)]));
                    }
                }
                // In the order of the alphabet, whichever order `Map` keeps: that depends on who else in the program uses it.
                let sorted: BTreeMap<String, Value> = map.into_iter().map(|(k, v)| (k, simplify(v, written))).collect();
                Value::Object(sorted.into_iter().collect::<Map<_, _>>())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| simplify(item, written)).collect()),
            Value::String(text) => Value::String(plain(&text)),
            other => other,
        }
    }

    /// Links between Rust items mean nothing in an editor.
    fn plain(text: &str) -> String {
        text.replace("[`", "`").replace("`]", "`")
    }

    #[test]
    fn the_committed_schemas_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
        for schema in SCHEMAS.iter().chain(&GUIDE_SCHEMAS) {
            let current = current(schema.name);
            if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
                std::fs::write(folder.join(format!("{}.json", schema.name)), &current).expect("a schema");
            } else {
                let message = "run `SNAPSHOTS=overwrite cargo test --lib schema`";
                assert!(current == schema.text, "schema/{}.json is not current; {message}", schema.name);
            }
        }
    }
}
