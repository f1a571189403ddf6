//! `freebusy rules export`: the queries say what the rules say, or name what they do not.
//! `SNAPSHOTS=overwrite cargo test --test export` writes `docs/export.md` and the lists in `tests/export` anew.

mod common;

use common::Catalogue;
use common::generated::current;
use freebusy::engine::Engine;
use freebusy::export::{Exporter, Loss, Target, page};
use freebusy::record::{Event, Record};
use freebusy::rules::model::Confidence;
use freebusy::rules::{Loader, Prepared, Rules};
use freebusy::text::Text;
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A row of a store, with what the program says of it.
struct Row {
    id: i64,
    name: String,
    /// `pasted`: as the rule's test has it; `clean`: as a store has it, without escapes, wraps and typographic signs.
    form: &'static str,
    record: Record<'static>,
    certain: BTreeSet<String>,
    winner: Option<String>,
}

fn judged(engine: &Engine<'_>, id: i64, name: String, form: &'static str, record: Record<'static>) -> Row {
    let analysis = engine.analyse(std::slice::from_ref(&record), &[]);
    let pack = engine.rules().pack();
    let certain: Vec<_> = analysis.matches.iter().filter(|m| m.confidence == Confidence::Certain).collect();
    let rule = |rule: usize| pack.rules[rule].id.to_string();
    let winner = certain.iter().find(|m| m.outranked_by.is_none()).map(|m| rule(m.rule));
    Row { id, name, form, certain: certain.iter().map(|m| rule(m.rule)).collect(), winner, record }
}

/// Every text of every rule's tests: failures, and what only looks like them.
fn rows(catalogue: &Catalogue) -> Vec<Row> {
    let mut rows = Vec::new();
    for (rule, number, test) in catalogue.tests() {
        let Some(text) = test.text.as_ref().or(test.not.as_ref()) else { continue };
        let clean = Text::new(text).clean.as_str().to_owned();
        let mut forms = vec![("pasted", text.clone())];
        if clean != *text {
            forms.push(("clean", clean));
        }
        for (form, text) in forms {
            let fields = test.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            let record = Record { fields, ..Record::text(text) };
            rows.push(judged(&catalogue.engine, rows.len() as i64, format!("{}#{number}", rule.id), form, record));
        }
    }
    rows
}

fn fields(record: &Record<'_>) -> Value {
    record.fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<String, Value>>().into()
}

fn store(rows: &[Row]) -> Connection {
    let store = Connection::open_in_memory().expect("a store");
    let table = "CREATE TABLE records (id INTEGER PRIMARY KEY, time TEXT, computer TEXT, provider TEXT, event_id INTEGER, \
                 message TEXT, fields TEXT)";
    store.execute_batch(table).expect("a table");
    for row in rows {
        let event = row.record.event.clone().unwrap_or_default();
        // The program's text of an event begins with its provider.
        let message = match &event.provider {
            Some(provider) => row.record.text.strip_prefix(provider.as_str()).unwrap_or(&row.record.text).trim_start(),
            None => &row.record.text,
        };
        store
            .execute(
                "INSERT INTO records VALUES (?, NULL, 'EX01', ?, ?, ?, ?)",
                (row.id, event.provider, event.id, message, fields(&row.record).to_string()),
            )
            .expect("a row");
    }
    store
}

fn selected(store: &Connection, query: &str) -> BTreeSet<i64> {
    let (forms, query) = query.split_once(";\nWITH forms").expect("two statements");
    store.execute_batch(forms).expect("a statement that SQLite understands");
    let mut query = store.prepare(&format!("WITH forms{query}")).expect("a query that SQLite understands");
    query.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("numbers")
}

/// The losses that allow a difference. What the program undoes in a text is undone in the clean form already.
fn allowed(losses: &BTreeSet<Loss>, missed: bool, form: &str) -> Vec<&'static str> {
    let allows = |loss: &&Loss| if missed { loss.effect().misses() } else { loss.effect().adds() };
    let counts = |loss: &&Loss| !matches!(loss, Loss::Outranked) && (form != "clean" || **loss != Loss::Normalisation);
    losses.iter().filter(allows).filter(counts).map(|loss| loss.id()).collect()
}

#[test]
fn in_sqlite_each_rule_selects_what_scan_is_certain_of() {
    let catalogue = Catalogue::built_in();
    let exporter = Exporter::new(catalogue.engine.rules()).expect("rules");
    let rows = rows(&catalogue);
    let store = store(&rows);
    let mut differences = String::new();
    let mut agreed = 0;
    for (number, rule) in exporter.rules().iter().enumerate() {
        let query = exporter.rule(number, Target::Sqlite);
        let found = selected(&store, &query.text);
        for row in &rows {
            let (wanted, found) = (row.certain.contains(&rule.id), found.contains(&row.id));
            if wanted == found {
                agreed += usize::from(wanted);
                continue;
            }
            let allowed = allowed(&query.losses, wanted, row.form);
            let kind = if wanted { "missed" } else { "selected" };
            let line = format!("{}: {kind} {} ({}): {}", rule.id, row.name, row.form, allowed.join(", "));
            assert!(!allowed.is_empty(), "no loss explains: {line}\n{}", row.record.text);
            differences.push_str(&line);
            differences.push('\n');
        }
    }
    assert!(agreed > 500, "{agreed} rows only");
    current("tests/export/sqlite-differences.txt", &differences, "export");
}

