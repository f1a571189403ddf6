//! docs/writing-rules.md does what it says: its files are written, its commands run, and what they print is compared with it.
//!
//! What the tutorial asks of its reader is read from it: a block behind `Save as `FILE`:` is that file, a `diff` block behind
//! `Change in `FILE`:` is an edit, and `Copy the folder `A` as `B`.` copies. In a console block, each line with `$ freebusy` is
//! run, `? 1` is its exit code, and the lines below are what it prints, where `...` stands for any lines.
//!
//! `SNAPSHOTS=overwrite cargo test --test writing_rules` writes what is printed into the tutorial; put the `...` back by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TUTORIAL: &str = "docs/writing-rules.md";

/// A folder of its own, removed in the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What stands between backquotes.
fn quoted(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    // A review grows old while the tutorial stands; its reader writes the day.
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    fs::write(path, text.replace("reviewed: 2026-11-22", &format!("reviewed: {today}"))).expect("a file");
}

/// Applies a `diff` block: the lines with a blank or `-` in front become those with a blank or `+`.
fn change(path: &Path, block: &[&str]) {
    let side = |without: char| -> String {
        let lines = block.iter().filter(|line| !line.starts_with(without));
        lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
    };
    let text = fs::read_to_string(path).expect("the file that is changed");
    let (before, after) = (side('+'), side('-'));
    assert_eq!(text.matches(&before).count(), 1, "{}: these lines are to be changed:\n{before}", path.display());
    fs::write(path, text.replace(&before, &after)).expect("a file");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Runs a line without its prompt: the exit code where it is not 0, and what is printed.
fn run(line: &str, folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(line.split_whitespace().skip(1))
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("APPDATA", "/nonexistent")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .expect("freebusy runs");
    let code = output.status.code().expect("an exit code");
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8(printed).expect("UTF-8").replace("\r\n", "\n");
    let code = if code == 0 { String::new() } else { format!("? {code}\n") };
    format!("{code}{}", printed.trim_end())
}

#[test]
fn the_tutorial_works_as_written() {
    let tutorial = Path::new(env!("CARGO_MANIFEST_DIR")).join(TUTORIAL);
    let text = fs::read_to_string(&tutorial).expect("the tutorial");
    let folder = Folder(std::env::temp_dir().join(format!("freebusy-tutorial-{}", std::process::id())));
    fs::create_dir_all(&folder.0).expect("a folder");
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    let (mut new, mut commands, mut files) = (String::new(), 0, 0);
    let (mut before, mut lines) = ("", text.lines());
    while let Some(line) = lines.next() {
        new.push_str(&format!("{line}\n"));
        if line.starts_with("Copy the folder `") {
            let names = quoted(line);
            copy(&folder.0.join(names[0]), &folder.0.join(names[1]));
        }
        if let Some(language) = line.strip_prefix("```").filter(|language| !language.is_empty()) {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let mut shown = block.iter().map(|line| format!("{line}\n")).collect::<String>();
            if before.starts_with("Save as `") {
                write(&folder.0.join(quoted(before)[0]), &shown);
                files += 1;
            } else if before.starts_with("Change in `") {
                change(&folder.0.join(quoted(before)[0]), &block);
            } else if language == "console" {
                let mut printed = String::new();
                for part in format!("\n{shown}").split("\n$ ").skip(1) {
                    let (command, expected) = part.split_once('\n').unwrap_or((part, ""));
                    let got = run(command, &folder.0);
                    if !overwrite {
                        let expected = snapbox::Data::text(expected.trim_end().to_owned());
                        let shown = snapbox::Assert::new().try_eq(Some(&command), got.clone().into(), expected);
                        shown.unwrap_or_else(|error| panic!("{TUTORIAL}: `{command}`\n{error}"));
                    }
                    printed.push_str(&format!("$ {command}\n{got}\n\n"));
                    commands += 1;
                }
                if overwrite && commands > 0 && !printed.is_empty() {
                    shown = format!("{}\n", printed.trim_end());
                }
            }
            new.push_str(&format!("{shown}```\n"));
        }
        if !line.is_empty() {
            before = line;
        }
    }
    assert!(commands >= 10 && files >= 2, "{commands} commands and {files} files were found in {TUTORIAL}");
    if overwrite {
        fs::write(&tutorial, new).expect("the tutorial");
    }
}
