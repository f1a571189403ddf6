//! SPL, for Splunk.

use super::dialect::{Dialect, quoted, write};
use super::expr::{Expr, Name, Pattern};
use super::{Definition, Winner};
use crate::rules::model::Field;

const ROWS: &str = include_str!("../../templates/export/rows.spl");
const VIEWS: &str = include_str!("../../templates/export/views.spl");

struct Spl;

impl Dialect for Spl {
    const AND: &'static str = "AND";
    const OR: &'static str = "OR";
    const NEVER: &'static str = "1=0";
    const ALWAYS: &'static str = "1=1";

    fn squeezed(&self, words: &str) -> String {
        // Of letters and digits alone, so no wildcard can be among them.
        format!("like(fb_squeezed, {})", string(&format!("%{words}%")))
    }

    fn tight(&self, words: &str) -> String {
        format!("match(fb_tight, {})", pattern(&literal(words)))
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        format!("match(fb_tight, {})", self::pattern(&pattern.tight))
    }

    fn event(&self, provider: Option<&str>, id: Option<u32>) -> String {
        let provider = provider.map(|provider| format!("fb_provider={}", string(&provider.to_lowercase())));
        let id = id.map(|id| format!("fb_event=\"{id}\""));
        let tests: Vec<String> = [provider, id].into_iter().flatten().collect();
        format!("({})", tests.join(" AND "))
    }

    fn field(&self, field: &Field) -> String {
        let column = format!("lower(trim(coalesce('{}', \"\")))", column(&field.name));
        let is = field.is.as_ref().map(|is| format!("{column}={}", string(&is.to_lowercase())));
        let contains =
            field.contains.as_ref().map(|part| format!("match({column}, {})", pattern(&literal(&part.to_lowercase()))));
        let tests: Vec<String> = [is, contains].into_iter().flatten().collect();
        if tests.is_empty() { format!("{column}!=\"\"") } else { format!("({})", tests.join(" AND ")) }
    }

    fn named(&self, name: &Name) -> String {
        format!("fb_{}=1", name.column())
    }

    fn not(&self, inner: &str) -> String {
        format!("NOT ({inner})")
    }
}

/// A pattern that matches a text and nothing else.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A string. A backtick would begin a macro wherever it stands, so it is put in by a function.
fn string(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(quoted).collect();
    parts.join(".urldecode(\"%60\").")
}

/// A pattern as a string.
fn pattern(pattern: &str) -> String {
    quoted(&pattern.replace("\\`", "`").replace('`', "\\x60"))
}

/// The field that Splunk's extractions make of a column.
fn column(name: &str) -> String {
    let field: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    field.trim_matches('_').to_owned()
}

fn rows(head: &[String], definitions: &[Definition]) -> String {
    // A search may not begin with a comment.
    let mut text = ROWS.to_owned();
    head.iter().for_each(|line| text.push_str(&format!("```{line}```\n")));
    text.push_str(VIEWS);
    for Definition { name, expr } in definitions {
        text.push_str(&format!("| eval fb_{}=if({}, 1, 0)\n", name.column(), write(&Spl, expr, 4)));
    }
    text
}

pub(super) fn rule(head: &[String], definitions: &[Definition], id: &str, expr: &Expr) -> String {
    format!(
        "{}| where {}\n| eval freebusy_rule={}\n| table _time freebusy_rule host source sourcetype _raw\n",
        rows(head, definitions),
        write(&Spl, expr, 4),
        string(id)
    )
}

pub(super) fn combined(head: &[String], definitions: &[Definition], winners: &[Winner]) -> String {
    let mut text = rows(head, definitions);
    text.push_str("| eval freebusy_rule=case(\n");
    for Winner { id, expr } in winners {
        text.push_str(&format!("    {}, {},\n", write(&Spl, expr, 8), string(id)));
    }
    text.push_str(
        "    1=1, \"\")\n\
         | where freebusy_rule!=\"\"\n\
         | stats count AS rows, min(_time) AS first, max(_time) AS last, values(host) AS servers BY freebusy_rule\n\
         | convert ctime(first) ctime(last)\n\
         | sort 0 - rows, freebusy_rule\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_the_iis_log_have_the_names_of_their_extraction() {
        assert_eq!(column("sc-status"), "sc_status");
        assert_eq!(column("cs(User-Agent)"), "cs_User_Agent");
        assert_eq!(column("x' OR 1=1 | delete"), "x__OR_1_1___delete");
    }
}
