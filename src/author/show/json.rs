//! Diagnostics for programs.

use super::severity;
use crate::author::diagnostic::{Diagnostic, SourceFile};
use serde_json::{Value, json};
use std::ops::Range;

/// One JSON object with all diagnostics. Lines and columns count from 1, columns in characters; bytes from 0.
pub fn json(files: &[SourceFile], diagnostics: &[Diagnostic]) -> Value {
    let place = |number: usize, span: &Range<usize>| {
        let file = files.get(number)?;
        let (line, column) = file.position(span.start);
        let (end_line, end_column) = file.position(span.end);
        Some(json!({
            "file": file.name, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
            "start": span.start, "end": span.end,
        }))
    };
    let list: Vec<Value> = diagnostics
        .iter()
        .map(|d| {
            let also: Vec<Value> =
                d.also.iter().map(|l| json!({ "place": place(l.file, &l.span), "text": l.text })).collect();
            json!({
                "code": d.code.name,
                "severity": severity(d.code.severity),
                "message": d.message,
                "place": place(d.file, &d.span),
                "label": d.label,
                "help": d.help,
                "fix": d.fix,
                "also": also,
            })
        })
        .collect();
    json!({ "schema_version": 1, "files": files.len(), "diagnostics": list })
}
