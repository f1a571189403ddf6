//! Commands as templates: every expression is quoted for its shell, and for the place where it stands.
//!
//! A rule's command is text with `{{ expressions }}` over parameters, literals and `~`. There are no filters, functions or
//! tests, no access to anything outside, and a small budget of fuel. Each expression is evaluated on its own and written by
//! this file, never by the rule, so a rule can neither forget the quoting nor switch it off.

use crate::rules::model::Shell;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use std::collections::BTreeMap;

/// Marks a placeholder inside a value; no value that passed its check holds these characters.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// More than any command needs.
const FUEL: u64 = 2_000;

/// Evaluates the expressions of commands.
pub(super) struct Templates {
    environment: Environment<'static>,
}

/// Where in a PowerShell command an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of any string.
    Bare,
    /// Inside `'...'`.
    SingleQuoted,
    /// Inside `"..."`.
    DoubleQuoted,
}

impl Templates {
    pub fn new() -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        Self { environment }
    }

    /// Renders one command.
    ///
    /// # Errors
    ///
    /// When the template is not valid or names an unknown parameter.
    pub fn render(&self, shell: Shell, command: &str, values: &BTreeMap<&str, String>) -> Result<String, Error> {
        if command.contains("{%") || command.contains("{#") {
            return Err(Error::new(ErrorKind::SyntaxError, "a command may hold expressions only"));
        }
        let mut out = String::with_capacity(command.len() + 32);
        let mut place = Place::Bare;
        let mut rest = command;
        while let Some((literal, after)) = rest.split_once("{{") {
            let Some((expression, after)) = after.split_once("}}") else {
                return Err(Error::new(ErrorKind::SyntaxError, "an expression is not closed with `}}`"));
            };
            if shell != Shell::Cmd {
                place = place_after(place, literal)?;
            }
            out.push_str(literal);
            let value = self.evaluate(expression, values)?;
            if shell == Shell::Cmd {
                write_cmd(&mut out, &value)
            } else {
                write_powershell(&mut out, &value, place)
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn evaluate(&self, expression: &str, values: &BTreeMap<&str, String>) -> Result<String, Error> {
        // A backslash in a literal is a backslash, as in every Windows path.
        let expression = expression.replace('\\', "\\\\");
        let value = self.environment.compile_expression(&expression)?.eval(values)?;
        if value.is_undefined() {
            return Err(Error::new(ErrorKind::UndefinedError, "a command names a parameter that does not exist"));
        }
        Ok(value.to_string())
    }
}

/// A text as a PowerShell string, outside of any other.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_powershell(&mut out, text, Place::Bare);
    out
}

/// How a template sees a parameter that has no value.
pub(super) fn placeholder(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

/// The place behind a piece of a PowerShell command.
fn place_after(mut place: Place, literal: &str) -> Result<Place, Error> {
    let refuse = |why: &'static str| Err(Error::new(ErrorKind::SyntaxError, why));
    let mut escaped = false;
    let mut before = ' ';
    for c in literal.chars() {
        // What the reader of strings here would not follow, a command in front of an expression may not hold.
        if place == Place::Bare && c == '#' && (before.is_whitespace() || before == ';') {
            return refuse("a command may hold no comment in front of an expression");
        }
        if place == Place::Bare && before == '@' && (is_single_quote(c) || is_double_quote(c)) {
            return refuse("a command may hold no here-string in front of an expression");
        }
        before = c;
        if escaped {
            escaped = false;
            continue;
        }
        place = match (place, c) {
            (Place::Bare | Place::DoubleQuoted, '`') => {
                escaped = true;
                place
            }
            (Place::Bare, c) if is_single_quote(c) => Place::SingleQuoted,
            (Place::Bare, c) if is_double_quote(c) => Place::DoubleQuoted,
            (Place::SingleQuoted, c) if is_single_quote(c) => Place::Bare,
            (Place::DoubleQuoted, c) if is_double_quote(c) => Place::Bare,
            _ => place,
        };
    }
    if escaped {
        return refuse("a backtick stands right in front of an expression");
    }
    Ok(place)
}

/// PowerShell ends a single-quoted string at any of these, and takes two of them for one.
fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}')
}

