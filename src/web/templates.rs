//! The templates of the page. Everything that stands in an expression is escaped and cleaned: it may come from a paste.

use crate::author::docs::rule_page;
use crate::report::{clean, environment};
use minijinja::value::Serde;
use minijinja::{Environment, Error, Value};
use serde::Serialize;
use std::borrow::Cow;

/// More than the answer to a case of twenty texts needs.
const FUEL: u64 = 50_000_000;

const SOURCES: [(&str, &str); 10] = [
    ("words.txt", include_str!("../../templates/words.txt")),
    ("catalogue/words.txt", include_str!("../../templates/catalogue/words.txt")),
    ("checks.html", include_str!("../../templates/checks.html")),
    ("web/page.html", include_str!("../../templates/web/page.html")),
    ("web/part.html", include_str!("../../templates/web/part.html")),
    ("web/home.html", include_str!("../../templates/web/home.html")),
    ("web/answer.html", include_str!("../../templates/web/answer.html")),
    ("web/plan.html", include_str!("../../templates/web/plan.html")),
    ("web/find.html", include_str!("../../templates/web/find.html")),
    ("web/problem.html", include_str!("../../templates/web/problem.html")),
];

/// The page's templates.
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    pub fn new() -> Result<Self, Error> {
        let mut environment = environment()?;
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, state, value| minijinja::escape_formatter(out, state, &clean(value)));
        environment.add_global("version", Value::from(env!("CARGO_PKG_VERSION")));
        environment.add_filter("truncate_to", |text: Cow<'_, str>, most: usize| match text.char_indices().nth(most) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text.into_owned(),
        });
        environment.add_filter("rule_page", |id: Cow<'_, str>| {
            // A rule's page has a name of letters, digits and hyphens, whatever the rule's id holds.
            Value::from_safe_string(format!("/catalogue/{}", rule_page(&id)))
        });
        environment.add_filter("pieces", |command: Cow<'_, str>, open: Vec<String>| {
            Value::from(Serde(pieces(&command, &open)))
        });
        environment.add_filter("urlencode", |text: Cow<'_, str>| encoded(&text));
        for (name, source) in SOURCES {
            environment.add_template(name, source)?;
        }
        Ok(Self { environment })
    }

    pub fn render(&self, template: &str, context: Value) -> Result<String, Error> {
        Ok(self.environment.get_template(template)?.render(context)?.trim_end().to_owned() + "\n")
    }
}

/// A part of a command.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Piece<'c> {
    text: &'c str,
    /// Whether a value has still to be put in here.
    open: bool,
}

/// A command with its open placeholders set apart. `open` are their names, without the brackets. Inside of single quotes PowerShell
/// doubles the quotes of a name.
fn pieces<'c>(command: &'c str, open: &[String]) -> Vec<Piece<'c>> {
    let mut pieces = Vec::new();
    let mut rest = command;
    let next = |text: &str| {
        let written = open.iter().flat_map(|name| [format!("<{name}>"), format!("<{}>", name.replace('\'', "''"))]);
        written.filter_map(|placeholder| Some((text.find(&placeholder)?, placeholder.len()))).min()
    };
    while let Some((at, len)) = next(rest) {
        pieces.extend([Piece { text: &rest[..at], open: false }, Piece { text: &rest[at..at + len], open: true }]);
        rest = &rest[at + len..];
    }
    pieces.push(Piece { text: rest, open: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// A text as a value in an address.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_placeholders_are_set_apart() {
        let open = ["your server".to_owned(), "domain".to_owned(), "user's UPN".to_owned()];
        let shown: Vec<_> = pieces("a <domain> | b '<your server>' <x> '<user''s UPN>'", &open)
            .iter()
            .map(|p| (p.text, p.open))
            .collect();
        assert_eq!(
            shown,
            [
                ("a ", false),
                ("<domain>", true),
                (" | b '", false),
                ("<your server>", true),
                ("' <x> '", false),
                ("<user''s UPN>", true),
                ("'", false)
            ]
        );
    }

    #[test]
    fn a_value_in_an_address_ends_nothing() {
        assert_eq!(encoded("a&b=c #%\"ü"), "a%26b%3Dc%20%23%25%22%C3%BC");
    }
}
