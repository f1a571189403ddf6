//! Sigma: one rule a file, over the text as it lies in the store.

use super::Definition;
use super::dialect::comment;
use super::expr::{Expr, Words};
use super::pattern::with_blanks;
use crate::rules::model::{Rule, Standing};
use std::fmt::Write as _;

/// The field that holds a row's text.
const MESSAGE: &str = "Message";

/// What one selection looks for.
enum Test {
    /// One of these texts.
    Contains(Vec<String>),
    /// One of these patterns.
    Matches(Vec<String>),
    /// The value of each field.
    Fields(Vec<(String, String)>),
}

/// The selections of a rule, by name.
#[derive(Default)]
struct Detection {
    selections: Vec<(String, Test)>,
}

impl Detection {
    /// The name of a selection; the same test has the same name.
    fn name(&mut self, prefix: &str, test: Test) -> String {
        let taken = self.selections.iter().filter(|(name, _)| name.starts_with(&format!("{prefix}_"))).count();
        let name = format!("{prefix}_{}", taken + 1);
        self.selections.push((name.clone(), test));
        name
    }

    fn condition(&mut self, expr: &Expr, prefix: &str) -> String {
        match expr {
            Expr::All(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.condition(part, prefix)).collect();
                bracketed(&parts, " and ")
            }
            Expr::Any(parts) => self.alternatives(parts, prefix),
            Expr::Words(_) | Expr::Pattern(_) => self.alternatives(std::slice::from_ref(expr), prefix),
            Expr::Not(inner) => format!("not {}", self.condition(inner, prefix)),
            Expr::Named(name) => name.column(),
            Expr::Event { provider, id } => {
                let provider = provider.iter().map(|provider| ("Provider_Name".to_owned(), quoted(&escaped(provider))));
                let id = id.iter().map(|id| ("EventID".to_owned(), id.to_string()));
                self.name(prefix, Test::Fields(provider.chain(id).collect()))
            }
            Expr::Field(field) => {
                let is = field.is.iter().map(|is| (field.name.clone(), scalar(is)));
                let contains = field.contains.iter();
                let contains = contains.map(|part| (format!("{}|contains", field.name), quoted(&escaped(part))));
                let mut tests: Vec<(String, String)> = is.chain(contains).collect();
                if tests.is_empty() {
                    tests.push((format!("{}|exists", field.name), "true".to_owned()));
                }
                self.name(prefix, Test::Fields(tests))
            }
            Expr::Pieces(chains) => {
                let chain =
                    |pieces: &Vec<String>| pieces.iter().map(|p| regex::escape(p)).collect::<Vec<_>>().join(".*");
                self.name(prefix, Test::Matches(chains.iter().map(chain).collect()))
            }
        }
    }

    /// Branches: texts and patterns go together, everything else stands alone.
    fn alternatives(&mut self, branches: &[Expr], prefix: &str) -> String {
        let (mut texts, mut patterns, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for branch in branches {
            match branch {
                Expr::Words(Words { written, pattern, .. }) => {
                    texts.extend(written.iter().cloned());
                    patterns.extend(pattern.iter().cloned());
                }
                Expr::Pattern(pattern) => patterns.push(with_blanks(&pattern.written)),
                other => others.push(self.condition(other, prefix)),
            }
        }
        let mut parts = Vec::new();
        texts.sort();
        texts.dedup();
        patterns.sort();
        patterns.dedup();
        if !texts.is_empty() {
            parts.push(self.name(prefix, Test::Contains(texts)));
        }
        if !patterns.is_empty() {
            parts.push(self.name(prefix, Test::Matches(patterns)));
        }
        parts.extend(others);
        bracketed(&parts, " or ")
    }
}

fn bracketed(parts: &[String], word: &str) -> String {
    match parts {
        [only] => only.clone(),
        several => format!("({})", several.join(word)),
    }
}

