//! Commands as templates: every expression is quoted for its shell by the environment itself.
//!
//! A rule's command is text with `{{ expressions }}` over parameters, literals and `~`. There are no filters, functions or
//! tests, no access to anything outside, and a small budget of fuel.

use crate::rules::model::Shell;
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Marks a placeholder inside a value; no value that passed its check holds these characters.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// More than any command needs.
const FUEL: u64 = 2_000;

/// The environments of the shells that quote differently.
pub(super) struct Templates {
    powershell: Environment<'static>,
    cmd: Environment<'static>,
}

impl Templates {
    pub fn new() -> Self {
        Self { powershell: environment(write_powershell), cmd: environment(write_cmd) }
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
        let environment = if shell == Shell::Cmd { &self.cmd } else { &self.powershell };
        environment.render_named_str("command", &literal_backslashes(command), values)
    }
}

/// How a template sees a parameter that has no value.
pub(super) fn placeholder(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

fn environment(
    write: impl Fn(&mut Output, &str) -> std::fmt::Result + Send + Sync + 'static,
) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    // Replaces the default output of every expression; a value marked as safe is quoted like any other.
    environment.set_formatter(move |out: &mut Output, _: &mut State, value: &Value| {
        if value.is_undefined() {
            return Err(Error::new(ErrorKind::UndefinedError, "a command names a parameter that does not exist"));
        }
        write(out, &value.to_string()).map_err(Error::from)
    });
    environment
}

/// A backslash in an expression's literal is a backslash, as in every Windows path.
fn literal_backslashes(command: &str) -> Cow<'_, str> {
    if !command.contains('\\') || !command.contains("{{") {
        return Cow::Borrowed(command);
    }
    let mut out = String::with_capacity(command.len() + 8);
    let mut rest = command;
    while let Some((before, expression)) = rest.split_once("{{") {
        let (expression, after) = expression.split_once("}}").unwrap_or((expression, ""));
        out.push_str(before);
        out.push_str("{{");
        out.push_str(&expression.replace('\\', "\\\\"));
        out.push_str("}}");
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Writes a value as a PowerShell argument.
///
/// A placeholder that is the whole value stays without quotes: `<` is reserved in PowerShell, so a command that was pasted
/// before it was filled in fails to parse instead of running with a wrong value.
fn write_powershell(out: &mut Output, value: &str) -> std::fmt::Result {
    if let Some(name) = whole_placeholder(value) {
        return write!(out, "<{name}>");
    }
    out.write_char('\'')?;
    for c in value.chars() {
        match c {
            // PowerShell ends a single-quoted string at any of these, and takes two of them for one.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => write!(out, "{c}{c}")?,
            OPEN => out.write_char('<')?,
            CLOSE => out.write_char('>')?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('\'')
}

/// Writes a value as an argument in a command prompt, where nothing can be escaped safely: only plain values pass.
fn write_cmd(out: &mut Output, value: &str) -> std::fmt::Result {
    if let Some(name) = whole_placeholder(value) {
        return write!(out, "<{name}>");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-:/\\@".contains(c);
    if value.chars().all(plain) {
        out.write_str(value)
    } else if value.chars().all(|c| plain(c) || c == ' ') {
        write!(out, "\"{value}\"")
    } else {
        out.write_str("<value that a command prompt cannot take>")
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
    fn a_literal_backslash_needs_no_escape() {
        assert_eq!(render(Shell::Exo, r"X {{ x ~ ':\Calendar' }} C:\new", "u"), r"X 'u:\Calendar' C:\new");
    }

    #[test]
    fn an_unfilled_command_does_not_parse() {
        assert_eq!(render(Shell::Exo, "X -Identity {{ x }}", &placeholder("cloud mailbox")), "X -Identity <cloud mailbox>");
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
        for command in ["{% set a = 1 %}", "{{ 'a'|safe }}", "{{ range(3) }}", "{{ missing }}", "{# x #}"] {
            assert!(Templates::new().render(Shell::Ems, command, &values).is_err(), "{command}");
        }
    }
}
