//! What the benchmarks share: measured processes, generated rules.
#![allow(dead_code, reason = "each benchmark uses its part")]

use serde_yaml::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run of a process took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    pub wall: Duration,
    /// User and system together; nothing where the system does not say.
    pub cpu: Option<Duration>,
    /// Peak, in KiB; nothing where the system does not say.
    pub memory: Option<i64>,
}

/// Runs a command once. An exit code of 0 or 1 is success: many a tool says 1 for "nothing found".
pub fn once(command: &[String]) -> Usage {
    let start = Instant::now();
    let child = Command::new(&command[0])
        .args(&command[1..])
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command");
    wait(child, start, command)
}

#[cfg(unix)]
fn wait(child: std::process::Child, start: Instant, command: &[String]) -> Usage {
    let mut status = 0;
    // SAFETY: a zeroed rusage is valid, and both pointers outlive the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage);
        usage
    };
    let wall = start.elapsed();
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) < 2, "{command:?} failed: {status}");
    let time = |t: libc::timeval| Duration::new(t.tv_sec as u64, t.tv_usec as u32 * 1_000);
    Usage { wall, cpu: Some(time(usage.ru_utime) + time(usage.ru_stime)), memory: Some(usage.ru_maxrss) }
}

#[cfg(not(unix))]
fn wait(mut child: std::process::Child, start: Instant, command: &[String]) -> Usage {
    let status = child.wait().expect("the command");
    assert!(status.code().is_some_and(|code| code < 2), "{command:?} failed: {status}");
    Usage { wall: start.elapsed(), ..Usage::default() }
}

/// Whether a command can be started.
pub fn is_there(program: &str) -> bool {
    let help = Command::new(program).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
    help.is_ok()
}

/// The middle of some durations.
pub fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.into_iter().collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The program with further rules embedded, or nothing where it cannot be built.
pub fn with_embedded(rules: &Path, name: &str) -> Option<String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .env("FREEBUSY_EXTRA_RULES", rules)
        .env("CARGO_TARGET_DIR", &target)
        .status();
    let binary = target.join("release").join(format!("freebusy{}", std::env::consts::EXE_SUFFIX));
    if status.is_ok_and(|s| s.success()) {
        return Some(path(&binary));
    }
    println!("the program with more rules could not be built");
    None
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
    // Checks of objects stand beside them.
    texts.retain(|text| text.contains("\nsignature:"));
    texts.sort();
    texts
}

/// The sentences and numbers that the rules look for: what somebody without this program would give to grep. Words alone ("STARTTLS") and
/// what a rule wants not to be there are left out.
pub fn sentences() -> Vec<String> {
    fn collect(condition: &Value, found: &mut BTreeSet<String>) {
        match condition {
            Value::Mapping(keys) => {
                for (key, value) in keys.iter().filter(|(key, _)| key.as_str() != Some("not")) {
                    match value.as_str().filter(|_| key.as_str() == Some("text")) {
                        Some(text) => drop(found.insert(text.split_whitespace().collect::<Vec<_>>().join(" "))),
                        None => collect(value, found),
                    }
                }
            }
            Value::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for text in rule_texts() {
        let rule: Value = serde_yaml::from_str(&text).expect("YAML");
        collect(&rule["signature"], &mut found);
    }
    let telling = |text: &String| text.len() >= 8 && text.contains(|c: char| c == ' ' || c.is_ascii_digit());
    found.into_iter().filter(telling).collect()
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
        let mut in_signature = false;
        for line in rule.lines() {
            in_signature = line.starts_with("signature:") || in_signature && !line.starts_with(char::is_alphabetic);
            if line.starts_with("signature:") {
                let whole: Value = serde_yaml::from_str(rule).expect("YAML");
                let own =
                    Value::Mapping([("signature".into(), own(&whole["signature"], number))].into_iter().collect());
                text.push_str(&serde_yaml::to_string(&own).expect("YAML"));
            } else if line.starts_with("id: ") {
                let _ = writeln!(text, "id: {id}");
            } else if !in_signature && !line.starts_with("outranks:") {
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

/// A condition of the same shape that looks for sentences of its own. Statuses, codes and patterns become sentences too: there are not
/// five thousand of them.
fn own(condition: &Value, number: usize) -> Value {
    match condition {
        Value::Mapping(keys) => {
            let of_own = |(key, value): (&Value, &Value)| match (key.as_str(), value) {
                (Some("text" | "regex" | "phrase"), Value::String(text)) => ("text".into(), moved(text, number).into()),
                (Some(key @ ("http-status" | "aadsts" | "diagnostics" | "field")), value) => {
                    let said = serde_yaml::to_string(value).expect("YAML");
                    ("text".into(), moved(&format!("{key} of {said}"), number).into())
                }
                _ => (key.clone(), own(value, number)),
            };
            Value::Mapping(keys.iter().map(of_own).collect())
        }
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| own(item, number)).collect()),
        other => other.clone(),
    }
}

/// Every letter moves on, and the number stands in the middle, so that no two sentences are the same.
fn moved(sentence: &str, number: usize) -> String {
    let letters: String = (sentence.bytes())
        .map(|byte| if byte.is_ascii_alphanumeric() { byte } else { b' ' })
        .map(|byte| match byte {
            b'a'..=b'z' => char::from(b'a' + (byte - b'a' + 1 + (number % 25) as u8) % 26),
            other => char::from(other),
        })
        .collect();
    let words: Vec<&str> = letters.split_whitespace().collect();
    let (before, behind) = words.split_at(words.len() / 2);
    format!("{} q{number:04}q {}", before.join(" "), behind.join(" ")).trim().to_owned()
}
