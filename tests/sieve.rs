//! The fast way through a log finds what the plain way finds.
//!
//! The plain way reads every record with the whole engine. The fast way looks at every fourth letter and reads what may match. Both get
//! every text of every rule, as it stands there and after all that happens to a text on its way.

mod common;

use common::Catalogue;
use freebusy::author::transform::TRANSFORMATIONS;
use freebusy::engine::{Engine, Sieve};
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
        if !passes || !sieve.may_match(&decoded) || engine.may_be_certain(&decoded).is_none() {
            missed.push(format!("{rule}: {text}: passes {passes}"));
        }
    }
    assert!(texts > 3_000, "{texts} texts only");
    assert!(missed.is_empty(), "{} of {texts}:\n{}", missed.len(), missed.join("\n"));
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
