//! All checks, asked about everything that a case holds.

use super::value;
use super::{Answer, Evidence, counts, is_printed};
use crate::engine::condition::{Evaluator, Regexes};
use crate::engine::finder::{Finder, Hits};
use crate::engine::{Analysis, condition::Site};
use crate::facts::Facts;
use crate::read::Case;
use crate::read::objects::{Form, Object, is_command_line};
use crate::record::Record;
use crate::rules::compile::strip_white_space;
use crate::rules::compile_checks::parse_count;
use crate::rules::model::{Auth, Condition, Direction, FactKind, Level, Nature, Printout, Shows, With};
use crate::rules::pack::{CheckEntry, Checks, Node};
use crate::text::Text;
use crate::text::fold::fold;
use jiff::civil::Date;
use std::cell::OnceCell;
use std::ops::Range;

/// A case, as far as checks ask about it. Positions count through the case.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'s> {
    /// Everything that cmdlets printed.
    pub objects: &'s [Object],
    /// The inputs: they know the text at a place.
    pub case: &'s Case,
    /// The records, of which the failure is what no cmdlet printed as a setting.
    pub records: &'s [Record<'s>],
    /// What the rules found in them.
    pub analysis: &'s Analysis,
    /// The day by which certificates are judged; nothing says nothing about them.
    pub today: Option<Date>,
}

/// What the checks found.
#[derive(Debug, Clone, Default)]
pub struct Examination {
    /// The cmdlets whose output was recognised, in the order of appearance.
    pub shown: Vec<Shown>,
    /// What the checks say: contradictions and deviations first, what does not matter last.
    pub findings: Vec<Finding>,
}

/// A cmdlet whose output was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its printout, by number.
    pub printout: usize,
    /// The cmdlet: of an error record the one that failed.
    pub cmdlet: String,
    /// How many objects it printed.
    pub objects: usize,
}

/// What one check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check, by its number in [`Checks::entries`].
    pub entry: usize,
    /// The places that show it.
    pub at: Vec<Range<usize>>,
    /// The property that decided.
    pub property: Option<String>,
    /// What it holds.
    pub value: Option<String>,
    /// The objects that show it, by what names them, where the cmdlet printed several.
    pub on: Vec<String>,
    /// The lookups that they are for, where that is known and the same for all of them.
    pub direction: Option<Direction>,
    /// What they do not fit.
    pub against: Option<Against>,
    /// The check, by number, for which this one does not matter.
    pub set_aside_by: Option<usize>,
}

/// The other side of a contradiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// The cmdlet; nothing where it is the failure itself.
    pub of: Option<String>,
    /// The property.
    pub property: Option<String>,
    /// What it holds.
    pub value: String,
    /// The places that show it.
    pub at: Vec<Range<usize>>,
}

/// One object of the case that a cmdlet of the table printed.
struct Item<'o> {
    object: &'o Object,
    printout: usize,
    direction: Option<Direction>,
}

/// What made a test hold, and the other side of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Found {
    evidence: Evidence,
    against: Option<Against>,
}

impl Found {
    fn join(self, other: Self) -> Self {
        Self { evidence: self.evidence.join(other.evidence), against: self.against.or(other.against) }
    }
}

/// Asks all checks about a case.
pub fn examine(checks: &Checks, scene: &Scene<'_>) -> Examination {
    let digest = checks.digest();
    let mut examiner = Examiner {
        checks,
        scene,
        items: Vec::new(),
        finder: Finder::new(&digest),
        regexes: Regexes::default(),
        failure: OnceCell::new(),
    };
    for object in scene.objects {
        if let Some(printout) = printout_of(checks, object) {
            examiner.items.push(Item { object, printout, direction: None });
        }
    }
    let directions: Vec<Option<Direction>> = examiner.items.iter().map(|item| examiner.side(item)).collect();
    examiner.items.iter_mut().zip(directions).for_each(|(item, direction)| item.direction = direction);
    let mut findings: Vec<Finding> =
        checks.entries.iter().enumerate().filter_map(|(number, entry)| examiner.ask(number, entry)).collect();
    drop_excused(checks, &mut findings);
    set_aside(checks, &mut findings);
    findings.sort_by_key(|finding| {
        let level = checks.entries[finding.entry].check.level;
        (finding.set_aside_by.is_some(), level, finding.against.is_none(), finding.entry)
    });
    Examination { shown: examiner.shown(), findings }
}