/// The same for double-quoted strings.
fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// Writes a value as a PowerShell string.
///
/// Outside of strings and inside double quotes it gets single quotes of its own; inside double quotes, where filters stand
/// (`-Filter "Name -eq {{ name }}"`), what PowerShell would expand is escaped as well. A placeholder that is the whole
/// value and stands outside of strings has no quotes: `<` is reserved in PowerShell, so a command that was pasted before it
/// was filled in fails to parse instead of running with a wrong value.
fn write_powershell(out: &mut String, value: &str, place: Place) {
    if let (Some(name), Place::Bare) = (whole_placeholder(value), place) {
        out.push('<');
        out.push_str(name);
        out.push('>');
        return;
    }
    let own_quotes = place != Place::SingleQuoted;
    if own_quotes {
        out.push('\'');
    }
    for c in value.chars() {
        match c {
            OPEN => out.push('<'),
            CLOSE => out.push('>'),
            c if is_single_quote(c) => out.extend([c, c]),
            c if place == Place::DoubleQuoted && (is_double_quote(c) || matches!(c, '$' | '`')) => out.extend(['`', c]),
            c => out.push(c),
        }
    }
    if own_quotes {
        out.push('\'');
    }
}

/// Writes a value as an argument in a command prompt, where nothing can be escaped safely: only plain values pass.
fn write_cmd(out: &mut String, value: &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-:/\\@".contains(c);
    if let Some(name) = whole_placeholder(value) {
        out.push('<');
        out.push_str(name);
        out.push('>');
    } else if value.chars().all(plain) {
        out.push_str(value);
    } else if value.chars().all(|c| plain(c) || c == ' ') {
        out.push('"');
        out.push_str(value);
        out.push('"');
    } else {
        out.push_str("<value that a command prompt cannot take>");
    }
}

fn whole_placeholder(value: &str) -> Option<&str> {
    value.strip_prefix(OPEN)?.strip_suffix(CLOSE).filter(|name| !name.contains(CLOSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(shell: Shell, command: &str, value: &str) -> String {
        let values = BTreeMap::from([("x", value.to_owned())]);
        Templates::new().render(shell, command, &values).expect("a valid template")
    }

    #[test]
    fn every_quote_that_powershell_knows_is_doubled() {
        let printed = render(Shell::Ems, "Get-Mailbox {{ x }}", "a'b\u{2018}c\u{2019}d\u{201a}e\u{201b}f");
        assert_eq!(printed, "Get-Mailbox 'a''b\u{2018}\u{2018}c\u{2019}\u{2019}d\u{201a}\u{201a}e\u{201b}\u{201b}f'");
    }

    #[test]
    fn inside_double_quotes_nothing_is_expanded() {
        let printed = render(Shell::Exo, "Get-User -Filter \"Name -eq {{ x }}\" | fl", "o'b $(calc) `n \" \u{201d}");
        assert_eq!(printed, "Get-User -Filter \"Name -eq 'o''b `$(calc) ``n `\" `\u{201d}'\" | fl");
    }

    #[test]
    fn inside_single_quotes_the_string_is_not_left() {
        assert_eq!(render(Shell::Exo, "X 'a {{ x }} b'", "o'b; calc"), "X 'a o''b; calc b'");
    }

    #[test]
    fn a_quote_behind_a_backtick_opens_nothing() {
        assert_eq!(render(Shell::Ems, "X `\" {{ x }}", "v"), "X `\" 'v'");
    }

    #[test]
    fn a_literal_backslash_needs_no_escape() {
        assert_eq!(render(Shell::Exo, r"X {{ x ~ ':\Calendar' }} C:\new", "u"), r"X 'u:\Calendar' C:\new");
    }

    #[test]
    fn an_unfilled_command_does_not_parse() {
        assert_eq!(
            render(Shell::Exo, "X -Identity {{ x }}", &placeholder("cloud mailbox")),
            "X -Identity <cloud mailbox>"
        );
        assert_eq!(render(Shell::Ems, r"X {{ x ~ '\EWS' }}", &placeholder("server")), r"X '<server>\EWS'");
    }

    #[test]
    fn a_command_prompt_gets_plain_values_only() {
        assert_eq!(render(Shell::Cmd, "nslookup {{ x }}", "mail.contoso.com"), "nslookup mail.contoso.com");
        assert!(!render(Shell::Cmd, "nslookup {{ x }}", "a & calc").contains('&'));
    }

    #[test]
    fn a_command_has_no_other_template_syntax() {
        let values = BTreeMap::new();
        for command in [
            "{% set a = 1 %}",
            "{{ 'a'|safe }}",
            "{{ range(3) }}",
            "{{ missing }}",
            "{# x #}",
            "{{ 'a'",
            "# it's\nX {{ 'a' }}",
            "X `{{ 'a' }}",
            "@'\n{{ 'a' }}",
        ] {
            assert!(Templates::new().render(Shell::Ems, command, &values).is_err(), "{command}");
        }
    }
}
