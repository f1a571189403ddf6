//! Answers in the formats that people and programs read.
//!
//! The wording stands in `templates/`; this file knows which template is which format, and escapes for it.

use super::answer::{Answer, Evidence, Verdict};
use super::excerpt::excerpt;
use super::identifiers::Lookup;
use super::sanitize::{escape_invisible, printable, replacement};
use super::template::{clean, environment};
use super::why_not::WhyNotView;
use crate::read::Case;
use minijinja::value::Serde;
use minijinja::{Environment, Error, Value, context};
use std::borrow::Cow;
use std::{fmt, io};

/// A form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// The few lines that a helpdesk needs first.
    Brief,
    /// For a ticket.
    Markdown,
    /// One self-contained page.
    Html,
    /// For programs.
    Json,
}

/// How a terminal wants it.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether to write ANSI colours.
    pub color: bool,
}

/// An answer that could not be rendered.
#[derive(Debug)]
pub enum RenderError {
    /// A template is wrong; the error names the file and line.
    Template(Error),
    /// The answer is no JSON value.
    Json(serde_json::Error),
    /// The output took no more.
    Write(io::Error),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(error) => {
                write!(f, "templates/{}", error.name().unwrap_or("?"))?;
                if let Some(line) = error.line() {
                    write!(f, ":{line}")?;
                }
                write!(f, ": {error}")
            }
            Self::Json(error) => write!(f, "{error}"),
            Self::Write(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Template(error) => Some(error),
            Self::Json(error) => Some(error),
            Self::Write(error) => Some(error),
        }
    }
}

/// The templates that come with the program.
const BUILT_IN: [(&str, &str); 30] = [
    ("match.txt", include_str!("../../templates/match.txt")),
    ("unsure.txt", include_str!("../../templates/unsure.txt")),
    ("brief.txt", include_str!("../../templates/brief.txt")),
    ("explain.md", include_str!("../../templates/explain.md")),
    ("explain.html", include_str!("../../templates/explain.html")),
    ("rule.txt", include_str!("../../templates/rule.txt")),
    ("lookup.txt", include_str!("../../templates/lookup.txt")),
    ("lookup.md", include_str!("../../templates/lookup.md")),
    ("why-not.txt", include_str!("../../templates/why-not.txt")),
    ("new-rule.yaml", include_str!("../../templates/new-rule.yaml")),
    ("new-rule.txt", include_str!("../../templates/new-rule.txt")),
    ("diff.txt", include_str!("../../templates/diff.txt")),
    ("scan.txt", include_str!("../../templates/scan.txt")),
    ("scan-note.txt", include_str!("../../templates/scan-note.txt")),
    ("scan.md", include_str!("../../templates/scan.md")),
    ("scan.html", include_str!("../../templates/scan.html")),
    ("scan.css", include_str!("../../templates/scan.css")),
    ("scan-words.txt", include_str!("../../templates/scan-words.txt")),
    ("scan.js", include_str!("../../templates/scan.js")),
    ("steps.md", include_str!("../../templates/steps.md")),
    ("steps.html", include_str!("../../templates/steps.html")),
    ("checks.txt", include_str!("../../templates/checks.txt")),
    ("checks.md", include_str!("../../templates/checks.md")),
    ("checks.html", include_str!("../../templates/checks.html")),
    ("guide.txt", include_str!("../../templates/guide.txt")),
    ("guide.md", include_str!("../../templates/guide.md")),
    ("guide-words.txt", include_str!("../../templates/guide-words.txt")),
    ("collect.ps1", include_str!("../../templates/collect.ps1")),
    ("collect.txt", include_str!("../../templates/collect.txt")),
    ("words.txt", include_str!("../../templates/words.txt")),
];

/// Templates that others use.
const SHARED: [&str; 8] = [
    "words.txt",
    "guide-words.txt",
    "scan-words.txt",
    "steps.md",
    "steps.html",
    "checks.txt",
    "checks.md",
    "checks.html",
];

/// Renders answers.
pub struct Renderer {
    overrides: Vec<(String, String)>,
    style: Style,
}

impl Renderer {
    /// A renderer. `overrides` are templates, by file name, that replace built-in ones.
    pub fn new(overrides: Vec<(String, String)>, style: Style) -> Self {
        Self { overrides, style }
    }

