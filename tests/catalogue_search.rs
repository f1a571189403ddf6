//! The catalogue's search, run as a browser runs it: the index and `search.js`, with what people type and paste.
//!
//! Needs `node`; where there is none, a test says so and checks nothing.

mod common;

use common::pages::Site;
use freebusy::rules::model::{Confidence, Test};
use freebusy::text::fold::fold;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Scripts of a catalogue in a folder.
struct Scripts {
    folder: PathBuf,
    site: Site,
}

impl Scripts {
    fn new(test: &str) -> Option<Self> {
        if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no `node` to run the catalogue's search with");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("catalogue-search-{test}"));
        fs::create_dir_all(&folder).expect("a folder");
        let site = Site::built_in();
        for name in ["search.js", "search-index.js"] {
            fs::write(folder.join(name), site.page(name)).expect("a file");
        }
        Some(Self { folder, site })
    }

    /// What a piece of JavaScript makes of some texts: it sees one as `text`, and its value is a list of strings.
    fn run(&self, expression: &str, texts: &[&str]) -> Vec<Vec<String>> {
        let script = format!(
            "require('./search-index.js'); require('./search.js');
             const {{ search, fold }} = globalThis.freebusySearch;
             const index = globalThis.freebusyIndex;
             const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
             process.stdout.write(JSON.stringify(texts.map((text) => {expression})));"
        );
        let mut node = Command::new("node");
        node.args(["-e", &script]).current_dir(&self.folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().expect("node");
        let input = serde_json::to_vec(texts).expect("JSON");
        child.stdin.take().expect("its input").write_all(&input).expect("the texts");
        let output = child.wait_with_output().expect("its output");
        assert!(output.status.success(), "the script failed");
        serde_json::from_slice(&output.stdout).expect("lists of strings")
    }

    /// The rules that a search finds, best first.
    fn search(&self, texts: &[&str]) -> Vec<Vec<String>> {
        self.run("search(index, text).map((found) => found.rule.id)", texts)
    }
}

#[test]
fn a_code_or_a_name_finds_its_rules() {
    let Some(scripts) = Scripts::new("names") else { return };
    for (typed, expected) in [
        ("43532", "token-user-ambiguous"),
        ("LID: 43532", "token-user-ambiguous"),
        ("AADSTS700027", "oauth-key-not-found"),
        ("aadsts 50012", "oauth-key-not-found"),
        ("504", "http-504"),
        ("HTTP status 503", "http-503"),
        ("2000005", "token-user-ambiguous"),
        ("0x80048821", "stored-password-mismatch"),
        ("AddressSpaceNotFoundException", "domain-not-in-org-settings"),
        ("System.Net.Sockets.SocketException", "remote-server-unreachable"),
        ("MSExchange Availability 4002", "remote-server-unreachable"),
        ("preauth-401", "preauth-401"),
        ("working hours", "room-working-hours"),
    ] {
        let found = scripts.search(&[typed]).remove(0);
        assert!(found.contains(&expected.to_owned()), "{typed}: {found:?}");
    }
}

#[test]
fn a_lid_finds_the_rules_that_have_it_and_no_others() {
    let Some(scripts) = Scripts::new("lids") else { return };
    let page = scripts.site.page("lids.md");
    let mut lids = 0;
    for entry in page.split("<a id=\"lid-").skip(1) {
        let lid = entry.split('"').next().expect("a number");
        let mut found = scripts.search(&[lid]).remove(0);
        found.sort();
        let listed: Vec<&str> = entry.split("](rules/").skip(1).filter_map(|rest| rest.split(".md").next()).collect();
        assert_eq!(found, listed, "{lid}");
        lids += 1;
    }
    assert!(lids > 5, "{lids} LIDs only");
}

#[test]
fn a_damaged_piece_of_a_message_finds_its_rule() {
    let Some(scripts) = Scripts::new("pieces") else { return };
    let pieces = [
        "user-context in the token is ambig",
        "USER-CONTEXT IN THE TOKEN IS AMBIGUOUS",
        "user-conte\nxt in the token is am",
        "\u{201c}user-context\u{201d} in   the\u{a0}token is ambiguous\u{201d}.",
        "user&#45;context in the token is ambiguous&quot;",
        "reason=\\\"The user specified by the user-context in the token is ambiguous.\\\"",
    ];
    for (piece, found) in pieces.iter().zip(scripts.search(&pieces)) {
        assert_eq!(found.first().map(String::as_str), Some("token-user-ambiguous"), "{piece}");
    }
}

#[test]
fn a_translated_sentence_finds_its_rule_also_with_damaged_letters() {
    let Some(scripts) = Scripts::new("languages") else { return };
    let sentences = [
        "zugrunde liegende Verbindung wurde geschlossen: Unerwarteter Fehler beim Empfangen",
        "Se ha terminado la conexi\u{f3}n: Error inesperado de recepci\u{f3}n",
        "Se ha terminado la conexi?n: Error inesperado de recepci?n",
        "Se ha terminado la conexion: Error inesperado de recepcion",
    ];
    for (sentence, found) in sentences.iter().zip(scripts.search(&sentences)) {
        assert!(found.iter().take(2).any(|id| id == "connection-closed-on-receive"), "{sentence}: {found:?}");
    }
}

/// The examples stand in the index themselves, so they are hidden from the search here.
#[test]
fn an_example_as_a_whole_paste_finds_its_rule_among_the_first_five() {
    let Some(scripts) = Scripts::new("examples") else { return };
    let rules = &scripts.site.rules;
    // Of a text that is only possible the program itself is not sure, nor is the search.
    let certain = |t: &&Test| t.expect != Some(Confidence::Possible) && t.assume.is_none();
    let examples: Vec<(&str, &str)> = rules
        .iter()
        .flat_map(|r| r.tests.iter().filter(certain).filter_map(|t| Some((r.id.as_str(), t.text.as_deref()?))))
        .collect();
    let texts: Vec<&str> = examples.iter().map(|(_, text)| *text).collect();
    let without = "search({ ...index, rules: index.rules.map((rule) => ({ ...rule, texts: [] })) }, text).map((found) => found.rule.id)";
    let (mut first, mut late) = (0, Vec::new());
    for ((id, text), found) in examples.iter().zip(scripts.run(without, &texts)) {
        let place = found.iter().position(|rule| rule == id);
        if place.is_none_or(|place| place >= 5) {
            late.push(format!("{id} is at {place:?} for\n{text}\n{found:?}"));
        }
        first += usize::from(place == Some(0));
    }
    // The search knows a regex only by its fixed pieces, so a text that nothing else finds comes later.
    assert!(late.len() * 100 <= examples.len(), "{}", late.join("\n\n"));
    assert!(first * 100 >= examples.len() * 95, "{first} of {} are first", examples.len());
}

#[test]
fn what_no_rule_says_finds_nothing() {
    let Some(scripts) = Scripts::new("nothing") else { return };
    let typed = ["", "  \n", "?!", "qwertzuiop asdfghjkl", "99999"];
    for (typed, found) in typed.iter().zip(scripts.search(&typed)) {
        assert!(found.is_empty(), "{typed:?}: {found:?}");
    }
}

#[test]
fn a_paste_of_a_megabyte_is_searched_in_time() {
    let Some(scripts) = Scripts::new("large") else { return };
    let paste = "&#x41; \\u0041 (((((((( 40100 lid lid lid http http ".repeat(20_000);
    assert_eq!(scripts.search(&[&paste]).len(), 1);
}

#[test]
fn the_script_folds_as_the_engine_does() {
    let Some(scripts) = Scripts::new("fold") else { return };
    let shared = freebusy::rules::Rules::built_in().expect("rules").pack().shared().expect("what rules share");
    let mut texts: Vec<&str> = shared.phrases.iter().flat_map(|p| p.variants.iter().map(|v| v.text.as_str())).collect();
    let rules = &scripts.site.rules;
    texts.extend(rules.iter().flat_map(|r| &r.tests).filter_map(|test| test.text.as_deref().or(test.not.as_deref())));
    texts.extend([
        "Gr\u{f6}\u{df}e",
        "\u{141}\u{f3}d\u{17a}",
        "\u{130}stanbul",
        "zuru\u{308}ck",
        "\u{ff21}\u{ff22} \u{fb01} \u{2460}",
    ]);
    for (text, folded) in texts.iter().zip(scripts.run("[fold(text)]", &texts)) {
        assert_eq!(folded, [fold(text)], "{text}");
    }
}

#[test]
fn the_index_stays_small() {
    let site = Site::built_in();
    let size = site.page("search-index.js").len();
    assert!(size < site.rules.len() * 6_000, "{size} bytes for {} rules", site.rules.len());
}
