//! The shipped rule files: complete, readable by both YAML readers, and with nothing that `rules check` and `rules test` could say.

mod common;

use common::Catalogue;
use freebusy::facts::Facts;
use freebusy::remedy::{Planner, Values};
use freebusy::rules::check::{CheckFile, Printout};
use freebusy::rules::identifier::Identifier;
use freebusy::rules::model::{
    Cmdlets, Context, Indication, Intake, Milestone, Parameter, Phrase, Retired, Rule, WellKnown,
};
use freebusy::rules::parse_list;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The documented failures. An id is published once and never changes.
const DOCUMENTED: [&str; 49] = [
    "asurl-8004010f",
    "autodiscover-404",
    "autodiscover-invalid-user",
    "autodiscover-name-not-resolved",
    "connection-closed-on-receive",
    "cross-org-requester",
    "domain-not-in-org-settings",
    "federated-account-provisioning",
    "federation-gateway-unreachable",
    "federation-trust-tls",
    "hcw-configure-mail-flow",
    "http-503",
    "http-504",
    "immutable-id-not-smtp",
    "mailflow-starttls-required",
    "member-name-invalid",
    "message-security-verification",
    "no-free-busy-access",
    "oauth-audience-hostname",
    "oauth-key-not-found",
    "oauth-missing-signing-certificate",
    "oauth-token-signature",
    "object-moved",
    "partner-application-linked-account",
    "password-change-required",
    "password-expired",
    "preauth-401",
    "remote-server-unreachable",
    "request-timed-out",
    "response-not-xml",
    "room-working-hours",
    "security-token-processing",
    "smtp-inspection-filtered",
    "smtp-legacy-tls-session",
    "smtp-starttls-not-offered",
    "stored-password-mismatch",
    "tls-secure-channel",
    "tls12-not-used-on-send",
    "token-user-ambiguous",
    "token-user-missing",
    "too-many-calendar-entries",
    "winrm-connection-refused",
    "winrm-content-type-missing",
    "winrm-destination-unreachable",
    "winrm-http-403",
    "winrm-http-500",
    "winrm-kerberos-failed",
    "winrm-url-not-available",
    "winrm-wsman-unsupported",
];

fn rules_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// All rule files: path and text.
fn rule_files() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for area in fs::read_dir(rules_folder()).expect("rules/") {
        let area = area.expect("an entry").path();
        if area.is_dir() && !area.ends_with("checks") {
            for file in fs::read_dir(area).expect("an area") {
                let path = file.expect("an entry").path();
                let text = fs::read_to_string(&path).expect("a rule file");
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_documented_failure_is_a_rule() {
    let catalogue = Catalogue::built_in();
    for id in DOCUMENTED {
        assert!(catalogue.pack().rule_index(id).is_some(), "{id} is missing");
    }
}

/// Both readers must understand a file alike: one reads it at build time, the other one with `--rules`.
#[test]
fn both_yaml_readers_give_the_same_rules() {
    fn same<T: DeserializeOwned + PartialEq + Debug>(name: &str, text: &str) {
        let spans: T = parse_list(name, text).unwrap_or_else(|e| panic!("{e}"));
        let plain: T = serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(spans, plain, "{name}");
    }
    for (path, text) in rule_files() {
        same::<Rule>(&path.display().to_string(), &text);
    }
    let shared = |name: &str| fs::read_to_string(rules_folder().join(name)).expect("a shared file");
    same::<Vec<Phrase>>("phrases.yaml", &shared("phrases.yaml"));
    same::<Vec<Context>>("contexts.yaml", &shared("contexts.yaml"));
    same::<Vec<Indication>>("indications.yaml", &shared("indications.yaml"));
    same::<Vec<Parameter>>("parameters.yaml", &shared("parameters.yaml"));
    same::<Vec<Milestone>>("timeline.yaml", &shared("timeline.yaml"));
    same::<Vec<Identifier>>("identifiers.yaml", &shared("identifiers.yaml"));
    same::<Vec<Retired>>("retired.yaml", &shared("retired.yaml"));
    same::<WellKnown>("well-known.yaml", &shared("well-known.yaml"));
    same::<Intake>("intake.yaml", &shared("intake.yaml"));
    same::<Cmdlets>("cmdlets.yaml", &shared("cmdlets.yaml"));
    same::<Vec<Printout>>("objects.yaml", &shared("objects.yaml"));
    for file in fs::read_dir(rules_folder().join("checks")).expect("rules/checks") {
        let path = file.expect("an entry").path();
        same::<CheckFile>(&path.display().to_string(), &fs::read_to_string(&path).expect("a check file"));
    }
}

/// Days are compared by their letters, so each has to be a real day in the one form, and they stand in their order.
#[test]
fn the_timeline_is_in_order() {
    let timeline = Catalogue::built_in().pack().shared().expect("shared").timeline;
    let dates: Vec<&str> = timeline.iter().map(|entry| entry.date.as_str()).collect();
    assert!(dates.is_sorted(), "{dates:?}");
    for entry in &timeline {
        let day: jiff::civil::Date = entry.date.parse().unwrap_or_else(|e| panic!("{}: {e}", entry.id));
        assert_eq!(day.to_string(), entry.date, "{}", entry.id);
    }
}

#[test]
fn every_step_says_what_to_do_and_what_comes_out() {
    for rule in Catalogue::built_in().rules() {
        assert!(!rule.steps.is_empty(), "{}", rule.id);
        for step in &rule.steps {
            let place = format!("{}/{}", rule.id, step.id);
            assert!(!step.run.is_empty() || step.text.is_some(), "{place}: neither a command nor a text");
            assert!(step.expect.trim().len() > 5, "{place}: nothing to expect");
        }
    }
}

#[test]
fn every_command_can_be_rendered_and_is_plain() {
    let catalogue = Catalogue::built_in();
    let planner = Planner::new(catalogue.pack().parameters().expect("parameters"), Values::default());
    for rule in catalogue.rules() {
        let plan = planner.plan(rule, &Facts::default(), None).unwrap_or_else(|e| panic!("{e}"));
        for command in plan.steps.iter().flat_map(|s| &s.commands) {
            let text = &command.command;
            assert!(text.is_ascii(), "{}: {text}", rule.id);
            assert!(!text.contains("{{") && !text.contains('\u{e000}'), "{}: {text}", rule.id);
            assert!(!text.trim_start().starts_with("PS ") && !text.starts_with("[PS]"), "{}: {text}", rule.id);
        }
    }
}

/// No dead end, no unused phrase, no retired command, nothing that a harmless step changes: `rules check` knows them all.
#[test]
fn nothing_is_wrong_with_the_shipped_rules() {
    freebusy(&["check", "--standalone", "--deny-warnings", "rules"]);
}

/// Every test gives what it says, also after everything that happens to a text on its way to the clipboard; every part of every rule is
/// needed by a test; no two rules contradict one another.
#[test]
fn the_tests_of_the_shipped_rules_pass() {
    freebusy(&["test", "--standalone", "--mutate", "--coverage", "--overlap", "rules"]);
}

fn freebusy(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .arg("rules")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
