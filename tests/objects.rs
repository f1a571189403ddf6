//! What cmdlets printed is evidence: in every form in which a console, a mail or a file shows it, the checks say the same.
//!
//! `tests/objects/CMDLET/` holds outputs, with what is said about each beside it. `SNAPSHOTS=overwrite cargo test --test objects` writes
//! that anew; read the difference before committing it.

mod common;

use common::Catalogue;
use freebusy::engine::output::{Examination, Scene, examine};
use freebusy::read::objects::{Form, Object};
use freebusy::read::{Case, Input};
use freebusy::remedy::{Planner, Values};
use freebusy::report::{Answer, Format, Renderer, Style};
use freebusy::rules::check::{Check, Level};
use freebusy::rules::compile_checks::walk;
use freebusy::rules::pack::{CheckSource, Checks};
use jiff::civil::Date;
use serde_json::{Value, json};
use snapbox::assert::DEFAULT_ACTION_ENV;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use std::fs;
use std::path::{Path, PathBuf};

const TODAY: Date = Date::constant(2026, 11, 23);

/// The built-in checks, ready to ask.
struct Asked {
    catalogue: Catalogue,
    checks: Checks,
    source: CheckSource,
}

impl Asked {
    fn built_in() -> Self {
        let catalogue = Catalogue::built_in();
        let checks = catalogue.pack().checks().expect("the checks");
        let source = catalogue.pack().check_source().expect("their source");
        Self { catalogue, checks, source }
    }

    fn all(&self) -> impl Iterator<Item = (&str, &Check)> {
        self.source.files.iter().flat_map(|file| file.checks.iter().map(|check| (file.of.as_str(), check)))
    }

    fn case(&self, files: &[(&str, Vec<u8>)]) -> (Case, Examination) {
        let input = |bytes: &Vec<u8>| Input::from_bytes(bytes.clone()).expect("a text");
        let case = Case::new(files.iter().map(|(name, bytes)| ((*name).to_owned(), input(bytes))));
        let records = case.records();
        let analysis = self.catalogue.engine.analyse(&records, &[]);
        let objects = case.objects();
        let scene =
            Scene { objects: &objects, case: &case, records: &records, analysis: &analysis, today: Some(TODAY) };
        let examination = examine(&self.checks, &scene);
        drop(records);
        (case, examination)
    }

