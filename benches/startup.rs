//! One paste, cold start to the last byte of the answer, as whole processes.
//!
//! Every round runs each command once, so whatever else the machine does hits all of them alike; medians over the rounds are
//! compared with `true` and with `rg -i -F -f needles one.txt` on the same machine. `cargo bench --bench startup`; a number
//! behind `--` sets the rounds.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Rounds, where nothing is said.
const ROUNDS: usize = 200;

const PASTE: &str = include_str!("../samples/ambiguous-user.txt");

fn main() {
    let rounds = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(ROUNDS);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("startup");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let paste = folder.join("one.txt");
    fs::write(&paste, PASTE).expect("the paste");
    let needles = folder.join("needles.txt");
    fs::write(&needles, sentences().join("\n") + "\n").expect("the needles");
    let two_hundred = generated(&folder.join("200"), 200);
    let many = with_embedded(&generated(&folder.join("251"), 251));

    let freebusy = env!("CARGO_BIN_EXE_freebusy");
    let explain = |binary: &str, more: &[&str]| {
        let mut arguments = vec![binary.to_owned(), "explain".to_owned(), path(&paste)];
        arguments.extend(more.iter().map(|a| (*a).to_owned()));
        arguments
    };
    let folder_200 = path(&two_hundred);
    let mut runs = vec![
        Run::new("true", vec!["true".into()]),
        Run::new("freebusy explain, 49 rules built in", explain(freebusy, &[])),
        Run::new("freebusy explain --format json, 49 rules built in", explain(freebusy, &["--format", "json"])),
        Run::new("freebusy explain --rules DIR, 200 YAML files more", explain(freebusy, &["--rules", &folder_200])),
    ];
    if let Some(many) = &many {
        runs.insert(3, Run::new("freebusy explain, 300 rules built in", explain(many, &[])));
    }
    let ripgrep = ["rg".to_owned(), "-i".into(), "-F".into(), "-f".into(), path(&needles), path(&paste)];
    if Command::new("rg").arg("--version").stdout(Stdio::null()).status().is_ok() {
        runs.push(Run::new("rg -i -F -f needles one.txt", ripgrep.to_vec()));
    } else {
        println!("rg is not installed, so nothing is compared with it");
    }

    for round in 0..rounds + 5 {
        for run in &mut runs {
            let (time, memory) = once(&run.command);
            // The first rounds fill the page cache.
            if round >= 5 {
                run.times.push(time);
            }
            run.memory = run.memory.max(memory);
        }
    }
    let base = runs[0].median();
    let peer = runs.iter().find(|r| r.command[0] == "rg").map(Run::median);
    println!("{rounds} rounds, medians of whole processes");
    println!("{:52} {:>9} {:>8} {:>7} {:>9}", "", "median ms", "x true", "x rg", "peak MiB");
    for run in &runs {
        let median = run.median();
        let times = |other: Duration| median.as_secs_f64() / other.as_secs_f64();
        let rg = peer.map_or_else(|| "-".to_owned(), |peer| format!("{:.2}", times(peer)));
        let memory = run.memory.map_or_else(|| "-".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
        println!("{:52} {:>9.2} {:>8.2} {rg:>7} {memory:>9}", run.name, median.as_secs_f64() * 1e3, times(base));
    }
}

/// One command and what was measured of it.
struct Run {
    name: &'static str,
    command: Vec<String>,
    times: Vec<Duration>,
    memory: Option<i64>,
}

impl Run {
    fn new(name: &'static str, command: Vec<String>) -> Self {
        Self { name, command, times: Vec::new(), memory: None }
    }

    fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }
}

/// Time and peak memory (KiB) of one run.
fn once(command: &[String]) -> (Duration, Option<i64>) {
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

fn path(path: &Path) -> String {
    path.display().to_string()
}

fn rule_texts() -> Vec<String> {
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

/// The sentences that the rules look for: what somebody without this program would give to grep.
fn sentences() -> Vec<String> {
    let mut found: Vec<String> = rule_texts()
        .iter()
        .flat_map(|rule| rule.split("\nsteps:").next().unwrap_or_default().lines())
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("text: "))
        .map(|text| text.trim_matches(['"', '\'']).to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// As many rules as wanted, each of the size and shape of a shipped one, with sentences of its own.
fn generated(folder: &Path, wanted: usize) -> PathBuf {
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
        // A rule's tests are about its shipped sentences.
        let text = text.split("\ntests:\n").next().unwrap_or_default().to_owned() + "\n";
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

/// The program with further rules embedded, or nothing where it cannot be built.
fn with_embedded(rules: &Path) -> Option<String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build-300");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .env("FREEBUSY_EXTRA_RULES", rules)
        .env("CARGO_TARGET_DIR", &target)
        .status();
    let binary = target.join("release").join(format!("freebusy{}", std::env::consts::EXE_SUFFIX));
    if status.is_ok_and(|s| s.success()) {
        return Some(path(&binary));
    }
    println!("the program with 300 rules could not be built");
    None
}
