//! What a script that collects a case runs: the reading commands of the checks, or of one rule, for one shell.
//!
//! Every command prints objects, not text made of them; each one occurs once, filled by the rules of [`super::Planner`]. A command that
//! could change something, or that lacks a value, is left out.

use super::plan::{PlanError, Planner, UsedParameter};
use super::powershell::{fits, scan};
use super::template;
use crate::read::objects::cmdlet_of;
use crate::rules::model::{Cmdlets, Command, Effect, Rule, Shell};
use crate::rules::pack::Checks;
use serde::Serialize;
use std::ops::Range;

/// The commands of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Readings {
    /// What is run, in this order.
    pub run: Vec<Reading>,
    /// What cannot be run, because values are missing.
    pub left_out: Vec<Incomplete>,
    /// The parameters of which no value is known, or whose value was refused; each once.
    pub missing: Vec<UsedParameter>,
}

/// One command that reads something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Unique in the script: the cmdlet, or rule and step, and a number where that occurs again.
    pub id: String,
    /// The command, filled in.
    pub command: String,
    /// The command as a PowerShell string.
    pub quoted: String,
    /// The cmdlet whose objects it prints, where there is no doubt.
    pub cmdlet: Option<String>,
}

/// A command whose values are not all known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incomplete {
    /// The cmdlet, or rule and step.
    pub id: String,
    /// The command, with placeholders.
    pub command: String,
    /// The names of the parameters that it lacks.
    pub missing: Vec<String>,
}

/// What is read: everything that the checks know, or what one rule needs.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The shell in which the script runs.
    pub shell: Shell,
    /// Only what this rule needs.
    pub rule: Option<&'w Rule>,
}

/// Chooses and fills the commands of a script.
///
/// # Errors
///
/// When a command is not a valid template.
pub fn readings(
    planner: &Planner,
    checks: &Checks,
    cmdlets: &Cmdlets,
    wanted: Wanted<'_>,
) -> Result<Readings, PlanError> {
    let mut readings = Readings::default();
    let mut known: Vec<String> = Vec::new();
    for (id, command) in candidates(planner, checks, wanted) {
        // Filled first: what looks into the command knows PowerShell, not expressions.
        let (filled, used) = planner.command(&command)?;
        let text = printing_objects(filled.command.trim());
        if !is_reading(&text, cmdlets) {
            continue;
        }
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        if known.contains(&folded) {
            continue;
        }
        known.push(folded);
        let lacking: Vec<UsedParameter> = used.into_iter().filter(|parameter| parameter.value.is_none()).collect();
        if lacking.is_empty() {
            let again = readings.run.iter().filter(|reading| base(&reading.id) == id).count();
            let id = if again == 0 { id } else { format!("{id}#{}", again + 1) };
            let cmdlet = cmdlet_of(&text).map(String::from);
            readings.run.push(Reading { id, quoted: template::quoted(&text), command: text, cmdlet });
        } else {
            let missing = lacking.iter().map(|parameter| parameter.name.clone()).collect();
            readings.left_out.push(Incomplete { id, command: text, missing });
            for parameter in lacking {
                if !readings.missing.iter().any(|other| other.name == parameter.name) {
                    readings.missing.push(parameter);
                }
            }
        }
    }
    Ok(readings)
}

fn base(id: &str) -> &str {
    id.split('#').next().unwrap_or(id)
}

/// The commands in question, each with what names it: those of the checks first.
fn candidates(planner: &Planner, checks: &Checks, wanted: Wanted<'_>) -> Vec<(String, Command)> {
    let mut found = Vec::new();
    let is_here = |command: &&Command| command.shell == wanted.shell;
    for (number, printout) in checks.printouts.iter().enumerate() {
        if wanted.rule.is_some_and(|rule| !tells(checks, number, &rule.id)) {
            continue;
        }
        found.extend(printout.collect.iter().filter(is_here).map(|c| (printout.cmdlet.clone(), c.clone())));
    }
    if let Some(rule) = wanted.rule {
        let rule = planner.calendar().current(rule);
        for step in rule.steps.iter().filter(|step| step.effect == Effect::ReadOnly) {
            let id = format!("{}/{}", rule.id, step.id);
            found.extend(step.run.iter().filter(is_here).map(|c| (id.clone(), c.clone())));
        }
    }
    found
}

/// Whether a printout has something to say about a rule.
fn tells(checks: &Checks, printout: usize, rule: &str) -> bool {
    checks.entries.iter().filter(|entry| usize::from(entry.of) == printout).any(|entry| {
        let check = &entry.check;
        let by_step = check.step.as_deref().and_then(|step| step.split('/').next());
        check.supports.iter().any(|id| id == rule) || check.decides.as_deref() == Some(rule) || by_step == Some(rule)
    })
}

