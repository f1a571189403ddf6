//! From what `rules/` says to the digest: sentences become needles, references become numbers, regexes are checked.

use super::compile_checks::compile_checks;
use super::fold::{fold, fold_variants};
use super::identifier::{Identifier, IdentifierKind};
use super::model::{Condition, Context, Head, Milestone, Phrase, Shared};
use super::pack::{All, ContextEntry, Entry, IndicationEntry, Node, Pack, Regex, Source, SourceRule, bytes};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// The shortest literal, in characters, that a rule's regex must require. Shorter ones occur everywhere, and the regex would run on
/// every text.
pub const MIN_LITERAL: usize = 4;

/// A literal of so many characters can be looked for in gigabytes of logs without reading them (`engine::sieve`).
const LONG_LITERAL: usize = 8;

/// More literals than that are not worth looking for instead of one that is shorter.
const MOST_LITERALS: usize = 16;

/// How near the parts of an `all`, and the exclusions of a `none`, are looked for when `within` says nothing: in
/// folded characters, so some screens of text.
pub const DEFAULT_WITHIN: u32 = 2_000;

/// What is wrong with a set of rules, and in which key of which entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The id of the rule or entry.
    pub entry: String,
    /// The keys that lead to the place, such as `signature.any[2].phrase`.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.entry, self.path, self.message)
    }
}

/// Digests rules, on top of a pack where there is one.
///
/// What is in the pack already is not compiled again: `source.rules` are the new rules only, one of which replaces a rule of
/// the pack with its id; the lists in `source.shared` begin with what the pack was compiled from.
///
/// # Errors
///
/// Every problem found, not only the first: an unknown phrase, context or rule, a condition that says nothing, a
/// regex that does not compile or requires no literal.
pub fn compile(source: Source, base: Option<Pack<'static>>) -> Result<Pack<'static>, Vec<Problem>> {
    let base = base.unwrap_or_default();
    let (mut checks, mut check_source) = (base.checks.clone(), base.check_source.clone());
    let mut compiler = Compiler::new(&source.shared.phrases, &base);
    let known_ids: Vec<String> = base.rules.iter().map(|entry| entry.id.to_string()).collect();

    let mut contexts = base.contexts;
    let context_numbers: HashMap<&str, u16> =
        source.shared.contexts.iter().enumerate().map(|(n, c)| (c.id.as_str(), n as u16)).collect();
    for context in &source.shared.contexts[contexts.len()..] {
        compiler.entry = context.id.clone();
        for (n, included) in context.includes.iter().enumerate() {
            if !context_numbers.contains_key(included.as_str()) {
                compiler.problem(format!("includes[{n}]"), format!("there is no context `{included}`"));
            }
        }
        contexts.push(ContextEntry {
            id: context.id.clone().into(),
            title: context.title.clone().into(),
            question: context.question.clone().into(),
            node: compiler.condition(&context.condition, "where"),
        });
    }
    let mut indications = base.indications;
    for (n, indication) in source.shared.indications.iter().enumerate().skip(indications.len()) {
        compiler.entry = format!("indication {}", n + 1);
        indications.push(IndicationEntry {
            direction: indication.direction,
            auth: indication.auth,
            node: compiler.condition(&indication.condition, "where"),
        });
    }

    let replaced = |id: &str| source.rules.iter().any(|rule| rule.head.id == id);
    let mut ids: Vec<&str> = known_ids.iter().map(String::as_str).filter(|id| !replaced(id)).collect();
    ids.extend(source.rules.iter().map(|rule| rule.head.id.as_str()));
    ids.sort_unstable();
    for pair in ids.windows(2).filter(|pair| pair[0] == pair[1]) {
        compiler.entry = pair[0].to_owned();
        compiler.problem("id".into(), "two rules have this id".into());
    }
    let mut rules: Vec<Entry<'static>> = base.rules.into_iter().filter(|entry| !replaced(&entry.id)).collect();
    for entry in &mut rules {
        let new = |old: &u16| number(&ids, &known_ids[usize::from(*old)]);
        entry.outranks = entry.outranks.iter().filter_map(new).collect();
    }
    let scope = Scope {
        ids,
        contexts: &source.shared.contexts,
        context_numbers,
        timeline: &source.shared.timeline,
        identifiers: (&source.identifiers).into(),
    };
    for SourceRule { head, body } in &source.rules {
        rules.push(compiler.rule(head, body.clone(), &scope));
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(source) = &source.checks {
        match compile_checks(source, compiler.known_phrases, &scope.ids) {
            Ok(compiled) => (checks, check_source) = (bytes(&compiled), bytes(source)),
            Err(problems) => compiler.problems.extend(problems),
        }
    }
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }

    let order = compiler.sort_needles();
    for entry in &mut rules {
        entry.signature.renumber(&order);
        entry.hints.iter_mut().for_each(|hint| hint.renumber(&order));
    }
    contexts.iter_mut().for_each(|context| context.node.renumber(&order));
    indications.iter_mut().for_each(|indication| indication.node.renumber(&order));
    let (needle_text, needle_ends) = compiler.needle_text();
    let mut sentences: Vec<(u32, Cow<'static, str>)> =
        compiler.sentences.drain().map(|(old, sentence)| (order[old as usize], sentence.into())).collect();
    sentences.sort_unstable();
    Ok(Pack {
        needle_text: needle_text.into(),
        needle_ends,
        sentences,
        rules,
        contexts,
        indications,
        parameters: bytes(&source.parameters),
        identifiers: bytes(&source.identifiers),
        shared: bytes(&source.shared),
        checks,
        check_source,
    })
}

/// What a rule's references are looked up in.
struct Scope<'s> {
    /// The ids of all rules, sorted.
    ids: Vec<&'s str>,
    contexts: &'s [Context],
    context_numbers: HashMap<&'s str, u16>,
    timeline: &'s [Milestone],
    identifiers: Cow<'s, [Identifier]>,
}

fn number(ids: &[&str], id: &str) -> Option<u16> {
    ids.binary_search(&id).ok().map(|n| n as u16)
}

/// Compiles variations of a pack's own rules. Their numbers are those of the pack, so both can be asked about the same text.
pub struct Recompiler<'s> {
    compiler: Compiler<'s>,
    scope: Scope<'s>,
}

