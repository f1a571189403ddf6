//! Findings for spreadsheets: one a row.

use crate::report::sanitize::printable;
use crate::report::template::one_line;
use crate::rules::{RuleError, Rules};
use crate::scan::Finding;

/// The columns.
const COLUMNS: [&str; 13] = [
    "source",
    "record",
    "time",
    "computer",
    "rule",
    "title",
    "confidence",
    "direction",
    "mailboxes",
    "remote",
    "provider",
    "event_id",
    "evidence",
];

/// Writes findings as rows.
#[derive(Debug)]
pub struct Csv {
    /// Id and title of each rule.
    rules: Vec<(String, String)>,
}

impl Csv {
    /// Reads the titles of the rules.
    ///
    /// # Errors
    ///
    /// When a rule is damaged.
    pub fn new(rules: &Rules) -> Result<Self, RuleError> {
        let mut titles = Vec::new();
        for number in 0..rules.pack().rules.len() {
            let rule = rules.rule(number)?;
            titles.push((rule.id, rule.title));
        }
        Ok(Self { rules: titles })
    }

    /// The names of the columns, with the line's end.
    pub fn header() -> String {
        line(COLUMNS.iter().copied())
    }

    /// A finding as one line, with its end.
    pub fn row(&self, finding: &Finding) -> String {
        let (rule, title) = self.rules.get(finding.rule).map_or(("", ""), |(id, title)| (id.as_str(), title.as_str()));
        let text = |text: Option<&str>| cell(text.unwrap_or_default());
        let event = finding.event.as_ref();
        let evidence: Vec<&str> = finding.evidence.iter().map(|place| place.text.as_str()).collect();
        let cells = [
            cell(&finding.source),
            finding.record.to_string(),
            finding.time.map(|time| time.to_string()).unwrap_or_default(),
            text(finding.computer.as_deref()),
            cell(rule),
            cell(title),
            finding.confidence.id().to_owned(),
            finding.direction.map(|direction| direction.id().to_owned()).unwrap_or_default(),
            cell(&finding.mailboxes.join(";")),
            text(finding.remote.as_deref()),
            text(event.and_then(|event| event.provider.as_deref())),
            event.and_then(|event| event.id).map(|id| id.to_string()).unwrap_or_default(),
            cell(&evidence.join(" … ")),
        ];
        line(cells.iter().map(String::as_str))
    }
}

/// A text as one line that neither a terminal nor a spreadsheet acts on: what begins like a formula gets an apostrophe.
fn cell(text: &str) -> String {
    let line = one_line(&printable(text));
    // Some programs skip what is invisible or quoted before they look for a formula.
    let first = line.chars().find(|c| !matches!(c, '\u{fffd}' | '"' | '\''));
    // Full-width signs are formulas in East Asian editions.
    let formula = first.is_some_and(|c| "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(c));
    if formula || text.starts_with(['\t', '\r']) { format!("'{line}") } else { line }
}

fn line<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let quoted = |cell: &str| match cell.contains(['"', ',', ';', '\'']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    cells.map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_run() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\"=1", "\u{202e}=1", "\u{ff1d}1"] {
            assert!(cell(hostile).starts_with('\''), "{hostile:?}: {}", cell(hostile));
        }
        assert_eq!(cell("a\r\nb\u{1b}[31m"), "a b\u{fffd}[31m");
    }

    #[test]
    fn a_cell_cannot_be_left() {
        assert_eq!(line(["a,b", "c\"d", "e"].into_iter()), "\"a,b\",\"c\"\"d\",e\n");
    }
}