/// A value without wildcards: Sigma's own, and the backslash that escapes them.
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars() {
        if matches!(c, '*' | '?' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The value of a field: a number is none in quotes.
fn scalar(value: &str) -> String {
    let number =
        !value.is_empty() && !value.starts_with('0') && value.len() < 10 && value.bytes().all(|b| b.is_ascii_digit());
    if number { value.to_owned() } else { quoted(&escaped(value)) }
}

/// A scalar of YAML in single quotes.
fn quoted(value: &str) -> String {
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", line.replace('\'', "''"))
}

/// A text as a folded block of YAML, indented.
fn block(text: &str) -> String {
    let mut out = String::from("|-\n");
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.len() + word.len() > 110 {
            let _ = writeln!(out, "    {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "    {line}");
    out
}

/// The id of a rule: the same one every time, of the form that RFC 9562 calls version 8.
fn uuid(id: &str) -> String {
    let mut bytes = [0u8; 16];
    for (half, seed) in bytes.chunks_mut(8).zip([0xcbf2_9ce4_8422_2325u64, 0x9ae1_6a3b_2f90_404f]) {
        // FNV-1a
        let hash = id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        half.copy_from_slice(&hash.to_be_bytes());
    }
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The title: Sigma's are short.
fn title(rule: &Rule) -> String {
    let title = comment(&rule.title);
    if title.chars().count() <= 100 { title } else { title.chars().take(97).collect::<String>() + "..." }
}

pub(super) fn rule(head: &[String], definitions: &[Definition], rule: &Rule, expr: &Expr) -> String {
    let mut detection = Detection::default();
    let condition = detection.condition(expr, "selection");
    let mut condition = format!(" {} ", condition.replace('(', "( ").replace(')', " )"));
    for Definition { name, expr } in definitions {
        let column = name.column();
        let stands_for = detection.condition(expr, &column);
        condition = condition.replace(&format!(" {column} "), &format!(" {stands_for} "));
    }
    let condition = condition.replace("( ", "(").replace(" )", ")");
    let web = expr.has(&|expr| matches!(expr, Expr::Field(_)));
    let mut out: String = head.iter().map(|line| format!("# {line}\n")).collect();
    let _ = writeln!(out, "title: {}", quoted(&title(rule)));
    let _ = writeln!(out, "id: {}", uuid(&rule.id));
    let _ = writeln!(out, "status: experimental");
    let _ = write!(out, "description: {}", block(&format!("{} {}", rule.summary, rule.cause)));
    let _ = writeln!(out, "references:");
    let mut urls: Vec<&str> = rule.references.iter().map(|reference| reference.url.as_str()).collect();
    urls.dedup();
    urls.iter().for_each(|url| {
        let _ = writeln!(out, "    - {}", quoted(url));
    });
    let _ = writeln!(out, "author: freebusy");
    let _ = writeln!(out, "date: {}", rule.reviewed);
    let _ = writeln!(out, "logsource:");
    if web {
        let _ = writeln!(out, "    product: exchange\n    category: webserver");
        let _ = writeln!(out, "    definition: 'The rows of the IIS and HttpProxy logs; {MESSAGE} is the whole row'");
    } else {
        let _ = writeln!(out, "    product: windows\n    service: application");
        let _ = writeln!(
            out,
            "    definition: '{MESSAGE} is the rendered description of the event, or the whole row of another log'"
        );
    }
    let _ = writeln!(out, "detection:");
    for (name, test) in &detection.selections {
        let _ = writeln!(out, "    {name}:");
        match test {
            Test::Contains(texts) => {
                let _ = writeln!(out, "        {MESSAGE}|contains:");
                texts.iter().for_each(|text| {
                    let _ = writeln!(out, "            - {}", quoted(&escaped(text)));
                });
            }
            Test::Matches(patterns) => {
                let _ = writeln!(out, "        {MESSAGE}|re|i:");
                patterns.iter().for_each(|pattern| {
                    let _ = writeln!(out, "            - {}", quoted(pattern));
                });
            }
            Test::Fields(fields) => fields.iter().for_each(|(field, value)| {
                let _ = writeln!(out, "        {}: {value}", quoted(field));
            }),
        }
    }
    let _ = writeln!(out, "    condition: {}", condition.trim());
    let _ = writeln!(out, "fields:\n    - {MESSAGE}");
    let _ = writeln!(out, "falsepositives:\n    - Unknown");
    let level = if rule.confidence == Standing::Verified { "medium" } else { "low" };
    let _ = writeln!(out, "level: {level}");
    out
}
