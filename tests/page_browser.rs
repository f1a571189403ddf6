//! The page of `freebusy serve` in a real browser, doing what a person does.
//!
//! Needs Chromium and chromedriver; where there are none, the tests say so and check nothing (with FREEBUSY_BROWSER=1 they fail). The
//! pictures lie in `target/tmp/page`.
#![cfg(feature = "serve")]

mod common;

use common::server::Server;
use common::webdriver::{Browser, CONTROL, Crashed, ENTER, SPACE, TAB, is_there};
use serde_json::Value;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const AMBIGUOUS: &str = include_str!("../samples/ambiguous-user.txt");
const UNSURE: &str = include_str!("../samples/only-a-sentence.txt");

/// Output of a cmdlet, with something in it that is not as documented.
const OUTPUT: &str = "[PS] C:\\>Get-OrganizationRelationship | Format-List\r\n\r\nName                  : Cloud\r\nDomainNames           : \
    {fabrikam.mail.onmicrosoft.com}\r\nFreeBusyAccessEnabled : False\r\nFreeBusyAccessLevel   : None\r\nEnabled               : True\r\n";

/// A browser takes a processor for itself: one test after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Desk {
    browser: Browser,
    server: Server,
    _turn: MutexGuard<'static, ()>,
}

/// A server, and a browser that shows its first page.
fn desk(name: &str, script: bool) -> Option<Desk> {
    if !is_there() {
        return None;
    }
    let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Server::start(&format!("page-{name}"), &[]);
    let browser = Browser::open(&folder().join(name), script);
    browser.go(&server.url("/"));
    Some(Desk { browser, server, _turn: turn })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("page")
}

impl Desk {
    /// Pastes a text, as a person does who pastes: all at once.
    fn paste(&self, text: &str) {
        self.browser.find("#text-1");
        self.browser.run(&format!("document.getElementById('text-1').value = {}", serde_json::json!(text)));
    }

    /// Has a text explained; the answer's title.
    fn explain(&self, text: &str) -> String {
        self.paste(text);
        // So that no answer to an earlier question is read for this one.
        self.browser.run("document.getElementById('answer').replaceChildren()");
        self.browser.click("#ask button.main");
        self.browser.text("#answer-title")
    }

    fn commands(&self) -> String {
        self.browser
            .run("return Array.from(document.querySelectorAll('code[data-live]'), (c) => c.textContent).join('\\n')")
            .to_string()
    }

    /// Drops a file on the page.
    fn drop_file(&self, name: &str, text: &str) {
        self.browser.run(&format!(
            "const files = new DataTransfer(); files.items.add(new File([{}], {}));
             const drop = new DragEvent('drop', {{ dataTransfer: files, bubbles: true, cancelable: true }});
             document.body.dispatchEvent(drop);",
            serde_json::json!(text),
            serde_json::json!(name)
        ));
    }
}

#[test]
fn a_person_pastes_an_error_fills_the_commands_and_ticks_the_steps() {
    let Some(desk) = desk("paste", true) else { return };
    let browser = &desk.browser;
    assert_eq!(desk.explain(AMBIGUOUS), "Two on-premises objects answer to the user in the token");
    assert_eq!(browser.text(".verdict"), "Certain");
    assert_eq!(browser.text(".evidence mark"), "user-context in the token is ambiguous");
    // A value goes into every command at once, quoted by the engine.
    let before = desk.commands();
    assert_eq!(before.matches("<on-premises user''s UPN>").count(), 2, "{before}");
    assert_eq!(before.matches("ben@contoso.com").count(), 5, "the text names the mailbox: {before}");
    browser.type_into("#set-on_premises_upn", "o'neil@corp.contoso.com");
    browser.until("the commands are filled", || desk.commands().contains("o''neil@corp.contoso.com").then_some(()));
    assert_eq!(desk.commands().matches("o''neil@corp.contoso.com").count(), 2, "{}", desk.commands());
    assert!(!desk.commands().contains("user''s UPN>"), "{}", desk.commands());
    assert_eq!(browser.run("return document.activeElement.id"), "set-on_premises_upn", "the cursor stays");
    browser.type_into("#set-on_premises_mailbox", "-x");
    browser.until("the value is refused", || {
        let said = browser.text("#said-on_premises_mailbox");
        (said.contains("Not taken") && said.contains("From your text: ben@contoso.com")).then_some(())
    });
    // A command is copied, and is what stands there.
    browser.permit("clipboard-read");
    browser.permit("clipboard-write");
    browser.click("[data-copy=command-1-1]");
    browser.until("it is said", || browser.text("#waiting").contains("copied").then_some(()));
    let copied = browser.wait_for("return navigator.clipboard.readText()");
    assert_eq!(copied, browser.run("return document.getElementById('command-1-1').textContent"));
    assert!(copied.as_str().is_some_and(|text| text.contains("o''neil@corp.contoso.com")), "{copied}");
    // A step that is ticked stays ticked, and stands in the ticket.
    browser.click("li.step:nth-child(2) input[name=done]");
    browser.until("the ticket says it", || {
        let ticket = browser.run("return document.getElementById('ticket').value");
        ticket.as_str().is_some_and(|ticket| ticket.contains("Done so far:\n\n- 2. ")).then_some(())
    });
    browser.reload();
    let ticked = "return Array.from(document.querySelectorAll('input[name=done]'), (tick) => tick.checked).join()";
    browser.find("#answer-title");
    assert_eq!(browser.run(ticked), "false,true,false,false,false");
    assert!(desk.commands().contains("o''neil@corp.contoso.com"), "the case is still there");
    // What came out of a step leads on, and ticks it.
    let way = "#step-find-duplicates .way[href^='#step-']";
    let to = browser.run(&format!("return document.querySelector(\"{way}\").getAttribute('href')"));
    browser.click(way);
    browser.until("the step is shown", || browser.address().ends_with(to.as_str().unwrap_or("?")).then_some(()));
    assert_eq!(browser.run("return '#' + document.activeElement.id"), to);
    assert_eq!(browser.run(ticked), "true,true,false,false,false");
    // The server keeps nothing: what is forgotten is gone.
    browser.click("#forget");
    browser.reload();
    assert_eq!((browser.count("#answer-title"), browser.run("return localStorage.length")), (0, 0.into()));
}

