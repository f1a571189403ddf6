//! `rules check` over thousands of rules, as whole processes: time, peak memory, and whether the time for a rule grows with their
//! number. The peer is the plain parser (`serde_yaml`) over the same files, in this process: what reading alone costs.
//!
//! `cargo bench --bench check`; a number behind `--` sets the rounds.

#[path = "common/mod.rs"]
mod common;

use common::{generated, median, once, path};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Rounds, where nothing is said.
const ROUNDS: usize = 5;

/// The sizes of the rule folders.
const SIZES: [usize; 4] = [625, 1_250, 2_500, 5_000];

fn main() {
    let rounds: usize = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(ROUNDS);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check");
    let _ = fs::remove_dir_all(&root);
    let folders: Vec<PathBuf> = SIZES.iter().map(|size| generated(&root.join(size.to_string()), *size, true)).collect();
    println!("{rounds} rounds, medians of whole processes");
    println!(
        "{:>6} {:>8} {:>10} {:>12} {:>10} {:>14}",
        "rules", "MiB", "ms", "us a rule", "peak MiB", "x plain parser"
    );
    for (size, folder) in SIZES.iter().zip(&folders) {
        let command: Vec<String> =
            [env!("CARGO_BIN_EXE_freebusy"), "rules", "check", "--format", "json", &path(folder)]
                .map(String::from)
                .into();
        let (mut times, mut plain, mut memory) = (Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            let usage = once(&command);
            times.push(usage.wall);
            memory = memory.max(usage.memory.unwrap_or_default());
            plain.push(parse(folder));
        }
        let (time, plain) = (median(times), median(plain));
        let bytes: u64 = files(folder).iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum();
        println!(
            "{size:>6} {:>8.1} {:>10.0} {:>12.0} {:>10.1} {:>14.2}",
            bytes as f64 / f64::from(1 << 20),
            time.as_secs_f64() * 1e3,
            time.as_secs_f64() * 1e6 / *size as f64,
            memory as f64 / 1024.0,
            time.as_secs_f64() / plain.as_secs_f64(),
        );
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("the rules").map(|entry| entry.expect("an entry").path()).collect()
}

/// What it takes to read the same files with the plain parser, on one thread.
fn parse(folder: &Path) -> Duration {
    let start = Instant::now();
    for file in files(folder) {
        let text = fs::read_to_string(file).expect("a rule");
        let _: freebusy::rules::model::Rule = serde_yaml::from_str(&text).expect("a rule");
    }
    start.elapsed()
}
