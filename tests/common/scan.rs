//! Findings that were made up, and what is made of them.

use freebusy::record::{Event, Time};
use freebusy::remedy::{Planner, Values};
use freebusy::report::answer::Evidence;
use freebusy::report::scan::{Asked, Limits, ScanFormat, ScanReport};
use freebusy::report::{Renderer, Style};
use freebusy::rules::model::{Confidence, Direction};
use freebusy::rules::{Calendar, Rules};
use freebusy::scan::summary::{GroupBy, Summary};
use freebusy::scan::{Counts, Finding, Unread};

/// The built-in rules.
pub fn rules() -> Rules {
    Rules::built_in().expect("the built-in rules")
}

/// The number of a rule.
pub fn number(rules: &Rules, id: &str) -> usize {
    rules.pack().rule_index(id).unwrap_or_else(|| panic!("no rule {id}"))
}

/// A finding of a rule in a record.
pub fn finding(rule: usize, record: u64, time: Option<&str>) -> Finding {
    Finding {
        source: "logs/EX01/app.evtx".into(),
        record,
        event_record_id: Some(record + 70_000),
        time: time
            .map(|text| Time { at: text.trim_end_matches('Z').parse().expect("a time"), utc: text.ends_with('Z') }),
        computer: Some("EX01.contoso.com".to_owned()),
        remote: None,
        event: Some(Event { provider: Some("MSExchange Availability".to_owned()), id: Some(4002) }),
        rule,
        confidence: Confidence::Certain,
        evidence: vec![Evidence {
            source: None,
            start: 10,
            end: 48,
            text: "user-context in the token is ambiguous".to_owned(),
        }],
        mailboxes: vec!["ben@contoso.com".to_owned()],
        direction: Some(Direction::CloudToOnPremises),
        once: None,
        also: Vec::new(),
    }
}

/// A few findings of three failures.
pub fn few(rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    let ambiguous = number(rules, "token-user-ambiguous");
    for (record, time) in [(12, "2026-11-20T10:03:11Z"), (40, "2026-11-20T10:09:00Z"), (41, "2026-11-21T08:00:00Z")] {
        found.push(finding(ambiguous, record, Some(time)));
    }
    found[1].computer = Some("EX02.contoso.com".to_owned());
    found[1].mailboxes.push("ann@contoso.com".to_owned());
    found[2].confidence = Confidence::Possible;
    let legacy = number(rules, "smtp-legacy-tls-session");
    for record in 1..=9 {
        let mut one = finding(legacy, record, Some(&format!("2026-11-22T0{record}:30:00Z")));
        one.source = "logs/EX02/SMTPRECV.LOG".into();
        one.computer = Some("EX02\\Default Frontend EX02".to_owned());
        one.remote = Some(format!("192.0.2.{}:{}", 7 + record % 3, 40_000 + record));
        one.event = None;
        one.mailboxes = Vec::new();
        one.direction = Some(Direction::MailFlow);
        one.evidence[0].text = "TLS protocol SP_PROT_TLS1_0_SERVER negotiation succeeded".to_owned();
        found.push(one);
    }
    let mut nowhere = finding(number(rules, "autodiscover-404"), 3, None);
    nowhere.computer = None;
    nowhere.mailboxes = Vec::new();
    nowhere.evidence[0].text = "The request failed with\nHTTP status 404: Not Found.".to_owned();
    nowhere.also = vec![ambiguous];
    found.push(nowhere);
    found
}

/// A summary of findings, with what would have been read for them.
pub fn summary(findings: &[Finding], group_by: GroupBy) -> Summary {
    let mut summary = Summary::new(group_by);
    findings.iter().for_each(|finding| summary.add(finding));
    let certain = findings.iter().filter(|f| f.confidence == Confidence::Certain).count() as u64;
    let found = findings.len() as u64;
    summary.counts = Counts {
        sources: 3,
        bytes: 1_234_567,
        records: found + 1_100,
        outside: 100,
        certain,
        possible: found - certain,
    };
    summary.source("evtx", true);
    summary.source("smtp", true);
    summary.source("text", false);
    for (source, message, fault) in
        [("logs/EX03/app.evtx", "it is in use by another program", true), ("logs/empty.log", "it is empty", false)]
    {
        summary.not_read(Unread { source: source.into(), offset: None, message: message.into(), fault });
    }
    summary.settle();
    summary
}

/// A report in one format.
pub fn rendered(rules: &Rules, summary: &Summary, asked: Asked, format: ScanFormat, style: Style) -> String {
    let calendar = Calendar::new(&rules.pack().shared().expect("shared").timeline, "2026-11-22");
    let planner = Planner::new(rules.pack().parameters().expect("parameters"), Values::default()).as_of(calendar);
    let report = ScanReport::new(summary, rules, &planner, asked, Limits::of(format, None)).expect("a report");
    let mut out = Vec::new();
    Renderer::new(Vec::new(), style).scan(&report, format, false, &mut out).expect("a rendered report");
    String::from_utf8(out).expect("UTF-8")
}

/// Findings of many failures, servers and days: as many as asked for.
pub fn many(rules: &Rules, count: u64) -> Vec<Finding> {
    let all = rules.pack().rules.len() as u64;
    (0..count)
        .map(|record| {
            let mut mixed = record.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16;
            // The square makes a few failures frequent and many rare.
            let share = mixed % 1_000;
            let rule = (share * share * 24 / 1_000_000) * 5 % all;
            let (day, hour, minute) = (1 + mixed / 7 % 20, (8 + mixed / 3 % 10 + record % 3) % 24, mixed / 11 % 60);
            let time = format!("2026-11-{day:02}T{hour:02}:{minute:02}:07Z");
            let mut one = finding(usize::try_from(rule).expect("small"), record, Some(&time));
            one.source = format!("\\\\collector\\share\\EX{:02}\\Application-{day:02}.evtx", mixed % 17).into();
            one.computer = Some(format!("EX{:02}.corp.contoso.com", mixed % 17));
            one.mailboxes = vec![format!("firstname.lastname{}@contoso.com", mixed % 4_000)];
            one.evidence[0].text =
                format!("The request failed with HTTP status 401: Unauthorized. LID: {}", 40_000 + mixed % 90);
            one
        })
        .collect()
}