impl<'s> Recompiler<'s> {
    /// Prepares to compile rules that use the phrases and contexts of `shared`, from which `pack` was compiled.
    pub fn new(pack: &'s Pack<'_>, shared: &'s Shared) -> Self {
        let compiler = Compiler::new(&shared.phrases, pack);
        let numbers = shared.contexts.iter().enumerate().map(|(n, c)| (c.id.as_str(), n as u16)).collect();
        let ids = pack.rules.iter().map(|rule| rule.id.as_ref()).collect();
        let (contexts, timeline) = (&shared.contexts, &shared.timeline);
        // A pack that was read already is not damaged.
        let identifiers = pack.identifiers().unwrap_or_default().into();
        Self { compiler, scope: Scope { ids, contexts, context_numbers: numbers, timeline, identifiers } }
    }

    /// A condition; nothing where it says nothing.
    pub fn condition(&mut self, condition: &Condition) -> Option<Node> {
        let node = self.compiler.condition(condition, "");
        let problems = std::mem::take(&mut self.compiler.problems);
        problems.is_empty().then_some(node)
    }

    /// The entry of a varied rule; nothing where it is no rule any more. A text that the pack does not look for is found nowhere.
    pub fn entry(&mut self, head: &Head) -> Option<Entry<'static>> {
        let entry = self.compiler.rule(head, Cow::Borrowed(&[]), &self.scope);
        let problems = std::mem::take(&mut self.compiler.problems);
        problems.is_empty().then_some(entry)
    }
}

/// A context and, transitively, the contexts that stand for it.
fn include_contexts(number: u16, all: &[Context], numbers: &HashMap<&str, u16>, into: &mut Vec<u16>) {
    if into.contains(&number) {
        return;
    }
    into.push(number);
    for included in &all[number as usize].includes {
        if let Some(&number) = numbers.get(included.as_str()) {
            include_contexts(number, all, numbers, into);
        }
    }
}

/// Turns conditions into nodes, and collects what is wrong with them.
pub(super) struct Compiler<'s> {
    known_phrases: &'s [Phrase],
    phrases: HashMap<&'s str, &'s Phrase>,
    needles: Vec<String>,
    numbers: HashMap<String, u32>,
    /// Needles and the sentences that they were folded from.
    pub sentences: HashSet<(u32, String)>,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
    /// What is being compiled: the entry of its problems.
    pub entry: String,
}

