//! `rules test`: do the rules find what they are for, and nothing else?
//!
//! A suite asks every test in the rule files. Beyond that it can change the texts (what happens on the way to the clipboard must not
//! matter) and the rules (what can be taken away without any test noticing is tested by nobody).

mod check_mutants;
mod checks;
mod mutants;
pub mod problems;
mod suite;

pub use check_mutants::{CheckMutant, check_mutants};
pub use checks::{
    CheckCase, CheckOutcome, ask_check, check_cases, check_failures, check_unneeded, check_untested, said as checks_say,
};
pub use mutants::{Loss, Mutant, mutants};
pub use suite::{Case, Got, Suite, Text, Unread, Wanted, fields, records, texts};

use super::diagnostic::{Diagnostic, Findings, SourceFile};
use super::transform::{TRANSFORMATIONS, Transformation};
use super::yaml::{self, Node};
use crate::engine::{Analysis, Missing};
use crate::read::Input;
use crate::rules::compile::Recompiler;
use crate::rules::model::{Confidence, Phrase, Shared};
use crate::rules::pack::Pack;
use problems::{
    NeedlessException, Overlap, TestFailed, TestUnreadable, TransformationFailed, UntestedBranch, UntestedGuard,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Where the rules of a suite are written. A file is read for its places only when there is something to report.
#[derive(Debug, Default)]
pub struct Places {
    /// For a rule's number in the pack, its file's number; nothing for rules that come with the program.
    files: BTreeMap<usize, usize>,
    /// `phrases.yaml`, where there is one.
    phrases: Option<usize>,
}

impl Places {
    /// Finds the rules of a pack in files.
    pub fn new(pack: &Pack<'_>, files: &[SourceFile]) -> Self {
        let mut places = Self::default();
        for (number, file) in files.iter().enumerate().filter(|(_, file)| !file.text.is_empty()) {
            match pack.rule_index(file.stem()) {
                Some(rule) => {
                    places.files.insert(rule, number);
                }
                None if file.file_name() == "phrases.yaml" => places.phrases = Some(number),
                None => {}
            }
        }
        places
    }

    /// Whether a rule is one of the author's.
    pub fn is_own(&self, rule: usize) -> bool {
        self.files.contains_key(&rule)
    }
}

/// A file's tree.
fn tree(file: &SourceFile) -> Option<Node> {
    yaml::parse(&file.text).ok().map(|document| document.root)
}

/// Reports tests that fail.
pub fn failures(
    suite: &Suite<'_, '_>,
    unread: &[Unread],
    places: &Places,
    files: &mut Vec<SourceFile>,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (rule, test, reason) in unread {
        let mut place = Place::of(suite, places, files, *rule, &format!("tests[{test}]"));
        place.findings.add(place.span, &TestUnreadable { reason: reason.clone() });
        out.extend(place.findings.into_list());
    }
    for case in suite.cases.iter().filter(|case| !case.passes(&case.answer)) {
        let got = case.got(&case.answer);
        let mut place = Place::of(suite, places, files, case.rule, &case.path());
        let problem = TestFailed { wanted: wanted(suite, case), got: said(suite, &got) };
        let diagnostic = place.findings.add(place.span.clone(), &problem);
        if let Some(help) = advice(suite, case, &got) {
            diagnostic.help = Some(help);
        }
        if let (Some(node), Some(source)) = (&place.node, files.get(diagnostic.file)) {
            let file = diagnostic.file;
            for piece in got.evidence.iter().take(4) {
                diagnostic.also(file, node.part(&source.text, piece.clone()), "this misled");
            }
            if let Some(first) = got.evidence.first() {
                // The evidence is what matters; the beginning of a long text is not.
                diagnostic.span = node.part(&source.text, first.clone());
                diagnostic.label = format!("this gives {}", said(suite, &got));
                diagnostic.also.remove(0);
            }
        }
        out.extend(place.findings.into_list());
    }
    out
}

/// What a transformation does to a test.
#[derive(Debug, Clone)]
pub struct Transformed {
    /// The test, by its number in the suite.
    pub case: usize,
    /// The transformation.
    pub name: &'static str,
    /// What the changed text gives, where that is wrong.
    pub wrong: Option<Got>,
}

/// Sends one test's text through everything that happens on the way to the clipboard. A near miss has nothing to survive.
pub fn transform(suite: &Suite<'_, '_>, number: usize) -> Vec<Transformed> {
    let case = &suite.cases[number];
    if case.wanted == Wanted::NotCertain || !case.passes(&case.answer) {
        return Vec::new();
    }
    let end = case.answer.matches.first().and_then(|m| m.evidence.last()).map_or(case.text.len(), |last| last.end);
    let fields = fields(&suite.rules[case.rule].tests[case.test]);
    let one = |transformation: &Transformation| {
        let answer = match Input::from_bytes((transformation.apply)(case.text, end)) {
            Ok(input) => suite.engine.analyse(&records(&input, &fields), case.assumed()),
            Err(_) => Analysis::default(),
        };
        let wrong = (!survives(case, &answer, transformation)).then(|| case.got(&answer));
        Transformed { case: number, name: transformation.name, wrong }
    };
    TRANSFORMATIONS.iter().map(one).collect()
}

/// Whether an answer to a transformed text is still the right one.
fn survives(case: &Case<'_>, answer: &Analysis, transformation: &Transformation) -> bool {
    let before = case.answer.matches.first();
    let after = answer.matches.first();
    let sure = |m: Option<&crate::engine::Match>| m.map(|m| m.confidence);
    after.is_some_and(|m| m.rule == case.rule) && (transformation.may_weaken || sure(before) == sure(after))
}

/// Reports texts that do not survive a transformation, and exceptions from one that they survive.
pub fn transformations(
    suite: &Suite<'_, '_>,
    transformed: &[Transformed],
    places: &Places,
    files: &mut Vec<SourceFile>,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for Transformed { case, name, wrong } in transformed {
        let case = &suite.cases[*case];
        let test = &suite.rules[case.rule].tests[case.test];
        let excepted = test.except.iter().position(|e| e.transform == *name);
        match (wrong, excepted) {
            (None, None) | (Some(_), Some(_)) => {}
            (None, Some(n)) => {
                let path = format!("tests[{}].except[{n}].transform", case.test);
                let mut place = Place::of(suite, places, files, case.rule, &path);
                place.findings.add(place.span, &NeedlessException { name: (*name).to_owned() });
                out.extend(place.findings.into_list());
            }
            (Some(got), None) => {
                let mut place = Place::of(suite, places, files, case.rule, &case.path());
                let (wanted, got) = (wanted(suite, case), said(suite, got));
                place.findings.add(place.span, &TransformationFailed { name: (*name).to_owned(), wanted, got });
                out.extend(place.findings.into_list());
            }
        }
    }
    out
}

/// The parts of a rule that can be taken away, and the tests (by number in the suite) that notice.
#[derive(Debug, Clone)]
pub struct Noticed {
    /// The rule.
    pub rule: usize,
    /// The parts.
    pub parts: Vec<(Mutant, Vec<usize>)>,
}

/// Takes every part of a rule away, one at a time; says which tests notice.
pub fn noticed(suite: &Suite<'_, '_>, shared: &Shared, rule: usize) -> Noticed {
    let mut recompiler = Recompiler::new(suite.engine.rules().pack(), shared);
    let mut parts = Vec::new();
    for mutant in mutants(&suite.rules[rule]) {
        if let Some(entry) = recompiler.entry(&mutant.head) {
            let broken = suite.broken_by(rule, &entry);
            parts.push((mutant, broken));
        }
    }
    Noticed { rule, parts }
}

/// Takes every wording of the phrases that a rule uses away; says which tests notice. The path is that in `phrases.yaml`.
pub fn wordings_noticed(suite: &Suite<'_, '_>, shared: &Shared, phrase: &Phrase) -> Vec<(usize, Vec<usize>)> {
    let mut out = Vec::new();
    for variant in 0..phrase.variants.len() {
        let mut varied = shared.clone();
        for other in varied.phrases.iter_mut().filter(|other| other.id == phrase.id) {
            other.variants.remove(variant);
        }
        let mut recompiler = Recompiler::new(suite.engine.rules().pack(), &varied);
        let mut broken = BTreeSet::new();
        for (number, rule) in suite.rules.iter().enumerate() {
            let base = &suite.engine.rules().pack().rules[number];
            if let Some(entry) = recompiler.entry(&rule.into()).filter(|entry| entry.signature != base.signature) {
                broken.extend(suite.broken_by(number, &entry));
            }
        }
        out.push((variant, broken.into_iter().collect()));
    }
    out
}

/// Reports what no test needs: guards, or ways to find the failure.
pub fn untested(
    suite: &Suite<'_, '_>,
    noticed: &[Noticed],
    loss: Loss,
    places: &Places,
    files: &mut Vec<SourceFile>,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for Noticed { rule, parts } in noticed {
        for (mutant, _) in parts.iter().filter(|(mutant, broken)| mutant.loss == loss && broken.is_empty()) {
            let mut place = Place::of(suite, places, files, *rule, &mutant.path);
            let what = part_name(&mutant.path);
            match loss {
                Loss::Find => place.findings.add(place.span, &UntestedBranch { what }),
                Loss::Guard => place.findings.add(place.span, &UntestedGuard { what }),
            };
            out.extend(place.findings.into_list());
        }
    }
    out
}

/// Reports wordings of the author's phrases that no test needs.
pub fn untested_wordings(
    suite: &Suite<'_, '_>,
    shared: &Shared,
    places: &Places,
    files: &[SourceFile],
) -> Vec<Diagnostic> {
    let phrases = places.phrases.and_then(|file| Some((file, tree(files.get(file)?)?)));
    let Some((file, root)) = phrases else { return Vec::new() };
    let mut findings = Findings::new(file);
    for (n, phrase) in root.items().iter().enumerate() {
        let Some(known) = shared.phrases.iter().find(|p| Some(p.id.as_str()) == phrase.text_of("id")) else { continue };
        for (variant, broken) in wordings_noticed(suite, shared, known) {
            if broken.is_empty() {
                let node = root.find(&format!("[{n}].variants[{variant}].text"));
                findings.add(node.span.clone(), &UntestedBranch { what: "wording".to_owned() });
            }
        }
    }
    findings.into_list()
}

/// Reports pairs of rules that are both certain about one text, with no word on which of them is the answer.
pub fn overlaps(suite: &Suite<'_, '_>, places: &Places, files: &mut Vec<SourceFile>) -> Vec<Diagnostic> {
    let pack = suite.engine.rules().pack();
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut out = Vec::new();
    for case in &suite.cases {
        // Several records are several failures, which is no contradiction.
        for reading in case.readings() {
            let answer = suite.engine.judge([reading], case.assumed(), None);
            let certain: Vec<usize> =
                answer.matches.iter().filter(|m| m.confidence == Confidence::Certain).map(|m| m.rule).collect();
            for (n, a) in certain.iter().enumerate() {
                for b in &certain[n + 1..] {
                    let pair = (*a.min(b), *a.max(b));
                    let own = places.is_own(*a) || places.is_own(*b);
                    if !own || suite.engine.outranks(*a, *b) || suite.engine.outranks(*b, *a) || !seen.insert(pair) {
                        continue;
                    }
                    let rule = if places.is_own(*a) { *a } else { *b };
                    let other = if rule == *a { *b } else { *a };
                    let by = format!("test {} of `{}`", case.test + 1, pack.rules[case.rule].id);
                    let mut place = Place::of(suite, places, files, rule, "id");
                    let problem = Overlap { other: pack.rules[other].id.to_string(), by };
                    place.findings.add(place.span, &problem);
                    out.extend(place.findings.into_list());
                }
            }
        }
    }
    out
}

/// Where something about a rule is reported.
struct Place {
    findings: Findings,
    span: Range<usize>,
    node: Option<Node>,
}

impl Place {
    fn of(suite: &Suite<'_, '_>, places: &Places, files: &mut Vec<SourceFile>, rule: usize, path: &str) -> Self {
        let own = places.files.get(&rule).and_then(|file| Some((*file, tree(files.get(*file)?)?)));
        match own {
            Some((file, root)) => {
                let node = root.find(path).clone();
                Self { findings: Findings::new(file), span: mark(&node), node: Some(node) }
            }
            // A shipped rule has no file here; its name and the path must do.
            None => {
                let name = format!("{} (built in), {path}", suite.engine.rules().pack().rules[rule].id);
                let known = files.iter().position(|file| file.name == name);
                let file = known.unwrap_or_else(|| {
                    files.push(SourceFile { name, text: String::new(), area: None });
                    files.len() - 1
                });
                Self { findings: Findings::new(file), span: 0..0, node: None }
            }
        }
    }
}

/// The part of a node that a message marks.
fn mark(node: &Node) -> Range<usize> {
    match (node.entries().first(), node.items().first()) {
        // A branch with one key is known by its value.
        (Some(entry), _) if node.entries().len() == 1 => {
            entry.key_span.start..entry.value.span.end.max(entry.key_span.end)
        }
        (Some(entry), _) => entry.key_span.clone(),
        (None, Some(item)) => mark(item),
        (None, None) => node.span.clone(),
    }
}

/// What a part of a rule is called.
fn part_name(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    let (key, _) = last.split_once('[').unwrap_or((last, ""));
    match key {
        "any" | "one-of" if last.contains('[') => "branch".to_owned(),
        "all" => "requirement".to_owned(),
        "none" => "exclusion".to_owned(),
        "hints" => "hint".to_owned(),
        other => format!("`{other}`"),
    }
}

fn wanted(suite: &Suite<'_, '_>, case: &Case<'_>) -> String {
    let id = &suite.engine.rules().pack().rules[case.rule].id;
    match case.wanted {
        Wanted::First(confidence) => format!("`{id}`, {}", confidence.id()),
        Wanted::NotCertain => format!("`{id}`, possible at most"),
    }
}

fn said(suite: &Suite<'_, '_>, got: &Got) -> String {
    match got.first {
        Some((rule, confidence, _)) => {
            format!("`{}`, {}", suite.engine.rules().pack().rules[rule].id, confidence.id())
        }
        None => "no match".to_owned(),
    }
}

/// What to do about a failing test, as far as the answer tells.
fn advice(suite: &Suite<'_, '_>, case: &Case<'_>, got: &Got) -> Option<String> {
    let pack = suite.engine.rules().pack();
    let id = &pack.rules[case.rule].id;
    Some(match (case.wanted, got.first) {
        (Wanted::NotCertain, _) => {
            "exclude what is special about this text with `none`, or take a longer part of the sentence".to_owned()
        }
        (Wanted::First(_), None) => format!("save the text and run `freebusy explain --why-not {id} FILE`"),
        (Wanted::First(_), Some((rule, _, missing))) if rule == case.rule => match missing {
            Missing::Context(context) => {
                let title = &pack.contexts[usize::from(context)].title;
                format!("the text does not show {title}; `assume` stands for it, and `expect: possible` says so")
            }
            Missing::Direction(direction) => {
                format!("the text shows the direction {}, which the rule does not name", direction.id())
            }
            Missing::Signature | Missing::Failure => "only hints hold; the signature does not".to_owned(),
            Missing::Nothing => "write `expect: certain`, or make the signature ask for more".to_owned(),
        },
        (Wanted::First(_), Some((rule, ..))) => {
            format!("if `{}` is only a consequence here, name it under `outranks`", pack.rules[rule].id)
        }
    })
}
