//! Commands: what would fail, or do harm, when a person pastes it.

use super::{Checker, near};
use crate::author::diagnostic::Findings;
use crate::author::problems::{
    ChangingCommand, CommandTemplate, PromptInCommand, RetiredCommand, TwoCommands, TypographicCharacter,
    UnbalancedBrackets, UnbalancedQuotes, UnknownParameter,
};
use crate::author::yaml::Node;
use crate::facts::Facts;
use crate::remedy::powershell::{Fault, Name, Scan, fits, scan};
use crate::rules::model::{Command, Shell};
use std::ops::Range;

/// Characters that a word processor writes, and what a shell wants.
const TYPOGRAPHIC: [(char, &str, &str); 12] = [
    ('\u{2018}', "a curly quote", "'"),
    ('\u{2019}', "a curly quote", "'"),
    ('\u{201a}', "a low quote", "'"),
    ('\u{201b}', "a curly quote", "'"),
    ('\u{201c}', "a curly quote", "\""),
    ('\u{201d}', "a curly quote", "\""),
    ('\u{201e}', "a low quote", "\""),
    ('\u{2013}', "a dash", "-"),
    ('\u{2014}', "a long dash", "-"),
    ('\u{2212}', "a minus sign", "-"),
    ('\u{2026}', "an ellipsis", "..."),
    ('\u{a0}', "a non-breaking blank", " "),
];

/// Prompts that are copied with a command.
const PROMPTS: [&str; 4] = ["PS ", "PS>", "[PS]", ">> "];

/// Reports what is wrong with one entry of `run`. `read_only` says that its step claims to change nothing.
pub(super) fn check(checker: &Checker<'_>, source: &str, node: &Node, read_only: bool, findings: &mut Findings) {
    let Some(value) = node.get("command") else { return };
    let Some(text) = value.text() else { return };
    let shell = node.text_of("shell").unwrap_or_default();
    let place = |range: Range<usize>| value.part(source, range);
    for (at, c) in text.char_indices() {
        if let Some((_, name, plain)) = TYPOGRAPHIC.iter().find(|(typographic, ..)| *typographic == c) {
            findings.add(place(at..at + c.len_utf8()), &TypographicCharacter { name, plain }).fix(*plain);
        }
    }
    if let Some(prompt) = prompt(text) {
        findings.add(place(prompt), &PromptInCommand {});
        return;
    }
    if expressions(checker, text, &place, findings) {
        fill(checker, shell, text, value, &place, findings);
    }
    let masked = mask(text);
    let scan = if shell == Shell::Cmd.id() { command_prompt(&masked) } else { scan(&masked) };
    for (range, fault) in &scan.faults {
        let word = text[range.clone()].to_owned();
        let place = place(range.clone());
        let above = source.get(value.span.start..place.start).unwrap_or_default();
        let joined = above.trim_start().contains('\n') && !text[..range.start].trim_start().contains('\n');
        match fault {
            Fault::Quote => findings.add(place, &UnbalancedQuotes {}),
            Fault::Bracket(missing) => {
                let bracket = word.chars().next().unwrap_or('(');
                findings.add(place, &UnbalancedBrackets { bracket, missing: *missing })
            }
            Fault::SecondCommand => findings.add(place, &TwoCommands { word, joined }),
        };
    }
    names(checker, text, &masked, &scan, read_only, &place, findings);
}

/// The prompt in front of a command: `PS C:\Users\ben>`, `[PS] C:\>`, `C:\Windows\system32>`.
fn prompt(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let line = text[start..].lines().next()?;
    if let Some(prompt) = PROMPTS.iter().find(|prompt| line.starts_with(**prompt)) {
        let end = line.find("> ").or_else(|| line.find('>')).map_or(prompt.len(), |at| at + 1);
        return Some(start..start + end.max(prompt.trim_end().len()));
    }
    let (path, _) = line.split_once('>')?;
    let is_drive = path.starts_with(|c: char| c.is_ascii_alphabetic()) && path[1..].starts_with(":\\");
    (is_drive && !path.contains([' ', '"'])).then(|| start..start + path.len() + 1)
}

