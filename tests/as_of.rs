//! What an answer says before and after a date on which something changed.

mod common;

use common::Catalogue;
use freebusy::engine::Engine;
use freebusy::facts::Facts;
use freebusy::read::Input;
use freebusy::remedy::{Plan, Planner, Values};
use freebusy::report::Answer;
use freebusy::report::answer::{InputView, Verdict};
use freebusy::rules::{Calendar, Rules};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn planner(rules: &Rules, day: &str) -> Planner {
    let pack = rules.pack();
    let calendar = Calendar::new(&pack.shared().expect("shared").timeline, day);
    Planner::new(pack.parameters().expect("parameters"), Values::default()).as_of(calendar)
}

fn plan(id: &str, day: &str) -> Plan {
    let catalogue = Catalogue::built_in();
    let rule = catalogue.rules().iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule {id}"));
    planner(catalogue.engine.rules(), day).plan(rule, &Facts::default(), None).expect("a plan")
}

fn steps(id: &str, day: &str) -> Vec<String> {
    plan(id, day).steps.into_iter().map(|step| step.id).collect()
}

fn answer(text: &str, day: &str) -> Answer {
    let rules = Rules::built_in().expect("the rules");
    let engine = Engine::new(&rules).as_of(day);
    let input = Input::from_bytes(text.as_bytes().to_vec()).expect("a text");
    let analysis = engine.analyse(&input.records(), &[]);
    let view = InputView { format: input.format.to_owned(), encoding: input.encoding.to_owned(), records: 1 };
    Answer::new(&engine, &analysis, &planner(&rules, day), &input.text, view).expect("an answer")
}

/// Rules, the last day before a change, the first day after it, and words of the warning that comes with it.
const WARNED: [(&[&str], &str, &str, &str); 5] = [
    (
        &[
            "stored-password-mismatch",
            "federated-account-provisioning",
            "member-name-invalid",
            "password-expired",
            "password-change-required",
        ],
        "2025-05-29",
        "2025-05-30",
        "no longer work",
    ),
    (&["oauth-key-not-found"], "2025-10-31", "2025-11-01", "shared service principal"),
    (&["preauth-401", "connection-closed-on-receive"], "2024-02-12", "2024-02-13", "Extended Protection is on"),
    (
        &[
            "mailflow-starttls-required",
            "hcw-configure-mail-flow",
            "smtp-starttls-not-offered",
            "smtp-inspection-filtered",
            "smtp-legacy-tls-session",
        ],
        "2026-08-31",
        "2026-09-01",
        "without recent updates",
    ),
    (
        &[
            "token-user-missing",
            "oauth-key-not-found",
            "tls12-not-used-on-send",
            "asurl-8004010f",
            "federation-gateway-unreachable",
        ],
        "2026-09-30",
        "2026-10-01",
        "EwsEnabled",
    ),
];

#[test]
fn a_warning_begins_with_the_day_on_which_it_is_true() {
    for (rules, before, after, words) in WARNED {
        for rule in rules {
            let warns = |day: &str| plan(rule, day).warnings.iter().any(|warning| warning.contains(words));
            assert!(!warns(before), "{rule} warns on {before}");
            assert!(warns(after), "{rule} does not warn on {after}");
        }
    }
}

#[test]
fn the_warning_about_ews_is_another_one_when_ews_is_gone() {
    for rule in ["token-user-missing", "oauth-key-not-found", "tls12-not-used-on-send"] {
        assert!(plan(rule, "2027-03-31").warnings.iter().all(|w| !w.contains("Microsoft Graph only")), "{rule}");
        let after = plan(rule, "2027-04-01").warnings;
        assert!(after.iter().any(|w| w.contains("Microsoft Graph only")), "{rule}");
        assert!(after.iter().all(|w| !w.contains("EwsEnabled")), "{rule}");
    }
}

/// Until the block the certificate went to the shared principal; since then only the dedicated application counts.
#[test]
fn the_certificate_goes_where_it_counts_on_that_day() {
    let has = |day: &str, step: &str| steps("oauth-key-not-found", day).iter().any(|id| id == step);
    for (day, wizard, dedicated) in [
        ("2025-04-17", true, false),
        ("2025-04-18", true, true),
        ("2025-10-31", true, true),
        ("2025-11-01", false, true),
    ] {
        assert_eq!(has(day, "upload-with-wizard"), wizard, "{day}");
        assert_eq!(has(day, "upload-certificate"), dedicated, "{day}");
        assert_eq!(has(day, "clean-shared-principal"), dedicated, "{day}");
    }
    let has = |day: &str| {
        steps("oauth-missing-signing-certificate", day).iter().any(|id| id == "upload-to-dedicated-application")
    };
    assert!(!has("2025-04-17") && has("2025-04-18"));
}

