//! `freebusy report`: the findings of many scans are the findings of one, and what is wrong with them is said.

mod common;

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn formats() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats")
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn freebusy(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("APPDATA", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .expect("freebusy runs")
}

/// The findings of a scan, with the run behind them.
fn scanned(arguments: &[&str]) -> String {
    let output = freebusy(&formats(), &[&["scan", "-q", "--format", "ndjson"], arguments].concat());
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn summary(folder: &Path, arguments: &[&str]) -> (Value, Option<i32>, String) {
    let output = freebusy(folder, &[&["report", "-q", "--format", "json"], arguments].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    (json, output.status.code(), said(&output))
}

/// All fixtures of all formats, by their paths below `tests/formats`.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    for folder in fs::read_dir(formats()).expect("tests/formats").map(|e| e.expect("an entry").path()) {
        for file in fs::read_dir(&folder).expect("a format").map(|e| e.expect("an entry").path()) {
            files.push(file.strip_prefix(formats()).expect("below").display().to_string());
        }
    }
    files.sort();
    files
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

#[test]
fn any_parts_in_any_order_are_the_whole_byte_for_byte() {
    let files = files();
    let whole: Vec<&str> = files.iter().map(String::as_str).collect();
    let mut random = Random(20_261_123);
    for (round, (format, group_by)) in
        [("json", "server"), ("text", "mailbox"), ("html", "rule"), ("markdown", "hour")].into_iter().enumerate()
    {
        let options = ["--format", format, "--group-by", group_by, "--as-of", "2026-11-23", "--ascii"];
        let one = freebusy(&formats(), &[&["scan", "-q"], &options[..], &whole].concat());
        let folder = folder(&format!("parts-{round}"));
        // Every file falls into some part, and every part is scanned by some number of threads.
        let mut parts: Vec<Vec<&str>> = vec![Vec::new(); 2 + random.below(9)];
        for file in &whole {
            let part = random.below(parts.len());
            parts[part].push(file);
        }
        let mut names = Vec::new();
        for (number, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            let jobs = (1 + random.below(4)).to_string();
            let mut findings = scanned(&[&["--jobs", &jobs], &part[..]].concat());
            // Lines stand in no order that anything depends on, not even the run's.
            if random.below(2) == 0 {
                let mut lines: Vec<&str> = findings.lines().collect();
                for at in (1..lines.len()).rev() {
                    lines.swap(at, random.below(at + 1));
                }
                findings = lines.join("\r\n");
            }
            let name = format!("{}-{number}.ndjson", random.below(1_000));
            fs::write(folder.join(&name), findings).expect("a part");
            names.push(name);
        }
        for at in (1..names.len()).rev() {
            names.swap(at, random.below(at + 1));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let merged = freebusy(&folder, &[&["report", "-q"], &options[..], &names].concat());
        assert_eq!(String::from_utf8_lossy(&merged.stdout), String::from_utf8_lossy(&one.stdout), "{format}");
        assert_eq!(merged.status.code(), one.status.code(), "{}", said(&merged));
        // A report of reports is the same again.
        let again = freebusy(&folder, &[&["report", "-q", "--format", "ndjson"], &names[..]].concat());
        let half = names.len() / 2;
        for (name, part) in [("left", &names[..half]), ("right", &names[half..])] {
            let merged = freebusy(&folder, &[&["report", "-q", "--format", "ndjson"], part].concat());
            fs::write(folder.join(name), merged.stdout).expect("a half");
        }
        fs::write(folder.join("all"), again.stdout).expect("all");
        for arguments in [&["all"][..], &["right", "left"]] {
            let merged = freebusy(&folder, &[&["report", "-q"], &options[..], arguments].concat());
            assert_eq!(String::from_utf8_lossy(&merged.stdout), String::from_utf8_lossy(&one.stdout), "{format}");
        }
    }
}

#[test]
fn findings_are_read_in_every_encoding_and_packed() {
    let folder = folder("encodings");
    let findings = scanned(&["evtx", "iis"]);
    fs::write(folder.join("plain"), &findings).expect("a file");
    // Windows PowerShell writes what a program prints into a file like this.
    let utf16 = format!("\u{feff}{}", findings.replace('\n', "\r\n"));
    fs::write(folder.join("utf16"), utf16.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
        .expect("a file");
    fs::write(folder.join("mark"), format!("\u{feff}{findings}")).expect("a file");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(findings.as_bytes()).expect("packed");
    fs::write(folder.join("packed.gz"), packed.finish().expect("packed")).expect("a file");
    let (plain, code, _) = summary(&folder, &["plain"]);
    assert!(plain["findings"]["count"].as_u64().expect("a count") > 3);
    for name in ["utf16", "mark", "packed.gz"] {
        let (other, other_code, said) = summary(&folder, &[name]);
        assert_eq!((&other, other_code), (&plain, code), "{name}: {said}");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["report", "-q", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("freebusy runs");
    child.stdin.take().expect("standard input").write_all(findings.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("the end");
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).expect("JSON"), plain);
}

/// Findings of one run, without its last line, and that line.
fn run_of_two() -> (Vec<String>, String) {
    let findings = scanned(&["event-xml/three-events.xml"]);
    let mut lines: Vec<String> = findings.lines().map(str::to_owned).collect();
    let run = lines.pop().expect("the run");
    assert!(run.starts_with("{\"run\":"), "{run}");
    assert_eq!(lines.len(), 2);
    (lines, run)
}

#[track_caller]
fn faulty(name: &str, files: &[(&str, String)], findings: u64, told: &[&str]) {
    let folder = folder(name);
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("a file");
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let (report, code, said) = summary(&folder, &names);
    assert_eq!(report["findings"]["count"], findings, "{said}");
    assert_eq!(code, Some(2), "{said}");
    for part in told {
        assert!(said.contains(part), "`{part}` in: {said}");
    }
    let faults = report["unread"]["faults"].as_u64().expect("a number");
    assert!(faults >= told.len() as u64, "{}", report["unread"]);
}

#[test]
fn a_damaged_line_is_told_counted_and_skipped() {
    let (lines, run) = run_of_two();
    let damaged = format!("{}\n\n{}\n{run}\n", lines[0], &lines[1][..lines[1].len() / 2]);
    faulty(
        "damaged",
        &[("a.ndjson", damaged)],
        1,
        &["a.ndjson: line 3 is damaged and was skipped: column", "1 finding missing"],
    );
}

#[test]
fn missing_lines_are_told() {
    let (lines, run) = run_of_two();
    faulty("missing", &[("a.ndjson", format!("{}\n{run}\n", lines[1]))], 1, &["a.ndjson: 1 finding missing"]);
}

#[test]
fn lines_that_stand_twice_are_told() {
    let (lines, run) = run_of_two();
    let text = format!("{}\n{}\n{}\n{run}\n", lines[0], lines[1], lines[0]);
    faulty("twice", &[("a.ndjson", text)], 3, &["a.ndjson: 1 finding more than the runs found"]);
}

#[test]
fn a_line_in_place_of_another_is_told() {
    let (lines, run) = run_of_two();
    let text = format!("{}\n{}\n{run}\n", lines[0], lines[0]);
    faulty("instead", &[("a.ndjson", text)], 2, &["a.ndjson: a line is not the one that the run wrote"]);
}

#[test]
fn a_run_without_an_end_is_told() {
    let (lines, run) = run_of_two();
    let files = [("a.ndjson", lines.join("\n")), ("b.ndjson", format!("{}\n{run}\n", lines.join("\n")))];
    faulty("endless", &files, 4, &["a.ndjson: no run ends here: 2 findings counted"]);
}

#[test]
fn the_same_run_in_two_files_counts_once() {
    let (lines, run) = run_of_two();
    let folder = folder("same");
    let text = format!("{}\n{run}\n", lines.join("\n"));
    for name in ["a.ndjson", "b.ndjson"] {
        fs::write(folder.join(name), &text).expect("a file");
    }
    let (report, code, said) = summary(&folder, &["a.ndjson", "b.ndjson"]);
    assert_eq!((&report["findings"]["count"], code), (&Value::from(2), Some(0)), "{said}");
    assert!(report["unread"].to_string().contains("the same runs as in a.ndjson"), "{}", report["unread"]);
    // In one file nobody can tell whose lines are whose.
    faulty("same-file", &[("a.ndjson", format!("{text}{text}"))], 4, &["the run of this line also stands in a.ndjson"]);
}

#[test]
fn findings_of_other_rules_are_told_apart() {
    let (lines, run) = run_of_two();
    let version: Value = serde_json::from_str(&lines[0]).expect("JSON");
    let own = version["rules_version"].as_str().expect("a version");
    let older: Vec<String> = lines.iter().map(|line| line.replace(own, "0123456789abcdef")).collect();
    let folder = folder("versions");
    fs::write(folder.join("a.ndjson"), format!("{}\n{run}\n", lines.join("\n"))).expect("a file");
    fs::write(folder.join("b.ndjson"), older.join("\n")).expect("a file");
    let (report, ..) = summary(&folder, &["a.ndjson", "b.ndjson"]);
    let versions = report["read"]["rules_versions"].as_array().expect("versions");
    let seen: Vec<(&str, u64, bool)> = versions
        .iter()
        .map(|v| (v["version"].as_str().unwrap(), v["findings"].as_u64().unwrap(), v["own"].as_bool().unwrap()))
        .collect();
    assert_eq!(seen, [(own, 2, true), ("0123456789abcdef", 2, false)]);
    let text = freebusy(&folder, &["report", "-q", "--width", "200", "a.ndjson", "b.ndjson"]);
    let text = String::from_utf8_lossy(&text.stdout);
    assert!(text.contains("2 findings of these rules, 2 findings of rules 0123456789abcdef"), "{text}");
    // A rule that nobody has here cannot be explained, and is not counted as another one.
    let unknown = lines[0].replace("\"rule\":\"", "\"rule\":\"gone-");
    let name = unknown.split("\"rule\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a rule").to_owned();
    let told = format!("a.ndjson: 1 finding of the rule `{name}`, which is not here, left out");
    faulty("unknown", &[("a.ndjson", format!("{unknown}\n{}\n{run}\n", lines[1]))], 1, &[&told]);
}

#[test]
fn what_a_run_could_not_read_stands_in_the_report() {
    let folder = folder("unread");
    fs::write(folder.join("a.ndjson"), scanned(&["evtx/truncated.evtx", "no-such-file.log"])).expect("a file");
    let (report, code, _) = summary(&folder, &["a.ndjson"]);
    assert_eq!((code, report["unread"]["faults"].as_u64()), (Some(2), Some(2)));
    assert!(report["unread"].to_string().contains("no-such-file.log"));
}

#[test]
fn standard_input_can_have_a_name() {
    let log = fs::read(formats().join("event-xml/three-events.xml")).expect("a log");
    let mut child = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["scan", "-q", "--format", "ndjson", "--stdin-filename", "event-xml/three-events.xml", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("freebusy runs");
    child.stdin.take().expect("standard input").write_all(&log).expect("written");
    let output = child.wait_with_output().expect("the end");
    let (lines, _) = run_of_two();
    let own = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(common::lines::findings(&own), common::lines::findings(&(lines.join("\n") + "\n")));
}

/// The most memory that a process ever had, in KiB.
#[cfg(target_os = "linux")]
fn peak(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("the process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_findings() {
    let (lines, _) = run_of_two();
    let mut child = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["report", "-q", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("freebusy runs");
    let mut input = child.stdin.take().expect("standard input");
    let mut record = 0;
    let mut write = |findings: u32| {
        for _ in 0..findings {
            record += 1;
            let own =
                lines[0].replace("\"record\":", &format!("\"record\":{record}")).replace("EX0", &format!("EX{record}"));
            writeln!(input, "{own}").expect("the pipe is open");
        }
    };
    write(40_000);
    let first = peak(child.id());
    write(160_000);
    let last = peak(child.id());
    drop(input);
    let output = child.wait_with_output().expect("the end");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["findings"]["count"], 200_000);
    assert!(last < first + 4_096, "{first} KiB, then {last} KiB");
}
