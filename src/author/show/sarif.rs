//! Diagnostics as SARIF 2.1.0, which code hosts show in pull requests.

use super::severity;
use crate::author::diagnostic::{Diagnostic, SourceFile};
use crate::author::problems::CODES;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::ops::Range;

/// A SARIF log with one run.
pub fn sarif(files: &[SourceFile], diagnostics: &[Diagnostic]) -> Value {
    let rules: Vec<Value> = CODES
        .iter()
        .map(|code| {
            json!({
                "id": code.name,
                "shortDescription": { "text": code.title.trim() },
                "help": { "text": code.page, "markdown": code.page },
                "defaultConfiguration": { "level": severity(code.severity) },
            })
        })
        .collect();
    let results: Vec<Value> = diagnostics.iter().map(|diagnostic| result(files, diagnostic)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "freebusy rules check",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(files: &[SourceFile], diagnostic: &Diagnostic) -> Value {
    let location = |number: usize, span: &Range<usize>| {
        let file = files.get(number)?;
        Some(json!({ "artifactLocation": { "uri": uri(&file.name) }, "region": region(file, span) }))
    };
    let mut text = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        // Two line ends make a paragraph where the text is shown as Markdown.
        let _ = write!(text, "\n\n{help}");
    }
    let related: Vec<Value> = diagnostic
        .also
        .iter()
        .map(
            |label| json!({ "physicalLocation": location(label.file, &label.span), "message": { "text": label.text } }),
        )
        .collect();
    let mut result = json!({
        "ruleId": diagnostic.code.name,
        "ruleIndex": CODES.iter().position(|code| code.name == diagnostic.code.name),
        "level": severity(diagnostic.code.severity),
        "message": { "text": text },
        "locations": [{ "physicalLocation": location(diagnostic.file, &diagnostic.span) }],
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let (Some(fix), Some(file)) = (&diagnostic.fix, files.get(diagnostic.file)) {
        result["fixes"] = json!([{
            "artifactChanges": [{
                "artifactLocation": { "uri": uri(&file.name) },
                "replacements": [{ "deletedRegion": region(file, &diagnostic.span), "insertedContent": { "text": fix } }],
            }],
        }]);
    }
    result
}

fn region(file: &SourceFile, span: &Range<usize>) -> Value {
    let (line, column) = file.position(span.start);
    let (end_line, end_column) = file.position(span.end);
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

/// A path as a relative URI: forward slashes, everything unusual escaped.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