impl Examination {
    /// Whether something is not as it should be, and matters.
    pub fn deviates(&self, checks: &Checks) -> bool {
        let matters = |finding: &&Finding| finding.set_aside_by.is_none();
        self.findings
            .iter()
            .filter(matters)
            .any(|finding| checks.entries[finding.entry].check.level == Level::Deviation)
    }
}

/// What a check reports is expected where another one holds.
fn drop_excused(checks: &Checks, findings: &mut Vec<Finding>) {
    let excused: Vec<&str> =
        findings.iter().flat_map(|finding| &checks.entries[finding.entry].check.excuses).map(String::as_str).collect();
    findings.retain(|finding| !excused.contains(&checks.entries[finding.entry].check.id.as_str()));
}

/// What is about a scheme that the lookups do not use does not matter.
fn set_aside(checks: &Checks, findings: &mut [Finding]) {
    let by: Vec<(usize, Auth, Option<Direction>)> = findings
        .iter()
        .filter_map(|f| Some((f.entry, checks.entries[f.entry].check.sets_aside?, f.direction)))
        .collect();
    for finding in findings.iter_mut() {
        let about = checks.entries[finding.entry].check.auth;
        let fits = |direction: &Option<Direction>| match (direction, finding.direction) {
            (Some(a), Some(b)) => *a == b,
            _ => true,
        };
        let setter = by
            .iter()
            .find(|(entry, auth, direction)| *entry != finding.entry && about == Some(*auth) && fits(direction));
        finding.set_aside_by = setter.map(|(entry, ..)| *entry);
    }
}

/// The printout that an object is: by its command, else by the properties that only this cmdlet prints.
fn printout_of(checks: &Checks, object: &Object) -> Option<usize> {
    let all = || checks.printouts.iter().enumerate();
    if object.form == Form::Error {
        return all().find(|(_, printout)| printout.shows == Nature::Error).map(|(number, _)| number);
    }
    if let Some(name) = &object.cmdlet {
        // `Connect-ExchangeOnline -Prefix EO` puts letters before every noun.
        let fits = |printout: &Printout| match (printout.cmdlet.split_once('-'), name.split_once('-')) {
            (Some((verb, noun)), Some((own_verb, own_noun))) => {
                let end = own_noun.len().checked_sub(noun.len()).and_then(|at| own_noun.get(at..));
                verb.eq_ignore_ascii_case(own_verb) && end.is_some_and(|end| end.eq_ignore_ascii_case(noun))
            }
            _ => false,
        };
        return all()
            .filter(|(_, printout)| fits(printout))
            .max_by_key(|(_, p)| p.cmdlet.len())
            .map(|(number, _)| number);
    }
    if object.form == Form::Step {
        let sentence = fold(&object.property("Step")?.value.text());
        let tells = |printout: &Printout| printout.steps.iter().any(|told| sentence.contains(&fold(&told.says)));
        return all().find(|(_, printout)| tells(printout)).map(|(number, _)| number);
    }
    let known = |printout: &Printout| {
        let shows = |name: &String| match name.split_once('=') {
            Some((name, part)) => {
                object.property(name).is_some_and(|property| value::contains(&property.value, part) == Some(true))
            }
            None => object.property(name).is_some(),
        };
        let has = |set: &&Vec<String>| set.iter().all(shows);
        printout.known_by.iter().filter(has).map(Vec::len).max()
    };
    let best = all().filter_map(|(number, printout)| Some((known(printout)?, number)));
    best.max_by_key(|(names, number)| (*names, usize::MAX - number)).map(|(_, number)| number)
}

struct Examiner<'e> {
    checks: &'e Checks,
    scene: &'e Scene<'e>,
    items: Vec<Item<'e>>,
    finder: Finder<'e>,
    regexes: Regexes,
    failure: OnceCell<Failure<'e>>,
}

/// What was pasted beside the settings: the error itself, and what test cmdlets found.
struct Failure<'e> {
    readings: Vec<Read<'e>>,
    facts: Facts,
}

/// A text, ready to be asked about.
struct Read<'e> {
    record: Record<'e>,
    text: Text,
    facts: Facts,
    hits: Hits,
}

