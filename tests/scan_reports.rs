//! What is said about the findings of a scan, in every format.
//!
//! `SNAPSHOTS=overwrite cargo test --test scan_reports` writes the expected reports anew; look at the difference before you commit
//! it.

mod common;

use common::scan::{few, finding, many, number, rendered, rules, summary};
use freebusy::report::scan::{Asked, Csv, ScanFormat, redact};
use freebusy::report::{Redactor, Style, ndjson};
use freebusy::scan::Finding;
use freebusy::scan::summary::{GroupBy, Summary};
use snapbox::{Data, assert_data_eq, file};

const PLAIN: Style = Style { width: 100, color: false };

fn asked() -> Asked {
    Asked { since: Some("2026-11-20T00:00:00".to_owned()), possible: true, ..Asked::default() }
}

fn shown(findings: &[Finding], group_by: GroupBy, format: ScanFormat, style: Style) -> String {
    rendered(&rules(), &summary(findings, group_by), asked(), format, style)
}

fn same(group_by: GroupBy, format: ScanFormat, style: Style, snapshot: Data) {
    assert_data_eq!(shown(&few(&rules()), group_by, format, style), snapshot.raw());
}

#[test]
fn a_summary_as_text() {
    same(GroupBy::Rule, ScanFormat::Text, PLAIN, file!["snapshots/scan.txt"]);
}

#[test]
fn a_summary_by_server_on_a_narrow_terminal() {
    same(GroupBy::Server, ScanFormat::Text, Style { width: 60, ..PLAIN }, file!["snapshots/scan-narrow.txt"]);
}

#[test]
fn a_summary_in_colour() {
    same(GroupBy::Hour, ScanFormat::Text, Style { width: 80, color: true }, file!["snapshots/scan.ansi.txt"]);
}

#[test]
fn a_summary_as_markdown() {
    same(GroupBy::Mailbox, ScanFormat::Markdown, PLAIN, file!["snapshots/scan.md"]);
}

#[test]
fn a_summary_as_html() {
    same(GroupBy::Server, ScanFormat::Html, PLAIN, file!["snapshots/scan.html"]);
}

#[test]
fn a_summary_as_json() {
    same(GroupBy::Server, ScanFormat::Json, PLAIN, file!["snapshots/scan.json"]);
}

#[test]
fn a_note_beside_a_stream() {
    same(GroupBy::Rule, ScanFormat::Note, PLAIN, file!["snapshots/scan-note.txt"]);
}

#[test]
fn findings_as_csv() {
    let rules = rules();
    let csv = Csv::new(&rules).expect("titles");
    let rows: String = few(&rules).iter().map(|finding| csv.row(finding)).collect();
    assert_data_eq!(Csv::header() + &rows, file!["snapshots/scan.csv"].raw());
}

const FORMATS: [ScanFormat; 5] =
    [ScanFormat::Text, ScanFormat::Note, ScanFormat::Markdown, ScanFormat::Html, ScanFormat::Json];