impl<'s> Compiler<'s> {
    /// Begins with the needles of a pack.
    pub fn new(phrases: &'s [Phrase], base: &Pack<'_>) -> Self {
        let needles: Vec<String> = base.needles().map(str::to_owned).collect();
        Self {
            known_phrases: phrases,
            phrases: phrases.iter().map(|p| (p.id.as_str(), p)).collect(),
            numbers: needles.iter().cloned().zip(0..).collect(),
            needles,
            sentences: base.sentences.iter().map(|(needle, sentence)| (*needle, sentence.to_string())).collect(),
            problems: Vec::new(),
            entry: String::new(),
        }
    }

    fn rule(&mut self, head: &Head, body: Cow<'static, [u8]>, scope: &Scope<'_>) -> Entry<'static> {
        self.entry = head.id.clone();
        let mut outranks = Vec::new();
        for (n, id) in head.outranks.iter().enumerate() {
            match number(&scope.ids, id) {
                Some(number) => outranks.push(number),
                None => self.problem(format!("outranks[{n}]"), format!("there is no rule `{id}`")),
            }
        }
        let mut surrounding = Vec::new();
        if let Some(id) = &head.context {
            match scope.context_numbers.get(id.as_str()) {
                Some(&number) => include_contexts(number, scope.contexts, &scope.context_numbers, &mut surrounding),
                None => self.problem("context".into(), format!("there is no context `{id}`")),
            }
        }
        let hints = head.hints.iter().enumerate().map(|(n, hint)| self.condition(hint, &format!("hints[{n}]")));
        let mut hints: Vec<Node> = hints.collect();
        hints.extend(head.lids.iter().map(|&lid| Node::Lid(lid)));
        let hinting = scope.identifiers.iter().filter(|identifier| identifier.hint);
        for identifier in hinting.filter(|identifier| identifier.rules.contains(&head.id)) {
            hints.extend(self.identifier(identifier));
        }
        let since = self.date(head.since.as_deref(), "since", scope);
        let until = self.date(head.until.as_deref(), "until", scope);
        Entry {
            id: head.id.clone().into(),
            signature: self.condition(&head.signature, "signature"),
            contexts: surrounding,
            hints,
            outranks,
            direction: head.direction.clone(),
            auth: head.auth.clone(),
            since,
            until,
            body,
        }
    }

    /// The date of an entry of the timeline.
    fn date(&mut self, id: Option<&str>, path: &str, scope: &Scope<'_>) -> Option<Cow<'static, str>> {
        let id = id?;
        match scope.timeline.iter().find(|entry| entry.id == id) {
            Some(entry) => Some(entry.date.clone().into()),
            None => {
                self.problem(path.to_owned(), format!("timeline.yaml has no entry `{id}`"));
                None
            }
        }
    }

    /// Where an identifier stands; nothing where a text does not show it in a form of its own.
    fn identifier(&mut self, identifier: &Identifier) -> Option<Node> {
        match (identifier.kind, identifier.number()) {
            (IdentifierKind::Lid, Some(number)) => Some(Node::Lid(number)),
            (IdentifierKind::Diagnostics, Some(number)) => Some(Node::Diagnostics(number)),
            (IdentifierKind::Aadsts, Some(number)) => Some(Node::Aadsts(number)),
            (kind, _) if kind.is_number() => None,
            _ => {
                let folded = fold(&identifier.id);
                let usable = folded.len() >= MIN_LITERAL && !identifier.id.contains('*');
                usable.then(|| Node::Needle(self.needle(folded, &identifier.id)))
            }
        }
    }

    /// Notes something that is wrong.
    pub fn problem(&mut self, path: String, message: String) {
        self.problems.push(Problem { entry: self.entry.clone(), path, message });
    }

    /// The number of a needle, which was folded from a sentence.
    fn needle(&mut self, folded: String, sentence: &str) -> u32 {
        let number = match self.numbers.get(&folded) {
            Some(&number) => number,
            None => {
                let number = self.needles.len() as u32;
                self.needles.push(folded.clone());
                self.numbers.insert(folded, number);
                number
            }
        };
        self.sentences.insert((number, sentence.to_lowercase()));
        number
    }

    /// Sorts the needles; the answer is the new number of each.
    pub fn sort_needles(&mut self) -> Vec<u32> {
        let mut sorted: Vec<(String, u32)> = self.needles.drain(..).zip(0..).collect();
        sorted.sort();
        let mut order = vec![0; sorted.len()];
        for (new, (needle, old)) in sorted.into_iter().enumerate() {
            order[old as usize] = new as u32;
            self.needles.push(needle);
        }
        order
    }

    /// The needles one after the other, and where each ends.
    pub fn needle_text(&self) -> (String, Vec<u32>) {
        let mut text = String::new();
        let mut ends = Vec::new();
        for needle in &self.needles {
            text.push_str(needle);
            ends.push(text.len() as u32);
        }
        (text, ends)
    }

    /// A compiled condition; `path` are the keys that lead to it.
    pub fn condition(&mut self, condition: &Condition, path: &str) -> Node {
        let mut parts = Vec::new();
        if let Some(text) = &condition.text {
            let folded = fold(text);
            if folded.len() < MIN_LITERAL {
                self.problem(
                    format!("{path}.text"),
                    format!("`{text}` has fewer than {MIN_LITERAL} letters and digits; it would be found everywhere"),
                );
            }
            let variants = fold_variants(text).into_iter().map(|v| self.needle(v, text)).collect();
            parts.push(needles(variants));
        }
        if let Some(id) = &condition.phrase {
            match self.phrases.get(id.as_str()).copied() {
                Some(phrase) => {
                    let mut numbers = Vec::new();
                    for variant in &phrase.variants {
                        if fold(&variant.text).len() < MIN_LITERAL {
                            let message =
                                format!("phrase `{id}` has a variant of fewer than {MIN_LITERAL} letters and digits");
                            self.problems.push(Problem {
                                entry: self.entry.clone(),
                                path: format!("{path}.phrase"),
                                message,
                            });
                            continue;
                        }
                        for folded in fold_variants(&variant.text) {
                            numbers.push(self.needle(folded, &variant.text));
                        }
                    }
                    parts.push(needles(numbers));
                }
                None => self.problem(
                    format!("{path}.phrase"),
                    format!("there is no phrase `{id}`; phrases stand in phrases.yaml"),
                ),
            }
        }
        if let Some(pattern) = &condition.regex {
            parts.extend(self.regex(pattern, path));
        }
        parts.extend(condition.lid.map(Node::Lid));
        parts.extend(condition.http_status.map(Node::HttpStatus));
        parts.extend(condition.aadsts.map(Node::Aadsts));
        parts.extend(condition.diagnostics.map(Node::Diagnostics));
        parts.extend(condition.event.clone().map(Box::new).map(Node::Event));
        parts.extend(condition.field.clone().map(Box::new).map(Node::Field));
        for (n, part) in condition.all.iter().enumerate() {
            parts.push(self.condition(part, &format!("{path}.all[{n}]")));
        }
        if !condition.any.is_empty() {
            let any = condition.any.iter().enumerate().map(|(n, c)| self.condition(c, &format!("{path}.any[{n}]")));
            parts.push(Node::Any(any.collect()));
        }
        let none: Vec<Node> =
            condition.none.iter().enumerate().map(|(n, c)| self.condition(c, &format!("{path}.none[{n}]"))).collect();
        if parts.is_empty() {
            self.problem(
                path.to_owned(),
                "the condition names nothing that must be there; add `text`, `phrase`, `any` or another key".into(),
            );
        }
        match parts.pop() {
            Some(only) if parts.is_empty() && none.is_empty() => only,
            Some(last) => {
                parts.push(last);
                Node::All(Box::new(All { parts, none, within: condition.within.unwrap_or(DEFAULT_WITHIN) }))
            }
            None => Node::Any(Vec::new()),
        }
    }

    fn regex(&mut self, pattern: &str, path: &str) -> Option<Node> {
        let path = format!("{path}.regex");
        // With its blanks, a literal still shows where its words end.
        let written: Vec<String> = parse_regex(pattern).map(|hir| required_literals(&hir)).unwrap_or_default();
        let (pattern, _) = strip_white_space(pattern);
        if upper_case(&pattern).is_some() {
            self.problem(
                path,
                "the regex holds an upper-case letter, but the text that it sees is in lower case".into(),
            );
            return None;
        }
        let hir = match parse_regex(&pattern) {
            Ok(hir) => hir,
            Err(error) => {
                self.problem(path, format!("the regex does not parse: {error}"));
                return None;
            }
        };
        let literals = required_literals(&hir);
        let needles: Vec<String> = literals.iter().map(|l| fold(l)).collect();
        // A needle is found as a whole number only; a pattern may go on with more digits.
        let cut = |n: &String| n.starts_with(|c: char| c.is_ascii_digit()) || n.ends_with(|c: char| c.is_ascii_digit());
        let foldable = needles.iter().all(|n| n.len() >= MIN_LITERAL && !cut(n));
        if literals.is_empty() || literals.iter().any(|l| l.len() < MIN_LITERAL) {
            self.problem(
                path,
                format!(
                    "the regex requires no literal of {MIN_LITERAL} characters, so it would have to run on every text; \
                     add a fixed part"
                ),
            );
            return None;
        }
        if foldable {
            let sentence = |needle: &String| written.iter().find(|literal| fold(literal) == *needle);
            let needles = needles.into_iter().map(|needle| {
                let sentence = sentence(&needle).unwrap_or(&needle).clone();
                // Beside punctuation a pattern may have a blank where the text has none: `<type> imap </type`.
                let tight = without_loose_blanks(&sentence);
                if tight != sentence {
                    self.needle(needle.clone(), &tight);
                }
                self.needle(needle, &sentence)
            });
            let needles = needles.collect();
            Some(Node::Regex(Box::new(Regex { pattern, needles, literals: Vec::new() })))
        } else {
            let literals = literals.iter().map(|l| l.to_lowercase()).collect();
            Some(Node::Regex(Box::new(Regex { pattern, needles: Vec::new(), literals })))
        }
    }
}