#[test]
fn every_way_leads_on_whatever_the_day_is() {
    let catalogue = Catalogue::built_in();
    let timeline = catalogue.pack().shared().expect("shared").timeline;
    for day in timeline.iter().map(|entry| entry.date.as_str()).chain(["2001-01-01", "2099-01-01"]) {
        let planner = planner(catalogue.engine.rules(), day);
        for rule in catalogue.rules() {
            let plan = planner.plan(rule, &Facts::default(), None).expect("a plan");
            assert!(!plan.steps.is_empty(), "{} on {day}", rule.id);
            for (number, step) in plan.steps.iter().enumerate() {
                for target in step.outcomes.iter().filter_map(|outcome| outcome.target()) {
                    let known = matches!(target, "resolved" | "support")
                        || target.starts_with("rule:")
                        || target == "next" && number + 1 < plan.steps.len()
                        || plan.steps.iter().any(|step| step.id == target);
                    assert!(known, "{} on {day}: {} leads to {target}", rule.id, step.id);
                }
            }
        }
    }
}

/// The catalogue is read on many days, so it shows everything and says when it applies.
#[test]
fn a_page_of_the_catalogue_names_the_days() {
    let site = common::pages::Site::built_in();
    for form in ["md", "html"] {
        let page = site.page(&format!("rules/oauth-key-not-found.{form}"));
        for words in ["until 2025-11-01", "from 2025-04-18 on", "from 2026-10-01 on, until 2027-04-01"] {
            assert!(page.contains(words), "{form}: {words}");
        }
    }
}

const REFUSED: &str = "ProxyWebRequest CrossForest from S-1-5-21-1-2-3-1105 to https://outlook.office365.com/EWS/Exchange.asmx \
                       failed. The remote server returned an error: (403) Forbidden.";

const FROM_CLOUD: &str = "Autodiscover failed for email address a@contoso.com, O365 to On-premises: \
                          The remote server returned an error: (403) Forbidden.";

#[test]
fn a_refused_lookup_in_the_cloud_asks_for_the_dedicated_application_first() {
    let first = |text: &str, day: &str| answer(text, day).ask_first;
    assert!(first(REFUSED, "2025-10-31").is_empty());
    let after = first(REFUSED, "2025-11-01");
    assert_eq!(after.len(), 1, "{after:?}");
    assert!(after[0].contains("ExchangeServerApp"));
    let switching = first(REFUSED, "2026-11-22");
    assert!(switching[0].contains("ExchangeServerApp") && switching[1].contains("EwsAllowedAppIDs"), "{switching:?}");
    let off = first(REFUSED, "2027-04-01");
    assert!(off[1].contains("Microsoft Graph") && !off.iter().any(|q| q.contains("EwsAllowedAppIDs")), "{off:?}");
    let unauthorized = REFUSED.replace("(403) Forbidden", "(401) Unauthorized");
    assert_eq!(first(&unauthorized, "2026-11-22").len(), 2);
    assert!(first(&REFUSED.replace("(403) Forbidden", "(404) Not Found"), "2026-11-22").is_empty());
}

#[test]
fn the_other_direction_is_not_asked_for_it() {
    let answer = answer(FROM_CLOUD, "2026-11-22");
    assert_eq!(answer.facts.values.http_status, [403]);
    assert!(answer.ask_first.is_empty(), "{:?}", answer.ask_first);
    assert!(answer.collect.iter().all(|c| !c.title.contains("dedicated application")));
}

/// Also where a rule is certain: the question comes before its first step.
#[test]
fn a_certain_answer_asks_it_too() {
    let text = format!(
        "{REFUSED} diagnostics: 2000005;reason=\"The user specified by the user-context in the token does not exist.\";\
         error_category=\"invalid_user\" Name of the server where exception originated: EX01"
    );
    let answer = answer(&text, "2026-11-22");
    assert_eq!(answer.verdict, Verdict::Match);
    assert_eq!(answer.matches[0].rule, "token-user-missing");
    assert_eq!(answer.ask_first.len(), 2);
}

