//! One step's output, held against the step's outcomes and against the checks.

use super::case::{By, CheckNote, Decision};
use super::state::State;
use super::{Guide, GuideError};
use crate::engine::output::{Answer, Evidence, Examination, Output, Scene, examine, weigh};
use crate::read::objects::Object;
use crate::read::{Case as Inputs, Input, objects};
use crate::rules::check::Level;
use crate::rules::model::{Outcome, Step, When};
use crate::text::Text;
use crate::text::fold::fold;
use jiff::civil::Date;

/// The longest piece of evidence that a decision quotes, in characters.
const LONGEST_QUOTE: usize = 300;

/// The shortest piece of a command that is known again in an output, in letters and digits.
const SHORTEST_PIECE: usize = 8;

/// The most pieces of evidence that a decision quotes.
const MOST_QUOTES: usize = 5;

/// What an output amounts to.
#[derive(Debug)]
pub(super) struct Judgement {
    /// The outcome that it is, by its number; nothing where the step has none that fits. Where `open` is not empty: the one that it is
    /// when none of those is.
    pub outcome: Option<usize>,
    /// Why.
    pub decision: Decision,
    /// The outcomes that only a person can tell, by their numbers.
    pub open: Vec<usize>,
}

/// Holds an output against a step's outcomes: the first one that fits is the result. `notes` are what the checks say about the same
/// output, with the step that each of them names.
pub(super) fn judge(
    rule: &str,
    step: &Step,
    text: &str,
    around: Around<'_>,
    notes: &[(CheckNote, Option<String>)],
) -> Judgement {
    let objects = objects::read(text);
    // The command that was pasted along prints nothing.
    let printed = without_commands(step, text);
    let output = Output { text: &printed, objects: &objects, earlier: around.earlier, today: Some(around.today) };
    let mut open = Vec::new();
    let mut last: Option<(usize, Option<Evidence>)> = None;
    for (number, outcome) in step.outcomes.iter().enumerate() {
        let Some(when) = &outcome.when else {
            last = Some((number, None));
            break;
        };
        match weigh(when, &output) {
            Answer::No => {}
            Answer::Yes(evidence) if when.observed.is_none() => {
                last = Some((number, Some(evidence)));
                break;
            }
            Answer::Yes(_) | Answer::Unknown => open.push(number),
        }
    }
    let mut decision = Decision::default();
    let mut outcome = last.as_ref().map(|(number, _)| *number);
    // Where only a person could tell, a check may have told already: it names the step that mends what it found.
    let named = open.iter().copied().find_map(|number| {
        let then = step.outcomes[number].target()?;
        let names = |(_, mends): &&(CheckNote, Option<String>)| {
            mends.as_deref().and_then(|mends| mends.split_once('/')) == Some((rule, then))
        };
        notes.iter().find(names).map(|(note, _)| (number, note))
    });
    match (named, last) {
        (Some((number, note)), _) => {
            open.clear();
            outcome = Some(number);
            decision.by = By::Check;
            decision.evidence.clone_from(&note.evidence);
        }
        (None, Some((_, Some(evidence)))) => {
            decision.by = By::Evidence;
            decision.evidence = quotes(evidence.at.iter().map(|at| text.get(at.clone()).unwrap_or_default()));
        }
        (None, Some((_, None))) if step.outcomes.len() > 1 => decision.by = By::Otherwise,
        _ => decision.by = By::Order,
    }
    if let Some(outcome) = outcome.and_then(|number| step.outcomes.get(number)) {
        decision.when.clone_from(&outcome.when);
        decision.meaning.clone_from(&outcome.meaning);
    }
    decision.checks = notes.iter().map(|(note, _)| note.clone()).collect();
    Judgement { outcome, decision, open }
}

/// What an output is seen together with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// What was printed before, the last object first.
    pub earlier: &'a [Object],
    /// The day.
    pub today: Date,
}