#[test]
fn what_strangers_wrote_does_nothing() {
    let rules = rules();
    let hostile =
        "=cmd|' /C calc'!A0<script>alert(1)</script>\u{202e}\u{1b}[31m\"><img src=x onerror=alert(1)>\u{9b}\u{7}`|$x$";
    let mut one = finding(number(&rules, "token-user-ambiguous"), 1, Some("2026-11-20T10:00Z"));
    one.source = hostile.into();
    one.computer = Some(hostile.to_owned());
    one.remote = Some(hostile.to_owned());
    one.mailboxes = vec![hostile.to_owned(), "-1+1\r\n=2".to_owned()];
    one.evidence[0].text = format!("``` </pre></script>{hostile}\r\n=1");
    let mut outputs = vec![("csv", Csv::new(&rules).expect("titles").row(&one)), ("ndjson", ndjson(&one, &rules, "0"))];
    for group_by in [GroupBy::Server, GroupBy::Mailbox] {
        let mut counted = summary(std::slice::from_ref(&one), group_by);
        let unread =
            freebusy::scan::Unread { source: hostile.into(), offset: Some(7), message: hostile.into(), fault: true };
        counted.not_read(unread);
        for format in FORMATS {
            outputs.push(("report", rendered(&rules, &counted, Asked::default(), format, PLAIN)));
        }
    }
    for (name, output) in &outputs {
        for c in ['\u{202e}', '\u{1b}', '\u{9b}', '\u{7}', '\r'] {
            assert!(!output.contains(c), "{name}: {c:?} in {output}");
        }
    }
    for (_, output) in &outputs {
        // What stands in a block of code of Markdown is shown as it is.
        let markdown = output.starts_with("# Free/busy failures");
        let outside = output.split("````").step_by(2).collect::<String>();
        let seen = if markdown { &outside } else { output };
        let markup = markdown || output.contains("<!doctype html>");
        assert!(!markup || !seen.contains("<script>alert") && !seen.contains("<img"), "{output}");
    }
    let csv = &outputs[0].1;
    assert_eq!(csv.matches('\n').count(), 1, "{csv}");
    assert!(csv.starts_with("\"'=cmd"), "{csv}");
    for line in outputs.iter().filter(|(name, _)| *name == "ndjson").map(|(_, line)| line) {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn a_page_with_a_hundred_thousand_findings_is_small() {
    let rules = rules();
    let html =
        rendered(&rules, &summary(&many(&rules, 100_000), GroupBy::Server), Asked::default(), ScanFormat::Html, PLAIN);
    assert!(html.contains("100,000 findings of"), "the number of findings");
    assert!(html.contains("5,000 of 100,000 findings are shown") || html.contains("of 100,000 findings are shown"));
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    assert!(!html.contains("style=\"") && !html.contains(" onclick"), "the policy of the page forbids that");
}

#[test]
fn a_page_of_long_names_is_small_too() {
    let rules = rules();
    let mut findings = many(&rules, 6_000);
    for finding in &mut findings {
        let long = "<\"&'>".repeat(100);
        finding.computer = Some(format!("{}{long}", finding.record));
        finding.remote = Some(format!("{}{long}", finding.record));
        finding.mailboxes = (0..9).map(|n| format!("{}{n}{long}", finding.record)).collect();
        finding.evidence[0].text = long.repeat(1_000);
    }
    let html = rendered(&rules, &summary(&findings, GroupBy::Rule), Asked::default(), ScanFormat::Html, PLAIN);
    assert!(html.len() < 12_000_000, "{} bytes", html.len());
}

fn nothing(change: impl FnOnce(&mut Summary), asked: Asked) -> String {
    let mut empty = Summary::new(GroupBy::Rule);
    empty.counts.sources = 1;
    empty.counts.records = 50;
    empty.source("text", true);
    change(&mut empty);
    rendered(&rules(), &empty, asked, ScanFormat::Text, PLAIN)
}

#[test]
fn a_zero_has_a_reason() {
    let none = |_: &mut Summary| {};
    assert!(nothing(none, Asked::default()).contains("none of them is a failure that the rules document"));
    assert!(nothing(|s| s.counts.records = 0, Asked::default()).contains("Nothing was read"));
    let outside = nothing(|s| s.counts.outside = 50, Asked { since: Some("2026-11-22".into()), ..Asked::default() });
    assert!(outside.contains("outside the time that was asked for (since 2026-11-22)"), "{outside}");
    let possible = nothing(|s| s.counts.possible = 1, Asked::default());
    assert!(possible.contains("1 record is a possible match") && possible.contains("--possible"), "{possible}");
    assert!(nothing(|s| s.exchange_sources = 0, Asked::default()).contains("written by Exchange"));
    let few = nothing(none, Asked { rules: vec!["http-504".into()], ..Asked::default() });
    assert!(few.contains("1 rule was asked for"), "{few}");
}

#[test]
fn redacted_findings_name_nobody() {
    let rules = rules();
    let mut redactor = Redactor::new(rules.pack().shared().expect("shared").well_known);
    let mut findings = few(&rules);
    findings[0].evidence[0].text = "ben@contoso.com on EX01 (EX01.contoso.com): the token is ambiguous".to_owned();
    findings.iter_mut().for_each(|finding| redact(finding, &mut redactor));
    let mut counted = Summary::new(GroupBy::Server);
    findings.iter().for_each(|finding| counted.add(finding));
    counted.settle();
    let csv = Csv::new(&rules).expect("titles");
    let mut all: String = findings.iter().map(|finding| csv.row(finding) + &ndjson(finding, &rules, "0")).collect();
    for format in FORMATS {
        all += &rendered(&rules, &counted, Asked { redacted: true, ..Asked::default() }, format, PLAIN);
    }
    for secret in ["ben@contoso", "ann@contoso", "EX01.contoso", "EX02\\Default", "192.0.2.", "logs/EX0", "SMTPRECV"] {
        assert!(!all.contains(secret), "{secret}");
    }
    assert_eq!(findings[0].computer, findings[2].computer);
    assert_eq!(findings[0].mailboxes[0], findings[1].mailboxes[0]);
    assert!(findings[0].evidence[0].text.contains(&findings[0].mailboxes[0]));
}
