//! Every kind of message of `rules check`, whole: a broken file, and what an author reads about it.
//!
//! `tests/diagnostics/CODE.yaml` (or a folder of that name, where several files are needed) has its answer beside it in
//! `CODE.txt`; further forms of the same mistake have a number behind the code. What cannot lie in a repository, such as a file
//! of a gigabyte, the tests make themselves. `SNAPSHOTS=overwrite cargo test --test diagnostics` writes the answers anew; read
//! the difference before committing it.

use freebusy::author::diagnostic::{Code, Severity};
use freebusy::author::problems::CODES;
use serde_json::Value;
use snapbox::assert::DEFAULT_ACTION_ENV;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Cases that a test makes, because they cannot be committed or look different on each system.
const MADE: [&str; 1] = ["unreadable-file"];

/// A hostile file costs less than this, also in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(5);

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// An empty folder for one test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("diagnostics-{test}"));
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
        .output()
        .expect("the program")
}

/// `rules check` with a fixed date and width.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let fixed = ["rules", "check", "--as-of", "2026-11-22", "--color", "never", "--width", "100"];
    let output = freebusy(folder, &[&fixed, arguments].concat());
    assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (_, out) = check(folder, &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&out).expect("JSON")
}

/// The names of the committed cases: files without their extension, and folders.
fn cases() -> Vec<(String, String)> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(golden()).expect("tests/diagnostics") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        if entry.path().is_dir() {
            cases.push((name.clone(), name));
        } else if let Some(stem) = name.strip_suffix(".yaml") {
            cases.push((stem.to_owned(), name.clone()));
        }
    }
    cases.sort();
    cases
}

/// The code that a case is named after.
fn code(case: &str) -> &'static Code {
    let name = case.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = if name.ends_with('-') && name.len() < case.len() { &name[..name.len() - 1] } else { case };
    CODES.iter().find(|code| code.name == name).unwrap_or_else(|| panic!("{case}: there is no code `{name}`"))
}

/// The codes in an answer, in its order.
fn codes(answer: &str) -> Vec<&'static Code> {
    let heading = |line: &str| {
        let rest = line.strip_prefix("error[").or_else(|| line.strip_prefix("warning["))?;
        Some(code(rest.split_once("]: ")?.0))
    };
    answer.lines().filter_map(heading).collect()
}

/// The exit code for what was found.
fn exit(found: &[&Code]) -> i32 {
    match found.iter().map(|code| code.severity).max() {
        Some(Severity::Unreadable) => 2,
        Some(Severity::Error) => 1,
        _ => 0,
    }
}

/// An answer as it is on every system: Windows writes paths in its own way.
fn portable(answer: &str) -> String {
    if !cfg!(windows) {
        return answer.to_owned();
    }
    let is_place = |line: &str| line.trim_start().starts_with("-->") || line.trim_start().starts_with(":::");
    answer.lines().map(|line| if is_place(line) { line.replace('\\', "/") } else { line.to_owned() } + "\n").collect()
}

/// Holds an answer against `NAME.txt`.
fn compare(name: &str, answer: &str) -> Result<(), String> {
    let expected = Data::read_from(&golden().join(format!("{name}.txt")), Some(DataFormat::Text)).raw();
    let assert = Assert::new().action_env(DEFAULT_ACTION_ENV);
    assert.try_eq(Some(&name), portable(answer).into(), expected).map_err(|error| error.to_string())
}

fn one(name: &str, path: &str, folder: &Path) -> Result<(), String> {
    let (status, answer) = check(folder, &[path]);
    compare(name, &answer)?;
    let found = codes(&answer);
    let first = found.first().map_or("nothing", |code| code.name);
    if first != code(name).name {
        return Err(format!("{name}: the first diagnostic is {first}"));
    }
    if status != Some(exit(&found)) {
        return Err(format!("{name}: the exit code is {status:?}"));
    }
    Ok(())
}

