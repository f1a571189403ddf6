//! Would anybody notice? Things are taken out of the shipped rules, one at a time: every `outranks`, every text, phrase, requirement,
//! exclusion and context, every wording in `phrases.yaml`, every near miss. `rules check` or `rules test --mutate` must fail.

mod common;

use common::Catalogue;
use freebusy::author::test::{Case, Noticed, Suite, Wanted, noticed, texts, wordings_noticed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many of a hundred must be noticed.
const SHARE: usize = 95;

/// How many near misses at least carry a guard alone. The others are second examples.
const LEAST_CARRYING: usize = 90;

#[test]
fn what_is_taken_out_of_the_shipped_rules_is_missed() {
    let catalogue = Catalogue::built_in();
    let shared = catalogue.pack().shared().expect("shared");
    let (texts, unread) = texts(catalogue.rules());
    assert!(unread.is_empty());
    let records: Vec<_> = texts.iter().map(|text| text.records()).collect();
    let cases: Vec<Case<'_>> = texts
        .iter()
        .zip(&records)
        .map(|(text, records)| Case::ask(&catalogue.engine, catalogue.rules(), text, records))
        .collect();
    let mut suite = Suite::new(&catalogue.engine, catalogue.rules(), cases);
    let all: Vec<Noticed> = (0..suite.rules.len()).map(|rule| noticed(&suite, &shared, rule)).collect();
    let mut report = Vec::new();
    let mut count = |what: &str, results: Vec<(String, bool)>| {
        let caught = results.iter().filter(|(_, caught)| *caught).count();
        let missed: Vec<&String> = results.iter().filter(|(_, caught)| !caught).map(|(name, _)| name).collect();
        report.push((what.to_owned(), caught, results.len(), format!("{missed:?}")));
    };

    let parts = |wanted: fn(&str) -> bool| {
        let each = all.iter().flat_map(|n| n.parts.iter().map(move |(mutant, broken)| (n.rule, mutant, broken)));
        each.filter(|(_, mutant, _)| wanted(&mutant.path))
            .map(|(rule, mutant, broken)| (format!("{} {}", suite.rules[rule].id, mutant.path), !broken.is_empty()))
            .collect::<Vec<_>>()
    };
    count("outranks", parts(|path| path.starts_with("outranks")));
    count("texts, phrases and other parts of conditions", parts(|path| !path.starts_with("outranks")));
    let wordings = shared.phrases.iter().flat_map(|phrase| {
        let noticed = wordings_noticed(&suite, &shared, phrase);
        noticed.into_iter().map(|(n, broken)| (format!("{} wording {n}", phrase.id), !broken.is_empty()))
    });
    count("wordings of phrases.yaml", wordings.collect());

    for (what, caught, of, missed) in &report {
        eprintln!("{what}: {caught} of {of} noticed {missed}");
        assert!(*of > 5 && caught * 100 >= of * SHARE, "{what}: {caught} of {of}; nobody misses {missed}");
    }

    // A near miss matters where a guard rests on it alone. It is really taken out here, and its guard must then be one that no test needs, which
    // is what `rules test --mutate` reports.
    let near_misses: Vec<usize> =
        (0..suite.cases.len()).filter(|number| suite.cases[*number].wanted == Wanted::NotCertain).collect();
    let unneeded = |suite: &Suite<'_, '_>, rule| {
        let Noticed { parts, .. } = noticed(suite, &shared, rule);
        parts.into_iter().filter(|(_, broken)| broken.is_empty()).map(|(mutant, _)| mutant.path).collect::<Vec<_>>()
    };
    let mut reported = 0;
    for number in &near_misses {
        let resting: Vec<(usize, &str)> = all
            .iter()
            .flat_map(|n| n.parts.iter().map(move |(mutant, broken)| (n.rule, mutant, broken)))
            .filter(|(_, _, broken)| broken.as_slice() == [*number])
            .map(|(rule, mutant, _)| (rule, mutant.path.as_str()))
            .collect();
        if resting.is_empty() {
            continue;
        }
        let case = suite.cases.remove(*number);
        for (rule, path) in &resting {
            let found = unneeded(&suite, *rule);
            assert!(found.iter().any(|part| part == path), "{} {path} is not missed", suite.rules[*rule].id);
        }
        suite.cases.insert(*number, case);
        reported += 1;
    }
    eprintln!("of all {} near misses {reported} carry a guard alone", near_misses.len());
    assert!(reported >= LEAST_CARRYING, "only {reported} near misses carry a guard alone");
}

/// The same with real files and the real program, for one of each kind.
#[test]
fn the_program_fails_when_a_line_is_taken_out_of_a_rule_file() {
    for (name, file, line) in [
        ("outranks", "oauth/token-user-ambiguous.yaml", "outranks: [preauth-401]\n"),
        ("exclusion", "free-busy/preauth-401.yaml", "    - text: error_category\n"),
        ("branch", "free-busy/too-many-calendar-entries.yaml", "    - text: contains too many calendar entries\n"),
        ("context", "free-busy/http-504.yaml", "context: free-busy\n"),
        ("phrase", "phrases.yaml", "    - { lang: ja,"),
    ] {
        let folder = copy(name);
        let path = folder.join(file);
        let text = fs::read_to_string(&path).expect("a rule file");
        let start = text.find(line).unwrap_or_else(|| panic!("{file} has no line {line:?}"));
        let end = start + text[start..].find('\n').expect("a line") + 1;
        fs::write(&path, format!("{}{}", &text[..start], &text[end..])).expect("the file");
        let output = Command::new(env!("CARGO_BIN_EXE_freebusy"))
            .args(["rules", "test", "--mutate", "--standalone"])
            .arg(&folder)
            .output()
            .expect("the program");
        assert_eq!(output.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// A copy of the shipped rules.
fn copy(name: &str) -> PathBuf {
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mutations-{name}"));
    let _ = fs::remove_dir_all(&to);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut open = vec![(from, to.clone())];
    while let Some((from, to)) = open.pop() {
        fs::create_dir_all(&to).expect("a folder");
        for entry in fs::read_dir(from).expect("rules") {
            let entry = entry.expect("an entry");
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                open.push((entry.path(), target));
            } else {
                fs::copy(entry.path(), target).expect("a copy");
            }
        }
    }
    to
}