impl<'e> Examiner<'e> {
    /// What one check says about the case.
    fn ask(&self, number: usize, entry: &CheckEntry) -> Option<Finding> {
        let of = usize::from(entry.of);
        let own = || self.items.iter().filter(move |item| item.printout == of);
        let objects = own().filter(|item| is_printed(item.object)).count();
        let about_steps = asks_steps(&entry.check.when);
        // Where the narrative and the objects differ, the objects are right.
        if about_steps && objects > 0 {
            return None;
        }
        let mut finding: Option<Finding> = None;
        let mut directions = Vec::new();
        for item in own().filter(|item| (item.object.form == Form::Step) == about_steps) {
            let Answer::Yes(found) = self.shows(&entry.check.when, item, entry) else { continue };
            directions.push(item.direction);
            let finding = finding.get_or_insert_with(|| Finding {
                entry: number,
                at: Vec::new(),
                property: found.evidence.property.clone(),
                value: found.evidence.value.clone(),
                on: Vec::new(),
                direction: None,
                against: found.against.clone(),
                set_aside_by: None,
            });
            let at = if found.evidence.at.is_empty() { vec![item.object.at.clone()] } else { found.evidence.at };
            finding.at.extend(at);
            if objects > 1 {
                finding.on.extend(label(item.object));
            }
        }
        let mut finding = finding?;
        finding.at.sort_by_key(|at| (at.start, at.end));
        finding.at.dedup();
        finding.on.dedup();
        finding.direction = directions.first().copied().flatten().filter(|d| directions.iter().all(|o| *o == Some(*d)));
        Some(finding)
    }

    /// Whether an object shows that.
    fn shows(&self, shows: &Shows, item: &Item<'_>, entry: &CheckEntry) -> Answer<Found> {
        let mut found = Found::default();
        let mut unknown = false;
        let mut parts: Vec<Answer<Found>> = Vec::new();
        if let Some(step) = &shows.step {
            parts.push(self.is_step(step, item));
        }
        if let Some(name) = &shows.property {
            parts.push(self.property(shows, name, item));
        }
        if let Some((operator, number)) = shows.objects.as_deref().and_then(parse_count) {
            let of = |other: &&Item<'_>| other.printout == item.printout && is_printed(other.object);
            let count = self.items.iter().filter(of).count();
            parts.push(Answer::of(counts(count, operator, number), || Found {
                evidence: Evidence { at: vec![item.object.at.clone()], ..Evidence::default() },
                against: None,
            }));
        }
        parts.extend(shows.direction.map(|wanted| known(item.direction, wanted)));
        // Of settings alone, what they name says nothing about a failure.
        let shown = self.scene.analysis.auth.filter(|_| self.has_failure());
        parts.extend(shows.failed_with.map(|wanted| known(shown, wanted)));
        parts.extend(shows.text.as_ref().map(|condition| self.text(condition, item, entry)));
        if let Some(with) = &shows.with {
            parts.push(self.with(shows, with, item, entry));
        } else if shows.fact.is_some() {
            parts.push(self.fact(shows, item));
        }
        // Behind the comparison: what is compared is the other side of a contradiction.
        parts.extend(shows.failure.as_ref().map(|condition| self.failed(condition, entry)));
        parts.extend(shows.all.iter().map(|inner| self.shows(inner, item, entry)));
        if !shows.any.is_empty() {
            let mut answer = Answer::No;
            for inner in &shows.any {
                match self.shows(inner, item, entry) {
                    Answer::Yes(found) => {
                        answer = Answer::Yes(found);
                        break;
                    }
                    Answer::Unknown => answer = Answer::Unknown,
                    Answer::No => {}
                }
            }
            parts.push(answer);
        }
        for inner in &shows.none {
            parts.push(match self.shows(inner, item, entry) {
                Answer::Yes(_) => Answer::No,
                Answer::No => Answer::Yes(Found::default()),
                Answer::Unknown => Answer::Unknown,
            });
        }
        for part in parts {
            match part {
                Answer::No => return Answer::No,
                Answer::Unknown => unknown = true,
                Answer::Yes(new) => found = found.join(new),
            }
        }
        if unknown { Answer::Unknown } else { Answer::Yes(found) }
    }

    fn is_step(&self, id: &str, item: &Item<'_>) -> Answer<Found> {
        let steps = &self.checks.printouts[item.printout].steps;
        let told = steps.iter().find(|told| told.id == id);
        let (Some(told), Some(sentence)) = (told, item.object.property("Step")) else { return Answer::No };
        let is = fold(&sentence.value.text()).contains(&fold(&told.says));
        Answer::of(is, || Found {
            evidence: Evidence { at: vec![item.object.at.clone()], ..Evidence::default() },
            against: None,
        })
    }

