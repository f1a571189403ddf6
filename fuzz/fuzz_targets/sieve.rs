//! What the fast ways of a scan throw away, the whole engine must not be certain of. The input decides what happens to the text of a rule:
//! the sieve promises nothing for words that no program cuts or escapes so, and nearly all that random bytes do to a text is that.
#![no_main]

use freebusy::engine::Suspects;
use freebusy::read::charset::Charset;
use freebusy::read::format::{Format, Reader, reader};
use freebusy::record::Record;
use freebusy::scan::block::Block;
use freebusy::scan::{Classifier, Verdict};
use freebusy_fuzz::{ENGINE, SIEVE};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|input: &[u8]| {
    let file = freebusy_fuzz::travelled(input);
    let (charset, mark) = Charset::detect(&file);
    let bytes = &file[mark..];
    let text = charset.decode(bytes);
    let Reader::Lines(format) = reader(Format::Text, "") else { unreachable!("text is a format of lines") };
    let block = Block { bytes, own: (0, bytes.len()), first: true, last: true, charset };
    let record = Record::text(text.as_ref());
    let source = Arc::from("fuzz");
    let classifier = Classifier::new(&ENGINE);
    let plain = classifier.classify(&record, &Suspects::All, &source);
    let Verdict::Finding(finding) = &plain else { return };
    let rule = &*ENGINE.rules().pack().rules[finding.rule].id;
    let passes = [
        ("the sieve, by lines", !block.sift(&*format, &SIEVE).candidates.is_empty()),
        ("the sieve, of the text", SIEVE.lets_through(&text)),
        ("the sieve, the thorough way", SIEVE.may_match(&text)),
        ("the glance", classifier.record(&record, &source) == plain),
    ];
    assert!(passes.iter().all(|(_, passes)| *passes), "{rule} is certain, and not all agree: {passes:?}\n{text:?}");
});
