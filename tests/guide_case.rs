//! The case file under everything that can happen to it: a killed process, damage, a newer program, somebody else's change.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// An empty folder of a test's own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("freebusy-guide-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn guide(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_freebusy"));
        command.arg("guide").args(arguments).current_dir(&self.0);
        command.env("NO_COLOR", "1").env("XDG_CONFIG_HOME", "/nonexistent").env("APPDATA", "/nonexistent");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the guide with a script of answers: its exit code, and what it prints, errors last.
    fn run(&self, arguments: &[&str], script: &str) -> (i32, String) {
        let mut child = self.guide(arguments).spawn().expect("freebusy runs");
        // A process that refuses to begin reads nothing.
        let _ = child.stdin.take().expect("a pipe").write_all(script.as_bytes());
        let output = child.wait_with_output().expect("an end");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        (output.status.code().expect("an exit code"), text.replace("\r\n", "\n"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A walk in JSON with a process that can be killed.
struct Walk {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Walk {
    fn new(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child = folder.guide(arguments).spawn().expect("freebusy runs");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    fn turn(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn answer(&mut self, answer: &Value) {
        writeln!(self.input, "{answer}").expect("a reader");
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer with which a walk goes on.
fn usual(turn: &Value) -> Value {
    let ask = &turn["ask"];
    if ask.get("step").is_some() {
        json!({"output": "Name : a\n"})
    } else if ask.get("confirm").is_some() {
        json!({"choice": "yes"})
    } else {
        json!("skip")
    }
}

#[test]
fn a_killed_process_loses_no_answer() {
    let folder = Folder::new("killed");
    let mut waits = 1_u64;
    let mut kept = 0;
    let mut killed = 0;
    let mut arguments = vec!["tls-secure-channel", "--case", "case.yaml", "--format", "json"];
    while killed < 30 {
        let mut walk = Walk::new(&folder, &arguments);
        let mut turn = walk.turn();
        arguments = vec!["--case", "case.yaml", "--format", "json"];
        // What was answered before the last kill, and asked about further, is there; and no answer is there twice.
        let answered = turn["answered"].as_u64().expect("a number");
        assert!(answered == kept || answered == kept + 1, "{answered} answers are kept, {kept} were acknowledged");
        kept = answered;
        if turn["ask"].get("end").is_some() {
            break;
        }
        waits = waits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for _ in 0..(waits >> 60) % 3 {
            walk.answer(&usual(&turn));
            turn = walk.turn();
            kept = turn["answered"].as_u64().expect("a number");
            if turn["ask"].get("end").is_some() {
                break;
            }
        }
        if turn["ask"].get("end").is_none() {
            walk.answer(&usual(&turn));
        }
        // Anywhere between the answer and the next question.
        std::thread::sleep(Duration::from_micros((waits >> 33) % 12_000));
        walk.child.kill().expect("a process");
        killed += 1;
    }
    assert!(killed > 3, "the walk was over after {killed} kills");
    let (code, text) = folder.run(&["--case", "case.yaml", "--format", "markdown"], "");
    assert_eq!(code, 0, "{text}");
}

fn kept(folder: &Folder) -> String {
    let (code, text) = folder.run(&["oauth-missing-signing-certificate", "--case", "case.yaml"], "quit\n");
    assert_eq!(code, 0, "{text}");
    fs::read_to_string(folder.path("case.yaml")).expect("a case")
}

/// Asserts that a case file is refused with this message, and stays as it is.
fn refused(folder: &Folder, text: &str, message: &str) {
    fs::write(folder.path("case.yaml"), text).expect("a file");
    for arguments in [&["--case", "case.yaml"][..], &["oauth-missing-signing-certificate", "--case", "case.yaml"][..]] {
        let (code, said) = folder.run(arguments, "Name : a\n.\n");
        assert_eq!(code, 2, "{said}");
        assert!(said.starts_with(&format!("freebusy: {message}")), "{said}");
        assert!(said.contains("help: "), "{said}");
        assert_eq!(fs::read_to_string(folder.path("case.yaml")).expect("a file"), text);
    }
}

#[test]
fn a_file_that_is_no_case_is_refused_and_left_alone() {
    let folder = Folder::new("damaged");
    let sound = kept(&folder);
    let newer = sound.replace("freebusy_case: 1", "freebusy_case: 7");
    refused(&folder, &newer, "case.yaml:1:1: the case is of version 7, and this program knows version 1");
    let unknown = sound.replace("started:", "began: x\nstarted:");
    refused(&folder, &unknown, "case.yaml:3:1: unknown field `began`");
    refused(&folder, "", "case.yaml:");
    refused(&folder, "- a list\n", "case.yaml:1:1:");
    refused(&folder, &sound[..sound.find("step:").expect("a step") + 3], "case.yaml:");
    fs::write(folder.path("case.yaml"), b"freebusy_case: 1\nprogram: \"\xff\"\n").expect("a file");
    let (code, said) = folder.run(&["--case", "case.yaml"], "");
    assert_eq!(code, 2);
    assert!(said.starts_with("freebusy: case.yaml:2:11: this is not UTF-8"), "{said}");
}

#[test]
fn a_case_that_somebody_else_went_on_with_is_not_overwritten() {
    let folder = Folder::new("two");
    let arguments = ["--case", "case.yaml", "--format", "json"];
    kept(&folder);
    let mut first = Walk::new(&folder, &arguments);
    let mut second = Walk::new(&folder, &arguments);
    let (turn, _) = (first.turn(), second.turn());
    first.answer(&usual(&turn));
    first.turn();
    let theirs = fs::read(folder.path("case.yaml")).expect("a case");
    second.answer(&json!("skip"));
    let status = second.child.wait().expect("an end");
    assert_eq!(status.code(), Some(2));
    let mut said = String::new();
    BufReader::new(second.child.stderr.take().expect("a pipe")).read_line(&mut said).expect("a line");
    assert!(said.contains("case.yaml was changed by somebody else since it was read"), "{said}");
    assert_eq!(fs::read(folder.path("case.yaml")).expect("a case"), theirs);
}

#[test]
fn a_case_is_not_begun_over_another_one() {
    let folder = Folder::new("begun");
    let before = kept(&folder);
    let (code, said) = folder.run(&["token-user-ambiguous", "--case", "case.yaml"], "quit\n");
    assert_eq!(code, 2);
    assert!(said.contains("case.yaml holds a case already"), "{said}");
    assert_eq!(fs::read_to_string(folder.path("case.yaml")).expect("a case"), before);
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_an_answer_is_lost() {
    let folder = Folder::new("readonly");
    let (code, said) = folder.run(&["token-user-ambiguous", "--case", "nowhere/case.yaml"], "quit\n");
    assert_eq!(code, 2);
    assert!(said.contains("there is no folder nowhere"), "{said}");
    let before = kept(&folder);
    let path = folder.path("case.yaml");
    let writable = fs::metadata(&path).expect("a file").permissions();
    let mut permissions = writable.clone();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("a file of one's own");
    let (code, said) = folder.run(&["--case", "case.yaml"], "CurrentCertificateThumbprint :\n.\n");
    fs::set_permissions(&path, writable).expect("a file of one's own");
    assert_eq!(code, 2);
    assert!(said.contains("case.yaml: the file is read-only"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("a case"), before);
}

#[test]
fn nothing_is_left_beside_the_case() {
    let folder = Folder::new("beside");
    kept(&folder);
    folder.run(&["--case", "case.yaml"], "skip\nskip\nskip\nquit\n");
    let names: Vec<_> = fs::read_dir(&folder.0).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names, ["case.yaml"]);
}

#[test]
fn json_in_and_json_out_is_the_same_walk() {
    let folder = Folder::new("json");
    let script =
        "nonsense\n{\"choice\":\"yes\"}\n{\"output\":\"CurrentCertificateThumbprint :\\n\"}\n\"back\"\n\"quit\"\n";
    let (code, text) = folder.run(&["oauth-missing-signing-certificate", "--format", "json"], script);
    assert_eq!(code, 0, "{text}");
    let turns: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kinds: Vec<&str> =
        turns.iter().map(|t| t["ask"].as_object().expect("an object").keys().next().expect("a key").as_str()).collect();
    assert_eq!(kinds, ["step", "step", "step", "confirm", "step", "end"]);
    assert!(turns[1]["refused"]["not-an-answer"].as_str().expect("a reason").contains("line 1 column"));
    assert_eq!(turns[2]["refused"], "other-kind");
    assert_eq!(turns[3]["because"]["by"], "evidence");
    assert_eq!(turns[5]["ask"]["end"]["ended"], "left");
    let schema =
        freebusy::author::schema::GUIDE_SCHEMAS.iter().find(|schema| schema.name == "guide-turn").expect("a schema");
    let schema: Value = serde_json::from_str(schema.text).expect("JSON");
    let validator = jsonschema::draft7::new(&schema).expect("a schema");
    for turn in &turns {
        let errors: Vec<String> = validator.iter_errors(turn).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}
