//! Where a scan's records come from makes no difference: one file or many, packed or not, one thread or several, a file or a pipe.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

const FAILURE: &str = "2026-11-22 10:00:01 MSExchange Availability: Microsoft.Exchange.InfoWorker.Common.Availability.ProxyWebRequestProcessingException: \
                       The user specified by the user-context in the token is ambiguous.";
const ORDINARY: &str =
    "2026-11-22 10:00:02 192.0.2.1 POST /EWS/Exchange.asmx - 443 - 198.51.100.7 Exchange/15.20 - 401 0 0 15";

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_freebusy"));
    command.arg("scan").args(arguments).current_dir(folder);
    command
}

fn scan(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).stdin(Stdio::null()).output().expect("freebusy runs")
}

fn lines(output: &Output) -> Vec<String> {
    let findings = common::lines::findings(&String::from_utf8_lossy(&output.stdout));
    let mut lines: Vec<String> = findings.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Several megabytes in which every hundredth line fails, so several blocks.
fn long_log() -> String {
    let mut log = String::new();
    for number in 0..40_000 {
        log.push_str(if number % 100 == 99 { FAILURE } else { ORDINARY });
        log.push_str("\r\n");
    }
    log
}

#[test]
fn a_folder_is_the_union_of_its_files_with_any_number_of_threads() {
    let formats = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let mut files = Vec::new();
    for folder in fs::read_dir(&formats).expect("tests/formats").map(|e| e.expect("an entry").path()) {
        for file in fs::read_dir(&folder).expect("a format").map(|e| e.expect("an entry").path()) {
            files.push(file.strip_prefix(&formats).expect("below").display().to_string());
        }
    }
    let mut one_by_one = Vec::new();
    for file in &files {
        one_by_one.extend(lines(&scan(&formats, &["-q", "--format", "ndjson", file])));
    }
    one_by_one.sort();
    assert!(one_by_one.len() > 100, "{}", one_by_one.len());
    let areas: Vec<String> = fs::read_dir(&formats)
        .expect("tests/formats")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    for jobs in ["1", "2", "7"] {
        let mut arguments = vec!["-q", "--format", "ndjson", "--jobs", jobs];
        arguments.extend(areas.iter().map(String::as_str));
        assert_eq!(lines(&scan(&formats, &arguments)), one_by_one, "{jobs} jobs");
    }
}

#[test]
fn a_long_file_gives_the_same_bytes_in_its_order_with_any_number_of_threads() {
    let folder = folder("long");
    fs::write(folder.join("long.log"), long_log()).expect("a log");
    let run = |jobs: &str| scan(&folder, &["-q", "--format", "csv", "--jobs", jobs, "long.log"]).stdout;
    let one = run("1");
    let text = String::from_utf8(one.clone()).expect("UTF-8");
    let records: Vec<&str> = text.lines().skip(1).filter_map(|row| row.split(',').nth(1)).collect();
    let expected: Vec<String> = (1..=400).map(|n| (n * 100).to_string()).collect();
    assert_eq!(records, expected);
    for jobs in ["2", "3", "8"] {
        assert_eq!(run(jobs), one, "{jobs} jobs");
    }
}

#[test]
fn the_same_log_on_standard_input_gives_the_same_records() {
    let folder = folder("input");
    fs::write(folder.join("-.log"), long_log()).expect("a log");
    let file = scan(&folder, &["-q", "--format", "ndjson", "./-.log"]);
    let mut child = command(&folder, &["-q", "--format", "ndjson", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("freebusy runs");
    let mut input = child.stdin.take().expect("standard input");
    let writer = std::thread::spawn(move || input.write_all(long_log().as_bytes()));
    let piped = child.wait_with_output().expect("output");
    writer.join().expect("the writer").expect("written");
    let piped: Vec<String> =
        lines(&piped).iter().map(|l| l.replace("\"source\":\"-\"", "\"source\":\"./-.log\"")).collect();
    assert_eq!(piped, lines(&file));
}

#[test]
fn archives_give_what_their_files_give() {
    let folder = folder("archives");
    let log = long_log();
    fs::write(folder.join("a.log"), &log).expect("a log");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(log.as_bytes()).expect("packed");
    fs::write(folder.join("b.log.gz"), gzip.finish().expect("packed")).expect("a file");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("logs/a.log", options).expect("an entry");
    zip.write_all(log.as_bytes()).expect("packed");
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/evtx/three-events.evtx");
    zip.start_file("logs/three.evtx", options).expect("an entry");
    zip.write_all(&fs::read(&log).expect("the log")).expect("packed");
    fs::write(folder.join("c.zip"), zip.finish().expect("packed").into_inner()).expect("a file");
    let plain = lines(&scan(&folder, &["-q", "--format", "ndjson", "a.log"]));
    assert_eq!(plain.len(), 400);
    let named = |name: &str| plain.iter().map(|l| l.replace("a.log", name)).collect::<Vec<_>>();
    assert_eq!(lines(&scan(&folder, &["-q", "--format", "ndjson", "b.log.gz"])), named("b.log.gz"));
    let (entry, events): (Vec<String>, Vec<String>) = lines(&scan(&folder, &["-q", "--format", "ndjson", "c.zip"]))
        .into_iter()
        .partition(|line| line.contains("c.zip!logs/a.log"));
    assert_eq!(entry, named("c.zip!logs/a.log"));
    assert_eq!(events.len(), 2, "{events:?}");
}

#[test]
fn a_pipe_that_never_ends_gives_its_findings_as_they_come() {
    let mut child = command(&folder("tail"), &["-q", "--format", "ndjson", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("freebusy runs");
    let mut input = child.stdin.take().expect("standard input");
    let output = BufReader::new(child.stdout.take().expect("standard output"));
    let (sender, findings) = channel();
    std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    for round in 1..4 {
        writeln!(input, "{ORDINARY}\r\n{FAILURE}\r").expect("the pipe is open");
        input.flush().expect("the pipe is open");
        let line = findings.recv_timeout(Duration::from_secs(20)).expect("a finding while the pipe is open");
        assert!(line.contains(&format!("\"record\":{},", round * 2)), "{line}");
    }
    drop(input);
    assert!(child.wait().expect("the end").success());
}

#[test]
fn hidden_files_are_read_on_request_and_links_are_not_followed() {
    let folder = folder("hidden");
    fs::write(folder.join(".hidden.log"), FAILURE).expect("a log");
    fs::write(folder.join("b.log"), FAILURE).expect("a log");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.join("b.log"), folder.join("link.log")).expect("a link");
    assert_eq!(lines(&scan(&folder, &["-q", "--format", "ndjson", "."])).len(), 1);
    assert_eq!(lines(&scan(&folder, &["-q", "--format", "ndjson", "--hidden", "."])).len(), 2);
}

#[test]
fn the_exit_code_says_whether_something_matched_only_on_request() {
    let folder = folder("codes");
    fs::write(folder.join("a.log"), FAILURE).expect("a log");
    fs::write(folder.join("b.log"), ORDINARY).expect("a log");
    for (arguments, code) in [
        (&["-q", "a.log"][..], 0),
        (&["-q", "--fail-on-match", "a.log"][..], 1),
        (&["-q", "--fail-on-match", "b.log"][..], 0),
        (&["-q", "a.log", "missing.log"][..], 2),
    ] {
        assert_eq!(scan(&folder, arguments).status.code(), Some(code), "{arguments:?}");
    }
}