fn folder(test: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("as-of-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("oauth")).expect("a folder");
    folder
}

fn freebusy(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("APPDATA", "/nonexistent")
        .output()
        .expect("the program")
}

/// A certificate had not expired yet on a day before its last.
#[test]
fn a_check_knows_the_day_that_was_asked_for() {
    let folder = folder("certificate");
    let printed = "Thumbprint : 1F0C9A7B54D83E6A2C1B90F7E8D6A5C4B3920171\nServices : SMTP\nNotAfter : 6/30/2026 9:12:00 AM\n\
                   HasPrivateKey : True\nPublicKeySize : 2048\nSubject : CN=mail.contoso.com\n";
    fs::write(folder.join("certificate.txt"), printed).expect("a file");
    let says_so = |day: &str| {
        let said = freebusy(&folder, &["explain", "certificate.txt", "--format", "json", "--as-of", day]);
        let said: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
        said["checks"].as_array().expect("checks").iter().any(|check| check["id"] == "certificate-expired")
    };
    assert!(!says_so("2026-06-29"));
    assert!(says_so("2026-07-01"));
}

/// A team's own rule may name the shipped timeline.
const OWN: &str = "\
id: badge-refused
title: The badge of the application is refused
area: oauth
direction: [on-premises-to-cloud]
auth: [oauth]
signature: { text: the badge of the application has been withdrawn by Fabrikam }
hints:
  - text: Fabrikam badge office
since: shared-principal-blocked
until: ews-off
confidence: third-party
question: Does Fabrikam check badges?
summary: Fabrikam checks badges.
cause: The badge is old.
verify: Look up a calendar.
warnings:
  - text: Fabrikam closes at five.
    since: ews-switch-off-started
steps:
  - id: look
    title: Look at the badge
    effect: read-only
    text: Look at it.
    expect: It is blue.
    outcomes:
      - when: { observed: it is red }
        then: renew
      - otherwise: next
  - id: renew
    title: Renew the badge
    effect: changes-configuration
    since: ews-switch-off-started
    confidence: advice
    text: Renew it.
    expect: It is new.
    undo: Keep the old one.
  - id: again
    title: Look again
    effect: read-only
    text: Look at it.
    expect: It is blue.
references:
  - title: Fabrikam handbook
    url: https://handbook.fabrikam.com/badges
    confidence: third-party
reviewed: 2026-10-12
tests:
  - text: The badge of the application has been withdrawn by Fabrikam.
  - not: The badge is there.
    why: nothing was withdrawn
";

#[test]
fn the_command_line_takes_the_day() {
    let folder = folder("cli");
    fs::write(folder.join("oauth/badge-refused.yaml"), OWN).expect("a rule");
    fs::write(folder.join("error.txt"), "The badge of the application has been withdrawn by Fabrikam.")
        .expect("a text");
    fs::write(folder.join("hint.txt"), "Ask the Fabrikam badge office.").expect("a text");
    let text = |arguments: &[&str]| {
        let output = freebusy(&folder, arguments);
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let explain =
        |day: &str, format: &str| text(&["explain", "error.txt", "--rules", ".", "--as-of", day, "--format", format]);
    for format in ["text", "markdown", "html"] {
        let (before, after) = (explain("2026-09-30", format), explain("2026-10-01", format));
        assert!(!before.contains("Renew the badge") && !before.contains("closes at five"), "{before}");
        assert!(after.contains("Renew the badge") && after.contains("closes at five"), "{after}");
        for said in ["reported by others, not by Microsoft", "our advice"] {
            assert!(after.contains(said), "{format}: {said}: {after}");
        }
    }
    // Where the second step is passed over, the way to it leads to the third one, which is the second one then.
    assert!(explain("2026-09-30", "text").contains("go to step 2"));
    assert!(explain("2026-10-01", "text").contains("go to step 2"));
    let json: serde_json::Value = serde_json::from_str(&explain("2026-09-30", "json")).expect("JSON");
    assert_eq!(json["as_of"], "2026-09-30");
    assert_eq!(json["matches"][0]["standing"], "third-party");
    assert_eq!(json["matches"][0]["steps"][0]["outcomes"][0]["then"], "again");
    assert_eq!(json["matches"][0]["references"][0]["confidence"], "third-party");

    // A hint counts while the failure can occur.
    for (day, code) in [("2025-10-31", 1), ("2025-11-01", 0), ("2027-03-31", 0), ("2027-04-01", 1)] {
        let output = freebusy(&folder, &["explain", "hint.txt", "--rules", ".", "--as-of", day]);
        assert_eq!(output.status.code(), Some(code), "{day}");
    }

    let show = |day: &str| text(&["rules", "show", "badge-refused", "--rules", ".", "--as-of", day]);
    assert!(
        show("2026-09-30").contains("one more step does not apply") && !show("2026-09-30").contains("Renew the badge")
    );
    assert!(show("2026-10-01").contains("Renew the badge"));
    let list = |day: &str| text(&["rules", "list", "--rules", ".", "--as-of", day]);
    assert!(list("2025-10-31").contains("is refused (from 2025-11-01)"));
    assert!(list("2027-04-01").contains("is refused (until 2027-04-01)"));
    assert!(!list("2026-01-01").contains("is refused ("));

    let scan =
        |day: &str| text(&["scan", "error.txt", "--rules", ".", "--as-of", day, "--format", "markdown", "--quiet"]);
    assert!(!scan("2026-09-30").contains("Renew the badge"));
    assert!(scan("2026-10-01").contains("Renew the badge"));

    let output = freebusy(&folder, &["explain", "error.txt", "--as-of", "tomorrow"]);
    assert_eq!(output.status.code(), Some(2));
    // The whole rule is what its file says.
    let whole = text(&["rules", "show", "badge-refused", "--rules", ".", "--format", "json"]);
    assert!(whole.contains("Renew the badge") && whole.contains("ews-switch-off-started"));
}

#[test]
fn an_unknown_entry_of_the_timeline_does_not_load() {
    let folder = folder("unknown");
    fs::write(
        folder.join("oauth/badge-refused.yaml"),
        OWN.replace("since: shared-principal-blocked", "since: the-wedding"),
    )
    .expect("a rule");
    fs::write(folder.join("error.txt"), "x").expect("a text");
    let output = freebusy(&folder, &["explain", "error.txt", "--rules", "."]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("badge-refused.yaml:9:") && message.contains("the-wedding"), "{message}");
}
