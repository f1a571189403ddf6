//! `freebusy collect`: the script that reads a case only reads, in every shell and for every rule; and its file says what pasted output says.
//! No PowerShell runs here: what is held against the grammar and the rules' own lists is the script's text.

mod common;

use common::Catalogue;
use freebusy::remedy::readings::{Readings, Wanted, readings, unbalanced};
use freebusy::remedy::{Planner, Values};
use freebusy::report::{Renderer, Style};
use freebusy::rules::model::{Cmdlets, Effect, Kind, Rule, Shell};
use freebusy::rules::pack::Checks;
use regex::Regex;
use std::fs;
use std::process::Command;

const SHELLS: [Shell; 3] = [Shell::Ems, Shell::Exo, Shell::Graph];

struct Scripts {
    catalogue: Catalogue,
    checks: Checks,
    cmdlets: Cmdlets,
}

impl Scripts {
    fn built_in() -> Self {
        let catalogue = Catalogue::built_in();
        let checks = catalogue.pack().checks().expect("the checks");
        let cmdlets = catalogue.pack().shared().expect("what rules share").cmdlets;
        Self { catalogue, checks, cmdlets }
    }

    fn readings(&self, shell: Shell, rule: Option<&Rule>, values: &[(&str, &str)]) -> Readings {
        let set = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let parameters = self.catalogue.pack().parameters().expect("the parameters");
        let planner = Planner::new(parameters, Values { set, ..Values::default() });
        readings(&planner, &self.checks, &self.cmdlets, Wanted { shell, rule }).expect("valid commands")
    }

    /// With a value for every parameter.
    fn filled(&self, shell: Shell, rule: Option<&Rule>) -> Readings {
        let parameters = self.catalogue.pack().parameters().expect("the parameters");
        let values: Vec<(&str, &str)> = parameters.iter().map(|p| (p.name.as_str(), example(p.kind))).collect();
        self.readings(shell, rule, &values)
    }

    fn script(&self, shell: Shell, found: &Readings) -> String {
        let renderer = Renderer::new(Vec::new(), Style { width: 100, color: false });
        renderer.collect(shell.id(), None, found, &self.cmdlets.secret).expect("a script")
    }

    /// For each shell everything, and what each rule needs.
    fn all(&self) -> Vec<(Shell, Option<&Rule>)> {
        let rules: Vec<Option<&Rule>> = self.catalogue.rules().iter().map(Some).chain([None]).collect();
        SHELLS.iter().flat_map(|shell| rules.iter().map(|rule| (*shell, *rule))).collect()
    }
}

fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Mailbox | Kind::Upn => "o'brien@contoso.com",
        Kind::Domain | Kind::Host => "mail.contoso.com",
        Kind::Url | Kind::HttpUrl => "https://mail.contoso.com/ews/exchange.asmx",
        Kind::Server => "EX01",
        Kind::Name => "It's a name; Remove-Mailbox $(x)",
        Kind::Thumbprint => "1908F7E6D5C4B3A21908F7E6D5C4B3A21908F7E6",
        Kind::Guid => "4f3e2d1c-0b9a-4887-9665-544332211000",
        Kind::Path => "C:\\Temp\\a.cer",
        Kind::Time => "08:00:00",
        Kind::Ip => "192.0.2.1",
    }
}