#[test]
fn every_committed_case_has_its_answer() {
    let cases = cases();
    assert!(cases.len() > CODES.len());
    let wrong: Vec<String> = cases.iter().filter_map(|(name, path)| one(name, path, &golden()).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: BTreeSet<&str> = made_names().chain(cases.iter().map(|(name, _)| name.as_str())).collect();
    for file in fs::read_dir(golden()).expect("tests/diagnostics") {
        let file = file.expect("an entry").file_name().into_string().expect("UTF-8");
        if let Some(name) = file.strip_suffix(".txt") {
            assert!(names.contains(name), "{file} has no case");
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let committed: BTreeSet<&str> = cases().iter().map(|(name, _)| code(name).name).collect();
    let made: BTreeSet<&str> = made_names().map(|name| code(name).name).chain(MADE).collect();
    let missing: Vec<&str> =
        CODES.iter().map(|code| code.name).filter(|name| !committed.contains(name) && !made.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A whole, sound rule.
fn sound(id: &str) -> String {
    let rule = fs::read_to_string(golden().join("no-near-miss.yaml")).expect("a case").replace("no-near-miss", id);
    rule + "  - not: |\n      The publishing rule is fine.\n    why: nothing failed\n"
}

#[test]
fn the_sound_rule_is_sound() {
    let folder = folder("sound");
    fs::write(folder.join("sound.yaml"), sound("sound")).expect("a file");
    assert_eq!(check(&folder, &["sound.yaml"]), (Some(0), "1 file: 0 errors, 0 warnings\n".to_owned()));
}

type Make = fn(&str) -> Vec<u8>;

/// Files that cannot lie in a repository as text, with answers that are the same on every system.
const MADE_FILES: [(&str, Make); 8] = [
    ("not-utf8", |id| [0xff, 0xfe].into_iter().chain(sound(id).encode_utf16().flat_map(u16::to_le_bytes)).collect()),
    ("not-utf8-2", |id| sound(id).replace("Have", "Für alle:").chars().map(|c| c as u8).collect()),
    ("not-utf8-3", |id| sound(id).encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("too-large", |id| format!("{}# {}\n", sound(id), "x".repeat(1 << 20)).into()),
    ("too-large-2", |id| format!("id: {id}\nhints: {}{}\n", "[".repeat(100_000), "]".repeat(100_000)).into()),
    ("too-large-3", |id| format!("id: {id}\nlids:\n{}", "  - 1\n".repeat(100_000)).into()),
    ("too-large-4", |id| format!("id: {id}\nhints:\n  {}x\n", "- ".repeat(5_000)).into()),
    ("yaml-indirection-6", |id| {
        let lines = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1));
        format!("id: {id}\na0: &a0 [x, x, x, x]\n{}", lines.collect::<String>()).into()
    }),
];

fn made_names<'a>() -> impl Iterator<Item = &'a str> {
    MADE_FILES.iter().map(|(name, _)| *name)
}

#[test]
fn hostile_files_are_named_as_what_they_are_at_once() {
    let folder = folder("hostile");
    for (name, make) in MADE_FILES {
        let file = format!("{name}.yaml");
        fs::write(folder.join(&file), make(name)).expect("a file");
        let start = Instant::now();
        let result = one(name, &file, &folder);
        assert!(start.elapsed() < LONGEST, "{name}: {:?}", start.elapsed());
        assert_eq!(result, Ok(()));
    }
}

#[test]
fn a_file_of_many_megabytes_is_not_read_to_its_end() {
    let folder = folder("huge");
    fs::File::create(folder.join("huge.yaml")).and_then(|file| file.set_len(100 << 20)).expect("a file");
    let start = Instant::now();
    let (status, answer) = check(&folder, &["huge.yaml"]);
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    assert_eq!(status, Some(2));
    assert!(
        answer.contains("error[too-large]: the file has too many bytes; a rule file has at most 1048576"),
        "{answer}"
    );
}

#[test]
fn a_file_in_which_everything_is_wrong_is_reported_in_bounded_time() {
    let folder = folder("everything");
    let keys: String = (0..2_000).map(|n| format!("key-{n}: x\n")).collect();
    let branches: String = (0..1_000).map(|n| format!("    - text: the same sentence {}\n", n % 7)).collect();
    let regexes: String = (0..1_000).map(|n| format!("    - regex: (((x{{9}}){{99}}){{99}} {n}\n")).collect();
    for (name, text) in [
        ("keys", keys.clone()),
        ("branches", format!("id: branches\nsignature:\n  any:\n{branches}")),
        ("line", format!("{{ id: line, {} }}\n", keys.replace('\n', ", "))),
        ("regexes", format!("id: regexes\nsignature:\n  any:\n{regexes}")),
    ] {
        let file = format!("{name}.yaml");
        fs::write(folder.join(&file), text).expect("a file");
        let start = Instant::now();
        let (status, _) = check(&folder, &[&file]);
        assert_eq!(status, Some(1), "{name}");
        eprintln!("{name}: {:?}", start.elapsed());
        assert!(start.elapsed() < LONGEST, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn what_does_not_exist_cannot_be_read() {
    let folder = folder("missing");
    fs::write(folder.join("sound.yaml"), sound("sound")).expect("a file");
    let (status, answer) = check(&folder, &["no-such-rule.yaml", "sound.yaml"]);
    assert_eq!(status, Some(2));
    assert!(answer.starts_with("error[unreadable-file]: this cannot be read: "), "{answer}");
    assert!(answer.contains("--> no-such-rule.yaml\n"), "{answer}");
    assert!(answer.ends_with("2 files: 1 error, 0 warnings\n"), "{answer}");
}

#[cfg(unix)]
#[test]
fn a_folder_without_rights_cannot_be_read_and_hides_nothing_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder("rights");
    let closed = folder.join("closed");
    fs::create_dir_all(&closed).expect("a folder");
    fs::write(folder.join("sound.yaml"), sound("other")).expect("a file");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("rights");
    let is_root = fs::read_dir(&closed).is_ok();
    let (status, answer) = check(&folder, &["."]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("rights");
    if is_root {
        eprintln!("skipped: nothing is closed to root");
        return;
    }
    assert_eq!(status, Some(2));
    assert!(answer.contains("error[unreadable-file]") && answer.contains("closed"), "{answer}");
    assert!(answer.contains("error[id-not-file-name]"), "{answer}");
}

#[cfg(unix)]
#[test]
fn links_are_named_and_not_followed() {
    let folder = folder("links");
    fs::create_dir_all(folder.join("oauth")).expect("a folder");
    std::os::unix::fs::symlink("..", folder.join("oauth/loop")).expect("a link");
    std::os::unix::fs::symlink("/etc/hostname", folder.join("oauth/stolen.yaml")).expect("a link");
    let (status, answer) = check(&folder, &["."]);
    assert_eq!(status, Some(0));
    let said = "warning[ignored-file]: this is not read: it is a link, and links are not followed";
    assert_eq!(answer.matches(said).count(), 2, "{answer}");
    let (status, _) = check(&folder, &["--deny-warnings", "."]);
    assert_eq!(status, Some(1));
}

#[test]
fn line_ends_of_windows_move_nothing() {
    let (unix, windows) = (folder("lf"), folder("crlf"));
    for (_, file) in cases().iter().filter(|(_, path)| path.ends_with(".yaml")) {
        let text = fs::read_to_string(golden().join(file)).expect("a case").replace("\r\n", "\n");
        fs::write(windows.join(file), text.replace('\n', "\r\n")).expect("a file");
        fs::write(unix.join(file), text).expect("a file");
    }
    let places = |folder: &Path| -> Vec<String> {
        let found = json(folder, &["."]);
        let list = found["diagnostics"].as_array().expect("a list");
        let place =
            |d: &Value| format!("{} {}:{}:{}", d["place"]["file"], d["code"], d["place"]["line"], d["place"]["column"]);
        list.iter().map(place).collect()
    };
    let (unix, windows) = (places(&unix), places(&windows));
    assert!(unix.len() > 100);
    for (unix, windows) in unix.iter().zip(&windows) {
        assert_eq!(unix, windows);
    }
    assert_eq!(unix.len(), windows.len());
}

/// Line and column of a byte, counted in another way than the program does.
fn position(text: &str, at: u64) -> (u64, u64) {
    let before = &text[..usize::try_from(at).expect("a byte")];
    let line = before.split('\n').count() as u64;
    (line, before.split('\n').next_back().expect("a line").chars().count() as u64 + 1)
}

#[test]
fn the_json_names_the_places_of_the_text() {
    for (name, path) in cases() {
        let (_, text) = check(&golden(), &[&path]);
        let answer = json(&golden(), &[&path]);
        assert_eq!(answer["schema_version"], 1);
        let list = answer["diagnostics"].as_array().expect("a list");
        let arrow = |line: &str| line.trim_start().strip_prefix("--> ").map(str::to_owned);
        let places: Vec<String> = text.lines().filter_map(arrow).collect();
        assert_eq!(places.len(), list.len(), "{name}");
        let found: Vec<&str> = codes(&text).iter().map(|code| code.name).collect();
        for ((diagnostic, shown), found) in list.iter().zip(places).zip(found) {
            let place = &diagnostic["place"];
            let file = place["file"].as_str().expect("a file");
            assert_eq!(shown, format!("{file}:{}:{}", place["line"], place["column"]), "{name}");
            assert_eq!(diagnostic["code"], *found, "{name}");
            let severity = if code(found).severity == Severity::Warning { "warning" } else { "error" };
            assert_eq!(diagnostic["severity"], severity, "{name}");
            assert!(text.contains(diagnostic["message"].as_str().expect("a message")), "{name}");
            let source = fs::read_to_string(golden().join(file)).expect("the file");
            for (byte, line, column) in [("start", "line", "column"), ("end", "end_line", "end_column")] {
                let counted = position(&source, place[byte].as_u64().expect("a byte"));
                assert_eq!(counted, (place[line].as_u64().expect("a line"), place[column].as_u64().expect("a column")));
            }
        }
    }
}

#[test]
fn a_fix_replaces_exactly_what_is_marked() {
    let folder = folder("fixes");
    for name in
        ["unknown-key", "unknown-rule-2", "wrong-type", "wrong-type-2", "wrong-type-3", "unknown-step", "unknown-value"]
    {
        let file = format!("{name}.yaml");
        let text = fs::read_to_string(golden().join(&file)).expect("a case");
        let answer = json(&golden(), &[&file]);
        let diagnostic = &answer["diagnostics"][0];
        let byte = |key: &str| diagnostic["place"][key].as_u64().expect("a byte") as usize;
        let fix = diagnostic["fix"].as_str().unwrap_or_else(|| panic!("{name}: no fix"));
        fs::write(folder.join(&file), text[..byte("start")].to_owned() + fix + &text[byte("end")..]).expect("a file");
        let (_, answer) = check(&folder, &[&file]);
        assert!(codes(&answer).iter().all(|found| found.name != code(name).name), "{name}: {answer}");
    }
}

#[test]
fn the_sarif_is_what_code_hosts_read() {
    let paths: Vec<String> = cases().into_iter().map(|(_, path)| format!("./{path}")).collect();
    let arguments: Vec<&str> = ["--format", "sarif"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let (_, out) = check(&golden(), &arguments);
    let log: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|schema| schema.contains("sarif-2.1.0")));
    let runs = log["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 1);
    let rules = runs[0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), CODES.len());
    for (rule, code) in rules.iter().zip(CODES) {
        assert_eq!(rule["id"], code.name);
        assert_eq!(rule["help"]["markdown"], code.page);
        let level = if code.severity == Severity::Warning { "warning" } else { "error" };
        assert_eq!(rule["defaultConfiguration"]["level"], level);
    }
    let results = runs[0]["results"].as_array().expect("results");
    assert!(results.len() > CODES.len());
    let region = |physical: &Value| {
        let uri = physical["artifactLocation"]["uri"].as_str().expect("a uri").to_owned();
        assert!(!uri.contains(['\\', ' ']) && !uri.starts_with(['/', '.']) && !uri.contains(':'), "{uri}");
        let number = |key: &str| physical["region"][key].as_u64().expect("a number");
        let start = (number("startLine"), number("startColumn"));
        let end = (number("endLine"), number("endColumn"));
        assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{physical}");
        let lines = fs::read_to_string(golden().join(&uri)).expect("the file").split('\n').count() as u64;
        assert!(end.0 <= lines, "{physical}");
    };
    for result in results {
        let number = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[number]["id"], result["ruleId"]);
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(["error", "warning"].contains(&result["level"].as_str().expect("a level")));
        region(&result["locations"][0]["physicalLocation"]);
        for related in result["relatedLocations"].as_array().into_iter().flatten() {
            region(&related["physicalLocation"]);
            assert!(related["message"]["text"].is_string());
        }
        for change in result["fixes"].as_array().into_iter().flatten().flat_map(|fix| fix["artifactChanges"].as_array())
        {
            assert!(change[0]["replacements"][0]["insertedContent"]["text"].is_string());
        }
    }
}

#[test]
fn a_path_with_unusual_characters_is_a_uri() {
    let folder = folder("uri");
    fs::create_dir_all(folder.join("our rules")).expect("a folder");
    fs::write(folder.join("our rules/größe.yaml"), sound("other")).expect("a file");
    let path = Path::new("our rules").join("größe.yaml");
    let (status, out) = check(&folder, &["--format", "sarif", path.to_str().expect("UTF-8")]);
    assert_eq!(status, Some(1));
    assert!(out.contains("\"uri\": \"our%20rules/gr%C3%B6%C3%9Fe.yaml\""), "{out}");
}

#[test]
fn warnings_count_where_somebody_says_so() {
    assert_eq!(check(&golden(), &["review-outdated.yaml"]).0, Some(0));
    let (status, answer) = check(&golden(), &["--deny-warnings", "review-outdated.yaml"]);
    assert_eq!(status, Some(1));
    assert!(answer.starts_with("warning[review-outdated]"), "{answer}");
}

#[test]
fn every_code_is_explained() {
    for code in freebusy::author::codes() {
        let output = freebusy(&golden(), &["rules", "check", "--explain", code.name]);
        assert_eq!(output.status.code(), Some(0), "{}", code.name);
        assert_eq!(String::from_utf8_lossy(&output.stdout), code.page, "{}", code.name);
    }
}

#[test]
fn a_code_that_does_not_exist_is_compared_with_those_that_do() {
    for (asked, answer) in
        [("unknown-keys", "did you mean `unknown-key`?"), ("kerberos", "it is one of: unreadable-file, ")]
    {
        let output = freebusy(&golden(), &["rules", "check", "--explain", asked]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{asked}");
        assert!(said.contains(&format!("there is no message `{asked}`")) && said.contains(answer), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn all_files_that_are_named_are_reported() {
    let (status, answer) =
        check(&golden(), &["yaml-syntax.yaml", "unknown-key.yaml", "duplicate-id", "review-outdated.yaml"]);
    assert_eq!(status, Some(2));
    let found: Vec<&str> = codes(&answer).iter().map(|code| code.name).collect();
    assert_eq!(found, ["yaml-syntax", "unknown-key", "duplicate-id", "review-outdated"]);
    assert!(answer.ends_with("5 files: 3 errors, 1 warning\n"), "{answer}");
}

#[test]
fn a_file_that_is_named_twice_is_one_file() {
    let folder = folder("twice");
    fs::create_dir_all(folder.join("rules/oauth")).expect("a folder");
    fs::write(folder.join("rules/oauth/sound.yaml"), sound("sound")).expect("a file");
    let same = ["rules/oauth/sound.yaml", "rules", "./rules/oauth/sound.yaml", "rules/oauth"];
    assert_eq!(check(&folder, &same), (Some(0), "1 file: 0 errors, 0 warnings\n".to_owned()));
    // A shared file counts when it is named, also behind a rule beside which it lies.
    fs::write(folder.join("rules/phrases.yaml"), "- id: Not An Id\n").expect("a file");
    let (status, answer) = check(&folder, &["rules/oauth/sound.yaml", "rules/phrases.yaml"]);
    assert_eq!(status, Some(1));
    assert!(answer.contains("error[id-form]"), "{answer}");
}

#[test]
fn a_folder_without_rules_is_not_fine() {
    let folder = folder("nothing");
    fs::create_dir_all(folder.join("rules")).expect("a folder");
    let (status, answer) = check(&folder, &[]);
    assert_eq!(status, Some(2));
    assert!(answer.starts_with("error[unreadable-file]: this cannot be read: it holds no .yaml file"), "{answer}");
}

#[test]
fn without_a_path_the_rules_here_are_checked() {
    let folder = folder("default");
    fs::write(folder.join("here.yaml"), sound("elsewhere")).expect("a file");
    let (status, answer) = check(&folder, &[]);
    assert_eq!(status, Some(1));
    assert!(answer.contains("here.yaml:1:5"), "{answer}");
    fs::create_dir_all(folder.join("rules/oauth")).expect("a folder");
    fs::write(folder.join("rules/oauth/sound.yaml"), sound("sound")).expect("a file");
    assert_eq!(check(&folder, &[]), (Some(0), "1 file: 0 errors, 0 warnings\n".to_owned()));
}

#[test]
fn every_code_has_a_page() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics");
    let mut rows = String::new();
    for code in freebusy::author::codes() {
        let lines: Vec<&str> = code.page.lines().collect();
        assert_eq!(lines[0], format!("# {}", code.name));
        assert!((10..=40).contains(&lines.len()), "{}: {} lines", code.name, lines.len());
        assert!(code.page.contains("```yaml\n") || code.severity == Severity::Unreadable, "{}", code.name);
        assert!(code.page.ends_with('\n') && !code.page.contains('\r'), "{}", code.name);
        assert!(!code.page.contains("TODO") || code.name == "todo-left", "{}", code.name);
        // What a page recommends is at least YAML.
        let good = code.page.rsplit("```yaml\n").next().and_then(|rest| rest.split("```").next()).unwrap_or_default();
        if code.page.contains("```yaml\n") {
            assert!(freebusy::author::yaml::parse(good).is_ok(), "{}: {good}", code.name);
        }
        let severity = match code.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Unreadable => "unreadable",
        };
        rows += &format!("| [{0}]({0}.md) | {severity} | {1} |\n", code.name, code.title.trim());
    }
    let index = fs::read_to_string(pages.join("README.md")).expect("the index").replace("\r\n", "\n");
    let table: String = index.lines().filter(|line| line.starts_with("| [")).map(|line| format!("{line}\n")).collect();
    assert_eq!(table, rows, "the index is not current");
    for page in fs::read_dir(pages).expect("docs/diagnostics") {
        // Other commands have pages here as well.
        let page = page.expect("an entry").path();
        let name = page.file_stem().and_then(|name| name.to_str()).expect("UTF-8");
        let text = fs::read_to_string(&page).expect("a page");
        assert!(name == "README" || text.lines().next() == Some(&format!("# {name}")), "{name}");
    }
}
