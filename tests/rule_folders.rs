//! Rules of one's own, from a folder: what they add, what they may replace, and how mistakes are reported.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RULE: &str = r#"id: private-failure
title: The proxy of our branch office is asleep
area: free-busy
direction: [cloud-to-on-premises]
auth: []
signature:
  text: branch office proxy said goodnight
context: free-busy
question: Was it the branch office?
summary: The proxy sleeps.
cause: It is night.
verify: Look again in the morning.
steps:
  - id: wake
    title: Wake the proxy
    effect: read-only
    run:
      - shell: exo
        command: Get-Mailbox -Identity {{ on_premises_mailbox }}
    expect: It wakes.
references:
  - title: Runbook
    url: https://contoso.com/runbook
reviewed: 2026-11-22
"#;

const PASTE: &str = "Proxy web request failed: the branch office proxy said goodnight to ben@contoso.com";

/// A folder of its own for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rule-folders-{test}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("a file");
        }
        fs::write(folder.join("paste.txt"), PASTE).expect("the paste");
        Self(folder)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_freebusy"))
            .args(arguments)
            .current_dir(&self.0)
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .env("APPDATA", "/nonexistent")
            .output()
            .expect("the program")
    }

    fn explain(&self) -> (Option<i32>, String, String) {
        let output = self.run(&["explain", "--rules", ".", "paste.txt"]);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// The message for a folder with one broken rule.
    fn refused(test: &str, rule: &str) -> String {
        let (code, out, message) = Self::new(test, &[("private-failure.yaml", rule)]).explain();
        assert_eq!((code, out.as_str()), (Some(2), ""), "{message}");
        message
    }
}

#[test]
fn a_private_rule_answers_beside_the_shipped_ones() {
    let folder = Folder::new("adds", &[("private-failure.yaml", RULE)]);
    let (code, out, _) = folder.explain();
    assert_eq!(code, Some(0));
    assert!(out.contains("private-failure - certain"), "{out}");
    assert!(out.contains("Get-Mailbox -Identity 'ben@contoso.com'"), "{out}");
    let listed = String::from_utf8_lossy(&folder.run(&["rules", "list", "--rules", "."]).stdout).into_owned();
    assert!(listed.contains("private-failure") && listed.contains("token-user-ambiguous"), "{listed}");
}

#[test]
fn shipped_rules_keep_their_answers() {
    let folder = Folder::new("keeps", &[("private-failure.yaml", RULE)]);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/ambiguous-user.txt");
    let sample = sample.to_str().expect("UTF-8");
    let with = folder.run(&["explain", "--format", "json", "--rules", ".", sample]).stdout;
    let without = folder.run(&["explain", "--format", "json", sample]).stdout;
    assert_eq!(with, without);
}

#[test]
fn a_shipped_rule_is_replaced_only_where_the_file_says_so() {
    let replacing = RULE.replace("id: private-failure", "id: preauth-401");
    let (code, _, message) = Folder::new("replaces-not", &[("preauth-401.yaml", &replacing)]).explain();
    assert_eq!(code, Some(2));
    assert!(message.contains("preauth-401.yaml:1:5: a shipped rule has the id `preauth-401`"), "{message}");
    assert!(message.contains("overrides: true"), "{message}");
    let replacing = replacing.replace("area: free-busy", "overrides: true\narea: free-busy");
    let (code, out, message) = Folder::new("replaces", &[("preauth-401.yaml", &replacing)]).explain();
    assert_eq!(code, Some(0), "{message}");
    assert!(out.contains("preauth-401 - certain"), "{out}");
}

#[test]
fn a_rule_may_use_phrases_and_contexts_of_its_own_folder() {
    let rule = RULE
        .replace("text: branch office", "phrase: goodnight\n  none:\n    - text: branch offices")
        .replace(" proxy said goodnight", "");
    let phrases =
        "- id: goodnight\n  title: The proxy sleeps\n  variants:\n    - { lang: en, text: proxy said goodnight }\n";
    let files = [("private-failure.yaml", rule.as_str()), ("phrases.yaml", phrases)];
    let (code, out, message) = Folder::new("phrases", &files).explain();
    assert_eq!(code, Some(0), "{message}");
    assert!(out.contains("private-failure - certain"), "{out}");
}

#[test]
fn mistakes_are_reported_with_their_place() {
    for (test, find, replace, expected) in [
        ("unknown-key", "area: free", "aera: x\narea: free", ":3:1:"),
        (
            "unknown-context",
            "context: free-busy",
            "context: free-bussy",
            ":8:10: context: there is no context `free-bussy`",
        ),
        ("unknown-phrase", "text: branch office proxy said goodnight", "phrase: nowhere", ":7:11: signature.phrase"),
        ("unknown-rule", "context: free-busy", "outranks: [nobody]", ":8:12: outranks[0]: there is no rule `nobody`"),
        (
            "no-literal",
            "text: branch office proxy said goodnight",
            "regex: '[a-z]+'",
            ":7:10: signature.regex: the regex requires no literal",
        ),
        (
            "broken-regex",
            "text: branch office proxy said goodnight",
            "regex: 'abcd('",
            ":7:10: signature.regex: the regex does not parse",
        ),
        ("says-nothing", "  text: branch office proxy said goodnight", "  within: 5", ":7:3: signature"),
        ("other-name", "id: private-failure", "id: other-failure", ":1:5: the id `other-failure` differs"),
        ("wrong-type", "lids: []\n", "", ""),
    ] {
        if test == "wrong-type" {
            let message = Folder::refused(test, &RULE.replace("auth: []", "auth: [kerberos]"));
            assert!(message.contains("private-failure.yaml:5:8:") && message.contains("kerberos"), "{message}");
            continue;
        }
        assert!(RULE.contains(find), "{test}");
        let message = Folder::refused(test, &RULE.replace(find, replace));
        assert!(message.contains(&format!("private-failure.yaml{expected}")), "{test}: {message}");
    }
}

#[test]
fn a_mistake_in_the_steps_is_reported_when_the_rule_is_shown() {
    let rule = RULE.replace("effect: read-only", "effect: harmless");
    let (code, _, message) = Folder::new("steps", &[("private-failure.yaml", &rule)]).explain();
    assert_eq!(code, Some(2));
    assert!(message.contains("private-failure.yaml:16:13:") && message.contains("harmless"), "{message}");
}

#[test]
fn hostile_files_are_refused() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\n".repeat(2);
    assert!(Folder::refused("bomb", &bomb).contains("private-failure.yaml"));
    let deep = format!("id: {}x{}\n", "[".repeat(3_000), "]".repeat(3_000));
    assert!(Folder::refused("deep", &deep).contains("private-failure.yaml"));
    let large = format!("{RULE}# {}\n", "x".repeat(2 << 20));
    assert!(Folder::refused("large", &large).contains("at most 1048576"));
    let regex = RULE.replace("text: branch office proxy said goodnight", "regex: 'abcd(((x{99}){99}){99}){99}'");
    // Compiled within a limit, so the condition never holds; nothing hangs.
    let (code, ..) = Folder::new("regex-bomb", &[("private-failure.yaml", &regex)]).explain();
    assert!(code.is_some());
}

#[test]
fn a_folder_without_rules_is_named_as_such() {
    let (code, _, message) = Folder::new("empty", &[]).explain();
    assert_eq!(code, Some(2));
    assert!(message.contains("it holds no .yaml file"), "{message}");
}