/// The words of a command that are written like a cmdlet's name and stand outside of strings.
fn cmdlets_in(command: &str) -> Vec<String> {
    let strings = Regex::new(r#"'(?:[^']|'')*'|"[^"]*""#).expect("a regex");
    let bare = strings.replace_all(command, "''");
    let name = Regex::new(r"(?:^|[\s|({;])([A-Za-z]+-[A-Za-z0-9]+)").expect("a regex");
    name.captures_iter(&bare).map(|found| found[1].to_owned()).filter(|word| !word.starts_with('-')).collect()
}

#[test]
fn every_shell_reads_something() {
    let scripts = Scripts::built_in();
    let count = |shell| scripts.filled(shell, None).run.len();
    assert!(count(Shell::Ems) > 20, "{}", count(Shell::Ems));
    assert!(count(Shell::Exo) > 8, "{}", count(Shell::Exo));
    assert!(count(Shell::Graph) > 1, "{}", count(Shell::Graph));
}

#[test]
fn every_cmdlet_that_the_checks_know_is_read_in_some_shell() {
    let scripts = Scripts::built_in();
    let run: Vec<String> =
        SHELLS.iter().flat_map(|shell| scripts.filled(*shell, None).run).filter_map(|reading| reading.cmdlet).collect();
    for printout in scripts.checks.printouts.iter().filter(|printout| printout.cmdlet.contains('-')) {
        assert!(run.contains(&printout.cmdlet), "{}", printout.cmdlet);
    }
}

#[test]
fn no_script_changes_anything() {
    let scripts = Scripts::built_in();
    let reads = ["Get-", "Test-", "Select-Object", "Where-Object", "Sort-Object", "ForEach-Object", "Resolve-DnsName"];
    let mut seen = 0;
    for (shell, rule) in scripts.all() {
        for reading in scripts.filled(shell, rule).run {
            for word in cmdlets_in(&reading.command) {
                assert!(reads.iter().any(|start| word.starts_with(start)), "{word} in {}", reading.command);
                seen += 1;
            }
            // A step that changes something is never the origin of a command.
            if let Some(step) = rule.and_then(|rule| {
                let id = reading.id.strip_prefix(&format!("{}/", rule.id))?.split('#').next()?.to_owned();
                rule.steps.iter().find(|step| step.id == id)
            }) {
                assert_eq!(step.effect, Effect::ReadOnly, "{}", reading.id);
            }
        }
    }
    assert!(seen > 300, "{seen} only");
}

#[test]
fn every_property_of_the_checks_commands_is_chosen_by_name_and_none_is_a_secret() {
    let scripts = Scripts::built_in();
    for shell in SHELLS {
        for reading in scripts.filled(shell, None).run {
            let (_, chosen) = reading.command.rsplit_once("| Select-Object ").expect(&reading.command);
            assert!(!chosen.contains('*'), "{}", reading.command);
            for name in chosen.split(", ") {
                for wildcard in &scripts.cmdlets.secret {
                    let pattern = format!("(?i)^{}$", wildcard.replace('*', ".*"));
                    assert!(!Regex::new(&pattern).expect("a wildcard").is_match(name), "{name} is {wildcard}");
                }
            }
        }
    }
}

/// What follows the frame's `-replace` in its order: pattern and what stands there instead.
fn replacements(script: &str) -> Vec<(Regex, String)> {
    let line = Regex::new(r"-replace '((?:[^']|'')*)', '([^']*)'").expect("a regex");
    let found: Vec<(Regex, String)> = line
        .captures_iter(script)
        .map(|found| {
            let pattern = found[1].replace("''", "'");
            (Regex::new(&pattern).expect(&pattern), found[2].replace("$1", "${1}"))
        })
        .collect();
    assert_eq!(found.len(), 3);
    found
}

#[test]
fn tokens_and_passwords_are_hidden_and_the_rest_of_a_trace_is_not() {
    let scripts = Scripts::built_in();
    let script = scripts.script(Shell::Exo, &scripts.filled(Shell::Exo, None));
    let replacements = replacements(&script);
    let hide = |text: &str| {
        replacements.iter().fold(text.to_owned(), |text, (pattern, with)| pattern.replace_all(&text, with).into_owned())
    };
    let token = format!("eyJ0eXAiOiJKV1Qi.{}.{}", "a1B2".repeat(12), "c3-_".repeat(9));
    for (text, hidden) in [
        (format!("Authorization: Bearer {token}\r\n"), "Authorization: Bearer (removed)\r\n"),
        (format!("Token:{token}"), "Token:(removed)"),
        (format!("client_assertion={token}&grant_type=x"), "client_assertion=(removed)&grant_type=x"),
        ("Bearer 0123456789abcdef0123456789abcdef".to_owned(), "Bearer (removed)"),
        ("password='s3cr3t1' x".to_owned(), "password='(removed)' x"),
        ("{\"access_token\": \"abcdefgh\"}".to_owned(), "{\"access_token\": \"(removed)\"}"),
    ] {
        assert_eq!(hide(&text), hidden);
    }
    for kept in [
        "WWW-Authenticate: Bearer client_id=\"00000002-0000-0ff1-ce00-000000000000\", trusted_issuers=\"00000001@x\"",
        "AADSTS50055: The password is expired.",
        "Entered and stored passwords do not match: the password of the account",
        "L:00000002-0000-0ff1-ce00-000000000000-AS:00000001-0000-0000-c000-000000000000@contoso.com",
        "https://autodiscover.contoso.com/autodiscover/autodiscover.svc/WSSecurity",
        "PasswordPolicies: DisablePasswordExpiration",
    ] {
        assert_eq!(hide(kept), kept);
    }
}

#[test]
fn a_script_fits_windows_powershell_5() {
    let scripts = Scripts::built_in();
    for (shell, rule) in scripts.all() {
        let script = scripts.script(shell, &scripts.filled(shell, rule));
        assert_eq!(unbalanced(&script).map(|range| &script[range.start..]), None, "{shell:?}");
        assert!(script.is_ascii(), "{shell:?}");
        let bare: String = script.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
        // What only PowerShell 7 understands.
        for newer in [" ?? ", "??=", "?.", " ? ", "&&", " || ", "-Parallel", "-AsArray", "utf8BOM", "clean {"] {
            assert!(!bare.contains(newer), "{newer} for {shell:?}");
        }
    }
}

#[test]
fn no_value_leaves_its_string_in_the_script() {
    let scripts = Scripts::built_in();
    for hostile in
        ["a'b", "a''; Remove-Mailbox x; '", "a\u{2019}; Remove-Mailbox x; \u{2019}", "a\"$(Remove-Mailbox x)", "a`"]
    {
        let values = [("cloud_to_on_premises_relationship", hostile), ("cloud_mailbox", "user1@contoso.com")];
        let found = scripts.readings(Shell::Exo, None, &values);
        let reading = found.run.iter().find(|r| r.id == "Test-OrganizationRelationship").expect("the test");
        assert_eq!(
            cmdlets_in(&straight(&reading.command)),
            ["Test-OrganizationRelationship", "Select-Object"],
            "{hostile}"
        );
        let script = scripts.script(Shell::Exo, &found);
        assert_eq!(unbalanced(&straight(&script)), None, "{hostile}");
        // In the comment, and as a text of its own, it is no command either.
        let lines = script.lines().filter(|line| line.contains("Remove-Mailbox") && !line.starts_with('#'));
        assert!(lines.clone().all(|line| cmdlets_in(&straight(line)).iter().all(|word| word != "Remove-Mailbox")));
    }
}

/// PowerShell takes every quote for a straight one.
fn straight(text: &str) -> String {
    text.replace(['\u{2018}', '\u{2019}'], "'")
}

#[test]
fn what_lacks_a_value_is_named_and_not_run() {
    let scripts = Scripts::built_in();
    let found = scripts.readings(Shell::Exo, None, &[]);
    let left: Vec<&str> = found.missing.iter().map(|parameter| parameter.name.as_str()).collect();
    assert!(left.contains(&"cloud_mailbox") && left.contains(&"on_premises_ews_url"), "{left:?}");
    assert!(found.run.iter().all(|reading| !reading.command.contains('<')), "{:?}", found.run);
    let script = scripts.script(Shell::Exo, &found);
    assert!(script.contains("# Not run, because values are missing"));
    assert!(!script.contains("-Reads {\nTest-OAuthConnectivity"));
}

#[test]
fn a_command_is_run_once_and_what_is_read_stands_at_the_top() {
    let scripts = Scripts::built_in();
    for (shell, rule) in scripts.all() {
        let found = scripts.filled(shell, rule);
        let mut commands: Vec<&str> = found.run.iter().map(|reading| reading.command.as_str()).collect();
        let mut ids: Vec<&str> = found.run.iter().map(|reading| reading.id.as_str()).collect();
        commands.sort_unstable();
        ids.sort_unstable();
        assert!(commands.windows(2).all(|pair| pair[0] != pair[1]), "{commands:?}");
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        let script = scripts.script(shell, &found);
        let (top, _) = script.split_once("\nparam(").expect("a frame");
        for reading in &found.run {
            assert!(top.contains(reading.command.lines().next().unwrap_or_default()), "{}", reading.command);
        }
    }
}

/// The ids of the checks that say something about a file, as `explain --format json` names them.
fn said(files: &[&std::path::Path]) -> Vec<String> {
    let out = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["explain", "--format", "json", "--as-of", "2026-11-23"])
        .args(files)
        .output()
        .expect("an answer");
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let findings = answer["checks"].as_array().cloned().unwrap_or_default();
    let mut ids: Vec<String> = findings.iter().filter_map(|f| f["id"].as_str()).map(str::to_owned).collect();
    ids.sort();
    ids
}

