//! What strangers can write into a log never acts: not in a command, on the terminal, in HTML, in JSON or in Markdown.

mod common;

use common::Catalogue;
use freebusy::facts::Facts;
use freebusy::read::Input;
use freebusy::remedy::{Planner, Values};
use freebusy::report::answer::InputView;
use freebusy::report::{Answer, Format, Renderer, Style};
use freebusy::rules::model::Direction;
use std::collections::BTreeMap;

/// Values that a shell, a terminal, a page or a spreadsheet would run.
const HOSTILE: [&str; 12] = [
    "x'; Remove-Mailbox a; '",
    "x\u{2019}; Remove-Mailbox a; \u{2019}",
    "x\u{2018}; Remove-Mailbox a; \u{201b}",
    "x`nRemove-Mailbox a",
    "$(Remove-Mailbox a)",
    "x;Remove-Mailbox a",
    "x\r\nRemove-Mailbox a",
    "x\u{1b}]0;owned\u{7}\u{1b}[2J",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "x\u{202e}exe.tac",
    "\" & calc & \"",
];

/// A text that gives a certain answer and names the hostile value wherever a log would.
fn paste(hostile: &str) -> String {
    format!(
        "Autodiscover failed for email address {hostile}@contoso.com with error System.Net.WebException: The remote name could \
         not be resolved: '{hostile}.contoso.com' for {hostile} at https://{hostile}/ews. Name of the server where exception \
         originated: {hostile}. LID: 1"
    )
}

fn answer(text: &str, values: Values, format: Format) -> String {
    let catalogue = Catalogue::built_in();
    let input = Input::from_bytes(text.as_bytes().to_vec()).expect("a text");
    let records = input.records();
    let analysis = catalogue.engine.analyse(&records, &[]);
    let planner = Planner::new(catalogue.pack().parameters().expect("parameters"), values);
    let view = InputView { format: "text".into(), encoding: "utf-8".into(), records: records.len() };
    let answer = Answer::new(&catalogue.engine, &analysis, &planner, &input.text, view).expect("an answer");
    let style = Style { width: 100, color: false };
    Renderer::new(Vec::new(), style).answer(&answer, &input.text, "paste", format).expect("a report")
}

fn commands(values: Values, text: &str, direction: Direction) -> Vec<String> {
    let catalogue = Catalogue::built_in();
    let facts = Facts::of(&freebusy::text::Text::new(text));
    let planner = Planner::new(catalogue.pack().parameters().expect("parameters"), values);
    let mut all = Vec::new();
    for rule in catalogue.rules() {
        let plan = planner.plan(rule, &facts, Some(direction)).expect("a plan");
        all.extend(plan.steps.into_iter().flat_map(|s| s.commands).map(|c| c.command));
    }
    all
}

#[test]
fn a_hostile_text_fills_no_command() {
    for hostile in HOSTILE {
        for direction in [Direction::CloudToOnPremises, Direction::OnPremisesToCloud] {
            for command in commands(Values::default(), &paste(hostile), direction) {
                assert!(!command.contains("Remove-Mailbox a"), "{hostile:?}: {command}");
                assert!(!command.contains("calc") && !command.contains("alert"), "{hostile:?}: {command}");
                assert!(!command.contains(['\u{1b}', '\u{202e}']), "{hostile:?}: {command}");
            }
        }
    }
}

/// The guard behind the type check: a name may hold almost anything, and stays one quoted string.
#[test]
fn a_hostile_name_stays_inside_its_quotes() {
    let catalogue = Catalogue::built_in();
    let parameters = catalogue.pack().parameters().expect("parameters");
    for hostile in HOSTILE {
        let set: BTreeMap<String, String> = parameters.iter().map(|p| (p.name.clone(), hostile.to_owned())).collect();
        let mut seen = 0;
        for command in commands(Values { set, ..Values::default() }, "", Direction::CloudToOnPremises) {
            let outside = outside_of_strings(&command);
            assert!(!outside.contains("Remove-Mailbox a"), "{hostile:?}: {command}");
            assert!(!outside.contains("$(Remove") && !outside.contains("calc"), "{hostile:?}: {command}");
            seen += usize::from(
                command.contains("Remove-Mailbox a") || command.contains("calc") || command.contains("alert"),
            );
        }
        let printable = !hostile.contains(['\r', '\u{1b}', '\u{202e}', '<']);
        assert!(!printable || seen > 0, "{hostile:?} reached no command, so this test shows nothing");
    }
}

