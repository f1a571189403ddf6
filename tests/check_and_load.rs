//! `rules check` never says that a file is fine which the program cannot load.
//!
//! Two readers look at the same files: the one that answers (serde-saphyr into types) and the one that reports (a tree with
//! places, held against a schema). A hole in the second is a file that a colleague's `explain` refuses after the check was green.

use freebusy::author::background::Background;
use freebusy::author::check::{Checker, Known};
use freebusy::author::diagnostic::{Severity, SourceFile};
use freebusy::rules::{Loader, Prepared, Rules};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

/// A rule that uses everything that the format has.
const RULE: &str = "\
id: relay-refuses
title: The branch relay of Fabrikam refuses mail from the hybrid connector
area: mail-flow
overrides: false
direction: [mail-flow, setup]
auth:
  - oauth
lids: [51204, 51460]
signature:
  all:
    - text: branch relay rejects the hybrid envelope
    - regex: 'relay [0-9]{2} quarantined'
  any:
    - phrase: connection-closed-on-send
    - lid: 51716
    - http-status: 503
    - aadsts: 50012
    - diagnostics: 2000005
    - event: { provider: MSExchange Common, id: 4999 }
    - field: { name: Source, is: relay }
  none:
    - text: the mailbox is full
  within: 800
context: mail-flow
hints:
  - field:
      name: Status
      contains: deferred
outranks: [preauth-401]
question: Does the branch relay stand between the servers and Exchange Online?
summary: >
  A relay in the branch office refuses mail
  to Exchange Online.
cause: |
  The relay checks the sender.