#[test]
fn what_is_not_certain_is_asked_and_names_become_pseudonyms() {
    let Some(desk) = desk("unsure", true) else { return };
    let browser = &desk.browser;
    let title = desk.explain(UNSURE);
    assert!(title.contains("does not prove"), "{title}");
    assert!(browser.text(".question").contains("What decides"));
    browser.click("[data-assume]");
    browser.until("the answer is certain", || (browser.text(".verdict") == "Certain").then_some(()));
    // One more text of the same case.
    browser.click("#more");
    assert_eq!(browser.run("return document.activeElement.id"), "text-2");
    browser.type_into("#text-2", "Name : Microsoft\nDomainNames : {fabrikam.com}\nFreeBusyAccessEnabled : False\n");
    desk.explain(&AMBIGUOUS.replace("contoso", "tailspintoys"));
    browser.until("both texts are read", || {
        browser.run("return document.body.innerText").to_string().contains("FreeBusyAccessEnabled").then_some(())
    });
    let shows =
        |word: &str| browser.run("return document.getElementById('answer').textContent").to_string().contains(word);
    assert!(shows("ben@tailspintoys.com"));
    browser.click("#redact");
    browser.until("names are pseudonyms", || (!shows("tailspintoys")).then_some(()));
    assert!(shows("user1@domain1.example"));
}

#[test]
fn a_dropped_log_shows_its_findings() {
    let Some(desk) = desk("drop", true) else { return };
    let browser = &desk.browser;
    let line = |minute: u32| format!("2026-11-22 10:{minute:02}:00 EX01 {}\r\n", AMBIGUOUS.replace(['\r', '\n'], " "));
    desk.drop_file("app.log", &(0..30).map(line).collect::<String>());
    let title = browser.text("#scan h1");
    assert!(title.contains("of 1 failure"), "{title}");
    assert!(browser.text("#scan").contains("token-user-ambiguous"));
    assert!(browser.count("#scan svg rect") > 0, "its charts are there");
    browser.find("#scan table th button");
    assert!(browser.run("return getComputedStyle(document.querySelector('#scan .spark')).width !== 'auto'") == true);
    // Back to what was pasted.
    browser.click("#scan .tools button");
    assert_eq!(browser.run("return document.activeElement.id"), "text-1");
    desk.drop_file("empty.log", "");
    browser.until("the report says why it is empty", || browser.text("#scan").contains("empty.log").then_some(()));
}

#[test]
fn a_rule_is_found_by_its_lid() {
    let Some(desk) = desk("lid", true) else { return };
    let browser = &desk.browser;
    browser.click("nav a[href='/catalogue/index.html']");
    browser.type_into("#query", "43532");
    browser.click("#results a[href='rules/token-user-ambiguous.html']");
    assert_eq!(browser.text("h1"), "Two on-premises objects answer to the user in the token");
    browser.click(".brand");
    browser.click("nav a[href='/find']");
    browser.type_into("#q", "LID 43532\u{e007}");
    browser.click(".rules a[href$='/token-user-ambiguous.html']");
    assert_eq!(browser.text("h1"), "Two on-premises objects answer to the user in the token");
}

