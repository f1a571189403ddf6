//! One paste, cold start to the last byte of the answer, as whole processes.
//!
//! Every round runs each command once, so whatever else the machine does hits all of them alike; medians over the rounds are
//! compared with `true` and with `rg -i -F -f needles one.txt` on the same machine. `cargo bench --bench startup`; a number
//! behind `--` sets the rounds.

#[path = "common/mod.rs"]
mod common;

use common::{generated, is_there, median, once, path, rule_texts, sentences, with_embedded};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Rounds, where nothing is said.
const ROUNDS: usize = 200;

const PASTE: &str = include_str!("../samples/ambiguous-user.txt");

/// What a cmdlet printed: it is held against the checks, too.
const OUTPUT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/objects/test-organizationrelationship/two-results-russian.txt");

fn main() {
    let rounds = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(ROUNDS);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("startup");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let paste = folder.join("one.txt");
    fs::write(&paste, PASTE).expect("the paste");
    let needles = folder.join("needles.txt");
    fs::write(&needles, sentences().join("\n") + "\n").expect("the needles");
    let two_hundred = generated(&folder.join("200"), 200, false);
    let shipped = rule_texts().len();
    let many = with_embedded(&generated(&folder.join("more"), 300 - shipped, false), "build-300");

    let freebusy = env!("CARGO_BIN_EXE_freebusy");
    let explain = |binary: &str, more: &[&str]| {
        let mut arguments = vec![binary.to_owned(), "explain".to_owned(), path(&paste)];
        arguments.extend(more.iter().map(|a| (*a).to_owned()));
        arguments
    };
    let folder_200 = path(&two_hundred);
    let mut runs = vec![
        Run::new("true", vec!["true".into()]),
        Run::new(&format!("freebusy explain, {shipped} rules built in"), explain(freebusy, &[])),
        Run::new(
            &format!("freebusy explain --format json, {shipped} rules built in"),
            explain(freebusy, &["--format", "json"]),
        ),
        Run::new("freebusy explain, a cmdlet's output", vec![freebusy.to_owned(), "explain".into(), OUTPUT.into()]),
        Run::new("freebusy explain --rules DIR, 200 YAML files more", explain(freebusy, &["--rules", &folder_200])),
    ];
    if let Some(many) = &many {
        runs.insert(3, Run::new("freebusy explain, 300 rules built in", explain(many, &[])));
    }
    let ripgrep = ["rg".to_owned(), "-i".into(), "-F".into(), "-f".into(), path(&needles), path(&paste)];
    if is_there("rg") {
        runs.push(Run::new("rg -i -F -f needles one.txt", ripgrep.to_vec()));
    } else {
        println!("rg is not installed, so nothing is compared with it");
    }

    for round in 0..rounds + 5 {
        for run in &mut runs {
            let usage = once(&run.command);
            // The first rounds fill the page cache.
            if round >= 5 {
                run.times.push(usage.wall);
            }
            run.memory = run.memory.max(usage.memory);
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
    name: String,
    command: Vec<String>,
    times: Vec<Duration>,
    memory: Option<i64>,
}

impl Run {
    fn new(name: &str, command: Vec<String>) -> Self {
        Self { name: name.to_owned(), command, times: Vec::new(), memory: None }
    }

    fn median(&self) -> Duration {
        median(self.times.iter().copied())
    }
}
