//! The fast way through a log finds what the plain way finds.
//!
//! The plain way reads every record with the whole engine. The fast way looks at every fourth letter and reads what may match. Both get
//! every text of every rule, as it stands there and after all that happens to a text on its way.

mod common;

use common::Catalogue;
use freebusy::author::transform::TRANSFORMATIONS;
use freebusy::engine::{Engine, Sieve, Suspects};
use freebusy::read::charset::Charset;
use freebusy::read::format::{Format, Reader, reader};
use freebusy::record::Record;
use freebusy::rules::model::Confidence;
use freebusy::scan::block::Block;

/// Lines before and behind a text, as other programs write them.
const OTHERS: &str = "2026-11-22 10:00:00 192.0.2.1 GET /owa/ - 443 - 198.51.100.7 Mozilla/5.0 - 200 0 0 15\r\n";

#[test]
fn whatever_happens_to_a_text_the_sieve_lets_it_through() {
    let catalogue = Catalogue::built_in();
    let engine = Engine::for_many(catalogue.engine.rules());
    let sieve = Sieve::new(catalogue.pack(), false);
    assert!(!sieve.is_open(), "a rule names nothing that can be looked for");
    let Reader::Lines(format) = reader(Format::Text, "") else { panic!("text is a format of lines") };
    let (mut texts, mut missed) = (0, Vec::new());
    for (rule, text, bytes) in transformed(&catalogue) {
        let (charset, mark) = Charset::detect(&bytes);
        let decoded = charset.decode(&bytes[mark..]);
        let analysis = engine.analyse(&[Record::text(decoded.as_ref())], &[]);
        let certain = analysis.matches.iter().any(|m| m.confidence == Confidence::Certain);
        if !certain {
            continue;
        }
        texts += 1;
        let others: Vec<u8> = match charset {
            Charset::Bytes => OTHERS.as_bytes().to_vec(),
            Charset::Utf16Le => OTHERS.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Charset::Utf16Be => OTHERS.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        let log = [&others, &bytes[mark..], &others].concat();
        let block = Block { bytes: &log, own: (0, log.len()), first: true, last: true, charset };
        let passes = !block.sift(&*format, &sieve).candidates.is_empty();
        let suspected = match engine.may_be_certain(&decoded) {
            Suspects::None => false,
            Suspects::Some(rules) => rules.contains(&analysis.matches[0].rule),
            Suspects::All => true,
        };
        if !passes || !sieve.lets_through(&decoded) || !sieve.may_match(&decoded) || !suspected {
            missed.push(format!("{rule}: {text}: passes {passes}"));
        }
    }
    assert!(texts > 3_000, "{texts} texts only");
    assert!(missed.is_empty(), "{} of {texts}:\n{}", missed.len(), missed.join("\n"));
}

/// The lines of a text of a rule, stored as UTF-16, that pass; before them a line in bytes, or none.
fn passing_in_utf_16(text: &str, mark: &[u8], others: &[u8]) -> usize {
    let catalogue = Catalogue::built_in();
    let sieve = Sieve::new(catalogue.pack(), false);
    let Reader::Lines(format) = reader(Format::Text, "") else { panic!("text is a format of lines") };
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let log = [mark, others, &utf16].concat();
    let (charset, mark) = Charset::detect(&log);
    let block = Block { bytes: &log[mark..], own: (0, log.len() - mark), first: true, last: true, charset };
    block.sift(&*format, &sieve).candidates.len()
}

#[test]
fn what_is_appended_in_utf_16_to_a_log_in_bytes_is_let_through() {
    let text = "The user specified by the user-context in the token is ambiguous.\r\n";
    assert_eq!(passing_in_utf_16(text, b"", OTHERS.repeat(3).as_bytes()), 1);
}

#[test]
fn a_word_that_was_cut_before_it_was_escaped_is_let_through_in_utf_16_too() {
    let text = r"The user specified by the user-con\r\ntext in the token is am\r\nbiguous. An availability call fails.";
    assert_eq!(passing_in_utf_16(text, b"\xff\xfe", b""), 1);
    assert_eq!(passing_in_utf_16(&text.replace("user", ""), b"\xff\xfe", b""), 1);
}

/// Every text of every rule, under every transformation, with a name.
fn transformed(catalogue: &Catalogue) -> Vec<(String, String, Vec<u8>)> {
    let mut all = Vec::new();
    for rule in catalogue.rules() {
        for (number, text) in rule.tests.iter().filter_map(|t| t.text.as_deref()).enumerate() {
            all.push((rule.id.clone(), format!("text {number}"), text.as_bytes().to_vec()));
            for change in &TRANSFORMATIONS {
                let bytes = (change.apply)(text, text.len());
                all.push((rule.id.clone(), format!("text {number}, {}", change.name), bytes));
            }
        }
    }
    all
}
