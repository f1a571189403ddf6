//! `freebusy scan` over generated logs, in turn with other programs that read the same files, as whole processes.
//!
//! Every round runs each command once, so whatever else the machine does hits all of them alike; figures are ratios of medians. The logs
//! come from fixed seeds and stay in `target/tmp/scan` for the next time.
//!
//! `cargo bench --bench scan -- [--mib 1024] [--rounds 7] [text|utf16|evtx|export|rules]...`; nothing named means all of them. Programs that are
//! not installed are left out, and that is said: `rg`, `evtx_dump`, `chainsaw`, `hayabusa`.

#[path = "common/mod.rs"]
mod common;
#[path = "common/events.rs"]
mod events;
#[path = "../tests/common/evtx_writer.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod evtx_writer;
#[path = "common/logs.rs"]
mod logs;
#[path = "../tests/common/three_events.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod three_events;

use common::{generated, is_there, median, once, path, sentences, with_embedded};
use freebusy::engine::Engine;
use freebusy::record::Record;
use freebusy::rules::Rules;
use freebusy::rules::model::Confidence;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut mib, mut rounds, mut groups) = (1024, 7, BTreeSet::new());
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).expect("a number behind the option");
        match argument.as_str() {
            "--mib" => mib = number(),
            "--rounds" => rounds = number(),
            _ => drop(groups.insert(argument)),
        }
    }
    let wanted = |group: &str| groups.is_empty() || groups.contains(group);
    let bench = Bench::new(mib as u64, rounds as usize);
    println!("{rounds} rounds, medians of whole processes");
    if wanted("text") {
        bench.text();
    }
    if wanted("utf16") {
        bench.utf16();
    }
    if wanted("evtx") {
        bench.evtx();
    }
    if wanted("export") {
        bench.export();
    }
    if wanted("rules") {
        bench.rules();
    }
}

struct Bench {
    folder: PathBuf,
    mib: u64,
    rounds: usize,
    /// Error texts of the rules' own tests, each on one line.
    failures: Vec<String>,
    needles: PathBuf,
}

/// One command and what was measured of it.
struct Run {
    name: String,
    command: Vec<String>,
    wall: Vec<Duration>,
    cpu: Vec<Duration>,
    memory: Option<i64>,
}

impl Run {
    fn new(name: &str, command: Vec<String>) -> Self {
        Self { name: name.to_owned(), command, wall: Vec::new(), cpu: Vec::new(), memory: None }
    }
}

/// A scan with so many threads that prints findings, as a scheduler calls it.
fn scan(binary: &str, jobs: usize, format: Option<&str>, input: &Path) -> Vec<String> {
    let mut command = vec![
        binary.into(),
        "scan".into(),
        "--quiet".into(),
        "--format".into(),
        "ndjson".into(),
        "--jobs".into(),
        jobs.to_string(),
    ];
    if let Some(format) = format {
        command.extend(["--input-format".into(), format.into()]);
    }
    command.push(path(input));
    command
}