/// A literal without the blanks that do not stand between two words.
fn without_loose_blanks(literal: &str) -> String {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_loose = |at: usize| !(word(literal[..at].chars().next_back()) && word(literal[at + 1..].chars().next()));
    literal.char_indices().filter(|(at, c)| *c != ' ' || !is_loose(*at)).map(|(_, c)| c).collect()
}

/// A condition on needles.
fn needles(mut numbers: Vec<u32>) -> Node {
    numbers.sort_unstable();
    numbers.dedup();
    match numbers.as_slice() {
        [only] => Node::Needle(*only),
        _ => Node::Needles(numbers),
    }
}

/// Removes white space from a pattern: the text that a rule's regex sees has none. An escaped blank goes too. The second answer is
/// where each byte of the first stood.
pub fn strip_white_space(pattern: &str) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(pattern.len());
    let mut offsets = Vec::with_capacity(pattern.len());
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        if c.is_whitespace() {
            if escaped {
                out.pop();
                offsets.pop();
            }
            escaped = false;
            continue;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
        offsets.extend((0..c.len_utf8()).map(|byte| at + byte));
    }
    (out, offsets)
}

/// Where a pattern asks for an upper-case letter; `\S` and its like do not.
pub fn upper_case(pattern: &str) -> Option<usize> {
    let mut escaped = false;
    pattern.char_indices().find_map(|(at, c)| {
        let asks = c.is_uppercase() && !escaped;
        escaped = c == '\\' && !escaped;
        asks.then_some(at)
    })
}