    /// The tests on one property, without comparisons.
    fn property(&self, shows: &Shows, name: &str, item: &Item<'_>) -> Answer<Found> {
        // What printed nothing has no property that could be left out.
        let missing = if item.object.form == Form::Nothing { Answer::No } else { Answer::Unknown };
        let Some(property) = item.object.property(name) else { return missing };
        let own = &property.value;
        let one_of = || {
            let answers: Vec<Option<bool>> = shows.one_of.iter().map(|wanted| value::equals(own, wanted)).collect();
            if answers.contains(&Some(true)) {
                Some(true)
            } else if answers.contains(&None) {
                None
            } else {
                Some(false)
            }
        };
        let tests = [
            shows.equals.as_deref().map(|wanted| value::equals(own, wanted)),
            (!shows.one_of.is_empty()).then(one_of),
            shows.contains.as_deref().map(|part| value::contains(own, part)),
            shows.matches.as_deref().map(|pattern| self.matches(own, pattern)),
            shows.empty.map(|empty| Some(own.is_empty() == empty)),
            shows.expired.map(|wanted| Some(value::expired(own, self.scene.today?)? == wanted)),
            shows.later_than.as_deref().map(|other| value::later(own, &item.object.property(other)?.value)),
        ];
        for test in tests.into_iter().flatten() {
            match test {
                Some(true) => {}
                Some(false) => return Answer::No,
                None => return Answer::Unknown,
            }
        }
        Answer::Yes(Found { evidence: Evidence::of(property), against: None })
    }

    fn matches(&self, own: &crate::read::objects::Value, pattern: &str) -> Option<bool> {
        let regex = self.regexes.get(&format!("^(?:{})$", strip_white_space(pattern).0))?;
        let found = own.items().iter().any(|item| regex.is_match(value::tight(item).as_bytes()));
        if found { Some(true) } else { (!own.is_cut()).then_some(false) }
    }

    /// Another object of the case, and the comparison with it.
    fn with(&self, shows: &Shows, with: &With, item: &Item<'_>, entry: &CheckEntry) -> Answer<Found> {
        let of = |other: &&Item<'_>| self.checks.printouts[other.printout].cmdlet.eq_ignore_ascii_case(&with.of);
        let others: Vec<&Item<'_>> = self
            .items
            .iter()
            .filter(of)
            .filter(|other| !std::ptr::eq(other.object, item.object))
            .filter(|other| !matches!((item.direction, other.direction), (Some(a), Some(b)) if a != b))
            .collect();
        if others.is_empty() {
            // It was not pasted.
            return Answer::Unknown;
        }
        let mut unknown = false;
        let mut fitting: Vec<(&Item<'_>, Found)> = Vec::new();
        for other in others {
            // A step is asked for by name only.
            let wants_step = with.shows.as_ref().is_some_and(asks_steps);
            if (other.object.form == Form::Step) != wants_step {
                continue;
            }
            match with.shows.as_ref().map(|inner| self.shows(inner, other, entry)) {
                None => fitting.push((other, Found::default())),
                Some(Answer::Yes(found)) => fitting.push((other, found)),
                Some(Answer::Unknown) => unknown = true,
                Some(Answer::No) => {}
            }
        }
        let name = &self.checks.printouts;
        let against = |item: &Item<'_>, property: Option<String>, value: String, at: Vec<Range<usize>>| Against {
            of: Some(name[item.printout].cmdlet.clone()),
            property,
            value,
            at,
        };
        let Some(wanted) = &with.property else {
            return match fitting.into_iter().next() {
                Some((other, found)) => {
                    let at =
                        if found.evidence.at.is_empty() { vec![other.object.at.clone()] } else { found.evidence.at };
                    let value = found.evidence.value.clone().unwrap_or_default();
                    let against = against(other, found.evidence.property, value, at);
                    Answer::Yes(Found { evidence: Evidence::default(), against: Some(against) })
                }
                None if unknown => Answer::Unknown,
                None => Answer::No,
            };
        };
        let properties: Vec<_> = fitting
            .iter()
            .filter_map(|(other, _)| Some((*other, other.object.property(wanted)?)))
            .filter(|(_, property)| !property.value.is_empty())
            .collect();
        let Some((first, property)) = properties.first() else { return Answer::Unknown };
        if properties.iter().any(|(_, property)| property.value.is_cut()) {
            return Answer::Unknown;
        }
        let values: Vec<String> = properties.iter().flat_map(|(_, p)| p.value.items()).cloned().collect();
        let at = properties.iter().map(|(_, property)| property.at.clone()).collect();
        let mut distinct = values.clone();
        distinct.dedup();
        self.compare(shows, item, &values, against(first, Some(property.name.to_string()), distinct.join(", "), at))
    }

