//! The commands for rule authors, as they are run: `rules new`, `test`, `diff`, `schema`, `check --watch`, `explain --why-not`.

mod common;

use common::Catalogue;
use freebusy::engine::Missing;
use freebusy::read::Input;
use freebusy::rules::model::{Confidence, Head};
use freebusy::rules::parse_rule;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// An empty folder of a test's own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("freebusy-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a file")
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_freebusy"));
        command.args(line.split(' ')).current_dir(&self.0).env("NO_COLOR", "1").env("XDG_CONFIG_HOME", "/nonexistent");
        command.env("APPDATA", "/nonexistent").stdin(Stdio::null());
        command
    }

    /// Runs a line: its exit code, and what it prints, errors last.
    fn run(&self, line: &str) -> (i32, String) {
        let output = self.command(line).output().expect("freebusy runs");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        (output.status.code().expect("an exit code"), text.replace("\r\n", "\n"))
    }

    fn json(&self, line: &str) -> (i32, Value) {
        let (code, text) = self.run(line);
        (code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}\n{text}")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A rule about a failure that nobody has.
fn rule(id: &str, middle: &str, tests: &str) -> String {
    format!(
        "id: {id}\ntitle: The branch relay of Fabrikam refuses the envelope\narea: free-busy\n\
         direction: [cloud-to-on-premises]\nauth: []\n{middle}question: Does it refuse?\nsummary: It refuses.\n\
         cause: It is set so.\nverify: Look again.\nsteps:\n  - id: look\n    title: Look at the relay\n    \
         effect: read-only\n    text: Look at its lamp.\n    expect: It is green.\nreferences:\n  - title: Handbook\n    \
         url: https://handbook.fabrikam.com/relays\nreviewed: 2026-11-22\ntests:\n{tests}"
    )
}

const SIGNATURE: &str = "signature:\n  text: branch relay quarantined the hybrid envelope\n";
const POSITIVE: &str = "  - text: The branch relay quarantined the hybrid envelope.\n";
const NEAR_MISS: &str = "  - not: The branch relay delivered the hybrid envelope.\n    why: all is well\n";

/// A folder with one rule.
fn with_rule(name: &str, middle: &str, tests: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("rules/free-busy/relay-refuses.yaml", rule("relay-refuses", middle, tests));
    folder
}

mod new {
    use super::*;

    const FILE: &str = "rules/free-busy/proxy-asleep.yaml";
    const LINE: &str = "rules new proxy-asleep --area free-busy --dir rules";

    #[test]
    fn a_file_without_an_error_says_todo_where_only_a_person_knows() {
        let folder = Folder::new("new-empty");
        let (code, said) = folder.run(LINE);
        assert_eq!(code, 0, "{said}");
        assert!(said.starts_with("wrote rules"), "{said}");
        assert!(folder.read(FILE).contains("text: TODO a sentence of the error"));
        assert!(folder.0.join("rules/rule.schema.json").is_file(), "the schema that the first line names");
    }

    #[test]
    fn standard_input_is_a_source_like_another() {
        let folder = Folder::new("new-stdin");
        let mut child =
            folder.command(&format!("{LINE} --from -")).stdin(Stdio::piped()).spawn().expect("freebusy runs");
        child.stdin.take().expect("a pipe").write_all(b"The branch relay quarantined the envelope.").expect("a pipe");
        assert!(child.wait().expect("an end").success());
        let rule = parse_rule(FILE, &folder.read(FILE).replace("[TODO]", "[setup]")).expect("a rule");
        assert_eq!(
            rule.tests[0].text.as_deref().map(str::trim_end),
            Some("The branch relay quarantined the envelope.")
        );
    }

    #[test]
    fn what_cannot_be_is_refused_and_nothing_is_written() {
        let folder = Folder::new("new-refused");
        for (line, reason) in [
            ("rules new Proxy_Asleep --area free-busy --dir rules", "`Proxy_Asleep` cannot be an id"),
            ("rules new proxy-asleep --area ../etc --dir rules", "`../etc` cannot be an area"),
            ("rules new preauth-401 --area free-busy --dir rules", "a shipped rule has the id `preauth-401`"),
            ("rules new proxy-asleep --area free-busy --dir rules --from absent.txt", "absent.txt"),
        ] {
            let (code, said) = folder.run(line);
            assert_eq!(code, 2, "{line}: {said}");
            assert!(said.contains(reason), "{line}: {said}");
        }
        assert!(!folder.0.join("rules").exists());
    }

    #[test]
    fn a_file_that_exists_is_left_alone() {
        let folder = Folder::new("new-exists");
        folder.write(FILE, "mine\n");
        let (code, said) = folder.run(LINE);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("exists already"), "{said}");
        assert_eq!(folder.read(FILE), "mine\n");
    }

    #[test]
    fn a_paste_comes_back_whole_whatever_it_looks_like() {
        let long = format!("Long line {}", "of a response ".repeat(15_000));
        let pastes = [
            "- a: [\n  b: {\n",
            "\tA tab in front, and\tone inside",
            "   blanks in front\nand not here\n      and here",
            "{{ x }} and {% raw %} and {# y #}",
            "key: value # no comment\n--- \n...\n%YAML 1.2\n&a *a !!str",
            "one\r\ntwo\r\n\r\nthree",
            "'single' \"double\" \\ back | > @ `",
            "\n\nempty lines around\n\n\n",
            "ends with blanks   \n  \nand goes on",
            "a bell \u{7} and an escape \u{1b}[31m and a separator \u{2028} here",
            long.as_str(),
        ];
        for (n, paste) in pastes.iter().enumerate() {
            let folder = Folder::new(&format!("new-paste-{n}"));
            folder.write("error.txt", paste);
            let (code, said) = folder.run(&format!("{LINE} --from error.txt"));
            assert_eq!(code, 0, "{paste:.80}: {said}");
            let text = folder.read(FILE);
            let rule = parse_rule(FILE, &text.replace("[TODO]", "[setup]"))
                .unwrap_or_else(|error| panic!("{paste:.80}: {error}\n{text:.2000}"));
            let read = Input::from_bytes(paste.as_bytes().to_vec()).expect("a text").text.replace("\r\n", "\n");
            let got = rule.tests[0].text.as_deref().unwrap_or_default();
            assert_eq!(got.trim_matches('\n'), read.trim_matches('\n'), "{text:.2000}");
        }
    }

    /// The codes that a draft is reported for, while its TODOs are open.
    const TODO: [&str; 4] = ["todo-left", "unknown-value", "no-near-miss", "test-form"];

    #[test]
    fn a_draft_from_any_documented_error_reads_checks_and_finds_it() {
        let catalogue = Catalogue::built_in();
        let folder = Folder::new("new-all");
        let mut proposed = Vec::new();
        for rule in catalogue.rules() {
            let text = rule.tests.iter().find_map(|test| test.text.as_ref()).expect("a text");
            folder.write("error.txt", text);
            let id = format!("new-{}", rule.id);
            let (code, said) = folder.run(&format!("rules new {id} --area {} --dir rules --from error.txt", rule.area));
            assert_eq!(code, 0, "{id}: {said}");
            let name = format!("rules/{}/{id}.yaml", rule.area);
            let draft = parse_rule(&name, &folder.read(&name).replace("[TODO]", "[setup]"));
            let draft = draft.unwrap_or_else(|error| panic!("{id}: {error}"));
            let todo = draft.signature.text.as_ref().is_some_and(|text| text.starts_with("TODO"));
            if todo {
                // What cannot be told must not be guessed; the text is there all the same.
                folder.write(&name, folder.read(&name).replace("text: TODO a sentence", "text: zebra crossing relay"));
            } else {
                proposed.push((id, text.clone()));
            }
        }
        assert!(proposed.len() >= 40, "a signature is proposed for {} of 49 errors only", proposed.len());
        let (_, report) = folder.json("rules check rules --format json");
        let findings = report["diagnostics"].as_array().expect("diagnostics");
        let other: Vec<String> = findings
            .iter()
            .filter(|finding| !TODO.contains(&finding["code"].as_str().unwrap_or_default()))
            .map(ToString::to_string)
            .collect();
        assert!(other.is_empty(), "{}", other.join("\n"));
        // The directions are open; everything else loads as it is.
        for (id, text) in proposed {
            let area =
                catalogue.rules().iter().find(|rule| format!("new-{}", rule.id) == id).expect("a rule").area.clone();
            let name = format!("rules/{area}/{id}.yaml");
            let one = Folder::new(&format!("new-one-{id}"));
            one.write(&name, folder.read(&name).replace("[TODO]", "[setup]"));
            one.write("error.txt", &text);
            let (code, why) = one.json(&format!("explain error.txt --rules rules --format json --why-not {id}"));
            assert_eq!((code, &why["signature"]["holds"]), (0, &Value::Bool(true)), "{id}: {why}\n{text}");
        }
    }
}