/// Reports retired commands, and changing ones where nothing may change.
fn names(
    checker: &Checker<'_>,
    text: &str,
    masked: &str,
    scan: &Scan,
    read_only: bool,
    place: &impl Fn(Range<usize>) -> Range<usize>,
    findings: &mut Findings,
) {
    for range in words(masked) {
        let word = &text[range.clone()];
        if let Some(module) = checker.known.retired.iter().find(|module| fits(word, &module.cmdlets)) {
            let problem = RetiredCommand {
                word: word.to_owned(),
                module: module.module.clone(),
                since: module.since.clone(),
                replacement: module.replacement.clone(),
            };
            findings.add(place(range), &problem);
        }
    }
    let cmdlets = &checker.known.cmdlets;
    for name in scan.commands.iter().filter(|name| read_only && !name.what_if) {
        let word = &text[name.range.clone()];
        let changing = cmdlets.changing.iter().any(|wildcard| fits(word, wildcard));
        if changing && !cmdlets.harmless.iter().any(|wildcard| fits(word, wildcard)) {
            findings.add(place(name.range.clone()), &ChangingCommand { word: word.to_owned() });
        }
    }
}

/// Reports expressions that are none and parameters that do not exist; says whether there are any.
fn expressions(
    checker: &Checker<'_>,
    text: &str,
    place: &impl Fn(Range<usize>) -> Range<usize>,
    findings: &mut Findings,
) -> bool {
    let mut known = true;
    for expression in holes(text) {
        let start = expression.start;
        if !text[expression.end..].starts_with("}}") {
            let reason = "an expression is not closed with `}}`".to_owned();
            findings.add(place(start - 2..start), &CommandTemplate { reason });
            return false;
        }
        if let Some(other) = other_syntax(&text[expression.clone()]) {
            let other = start + other.start..start + other.end;
            let reason = format!("`{}` has no meaning in an expression", &text[other.clone()]);
            findings.add(place(other), &CommandTemplate { reason });
            known = false;
            continue;
        }
        for name in identifiers(&text[expression.clone()]) {
            let range = expression.start + name.start..expression.start + name.end;
            let name = &text[range.clone()];
            if !checker.known.parameters.iter().any(|parameter| parameter.name == name) {
                let near = near(name, checker.known.parameters.iter().map(|p| p.name.as_str()));
                findings
                    .add(place(range), &UnknownParameter { name: name.to_owned(), near: near.clone() })
                    .suggest(near);
                known = false;
            }
        }
    }
    known
}

/// Reports a template that cannot be filled in.
fn fill(
    checker: &Checker<'_>,
    shell: &str,
    text: &str,
    value: &Node,
    place: &impl Fn(Range<usize>) -> Range<usize>,
    findings: &mut Findings,
) {
    let shell = if shell == Shell::Cmd.id() { Shell::Cmd } else { Shell::Ems };
    let command = Command { shell, command: text.to_owned() };
    if let Err(error) = checker.planner.commands(&[command], &Facts::default(), None) {
        let other = text.find("{%").or_else(|| text.find("{#"));
        let span = other.map_or_else(|| value.span.clone(), |at| place(at..at + 2));
        findings.add(span, &CommandTemplate { reason: error.reason() });
    }
}

/// The insides of all `{{ }}`.
pub(super) fn holes(text: &str) -> Vec<Range<usize>> {
    let mut holes = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{") {
        let start = at + open + 2;
        let end = text[start..].find("}}").map_or(text.len(), |close| start + close);
        holes.push(start..end);
        at = (end + 2).min(text.len());
    }
    holes
}

/// What in an expression is more than parameters and quoted texts with `~` between them.
fn other_syntax(expression: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut operand = true;
    loop {
        let rest = expression[at..].trim_start();
        at = expression.len() - rest.len();
        let end = expression.trim_end().len();
        let whole = at.min(end)..end;
        let Some(c) = rest.chars().next() else { return operand.then_some(whole) };
        let length = match c {
            '~' if !operand => 1,
            '\'' | '"' if operand => match rest[1..].find(c) {
                Some(close) => close + 2,
                None => return Some(whole),
            },
            c if operand && (c.is_ascii_alphanumeric() || c == '_') => {
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            _ => return Some(whole),
        };
        at += length;
        operand = !operand;
    }
}

/// The names in an expression, outside of its quoted texts.
fn identifiers(expression: &str) -> Vec<Range<usize>> {
    let mut names = Vec::new();
    let mut quote = None;
    let mut start = None;
    for (at, c) in expression.char_indices().chain([(expression.len(), ' ')]) {
        let part = c.is_ascii_alphanumeric() || c == '_';
        match (quote, start) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, Some(begin)) if !part => {
                names.push(begin..at);
                start = None;
                quote = matches!(c, '\'' | '"').then_some(c);
            }
            (None, None) if c.is_ascii_alphabetic() || c == '_' => start = Some(at),
            (None, None) if matches!(c, '\'' | '"') => quote = Some(c),
            _ => {}
        }
    }
    names
}

