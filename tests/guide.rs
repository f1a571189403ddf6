//! Every rule is walked through: once to the end where the failure is gone, once along a branch that its documents name.
//!
//! `tests/guide/RULE.txt` holds the walks: what was asked, the answers (`>` what was pasted, `?` what was chosen, `=` a value), and in
//! between why each led on. The answers are read from the file and given again. `SNAPSHOTS=overwrite cargo test --test guide` writes
//! what came of them, and proposes walks for a rule that has none; read the difference before you commit it.

mod common;

use common::Catalogue;
use common::guide::{NOW, answers, give};
use freebusy::guide::{Answer, Ask, Begin, By, Case, Guide, Paste, Place};
use freebusy::rules::Rules;
use freebusy::rules::model::{Effect, Parameter, Rule};
use jiff::civil::date;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

fn guide(rules: &Rules) -> Guide<'_> {
    Guide::new(rules, BTreeMap::new(), date(2026, 11, 23)).expect("sound rules")
}

fn file(rule: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guide").join(format!("{rule}.txt"))
}

/// How a walk begins: with the rule itself, or with the error that its first test holds.
fn begin(guide: &Guide<'_>, rule: &Rule, how: &str) -> Case {
    let begin = match how {
        "the rule" => Begin::Rule(rule.id.clone()),
        "the error" => {
            Begin::Error(Paste { name: "error.txt".into(), text: error(rule).expect("an error").to_owned() })
        }
        other => panic!("{}: a walk begins with `the rule` or `the error`, not with `{other}`", rule.id),
    };
    guide.begin(begin, BTreeMap::new(), NOW).expect("sound rules")
}

/// An error that leaves no doubt.
fn error(rule: &Rule) -> Option<&str> {
    let plain = |test: &&freebusy::rules::model::Test| {
        test.expect.is_none() && test.assume.is_none() && test.fields.is_empty() && test.text.is_some()
    };
    rule.tests.iter().find(plain).and_then(|test| test.text.as_deref())
}

