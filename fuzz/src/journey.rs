//! The texts of the rules, and what may happen to them on their way.

use crate::{RULES, store};
use freebusy::author::transform::TRANSFORMATIONS;
use std::sync::LazyLock;

/// What the tests of the built-in rules say is certain.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rules = RULES.all().expect("the built-in rules");
    rules.iter().flat_map(|rule| &rule.tests).filter_map(|test| test.text.clone()).collect()
});

/// A text, and how much of the program that the fuzzer wrote is left.
struct Journey<'p> {
    text: String,
    program: &'p [u8],
}

/// Chooses a text, does to it what a program says, and stores it.
pub fn travelled(program: &[u8]) -> Vec<u8> {
    let mut journey = Journey { text: String::new(), program };
    journey.text = journey.choose(&TEXTS).clone();
    let mut stage = 0;
    while !journey.program.is_empty() && journey.text.len() < 64 << 10 {
        match journey.byte() % 8 {
            0..=2 => {
                let transformation = journey.choose(&TRANSFORMATIONS);
                let next = stage_of(transformation.name);
                if next <= stage {
                    continue;
                }
                let bytes = (transformation.apply)(&journey.text, journey.text.len());
                match String::from_utf8(bytes) {
                    Ok(text) => journey.text = text,
                    Err(error) => return error.into_bytes(),
                }
                stage = next;
            }
            // A text that was wrapped is not cut or changed after that: its words may be in two pieces.
            3 if stage < 2 => journey.cut(),
            4 if stage < 2 => journey.insert(),
            5 => {
                let other = journey.choose(&TEXTS).clone();
                journey.text = format!("{}\n{other}", journey.text);
            }
            6 => {
                let line = foreign(&journey.take());
                journey.text = format!("{line}\n{}", journey.text);
            }
            _ => {
                let line = foreign(&journey.take());
                journey.text = format!("{}\n{line}", journey.text);
            }
        }
    }
    store(program.len() as u8, journey.text.as_bytes())
}

/// Programs write, consoles cut, and only then is a text escaped and stored; each of that happens once.
fn stage_of(transformation: &str) -> u8 {
    match transformation {
        "upper-case" | "curly" => 1,
        "html" | "html-twice" | "json" | "json-twice" => 3,
        "in-a-log" | "cut-off" | "utf-16" => 4,
        _ => 2,
    }
}

fn foreign(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Journey<'_> {
    fn byte(&mut self) -> u8 {
        self.program.split_off_first().copied().unwrap_or_default()
    }

    fn number(&mut self) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()]))
    }

    fn choose<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.number() % from.len()]
    }

    /// Some bytes of the program.
    fn take(&mut self) -> Vec<u8> {
        let len = usize::from(self.byte() % 32).min(self.program.len());
        self.program.split_off(..len).unwrap_or_default().to_vec()
    }

    /// A place between two letters.
    fn place(&mut self) -> usize {
        let at = self.number() % (self.text.len() + 1);
        self.text.floor_char_boundary(at)
    }

    /// Takes a piece away.
    fn cut(&mut self) {
        let (from, len) = (self.place(), usize::from(self.byte()));
        let end = self.text.floor_char_boundary(from + len).max(from);
        self.text.drain(from..end);
    }

    /// Puts something between two words.
    fn insert(&mut self) {
        let at = self.place();
        let bytes = self.take();
        let rest = &self.text[at..];
        let at = at + rest.find([' ', '\n']).unwrap_or(rest.len());
        self.text.insert_str(at, &foreign(&bytes));
    }
}