/// An output in which blanks stand for the step's own commands.
fn without_commands(step: &Step, text: &str) -> String {
    let view = Text::new(text).folded;
    let mut printed = text.as_bytes().to_vec();
    for command in &step.run {
        // What stands between the values, which the person may have written otherwise.
        let pieces = command.command.split("{{").map(|piece| piece.rsplit_once("}}").map_or(piece, |(_, rest)| rest));
        for piece in pieces.map(fold).filter(|piece| piece.len() >= SHORTEST_PIECE) {
            for (at, _) in view.as_str().match_indices(&piece) {
                let range = view.original(at..at + piece.len());
                let line_ends = |byte: &u8| !matches!(byte, b'\r' | b'\n');
                printed[range].iter_mut().filter(|byte| line_ends(byte)).for_each(|byte| *byte = b' ');
            }
        }
    }
    String::from_utf8(printed).unwrap_or_else(|_| text.to_owned())
}

/// Whether what a step prints can say anything about where it leads.
pub(super) fn is_judged(step: &Step) -> bool {
    let told = |outcome: &Outcome| outcome.when.as_ref().is_some_and(has_test);
    step.outcomes.iter().any(told)
}

fn has_test(when: &When) -> bool {
    When { observed: None, ..when.clone() } != When::default()
}

/// What a decision quotes.
pub(super) fn quotes<'t>(pieces: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut quotes: Vec<String> = Vec::new();
    for piece in pieces {
        let piece = piece.trim();
        let quote = match piece.char_indices().nth(LONGEST_QUOTE) {
            Some((end, _)) => format!("{}…", &piece[..end]),
            None => piece.to_owned(),
        };
        if !quote.is_empty() && !quotes.contains(&quote) {
            quotes.push(quote);
        }
        if quotes.len() == MOST_QUOTES {
            break;
        }
    }
    quotes
}

/// The case's texts as inputs: the errors, and what steps printed. What is no text is left out.
pub(super) fn inputs(state: &State<'_>) -> Inputs {
    let texts = state.errors.iter().map(|(name, text)| (*name, *text));
    let texts = texts.chain(state.outputs.iter().map(|((_, step), text)| (*step, *text)));
    // A NUL would make bytes out of a text.
    let read =
        |(name, text): (&str, &str)| Some((name.to_owned(), Input::from_bytes(text.replace('\0', "").into()).ok()?));
    Inputs::new(texts.filter_map(read))
}

impl Guide<'_> {
    /// What the checks say about an output, seen together with the rest of the case; with the step that each names.
    pub(super) fn notes(&self, state: &State<'_>, text: &str) -> Result<Vec<(CheckNote, Option<String>)>, GuideError> {
        let mut parts: Vec<(String, Input)> = Vec::new();
        for (name, paste) in &state.errors {
            parts.extend(
                Input::from_bytes(paste.replace('\0', "").into()).ok().map(|input| ((*name).to_owned(), input)),
            );
        }
        let before: usize = parts.iter().map(|(_, input)| input.text.len() + 1).sum();
        parts.extend(Input::from_bytes(text.replace('\0', "").into()).ok().map(|input| ("output".to_owned(), input)));
        let case = Inputs::new(parts);
        // Most outputs of test steps, and all garbage, hold no object: then no check has anything to say.
        if objects::read(text).is_empty() {
            return Ok(Vec::new());
        }
        let (examination, _) = self.examine(&case, &[]);
        let mut notes = Vec::new();
        for finding in examination.findings.iter().filter(|finding| finding.set_aside_by.is_none()) {
            let check = &self.checks.entries[finding.entry].check;
            let here = |at: &&std::ops::Range<usize>| at.start >= before;
            if check.level == Level::Ok || !finding.at.iter().any(|at| here(&at)) {
                continue;
            }
            let note = CheckNote {
                id: check.id.clone(),
                level: check.level,
                title: check.title.clone(),
                meaning: check.meaning.clone(),
                evidence: quotes(finding.at.iter().filter(here).map(|at| case.text(at.clone()))),
            };
            notes.push((note, check.step.clone()));
        }
        Ok(notes)
    }

    /// What rules and checks say about inputs. `assumed` are contexts that the person vouches for.
    pub(super) fn examine(&self, case: &Inputs, assumed: &[u16]) -> (Examination, crate::engine::Analysis) {
        let records = case.records();
        let mut analysis = self.engine.analyse(&records, assumed);
        let objects = case.objects();
        if objects.is_empty() {
            return (Examination::default(), analysis);
        }
        let scene = Scene { objects: &objects, case, records: &records, analysis: &analysis, today: Some(self.today) };
        let examination = examine(&self.checks, &scene);
        analysis.support(&examination, &self.checks, self.engine.rules().pack());
        (examination, analysis)
    }
}