mod test {
    use super::*;

    #[test]
    fn all_is_well_with_a_sound_rule() {
        let folder = with_rule("test-sound", SIGNATURE, &format!("{POSITIVE}{NEAR_MISS}"));
        let (code, said) = folder.run("rules test --mutate --coverage --overlap");
        assert_eq!(code, 0, "{said}");
        assert!(said.ends_with(" and 104 rules: all is well\n"), "{said}");
    }

    #[test]
    fn a_text_that_is_not_found_shows_what_was_expected_and_what_came_out() {
        let folder =
            with_rule("test-positive", SIGNATURE, &format!("{POSITIVE}  - text: The relay slept.\n{NEAR_MISS}"));
        let (code, said) = folder.run("rules test");
        assert_eq!(code, 1, "{said}");
        for part in ["error[test-failed]", "expected `relay-refuses`, certain, got no match", "The relay slept."] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let (code, report) = folder.json("rules test --format json");
        assert_eq!((code, &report["diagnostics"][0]["code"]), (1, &Value::from("test-failed")), "{report}");
        assert!(report["tests"].as_u64().is_some_and(|tests| tests > 600), "{report}");
    }

    #[test]
    fn a_near_miss_that_is_found_shows_the_words_that_misled() {
        let wrong = "  - not: Yesterday the branch relay quarantined the hybrid envelope.\n    why: a story\n";
        let folder = with_rule("test-near-miss", SIGNATURE, &format!("{POSITIVE}{wrong}"));
        let (code, said) = folder.run("rules test");
        assert_eq!(code, 1, "{said}");
        let line = said.lines().position(|line| line.contains("- not: Yesterday")).expect("the line");
        let below: Vec<&str> = said.lines().collect();
        assert!(below[line + 1].contains("^^^^^^^^") && below[line + 1].contains("this gives"), "{said}");
    }

