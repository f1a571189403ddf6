//! Rendered answers, whole: what people and programs get for the shipped samples.
//!
//! `SNAPSHOTS=overwrite cargo test --test reports` writes them anew; look at the difference before committing it.

use snapbox::{Data, assert_data_eq, file};
use std::path::Path;
use std::process::{Command, Output};

fn freebusy(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("APPDATA", "/nonexistent")
        .output()
        .expect("the program")
}

fn shown(arguments: &[&str]) -> String {
    let output = freebusy(arguments);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// An answer of a fixed day against its snapshot.
fn same(arguments: &[&str], snapshot: Data) {
    let dated = [arguments, &["--as-of", "2026-11-22"]].concat();
    assert_data_eq!(shown(&dated), snapshot.raw());
}

#[test]
fn a_certain_match_as_text() {
    same(&["explain", "samples/ambiguous-user.txt"], file!["snapshots/ambiguous-user.txt"]);
}

#[test]
fn a_certain_match_in_colour() {
    same(&["explain", "--color", "always", "samples/tls-event.txt"], file!["snapshots/tls-event.ansi.txt"]);
}

#[test]
fn a_certain_match_as_markdown() {
    same(&["explain", "--format", "markdown", "samples/tls-event.txt"], file!["snapshots/tls-event.md"]);
}

#[test]
fn a_certain_match_as_html() {
    same(&["explain", "--format", "html", "samples/tls-event.txt"], file!["snapshots/tls-event.html"]);
}

#[test]
fn a_certain_match_as_json() {
    same(&["explain", "--format", "json", "samples/ambiguous-user.txt"], file!["snapshots/ambiguous-user.json"]);
}

#[test]
fn a_possible_match_as_text() {
    same(&["explain", "samples/only-a-sentence.txt"], file!["snapshots/only-a-sentence.txt"]);
}

#[test]
fn a_redacted_answer() {
    let answer = shown(&["explain", "--redact", "--format", "json", "samples/ambiguous-user.txt"]);
    for secret in ["ben@contoso.com", "AM0PR04"] {
        assert!(!answer.contains(secret), "{secret}");
    }
    assert!(answer.contains("user1@domain1.example"), "{answer}");
    assert!(answer.contains("\"rule\": \"token-user-ambiguous\""));
}

#[test]
fn the_profile_fills_the_commands() {
    let paste = "samples/only-a-sentence.txt";
    let with = shown(&["explain", "--profile", "samples/profile.yaml", paste]);
    assert!(with.contains("-TargetUri 'https://mail.contoso.com/ews/exchange.asmx'"), "{with}");
    assert!(shown(&["explain", paste]).contains("-TargetUri <on-premises EWS external URL>"));
}

#[test]
fn a_value_on_the_command_line_fills_the_commands() {
    let answer = shown(&["explain", "--set", "on_premises_upn=ben@corp.contoso.com", "samples/ambiguous-user.txt"]);
    assert!(answer.contains("'ben@corp.contoso.com'"), "{answer}");
}

#[test]
fn the_text_itself_names_the_user_for_the_commands() {
    let answer = shown(&["explain", "samples/ambiguous-user.txt"]);
    assert!(answer.contains("smtp:ben@contoso.com"), "{answer}");
}

#[test]
fn the_same_paste_gives_the_same_bytes_twice() {
    for format in ["text", "markdown", "html", "json"] {
        let arguments = ["explain", "--format", format, "samples/ambiguous-user.txt"];
        assert_eq!(freebusy(&arguments).stdout, freebusy(&arguments).stdout, "{format}");
    }
}

#[test]
fn rules_from_the_folder_give_the_same_bytes_as_embedded_ones() {
    for sample in ["samples/ambiguous-user.txt", "samples/tls-event.txt", "samples/only-a-sentence.txt"] {
        for format in ["text", "json"] {
            let embedded = freebusy(&["explain", "--format", format, sample]);
            let folder = freebusy(&["explain", "--format", format, "--rules", "rules", sample]);
            assert_eq!(embedded.stdout, folder.stdout, "{sample} as {format}");
            assert_eq!(embedded.status.code(), folder.status.code());
        }
    }
}

#[test]
fn the_exit_code_says_what_came_out() {
    for (arguments, code) in [
        (["explain", "samples/ambiguous-user.txt"], 0),
        (["explain", "samples/only-a-sentence.txt"], 0),
        (["explain", "samples/profile.yaml"], 1),
        (["explain", "samples"], 2),
        (["explain", "no-such-file.txt"], 2),
    ] {
        assert_eq!(freebusy(&arguments).status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn an_empty_paste_and_a_binary_file_are_named_as_such() {
    let folder = std::env::temp_dir().join(format!("freebusy-reports-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, bytes, message) in [
        ("empty.txt", &b" \r\n\r\n"[..], "there is no text"),
        ("log.evtx", &b"ElfFile\0\0\0\0\0"[..], "a Windows event log (.evtx), not text"),
        ("picture.png", &b"\x89PNG\r\n\x1a\n\0\0"[..], "an image, not text"),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a file");
        let output = freebusy(&["explain", path.to_str().expect("UTF-8")]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(said.contains(message) && said.contains(name), "{name}: {said}");
        assert!(output.stdout.is_empty());
    }
    std::fs::remove_dir_all(&folder).expect("the folder");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::io::Read as _;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["rules", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    // As `head` does: read a little, then close. The list is far longer than a pipe holds.
    let mut out = child.stdout.take().expect("a pipe");
    let mut some = [0; 16];
    out.read_exact(&mut some).expect("the beginning");
    drop(out);
    let output = child.wait_with_output().expect("the end");
    assert!(output.status.success(), "{:?}", output.status);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_template_of_ones_own_replaces_the_built_in_one() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates");
    std::fs::create_dir_all(&folder).expect("a folder");
    let run = |template: &str| {
        std::fs::write(folder.join("brief.txt"), template).expect("a template");
        freebusy(&["explain", "--brief", "--templates", folder.to_str().expect("UTF-8"), "samples/ambiguous-user.txt"])
    };
    let output = run("Ticket: {{ answer.matches[0].rule }}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Ticket: token-user-ambiguous\n");
    let output = run("one\n{{ answer.no_such_key }}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("templates/brief.txt:2"), "{said}");
}

fn answer_to(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("a paste");
    shown(&["explain", path.to_str().expect("UTF-8")])
}

/// Two events in one paste: the commands name the user of the one that matched.
#[test]
fn another_events_names_do_not_reach_the_commands() {
    let failure = include_str!("../samples/ambiguous-user.txt");
    let other = "Log Name:      Application\nSource:        MSExchange Other\nEvent ID:      1\nDescription:\n\
                 Nothing was wrong for email address eve@fabrikam.com\n";
    let answer = answer_to("two-events.txt", &format!("{other}Log Name:      Application\nDescription:\n{failure}"));
    assert!(answer.contains("smtp:ben@contoso.com"), "{answer}");
    assert!(!answer.contains("eve@fabrikam.com"), "{answer}");
}

/// A status far above the failure must not hide the one in it.
#[test]
fn every_place_of_a_status_counts() {
    let failure = "Autodiscover failed for email address ben@contoso.com with error System.Net.WebException: The request failed \
                   with HTTP status 404: Not Found.";
    let answer = answer_to("two-places.txt", &format!("HTTP status 404\n{}\n{failure}", "other words ".repeat(400)));
    assert!(answer.contains("autodiscover-404 - certain"), "{answer}");
}