/// Parses a rule's regex the way the engine compiles it.
///
/// # Errors
///
/// When it is none; the error knows where.
pub fn parse_regex(pattern: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    regex_syntax::ParserBuilder::new()
        .nest_limit(50)
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(Box::new)
}

/// Literals of which one stands in every match: the best such set that the pattern's concatenations offer.
pub fn required_literals(hir: &Hir) -> Vec<String> {
    match hir.kind() {
        HirKind::Capture(capture) => required_literals(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => {
            let mut literals = required_literals(&repetition.sub);
            // `x{8,}` holds eight of them, if it repeats nothing but a literal.
            if let HirKind::Literal(_) = repetition.sub.kind() {
                let times = repetition.min.min(LONG_LITERAL as u32) as usize;
                literals.iter_mut().for_each(|literal| *literal = literal.repeat(times));
            }
            literals
        }
        HirKind::Concat(parts) => {
            let runs = exact_runs(parts);
            let sets = parts.iter().map(required_literals).chain(runs).filter(|set| !set.is_empty());
            sets.max_by_key(|set| set.iter().map(|l| worth(l)).min()).unwrap_or_default()
        }
        HirKind::Alternation(branches) => {
            let sets: Vec<Vec<String>> = branches.iter().map(required_literals).collect();
            if sets.iter().any(Vec::is_empty) { Vec::new() } else { sets.concat() }
        }
        // One letter of a class is no literal; a class beside a literal makes several literals.
        HirKind::Literal(_) => exact(hir).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// What stands wherever neighbouring parts match that are nothing but letters: `x[ab]` is `xa` or `xb`.
fn exact_runs(parts: &[Hir]) -> Vec<Vec<String>> {
    let mut runs = Vec::new();
    let mut run: Vec<String> = Vec::new();
    let mut several = false;
    for part in parts {
        let set = exact(part);
        match set.as_ref().map(|set| set.len() * run.len().max(1)) {
            Some(1..=MOST_LITERALS) => {
                let set = set.unwrap_or_default();
                several |= !run.is_empty();
                run = if run.is_empty() { set } else { cross(&run, &set) };
            }
            _ => {
                if several {
                    runs.push(std::mem::take(&mut run));
                }
                run = set.unwrap_or_default();
                several = false;
            }
        }
    }
    if several {
        runs.push(run);
    }
    runs
}

/// The only texts that a pattern matches, if they are few.
fn exact(hir: &Hir) -> Option<Vec<String>> {
    let set = match hir.kind() {
        HirKind::Literal(literal) => vec![String::from_utf8(literal.0.to_vec()).ok()?],
        HirKind::Capture(capture) => exact(&capture.sub)?,
        HirKind::Class(Class::Bytes(class)) => {
            let bytes = || class.ranges().iter().flat_map(|range| range.start()..=range.end());
            if bytes().nth(MOST_LITERALS).is_some() || !bytes().all(|b| b.is_ascii()) {
                return None;
            }
            bytes().map(|b| char::from(b).to_string()).collect()
        }
        HirKind::Repetition(repetition)
            if repetition.max == Some(repetition.min) && (1..=LONG_LITERAL as u32).contains(&repetition.min) =>
        {
            let one = exact(&repetition.sub)?;
            // Of several texts each may stand at each place.
            let [one] = &one[..] else { return None };
            vec![one.repeat(repetition.min as usize)]
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(exact(branch)?);
            }
            all
        }
        _ => return None,
    };
    (set.len() <= MOST_LITERALS).then_some(set)
}

fn cross(before: &[String], behind: &[String]) -> Vec<String> {
    before.iter().flat_map(|first| behind.iter().map(move |second| format!("{first}{second}"))).collect()
}

/// How well a literal tells texts apart: a long one better than a short, and of long ones one that is a needle.
fn worth(literal: &str) -> (bool, usize, bool, usize) {
    let folded = fold(literal).len();
    let long = folded.max(literal.len());
    (literal.len() >= MIN_LITERAL, long.min(LONG_LITERAL), folded >= MIN_LITERAL, long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sentence: &str) -> Condition {
        Condition { text: Some(sentence.into()), ..Condition::default() }
    }

    fn literals(pattern: &str) -> Vec<String> {
        required_literals(&parse_regex(&strip_white_space(pattern).0).expect("a valid pattern"))
    }

    #[test]
    fn a_regex_yields_the_literal_that_every_match_contains() {
        assert_eq!(literals("email address [a-z0-9+/]{20,}"), ["emailaddress"]);
        assert_eq!(literals("sp_prot[_-]x+"), ["sp_prot-", "sp_prot_"]);
        assert_eq!(literals("[a-z]+sp_prot[a-z]x?"), ["sp_prot"]);
        assert_eq!(literals(r"220-?\*{8,}[^a-z]*ehlo"), ["********"]);
        assert_eq!(literals("250-?xxxxxxx[xb]y*"), ["xxxxxxxb", "xxxxxxxx"]);
        assert_eq!(literals("(abcd|efgh)x?"), ["abcd", "efgh"]);
        assert!(literals("[a-z]+").is_empty());
    }

    #[test]
    fn an_alternation_without_a_literal_in_one_branch_requires_none() {
        assert!(literals("(abcdef|[0-9]+)").is_empty());
    }

    #[test]
    fn white_space_in_a_pattern_does_not_count() {
        let (stripped, offsets) = strip_white_space(r"is\ not  correct\\");
        assert_eq!(stripped, r"isnotcorrect\\");
        assert_eq!(offsets[2], 4);
    }

    #[test]
    fn every_problem_is_reported_not_only_the_first() {
        let mut broken = Condition { phrase: Some("no-such".into()), ..Condition::default() };
        broken.any = vec![text("x"), Condition::default()];
        let context = Context {
            id: "c".into(),
            title: String::new(),
            question: String::new(),
            includes: vec!["nowhere".into()],
            condition: broken,
        };
        let shared = Shared { contexts: vec![context], ..Shared::default() };
        let source = Source { shared, ..Source::default() };
        let problems = compile(source, None).expect_err("four problems");
        let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["includes[0]", "where.phrase", "where.any[0].text", "where.any[1]"]);
    }
}
