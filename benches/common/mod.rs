//! What the benchmarks share: measured processes, generated rules.
#![allow(dead_code, reason = "each benchmark uses its part")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Time and peak memory (KiB) of one run.
pub fn once(command: &[String]) -> (Duration, Option<i64>) {
    let start = Instant::now();
    let child = Command::new(&command[0])
        .args(&command[1..])
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the command");
    wait(child, start)
}

#[cfg(unix)]
fn wait(child: std::process::Child, start: Instant) -> (Duration, Option<i64>) {
    let mut status = 0;
    // SAFETY: a zeroed rusage is valid, and both pointers outlive the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage);
        usage
    };
    let time = start.elapsed();
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) < 2, "the command failed: {status}");
    (time, Some(usage.ru_maxrss))
}

#[cfg(not(unix))]
fn wait(mut child: std::process::Child, start: Instant) -> (Duration, Option<i64>) {
    let status = child.wait().expect("the command");
    assert!(status.code().is_some_and(|code| code < 2), "the command failed: {status}");
    (start.elapsed(), None)
}

pub fn path(path: &Path) -> String {
    path.display().to_string()
}

/// The texts of the shipped rules.
pub fn rule_texts() -> Vec<String> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut texts = Vec::new();
    for area in fs::read_dir(rules).expect("rules/").map(|e| e.expect("an entry").path()).filter(|p| p.is_dir()) {
        for file in fs::read_dir(area).expect("an area") {
            texts.push(fs::read_to_string(file.expect("an entry").path()).expect("a rule"));
        }
    }
    texts.sort();
    texts
}

/// As many rules as wanted, each of the size and shape of a shipped one, with sentences of its own. The shipped tests do not fit those; with
/// them a rule has its size on disk, without them it can be tested.
pub fn generated(folder: &Path, wanted: usize, with_tests: bool) -> PathBuf {
    fs::create_dir_all(folder).expect("a folder");
    let shipped = rule_texts();
    for number in 0..wanted {
        let rule = &shipped[number % shipped.len()];
        let id = format!("generated-{number:03}");
        let mut text = String::new();
        for line in rule.lines() {
            if line.starts_with("id: ") {
                let _ = writeln!(text, "id: {id}");
            } else if line.starts_with("outranks:") {
                continue;
            } else if let Some((key, sentence)) = sentence(line).filter(|_| !text.contains("\nsteps:")) {
                // Every letter moves on, so that the sentences differ from the shipped ones.
                let _ = writeln!(text, "{key}\"{}\"", moved(sentence, number as u8));
            } else {
                let _ = writeln!(text, "{line}");
            }
        }
        if !with_tests {
            text.truncate(text.find("\ntests:\n").map_or(text.len(), |at| at + 1));
        }
        fs::write(folder.join(format!("{id}.yaml")), text).expect("a rule");
    }
    folder.to_owned()
}

/// The key and the sentence of a line that gives one.
fn sentence(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().trim_start_matches("- ").strip_prefix("text: ")?;
    Some(line.split_at(line.len() - rest.len()))
}

fn moved(sentence: &str, by: u8) -> String {
    sentence
        .bytes()
        .filter(|b| b.is_ascii_alphanumeric() || *b == b' ')
        .map(|b| match b {
            b'a'..=b'z' => char::from(b'a' + (b - b'a' + 1 + by % 25) % 26),
            other => char::from(other),
        })
        .collect()
}
