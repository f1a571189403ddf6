//! A scan's summary and its page take little memory, however many findings there are.
//!
//! A file of its own: the peak is that of the whole process.
#![cfg(target_os = "linux")]

mod common;

use common::scan::{finding, rules};
use freebusy::engine::Engine;
use freebusy::remedy::{Planner, Values};
use freebusy::report::scan::{Asked, Limits, ScanFormat, ScanReport};
use freebusy::report::{Renderer, Style};
use freebusy::scan::summary::{GroupBy, Summary};

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn memory_does_not_grow_with_the_findings() {
    let rules = rules();
    let _engine = Engine::for_many(&rules);
    let before = peak();
    let all = rules.pack().rules.len() as u64;
    let mut summary = Summary::new(GroupBy::Mailbox);
    for record in 0..150_000_u64 {
        let minute = record % 600_000;
        let time = format!(
            "2026-{:02}-{:02}T{:02}:{:02}:00Z",
            1 + record % 12,
            1 + minute % 28,
            minute / 60 % 24,
            minute % 60
        );
        let mut one = finding(usize::try_from(record * record % all).expect("small"), record, Some(&time));
        one.computer = Some(format!("EX{:03}.corp.contoso.com", record % 900));
        one.remote = Some(format!("10.{}.{}.{}:4711", record >> 16 & 255, record >> 8 & 255, record & 255));
        one.mailboxes =
            vec![format!("firstname.lastname{record}@contoso.com"), format!("room{}@contoso.com", record % 20_000)];
        summary.add(&one);
    }
    summary.settle();
    let counted = peak();
    let planner = Planner::new(rules.pack().parameters().expect("parameters"), Values::default());
    let renderer = Renderer::new(Vec::new(), Style { width: 100, color: false });
    for format in [ScanFormat::Html, ScanFormat::Json, ScanFormat::Text] {
        let report =
            ScanReport::new(&summary, &rules, &planner, Asked::default(), Limits::of(format, None)).expect("a report");
        renderer.scan(&report, format, false, &mut std::io::sink()).expect("a rendered report");
        eprintln!("{format:?}: {} KiB", peak());
    }
    eprintln!("before {before} KiB, counted {counted} KiB, in all {} KiB", peak());
    assert!(peak() < 32 << 10, "{} KiB", peak());
}