    /// The ids of the checks that say something about a file, sorted.
    fn says(&self, bytes: Vec<u8>) -> Vec<String> {
        let (_, examination) = self.case(&[("", bytes)]);
        let mut ids: Vec<String> =
            examination.findings.iter().map(|f| self.checks.entries[f.entry].check.id.clone()).collect();
        ids.sort();
        ids
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/objects")
}

/// Everything that is said about one file.
fn described(asked: &Asked, bytes: Vec<u8>) -> String {
    let (case, examination) = asked.case(&[("", bytes)]);
    let mut out = String::new();
    for shown in &examination.shown {
        out += &format!("{}: {}\n", shown.cmdlet, shown.objects);
    }
    for finding in &examination.findings {
        let check = &asked.checks.entries[finding.entry].check;
        out += &format!("{} {}", check.level.id(), check.id);
        if let (Some(property), Some(value)) = (&finding.property, &finding.value) {
            out += &format!(" ({property}: {value})");
        }
        if let Some(by) = finding.set_aside_by {
            out += &format!(", set aside by {}", asked.checks.entries[by].check.id);
        }
        out.push('\n');
        for at in &finding.at {
            let line = case.text(at.clone()).lines().next().unwrap_or_default();
            out += &format!("    {}\n", line.trim());
        }
    }
    out
}

#[test]
fn every_committed_output_is_understood() {
    let asked = Asked::built_in();
    let assert = Assert::new().action_env(DEFAULT_ACTION_ENV);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for cmdlet in fs::read_dir(folder()).expect("tests/objects") {
        for file in fs::read_dir(cmdlet.expect("an entry").path()).expect("a folder") {
            let path = file.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "txt") {
                continue;
            }
            let actual = described(&asked, fs::read(&path).expect("a file"));
            let expected = Data::read_from(&path.with_extension("said"), Some(DataFormat::Text)).raw();
            if let Err(error) = assert.try_eq(Some(&path.display()), actual.into(), expected) {
                wrong.push(error.to_string());
            }
            seen += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 25, "{seen} only");
}

/// The committed outputs of a cmdlet, by their names, each with what is said about it.
fn fixtures(cmdlet: &str) -> Vec<(String, String)> {
    let folder = folder().join(cmdlet.to_lowercase().replace(' ', "-"));
    let mut found: Vec<(String, String)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "said"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a text"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_cmdlet_has_an_output_that_is_in_order_and_one_that_is_not() {
    let asked = Asked::built_in();
    let is = |said: &str, level: &str| said.lines().any(|line| line.starts_with(&format!("{level} ")));
    for printout in &asked.source.printouts {
        let all = fixtures(&printout.cmdlet);
        let levels = |wanted: &str| asked.all().any(|(of, c)| of == printout.cmdlet && c.level.id() == wanted);
        // A cmdlet that failed is never in order.
        if levels("ok") {
            let fine = all.iter().any(|(_, said)| is(said, "ok") && !is(said, "deviation"));
            assert!(fine, "{} has no output that is in order in tests/objects", printout.cmdlet);
        }
        let wrong = if levels("deviation") { "deviation" } else { "note" };
        let fails = all.iter().any(|(_, said)| is(said, wrong));
        assert!(fails, "{} has no output with a {wrong} in tests/objects", printout.cmdlet);
    }
}

#[test]
fn an_export_as_xml_says_what_the_pasted_output_says() {
    let asked = Asked::built_in();
    let xml = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n  <Obj RefId=\"0\">\r\n    <TN RefId=\"0\">\r\n      <T>Deserialized.Microsoft.Exchange.Data.Directory.SystemConfiguration.OrganizationRelationship</T>\r\n    </TN>\r\n    <ToString>O365 to On-premises</ToString>\r\n    <Props>\r\n      <Obj N=\"DomainNames\" RefId=\"1\"><LST /></Obj>\r\n      <B N=\"FreeBusyAccessEnabled\">true</B>\r\n      <Obj N=\"FreeBusyAccessLevel\" RefId=\"2\"><ToString>None</ToString><I32>0</I32></Obj>\r\n      <URI N=\"TargetAutodiscoverEpr\">https://mail.tailspin.com/ews/exchange.asmx</URI>\r\n      <Nil N=\"TargetSharingEpr\" />\r\n      <B N=\"Enabled\">false</B>\r\n      <S N=\"Name\">O365 to On-premises</S>\r\n    </Props>\r\n  </Obj>\r\n</Objs>\r\n";
    let pasted = "DomainNames           : {}\nFreeBusyAccessEnabled : True\nFreeBusyAccessLevel   : None\nTargetAutodiscoverEpr : https://mail.tailspin.com/ews/exchange.asmx\nTargetSharingEpr      :\nEnabled               : False\nName                  : O365 to On-premises\n";
    let wanted = asked.says(pasted.into());
    assert!(wanted.len() > 3, "{wanted:?}");
    assert_eq!(asked.says(xml.into()), wanted);
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(xml.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(asked.says(utf16), wanted);
}

/// Every test of every check, in the encodings and line ends of Windows.
#[test]
fn encodings_and_line_ends_change_nothing() {
    let asked = Asked::built_in();
    for (_, check) in asked.all() {
        for text in check.tests.iter().filter_map(|test| test.text.as_ref()) {
            let plain = asked.says(text.clone().into_bytes());
            assert!(plain.contains(&check.id), "{}: {plain:?}\n{text}", check.id);
            let windows = text.replace('\n', "\r\n");
            assert_eq!(asked.says(windows.clone().into_bytes()), plain, "{} with CRLF", check.id);
            let utf16: Vec<u8> =
                std::iter::once(0xfeff).chain(windows.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            assert_eq!(asked.says(utf16), plain, "{} as UTF-16", check.id);
        }
    }
}

/// A list whose values a console cut, below their own beginning.
fn cut(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let value = line.find(" : ").map_or(0, |at| line[..at].chars().count() + 3);
        let mut rest: Vec<char> = line.chars().collect();
        while rest.len() > width && value > 0 && value + 20 < width {
            out.extend(rest.drain(..width));
            out.push('\n');
            rest.splice(0..0, std::iter::repeat_n(' ', value));
        }
        out.extend(rest);
        out.push('\n');
    }
    out
}

#[test]
fn a_console_may_cut_a_list_anywhere() {
    let asked = Asked::built_in();
    let mut changed = 0;
    for (_, check) in asked.all() {
        for text in check.tests.iter().filter_map(|test| test.text.as_ref()) {
            for width in [80, 120] {
                let narrow = cut(text, width);
                changed += usize::from(narrow.trim_end() != text.trim_end());
                let said = asked.says(narrow.clone().into_bytes());
                assert!(said.contains(&check.id), "{} at {width}: {said:?}\n{narrow}", check.id);
            }
        }
    }
    assert!(changed > 60, "{changed} only");
}

/// The steps that test cmdlets tell, on another stream in another language.
#[test]
fn steps_are_known_with_the_prefix_of_any_language() {
    let asked = Asked::built_in();
    let about_steps = |check: &&Check| check.when.step.is_some();
    let mut seen = 0;
    for check in asked.all().map(|(_, check)| check).filter(about_steps) {
        for text in check.tests.iter().filter_map(|test| test.text.as_ref()) {
            for prefix in ["VERBOSE: ", "AUSFÜHRLICH: ", "COMMENTAIRES : ", "ПОДРОБНО: ", "詳細: "] {
                let plain = text.replace("VERBOSE: ", "");
                let told: String = plain.lines().map(|line| format!("{prefix}{line}\r\n")).collect();
                let said = asked.says(told.into_bytes());
                assert!(said.contains(&check.id), "{} behind {prefix}: {said:?}", check.id);
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen} only");
}

/// An object as a collected case holds it; `old` as Windows PowerShell 5.1 writes it.
fn as_json(object: &Object, old: bool) -> Value {
    let mut map = serde_json::Map::new();
    for property in &object.properties {
        let items = property.value.items();
        let value = match (&property.value, items) {
            (freebusy::read::objects::Value::Empty, _) => Value::Null,
            (freebusy::read::objects::Value::List { .. }, items) if old => {
                json!({ "value": items, "Count": items.len() })
            }
            (freebusy::read::objects::Value::List { .. }, items) => json!(items),
            (_, [only]) if only == "True" || only == "False" => json!(only == "True"),
            (_, [only]) => match only.parse::<u32>() {
                Ok(number) if number.to_string() == *only => json!(number),
                _ => json!(only),
            },
            (_, items) => json!(items),
        };
        map.insert(property.name.to_string(), value);
    }
    Value::Object(map)
}

/// A collected file of these objects, in the way of both PowerShells.
fn collected(objects: &[Object], of: &str) -> [Vec<u8>; 2] {
    let commands = |old: bool| -> Vec<Value> {
        let one = |object: &Object| {
            let cmdlet = object.cmdlet.as_deref().unwrap_or(of);
            json!({ "command": format!("{cmdlet} | Format-List"), "cmdlet": cmdlet, "objects": [as_json(object, old)], "errors": [] })
        };
        objects.iter().map(one).collect()
    };
    let file = |old: bool| json!({ "freebusy_collect": 1, "shell": "ems", "computer": "EX01", "collected": "2026-11-23T08:00:00Z", "commands": commands(old) });
    let new = serde_json::to_string_pretty(&file(false)).expect("JSON").into_bytes();
    // 5.1: two blanks behind each colon, escapes for quotes and angle brackets, UTF-16.
    let old = serde_json::to_string_pretty(&file(true)).expect("JSON");
    let old = old.replace("\": ", "\":  ").replace('\'', "\\u0027").replace('<', "\\u003c").replace('>', "\\u003e");
    let old: Vec<u8> =
        std::iter::once(0xfeff).chain(old.replace('\n', "\r\n").encode_utf16()).flat_map(u16::to_le_bytes).collect();
    [old, new]
}

#[test]
fn a_collected_file_of_both_powershells_says_what_the_pasted_output_says() {
    let asked = Asked::built_in();
    let mut seen = 0;
    for (of, check) in asked.all() {
        for text in check.tests.iter().filter_map(|test| test.text.as_ref()) {
            let case = Case::new([(String::new(), Input::from_bytes(text.clone().into_bytes()).expect("a text"))]);
            let objects = case.objects();
            // What stands beside the objects is no part of such a file.
            let only_objects =
                objects.iter().all(|object| matches!(object.form, Form::List | Form::Table | Form::Json | Form::Xml));
            let mut beside = false;
            walk(&check.when, "", &mut |when, _| {
                beside |= when.fact.is_some() || when.failure.is_some() || when.failed_with.is_some();
            });
            if !only_objects || objects.is_empty() || beside {
                continue;
            }
            let plain = asked.says(text.clone().into_bytes());
            for (file, shell) in collected(&objects, of).into_iter().zip(["5.1", "7"]) {
                let said = asked.says(file);
                assert!(
                    said.contains(&check.id),
                    "{} from PowerShell {shell}: {said:?} instead of {plain:?}",
                    check.id
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} only");
}

#[test]
fn dates_and_depth_of_powershell_5_are_read() {
    let asked = Asked::built_in();
    let old = r#"{"freebusy_collect": 1, "commands": [
        {"command": "Get-ExchangeCertificate | fl", "cmdlet": "Get-ExchangeCertificate", "objects": [
            {"Thumbprint": "1F0C", "NotAfter": "\/Date(1561885920000)\/", "HasPrivateKey": false, "Services": {"value": 4, "Value": "SMTP"}}], "errors": []},
        {"command": "Get-OrganizationRelationship | fl", "cmdlet": "Get-OrganizationRelationship", "objects": [
            {"Enabled": true, "DomainNames": "System.Object[]", "TargetApplicationUri": {"OriginalString": "outlook.com", "IsAbsoluteUri": false}}], "errors": []},
        {"command": "Get-FederationTrust | fl", "cmdlet": "Get-FederationTrust", "objects": null, "errors": null}]}"#;
    let said = asked.says(old.as_bytes().to_vec());
    assert!(said.contains(&"certificate-expired".to_owned()), "{said:?}");
    assert!(said.contains(&"fedtrust-none".to_owned()), "{said:?}");
    assert!(!said.iter().any(|id| id == "orgrel-no-domains" || id == "orgrel-application-uri-missing"), "{said:?}");
}

/// A contradiction between files, by the check that names it, and what its other side holds.
fn contradiction(asked: &Asked, id: &str, files: &[(&str, &str)], other_file: usize, other_value: &str) {
    let bytes: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect();
    let (case, examination) = asked.case(&bytes);
    let said: Vec<&str> =
        examination.findings.iter().map(|f| asked.checks.entries[f.entry].check.id.as_str()).collect();
    let finding = examination.findings.iter().find(|f| asked.checks.entries[f.entry].check.id == id);
    let finding = finding.unwrap_or_else(|| panic!("{id} is not among {said:?}"));
    let against = finding.against.as_ref().unwrap_or_else(|| panic!("{id} names one side only"));
    assert!(against.value.contains(other_value), "{id}: {against:?}");
    let place = against.at.first().unwrap_or_else(|| panic!("{id}: the other side has no place"));
    assert_eq!(case.locate(place.start).0, other_file, "{id}: {against:?}");
    // Without the other file there is nothing to contradict.
    let alone: Vec<(&str, Vec<u8>)> =
        bytes.iter().enumerate().filter(|(n, _)| *n != other_file).map(|(_, file)| file.clone()).collect();
    let (_, examination) = asked.case(&alone);
    assert!(!examination.findings.iter().any(|f| asked.checks.entries[f.entry].check.id == id), "{id} alone");
}

const NOT_FOUND: &str =
    "Configuration information for forest/domain wingtip.com could not be found in Active Directory. LID: 47932";
const TO_ON_PREMISES: &str = "Name                  : O365 to On-premises\nDomainNames           : {tailspin.com}\nFreeBusyAccessEnabled : True\nTargetApplicationUri  : FYDIBOHF25SPDLT.tailspin.com\nTargetSharingEpr      : https://old.tailspin.com/EWS/Exchange.asmx\nTargetAutodiscoverEpr : https://autodiscover.tailspin.com/autodiscover/autodiscover.svc/WSSecurity\nEnabled               : True\n";
const CONNECTOR: &str = "Name                 : HybridIOC\nTargetAddressDomains : {tailspin.com}\nDiscoveryEndpoint    : https://mail.tailspin.com/autodiscover/autodiscover.svc\nEnabled              : True\n";
const TO_CLOUD: &str = "Name                 : HybridIOC\nTargetAddressDomains : {tailspin.mail.onmicrosoft.com}\nDiscoveryEndpoint    : https://autodiscover-s.outlook.com/autodiscover/autodiscover.svc\nEnabled              : True\n";
const THUMBPRINT: &str = "C3B2A19087F6E5D4C3B2A19087F6E5D4C3B2A190";
const OTHER_THUMBPRINT: &str = "1908F7E6D5C4B3A21908F7E6D5C4B3A21908F7E6";

#[test]
fn the_domain_of_the_failure_is_missing_from_the_connector() {
    let files = [("error.txt", NOT_FOUND), ("ioc.txt", CONNECTOR)];
    contradiction(&Asked::built_in(), "ioc-lacks-domain", &files, 0, "wingtip.com");
}

#[test]
fn the_domain_of_the_failure_is_missing_from_the_relationship() {
    let files = [("error.txt", NOT_FOUND), ("orgrel.txt", TO_ON_PREMISES)];
    contradiction(&Asked::built_in(), "orgrel-lacks-domain", &files, 0, "wingtip.com");
}

#[test]
fn the_sharing_address_is_on_a_host_that_publishes_nothing() {
    let ews = "Identity    : EX07\\EWS (Default Web Site)\nExternalUrl : https://mail.tailspin.com/EWS/Exchange.asmx\n";
    let files = [("orgrel.txt", TO_ON_PREMISES), ("ews.txt", ews)];
    contradiction(&Asked::built_in(), "orgrel-sharing-epr-not-external", &files, 1, "mail.tailspin.com");
}

#[test]
fn the_refused_key_is_not_the_configured_one() {
    let refused = format!(
        "Error: Unable to get token from Auth Server. Description: 'AADSTS50012: Client assertion contains an invalid signature. [Reason - The key was not found., Thumbprint of key used by client: '{OTHER_THUMBPRINT}'."
    );
    let configured = format!("CurrentCertificateThumbprint : {THUMBPRINT}\n");
    let files = [("error.txt", refused.as_str()), ("auth.txt", configured.as_str())];
    contradiction(&Asked::built_in(), "authconfig-not-the-refused-key", &files, 0, OTHER_THUMBPRINT);
}

#[test]
fn the_configured_certificate_is_not_on_the_server() {
    let configured = format!("CurrentCertificateThumbprint : {THUMBPRINT}\n");
    let installed = format!("Thumbprint : {OTHER_THUMBPRINT}\nServices   : SMTP\n");
    let files = [("auth.txt", configured.as_str()), ("certificates.txt", installed.as_str())];
    contradiction(&Asked::built_in(), "authconfig-certificate-not-found", &files, 1, OTHER_THUMBPRINT);
}

#[test]
fn the_signing_certificate_has_expired() {
    let configured = format!("CurrentCertificateThumbprint : {THUMBPRINT}\n");
    let installed = format!("Thumbprint : {THUMBPRINT}\nServices   : SMTP\nNotAfter   : 14.02.2020 08:00:00\n");
    let files = [("certificates.txt", installed.as_str()), ("auth.txt", configured.as_str())];
    contradiction(&Asked::built_in(), "certificate-signing-expired", &files, 1, THUMBPRINT);
}

#[test]
fn the_application_of_the_relationship_is_not_the_account_namespace() {
    let identifier = "AccountNamespace : FYDIBOHF25SPDLT.wingtip.com\nEnabled          : True\n";
    let files = [("orgrel.txt", TO_ON_PREMISES), ("identifier.txt", identifier)];
    contradiction(&Asked::built_in(), "orgrel-application-uri-not-namespace", &files, 1, "wingtip.com");
}

#[test]
fn the_routing_address_is_missing_from_the_connector() {
    let mailbox = "Name                 : Kim\nRemoteRoutingAddress : SMTP:kim@wingtip.mail.onmicrosoft.com\n";
    let files = [("ioc.txt", TO_CLOUD), ("mailbox.txt", mailbox)];
    contradiction(&Asked::built_in(), "ioc-lacks-routing-domain", &files, 1, "wingtip.mail.onmicrosoft.com");
}

#[test]
fn the_connector_asks_another_address_than_the_organization_publishes() {
    let published = "OnPremiseDiscoveryEndpoint : https://autodiscover.tailspin.com/autodiscover/autodiscover.svc\n";
    let files = [("ioc.txt", CONNECTOR), ("configuration.txt", published)];
    contradiction(&Asked::built_in(), "ioc-endpoint-not-published", &files, 1, "autodiscover.tailspin.com");
}

#[test]
fn the_application_is_not_among_the_allowed_ones() {
    let organization = "EwsEnabled       : True\nEwsAllowedAppIDs : 4f3e2d1c-0b9a-4887-9665-544332211000\n";
    let server = "Name                  : EvoSts\nType                  : AzureAD\nTokenIssuingEndpoint  : https://login.windows.net/common/oauth2/token\nApplicationIdentifier : 9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d\nEnabled               : True\n";
    let files = [("organization.txt", organization), ("servers.txt", server)];
    contradiction(&Asked::built_in(), "organization-app-not-allowed", &files, 1, "9a8b7c6d");
}

#[test]
fn the_failure_shows_delegated_authentication_although_a_connector_is_enabled() {
    let asked = Asked::built_in();
    let failure = "ProxyWebRequestProcessingException ErrorProxyRequestProcessingFailed exchange.asmx/wssecurity: An error occurred when processing the security tokens in the message.";
    let (_, examination) = asked.case(&[("error.txt", failure.into()), ("ioc.txt", CONNECTOR.as_bytes().to_vec())]);
    let said: Vec<&str> =
        examination.findings.iter().map(|f| asked.checks.entries[f.entry].check.id.as_str()).collect();
    assert!(said.contains(&"ioc-enabled-but-dauth-failed"), "{said:?}");
    assert!(!said.contains(&"ioc-enabled"), "{said:?}");
}

#[test]
fn with_an_enabled_connector_findings_about_delegated_authentication_do_not_matter() {
    let asked = Asked::built_in();
    let trust = "Name            ApplicationIdentifier ApplicationUri\n----            --------------------- --------------\nMicrosoftOnline 292841                outlook.com\n";
    let files = [("ioc.txt", CONNECTOR.as_bytes().to_vec()), ("trust.txt", trust.as_bytes().to_vec())];
    let (_, examination) = asked.case(&files);
    let finding = |id: &str| {
        let found = examination.findings.iter().find(|f| asked.checks.entries[f.entry].check.id == id);
        found.unwrap_or_else(|| panic!("{id}")).clone()
    };
    let by = finding("fedtrust-outdated").set_aside_by.map(|by| asked.checks.entries[by].check.id.clone());
    assert_eq!(by.as_deref(), Some("ioc-enabled"));
    assert!(finding("ioc-as-documented").set_aside_by.is_none());
    // A disabled connector changes that.
    let disabled = CONNECTOR.replace("True", "False");
    let (_, examination) = asked.case(&[("ioc.txt", disabled.into_bytes()), files[1].clone()]);
    let outdated = examination.findings.iter().find(|f| asked.checks.entries[f.entry].check.id == "fedtrust-outdated");
    assert!(outdated.is_some_and(|finding| finding.set_aside_by.is_none()));
}

#[test]
fn the_step_of_a_check_is_a_step_of_its_rule() {
    let asked = Asked::built_in();
    for (_, check) in asked.all() {
        let Some((rule, step)) = check.step.as_deref().and_then(|step| step.split_once('/')) else { continue };
        let rule = asked.catalogue.rules().iter().find(|known| known.id == rule).expect("a rule");
        assert!(rule.steps.iter().any(|known| known.id == step), "{}: {step}", check.id);
    }
}

#[test]
fn whatever_a_check_says_is_printed_in_every_form() {
    let asked = Asked::built_in();
    let planner = Planner::new(asked.catalogue.pack().parameters().expect("parameters"), Values::default());
    let renderer = Renderer::new(Vec::new(), Style { width: 80, color: false });
    for (_, check) in asked.all() {
        let text = check.tests.iter().find_map(|test| test.text.as_ref()).expect("a text");
        let (case, examination) = asked.case(&[("paste", text.clone().into_bytes())]);
        let engine = &asked.catalogue.engine;
        let mut analysis = engine.analyse(&case.records(), &[]);
        analysis.support(&examination, &asked.checks, asked.catalogue.pack());
        let examined = Some((&examination, &asked.checks));
        let answer = Answer::of_case(engine, &analysis, &planner, &case, examined).expect("an answer");
        for format in [Format::Text, Format::Brief, Format::Markdown, Format::Html, Format::Json] {
            let shown = renderer.answer_to_case(&answer, &case, format);
            let shown = shown.unwrap_or_else(|error| panic!("{}: {error}", check.id));
            let named = shown.contains(&check.id) || shown.replace("\n    ", " ").contains(&check.title);
            assert!(named || format == Format::Brief, "{} as {format:?}:\n{shown}", check.id);
        }
    }
}

/// The table in docs/, from the data.
#[test]
fn the_table_of_outputs_is_current() {
    let asked = Asked::built_in();
    let mut table = String::from(
        "# What cmdlets' output says\n\nThis page is written from `rules/objects.yaml` and `rules/checks/`\n(`SNAPSHOTS=overwrite cargo test --test objects`). How checks are written, [checks.md](checks.md) says.\n",
    );
    for printout in &asked.source.printouts {
        table += &format!("\n## {}\n\n{}.\n\n", printout.cmdlet, printout.title);
        table +=
            &format!("- Proves: {}\n- Does not prove: {}\n", printout.proves.trim(), printout.does_not_prove.trim());
        let names: Vec<String> = fixtures(&printout.cmdlet).into_iter().map(|(name, _)| format!("`{name}`")).collect();
        table += &format!("- Outputs in `tests/objects/`: {}\n\n", names.join(", "));
        table += "| Check | Level | What the output shows | What it means |\n|---|---|---|---|\n";
        for (_, check) in asked.all().filter(|(of, _)| *of == printout.cmdlet) {
            let meaning = check.meaning.trim().replace('|', "\\|");
            table += &format!("| `{}` | {} | {} | {meaning} |\n", check.id, check.level.id(), check.title);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cmdlet-output.md");
    let assert = Assert::new().action_env(DEFAULT_ACTION_ENV);
    assert.eq(table, Data::read_from(&path, Some(DataFormat::Text)).raw());
    let deviations = asked.all().filter(|(_, check)| check.level == Level::Deviation).count();
    assert!(deviations > 80, "{deviations} only");
}

/// A small generator of pseudo-random numbers (xorshift).
fn random(state: &mut u64, end: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state % end.max(1) as u64) as usize
}

#[test]
fn damaged_output_never_makes_the_program_panic() {
    let asked = Asked::built_in();
    let texts: Vec<&str> =
        asked.all().flat_map(|(_, check)| check.tests.iter().filter_map(|t| t.text.as_deref())).collect();
    let mut state = 0x0b1ec7;
    for _ in 0..300 {
        let mut bytes = texts[random(&mut state, texts.len())].as_bytes().to_vec();
        for _ in 0..1 + random(&mut state, 6) {
            let at = random(&mut state, bytes.len() + 1);
            match random(&mut state, 5) {
                0 => bytes.truncate(at),
                1 if at < bytes.len() => bytes[at] = random(&mut state, 256) as u8,
                2 => drop(bytes.splice(at..at, b"\n---- -- \n    + CategoryInfo : \n{\"".iter().copied())),
                3 => drop(bytes.splice(at..at, "\u{2026}} : {\u{fc}\nSTEP 1: ".bytes())),
                _ => {
                    let other = texts[random(&mut state, texts.len())].as_bytes();
                    let from = random(&mut state, other.len());
                    bytes.splice(at..at, other[from..].iter().copied());
                }
            }
        }
        if let Ok(input) = Input::from_bytes(bytes) {
            let case = Case::new([(String::new(), input)]);
            for object in case.objects() {
                assert!(!case.text(object.at.clone()).is_empty() || object.at.is_empty(), "{object:?}");
                for property in &object.properties {
                    assert!(object.at.start <= property.at.start && property.at.end <= object.at.end, "{object:?}");
                }
            }
            let text = case.text(0..case.parts()[0].input.text.len()).to_owned();
            let _ = asked.says(text.into_bytes());
        }
    }
}
