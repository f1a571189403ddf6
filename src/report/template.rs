//! What all templates share: the syntax, the escaping by file name, the filters for Markdown.

use super::sanitize::printable;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};
use std::borrow::Cow;

/// An environment for the templates in `templates/`, without any template yet.
pub(crate) fn environment<'source>() -> Result<Environment<'source>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(5_000_000));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(
        |name| {
            if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
        },
    );
    environment.add_filter("md", |text: Cow<'_, str>| markdown(&text));
    environment.add_filter("fence", |text: Cow<'_, str>| fence(&text));
    environment.add_filter("one_line", |text: Cow<'_, str>| one_line(&text));
    Ok(environment)
}

/// What stands in an expression: cleaned, unless one of this program's own filters made it.
pub(crate) fn clean(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if !value.is_safe() => Value::from(printable(text).into_owned()),
        _ => value.clone(),
    }
}

/// A text with one blank in place of every run of white space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Escapes what Markdown or an HTML-rendering ticket system would act on.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).trim().chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        }
    }
    out
}

/// A code block whose fence is longer than any run of backticks inside.
pub(crate) fn fence(text: &str) -> String {
    let text = printable(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_block_cannot_be_left() {
        assert_eq!(fence("a ``` b"), "````\na ``` b\n````");
    }

    #[test]
    fn markup_from_the_input_is_text() {
        assert_eq!(markdown("<script>[x](y) `z`"), "&lt;script&gt;\\[x\\](y) \\`z\\`");
    }
}
