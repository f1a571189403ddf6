//! `freebusy rules docs` on a disk: what it writes, what it leaves alone, and what it says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("catalogue-files-{test}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn docs(&self, out: &str, more: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_freebusy"));
        let Output { status, stdout, stderr } = command
            .args(["rules", "docs", "--out", out])
            .args(more)
            .current_dir(&self.0)
            .output()
            .expect("the program");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (status.code(), text(stdout), text(stderr))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).expect("a file")
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found
}

#[test]
fn a_new_folder_gets_the_whole_catalogue_and_the_number_is_right() {
    let folder = Folder::new("new");
    let (code, out, error) = folder.docs("a/b", &[]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let written = files(&folder.0.join("a").join("b"));
    let pages = written.iter().filter(|path| path.extension().is_some_and(|e| e == "html" || e == "md")).count();
    assert_eq!(out, format!("wrote {pages} pages to a/b\n"));
    assert!(pages > 100, "{pages}");
    assert!(folder.read("a/b/rules/preauth-401.html").contains("href=\"../catalogue.css\""));
}

#[test]
fn a_second_run_writes_over_the_first_and_leaves_other_files_alone() {
    let folder = Folder::new("again");
    folder.docs("out", &[]);
    let first = folder.read("out/index.html");
    fs::write(folder.0.join("out/index.html"), format!("{first}<!-- old -->")).expect("a file");
    fs::write(folder.0.join("out/notes.txt"), "mine").expect("a file");
    fs::write(folder.0.join("out/rules/notes.html"), "mine, too").expect("a file");
    let (code, out, error) = folder.docs("out", &[]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(out.lines().count(), 1, "{out}");
    assert_eq!(folder.read("out/index.html"), first);
    assert_eq!(folder.read("out/notes.txt"), "mine");
    assert_eq!(folder.read("out/rules/notes.html"), "mine, too");
}

#[test]
fn a_file_that_is_not_of_the_catalogue_is_never_overwritten() {
    let folder = Folder::new("foreign");
    fs::create_dir(folder.0.join("site")).expect("a folder");
    fs::write(folder.0.join("site/index.html"), "my own page").expect("a file");
    let (code, out, error) = folder.docs("site", &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.contains("index.html: this file is not of the catalogue"), "{error}");
    assert_eq!(folder.read("site/index.html"), "my own page");
    assert_eq!(files(&folder.0).len(), 1, "nothing else was written");
}

#[test]
fn the_page_of_a_rule_that_is_gone_stays_and_is_named() {
    let folder = Folder::new("gone");
    let rule = include_str!("../rules/mail-flow/smtp-legacy-tls-session.yaml");
    fs::create_dir(folder.0.join("own")).expect("a folder");
    let own = rule.replace("id: smtp-legacy-tls-session", "id: private-failure");
    fs::write(folder.0.join("own/private-failure.yaml"), own).expect("a file");
    let (code, out, error) = folder.docs("out", &["--rules", "own"]);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(folder.read("out/index.html").contains("rules/private-failure.html"));
    let (code, out, _) = folder.docs("out", &[]);
    assert_eq!(code, Some(0));
    assert_eq!(out.matches("left alone, of a rule that is gone").count(), 2, "{out}");
    assert!(out.contains("private-failure.html") && out.contains("private-failure.md"), "{out}");
    assert!(folder.read("out/rules/private-failure.md").contains("private-failure"));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new("blocked");
    fs::write(folder.0.join("file"), "a file in the place of the folder").expect("a file");
    let (code, out, error) = folder.docs("file", &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.starts_with("freebusy: file"), "{error}");
}

#[test]
fn a_rule_with_a_broken_command_gives_no_catalogue() {
    let folder = Folder::new("broken");
    let rule = include_str!("../rules/oauth/token-user-ambiguous.yaml");
    let broken =
        rule.replace("id: token-user-ambiguous", "id: broken").replace("{{ on_premises_upn }}", "{{ nobody }}");
    fs::create_dir(folder.0.join("own")).expect("a folder");
    fs::write(folder.0.join("own/broken.yaml"), broken).expect("a file");
    let (code, _, error) = folder.docs("out", &["--rules", "own"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("rule `broken`") && error.contains("no valid template"), "{error}");
    assert!(!folder.0.join("out").exists());
}
