//! No input makes the program panic: damaged, cut and mixed texts, and bytes of every kind.
//!
//! The generator is seeded, so a failure repeats. `fuzz/` looks further.

mod common;

use common::Catalogue;
use freebusy::read::Input;
use freebusy::remedy::{Planner, Values};
use freebusy::report::answer::InputView;
use freebusy::report::{Answer, Format, Redactor, Renderer, Style};

/// A small generator of pseudo-random numbers (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

const PIECES: [&str; 22] = [
    "&#x110000;",
    "&amp;amp;lt;",
    "\\ud83d\\ude00",
    "\\u00",
    "_x000D_",
    "_xD800_",
    "%E2%80%99",
    "\u{202e}",
    "\u{feff}",
    "\0",
    "<br",
    "<b>",
    "LID: 99999",
    "AADSTS",
    "diagnostics: 20000",
    "0x8004",
    "@",
    "a@b.c",
    "https://",
    "\r\n\r\n",
    "ß\u{308}ﬀ",
    "既存の接続",
];

fn all_of(catalogue: &Catalogue, bytes: Vec<u8>) {
    let Ok(mut input) = Input::from_bytes(bytes) else { return };
    let pack = catalogue.pack();
    let planner = Planner::new(pack.parameters().expect("parameters"), Values::default());
    for redacted in [false, true] {
        if redacted {
            input.text = Redactor::new(pack.shared().expect("shared").well_known).redact(&input.text);
        }
        let records = input.records();
        let analysis = catalogue.engine.analyse(&records, &[]);
        for evidence in analysis.matches.iter().flat_map(|m| &m.evidence) {
            assert!(input.text.get(evidence.clone()).is_some(), "evidence {evidence:?} is no part of the text");
        }
        let view = InputView { format: "text".into(), encoding: "utf-8".into(), records: records.len() };
        let answer = Answer::new(&catalogue.engine, &analysis, &planner, &input.text, view).expect("an answer");
        let renderer = Renderer::new(Vec::new(), Style { width: 60, color: true });
        for format in [Format::Text, Format::Brief, Format::Markdown, Format::Html, Format::Json] {
            renderer.answer(&answer, &input.text, "paste", format).expect("a report");
        }
    }
}

#[test]
fn damaged_texts_of_real_failures() {
    let catalogue = Catalogue::built_in();
    let texts: Vec<&str> = catalogue.tests().filter_map(|(_, _, t)| t.text.as_deref().or(t.not.as_deref())).collect();
    let mut random = Random(0x5eed);
    for _ in 0..150 {
        let mut bytes = texts[random.below(texts.len())].as_bytes().to_vec();
        for _ in 0..random.below(8) {
            let at = random.below(bytes.len() + 1);
            match random.below(4) {
                0 => bytes.truncate(at),
                1 => {
                    let piece = PIECES[random.below(PIECES.len())].as_bytes();
                    bytes.splice(at..at, piece.iter().copied());
                }
                2 if at < bytes.len() => bytes[at] = random.next() as u8,
                _ => {
                    let other = texts[random.below(texts.len())].as_bytes();
                    let from = random.below(other.len());
                    bytes.splice(at..at, other[from..].iter().copied());
                }
            }
        }
        all_of(&catalogue, bytes);
    }
}

#[test]
fn bytes_of_every_kind() {
    let catalogue = Catalogue::built_in();
    let mut random = Random(0xb17e5);
    for _ in 0..100 {
        let len = random.below(300);
        // Mostly text, so that not every one is refused as binary.
        let bytes =
            (0..len).map(|_| if random.below(5) == 0 { random.next() as u8 } else { 32 + random.below(95) as u8 });
        all_of(&catalogue, bytes.collect());
    }
    for piece in PIECES {
        all_of(&catalogue, piece.repeat(50).into_bytes());
    }
}
