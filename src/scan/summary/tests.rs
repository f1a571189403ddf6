use super::*;
use crate::record::Time;
use crate::report::answer::Evidence;
use crate::rules::model::{Confidence, Direction};
use jiff::ToSpan;
use jiff::civil::DateTime;
use std::sync::Arc;

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            let at = usize::try_from(self.below(end as u64 + 1)).expect("small");
            list.swap(end, at);
        }
    }
}

fn findings(random: &mut Random, count: u64, names: u64) -> Vec<Finding> {
    let start: DateTime = "2026-11-01T00:00".parse().expect("a time");
    let sources: Vec<Arc<str>> = (0..7).map(|n| format!("logs/{n}.log").into()).collect();
    let mut made = Vec::new();
    for record in 0..count {
        // One rule takes most of the findings, as in real logs.
        let rule = if random.below(4) > 0 { 3 } else { usize::try_from(random.below(40)).expect("small") };
        let minutes = i64::try_from(random.below(60 * 24 * 20)).expect("small");
        let time = Time { at: start.checked_add(minutes.minutes()).expect("a time"), utc: random.below(3) > 0 };
        let spelling = if random.below(2) == 0 { "EX" } else { "ex" };
        made.push(Finding {
            source: Arc::clone(&sources[usize::try_from(random.below(7)).expect("small")]),
            record,
            event_record_id: None,
            time: (random.below(10) > 0).then_some(time),
            computer: (random.below(8) > 0).then(|| format!("{spelling}{:02}", random.below(30))),
            remote: (random.below(2) > 0).then(|| format!("192.0.2.{}:{}", random.below(250), random.below(60_000))),
            event: None,
            rule,
            confidence: if random.below(5) == 0 { Confidence::Possible } else { Confidence::Certain },
            evidence: vec![Evidence { source: None, start: 0, end: 4, text: format!("text {}", random.below(100)) }],
            mailboxes: (0..random.below(3)).map(|_| format!("user{}@contoso.com", random.below(names))).collect(),
            direction: [None, Some(Direction::CloudToOnPremises)][usize::try_from(random.below(2)).expect("small")],
            once: None,
            also: if random.below(3) == 0 { vec![1] } else { Vec::new() },
        });
    }
    made
}

fn summary(findings: &[Finding], group_by: GroupBy) -> Summary {
    let mut summary = Summary::new(group_by);
    for finding in findings {
        summary.add(finding);
        summary.counts.certain += 1;
    }
    summary
}

fn hold_any_order(count: u64, names: u64, group_by: GroupBy) {
    let mut random = Random(7);
    let mut all = findings(&mut random, count, names);
    let mut whole = summary(&all, group_by);
    whole.settle();
    for parts in [1, 2, 5] {
        random.shuffle(&mut all);
        let mut cuts: Vec<usize> = (1..parts).map(|_| usize::try_from(random.below(count)).expect("small")).collect();
        cuts.extend([0, all.len()]);
        cuts.sort_unstable();
        let mut pieces: Vec<Summary> = cuts.windows(2).map(|cut| summary(&all[cut[0]..cut[1]], group_by)).collect();
        random.shuffle(&mut pieces);
        let mut merged = Summary::new(group_by);
        pieces.into_iter().for_each(|piece| merged.merge(piece));
        merged.settle();
        assert!(merged == whole, "{count} findings in {parts} parts by {group_by:?}");
    }
}

#[test]
fn any_order_and_any_division_give_the_same_summary() {
    for group_by in [GroupBy::Rule, GroupBy::Server, GroupBy::Mailbox, GroupBy::Hour] {
        for count in [1, 3, 200, 4_000] {
            hold_any_order(count, 50, group_by);
        }
    }
}

#[test]
fn that_holds_where_names_and_rows_overflow_too() {
    hold_any_order(40_000, 40_000, GroupBy::Rule);
    hold_any_order(40_000, 40_000, GroupBy::Server);
}

#[test]
fn what_overflows_says_so() {
    let all = findings(&mut Random(7), 60_000, 40_000);
    let mut summary = summary(&all, GroupBy::Mailbox);
    summary.settle();
    assert_eq!(summary.total().count, 60_000);
    assert_eq!(summary.groups().len(), MOST_GROUPS);
    assert_eq!(summary.groups().distinct().precision, Precision::About);
    assert_eq!(summary.total().servers.distinct(), Distinct { count: 30, precision: Precision::Exact });
    let mailboxes = summary.total().mailboxes.distinct();
    assert!((20_000..40_000).contains(&mailboxes.count), "{mailboxes:?}");
    let rows = summary.rows().iter().count();
    assert!((MOST_ROWS - 40..=MOST_ROWS).contains(&rows), "{rows}");
    assert_eq!(summary.rows().samples(3).len(), SAMPLES);
}

#[test]
fn the_group_of_a_finding_without_a_name_has_none() {
    let mut finding = findings(&mut Random(1), 1, 1).remove(0);
    finding.computer = None;
    let summary = summary(&[finding], GroupBy::Server);
    assert_eq!(summary.groups().iter().map(|(name, group)| (name, group.count)).collect::<Vec<_>>(), [("", 1)]);
}

#[test]
fn faults_are_named_before_what_was_left_out() {
    let mut summary = Summary::default();
    for (source, fault) in [("a.log", false), ("b.log", true)] {
        summary.not_read(Unread { source: source.into(), offset: None, message: "why".into(), fault });
    }
    let unread = summary.unread();
    assert_eq!((unread.faults, unread.left_out), (1, 1));
    assert_eq!(&*unread.named()[0].source, "b.log");
}