    #[test]
    fn a_rule_that_takes_over_a_shipped_one_s_errors_is_reported() {
        let greedy = "signature:\n  text: user-context in the token is ambiguous\noutranks: [token-user-ambiguous]\n";
        let tests =
            "  - text: The user-context in the token is ambiguous.\n  - not: Nothing.\n    why: it is nothing\n";
        let folder = with_rule("test-greedy", greedy, tests);
        let (code, said) = folder.run("rules test");
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("token-user-ambiguous (built in)"), "{said}");
    }

    #[test]
    fn a_guard_that_no_test_needs_is_reported_until_one_does() {
        let guarded = "signature:\n  text: branch relay quarantined the hybrid envelope\n  none:\n    - text: for training only\n";
        let folder = with_rule("test-mutate", guarded, &format!("{POSITIVE}{NEAR_MISS}"));
        assert_eq!(folder.run("rules test").0, 0);
        let (code, said) = folder.run("rules test --mutate");
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("error[untested-guard]: without this exclusion"), "{said}");
        let near = "  - not: The branch relay quarantined the hybrid envelope, for training only.\n    why: training\n";
        folder
            .write("rules/free-busy/relay-refuses.yaml", rule("relay-refuses", guarded, &format!("{POSITIVE}{near}")));
        let (code, said) = folder.run("rules test --mutate");
        assert_eq!(code, 0, "{said}");
    }

    #[test]
    fn a_branch_that_no_test_goes_is_reported_until_one_does() {
        let branches = "signature:\n  any:\n    - text: branch relay quarantined the hybrid envelope\n    - text: hybrid envelope is in quarantine\n";
        let folder = with_rule("test-coverage", branches, &format!("{POSITIVE}{NEAR_MISS}"));
        assert_eq!(folder.run("rules test --mutate").0, 0);
        let (code, said) = folder.run("rules test --coverage");
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("error[untested-branch]: without this branch"), "{said}");
        let more = "  - text: The hybrid envelope is in quarantine.\n";
        let tests = format!("{POSITIVE}{more}{NEAR_MISS}");
        folder.write("rules/free-busy/relay-refuses.yaml", rule("relay-refuses", branches, &tests));
        let (code, said) = folder.run("rules test --coverage");
        assert_eq!(code, 0, "{said}");
    }

    #[test]
    fn two_rules_that_are_certain_of_one_text_are_reported_until_one_is_the_answer() {
        let folder = with_rule("test-overlap", SIGNATURE, &format!("{POSITIVE}{NEAR_MISS}"));
        let other = "signature:\n  text: quarantined the hybrid envelope of the director\n";
        let both = "  - text: The branch relay quarantined the hybrid envelope of the director.\n";
        let tests = format!("{both}{NEAR_MISS}");
        let file = "rules/free-busy/relay-director.yaml";
        folder.write(file, rule("relay-director", other, &tests));
        let (code, said) = folder.run("rules test --overlap");
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("error[overlap]"), "{said}");
        folder.write(file, rule("relay-director", &format!("{other}outranks: [relay-refuses]\n"), &tests));
        let (code, said) = folder.run("rules test --overlap");
        assert_eq!(code, 0, "{said}");
    }

    #[test]
    fn rules_that_cannot_be_read_are_not_tested() {
        let folder = with_rule("test-unreadable", "signature: {text: [\n", POSITIVE);
        let (code, said) = folder.run("rules test");
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("no test was run"), "{said}");
    }
}

