//! The guide as a model: from every step of every rule, whatever is answered.

mod common;

use common::Catalogue;
use common::guide::{NOW, answers, give, output};
use freebusy::guide::{Answer, Ask, Begin, By, Case, Guide, MOST_ENTRIES, Place, StepAt};
use freebusy::rules::model::Rule;
use jiff::civil::date;
use std::collections::{BTreeMap, BTreeSet};

fn with_guide(test: impl FnOnce(&Catalogue, &Guide<'_>)) {
    let catalogue = Catalogue::built_in();
    let guide = Guide::new(catalogue.engine.rules(), BTreeMap::new(), date(2026, 11, 23)).expect("sound rules");
    test(&catalogue, &guide);
}

/// A case that stands at a step.
fn at(guide: &Guide<'_>, rule: &Rule, step: &str) -> Case {
    let mut case = guide.begin(Begin::Nothing, BTreeMap::new(), NOW).expect("sound rules");
    case.first = Place::Step(StepAt { rule: rule.id.clone(), step: step.to_owned() });
    case
}

/// The steps of a rule that apply on the day of the tests.
fn steps<'r>(guide: &'r Guide<'_>, rule: &'r Rule) -> impl Iterator<Item = Case> + 'r {
    let apply = |case: &Case| matches!(guide.turn(case), Ok(turn) if turn.notes.is_empty());
    rule.steps.iter().map(|step| at(guide, rule, &step.id)).filter(apply)
}

#[test]
fn from_every_step_an_end_is_reached_without_an_answer() {
    with_guide(|catalogue, guide| {
        for rule in catalogue.rules() {
            for mut case in steps(guide, rule) {
                let mut answered = 0;
                while !guide.turn(&case).expect("a turn").at.is_end() {
                    give(guide, &mut case, Answer::Skip);
                    answered += 1;
                    assert!(answered < 200, "{}: {:?} goes round", rule.id, case.first);
                }
            }
        }
    });
}

#[test]
fn from_every_step_the_failure_can_be_said_to_be_gone() {
    with_guide(|catalogue, guide| {
        for rule in catalogue.rules() {
            for mut case in steps(guide, rule) {
                give(guide, &mut case, Answer::Solved);
                give(guide, &mut case, Answer::Choice("yes".into()));
                assert_eq!(guide.turn(&case).expect("a turn").at, Place::Resolved(rule.id.clone()));
            }
        }
    });
}

#[test]
fn an_output_that_shows_an_outcome_leads_where_the_outcome_says() {
    with_guide(|catalogue, guide| {
        let mut judged = 0;
        for rule in catalogue.rules() {
            for case in steps(guide, rule) {
                let Ask::Step(step) = guide.turn(&case).expect("a turn").ask else { panic!("no step") };
                if step.step.commands.is_empty() {
                    continue;
                }
                let outcomes = &step.step.outcomes;
                for (number, outcome) in outcomes.iter().enumerate() {
                    let Some(when) = outcome.when.as_ref().filter(|when| when.observed.is_none()) else { continue };
                    let mut case = case.clone();
                    give(guide, &mut case, Answer::Output(output(&step, Some(when))));
                    let entry = case.entries.last().expect("an answer");
                    let place = format!("{}/{}: {when:?}", rule.id, step.step.id);
                    if matches!(entry.to, Place::Outcome(_)) {
                        // Something before it only a person can see: when it is not that, it is this. Or the output of a whole script
                        // does not say which command printed nothing.
                        let own = Answer::Choice((number + 1).to_string());
                        if guide.answer(&mut case, own, NOW).expect("sound rules").is_err() {
                            give(guide, &mut case, Answer::Choice("none".into()));
                        }
                    }
                    let decision = &case.entries.last().expect("an answer").decision;
                    assert_eq!(decision.when.as_ref(), Some(when), "{place}");
                    judged += usize::from(decision.by == By::Evidence);
                }
            }
        }
        assert!(judged > 200, "{judged} outcomes only are told from the output itself");
    });
}