impl Bench {
    fn new(mib: u64, rounds: usize) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan");
        fs::create_dir_all(&folder).expect("a folder");
        let rules = Rules::built_in().expect("the built-in rules");
        let needles = folder.join("needles.txt");
        fs::write(&needles, sentences().join("\n") + "\n").expect("the needles");
        Self { failures: failures(&rules), folder, mib, rounds, needles }
    }

    /// A generated log, written if it is not there yet.
    fn log(&self, name: &str, mib: u64, per_thousand: usize, encode: fn(&str) -> Vec<u8>) -> PathBuf {
        self.file(&format!("{name}-{mib}.log"), |file| {
            logs::write(file, mib << 20, per_thousand, &self.failures, encode).map(drop)
        })
    }

    fn file(&self, name: &str, write: impl FnOnce(&Path) -> std::io::Result<()>) -> PathBuf {
        let file = self.folder.join(name);
        if !file.exists() {
            let unfinished = self.folder.join("unfinished");
            write(&unfinished).and_then(|()| fs::rename(&unfinished, &file)).expect("an input");
        }
        file
    }

    fn text(&self) {
        let ours = env!("CARGO_BIN_EXE_freebusy");
        for (title, name, mib, per_thousand) in [
            ("0.5 % of the lines are failures", "mixed", self.mib, 5),
            ("no failure", "ordinary", self.mib / 4, 0),
            ("every line is a failure", "failures", self.mib / 4, 1_000),
        ] {
            let log = self.log(name, mib, per_thousand, |line| line.as_bytes().to_vec());
            self.compare(
                &format!("text, {mib} MiB, {title}"),
                vec![
                    self.ripgrep(&[], &log),
                    Run::new("freebusy scan, 1 thread", scan(ours, 1, Some("text"), &log)),
                    Run::new("freebusy scan, 2 threads", scan(ours, 2, Some("text"), &log)),
                ],
            );
        }
    }

    fn utf16(&self) {
        let mib = self.mib / 2;
        let log = self.log("utf16", mib, 5, |line| line.encode_utf16().flat_map(u16::to_le_bytes).collect());
        self.compare(
            &format!("UTF-16LE text, {mib} MiB, 0.5 % of the lines are failures"),
            vec![
                // Without being told, `rg` would look for bytes that are not there: the log has no mark.
                self.ripgrep(&["-E", "utf-16le"], &log),
                Run::new("freebusy scan, 1 thread", scan(env!("CARGO_BIN_EXE_freebusy"), 1, Some("text"), &log)),
                Run::new("freebusy scan, 2 threads", scan(env!("CARGO_BIN_EXE_freebusy"), 2, Some("text"), &log)),
            ],
        );
    }

    fn evtx(&self) {
        let ours = env!("CARGO_BIN_EXE_freebusy");
        let events = self.mib * 620;
        let log = self.file(&format!("large-{events}.evtx"), |file| events::evtx(file, events, &self.failures));
        let dump = ["evtx_dump", "-t", "1", "-o", "jsonl", &path(&log)].map(String::from).to_vec();
        let size = fs::metadata(&log).map_or(0, |file| file.len()) >> 20;
        self.compare(
            &format!("one event log, {size} MiB, {events} events"),
            vec![
                Run::new("evtx_dump -t 1 -o jsonl", dump),
                Run::new("freebusy scan, 1 thread", scan(ours, 1, None, &log)),
                Run::new("freebusy scan, 2 threads", scan(ours, 2, None, &log)),
            ],
        );
        let folder = self.folder.join("evtx");
        fs::create_dir_all(&folder).expect("a folder");
        for number in 0..200 {
            self.file(&format!("evtx/{number:03}.evtx"), |file| events::evtx(file, 40 + number, &self.failures));
        }
        let rules = self.sigma();
        let word = |word: &str| word.to_owned();
        self.compare(
            "a folder of 200 event logs",
            vec![
                Run::new(
                    "hayabusa, the same phrases",
                    [
                        word("hayabusa"),
                        word("csv-timeline"),
                        word("-q"),
                        word("-w"),
                        word("-A"),
                        word("-a"),
                        word("-r"),
                    ]
                    .into_iter()
                    .chain([path(&rules.join("hayabusa")), word("-d"), path(&folder)])
                    .collect(),
                ),
                Run::new(
                    "chainsaw hunt, the same phrases",
                    [word("chainsaw"), word("hunt"), path(&folder), word("-r"), path(&rules.join("chainsaw"))].into(),
                ),
                Run::new("freebusy scan, 1 thread", scan(ours, 1, None, &folder)),
                Run::new("freebusy scan, 2 threads", scan(ours, 2, None, &folder)),
            ],
        );
    }

    fn export(&self) {
        let ours = env!("CARGO_BIN_EXE_freebusy");
        let xml = self.file("events.xml", |file| events::xml(file, 40_000, &self.failures));
        let csv = self.file("events.csv", |file| events::csv(file, 40_000, &self.failures));
        self.compare(
            "40,000 events as Event Viewer saves them",
            vec![
                Run::new("freebusy scan, XML", scan(ours, 2, None, &xml)),
                Run::new("freebusy scan, CSV", scan(ours, 2, None, &csv)),
            ],
        );
    }

    fn rules(&self) {
        let log = self.log("mixed", self.mib, 5, |line| line.as_bytes().to_vec());
        let rules = generated(&self.folder.join("rules"), 5_000, false);
        let mut runs = vec![Run::new("the shipped rules", scan(env!("CARGO_BIN_EXE_freebusy"), 2, Some("text"), &log))];
        if let Some(many) = with_embedded(&rules, "build-5000") {
            runs.push(Run::new("5,000 rules more", scan(&many, 2, Some("text"), &log)));
        }
        self.compare(&format!("text, {} MiB, more rules", self.mib), runs);
    }

    fn ripgrep(&self, more: &[&str], log: &Path) -> Run {
        let mut command = vec!["rg", "-i", "-c", "-F"];
        command.extend(more);
        let title = [&command[..], &["-f"]].concat().join(" ");
        let (needles, log) = (path(&self.needles), path(log));
        command.extend(["-f", &needles, &log]);
        Run::new(&title, command.into_iter().map(String::from).collect())
    }

    /// Rules of the other programs that look for the same phrases in an event's data.
    fn sigma(&self) -> PathBuf {
        let folder = self.folder.join("peers");
        let phrases = fs::read_to_string(&self.needles).expect("the needles");
        let quoted = |phrase: &str| phrase.replace('\'', "''");
        let keywords: String = phrases.lines().map(|phrase| format!("    - '*{}*'\n", quoted(phrase))).collect();
        let patterns: String = phrases.lines().map(|phrase| format!("    - 'i*{}*'\n", quoted(phrase))).collect();
        let hayabusa = format!(
            "title: free/busy\nid: 6d2a4f10-0000-4000-8000-000000000001\nstatus: test\ndescription: phrases\nauthor: bench\nlogsource:\n  product: windows\n  service: application\ndetection:\n  keywords:\n{keywords}  condition: keywords\nlevel: medium\nruletype: Hayabusa\n"
        );
        let chainsaw = format!(
            "title: free/busy\ngroup: free/busy\ndescription: phrases\nauthors:\n  - bench\nkind: evtx\nlevel: medium\nstatus: stable\ntimestamp: Event.System.TimeCreated\nfields:\n  - name: Event\n    to: Event.System.EventID\nfilter:\n  Event.EventData.Data:\n{patterns}"
        );
        for (name, text) in [("hayabusa", hayabusa), ("chainsaw", chainsaw)] {
            fs::create_dir_all(folder.join(name)).expect("a folder");
            fs::write(folder.join(name).join("free-busy.yml"), text).expect("a rule");
        }
        folder
    }

    /// Measures commands in turn and prints them against the first.
    fn compare(&self, title: &str, mut runs: Vec<Run>) {
        println!("\n{title}");
        runs.retain(|run| {
            let there = is_there(&run.command[0]);
            if !there {
                println!("  {} is not installed, so nothing is compared with it", run.command[0]);
            }
            there
        });
        for round in 0..=self.rounds {
            for run in &mut runs {
                let usage = once(&run.command);
                run.memory = run.memory.max(usage.memory);
                // The first round fills the page cache.
                if round > 0 {
                    run.wall.push(usage.wall);
                    run.cpu.extend(usage.cpu);
                }
            }
        }
        println!("  {:36} {:>8} {:>8} {:>8} {:>8} {:>9}", "", "wall s", "cpu s", "x wall", "x cpu", "peak MiB");
        let base = runs.first().map(|run| (median(run.wall.iter().copied()), median(run.cpu.iter().copied())));
        for run in &runs {
            let (wall, cpu) = (median(run.wall.iter().copied()), median(run.cpu.iter().copied()));
            let (base_wall, base_cpu) = base.unwrap_or_default();
            println!(
                "  {:36} {:>8.3} {:>8.3} {:>8.2} {:>8.2} {:>9.1}",
                run.name,
                wall.as_secs_f64(),
                cpu.as_secs_f64(),
                wall.as_secs_f64() / base_wall.as_secs_f64(),
                cpu.as_secs_f64() / base_cpu.as_secs_f64(),
                run.memory.unwrap_or_default() as f64 / 1024.0,
            );
        }
    }
}

/// The texts of the rules' own tests that are certain on a line of a log.
fn failures(rules: &Rules) -> Vec<String> {
    let engine = Engine::for_many(rules);
    let all = rules.all().expect("whole rules");
    let texts = all
        .iter()
        .flat_map(|rule| &rule.tests)
        .filter(|test| test.fields.is_empty())
        .filter_map(|test| test.text.as_deref());
    let lines = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| line.len() < 600);
    lines
        .filter(|line| {
            let record = Record::text(format!("2026-03-01 00:00:01 EX01 MSExchange Availability 4002 Error: {line}"));
            let analysis = engine.analyse(&[record], &[]);
            analysis.matches.first().is_some_and(|found| found.confidence == Confidence::Certain)
        })
        .collect()
}
