//! The page of a scan with a hundred thousand findings in a real browser, opened from the file system.
//!
//! Needs Chromium; where there is none, the test says so and checks nothing. The page's own security policy stays in force: another
//! page holds it in a frame and presses its buttons.

mod common;

use common::scan::{many, rendered, rules, summary};
use freebusy::report::Style;
use freebusy::report::scan::{Asked, ScanFormat};
use freebusy::scan::summary::GroupBy;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn browser() -> Option<&'static str> {
    let runs = |name: &&str| {
        let version = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    };
    NAMES.into_iter().find(runs)
}

/// Presses the buttons and writes down what happened.
const HAND: &str = r#"<!doctype html><meta charset="utf-8"><iframe id="frame" src="report.html" width="1200" height="900"></iframe>
<pre id="seen"></pre>
<script>
const wait = (time) => new Promise((done) => setTimeout(done, time));
frame.addEventListener("load", async () => {
  const page = frame.contentDocument;
  const table = (name) => page.querySelector(`table[data-table="${name}"]`);
  const column = (name, at) => Array.from(table(name).tBodies[0].rows, (row) => row.cells[at].dataset.sort ?? row.cells[at].textContent);
  const press = (name, at) => table(name).tHead.rows[0].cells[at].querySelector("button").click();
  const seen = { rows: column("findings", 0).length, servers: new Set(column("findings", 2)).size };
  press("failures", 1);
  seen.mostFirst = column("failures", 1).map(Number);
  press("failures", 1);
  seen.leastFirst = column("failures", 1).map(Number);
  seen.said = table("failures").tHead.rows[0].cells[1].getAttribute("aria-sort");
  const start = performance.now();
  press("findings", 2);
  seen.milliseconds = performance.now() - start;
  const sorted = column("findings", 2);
  seen.byServer = sorted.every((name, at) => at === 0 || sorted[at - 1] <= name);
  const filter = page.getElementById("filter-findings");
  filter.value = "ex03 401";
  filter.dispatchEvent(new Event("input"));
  await wait(600);
  const left = Array.from(table("findings").tBodies[0].rows).filter((row) => !row.hidden);
  seen.left = left.length;
  seen.onlyTheRight = left.every((row) => row.textContent.includes("EX03"));
  seen.status = filter.parentElement.querySelector("[role=status]").textContent;
  document.getElementById("seen").textContent = "SEEN" + JSON.stringify(seen) + "END";
});
</script>
"#;

#[test]
fn the_page_opens_sorts_and_filters_without_a_server() {
    let Some(browser) = browser() else {
        eprintln!("skipped: there is no Chromium to open the page with");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan-browser");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let rules = rules();
    let counted = summary(&many(&rules, 100_000), GroupBy::Server);
    let style = Style { width: 100, color: false };
    let html = rendered(&rules, &counted, Asked::default(), ScanFormat::Html, style);
    fs::write(folder.join("report.html"), html).expect("the page");
    fs::write(folder.join("hand.html"), HAND).expect("the hand");
    let run = |arguments: &[&str], page: &str| {
        let address = format!("file://{}", folder.join(page).display().to_string().replace('\\', "/"));
        let output = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            // The frame is a file too; without this every file is a world of its own.
            .arg("--allow-file-access-from-files")
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .args(arguments)
            .arg(address)
            .stderr(Stdio::null())
            .output()
            .expect("the browser");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let dom = run(&["--virtual-time-budget=20000", "--dump-dom"], "hand.html");
    let seen = dom.split("<pre id=\"seen\">SEEN").nth(1).and_then(|rest| rest.split("END</pre>").next());
    let seen = seen.unwrap_or_else(|| panic!("the page did not answer: {dom}"));
    let seen: serde_json::Value = serde_json::from_str(seen).expect("JSON");
    let numbers =
        |key: &str| -> Vec<u64> { seen[key].as_array().expect(key).iter().filter_map(|n| n.as_u64()).collect() };
    let (most, least) = (numbers("mostFirst"), numbers("leastFirst"));
    assert!(most.len() > 5 && most.is_sorted_by(|a, b| a >= b) && least.is_sorted(), "{seen}");
    assert_eq!(seen["said"], "ascending");
    assert_eq!((seen["byServer"].as_bool(), seen["onlyTheRight"].as_bool()), (Some(true), Some(true)), "{seen}");
    let (rows, left) = (seen["rows"].as_u64().expect("rows"), seen["left"].as_u64().expect("left"));
    assert!(rows > 4_000 && left > 0 && left < rows, "{seen}");
    assert_eq!(seen["status"], format!("{left} of {rows} rows"));
    let picture = folder.join("report.png");
    run(&[&format!("--screenshot={}", picture.display()), "--window-size=1280,2400"], "report.html");
    assert!(fs::metadata(&picture).is_ok_and(|file| file.len() > 20_000), "a picture");
    eprintln!("{} sorts {rows} rows in {} ms", picture.display(), seen["milliseconds"]);
}