mod why_not {
    use super::*;

    /// Asks why `relay-refuses` is not the answer to a text.
    fn ask(name: &str, middle: &str, text: &str) -> String {
        let folder = with_rule(name, middle, &format!("{POSITIVE}{NEAR_MISS}"));
        folder.write("error.txt", text);
        let (code, said) = folder.run("explain error.txt --rules rules --why-not relay-refuses");
        assert_eq!(code, 0, "{said}");
        said
    }

    #[test]
    fn the_answer_is_said_to_be_the_answer() {
        let said = ask("why-answer", SIGNATURE, "The branch relay quarantined the hybrid envelope.");
        assert!(said.contains("The rule holds, and is the answer."), "{said}");
        assert!(said.contains("pass text: branch relay quarantined the hybrid envelope"), "{said}");
    }

    #[test]
    fn a_damaged_sentence_shows_the_nearest_words_and_by_how_much_they_differ() {
        let said = ask("why-near", SIGNATURE, "One line\nThe branch rely quarantined the hybrid envelope.");
        assert!(said.contains("FAIL text: branch relay quarantined the hybrid envelope"), "{said}");
        assert!(said.contains("nearest, in line 2, differs in 1 letter: branch rely quarantined"), "{said}");
    }

    #[test]
    fn parts_that_lie_too_far_from_one_another_are_said_to() {
        let far = "signature:\n  all:\n    - text: branch relay quarantined\n    - text: hybrid envelope of Fabrikam\n  within: 20\n";
        let text =
            format!("The branch relay quarantined it. {} The hybrid envelope of Fabrikam.", "Much else. ".repeat(20));
        let said = ask("why-far", far, &text);
        assert!(said.contains("every part is there, but not near enough to the others"), "{said}");
    }

    #[test]
    fn what_is_excluded_is_shown_as_found() {
        let guarded = format!("{SIGNATURE}  none:\n    - text: for training only\n");
        let said =
            ask("why-excluded", &guarded, "For training only: the branch relay quarantined the hybrid envelope.");
        assert!(said.contains("every part is there, but so is something that is excluded"), "{said}");
        assert!(said.contains("FOUND text: for training only"), "{said}");
    }

    #[test]
    fn a_missing_context_is_named_with_the_option_that_stands_for_it() {
        let middle = format!("{SIGNATURE}context: free-busy\n");
        let said = ask("why-context", &middle, "The branch relay quarantined the hybrid envelope.");
        assert!(said.contains("relay-refuses - possible"), "{said}");
        assert!(said.contains("--assume free-busy"), "{said}");
    }