/// Where a walk stands, in one line.
fn place(at: &Place) -> String {
    let name = |kind: &str| at.step().map_or_else(|| kind.to_owned(), |(rule, step)| format!("{rule}/{step}: {kind}"));
    match at {
        Place::Step(_) => at.step().map_or_else(String::new, |(rule, step)| format!("{rule}/{step}")),
        Place::Confirm(_) => name("it changes something"),
        Place::Outcome(_) => name("what does it show?"),
        Place::Nothing(_) => name("was nothing printed?"),
        Place::Verify(_) => name("is the failure gone?"),
        Place::Again(_) => name("once more?"),
        Place::Value { name: parameter, .. } => name(&format!("a value for {parameter}")),
        Place::Resolved(rule) => format!("solved: {rule}"),
        Place::Support => "support".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// The transcript of a walk.
fn transcript(how: &str, case: &Case) -> String {
    let mut out = format!("## from {how}\n{}", place(&case.first));
    for entry in &case.entries {
        match &entry.answer {
            Answer::Output(text) if text.is_empty() => out.push_str("\n>"),
            Answer::Output(text) => text.lines().for_each(|line| {
                out.push_str(format!("\n> {line}").trim_end());
            }),
            Answer::Choice(id) => out.push_str(&format!("\n? {id}")),
            Answer::Value(value) => out.push_str(&format!("\n= {value}")),
            Answer::Skip => out.push_str("\n- skip"),
            Answer::Solved => out.push_str("\n- solved"),
            other => panic!("no answer of a walk: {other:?}"),
        }
        let decision = &entry.decision;
        if let Some(evidence) = decision.evidence.first() {
            let line = evidence.split_whitespace().collect::<Vec<_>>().join(" ");
            out.push_str(&format!("\n  {:?}: {line}", decision.by).to_lowercase().replace(&line.to_lowercase(), &line));
        } else if decision.by != By::Order {
            out.push_str(&format!("\n  {:?}", decision.by).to_lowercase());
        }
        if let Some(meaning) = &decision.meaning {
            out.push_str(&format!("\n  {}", meaning.trim()));
        }
        for check in &decision.checks {
            out.push_str(&format!("\n  check {}", check.id));
        }
        out.push_str(&format!("\n{}", place(&entry.to)));
    }
    out.push('\n');
    out
}

/// The walks in a file: how each begins, and its answers.
fn walks(text: &str) -> Vec<(String, Vec<Answer>)> {
    let mut walks: Vec<(String, Vec<Answer>)> = Vec::new();
    let mut paste: Option<Vec<&str>> = None;
    for line in text.lines().chain([""]) {
        if let Some(content) = line.strip_prefix('>') {
            paste.get_or_insert_default().push(content.strip_prefix(' ').unwrap_or(content));
            continue;
        }
        if let Some((_, answers)) = walks.last_mut() {
            answers.extend(paste.take().map(|lines| Answer::Output(lines.join("\n"))));
            if let Some(id) = line.strip_prefix("? ") {
                answers.push(Answer::Choice(id.to_owned()));
            } else if let Some(value) = line.strip_prefix("= ") {
                answers.push(Answer::Value(value.to_owned()));
            } else if line == "- skip" {
                answers.push(Answer::Skip);
            } else if line == "- solved" {
                answers.push(Answer::Solved);
            }
        }
        if let Some(how) = line.strip_prefix("## from ") {
            walks.push((how.to_owned(), Vec::new()));
        }
    }
    walks
}

/// A walk that ends as wanted, on the shortest way.
fn find(guide: &Guide<'_>, parameters: &[Parameter], begin: Case, wanted: &dyn Fn(&Case) -> bool) -> Option<Case> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut open = VecDeque::from([begin]);
    while let Some(case) = open.pop_front() {
        if wanted(&case) {
            return Some(case);
        }
        let turn = guide.turn(&case).expect("a turn");
        // A way that changed something is another one than one that did not.
        let changed = changed(&case);
        // What a person is asked about an output depends on the output.
        let output = match (&turn.at, case.entries.last()) {
            (Place::Outcome(_), Some(last)) => format!("{:?}", last.answer),
            _ => String::new(),
        };
        if !seen.insert(format!("{:?} {changed} {output}", turn.at)) || case.entries.len() > 60 {
            continue;
        }
        for answer in answers(&turn, parameters) {
            let mut next = case.clone();
            give(guide, &mut next, answer);
            open.push_back(next);
        }
    }
    None
}

/// Whether the person agreed to a change.
fn changed(case: &Case) -> bool {
    let yes = Answer::Choice("yes".to_owned());
    case.entries.iter().any(|entry| matches!(entry.at, Place::Confirm(_)) && entry.answer == yes)
}

fn is_resolved(rule: &Rule, case: &Case) -> bool {
    case.entries.last().is_some_and(|entry| entry.to == Place::Resolved(rule.id.clone()))
}

/// Whether a walk took a branch of the rule that its documents name; `told`: by what was printed, and not by the person's word.
fn is_branched(rule: &Rule, case: &Case, told: bool) -> bool {
    case.entries.iter().any(|entry| {
        let own = entry.at.step().is_some_and(|(id, _)| id == rule.id);
        own && entry.decision.when.is_some() && (entry.decision.by == By::Evidence || !told)
    })
}

fn has_branch(rule: &Rule) -> bool {
    rule.steps.iter().flat_map(|step| &step.outcomes).any(|outcome| outcome.when.is_some())
}

fn proposed(guide: &Guide<'_>, parameters: &[Parameter], rule: &Rule) -> Vec<(String, Vec<Answer>)> {
    let changes = rule.steps.iter().any(|step| step.effect != Effect::ReadOnly);
    let how = if error(rule).is_some() { "the error" } else { "the rule" };
    let resolved = |how: &str, changing: bool| {
        let wanted = |case: &Case| is_resolved(rule, case) && (!changing || changed(case));
        find(guide, parameters, begin(guide, rule, how), &wanted)
    };
    // Where documents leave everything to support, it is support that solves it.
    let by_support = || {
        let last = &rule.steps.last()?.id;
        let at_last = |case: &Case| {
            let place = guide.turn(case).expect("a turn").at;
            matches!(&place, Place::Step(at) if at.step == *last)
        };
        let mut case = find(guide, parameters, begin(guide, rule, how), &at_last)?;
        give(guide, &mut case, Answer::Solved);
        give(guide, &mut case, Answer::Choice("yes".into()));
        Some(case)
    };
    let found = resolved(how, changes).or_else(|| resolved(how, false)).or_else(by_support);
    let branched =
        |told| find(guide, parameters, begin(guide, rule, "the rule"), &|case| is_branched(rule, case, told));
    let branch = branched(true).or_else(|| branched(false));
    let answers = |case: Case| case.entries.into_iter().map(|entry| entry.answer).collect();
    let walks =
        [found.map(|case| (how.to_owned(), answers(case))), branch.map(|case| ("the rule".to_owned(), answers(case)))];
    walks.into_iter().flatten().collect()
}

#[test]
fn every_rule_is_walked_to_its_end_and_along_a_branch() {
    let catalogue = Catalogue::built_in();
    let guide = guide(catalogue.engine.rules());
    let parameters = catalogue.pack().parameters().expect("parameters");
    let overwrite = std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite");
    let mut missing = Vec::new();
    for rule in catalogue.rules() {
        let path = file(&rule.id);
        let walks = match std::fs::read_to_string(&path) {
            Ok(text) => walks(&text.replace("\r\n", "\n")),
            Err(_) if overwrite => proposed(&guide, &parameters, rule),
            Err(error) => panic!(
                "{}: {error}; `SNAPSHOTS=overwrite cargo test --test guide` proposes walks through the rule",
                path.display()
            ),
        };
        let mut cases = Vec::new();
        for (how, answers) in walks {
            let mut case = begin(&guide, rule, &how);
            answers.into_iter().for_each(|answer| give(&guide, &mut case, answer));
            cases.push((how, case));
        }
        let text = cases.iter().map(|(how, case)| transcript(how, case)).collect::<Vec<_>>().join("\n");
        Assert::new().action_env("SNAPSHOTS").eq(text, Data::read_from(&path, Some(DataFormat::Text)).raw());
        if !cases.iter().any(|(_, case)| is_resolved(rule, case)) {
            missing.push(format!("no walk through {} ends solved", rule.id));
        }
        if has_branch(rule) && !cases.iter().any(|(_, case)| is_branched(rule, case, false)) {
            missing.push(format!("no walk through {} takes a branch that its steps name", rule.id));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn there_is_no_walk_through_a_rule_that_is_gone() {
    let catalogue = Catalogue::built_in();
    for entry in std::fs::read_dir(file("x").parent().expect("a folder")).expect("tests/guide") {
        let name = entry.expect("an entry").path();
        let id = name.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8").to_owned();
        assert!(catalogue.rules().iter().any(|rule| rule.id == id), "tests/guide/{id}.txt: there is no such rule");
    }
}

fn begun(guide: &Guide<'_>, text: &str) -> Case {
    let paste = Paste { name: "error.txt".into(), text: text.to_owned() };
    guide.begin(Begin::Error(paste), BTreeMap::new(), NOW).expect("sound rules")
}

fn choose(guide: &Guide<'_>, case: &mut Case, id: &str) {
    give(guide, case, Answer::Choice(id.to_owned()));
}

#[test]
fn nothing_is_asked_that_the_error_answers() {
    let catalogue = Catalogue::built_in();
    let guide = guide(catalogue.engine.rules());
    for rule in catalogue.rules() {
        let Some(text) = error(rule) else { continue };
        let case = begun(&guide, text);
        assert_eq!(case.first.step().map(|(id, _)| id), Some(rule.id.as_str()), "{:?}", case.first);
        assert!(!case.because.evidence.is_empty(), "{}: nothing says why", rule.id);
    }
}

#[test]
fn an_answer_that_was_taken_back_counts_no_longer() {
    let catalogue = Catalogue::built_in();
    let guide = guide(catalogue.engine.rules());
    let begin = Begin::Rule("oauth-missing-signing-certificate".into());
    let mut case = guide.begin(begin, BTreeMap::new(), NOW).expect("sound rules");
    let first = guide.turn(&case).expect("a turn").at;
    give(&guide, &mut case, Answer::Output("CurrentCertificateThumbprint :\n".into()));
    assert_ne!(guide.turn(&case).expect("a turn").at, first);
    give(&guide, &mut case, Answer::Back);
    assert_eq!(guide.turn(&case).expect("a turn").at, first);
    assert!(case.entries[0].taken_back);
    assert!(guide.answer(&mut case, Answer::Back, NOW).expect("sound rules").is_err());
}

#[test]
fn an_empty_paste_is_no_output_before_the_person_says_so() {
    let catalogue = Catalogue::built_in();
    let guide = guide(catalogue.engine.rules());
    let begin = Begin::Rule("oauth-missing-signing-certificate".into());
    let mut case = guide.begin(begin, BTreeMap::new(), NOW).expect("sound rules");
    give(&guide, &mut case, Answer::Output(" \n".into()));
    assert!(matches!(guide.turn(&case).expect("a turn").at, Place::Nothing(_)));
    choose(&guide, &mut case, "no");
    assert!(matches!(guide.turn(&case).expect("a turn").at, Place::Step(_)));
}

#[test]
fn a_value_that_no_command_may_hold_is_refused() {
    let catalogue = Catalogue::built_in();
    let guide = guide(catalogue.engine.rules());
    let begin = Begin::Rule("token-user-ambiguous".into());
    let mut case = guide.begin(begin, BTreeMap::new(), NOW).expect("sound rules");
    for hostile in ["$(calc)", "a@b.c; calc", "", "-Force", "a\u{202e}b@contoso.com"] {
        let before = case.clone();
        let taken = guide.answer(&mut case, Answer::Value(hostile.into()), NOW).expect("sound rules");
        assert!(taken.is_err(), "{hostile:?}");
        assert_eq!(case, before);
    }
}

#[test]
fn a_rule_that_changed_or_went_since_the_case_was_written_is_said() {
    let catalogue = Catalogue::built_in();
    let guide = guide(catalogue.engine.rules());
    let begin = Begin::Rule("oauth-missing-signing-certificate".into());
    let case = guide.begin(begin, BTreeMap::new(), NOW).expect("sound rules");
    let mut changed = case.clone();
    changed.rules.values_mut().for_each(|version| version.push('0'));
    assert_eq!(guide.turn(&changed).expect("a turn").notes.len(), 1);
    let written = freebusy::guide::write(&case).expect("YAML");
    let gone = written.replace("read-thumbprint", "step-that-was");
    let turn = guide.turn(&freebusy::guide::read("case.yaml", &gone).expect("a case")).expect("a turn");
    assert!(matches!(&turn.ask, Ask::Step(step) if step.number == 1), "{turn:?}");
    assert_eq!(turn.notes.len(), 1);
    let gone = written.replace("oauth-missing-signing-certificate", "rule-that-was");
    let turn = guide.turn(&freebusy::guide::read("case.yaml", &gone).expect("a case")).expect("a turn");
    assert_eq!(turn.at, Place::Support);
    assert_eq!(turn.notes.len(), 1);
}