    /// The names of the templates that can be replaced.
    pub fn template_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// Renders an answer to the paste `text`, which messages call `name`.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn answer(&self, answer: &Answer, text: &str, name: &str, format: Format) -> Result<String, RenderError> {
        self.answer_to(answer, name, format, &|evidence, styled| {
            excerpt(text, &printable(name), evidence, self.style.width, styled)
        })
    }

    /// Renders an answer to a case.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn answer_to_case(&self, answer: &Answer, case: &Case, format: Format) -> Result<String, RenderError> {
        let names: Vec<&str> = case.parts().iter().map(|part| part.name.as_str()).collect();
        self.answer_to(answer, &names.join(", "), format, &|evidence, styled| {
            let mut out = String::new();
            for part in case.parts() {
                let is_here = |piece: &&Evidence| piece.source.as_ref().is_none_or(|source| *source == part.name);
                let here: Vec<Evidence> = evidence.iter().filter(is_here).cloned().collect();
                out.push_str(&excerpt(&part.input.text, &printable(&part.name), &here, self.style.width, styled));
            }
            out
        })
    }

    fn answer_to(
        &self,
        answer: &Answer,
        name: &str,
        format: Format,
        excerpt: &dyn Fn(&[Evidence], bool) -> String,
    ) -> Result<String, RenderError> {
        let template = match format {
            Format::Json => return json(answer),
            Format::Text if answer.verdict == Verdict::Match => "match.txt",
            Format::Text => "unsure.txt",
            Format::Brief => "brief.txt",
            Format::Markdown => "explain.md",
            Format::Html => "explain.html",
        };
        let terminal = matches!(format, Format::Text | Format::Brief);
        let styled = terminal && self.style.color;
        // Cleaned when they are made; in HTML they are escaped like everything else.
        let excerpts: Vec<Value> = answer
            .matches
            .iter()
            .map(|m| excerpt(&m.evidence, styled))
            .map(|e| if terminal { Value::from_safe_string(e) } else { Value::from(e) })
            .collect();
        let context = context! {
            answer => Value::from(Serde(answer)),
            excerpts => excerpts,
            name => name,
            version => env!("CARGO_PKG_VERSION"),
        };
        self.render(template, context, terminal)
    }

    /// Renders why a rule is not the answer.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn why_not(&self, why: &WhyNotView) -> Result<String, RenderError> {
        self.render("why-not.txt", context! { why => Value::from(Serde(why)) }, true)
    }

    /// Writes a new rule file.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn new_rule(
        &self,
        id: &str,
        area: &str,
        schema: &str,
        today: &str,
        draft: &impl serde::Serialize,
    ) -> Result<String, RenderError> {
        let context = context! { id, area, schema, today, draft => Value::from(Serde(draft)) };
        self.render("new-rule.yaml", context, false)
    }

    /// Says what a new rule file was made of.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn new_rule_summary(
        &self,
        path: &str,
        folder: &str,
        draft: &impl serde::Serialize,
    ) -> Result<String, RenderError> {
        self.render("new-rule.txt", context! { path, folder, draft => Value::from(Serde(draft)) }, true)
    }

    /// Renders what differs between two sets of rules.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn diff(&self, difference: &impl serde::Serialize) -> Result<String, RenderError> {
        self.render("diff.txt", context! { diff => Value::from(Serde(difference)) }, true)
    }

    /// Writes the script that collects a case, with the line ends of Unix. `secret` are wildcards for properties that it leaves out.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn collect(
        &self,
        shell: &str,
        rule: Option<&str>,
        readings: &impl serde::Serialize,
        secret: &[String],
    ) -> Result<String, RenderError> {
        let secret: Vec<String> = secret.iter().map(|wildcard| format!("'{}'", wildcard.replace('\'', "''"))).collect();
        let context = context! { shell, rule, secret, readings => Value::from(Serde(readings)), version => env!("CARGO_PKG_VERSION") };
        self.render("collect.ps1", context, false)
    }

    /// Says what was written into a file.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn collected(&self, path: &str, shell: &str, readings: &impl serde::Serialize) -> Result<String, RenderError> {
        self.render("collect.txt", context! { path, shell, readings => Value::from(Serde(readings)) }, true)
    }

    /// Renders one rule, with its commands as they stand in the file. `left_out` steps do not apply on the day.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn rule(
        &self,
        rule: &impl serde::Serialize,
        day: Option<&str>,
        left_out: usize,
    ) -> Result<String, RenderError> {
        self.render("rule.txt", context! { rule => Value::from(Serde(rule)), day, left_out }, true)
    }

    /// Renders one turn of a guided walk. `kept` says whether the case is written down.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn turn(&self, turn: &impl serde::Serialize, kept: bool) -> Result<String, RenderError> {
        self.render("guide.txt", context! { turn => Value::from(Serde(turn)), kept }, true)
    }

    /// Renders the protocol of a guided walk's case, which messages call `name`.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn protocol(&self, protocol: &impl serde::Serialize, name: &str) -> Result<String, RenderError> {
        let version = env!("CARGO_PKG_VERSION");
        self.render("guide.md", context! { protocol => Value::from(Serde(protocol)), name, version }, false)
    }

    /// Renders what a code or name stands for.
    ///
    /// # Errors
    ///
    /// When a template is wrong.
    pub fn lookup(&self, lookup: &Lookup, format: Format) -> Result<String, RenderError> {
        let context = context! { lookup => Value::from(Serde(lookup)) };
        match format {
            Format::Json => json(lookup),
            Format::Markdown => self.render("lookup.md", context, false),
            Format::Text | Format::Brief | Format::Html => self.render("lookup.txt", context, true),
        }
    }

    fn render(&self, template: &'static str, context: Value, terminal: bool) -> Result<String, RenderError> {
        let environment = self.prepare(template, terminal)?;
        environment
            .get_template(template)
            .and_then(|t| t.render(context))
            .map(|text| format!("{}\n", text.trim_end()))
            .map_err(RenderError::Template)
    }

    /// An environment with one template and those that it uses.
    pub(super) fn prepare(&self, template: &'static str, terminal: bool) -> Result<Environment<'_>, RenderError> {
        let mut environment = environment().map_err(RenderError::Template)?;
        let width = self.style.width;
        let color = terminal && self.style.color;
        environment.add_filter("wrap", move |text: Cow<'_, str>, indent: usize| wrap(&text, width, indent));
        environment.add_filter("truncate_to", |text: Cow<'_, str>, most: usize| truncate(&text, most));
        environment.add_filter("yaml", |text: Cow<'_, str>| yaml(&text));
        environment.add_filter("block", |text: Cow<'_, str>, indent: usize| block(&text, indent));
        environment.add_filter("paint", move |text: Cow<'_, str>, kind: Cow<'_, str>| paint(&text, &kind, color));
        environment.add_filter("head", |text: Cow<'_, str>, most: usize| head(&text, most));
        environment.add_filter("indent_lines", |text: Cow<'_, str>, indent: usize| indent_lines(&text, indent));
        if terminal {
            // Everything that stands in an expression may come from the input.
            environment.set_formatter(|out, state, value| minijinja::escape_formatter(out, state, &clean(value)));
        }
        // A template is compiled only when it is rendered, one that is shared only where it is used.
        let source = self.source(template);
        let used = SHARED.into_iter().filter(|name| source.contains(&format!("\"{name}\"")));
        for name in used.chain([template]) {
            environment.add_template(name, self.source(name)).map_err(RenderError::Template)?;
            // What is shared uses nothing but the words.
            if SHARED[1..].contains(&name) {
                environment.add_template(SHARED[0], self.source(SHARED[0])).map_err(RenderError::Template)?;
            }
        }
        Ok(environment)
    }

    /// The source of a template: the replaced one, or that which comes with the program.
    pub(super) fn source(&self, name: &str) -> &str {
        let replaced = self.overrides.iter().find(|(known, _)| known == name).map(|(_, source)| source.as_str());
        replaced.or_else(|| BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, source)| *source)).unwrap_or("")
    }

    /// How the terminal wants it.
    pub(super) fn style(&self) -> Style {
        self.style
    }
}

/// A cleaned text in a colour.
fn paint(text: &str, kind: &str, color: bool) -> Value {
    let text = printable(text);
    let code = match kind {
        _ if !color => return Value::from(text.into_owned()),
        "strong" => "1",
        "good" | "read-only" => "32",
        "warn" | "changes-configuration" | "restarts-service" => "33;1",
        "bad" | "destructive" | "replaces-list" => "31;1",
        "command" => "36",
        _ => "2",
    };
    Value::from_safe_string(format!("\u{1b}[{code}m{text}\u{1b}[0m"))
}

fn json(value: &impl serde::Serialize) -> Result<String, RenderError> {
    let text = serde_json::to_string_pretty(value).map_err(RenderError::Json)?;
    Ok(escape_invisible(text) + "\n")
}

/// Fills prose to the width; every line but the first is indented.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent).max(30);
    let mut out = String::new();
    for (n, paragraph) in text.trim().split("\n\n").enumerate() {
        if n > 0 {
            out.push_str("\n\n");
            out.push_str(&" ".repeat(indent));
        }
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            let len = word.chars().count();
            if column > 0 && column + 1 + len > room {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += len;
        }
    }
    out
}

/// The beginning of a text.
fn truncate(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A text as a YAML value on one line.
fn yaml(text: &str) -> String {
    let text = printable(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || " ./_()-".contains(c);
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.contains(' ');
    if word && text.chars().all(plain) && !text.ends_with(' ') {
        return text.into_owned();
    }
    // A JSON text is a YAML text in double quotes.
    serde_json::Value::from(text.into_owned()).to_string()
}

/// A text as a YAML block, every line as it is.
fn block(text: &str, indent: usize) -> String {
    if text.chars().any(|c| replacement(c) != Some(c)) {
        // A block cannot escape what must not stand in a file as it is.
        return escape_invisible(serde_json::Value::from(text).to_string());
    }
    let blank = " ".repeat(indent);
    // A first line that begins with a blank would be taken for deeper indentation.
    let indicator = if text.starts_with([' ', '\t', '\n']) { "|2" } else { "|" };
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!("{blank}{line}") });
    format!("{indicator}\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// The first lines of a text, and how many follow.
fn head(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    match lines.get(..most) {
        Some(first) if lines.len() > most => format!("{}\n[{} more lines]", first.join("\n"), lines.len() - most),
        _ => lines.join("\n"),
    }
}

fn indent_lines(text: &str, indent: usize) -> String {
    let blank = " ".repeat(indent);
    text.trim_end().lines().map(|line| format!("{blank}{line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_filled_and_paragraphs_stay() {
        assert_eq!(
            wrap("aaaa bbbb cccc dddd eeee ffff gggg hhhh\n\ni", 36, 4),
            "aaaa bbbb cccc dddd eeee ffff\n    gggg hhhh\n\n    i"
        );
    }
}