verify: \"Send a test mail.\"
steps:
  - id: find-relay
    title: Find the relay that answers
    effect: read-only
    where: every on-premises Exchange server
    text: Ask the network team, too.
    run:
      - shell: ems
        command: Get-SendConnector {{ send_connector }} | Format-List SmartHosts
    expect: The address of the relay.
    wait: a minute
    undo: Nothing has to be undone.
    formerly: Get-MsolDomain
    outcomes:
      - when: { objects: \"> 1\", text: relay }
        meaning: There are several.
        then: add-domain
      - when:
          property: Enabled
          equals: 'False'
        then: support
      - when: { property: SmartHosts, empty: true }
        then: support
      - when: { property: SmartHosts, contains: fabrikam }
        then: next
      - when: { observed: nothing is printed }
        then: rule:preauth-401
      - otherwise: next
  - id: add-domain
    title: Add the hybrid domain
    effect: changes-configuration
    text: The list is kept by the network team.
    expect: The relay takes the mail.
references:
  - title: Fabrikam handbook
    url: https://handbook.fabrikam.com/relays
reviewed: 2026-09-30
tests:
  - text: Relay 07 quarantined it. The branch relay rejects the hybrid envelope. LID 51716
    expect: certain
    assume: mail-flow
    except:
      - transform: html
        reason: it is seen in the queue viewer only
  - not: The branch relay rejects the envelope.
    why: the mailbox is full
";

/// The files that rules share, as a team would write them.
const SHARED: [(&str, &str); 5] = [
    (
        "phrases.yaml",
        "- id: relay-asleep\n  title: The relay sleeps\n  variants:\n    - { lang: en, text: the relay is asleep }\n    \
         - lang: de\n      text: Das Relais schläft\n",
    ),
    (
        "contexts.yaml",
        "- id: branch-relay\n  title: the relay of the branch\n  question: Was it the relay?\n  includes: [mail-flow]\n  \
         where:\n    any:\n      - text: relay of the branch\n      - regex: 'relay [0-9]{2}'\n",
    ),
    (
        "parameters.yaml",
        "- name: relay_host\n  type: host\n  placeholder: relay of Fabrikam\n  description: Host name of the relay\n  \
         fact: host\n  when: mail-flow\n",
    ),
    (
        "indications.yaml",
        "- direction: mail-flow\n  where:\n    text: the relay of the branch\n- auth: oauth\n  where: { text: relay token }\n",
    ),
    ("well-known.yaml", "hosts:\n  - relay.fabrikam.com\nguids: [00000002-0000-0ff1-ce00-000000000000]\n"),
];

/// What stands in for a value: every type, in every way of writing it.
const VALUES: [&str; 26] = [
    "5",
    "-5",
    "0x10",
    "5.5",
    "99999999999",
    "true",
    "yes",
    "null",
    "~",
    "\"\"",
    "'5'",
    "\"true\"",
    "word",
    "Word With Blanks",
    "[]",
    "{}",
    "[a, b]",
    "[5]",
    "{a: b}",
    "[[a]]",
    "2026-11-22",
    "a: b",
    "*alias",
    "&anchor x",
    "!!str x",
    "@x",
];

/// The two readers.
struct Both {
    background: Background,
    known: Known,
}

impl Both {
    fn new() -> Self {
        let rules = Rules::built_in().expect("the built-in rules");
        let known = Known::of(rules.pack()).expect("the built-in rules");
        Self { background: Background::built_in().expect("the texts"), known }
    }

    /// Why the program does not load these files (names and texts).
    fn refusal(&self, files: &[(String, String)]) -> Option<String> {
        let base = Rules::built_in().expect("the built-in rules").into_pack();
        let mut loader = Loader::on_top_of(base).expect("the built-in rules");
        for (name, text) in files {
            loader.add(Prepared::new(name.clone(), text.clone()));
        }
        match loader.finish() {
            Err(errors) => Some(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
            Ok(rules) => rules.all().err().map(|error| error.to_string()),
        }
    }

    fn sources(files: &[(String, String)]) -> Vec<SourceFile> {
        files.iter().map(|(name, text)| SourceFile { name: name.clone(), text: text.clone(), area: None }).collect()
    }

    /// A checker that knows these files.
    fn checker(&self, files: &[(String, String)]) -> Checker<'_> {
        let mut known = self.known.clone();
        Self::sources(files).iter().for_each(|file| known.add(file));
        Checker::new(known, &self.background, jiff::civil::date(2026, 11, 22))
    }

    /// The codes of the errors that a checker reports.
    fn errors(checker: &Checker<'_>, files: &[(String, String)]) -> BTreeSet<&'static str> {
        let checked: Vec<_> = Self::sources(files).iter().enumerate().map(|(n, file)| checker.file(n, file)).collect();
        let bad = |severity| severity != Severity::Warning;
        checker.finish(checked).iter().filter(|d| bad(d.code.severity)).map(|d| d.code.name).collect()
    }

    /// What the check misses in these files.
    fn hole(&self, what: &str, files: &[(String, String)]) -> Option<String> {
        let refusal = self.refusal(files)?;
        Self::errors(&self.checker(files), files).is_empty().then(|| format!("{what}: {refusal}"))
    }

    /// What the check misses in mutations of one file: how many of them it reports, and the holes.
    fn holes(&self, name: &str, sound: &str) -> (usize, Vec<String>) {
        let one = |text: &str| vec![(name.to_owned(), text.to_owned())];
        let mutations = mutations(sound);
        let share = mutations.len().div_ceil(thread::available_parallelism().map_or(1, usize::from));
        let look = |mutations: &[(String, String)]| {
            let checker = self.checker(&one(sound));
            // The slower reader is asked only about what the other one lets pass.
            let passed = |(_, text): &&(String, String)| Self::errors(&checker, &one(text)).is_empty();
            let passed: Vec<_> = mutations.iter().filter(passed).collect();
            let hole = |(what, text): &&(String, String)| Some(format!("{what}: {}", self.refusal(&one(text))?));
            (mutations.len() - passed.len(), passed.iter().filter_map(hole).collect::<Vec<_>>())
        };
        thread::scope(|scope| {
            let shares: Vec<_> = mutations.chunks(share).map(|some| scope.spawn(move || look(some))).collect();
            let found = shares.into_iter().map(|share| share.join().expect("a thread"));
            found.fold((0, Vec::new()), |(reported, holes), (more, other)| (reported + more, [holes, other].concat()))
        })
    }
}

/// The YAML files under a path, with their texts.
fn files(path: &Path) -> Vec<(String, String)> {
    if path.is_dir() {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        return paths.iter().flat_map(|path| files(path)).collect();
    }
    if path.extension().is_none_or(|extension| extension != "yaml") {
        return Vec::new();
    }
    vec![(path.display().to_string(), fs::read_to_string(path).expect("a case"))]
}

#[test]
fn the_rule_is_sound() {
    let both = Both::new();
    let files = [("relay-refuses.yaml".to_owned(), RULE.to_owned())];
    assert_eq!(both.refusal(&files), None);
    assert_eq!(Both::errors(&both.checker(&files), &files), BTreeSet::new());
}

#[test]
fn what_the_golden_cases_break_is_reported() {
    let both = Both::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut holes = Vec::new();
    for entry in fs::read_dir(folder).expect("tests/diagnostics") {
        let path = entry.expect("an entry").path();
        holes.extend(both.hole(&path.display().to_string(), &files(&path)));
    }
    assert!(holes.is_empty(), "{}", holes.join("\n"));
}

/// Single mutations of a sound file, with what was done.
fn mutations(sound: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = sound.lines().collect();
    let with = |number: usize, new: &[&str]| -> String {
        let (before, after) = (&lines[..number], &lines[number + 1..]);
        [before, new, after].concat().join("\n") + "\n"
    };
    let mut mutations = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let place = format!("line {} `{line}`", number + 1);
        mutations.push((format!("{place} deleted"), with(number, &[])));
        mutations.push((format!("{place} twice"), with(number, &[line, line])));
        for indented in [format!(" {line}"), format!("  {line}"), format!("\t{line}")] {
            mutations.push((format!("{place} indented"), with(number, &[&indented])));
        }
        if let Some(outdented) = line.strip_prefix(' ') {
            mutations.push((format!("{place} outdented"), with(number, &[outdented])));
        }
        for end in (1..line.len()).filter(|end| line.is_char_boundary(*end)).step_by(11) {
            mutations.push((format!("{place} cut at {end}"), with(number, &[&line[..end]])));
        }
        // A key, with what stands in front of it and behind it.
        let content = line.trim_start_matches([' ', '-']);
        let Some((key, value)) = content.split_once(':') else { continue };
        let front = &line[..line.len() - content.len()];
        for misspelt in [format!("{key}x"), key[..key.len() - 1].to_owned(), key.to_uppercase(), format!("'{key}'")] {
            mutations
                .push((format!("{place} misspelt {misspelt}"), with(number, &[&format!("{front}{misspelt}:{value}")])));
        }
        let again = " ".repeat(front.len());
        mutations.push((format!("{place} key twice"), with(number, &[line, &format!("{again}{key}:{value}")])));
        for new in VALUES {
            mutations.push((format!("{place} is {new}"), with(number, &[&format!("{front}{key}: {new}")])));
        }
        mutations
            .push((format!("{place} without blank"), with(number, &[&format!("{front}{key}:{}", value.trim_start())])));
        // Scalars in flow maps and lists.
        for (at, _) in value.match_indices([',', '{', '[']) {
            let rest = &value[at + 1..];
            let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
            let item = &rest[..end];
            for new in VALUES {
                let name = item.split_once(':').map_or(String::new(), |(name, _)| format!("{name}: "));
                let mutated = format!("{front}{key}:{}{name}{new}{}", &value[..=at], &rest[end..]);
                mutations.push((format!("{place} holds {new}"), with(number, &[&mutated])));
            }
        }
        // Items of block lists.
        if line.trim_start().starts_with("- ") {
            for new in VALUES {
                let dash = line.len() - line.trim_start().len() + 2;
                mutations.push((format!("{place} item is {new}"), with(number, &[&format!("{}{new}", &line[..dash])])));
            }
        }
    }
    for c in ["\u{feff}", "---\n", "%YAML 1.2\n---\n", "\n\n", "# x\n"] {
        mutations.push((format!("begins with {c:?}"), format!("{c}{sound}")));
    }
    for end in
        ["...\n", "---\n", "---\nid: b\n", "...\n---\nid: b\n", "...\nid: b\n", "\u{0}", "\u{7}", "\u{85}", "x", "}"]
    {
        mutations.push((format!("ends with {end:?}"), format!("{sound}{end}")));
    }
    mutations
}

#[test]
fn what_a_single_mutation_of_a_rule_breaks_is_reported() {
    let (reported, holes) = Both::new().holes("relay-refuses.yaml", RULE);
    assert!(reported > 1_000, "{reported}");
    assert!(holes.is_empty(), "{} holes:\n{}", holes.len(), holes.join("\n"));
}

#[test]
fn what_a_single_mutation_of_a_shared_file_breaks_is_reported() {
    let both = Both::new();
    for (name, sound) in SHARED {
        assert_eq!(both.refusal(&[(name.to_owned(), sound.to_owned())]), None, "{name}");
        let (reported, holes) = both.holes(name, sound);
        assert!(reported > 50, "{name}: {reported}");
        assert!(holes.is_empty(), "{name}, {} holes:\n{}", holes.len(), holes.join("\n"));
    }
}

#[test]
fn both_readers_have_the_same_bounds() {
    let both = Both::new();
    let signature = RULE.find("signature:").expect("a signature");
    let context = RULE.find("context:").expect("a context");
    let with =
        |signature_text: &str| format!("{}signature: {signature_text}\n{}", &RULE[..signature], &RULE[context..]);
    let text = "text: branch relay rejects the hybrid envelope";
    let mut holes = Vec::new();
    for depth in 1..40 {
        let deep = with(&format!("{}{{ {text} }}{}", "{ all: [".repeat(depth), "] }".repeat(depth)));
        holes.extend(both.hole(&format!("{depth} levels"), &[("relay-refuses.yaml".to_owned(), deep)]));
    }
    for branches in (6_600..6_630).step_by(3) {
        let lines: String = (0..branches).map(|n| format!("    - lid: {n}\n")).collect();
        let long = with(&format!("\n  {text}\n  any:\n{lines}"));
        holes.extend(both.hole(&format!("{branches} branches"), &[("relay-refuses.yaml".to_owned(), long)]));
    }
    for bytes in [(1 << 20) - RULE.len() - 3, (1 << 20) - RULE.len() - 2, 1 << 20] {
        let large = format!("{RULE}# {}", "x".repeat(bytes));
        holes.extend(both.hole(&format!("{} bytes", large.len()), &[("relay-refuses.yaml".to_owned(), large)]));
    }
    assert!(holes.is_empty(), "{}", holes.join("\n"));
}