#[test]
fn everything_can_be_done_by_keyboard() {
    let Some(desk) = desk("keyboard", true) else { return };
    let browser = &desk.browser;
    let at = || {
        browser.run(
            "const e = document.activeElement; return e.id || e.dataset.copy || e.name || e.className || e.textContent",
        )
    };
    // The first key of all skips what is above.
    browser.press(&[TAB]);
    assert_eq!(at(), "skip");
    browser.press(&[ENTER]);
    let to = |what: &str| {
        for _ in 0..80 {
            if at() == what {
                return;
            }
            browser.press(&[TAB]);
        }
        panic!("no way by keyboard to {what}");
    };
    to("text-1");
    let outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, "solid", "where the cursor is can be seen");
    browser.run(&format!("document.activeElement.value = {}", serde_json::json!(AMBIGUOUS)));
    browser.press_with(CONTROL, ENTER);
    browser.until("the answer has the cursor", || (at() == "answer-title").then_some(()));
    to("set-on_premises_mailbox");
    browser.press(&["a", "@", "b", ".", "d", "e"]);
    browser.until("the commands are filled", || desk.commands().contains("a@b.de").then_some(()));
    browser.permit("clipboard-read");
    browser.permit("clipboard-write");
    to("command-1-1");
    browser.press(&[ENTER]);
    browser.until("it is said", || browser.text("#waiting").contains("copied").then_some(()));
    assert!(browser.wait_for("return navigator.clipboard.readText()").to_string().contains("a@b.de"));
    to("way");
    browser.press(&[ENTER]);
    browser.until("the way leads on", || browser.address().contains('#').then_some(()));
    to("done");
    browser.press(&[SPACE]);
    assert_eq!(browser.run("return document.activeElement.checked"), true);
}

#[test]
fn everything_is_there_without_javascript() {
    let Some(desk) = desk("plain", false) else { return };
    let browser = &desk.browser;
    assert_eq!(browser.count("button[data-script]:not([hidden])"), 0, "nothing is offered that does nothing");
    browser.type_into("#text-1", AMBIGUOUS);
    browser.click("#ask button.main");
    assert_eq!(browser.text("#answer-title"), "Two on-premises objects answer to the user in the token");
    assert!(browser.text(".evidence mark").contains("user-context in the token is ambiguous"));
    // Values, ticks and the text come along when the form is sent again.
    browser.type_into("#set-on_premises_mailbox", "o'neil@contoso.com");
    browser.click("li.step:nth-child(2) input[name=done]");
    browser.click("[data-plain] button");
    browser.until("the commands are filled", || {
        browser.text("#command-1-1").contains("o''neil@contoso.com").then_some(())
    });
    assert_eq!(browser.count("li.step:nth-child(2) input[name=done]:checked"), 1);
    assert_eq!(browser.count("input[name=done]:checked"), 1);
    browser.click("#step-find-duplicates .way[href^='#step-']");
    assert!(browser.address().contains("#step-"));
    assert_eq!(browser.count(".end:target"), 0);
    browser.click("#more");
    browser.find("#text-2");
    browser.find("#answer-title");
    // Rules, a code, and logs.
    browser.go(&desk.server.url("/find?q=43532"));
    browser.click(".rules a[href$='/token-user-ambiguous.html']");
    assert_eq!(browser.text("h1"), "Two on-premises objects answer to the user in the token");
    let log = folder().join("plain.log");
    fs::write(&log, AMBIGUOUS.replace(['\r', '\n'], " ")).expect("a log");
    browser.go(&desk.server.url("/"));
    browser.click("#files summary");
    browser.type_into("#file", &log.display().to_string());
    browser.click("#scan-files");
    browser.until("the report is shown", || browser.text("h1").contains("of 1 failure").then_some(()));
    assert!(browser.text("#failures").contains("token-user-ambiguous"));
}

#[test]
fn nothing_that_is_pasted_runs() {
    let Some(desk) = desk("hostile", true) else { return };
    let browser = &desk.browser;
    for hostile in [
        "<script>window.hit = 1</script>",
        "\"><img src=x onerror=window.hit=1>",
        "</textarea><svg onload=window.hit=1>",
        "<a href=\"javascript:window.hit=1\" autofocus onfocus=window.hit=1>x</a>",
        "{{ constructor.constructor('window.hit=1')() }}${window.hit=1}",
        "<iframe srcdoc=\"<script>parent.hit=1</script>\"></iframe>",
    ] {
        let title = desk.explain(&format!("{hostile}\n{AMBIGUOUS}\n{hostile}"));
        assert!(title.contains("Two on-premises objects"), "{title}");
        browser.run(&format!(
            "const field = document.getElementById('set-on_premises_mailbox'); field.value = {};
             field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
            serde_json::json!(hostile)
        ));
        browser.until("the value is refused", || {
            browser.text("#said-on_premises_mailbox").contains("Not taken").then_some(())
        });
        desk.drop_file(&format!("{hostile}.log"), &format!("{hostile} {AMBIGUOUS}"));
        browser.find("#scan h1");
        browser.click("#scan .tools button");
        assert_eq!(browser.run("return window.hit ?? null"), Value::Null, "{hostile}");
        let strange =
            "return document.querySelectorAll('main img, main iframe, main svg[onload], a[href^=javascript]').length";
        assert_eq!(browser.run(strange), 0, "{hostile}");
    }
    // And if something slipped through, the page's policy would stop it.
    browser
        .run("const s = document.createElement('script'); s.textContent = 'window.hit = 2'; document.body.append(s)");
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit = 3\">')");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(browser.run("return window.hit ?? null"), Value::Null);
}

