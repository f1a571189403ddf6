//! How an expression is written, whatever the language: brackets, lines, and the order of operators.

use super::expr::{Expr, Name, Pattern, Words};
use crate::rules::model::Field;

/// A line of a query is broken beyond this.
const WIDE: usize = 110;

/// The words of one query language.
pub(super) trait Dialect {
    /// Both hold.
    const AND: &'static str;
    /// One holds.
    const OR: &'static str;
    /// It never holds.
    const NEVER: &'static str;
    /// It always holds.
    const ALWAYS: &'static str;

    /// A test on the squeezed text.
    fn squeezed(&self, words: &str) -> String;
    /// A test on the tight text.
    fn tight(&self, words: &str) -> String;
    /// A test of a pattern on the tight text.
    fn pattern(&self, pattern: &Pattern) -> String;
    /// A chain of pieces in the tight text.
    fn chain(&self, pieces: &[String]) -> String {
        let each: Vec<String> = pieces.iter().map(|piece| self.tight(piece)).collect();
        format!("({})", each.join(&format!(" {} ", Self::AND)))
    }
    /// A test of an event's provider and number.
    fn event(&self, provider: Option<&str>, id: Option<u32>) -> String;
    /// A test of a column.
    fn field(&self, field: &Field) -> String;
    /// What was computed before under a name.
    fn named(&self, name: &Name) -> String;
    /// The opposite.
    fn not(&self, inner: &str) -> String;
}

/// Writes an expression; the lines after the first are indented.
pub(super) fn write<D: Dialect>(dialect: &D, expr: &Expr, indent: usize) -> String {
    match expr {
        Expr::All(parts) if parts.is_empty() => D::ALWAYS.to_owned(),
        Expr::All(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| write(dialect, part, indent + 4)).collect();
            joined(&parts, D::AND, indent)
        }
        Expr::Any(_) | Expr::Words(_) | Expr::Pieces(_) => {
            let mut branches = Vec::new();
            alternatives(dialect, expr, indent + 4, &mut branches);
            if branches.is_empty() { D::NEVER.to_owned() } else { joined(&branches, D::OR, indent) }
        }
        Expr::Pattern(pattern) => dialect.pattern(pattern),
        Expr::Event { provider, id } => dialect.event(provider.as_deref(), *id),
        Expr::Field(field) => dialect.field(field),
        Expr::Named(name) => dialect.named(name),
        Expr::Not(inner) => {
            let inner = write(dialect, inner, indent);
            dialect.not(&inner)
        }
    }
}

fn alternatives<D: Dialect>(dialect: &D, expr: &Expr, indent: usize, into: &mut Vec<String>) {
    match expr {
        Expr::Any(parts) => parts.iter().for_each(|part| alternatives(dialect, part, indent, into)),
        Expr::Words(Words { squeezed, tight, .. }) => {
            into.extend(squeezed.iter().map(|words| dialect.squeezed(words)));
            into.extend(tight.iter().map(|words| dialect.tight(words)));
        }
        Expr::Pieces(chains) => into.extend(chains.iter().map(|chain| match chain.as_slice() {
            [only] => dialect.tight(only),
            several => dialect.chain(several),
        })),
        other => into.push(write(dialect, other, indent)),
    }
}

fn joined(parts: &[String], word: &str, indent: usize) -> String {
    if let [only] = parts {
        return only.clone();
    }
    let width: usize = parts.iter().map(|part| part.len() + word.len() + 2).sum();
    if width + indent <= WIDE && parts.iter().all(|part| !part.contains('\n')) {
        return format!("({})", parts.join(&format!(" {word} ")));
    }
    let line = format!("\n{}{word} ", " ".repeat(indent));
    format!("({})", parts.join(&line))
}

/// A string between double quotes, as KQL, SPL and ES|QL write it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as a comment: one line, without what could end the comment.
pub(super) fn comment(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).collect::<String>().replace("```", "'''").replace('`', "'")
}