#[test]
fn in_sqlite_the_combined_query_gives_each_row_to_its_winner() {
    let catalogue = Catalogue::built_in();
    let exporter = Exporter::new(catalogue.engine.rules()).expect("rules");
    let rows = rows(&catalogue);
    let store = store(&rows);
    let all: Vec<usize> = (0..exporter.rules().len()).collect();
    let query = exporter.combined(&all, Target::Sqlite).expect("a combined query");
    assert!(query.losses.contains(&Loss::Weight));
    store.execute_batch(&query.text).expect("a query that SQLite understands");
    let mut differences = String::new();
    let mut agreed = 0;
    for row in &rows {
        let sql = "SELECT rule FROM freebusy_rows WHERE id = ?";
        let found: Option<String> = store.query_row(sql, [row.id], |found| found.get(0)).expect("a row");
        if found == row.winner {
            agreed += usize::from(found.is_some());
            continue;
        }
        let name = |rule: &Option<String>| rule.clone().unwrap_or_else(|| "none".to_owned());
        differences.push_str(&format!(
            "{} ({}): {} instead of {}\n",
            row.name,
            row.form,
            name(&found),
            name(&row.winner)
        ));
    }
    assert!(agreed > 500, "{agreed} rows only");
    current("tests/export/combined-differences.txt", &differences, "export");
    // The query's own last statement counts the same rows.
    let counts = query.text.rsplit_once(";\nSELECT rule").expect("two statements").1;
    let sql = format!("SELECT sum(rows) FROM (SELECT rule{}) ", counts.trim().trim_end_matches(';'));
    let counted: i64 = store.query_row(&sql, [], |row| row.get(0)).expect("a sum");
    let assigned: i64 =
        store.query_row("SELECT count(rule) FROM freebusy_rows", [], |row| row.get(0)).expect("a count");
    assert_eq!(counted, assigned);
}

/// `tests/export/sigma-check.py` executes the Sigma rules over these rows.
#[test]
fn the_rows_are_there_for_others_to_execute() {
    let catalogue = Catalogue::built_in();
    let exporter = Exporter::new(catalogue.engine.rules()).expect("rules");
    let rows: Vec<Value> = rows(&catalogue)
        .iter()
        .map(|row| {
            json!({ "id": row.id, "name": row.name, "form": row.form, "message": row.record.text, "fields": fields(&row.record),
                "certain": row.certain })
        })
        .collect();
    let losses: Map<String, Value> = exporter
        .rules()
        .iter()
        .enumerate()
        .map(|(number, rule)| {
            let losses = exporter.rule(number, Target::Sigma).losses;
            let counted = losses.iter().filter(|loss| **loss != Loss::Outranked);
            let list = counted
                .map(|l| json!({ "id": l.id(), "adds": l.effect().adds(), "misses": l.effect().misses() }))
                .collect();
            (rule.id.clone(), Value::Array(list))
        })
        .collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export-rows.json");
    std::fs::write(file, json!({ "rows": rows, "losses": losses }).to_string()).expect("a file");
}

#[test]
fn the_page_is_current() {
    let exporter = Exporter::new(&Rules::built_in().expect("rules")).expect("rules");
    current("docs/export.md", &page(&exporter), "export");
}

#[test]
fn every_query_names_what_it_loses() {
    let exporter = Exporter::new(&Rules::built_in().expect("rules")).expect("rules");
    for (number, rule) in exporter.rules().iter().enumerate() {
        for target in Target::ALL {
            let query = exporter.rule(number, target);
            for loss in &query.losses {
                let comment = format!("lost ({}, {})", loss.id(), loss.effect().words());
                assert!(query.text.contains(&comment), "{} for {}: {comment}", rule.id, target.id());
            }
        }
    }
}

#[test]
fn the_shape_of_queries_is_as_committed() {
    let exporter = Exporter::new(&Rules::built_in().expect("rules")).expect("rules");
    for (number, rule) in exporter.rules().iter().enumerate() {
        if ["token-user-ambiguous", "http-503", "immutable-id-not-smtp"].contains(&rule.id.as_str()) {
            for target in Target::ALL {
                let path = format!("tests/export/shape/{}.{}", rule.id, target.extension());
                current(&path, &exporter.rule(number, target).text, "export");
            }
        }
    }
}

