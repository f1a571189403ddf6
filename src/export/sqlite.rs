//! SQLite: one table of records, whatever they were.

use super::dialect::{Dialect, write};
use super::expr::{Expr, Name, Pattern};
use super::{Definition, Winner};
use crate::rules::model::Field;

/// Characters that SQLite has no class for are taken away one by one. A parser has little room for calls inside calls.
const AT_ONCE: usize = 12;

struct Sqlite;

impl Dialect for Sqlite {
    const AND: &'static str = "AND";
    const OR: &'static str = "OR";
    const NEVER: &'static str = "0";
    const ALWAYS: &'static str = "1";

    fn squeezed(&self, words: &str) -> String {
        format!("instr(squeezed, {}) > 0", string(words))
    }

    fn tight(&self, words: &str) -> String {
        format!("instr(tight, {}) > 0", string(words))
    }

    fn pattern(&self, _: &Pattern) -> String {
        // Patterns became pieces before anything is written.
        Self::ALWAYS.to_owned()
    }

    fn chain(&self, pieces: &[String]) -> String {
        let mut pattern = String::from("%");
        for piece in pieces {
            for c in piece.chars() {
                if matches!(c, '%' | '_' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(c);
            }
            pattern.push('%');
        }
        format!("tight LIKE {} ESCAPE '\\'", string(&pattern))
    }

    fn event(&self, provider: Option<&str>, id: Option<u32>) -> String {
        let provider = provider
            .map(|provider| format!("lower(coalesce(provider, '')) = {}", string(&provider.to_ascii_lowercase())));
        let id = id.map(|id| format!("event_id IS {id}"));
        let tests: Vec<String> = [provider, id].into_iter().flatten().collect();
        format!("({})", tests.join(" AND "))
    }

    fn field(&self, field: &Field) -> String {
        let mut tests = vec![format!("lower(key) = {}", string(&field.name.to_ascii_lowercase()))];
        tests.extend(field.is.as_ref().map(|is| format!("lower(trim(value)) = {}", string(&is.to_ascii_lowercase()))));
        let contains = |part: &String| format!("instr(lower(value), {}) > 0", string(&part.to_ascii_lowercase()));
        tests.extend(field.contains.as_ref().map(contains));
        format!("EXISTS (SELECT 1 FROM json_each(coalesce(fields, '{{}}')) WHERE {})", tests.join(" AND "))
    }

    fn named(&self, name: &Name) -> String {
        name.column()
    }

    fn not(&self, inner: &str) -> String {
        format!("NOT ({inner})")
    }
}

/// A string. A zero byte would end the query.
fn string(text: &str) -> String {
    format!("'{}'", text.replace('\0', " ").replace('\'', "''"))
}

/// What is taken away from, or replaced in, the text for its tight form.
fn tightened() -> Vec<(String, &'static str)> {
    let gone =
        ["char(9)", "char(10)", "char(11)", "char(12)", "char(13)", "' '", "char(160)", "char(8203)", "char(65279)"];
    let mut all: Vec<(String, &'static str)> = gone.iter().map(|c| ((*c).to_owned(), "''")).collect();
    all.extend("‘’‚‛′´".chars().map(|c| (string(&c.to_string()), "''''")));
    all.extend("“”„‟«»".chars().map(|c| (string(&c.to_string()), "'\"'")));
    all.extend("‐‑‒–—―−".chars().map(|c| (string(&c.to_string()), "'-'")));
    all.extend([("'\"\"'".to_owned(), "'\"'")]);
    all
}

/// What is taken away from the tight text for its squeezed form: punctuation, and the letters with accents that the rules'
/// languages have.
fn squeezed() -> Vec<(String, &'static str)> {
    let ascii = (33u8..127).map(char::from).filter(char::is_ascii_punctuation);
    let latin = ('\u{a1}'..='\u{ff}').filter(|c| !"«»´".contains(*c));
    let others = "ĄĆĘŁŃŚŹŻąćęłńśźżŒœŠšŽžŸČčĚěŘřŮůŐőŰűİıĞğŞş…•™\u{fffd}、。「」（）：！？・，\u{3000}".chars();
    ascii.chain(latin).chain(others).map(|c| (format!("char({})", u32::from(c)), "''")).collect()
}

/// The steps from one form of the text to the next; `keep` are the columns that go along.
fn steps(source: &str, column: &str, to: &str, keep: &str, replacements: &[(String, &'static str)], into: &mut String) {
    let last = replacements.len().div_ceil(AT_ONCE);
    let (mut source, mut column) = (source.to_owned(), column);
    for (n, group) in (1..).zip(replacements.chunks(AT_ONCE)) {
        let mut value = column.to_owned();
        for (gone, instead) in group {
            value = format!("replace({value}, {gone}, {instead})");
        }
        let name = if n == last { format!("{to}_rows") } else { format!("{to}_{n}") };
        into.push_str(&format!("{name} AS MATERIALIZED (SELECT id{keep}, {value} AS {to} FROM {source}),\n"));
        (source, column) = (name, to);
    }
}

/// The tight and the squeezed text of every row, made once a session.
fn forms() -> String {
    let mut text = String::from(
        "-- The forms of the text, made once; DROP TABLE temp.freebusy_forms when the records have changed.\n\
         CREATE TEMP TABLE IF NOT EXISTS freebusy_forms AS\nWITH lowered_rows AS MATERIALIZED (\n    \
         SELECT id, lower(coalesce(provider, '') || char(10) || message) AS lowered FROM records),\n",
    );
    steps("lowered_rows", "lowered", "tight", "", &tightened(), &mut text);
    steps("tight_rows", "tight", "squeezed", ", tight", &squeezed(), &mut text);
    text.truncate(text.trim_end().trim_end_matches(',').len());
    text.push_str("\nSELECT id, tight, squeezed FROM squeezed_rows;\n");
    text
}

/// The rows with their forms, and what several rules ask for.
fn rows(definitions: &[Definition]) -> String {
    let mut text = String::from(
        "WITH forms AS (SELECT records.*, tight, squeezed FROM records JOIN temp.freebusy_forms USING (id))",
    );
    let mut source = "forms".to_owned();
    for Definition { name, expr } in definitions {
        let column = name.column();
        text.push_str(&format!(
            ",\nwith_{column} AS MATERIALIZED (\n    SELECT *, {} AS {column} FROM {source})",
            write(&Sqlite, expr, 8)
        ));
        source = format!("with_{column}");
    }
    text.push('\n');
    text
}

fn comments(head: &[String]) -> String {
    head.iter().map(|line| format!("-- {line}\n")).collect()
}

/// Where the last step of [`rows`] put them.
fn source(definitions: &[Definition]) -> String {
    definitions.last().map_or_else(|| "forms".to_owned(), |last| format!("with_{}", last.name.column()))
}

pub(super) fn rule(head: &[String], definitions: &[Definition], id: &str, expr: &Expr) -> String {
    format!(
        "{}{}{}SELECT id, time, {} AS rule, computer, message FROM {}\nWHERE {}\nORDER BY time, id;\n",
        comments(head),
        forms(),
        rows(definitions),
        string(id),
        source(definitions),
        write(&Sqlite, expr, 4)
    )
}

pub(super) fn combined(head: &[String], definitions: &[Definition], winners: &[Winner]) -> String {
    let mut text = comments(head) + &forms();
    text.push_str("DROP TABLE IF EXISTS temp.freebusy_rows;\nCREATE TEMP TABLE freebusy_rows AS\n");
    text.push_str(&rows(definitions));
    text.push_str("SELECT id, time, computer, CASE\n");
    for Winner { id, expr } in winners {
        text.push_str(&format!("    WHEN {} THEN {}\n", write(&Sqlite, expr, 8), string(id)));
    }
    text.push_str(&format!("    END AS rule FROM {};\n", source(definitions)));
    text.push_str(
        "SELECT rule, count(*) AS rows, min(time) AS first, max(time) AS last, count(DISTINCT computer) AS servers\n\
         FROM freebusy_rows WHERE rule IS NOT NULL GROUP BY rule ORDER BY rows DESC, rule;\n",
    );
    text
}