/// Pages as a person comes to them, each with its name; up to the first that cannot be looked at.
fn pages<E>(desk: &Desk, mut look: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let browser = &desk.browser;
    browser.go(&desk.server.url("/healthz"));
    browser.run("localStorage.clear()");
    browser.go(&desk.server.url("/"));
    look("empty")?;
    desk.explain(AMBIGUOUS);
    browser.type_into("#set-on_premises_mailbox", "ben@contoso.com");
    browser.until("the commands are filled", || desk.commands().contains("SMTP:ben@contoso.com").then_some(()));
    browser.click("li.step:nth-child(1) input[name=done]");
    look("certain")?;
    browser.click("#forget");
    desk.explain(UNSURE);
    look("possible")?;
    browser.click("#forget");
    desk.explain("The printer is out of paper.");
    look("none")?;
    browser.click("#forget");
    desk.explain(OUTPUT);
    look("output")?;
    let log: String = (0..40)
        .map(|n| {
            format!("2026-11-{:02} 10:00:00 EX0{} {}\r\n", 1 + n % 20, n % 3, AMBIGUOUS.replace(['\r', '\n'], " "))
        })
        .collect();
    desk.drop_file("app.log", &log);
    browser.find("#scan h1");
    browser.until("the tables sort", || (browser.count("#scan th button") > 0).then_some(()));
    look("scan")?;
    for (name, path) in [
        ("catalogue", "/catalogue/index.html"),
        ("rule", "/catalogue/rules/token-user-ambiguous.html"),
        ("lids", "/catalogue/lids.html"),
        ("find", "/find?q=43532"),
        ("missing", "/nothing"),
    ] {
        browser.go(&desk.server.url(path));
        look(name)?;
    }
    Ok(())
}

#[test]
fn no_page_has_a_fault_that_axe_finds() {
    let Some(desk) = desk("axe", true) else { return };
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../axe-core/package/axe.min.js");
    let Ok(axe) = fs::read_to_string(&beside) else {
        let asked = std::env::var("FREEBUSY_BROWSER").is_ok_and(|value| value == "1");
        assert!(!asked, "there is no axe-core at {}", beside.display());
        eprintln!("skipped: there is no axe-core at {} (.ci/run fetches it)", beside.display());
        return;
    };
    let mut faults = Vec::new();
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 360)] {
        desk.browser.look(scheme, width, false);
        let Ok(()) = pages(&desk, |name| {
            desk.browser.run(&axe);
            let found = desk.browser.wait_for(
                "const { violations } = await axe.run(); return violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map((n) => n.html + ' ' + n.failureSummary).join(' | '))",
            );
            for fault in found.as_array().unwrap_or_else(|| panic!("{name}: {found}")) {
                faults.push(format!("{name}, {scheme}, {width}: {fault}"));
            }
            Ok::<(), Infallible>(())
        });
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_pages_have_their_pictures_taken() {
    for (scheme, width, paper, name) in [
        ("light", 1280, false, "light"),
        ("dark", 1280, false, "dark"),
        ("light", 360, false, "narrow"),
        ("light", 800, true, "paper"),
    ] {
        let taken = || {
            let desk = desk(&format!("pictures-{name}"), true)?;
            desk.browser.look(scheme, width, false);
            Some(pages(&desk, |page| {
                desk.browser.look(scheme, width, paper);
                let across = desk.browser.run("return document.documentElement.scrollWidth - innerWidth").as_i64();
                assert!(
                    paper || across.is_some_and(|across| across <= 0),
                    "{page} is wider than a screen of {width}: {across:?}"
                );
                desk.browser.picture(&folder().join(format!("{page}-{name}.png")))?;
                desk.browser.look(scheme, width, false);
                Ok(())
            }))
        };
        let Some(mut pictures) = taken() else { return };
        // A tab that crashes where memory is short is opened once more.
        if let (Err(Crashed), Some(again)) = (&pictures, taken()) {
            pictures = again;
        }
        assert!(pictures.is_ok(), "{name}: Chromium's tab crashed twice");
    }
    eprintln!("the pictures lie in {}", folder().display());
}
