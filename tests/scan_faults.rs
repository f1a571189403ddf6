//! What cannot be read is said with its file and place, and everything else is read.

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const FAILURE: &str = "2026-11-22 10:00:01 MSExchange Availability: Microsoft.Exchange.InfoWorker.Common.Availability.ProxyWebRequestProcessingException: \
                       The user specified by the user-context in the token is ambiguous.\r\n";

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan-faults").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("z.log"), FAILURE).expect("a log");
    folder
}

fn scan(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .arg("scan")
        .args(["-q", "--format", "ndjson"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("freebusy runs")
}

/// One fault, and the finding of the file beside it.
#[track_caller]
fn told(output: &Output, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    for part in parts {
        assert!(said.contains(part), "`{part}` in: {said}");
    }
    assert_eq!(output.status.code(), Some(2), "{said}");
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(found.lines().any(|line| line.contains("z.log")), "{found}");
}

#[test]
fn a_line_of_two_gigabytes_is_cut_and_the_rest_is_read() {
    let folder = folder("line");
    let mut file = fs::File::create(folder.join("a.log")).expect("a log");
    file.write_all(FAILURE.as_bytes()).expect("written");
    file.write_all("x".repeat(100_000).as_bytes()).expect("written");
    // A file with a hole costs no disk; what is in the hole is read as zeros.
    file.set_len(2 << 30).expect("a hole");
    let mut file = fs::OpenOptions::new().append(true).open(folder.join("a.log")).expect("the log");
    file.write_all(format!("\r\n{FAILURE}").as_bytes()).expect("written");
    let output = scan(&folder, &["."]);
    told(&output, &["a.log", "at byte", "more than 4 MiB"]);
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(found.contains("\"record\":1,") && found.contains("\"record\":3,"), "{found}");
    fs::remove_file(folder.join("a.log")).expect("removed");
}

#[test]
fn a_zip_bomb_is_stopped() {
    let folder = folder("bomb");
    let mut zip = zip::ZipWriter::new(fs::File::create(folder.join("a.zip")).expect("a file"));
    zip.start_file("bomb.log", zip::write::SimpleFileOptions::default()).expect("an entry");
    let line = format!("2026-11-22 10:00:00 {}\n", " ".repeat(60_000));
    let much = line.repeat((1 << 20) / line.len());
    for _ in 0..600 {
        zip.write_all(much.as_bytes()).expect("packed");
    }
    zip.start_file("good.log", zip::write::SimpleFileOptions::default()).expect("an entry");
    zip.write_all(FAILURE.as_bytes()).expect("packed");
    zip.finish().expect("packed");
    let output = scan(&folder, &["."]);
    told(&output, &["a.zip!bomb.log", "unfolds to more than"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("a.zip!good.log"));
}

#[test]
fn damaged_archives_are_told() {
    let folder = folder("archives");
    fs::write(folder.join("a.zip"), b"PK\x03\x04 and nothing else").expect("a file");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(FAILURE.repeat(2_000).as_bytes()).expect("packed");
    let whole = gzip.finish().expect("packed");
    fs::write(folder.join("b.log.gz"), &whole[..whole.len() / 2]).expect("a file");
    told(&scan(&folder, &["."]), &["a.zip", "b.log.gz"]);
}

#[test]
fn what_is_no_log_is_left_out_and_is_no_fault() {
    let folder = folder("others");
    fs::write(folder.join("a.png"), b"\x89PNG\r\n\x1a\n\0\0\0\0").expect("a file");
    fs::write(folder.join("empty.log"), b"").expect("a file");
    let output = scan(&folder, &["."]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let summary = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["scan", "--format", "json", "."])
        .current_dir(&folder)
        .output()
        .expect("freebusy runs");
    let summary = String::from_utf8_lossy(&summary.stdout).into_owned();
    assert!(summary.contains("a.png") && summary.contains("an image") && summary.contains("empty.log"), "{summary}");
}

#[test]
fn a_missing_file_does_not_hide_the_others() {
    told(&scan(&folder("missing"), &["missing.log", "z.log"]), &["missing.log"]);
}

#[cfg(unix)]
#[test]
fn a_folder_without_rights_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("rights");
    let closed = folder.join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("rights");
    let is_root = fs::read_dir(&closed).is_ok();
    let output = scan(&folder, &["."]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("rights");
    if is_root {
        eprintln!("skipped: nothing is closed to root");
        return;
    }
    told(&output, &["closed"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_at_the_output_is_told() {
    let folder = folder("full");
    fs::write(folder.join("a.log"), FAILURE.repeat(2_000)).expect("a log");
    for format in ["ndjson", "csv", "json", "html", "text"] {
        let output = Command::new(env!("CARGO_BIN_EXE_freebusy"))
            .args(["scan", "-q", "--format", format, "a.log"])
            .current_dir(&folder)
            .stdout(fs::OpenOptions::new().write(true).open("/dev/full").expect("the full disk"))
            .output()
            .expect("freebusy runs");
        assert_eq!(output.status.code(), Some(2), "{format}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("standard output"), "{format}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_scan_shows_what_it_found() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["scan", "--format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("freebusy runs");
    let mut input = child.stdin.take().expect("standard input");
    input.write_all(FAILURE.repeat(100).as_bytes()).expect("the pipe is open");
    input.flush().expect("the pipe is open");
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    // SAFETY: the child was not waited for, so its number is its own.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) }, 0);
    let output = child.wait_with_output().expect("the end");
    drop(input);
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(found.contains("token-user-ambiguous") && found.contains("interrupted"), "{found}");
    assert_eq!(output.status.code(), Some(2));
}

/// Scans a file of many findings, which is changed when the scan has begun and cannot be near its end: what it prints is more than a pipe
/// holds, and nobody reads it until then.
fn scan_changed(name: &str, line: &str, change: impl FnOnce(&Path)) -> Output {
    let folder = folder(name);
    let log = folder.join("a.log");
    fs::write(&log, line.repeat(20_000)).expect("a log");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    fs::OpenOptions::new().write(true).open(&log).and_then(|f| f.set_modified(long_ago)).expect("a time");
    let mut child = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["scan", "-q", "--jobs", "1", "--format", "ndjson", "a.log", "z.log"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("freebusy runs");
    let mut stdout = child.stdout.take().expect("standard output");
    let mut begin = [0; 1];
    std::io::Read::read_exact(&mut stdout, &mut begin).expect("a finding");
    change(&log);
    let mut rest = begin.to_vec();
    std::io::Read::read_to_end(&mut stdout, &mut rest).expect("the findings");
    let output = child.wait_with_output().expect("the end");
    fs::remove_file(&log).expect("removed");
    Output { stdout: rest, ..output }
}

fn append(log: &Path, line: &str) {
    let mut log = fs::OpenOptions::new().append(true).open(log).expect("the log");
    log.write_all(line.as_bytes()).expect("written");
}

/// How many findings there are in the file that was changed.
fn found_in_it(output: &Output) -> usize {
    let found = common::lines::findings(&String::from_utf8_lossy(&output.stdout));
    found.lines().filter(|line| line.contains("\"source\":\"a.log\"")).count()
}

fn as_json(line: &str) -> String {
    format!("{{\"message\":\"{}\"}}\n", line.trim_end())
}

#[test]
fn what_is_added_to_a_log_while_it_is_read_is_said_not_to_be_read() {
    for (name, line) in [("grown", FAILURE.to_owned()), ("grown-json", as_json(FAILURE))] {
        let output = scan_changed(name, &line, |log| append(log, &line));
        let end = format!("at byte {}", 20_000 * line.len());
        told(&output, &["a.log", &end, "grew", &format!("{} bytes", line.len())]);
        assert_eq!(found_in_it(&output), 20_000, "{name}");
    }
}

#[test]
fn a_log_that_is_cut_while_it_is_read_is_told() {
    for (name, line) in [("cut", FAILURE.to_owned()), ("cut-json", as_json(FAILURE))] {
        let cut =
            |log: &Path| fs::OpenOptions::new().write(true).open(log).and_then(|f| f.set_len(1_000)).expect("cut");
        let output = scan_changed(name, &line, cut);
        told(&output, &["a.log", "at byte 1000", "was cut"]);
        let found = found_in_it(&output);
        assert!((1..20_000).contains(&found), "{name}: {found}");
    }
}

#[test]
fn a_log_that_is_cut_and_grows_beyond_its_old_length_is_told() {
    let output = scan_changed("regrown", FAILURE, |log| {
        fs::write(log, b"").expect("cut");
        append(log, &"x".repeat(21_000 * FAILURE.len()));
    });
    told(&output, &["a.log", "at byte", "while it was read"]);
}

#[test]
fn a_log_that_is_rewritten_at_the_same_length_is_told() {
    let output = scan_changed("rewritten", FAILURE, |log| {
        let mut log = fs::OpenOptions::new().write(true).open(log).expect("the log");
        log.write_all(b"2").expect("written");
    });
    told(&output, &["a.log", "at byte 0", "written to"]);
    assert_eq!(found_in_it(&output), 20_000);
}

#[test]
fn a_log_that_is_replaced_while_it_is_read_is_told() {
    let output = scan_changed("replaced", FAILURE, |log| {
        fs::remove_file(log).expect("removed");
        fs::write(log, b"").expect("a new one");
    });
    told(&output, &["a.log", "at byte 0", "cut or replaced"]);
}
