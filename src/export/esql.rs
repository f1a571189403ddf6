//! ES|QL, for Elasticsearch.

use super::dialect::{Dialect, quoted, write};
use super::expr::{Expr, Name, Pattern};
use super::pattern::lucene;
use super::{Definition, Winner};
use crate::rules::model::Field;

const ROWS: &str = include_str!("../../templates/export/rows.esql");

struct Esql;

impl Dialect for Esql {
    const AND: &'static str = "AND";
    const OR: &'static str = "OR";
    const NEVER: &'static str = "false";
    const ALWAYS: &'static str = "true";

    fn squeezed(&self, words: &str) -> String {
        format!("squeezed LIKE {}", containing(words))
    }

    fn tight(&self, words: &str) -> String {
        format!("tight LIKE {}", containing(words))
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        match lucene(&pattern.tight) {
            Some(lucene) => format!("tight RLIKE {}", quoted(&lucene.pattern)),
            None => Self::NEVER.to_owned(),
        }
    }

    fn event(&self, provider: Option<&str>, id: Option<u32>) -> String {
        let provider =
            provider.map(|provider| format!("TO_LOWER(winlog.provider_name) == {}", quoted(&provider.to_lowercase())));
        let id = id.map(|id| format!("event.code == \"{id}\""));
        let tests: Vec<String> = [provider, id].into_iter().flatten().collect();
        format!("COALESCE({}, false)", tests.join(" AND "))
    }

    fn field(&self, field: &Field) -> String {
        let column = format!("TRIM(TO_LOWER(TO_STRING({})))", column(&field.name));
        let is = field.is.as_ref().map(|is| format!("{column} == {}", quoted(&is.to_lowercase())));
        let contains =
            field.contains.as_ref().map(|part| format!("{column} LIKE {}", containing(&part.to_lowercase())));
        let mut tests: Vec<String> = [is, contains].into_iter().flatten().collect();
        if tests.is_empty() {
            tests.push(format!("{column} != \"\""));
        }
        format!("COALESCE({}, false)", tests.join(" AND "))
    }

    fn named(&self, name: &Name) -> String {
        name.column()
    }

    fn not(&self, inner: &str) -> String {
        format!("NOT ({inner})")
    }
}

/// A pattern for `LIKE`: a text anywhere.
fn containing(text: &str) -> String {
    let mut pattern = String::from("*");
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('*');
    quoted(&pattern)
}

/// The field that the Elastic Common Schema has for a column of a log; another one keeps its name.
fn column(name: &str) -> String {
    const ECS: [(&str, &str); 8] = [
        ("sc-status", "http.response.status_code"),
        ("HttpStatus", "http.response.status_code"),
        ("cs(User-Agent)", "user_agent.original"),
        ("UserAgent", "user_agent.original"),
        ("cs-uri-stem", "url.path"),
        ("UrlStem", "url.path"),
        ("cs-method", "http.request.method"),
        ("Method", "http.request.method"),
    ];
    match ECS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, field)) => (*field).to_owned(),
        None => format!("`{}`", name.replace('`', "``").replace(char::is_control, " ")),
    }
}

fn rows(head: &[String], definitions: &[Definition]) -> String {
    let mut text: String = head.iter().map(|line| format!("// {line}\n")).collect();
    text.push_str(ROWS);
    for Definition { name, expr } in definitions {
        text.push_str(&format!("| EVAL {} = {}\n", name.column(), write(&Esql, expr, 4)));
    }
    text
}

pub(super) fn rule(head: &[String], definitions: &[Definition], id: &str, expr: &Expr) -> String {
    format!(
        "{}| WHERE {}\n| EVAL freebusy_rule = {}\n| KEEP @timestamp, freebusy_rule, host.name, message\n| SORT @timestamp DESC\n\
         | LIMIT 1000\n",
        rows(head, definitions),
        write(&Esql, expr, 4),
        quoted(id)
    )
}

pub(super) fn combined(head: &[String], definitions: &[Definition], winners: &[Winner]) -> String {
    let mut text = rows(head, definitions);
    text.push_str("| EVAL freebusy_rule = CASE(\n");
    for Winner { id, expr } in winners {
        text.push_str(&format!("    {}, {},\n", write(&Esql, expr, 8), quoted(id)));
    }
    text.push_str(
        "    \"\")\n\
         | WHERE freebusy_rule != \"\"\n\
         | STATS rows = COUNT(*), first = MIN(@timestamp), last = MAX(@timestamp), servers = COUNT_DISTINCT(host.name) BY freebusy_rule\n\
         | SORT rows DESC, freebusy_rule\n",
    );
    text
}
