//! The shipped rule files: complete, readable by both YAML readers, and free of dead ends.

mod common;

use common::Catalogue;
use freebusy::facts::Facts;
use freebusy::remedy::{Planner, Values};
use freebusy::rules::model::{Context, Effect, Indication, Intake, Parameter, Phrase, Retired, Rule, Shell, WellKnown};
use freebusy::rules::{parse_list, parse_rule};
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

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
        if area.is_dir() {
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

fn retired() -> Vec<Retired> {
    let text = fs::read_to_string(rules_folder().join("retired.yaml")).expect("retired.yaml");
    parse_list("retired.yaml", &text).expect("retired.yaml")
}

#[test]
fn every_documented_failure_is_a_rule() {
    let catalogue = Catalogue::built_in();
    for id in DOCUMENTED {
        assert!(catalogue.pack().rule_index(id).is_some(), "{id} is missing");
    }
}

#[test]
fn a_file_is_named_and_placed_like_its_rule() {
    for (path, text) in rule_files() {
        let rule = parse_rule("rule", &text).expect("a rule");
        let area = path.parent().and_then(Path::file_name).expect("a folder");
        assert_eq!(path.file_stem().and_then(|s| s.to_str()), Some(rule.id.as_str()));
        assert_eq!(area.to_str(), Some(rule.area.as_str()), "{}", rule.id);
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
    same::<Vec<Retired>>("retired.yaml", &shared("retired.yaml"));
    same::<WellKnown>("well-known.yaml", &shared("well-known.yaml"));
    same::<Intake>("intake.yaml", &shared("intake.yaml"));
}

#[test]
fn every_branch_leads_somewhere_and_every_step_can_be_reached() {
    let catalogue = Catalogue::built_in();
    let ids: HashSet<&str> = catalogue.rules().iter().map(|r| r.id.as_str()).collect();
    for rule in catalogue.rules() {
        let steps: Vec<&str> = rule.steps.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(steps.iter().collect::<HashSet<_>>().len(), steps.len(), "{}: a step's id twice", rule.id);
        let mut reached: HashSet<&str> = steps.first().copied().into_iter().collect();
        for (n, step) in rule.steps.iter().enumerate() {
            let following = steps.get(n + 1).copied();
            if step.outcomes.is_empty() {
                reached.extend(following);
            }
            for outcome in &step.outcomes {
                let (has_when, has_then) = (outcome.when.is_some(), outcome.then.is_some());
                assert!(has_when == has_then && has_when != outcome.otherwise.is_some(), "{}/{}", rule.id, step.id);
                let target = outcome.target().expect("a target");
                match target.strip_prefix("rule:") {
                    Some(id) => assert!(ids.contains(id) && id != rule.id, "{}/{}: {target}", rule.id, step.id),
                    None if target == "next" => reached.extend(following),
                    None if ["resolved", "support"].contains(&target) => {}
                    None => {
                        assert!(steps.contains(&target), "{}/{}: {target}", rule.id, step.id);
                        reached.insert(target);
                    }
                }
            }
            // What no branch fits goes on to the next step.
            if !step.outcomes.iter().any(|o| o.otherwise.is_some()) {
                reached.extend(following);
            }
        }
        for step in steps {
            assert!(reached.contains(step), "{}: nothing leads to step `{step}`", rule.id);
        }
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
fn references_are_secure_and_the_review_has_a_date() {
    for rule in Catalogue::built_in().rules() {
        assert!(!rule.references.is_empty(), "{}", rule.id);
        for reference in &rule.references {
            assert!(reference.url.starts_with("https://"), "{}: {}", rule.id, reference.url);
        }
        let date: Vec<&str> = rule.reviewed.split('-').collect();
        assert!(date.len() == 3 && date.iter().all(|p| p.parse::<u32>().is_ok()), "{}: {}", rule.id, rule.reviewed);
    }
}

#[test]
fn no_command_needs_a_retired_module() {
    let retired = retired();
    for rule in Catalogue::built_in().rules() {
        for step in &rule.steps {
            for command in &step.run {
                for word in command.command.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
                    for module in &retired {
                        assert!(!fits(word, &module.cmdlets), "{}/{}: {word} ({})", rule.id, step.id, module.module);
                    }
                }
            }
        }
    }
}

/// Whether a word fits a wildcard; case does not count.
fn fits(word: &str, wildcard: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let wildcard = wildcard.to_ascii_lowercase();
    let mut parts = wildcard.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = word.strip_prefix(first) else {
        return false;
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    wildcard.ends_with('*') || rest.is_empty()
}

#[test]
fn the_retired_test_can_fail() {
    assert!(retired().iter().any(|module| fits("Set-MsolUserPassword", &module.cmdlets)));
    assert!(retired().iter().any(|module| fits("Connect-AzureAD", &module.cmdlets)));
    assert!(!retired().iter().any(|module| fits("Connect-MgGraph", &module.cmdlets)));
}

/// Cmdlets that only show something. A step that runs any other one changes something.
#[test]
fn a_step_that_changes_something_is_not_called_read_only() {
    const CHANGING: [&str; 17] = [
        "Set-",
        "New-",
        "Remove-",
        "Add-",
        "Enable-",
        "Disable-",
        "Update-",
        "Start-",
        "Stop-",
        "Restart-",
        "Install-",
        "Uninstall-",
        "Reset-",
        "Import-ExchangeCertificate",
        "Publish-",
        "Move-",
        "Clear-",
    ];
    // They change nothing but the session, or only begin a variable.
    const HARMLESS: [&str; 8] = [
        "New-Object",
        "New-TimeSpan",
        "New-PSSession",
        "Remove-PSSession",
        "Set-ADServerSettings",
        "Set-Location",
        "Start-Sleep",
        "Start-Transcript",
    ];
    let mut changing_steps = Vec::new();
    for rule in Catalogue::built_in().rules() {
        for step in rule.steps.iter().filter(|s| s.effect == Effect::ReadOnly) {
            for command in step.run.iter().filter(|c| c.shell != Shell::Cmd) {
                for word in command.command.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
                    let changing = CHANGING.iter().any(|verb| word.starts_with(verb)) && !HARMLESS.contains(&word);
                    if changing {
                        changing_steps.push(format!("{}/{}: {word}", rule.id, step.id));
                    }
                }
                assert!(!command.command.contains("iisreset"), "{}/{}", rule.id, step.id);
            }
        }
    }
    assert!(changing_steps.is_empty(), "{changing_steps:#?}");
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

#[test]
fn every_parameter_is_used_by_a_command() {
    let catalogue = Catalogue::built_in();
    let intake = fs::read_to_string(rules_folder().join("intake.yaml")).expect("intake.yaml");
    let mut commands: Vec<&str> =
        catalogue.rules().iter().flat_map(|r| &r.steps).flat_map(|s| &s.run).map(|c| c.command.as_str()).collect();
    commands.push(&intake);
    for parameter in catalogue.pack().parameters().expect("parameters") {
        let used = commands.iter().any(|c| c.contains(&parameter.name));
        assert!(used, "no command uses `{}`", parameter.name);
    }
}

#[test]
fn every_phrase_and_context_is_used() {
    let all: String = rule_files().into_iter().map(|(_, text)| text).collect();
    let shared = |name: &str| fs::read_to_string(rules_folder().join(name)).expect("a shared file");
    let contexts = shared("contexts.yaml");
    let phrases: Vec<Phrase> = parse_list("phrases.yaml", &shared("phrases.yaml")).expect("phrases");
    for phrase in phrases {
        let wanted = format!("phrase: {}\n", phrase.id);
        assert!(all.contains(&wanted) || contexts.contains(&wanted), "no condition uses phrase `{}`", phrase.id);
    }
    for context in parse_list::<Vec<Context>>("contexts.yaml", &contexts).expect("contexts") {
        let used =
            all.contains(&format!("context: {}\n", context.id)) || contexts.contains(&format!("[{}]", context.id));
        assert!(used, "no rule uses context `{}`", context.id);
    }
}