#[test]
fn every_place_of_every_rule_has_a_turn_and_takes_its_answers() {
    with_guide(|catalogue, guide| {
        let parameters = catalogue.pack().parameters().expect("parameters");
        for rule in catalogue.rules() {
            let begin = Begin::Rule(rule.id.clone());
            let mut open = vec![guide.begin(begin, BTreeMap::new(), NOW).expect("sound rules")];
            let mut seen = BTreeSet::new();
            let mut reached = BTreeSet::new();
            while let Some(case) = open.pop() {
                let turn = guide.turn(&case).expect("a turn");
                // Where a walk goes on with another rule is walked with that rule.
                let other = turn.at.step().is_some_and(|(id, _)| id != rule.id);
                // What a person is asked about an output depends on the output.
                let output = match (&turn.at, case.entries.last()) {
                    (Place::Outcome(_), Some(last)) => format!("{:?}", last.answer),
                    _ => String::new(),
                };
                if other || !seen.insert(format!("{:?} {output}", turn.at)) {
                    continue;
                }
                reached.extend(turn.at.step().map(|(_, step)| step.to_owned()));
                for answer in answers(&turn, &parameters).into_iter().chain((!turn.at.is_end()).then_some(Answer::Skip))
                {
                    let mut next = case.clone();
                    give(guide, &mut next, answer);
                    open.push(next);
                }
            }
            let applying = steps(guide, rule).filter_map(|case| case.first.step().map(|(_, step)| step.to_owned()));
            let missed: Vec<String> = applying.filter(|step| !reached.contains(step)).collect();
            assert!(missed.is_empty(), "{}: no walk reaches {missed:?}", rule.id);
        }
    });
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

const ABSURD: [&str; 16] = [
    "",
    " \n\n",
    "\0\0\0",
    "\u{1f600}\u{1f468}\u{200d}\u{1f469}",
    "yes",
    "no",
    "none",
    "1",
    "-1",
    "99999999999999999999",
    "skip",
    "Get-AuthConfig : The term is not recognized\n    + CategoryInfo          : ObjectNotFound: (:) [], X\n",
    "a : {\n{{{{[[[[\n- -\n",
    "PS C:\\>\nPS C:\\>\n>> \n",
    "\u{feff}\u{202e}\u{2028}\r\r\n\t",
    "{\"output\":\"x\"}",
];

fn absurd(random: &mut Random) -> Answer {
    let text = ABSURD[random.below(ABSURD.len())].to_owned();
    match random.below(8) {
        0..=2 => Answer::Output(text),
        3 | 4 => Answer::Choice(text),
        5 => Answer::Value(text),
        6 => [Answer::Skip, Answer::Back, Answer::Quit, Answer::Solved][random.below(4)].clone(),
        _ => Answer::Skip,
    }
}

#[test]
fn no_answer_gets_a_walk_stuck() {
    with_guide(|catalogue, guide| {
        let parameters = catalogue.pack().parameters().expect("parameters");
        let mut random = Random(20_261_123);
        for rule in catalogue.rules() {
            let mut case = guide.begin(Begin::Rule(rule.id.clone()), BTreeMap::new(), NOW).expect("sound rules");
            for _ in 0..40 {
                let before = case.clone();
                let answer = absurd(&mut random);
                let taken = guide.answer(&mut case, answer.clone(), NOW).expect("sound rules");
                assert!(taken.is_ok() || case == before, "{answer:?} was refused and changed the case");
                let turn = guide.turn(&case).expect("a turn");
                if turn.at.is_end() {
                    break;
                }
                let sensible = !answers(&turn, &parameters).is_empty();
                assert!(sensible, "nothing can be answered to {:?}", turn.at);
            }
            // Whatever came of it can be written down, and left.
            let written = freebusy::guide::write(&case).expect("YAML");
            assert_eq!(freebusy::guide::read("case.yaml", &written).expect("a case"), case);
            let mut answered = 0;
            while !guide.turn(&case).expect("a turn").at.is_end() {
                give(guide, &mut case, Answer::Skip);
                answered += 1;
                assert!(answered < 200, "{}: {:?}", rule.id, case);
            }
        }
    });
}

#[test]
fn a_megabyte_is_judged_and_more_is_refused() {
    with_guide(|catalogue, guide| {
        for id in ["oauth-missing-signing-certificate", "token-user-ambiguous", "immutable-id-not-smtp"] {
            let rule = catalogue.rules().iter().find(|rule| rule.id == id).expect("a rule");
            for text in ["x".repeat(1_000_000), "Name : a\n".repeat(100_000), "\0".repeat(1 << 20)] {
                let mut case = at(guide, rule, &rule.steps[0].id);
                give(guide, &mut case, Answer::Output(text.clone()));
                guide.turn(&case).expect("a turn");
                let mut case = at(guide, rule, &rule.steps[0].id);
                let long = Answer::Output(text.repeat(2));
                assert!(guide.answer(&mut case, long, NOW).expect("sound rules").is_err());
                assert!(case.entries.is_empty());
            }
        }
    });
}

#[test]
fn a_case_that_is_full_says_so() {
    with_guide(|catalogue, guide| {
        let mut case = at(guide, &catalogue.rules()[0], &catalogue.rules()[0].steps[0].id);
        give(guide, &mut case, Answer::Solved);
        let entry = case.entries[0].clone();
        let again = freebusy::guide::Entry { taken_back: true, ..entry };
        case.entries = vec![again; MOST_ENTRIES];
        assert!(guide.answer(&mut case, Answer::Skip, NOW).expect("sound rules").is_err());
        assert_eq!(guide.turn(&case).expect("a turn").notes.len(), 1);
    });
}
