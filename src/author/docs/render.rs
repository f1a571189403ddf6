//! The templates of the catalogue, and what is escaped in them: everything that comes from a rule, without a word in the
//! template.

use crate::report::{clean, environment, fence, markdown, one_line, printable};
use minijinja::{AutoEscape, Environment, Error, Value};
use std::borrow::Cow;

/// The name of the escaping for Markdown.
const MARKDOWN: &str = "markdown";

/// More than a page of thousands of rules needs.
const FUEL: u64 = 200_000_000;

const SOURCES: [(&str, &str); 17] = [
    ("words.txt", include_str!("../../../templates/words.txt")),
    ("catalogue/words.txt", include_str!("../../../templates/catalogue/words.txt")),
    ("catalogue/page.html", include_str!("../../../templates/catalogue/page.html")),
    ("catalogue/clause.html", include_str!("../../../templates/catalogue/clause.html")),
    ("catalogue/index.html", include_str!("../../../templates/catalogue/index.html")),
    ("catalogue/list.html", include_str!("../../../templates/catalogue/list.html")),
    ("catalogue/contexts.html", include_str!("../../../templates/catalogue/contexts.html")),
    ("catalogue/rule.html", include_str!("../../../templates/catalogue/rule.html")),
    ("catalogue/clause.md", include_str!("../../../templates/catalogue/clause.md")),
    ("catalogue/index.md", include_str!("../../../templates/catalogue/index.md")),
    ("catalogue/list.md", include_str!("../../../templates/catalogue/list.md")),
    ("catalogue/contexts.md", include_str!("../../../templates/catalogue/contexts.md")),
    ("catalogue/rule.md", include_str!("../../../templates/catalogue/rule.md")),
    ("catalogue/search.js", include_str!("../../../templates/catalogue/search.js")),
    ("catalogue/search-box.js", include_str!("../../../templates/catalogue/search-box.js")),
    ("catalogue/search-index.js", include_str!("../../../templates/catalogue/search-index.js")),
    ("catalogue/catalogue.css", include_str!("../../../templates/catalogue/catalogue.css")),
];

/// The catalogue's templates.
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// `home` is the address of the page that explains errors, where the catalogue is a part of a site.
    pub fn new(home: Option<&str>) -> Result<Self, Error> {
        let mut environment = environment()?;
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(|name| match name.rsplit('.').next() {
            Some("html") => AutoEscape::Html,
            Some("md") => AutoEscape::Custom(Cow::Borrowed(MARKDOWN)),
            _ => AutoEscape::None,
        });
        environment.set_formatter(|out, state, value| {
            let value = clean(value);
            match state.auto_escape() {
                AutoEscape::Custom(_) if value.is_safe() => Ok(out.write_str(&value.to_string())?),
                AutoEscape::Custom(_) => Ok(out.write_str(&prose(&value.to_string()))?),
                _ => minijinja::escape_formatter(out, state, &value),
            }
        });
        environment.add_global("mark", Value::from_safe_string(super::MARK.to_owned()));
        environment.add_global("home", Value::from(home));
        environment.add_global("version", Value::from_safe_string(env!("CARGO_PKG_VERSION").to_owned()));
        environment.add_filter("paragraphs", |text: Cow<'_, str>| paragraphs(&text));
        environment.add_filter("fence", |text: Cow<'_, str>, indent: usize| {
            let blank = " ".repeat(indent);
            Value::from_safe_string(fence(&text).replace('\n', &format!("\n{blank}")))
        });
        environment.add_filter("code", |text: Cow<'_, str>| Value::from_safe_string(code(&text)));
        environment.add_filter("address", |url: Cow<'_, str>| Value::from_safe_string(address(&url)));
        for (name, source) in SOURCES {
            environment.add_template(name, source)?;
        }
        Ok(Self { environment })
    }

    pub fn render(&self, template: &str, context: &Value) -> Result<String, Error> {
        let text = self.environment.get_template(template)?.render(context)?;
        Ok(format!("{}\n", text.trim_end()))
    }
}

/// Text in Markdown: one line that means nothing but itself, wherever it stands.
fn prose(text: &str) -> String {
    // GitHub takes what stands between two dollar signs for mathematics; PowerShell is full of them.
    let mut escaped = markdown(&one_line(text)).replace('$', "\\$");
    // A line that begins like a list item or an underline would be one.
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = [". ", ") "].iter().any(|mark| format!("{} ", &escaped[digits..]).starts_with(mark));
    if escaped.starts_with(['-', '+', '=']) {
        escaped.insert(0, '\\');
    } else if digits > 0 && numbered {
        escaped.insert(digits, '\\');
    }
    // Words of a template may join others.
    let blank = |at_the_end: bool| if at_the_end { " " } else { "" };
    format!("{}{escaped}{}", blank(text.starts_with(' ')), blank(text.ends_with(' ')))
}

/// The paragraphs of a text, each on one line.
fn paragraphs(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n").split("\n\n").map(one_line).filter(|p| !p.is_empty()).collect()
}

/// Inline code in Markdown, with more backticks around it than any run inside.
fn code(text: &str) -> String {
    let line = one_line(&printable(text));
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    let blank = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{ticks}{blank}{line}{blank}{ticks}")
}

/// An address as the target of a link, in HTML and in Markdown: what neither takes literally is percent-encoded.
fn address(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'#' | b'@' | b'+' | b',' | b';' | b'=' | b'%' => {
                out.push(char::from(byte));
            }
            // HTML and Markdown read the name of a character here.
            b'&' => out.push_str("&amp;"),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_means_nothing_but_itself() {
        assert_eq!(prose("1. [x](y)\n- `z` $a$"), "1\\. \\[x\\](y) - \\`z\\` \\$a\\$");
        assert_eq!(prose("- <b>"), "\\- &lt;b&gt;");
        assert_eq!(prose("12 objects, 1.5 each"), "12 objects, 1.5 each");
        assert_eq!(prose(" and\n"), " and");
    }

    #[test]
    fn inline_code_cannot_be_left() {
        assert_eq!(code("a `` b"), "```a `` b```");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn an_address_stays_inside_its_link() {
        assert_eq!(
            address("https://x/(v=ws.11)?a&copy=1\" onload=<y> z"),
            "https://x/%28v=ws.11%29?a&amp;copy=1%22%20onload=%3Cy%3E%20z"
        );
    }
}