#[test]
fn the_file_of_a_script_says_what_the_pasted_output_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let pasted = folder.path().join("pasted.txt");
    let text = "[PS] C:\\>Get-ExchangeCertificate | fl Thumbprint,NotAfter,HasPrivateKey,Services\r\n\r\n\
        Thumbprint    : 1908F7E6D5C4B3A21908F7E6D5C4B3A21908F7E6\r\nNotAfter      : 9/24/2025 7:19:21 PM\r\n\
        HasPrivateKey : False\r\nServices      : SMTP\r\n\r\n\
        [PS] C:\\>Get-OrganizationRelationship | fl Name,DomainNames,Enabled\r\n\r\n\
        Name        : a\r\nDomainNames : {}\r\nEnabled     : False\r\n\r\n\
        [PS] C:\\>Get-FederationTrust\r\n\r\n\
        [PS] C:\\>Test-OrganizationRelationship a -UserIdentity b\r\n\
        The email address \"Qk3vAbcd01234567==\" isn't correct.\r\n    \
        + CategoryInfo          : NotSpecified: (:) [Test-OrganizationRelationship], FormatException\r\n    \
        + FullyQualifiedErrorId : System.FormatException,Microsoft.Exchange.Management.TestOrganizationRelationship\r\n";
    fs::write(&pasted, text).expect("a file");
    let wanted = said(&[&pasted]);
    assert!(wanted.len() > 4, "{wanted:?}");
    // As the frame writes it; 5.1 has its own blanks and escapes, and writes a list of one of its own kind as a tree.
    let seven = r#"{
  "freebusy_collect": 1,
  "shell": "ems",
  "computer": "EX01",
  "collected": "2026-11-23T08:00:00Z",
  "depth": 6,
  "commands": [
    {"command": "Get-ExchangeCertificate | Select-Object Thumbprint", "cmdlet": "Get-ExchangeCertificate", "objects": [
      {"Thumbprint": "1908F7E6D5C4B3A21908F7E6D5C4B3A21908F7E6", "NotAfter": "2025-09-24T19:19:21Z", "HasPrivateKey": false, "Services": "SMTP"}], "errors": []},
    {"command": "Get-OrganizationRelationship | Select-Object Name", "cmdlet": "Get-OrganizationRelationship", "objects": [
      {"Name": "a", "DomainNames": [], "Enabled": false}], "errors": []},
    {"command": "Get-FederationTrust | Select-Object Name", "cmdlet": "Get-FederationTrust", "objects": [], "errors": []},
    {"command": "Test-OrganizationRelationship | Select-Object Id", "cmdlet": "Test-OrganizationRelationship", "objects": [], "errors": [
      {"message": "The email address \"Qk3vAbcd01234567==\" isn't correct.", "category": "NotSpecified: (:) [Test-OrganizationRelationship], FormatException", "id": "System.FormatException,Microsoft.Exchange.Management.TestOrganizationRelationship"}]}
  ]
}"#;
    let five = seven
        .replace("\": ", "\":  ")
        .replace('\'', "\\u0027")
        .replace("\"2025-09-24T19:19:21Z\"", "\"\\/Date(1758741561000)\\/\"")
        .replace("\"SMTP\"", "{\"value\":  4,  \"Value\":  \"SMTP\"}")
        .replace("\"DomainNames\":  []", "\"DomainNames\":  {\"value\":  [], \"Count\":  0}")
        .replace('\n', "\r\n");
    let file = folder.path().join("freebusy-ems.json");
    let utf16 = |text: &str| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    for bytes in [seven.into(), format!("\u{feff}{seven}").into_bytes(), five.clone().into_bytes(), utf16(&five)] {
        fs::write(&file, bytes).expect("a file");
        assert_eq!(said(&[&file]), wanted);
    }
    // What was cut for its depth is neither empty nor anything else.
    let cut = seven.replace("\"DomainNames\": []", "\"DomainNames\": \"System.Object[]\"");
    fs::write(&file, cut).expect("a file");
    let cut = said(&[&file]);
    let without: Vec<String> = wanted.iter().filter(|id| *id != "orgrel-no-domains").cloned().collect();
    assert_eq!(cut, without);
}

#[test]
fn a_written_script_is_one_that_windows_powershell_5_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("collect.ps1");
    let out = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["collect", "--shell", "exo", "--set", "cloud_mailbox=j\u{fc}rgen@contoso.com", "--output"])
        .arg(&path)
        .current_dir(folder.path())
        .output()
        .expect("a run");
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let script = fs::read(&path).expect("a script");
    assert!(script.starts_with(b"\xef\xbb\xbf"));
    let script = String::from_utf8(script).expect("UTF-8");
    assert_eq!(script.matches('\n').count(), script.matches("\r\n").count());
    assert!(script.contains("-Identity 'j\u{fc}rgen@contoso.com:\\Calendar'"));
}