    /// The comparison with a fact of the failure.
    fn fact(&self, shows: &Shows, item: &Item<'_>) -> Answer<Found> {
        let failure = self.failure();
        let shown = self.scene.analysis.direction;
        if matches!((item.direction, shown), (Some(a), Some(b)) if a != b) {
            return Answer::Unknown;
        }
        let found = shows.fact.map(|kind| values(kind, &failure.facts)).unwrap_or_default();
        let values: Vec<String> = found.iter().map(|(value, _)| value.clone()).collect();
        let at = found.into_iter().map(|(_, at)| at).collect();
        let against = Against { of: None, property: None, value: values.join(", "), at };
        self.compare(shows, item, &values, against)
    }

    fn compare(&self, shows: &Shows, item: &Item<'_>, others: &[String], against: Against) -> Answer<Found> {
        let own = shows.property.as_deref().and_then(|name| item.object.property(name));
        let (Some(how), Some(own)) = (shows.compare, own) else { return Answer::Unknown };
        match value::compare(how, &own.value, others) {
            Some(true) => Answer::Yes(Found { evidence: Evidence::of(own), against: Some(against) }),
            Some(false) => Answer::No,
            None => Answer::Unknown,
        }
    }

    /// A condition on an object's own text.
    fn text(&self, condition: &Condition, item: &Item<'_>, entry: &CheckEntry) -> Answer<Found> {
        let Some(node) = node_of(condition, entry) else { return Answer::Unknown };
        let at = item.object.at.clone();
        let read = self.read(Record::text(self.scene.case.text(at.clone())));
        match self.site(&read, node) {
            Some(site) => Answer::Yes(Found { evidence: evidence(&read, &site, at.start), against: None }),
            None => Answer::No,
        }
    }

    /// A condition on the failure.
    fn failed(&self, condition: &Condition, entry: &CheckEntry) -> Answer<Found> {
        let Some(node) = node_of(condition, entry) else { return Answer::Unknown };
        let readings = &self.failure().readings;
        if readings.is_empty() {
            return Answer::Unknown;
        }
        for read in readings {
            if let Some(site) = self.site(read, node) {
                let found = evidence(read, &site, read.record.offset);
                let value = found.at.first().map(|at| self.scene.case.text(at.clone()).to_owned()).unwrap_or_default();
                let against = Against { of: None, property: None, value, at: found.at };
                return Answer::Yes(Found { evidence: Evidence::default(), against: Some(against) });
            }
        }
        Answer::No
    }

    fn site(&self, read: &Read<'_>, node: &Node) -> Option<Site> {
        let evaluator = Evaluator {
            text: &read.text,
            facts: &read.facts,
            hits: &read.hits,
            record: &read.record,
            regexes: &self.regexes,
        };
        evaluator.sites(node).into_iter().next()
    }

