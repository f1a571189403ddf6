//! `docs/currency.md`: what no longer holds of what the source documents say. The rules and the timeline say it; the page only
//! collects it. `SNAPSHOTS=overwrite cargo test --test currency` writes it anew.

mod common;

use common::Catalogue;
use common::generated::{current, standing};
use freebusy::rules::model::{Change, Milestone, Retired};
use std::collections::BTreeMap;

#[test]
fn the_page_is_current() {
    current("docs/currency.md", &page(), "currency");
}

/// Every rule whose documents name something that is gone says what replaced it.
#[test]
fn a_step_that_names_older_instructions_for_a_retired_module_belongs_to_a_rule_with_a_change() {
    let catalogue = Catalogue::built_in();
    let retired = catalogue.pack().shared().expect("shared").retired;
    for rule in catalogue.rules() {
        let former = rule.steps.iter().filter_map(|step| step.formerly.as_deref());
        for text in former.filter(|text| retired.iter().any(|r| r.cmdlets.contains("Msol") && text.contains("Msol"))) {
            assert!(!rule.changes.is_empty(), "{}: {text}", rule.id);
        }
    }
}

/// What is known to be out of date in the documents, by failure, with words of what holds instead.
const OUT_OF_DATE: [(&[&str], &str); 17] = [
    (&["stored-password-mismatch", "federated-account-provisioning", "member-name-invalid"], "Update-MgUser"),
    (&["password-expired"], "DisablePasswordExpiration"),
    (&["password-change-required"], "Microsoft Graph"),
    (
        &["stored-password-mismatch", "password-expired", "password-change-required", "member-name-invalid"],
        "intra-organization connector",
    ),
    (&["oauth-key-not-found"], "-UpdateCertificate"),
    (&["oauth-key-not-found"], "Renew the certificate"),
    (&["oauth-token-signature"], "EvoSTS"),
    (&["oauth-missing-signing-certificate"], "Hybrid Configuration Wizard"),
    (&["request-timed-out", "federation-gateway-unreachable"], "Invoke-WebRequest"),
    (&["request-timed-out", "federation-gateway-unreachable"], "login.microsoftonline.com"),
    (&["autodiscover-name-not-resolved"], "DiscoveryEndpoint"),
    (&["object-moved"], "Exchange Online PowerShell"),
    (&["no-free-busy-access"], "-User Default"),
    (&["preauth-401", "connection-closed-on-receive"], "any reverse proxy"),
    (&["oauth-audience-hostname"], "Extended Protection"),
    (&["message-security-verification", "security-token-processing"], "Once"),
    (&["tls12-not-used-on-send", "tls-secure-channel", "federation-trust-tls"], "TLS 1.3"),
];

#[test]
fn what_is_out_of_date_has_what_holds_instead() {
    let catalogue = Catalogue::built_in();
    for (rules, words) in OUT_OF_DATE {
        for id in rules {
            let rule = catalogue.rules().iter().find(|rule| rule.id == *id).unwrap_or_else(|| panic!("no rule {id}"));
            let told = rule.changes.iter().any(|change| change.now.contains(words));
            assert!(told, "{id}: no change says `{words}`");
        }
    }
}

/// What the documents print and must not be printed again as a command, by failure.
#[test]
fn a_command_that_the_documents_got_wrong_is_not_repeated() {
    let catalogue = Catalogue::built_in();
    let commands = |id: &str| -> Vec<String> {
        let rule = catalogue.rules().iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule {id}"));
        rule.steps.iter().flat_map(|step| &step.run).map(|run| run.command.clone()).collect()
    };
    for id in ["autodiscover-name-not-resolved", "object-moved"] {
        let wrong = |c: &String| c.contains("IntraOrganizationConnector") && c.contains("TargetAutodiscoverEpr");
        assert!(!commands(id).iter().any(wrong), "{id}");
    }
    let permissions = commands("no-free-busy-access");
    let setting: Vec<&String> = permissions.iter().filter(|c| c.contains("Set-MailboxFolderPermission")).collect();
    assert!(!setting.is_empty() && setting.iter().all(|c| c.contains("-User ")), "{setting:?}");
    for rule in catalogue.rules() {
        for command in commands(&rule.id) {
            assert!(!command.contains("iexplore"), "{}: {command}", rule.id);
            assert!(!command.contains("-TrustAnySSLCertificate"), "{}: {command}", rule.id);
        }
    }
}

fn page() -> String {
    let catalogue = Catalogue::built_in();
    let shared = catalogue.pack().shared().expect("shared");
    let mut page = String::from(
        "# What changed against the documents\n\nThe failures come from documents of several years. This page lists what they say \
         and no longer holds, from the rules' own files. It is generated: `SNAPSHOTS=overwrite cargo test --test currency`.\n\n\
         ## When what changed\n\n| from | what | source |\n|---|---|---|\n",
    );
    for Milestone { date, title, source, confidence, .. } in &shared.timeline {
        page.push_str(&format!("| {date} | {title}{} | <{source}> |\n", standing(*confidence)));
    }
    page.push_str("\n## Modules that no longer work\n\n| module | since | instead | source |\n|---|---|---|---|\n");
    for Retired { module, since, replacement, source, .. } in &shared.retired {
        page.push_str(&format!("| {module} | {since} | {replacement} | <{source}> |\n"));
    }
    page.push_str("\n## What the documents say, and what holds\n");
    // The same change in several rules is told once, in the order of the first rule.
    let mut changes: Vec<(&Change, Vec<&str>)> = Vec::new();
    for rule in catalogue.rules() {
        for change in &rule.changes {
            match changes.iter_mut().find(|(known, _)| *known == change) {
                Some((_, rules)) => rules.push(&rule.id),
                None => changes.push((change, vec![&rule.id])),
            }
        }
    }
    let dates: BTreeMap<&str, &str> = shared.timeline.iter().map(|entry| (&*entry.id, &*entry.date)).collect();
    for (change, rules) in changes {
        let rules: Vec<String> = rules.iter().map(|id| format!("`{id}`")).collect();
        let since = change.since.as_deref().map(|id| format!(" Since {}.", dates[id])).unwrap_or_default();
        let source = change.source.as_deref().map(|url| format!(" <{url}>")).unwrap_or_default();
        page.push_str(&format!(
            "\n- {}\n  - Documented: {}\n  - Now: {}\n  - Why: {}{since}{}{source}\n",
            rules.join(", "),
            change.documented.trim(),
            change.now.trim(),
            change.why.trim(),
            standing(change.confidence),
        ));
    }
    page
}