    #[test]
    fn a_direction_that_is_not_the_rule_s_is_named() {
        let middle = format!("{SIGNATURE}context: free-busy\n");
        let text = "Test-OAuthConnectivity https://outlook.office365.com/ews/exchange.asmx: \
                    the branch relay quarantined the hybrid envelope.";
        let said = ask("why-direction", &middle, text);
        assert!(said.contains("the text shows the direction on-premises-to-cloud"), "{said}");
    }

    #[test]
    fn a_rule_that_is_only_a_consequence_names_the_cause() {
        let catalogue = Catalogue::built_in();
        let text = catalogue.rules().iter().find(|rule| rule.id == "token-user-ambiguous").expect("a rule").tests[0]
            .text
            .clone();
        let folder = Folder::new("why-outranked");
        folder.write("error.txt", text.expect("a text"));
        let (code, why) = folder.json("explain error.txt --format json --why-not preauth-401");
        assert_eq!(code, 0, "{why}");
        assert_eq!(why["answer"], "token-user-ambiguous", "{why}");
        assert_eq!((&why["schema_version"], &why["rule"]), (&Value::from(1), &Value::from("preauth-401")));
    }

    #[test]
    fn a_rule_that_does_not_exist_is_an_error_with_the_name_that_was_meant() {
        let folder = Folder::new("why-unknown");
        folder.write("error.txt", "An error.");
        let (code, said) = folder.run("explain error.txt --why-not preauth-402");
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("did you mean `preauth-401`?"), "{said}");
    }

    #[test]
    fn why_not_says_of_every_rule_what_the_engine_says() {
        let catalogue = Catalogue::built_in();
        let shared = catalogue.pack().shared().expect("the shared files");
        let mut wrong = Vec::new();
        for (rule, n, test) in catalogue.tests() {
            let Some(text) = test.text.as_ref().or(test.not.as_ref()) else { continue };
            let number = catalogue.pack().rule_index(&rule.id).expect("the rule");
            let assumed: Vec<u16> =
                test.assume.iter().filter_map(|id| catalogue.pack().context_index(id)).map(|c| c as u16).collect();
            let input = Input::from_bytes(text.clone().into_bytes()).expect("a text");
            for record in input.records() {
                let analysis = catalogue.engine.analyse(std::slice::from_ref(&record), &assumed);
                let said = analysis.matches.iter().find(|m| m.rule == number).map(|m| m.confidence);
                // Beside a certain match the answer leaves hints out; `why-not` shows them.
                let certain = analysis.matches.iter().any(|m| m.confidence == Confidence::Certain);
                let why = catalogue.engine.why_not(
                    &catalogue.engine.read(&record),
                    number,
                    &Head::from(rule),
                    &shared,
                    &assumed,
                );
                let confidence = why.missing.map(|missing| match missing {
                    Missing::Nothing => Confidence::Certain,
                    _ => Confidence::Possible,
                });
                let signature = why.missing.is_some_and(|missing| missing != Missing::Signature);
                let left_out = said.is_none() && certain && why.missing == Some(Missing::Signature);
                if (confidence != said && !left_out) || signature != why.signature.holds {
                    wrong.push(format!("{} test {n}: {confidence:?} for {said:?}\n{:?}", rule.id, why.signature));
                }
            }
        }
        assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    }
}

mod diff {
    use super::*;

    #[test]
    fn the_same_rules_give_the_same_answers() {
        let folder = with_rule("diff-same", SIGNATURE, &format!("{POSITIVE}{NEAR_MISS}"));
        let (code, said) = folder.run("rules diff rules rules");
        assert_eq!(code, 0, "{said}");
        assert!(said.trim_start().starts_with("0 of "), "{said}");
    }