/// Whether a command is made of nothing but cmdlets that read.
fn is_reading(command: &str, cmdlets: &Cmdlets) -> bool {
    let names = scan(command).commands;
    let is_one_of = |word: &str, list: &[String]| list.iter().any(|wildcard| fits(word, wildcard));
    !names.is_empty()
        && names.iter().all(|name| {
            let word = &command[name.range.clone()];
            is_one_of(word, &cmdlets.reading) && !is_one_of(word, &cmdlets.changing)
        })
}

/// A command that prints objects where it printed a list or a table of them.
fn printing_objects(command: &str) -> String {
    const FORMATS: [&str; 4] = ["Format-List", "Format-Table", "fl", "ft"];
    let mut out = command.to_owned();
    // From the end, so that the places before stay where they are.
    for name in scan(command).commands.iter().rev() {
        if !FORMATS.iter().any(|format| command[name.range.clone()].eq_ignore_ascii_case(format)) {
            continue;
        }
        let arguments = name.range.end..segment_end(command, name.range.end);
        let chosen = chosen(&command[arguments.clone()]);
        if chosen.is_empty() {
            let Some(pipe) = command[..name.range.start].rfind('|') else { continue };
            out.replace_range(command[..pipe].trim_end().len()..arguments.end, "");
        } else {
            out.replace_range(name.range.start..arguments.end, &format!("Select-Object {chosen}"));
        }
    }
    out
}

/// The properties among the arguments of a formatting cmdlet; nothing where they cannot be told for sure.
fn chosen(arguments: &str) -> String {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let is_switch =
        |word: &str| ["-autosize", "-wrap", "-property"].iter().any(|switch| word.eq_ignore_ascii_case(switch));
    let properties: Vec<&str> = words.into_iter().filter(|word| !is_switch(word)).collect();
    let plain =
        |word: &&str| word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ',' | '*' | '_')) && *word != "*";
    if properties.iter().all(plain) { properties.join(" ") } else { String::new() }
}

/// Where a part of a pipeline that goes on at `start` ends.
fn segment_end(command: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in command[start..].char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') if depth == 0 => return start + at,
            (None, ')' | '}' | ']') => depth -= 1,
            (None, '|' | ';' | '\n') if depth == 0 => return start + at,
            (None, _) => {}
        }
    }
    command.len()
}

/// Where in a script something stands that is not balanced: a string or a bracket. For tests and for those who change the frame.
pub fn unbalanced(script: &str) -> Option<Range<usize>> {
    use super::powershell::Fault;
    let is_open = |fault: &Fault| matches!(fault, Fault::Quote | Fault::Bracket(_));
    scan(script).faults.into_iter().find(|(_, fault)| is_open(fault)).map(|(range, _)| range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_becomes_the_objects_that_it_was_made_of() {
        for (command, objects) in [
            ("Get-A | Format-List", "Get-A"),
            ("Get-A | fl Name, *Url*", "Get-A | Select-Object Name, *Url*"),
            ("Get-A | Format-Table -Property Name,B -AutoSize", "Get-A | Select-Object Name,B"),
            (
                "Get-A | Where-Object { $_.B -eq 'x | fl' } | Format-List *",
                "Get-A | Where-Object { $_.B -eq 'x | fl' }",
            ),
            ("Get-A |\n  Format-List Name\nGet-B | ft", "Get-A |\n  Select-Object Name\nGet-B"),
            ("Get-A | Format-List Name, @{n='x'; e={ $_.y | Get-Z }}", "Get-A"),
            ("Get-A -Filter \"Name -eq 'Format-List'\"", "Get-A -Filter \"Name -eq 'Format-List'\""),
        ] {
            assert_eq!(printing_objects(command), objects);
        }
    }

    #[test]
    fn nothing_that_writes_is_read() {
        let cmdlets = Cmdlets {
            changing: vec!["Set-*".into(), "Remove-*".into()],
            reading: vec!["Get-*".into(), "Select-Object".into(), "ForEach-Object".into()],
            ..Cmdlets::default()
        };
        assert!(is_reading("Get-A | Select-Object Name", &cmdlets));
        for command in [
            "Set-A x",
            "Get-A | ForEach-Object { Set-B $_ }",
            "Get-A | Out-File x",
            "Remove-A -WhatIf",
            "$x = Get-A\nRemove-B $x",
            "\"$(Set-A)\" | Get-B",
            "iisreset",
            "",
        ] {
            assert!(!is_reading(command, &cmdlets), "{command}");
        }
    }

    #[test]
    fn what_is_not_closed_is_found() {
        assert_eq!(unbalanced("function a { Get-B 'x' }"), None);
        assert!(unbalanced("function a { Get-B 'x }").is_some());
        assert!(unbalanced("function a { Get-B (x }").is_some());
    }
}
