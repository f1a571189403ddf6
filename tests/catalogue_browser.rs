//! The catalogue in a real browser, opened from the file system.
//!
//! Needs Chromium; where there is none, the test says so and checks nothing (`tests/catalogue_search.rs` runs the search without it).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn browser() -> Option<&'static str> {
    let runs = |name: &&str| {
        Command::new(name)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    NAMES.into_iter().find(runs)
}

/// The list of results that the first page shows for a search.
fn results(browser: &str, folder: &Path, query: &str) -> String {
    let page = folder.join("pages/index.html");
    let address = format!("file://{}#q={query}", page.display().to_string().replace('\\', "/"));
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(["--virtual-time-budget=3000", "--dump-dom", &address])
        .stderr(Stdio::null())
        .output()
        .expect("the browser");
    let dom = String::from_utf8(output.stdout).expect("UTF-8");
    let list = dom.split("<ol id=\"results\"").nth(1).and_then(|rest| rest.split("</ol>").next());
    list.unwrap_or_else(|| panic!("no list of results in {dom}")).to_owned()
}

#[test]
fn the_catalogue_opens_from_the_file_system_and_its_search_finds_rules() {
    let Some(browser) = browser() else {
        eprintln!("skipped: there is no Chromium to open the catalogue with");
        return;
    };
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("catalogue-browser");
    let _ = fs::remove_dir_all(&folder);
    let written = Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["rules", "docs", "--out"])
        .arg(folder.join("pages"))
        .stdout(Stdio::null())
        .status()
        .expect("the program");
    assert!(written.success());
    let by_lid = results(browser, &folder, "43532");
    assert!(by_lid.contains("rules/token-user-ambiguous.html") && by_lid.contains("rules/http-504.html"), "{by_lid}");
    let by_text = results(browser, &folder, "USER-context%20in%20the%20%22token%0Ais%20ambig");
    assert!(by_text.contains("rules/token-user-ambiguous.html"), "{by_text}");
    assert!(!by_text.contains("rules/http-504.html"), "{by_text}");
    assert!(!results(browser, &folder, "nothing-has-this-name").contains("<li>"));
}