    fn read<'r>(&self, record: Record<'r>) -> Read<'r> {
        let text = Text::new(&record.text);
        let facts = Facts::of(&text);
        let hits = self.finder.find(&text);
        Read { record, text, facts, hits }
    }

    /// The failure, read when it is first asked about.
    fn failure(&self) -> &Failure<'e> {
        self.failure.get_or_init(|| {
            let mut failure = Failure { readings: Vec::new(), facts: Facts::default() };
            for record in self.scene.records {
                let text = self.without_settings(record);
                if text.trim().is_empty() {
                    continue;
                }
                let read = self.read(Record { text: text.into(), offset: record.offset, ..Record::default() });
                failure.facts.merge(read.facts.clone(), record.offset);
                failure.readings.push(read);
            }
            failure
        })
    }

    /// Whether there is anything beside settings and the commands that print them.
    fn has_failure(&self) -> bool {
        let lines = self.failure().readings.iter().flat_map(|read| read.record.text.lines());
        lines.filter(|line| !line.trim().is_empty()).any(|line| !is_command_line(line))
    }

    /// A record's text with blanks in place of settings: what they name is no part of the failure.
    fn without_settings(&self, record: &Record<'_>) -> String {
        let mut bytes = record.text.as_bytes().to_vec();
        for item in &self.items {
            if self.checks.printouts[item.printout].shows != Nature::Configuration {
                continue;
            }
            let start = item.object.at.start.saturating_sub(record.offset).min(bytes.len());
            let end = item.object.at.end.saturating_sub(record.offset).min(bytes.len());
            bytes[start..end.max(start)].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        // Records overlap, so that a setting may begin in the middle of a character of one.
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The lookups that an object is for.
    fn side(&self, item: &Item<'_>) -> Option<Direction> {
        let check = crate::rules::model::Check::nothing();
        let empty = CheckEntry { of: 0, check, references: Vec::new(), conditions: Vec::new() };
        let sides = &self.checks.printouts[item.printout].sides;
        let holds = |shows: &Shows| matches!(self.shows(shows, item, &empty), Answer::Yes(_));
        sides.iter().find(|side| holds(&side.when)).map(|side| side.direction)
    }

    fn shown(&self) -> Vec<Shown> {
        let mut shown: Vec<Shown> = Vec::new();
        for item in &self.items {
            let printout = &self.checks.printouts[item.printout];
            let cmdlet = match printout.shows {
                Nature::Error => item.object.cmdlet.as_deref().unwrap_or(&printout.cmdlet),
                _ => &printout.cmdlet,
            };
            let objects = usize::from(is_printed(item.object));
            match shown.iter_mut().find(|known| known.printout == item.printout && known.cmdlet == cmdlet) {
                Some(known) => known.objects += objects,
                None => shown.push(Shown { printout: item.printout, cmdlet: cmdlet.to_owned(), objects }),
            }
        }
        shown
    }
}

/// Whether a test asks about the steps of a narrative, not about objects.
fn asks_steps(shows: &Shows) -> bool {
    shows.step.is_some() || shows.all.iter().chain(&shows.any).any(asks_steps)
}

fn known<T: PartialEq>(actual: Option<T>, wanted: T) -> Answer<Found> {
    match actual {
        Some(actual) => Answer::of(actual == wanted, Found::default),
        None => Answer::Unknown,
    }
}

fn node_of<'c>(condition: &Condition, entry: &'c CheckEntry) -> Option<&'c Node> {
    entry.conditions.iter().find(|(known, _)| known == condition).map(|(_, node)| node)
}

fn evidence(read: &Read<'_>, site: &Site, offset: usize) -> Evidence {
    let original = |piece: &Range<usize>| read.text.folded.original(piece.clone());
    let at = site.evidence.iter().map(original).map(|at| at.start + offset..at.end + offset).collect();
    Evidence { at, ..Evidence::default() }
}

/// What tells an object from its neighbours.
fn label(object: &Object) -> Option<String> {
    const NAMES: [&str; 7] = ["Identity", "Name", "Server", "ServerFqdn", "Component", "Site", "Thumbprint"];
    let named = NAMES.iter().filter_map(|name| object.property(name)).find(|property| !property.value.is_empty());
    named.map(|property| property.value.text())
}

/// The values of a fact of the failure, with their places; none where the text leaves open which one is meant.
fn values(kind: FactKind, facts: &Facts) -> Vec<(String, Range<usize>)> {
    let pair = |found: &crate::facts::Found<String>| (found.value.clone(), found.span.clone());
    match kind {
        FactKind::Mailbox => facts.looked_up.iter().map(pair).collect(),
        FactKind::Domain => match &facts.looked_up {
            Some(found) => {
                let domain = found.value.rsplit_once('@').map(|(_, domain)| domain.to_owned());
                domain.map(|domain| (domain, found.span.clone())).into_iter().collect()
            }
            None => {
                // A domain that is named as such, not one that stands in somebody's address.
                let of_mailbox = |domain: &str| {
                    facts
                        .mailboxes
                        .iter()
                        .any(|m| m.value.rsplit_once('@').is_some_and(|(_, d)| d.eq_ignore_ascii_case(domain)))
                };
                let named: Vec<_> = facts.domains.iter().filter(|found| !of_mailbox(&found.value)).map(pair).collect();
                if named.len() == 1 { named } else { Vec::new() }
            }
        },
        FactKind::Host => facts.contacted.iter().map(pair).collect(),
        FactKind::Server => facts.servers.iter().map(pair).collect(),
        FactKind::Thumbprint => facts.thumbprints.iter().map(pair).collect(),
    }
}
