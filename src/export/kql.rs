//! KQL, for Log Analytics and Microsoft Sentinel.

use super::dialect::{Dialect, quoted, write};
use super::expr::{Expr, Name, Pattern};
use super::{Definition, Winner};
use crate::rules::model::Field;

const ROWS: &str = include_str!("../../templates/export/rows.kql");

/// `case` of a query takes so many pairs.
const MOST_CASES: usize = 25;

struct Kql;

impl Dialect for Kql {
    const AND: &'static str = "and";
    const OR: &'static str = "or";
    const NEVER: &'static str = "false";
    const ALWAYS: &'static str = "true";

    fn squeezed(&self, words: &str) -> String {
        format!("Squeezed contains_cs {}", quoted(words))
    }

    fn tight(&self, words: &str) -> String {
        format!("Tight contains_cs {}", quoted(words))
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        format!("Tight matches regex {}", quoted(&pattern.tight))
    }

    fn event(&self, provider: Option<&str>, id: Option<u32>) -> String {
        let provider = provider.map(|provider| format!("Provider =~ {}", quoted(provider)));
        let id = id.map(|id| format!("EventNumber == {id}"));
        let tests: Vec<String> = [provider, id].into_iter().flatten().collect();
        format!("({})", tests.join(" and "))
    }

    fn field(&self, field: &Field) -> String {
        let column = format!("tostring(column_ifexists({}, \"\"))", quoted(column(&field.name)));
        let is = field.is.as_ref().map(|is| format!("trim(@\"\\s+\", {column}) =~ {}", quoted(is)));
        let contains = field.contains.as_ref().map(|part| format!("{column} contains {}", quoted(part)));
        let tests: Vec<String> = [is, contains].into_iter().flatten().collect();
        if tests.is_empty() { format!("isnotempty({column})") } else { format!("({})", tests.join(" and ")) }
    }

    fn named(&self, name: &Name) -> String {
        name.column()
    }

    fn not(&self, inner: &str) -> String {
        format!("not({inner})")
    }
}

/// The column that Log Analytics has for a column of a log.
fn column(name: &str) -> &str {
    const IIS: [(&str, &str); 14] = [
        ("s-ip", "sIP"),
        ("cs-method", "csMethod"),
        ("cs-uri-stem", "csUriStem"),
        ("cs-uri-query", "csUriQuery"),
        ("s-port", "sPort"),
        ("cs-username", "csUserName"),
        ("c-ip", "cIP"),
        ("cs(User-Agent)", "csUserAgent"),
        ("cs(Referer)", "csReferer"),
        ("cs-host", "csHost"),
        ("sc-status", "scStatus"),
        ("sc-substatus", "scSubStatus"),
        ("sc-win32-status", "scWin32Status"),
        ("time-taken", "TimeTaken"),
    ];
    IIS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(name, |(_, column)| column)
}

fn rows(head: &[String], definitions: &[Definition]) -> String {
    let mut text: String = head.iter().map(|line| format!("// {line}\n")).collect();
    text.push_str(ROWS);
    for Definition { name, expr } in definitions {
        text.push_str(&format!("| extend {} = {}\n", name.column(), write(&Kql, expr, 4)));
    }
    text
}

pub(super) fn rule(head: &[String], definitions: &[Definition], id: &str, expr: &Expr) -> String {
    format!(
        "{}| where {}\n| project TimeGenerated, Rule = {}, Server, Table, Text = substring(Text, 0, 2000)\n",
        rows(head, definitions),
        write(&Kql, expr, 4),
        quoted(id)
    )
}

pub(super) fn combined(head: &[String], definitions: &[Definition], winners: &[Winner]) -> String {
    let mut text = rows(head, definitions);
    text.push_str("| extend Rule = \"\"\n");
    for group in winners.chunks(MOST_CASES) {
        text.push_str("| extend Rule = case(\n    Rule != \"\", Rule,\n");
        for Winner { id, expr } in group {
            text.push_str(&format!("    {}, {},\n", write(&Kql, expr, 8), quoted(id)));
        }
        text.push_str("    \"\")\n");
    }
    text.push_str(
        "| where Rule != \"\"\n\
         | summarize Rows = count(), First = min(TimeGenerated), Last = max(TimeGenerated), Servers = make_set(Server, 50) by Rule\n\
         | order by Rows desc, Rule asc\n",
    );
    text
}