    #[test]
    fn a_changed_signature_shows_the_answers_that_change() {
        let folder = with_rule("diff-changed", SIGNATURE, &format!("{POSITIVE}{NEAR_MISS}"));
        let narrow = "signature:\n  text: branch relay quarantined the hybrid envelope of the director\n";
        folder.write(
            "new/free-busy/relay-refuses.yaml",
            rule("relay-refuses", narrow, &format!("{POSITIVE}{NEAR_MISS}")),
        );
        folder.write(
            "new/free-busy/relay-other.yaml",
            rule("relay-other", "signature:\n  text: zebra crossing relay\n", "  - text: Zebra crossing relay.\n"),
        );
        folder.write("tickets/4711.txt", "Ticket 4711: the branch relay quarantined the hybrid envelope again.");
        folder.write(
            "tickets/4712.txt",
            "Ticket 4712: the branch relay quarantined the hybrid envelope of the director.",
        );
        let (code, said) = folder.run("rules diff rules new --corpus tickets");
        assert_eq!(code, 1, "{said}");
        for part in [
            "rules added:   relay-other",
            "rules changed: relay-refuses",
            "test 1 of relay-refuses: The branch relay quarantined",
            "  - relay-refuses (certain)\n  + nothing",
            "4711.txt: Ticket 4711",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("4712"), "{said}");
        let (code, report) = folder.json("rules diff rules new --corpus tickets --format json");
        assert_eq!((code, &report["schema_version"]), (1, &Value::from(1)));
        assert_eq!(report["changed"], serde_json::json!(["relay-refuses"]));
        let ticket = report["answers"]
            .as_array()
            .expect("answers")
            .iter()
            .find(|a| a["text"].as_str().is_some_and(|t| t.starts_with("Ticket")));
        assert_eq!(ticket.expect("the ticket")["after"], serde_json::json!([]));
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_difference() {
        let folder = with_rule("diff-absent", SIGNATURE, POSITIVE);
        let (code, said) = folder.run("rules diff absent rules");
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("absent"), "{said}");
    }
}

mod schema {
    use super::*;

    #[test]
    fn each_schema_is_printed_and_all_are_written() {
        let folder = Folder::new("schema");
        let (code, printed) = folder.run("rules schema");
        assert_eq!(code, 0);
        let schema: Value = serde_json::from_str(&printed).expect("JSON");
        assert!(schema["properties"]["signature"].is_object(), "{printed}");
        let (code, said) = folder.run("rules schema --out schemas");
        assert_eq!((code, said.as_str()), (0, "wrote 13 schemas to schemas\n"));
        assert_eq!(folder.read("schemas/rule.json").replace("\r\n", "\n"), printed);
        for entry in fs::read_dir(folder.0.join("schemas")).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            assert_eq!(
                folder.run(&format!("rules schema {name}")).1,
                folder.read(&format!("schemas/{name}.json")),
                "{name}"
            );
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let (code, said) = Folder::new("schema-unknown").run("rules schema rulez");
        assert_eq!(code, 2);
        assert!(said.contains("there is no schema `rulez`") && said.contains("phrases"), "{said}");
    }
}

mod watch {
    use super::*;

    /// Ends the program with the test, however that ends.
    struct Running(Child);

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// The lines up to the end of a report.
    fn report(lines: &mpsc::Receiver<String>, within: Duration) -> String {
        let mut report = String::new();
        loop {
            let line = lines.recv_timeout(within).unwrap_or_else(|_| panic!("no report within {within:?}:\n{report}"));
            report.push_str(&format!("{line}\n"));
            if line.contains("waiting for changes") {
                return report;
            }
        }
    }

    fn watch(path: &Path) -> (Running, mpsc::Receiver<String>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_freebusy"));
        command.args(["rules", "check", "--watch", "rules"]).current_dir(path).env("NO_COLOR", "1");
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("freebusy runs");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        (Running(child), lines)
    }

    #[test]
    fn every_save_gives_a_report() {
        let folder = with_rule("watch", SIGNATURE, &format!("{POSITIVE}{NEAR_MISS}"));
        let (_running, lines) = watch(&folder.0);
        let first = report(&lines, Duration::from_secs(20));
        assert!(first.contains("1 file: 0 errors") && first.contains("all is well"), "{first}");
        let file = "rules/free-busy/relay-refuses.yaml";
        let misspelt = folder.read(file).replace("signature:", "signatur:");
        folder.write(file, misspelt);
        let second = report(&lines, Duration::from_secs(2));
        assert!(second.contains("unknown-key") && second.contains("no test was run"), "{second}");
        let failing =
            rule("relay-refuses", SIGNATURE, "  - text: The relay slept.\n  - not: Nothing.\n    why: nothing\n");
        folder.write(file, failing);
        let third = report(&lines, Duration::from_secs(2));
        assert!(third.contains("test-failed"), "{third}");
    }
}