/// A rule about an event and a column, with the given words in them.
fn custom(provider: &str, is: &str, contains: &str) -> Rules {
    let quoted = |text: &str| serde_json::to_string(text).expect("JSON");
    let rule = format!(
        "id: custom-rule\ntitle: A rule of one's own\narea: oauth\ndirection: [cloud-to-on-premises]\nauth: []\n\
         signature:\n  any:\n    - event: {{ provider: {}, id: 4001 }}\n    - field: {{ name: sc-status, is: {} }}\n    \
         - field: {{ name: UserAgent, contains: {} }}\n    - text: only these words\nquestion: Is it?\nsummary: It is.\ncause: It is so.\n\
         verify: Look.\nsteps:\n  - id: look\n    title: Look\n    effect: read-only\n    text: Look.\n    expect: Something.\n\
         references:\n  - title: A page\n    url: https://learn.microsoft.com/exchange\nreviewed: 2026-11-22\n",
        quoted(provider),
        quoted(is),
        quoted(contains)
    );
    let mut loader = Loader::standalone();
    loader.add(Prepared::new("oauth/custom-rule.yaml".to_owned(), rule));
    loader.finish().unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<String>()))
}

#[test]
fn an_event_and_a_column_are_found_and_their_near_misses_are_not() {
    let rules = custom("MSExchange Availability", "5'0\"3", "AS%Pro_xy");
    let engine = Engine::new(&rules);
    let event = |provider: &str, id: u32| Record {
        event: Some(Event { provider: Some(provider.into()), id: Some(id) }),
        ..Record::text(format!("{provider}\nx"))
    };
    let column = |name: &str, value: &str| Record { fields: vec![(name.into(), value.into())], ..Record::text("x") };
    let records = [
        (true, event("msexchange availability", 4001)),
        (false, event("MSExchange Availability", 4002)),
        (false, event("MSExchange Availability Service", 4001)),
        (true, column("SC-Status", " 5'0\"3 ")),
        (false, column("sc-status", "5'0\"34")),
        (false, column("sc-substatus", "5'0\"3")),
        (true, column("useragent", "x as%pro_XY y")),
        (false, column("UserAgent", "xasXproYxy")),
        (true, Record::text("Only\u{a0}these, WOR\r\nDS")),
        (false, Record::text("only those words")),
    ];
    let wanted: Vec<bool> = records.iter().map(|(wanted, _)| *wanted).collect();
    let rows: Vec<Row> = records
        .into_iter()
        .enumerate()
        .map(|(id, (_, record))| judged(&engine, id as i64, id.to_string(), "clean", record))
        .collect();
    let found = selected(&store(&rows), &Exporter::new(&rules).expect("rules").rule(0, Target::Sqlite).text);
    for (row, wanted) in rows.iter().zip(wanted) {
        assert_eq!((row.certain.len() == 1, found.contains(&row.id)), (wanted, wanted), "{:?}", row.record);
    }
}

/// Runs `freebusy rules export` in a folder.
fn export(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_freebusy"))
        .args(["rules", "export"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program");
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn a_folder_gets_a_file_for_each_rule_and_foreign_files_stay() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export-files");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let two = ["--rule", "token-user-ambiguous", "--rule", "http-503", "--out", "queries/new"];
    for (target, count) in [("sigma", 2), ("kql", 3), ("spl", 3), ("esql", 3), ("sqlite", 3)] {
        for _ in 0..2 {
            let (code, text) = export(&folder, &[&["--to", target], &two[..]].concat());
            assert_eq!((code, text.as_str()), (Some(0), format!("wrote {count} files to queries/new\n").as_str()));
        }
    }
    let queries = folder.join("queries/new");
    let foreign = "// mine\n";
    std::fs::write(queries.join("http-503.kql"), foreign).expect("a file");
    std::fs::remove_file(queries.join("_all.kql")).expect("a file");
    let (code, text) = export(&folder, &[&["--to", "kql"], &two[..]].concat());
    assert_eq!(code, Some(2));
    assert!(text.contains("http-503.kql: this file was not written by `rules export`"), "{text}");
    assert_eq!(std::fs::read_to_string(queries.join("http-503.kql")).expect("a file"), foreign);
    assert!(!queries.join("_all.kql").exists(), "something was written before the refusal");
}

#[test]
fn every_target_has_its_ids_and_standard_output_has_the_combined_query() {
    let here = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for target in Target::ALL {
        let (code, text) = export(here, &["--to", target.id(), "--rule", "token-user-ambiguous"]);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("token-user-ambiguous: "), "{text}");
    }
    let (_, text) = export(here, &["--to", "kql"]);
    assert!(text.contains("case(") && text.contains("\"http-503\""), "{text}");
}