/// A command in which a plain word of the same length stands for each expression.
fn mask(text: &str) -> String {
    let mut masked = text.to_owned();
    for hole in holes(text) {
        let range = hole.start - 2..(hole.end + 2).min(text.len());
        masked.replace_range(range.clone(), &"x".repeat(range.len()));
    }
    masked
}

/// The words of a command: letters, digits and `-`.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty()).map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

/// A command prompt has no strings but double quotes, and names its command first.
fn command_prompt(text: &str) -> Scan {
    let mut scan = Scan::default();
    let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
    if let (1, Some(last)) = (quotes.len() % 2, quotes.last()) {
        scan.faults.push((*last..last + 1, Fault::Quote));
    }
    let is_quoted = |at: usize| quotes.iter().filter(|quote| **quote < at).count() % 2 == 1;
    let is_separator = |at: &usize| !text[..*at].ends_with(['^', '>']) && !is_quoted(*at);
    let separators = text.match_indices('&').chain(text.match_indices("||")).map(|(at, _)| at);
    if let Some(at) = separators.filter(is_separator).min() {
        let next = text[at..].trim_start_matches(['&', '|', ' ']);
        let word = text.len() - next.len();
        let length = next.find(char::is_whitespace).unwrap_or(next.len());
        let range = if length == 0 { at..at + 1 } else { word..word + length };
        scan.faults.push((range, Fault::SecondCommand));
    }
    if let Some(first) = words(text).next() {
        scan.commands.push(Name { range: first, what_if: false });
    }
    scan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_marked_to_its_end() {
        let found = |text: &str| prompt(text).map(|range| text[range].to_owned());
        assert_eq!(found("PS C:\\Users\\ben> Get-Mailbox").as_deref(), Some("PS C:\\Users\\ben>"));
        assert_eq!(found("[PS] C:\\>Get-Mailbox").as_deref(), Some("[PS] C:\\>"));
        assert_eq!(found("C:\\Windows\\system32>nslookup x").as_deref(), Some("C:\\Windows\\system32>"));
        assert_eq!(found("D:\\Tools\\portqry.exe -n x > out.txt"), None);
        assert_eq!(found("Get-Mailbox | Out-File x"), None);
    }

    #[test]
    fn an_expression_has_names_texts_and_tildes() {
        for expression in [" a ", "'x'", " 'smtp:' ~ a ~ \":\\\" "] {
            assert_eq!(other_syntax(expression), None, "{expression}");
        }
        for (expression, other) in
            [("a|upper", "|upper"), (" a + 'b' ", "+ 'b'"), ("'a", "'a"), (" a ~ ", ""), ("a b", "b")]
        {
            assert_eq!(other_syntax(expression).map(|range| &expression[range]), Some(other), "{expression}");
        }
    }

    #[test]
    fn a_command_prompt_knows_its_separators() {
        let faults =
            |text: &str| command_prompt(text).faults.into_iter().map(|(r, _)| text[r].to_owned()).collect::<Vec<_>>();
        assert_eq!(faults("nslookup a && ping b"), ["ping"]);
        assert_eq!(faults("nslookup a & ping b"), ["ping"]);
        for sound in ["ping a > out.txt 2>&1", "find \"a & b\" x.txt", "echo a ^& b", "ipconfig | findstr DNS"] {
            assert!(faults(sound).is_empty(), "{sound}");
        }
    }

    #[test]
    fn names_in_quoted_texts_are_no_parameters() {
        let expression = " 'smtp:' ~ mailbox ~ \"x'y\" ~ b_2 ";
        let names: Vec<&str> = identifiers(expression).into_iter().map(|range| &expression[range]).collect();
        assert_eq!(names, ["mailbox", "b_2"]);
    }
}