/// What PowerShell would run: the text without its single-quoted strings, and without what is escaped in double-quoted ones.
fn outside_of_strings(command: &str) -> String {
    let single = |c: char| matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}');
    let double = |c: char| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}');
    let mut out = String::new();
    let mut chars = command.chars().peekable();
    let mut place = ' ';
    while let Some(c) = chars.next() {
        match place {
            ' ' if single(c) => place = '\'',
            ' ' if double(c) => place = '"',
            ' ' if c == '`' => {
                chars.next();
            }
            ' ' => out.push(c),
            '\'' if single(c) => {
                // Two of them are one character of the string.
                if chars.peek().is_some_and(|next| single(*next)) {
                    chars.next();
                } else {
                    place = ' ';
                }
            }
            '"' if c == '`' => {
                chars.next();
            }
            '"' if double(c) => place = ' ',
            // In a double-quoted string PowerShell runs `$(...)`.
            '"' if c == '$' && chars.peek() == Some(&'(') => {
                out.push('$');
                out.extend(chars.by_ref().take_while(|c| *c != ')'));
            }
            _ => {}
        }
    }
    out
}

#[test]
fn the_reader_of_strings_can_fail() {
    assert!(outside_of_strings("Get-Mailbox 'x'; Remove-Mailbox a; ''").contains("Remove-Mailbox a"));
    assert!(outside_of_strings("Get-Mailbox \"x $(Remove-Mailbox a)\"").contains("$(Remove-Mailbox a"));
    assert!(!outside_of_strings("Get-Mailbox 'x''; Remove-Mailbox a; '''").contains("Remove-Mailbox a"));
}

#[test]
fn nothing_from_the_text_acts_on_the_terminal() {
    for hostile in HOSTILE {
        for format in [Format::Text, Format::Brief] {
            let shown = answer(&paste(hostile), Values::default(), format);
            let acting = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!shown.contains(acting), "{hostile:?}: {shown:?}");
        }
    }
}

#[test]
fn html_holds_no_markup_and_no_address_from_the_text() {
    for hostile in HOSTILE {
        let html = answer(&paste(hostile), Values::default(), Format::Html);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("default-src 'none'"));
        for (at, _) in html.match_indices("href=") {
            // minijinja writes `/` as an entity.
            assert!(html[at..].starts_with("href=\"https:&#x2f;&#x2f;"), "{}", &html[at..at + 60]);
        }
    }
    // The guard shows: the same text without markup is there, escaped.
    assert!(answer(&paste("<script>"), Values::default(), Format::Html).contains("&lt;script&gt;"));
}

#[test]
fn json_stays_json() {
    for hostile in HOSTILE {
        let json = answer(&paste(hostile), Values::default(), Format::Json);
        let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(value["schema_version"], 1);
        let acting = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!json.contains(acting), "{hostile:?}");
    }
}

#[test]
fn markdown_holds_no_markup_from_the_text() {
    for hostile in HOSTILE {
        let markdown = answer(&paste(hostile), Values::default(), Format::Markdown);
        let outside: String = markdown.split("```").step_by(2).collect();
        assert!(!outside.contains("<script"), "{markdown}");
        assert!(!markdown.contains(['\u{1b}', '\u{202e}']));
    }
}

#[test]
fn a_value_that_fails_its_type_is_named_in_the_answer() {
    let set = BTreeMap::from([("on_premises_autodiscover_url".to_owned(), "x'; Remove-Mailbox a; '".to_owned())]);
    let text = "Autodiscover failed for email address a@contoso.com with error System.Net.WebException: The remote name could \
                not be resolved: 'mail.contoso.com'";
    let shown = answer(text, Values { set, ..Values::default() }, Format::Text);
    let unwrapped = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        unwrapped.contains("a value for `on_premises_autodiscover_url` was refused: it is no https address"),
        "{shown}"
    );
    assert!(shown.contains("<on-premises Autodiscover URL>"), "{shown}");
}
