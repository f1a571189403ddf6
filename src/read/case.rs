//! Several inputs that are one case: an error, and the output of the cmdlets that were run about it.
//!
//! All positions count through the inputs, one behind the other, so that a place says which input it is in.

use super::Input;
use super::objects::{self, Object};
use crate::record::Record;
use std::ops::Range;

/// Several inputs that are one case.
#[derive(Debug)]
pub struct Case {
    parts: Vec<Part>,
}

/// One input of a case.
#[derive(Debug)]
pub struct Part {
    /// How messages call it.
    pub name: String,
    /// What was read.
    pub input: Input,
    /// Where it begins in the case, in bytes.
    base: usize,
}

impl Case {
    /// A case of these inputs, each with its name, in this order.
    pub fn new(inputs: impl IntoIterator<Item = (String, Input)>) -> Self {
        let mut base = 0;
        let part = |(name, input): (String, Input)| {
            let part = Part { name, base, input };
            // No place belongs to two inputs, also where one is empty.
            base += part.input.text.len() + 1;
            part
        };
        Self { parts: inputs.into_iter().map(part).collect() }
    }

    /// The inputs.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The records of all inputs; their offsets count through the case.
    pub fn records(&self) -> Vec<Record<'_>> {
        let mut all = Vec::new();
        for part in &self.parts {
            let mut records = part.input.records();
            records.iter_mut().for_each(|record| record.offset += part.base);
            all.extend(records);
        }
        all
    }

    /// What cmdlets printed in any of the inputs; positions count through the case.
    pub fn objects(&self) -> Vec<Object> {
        let mut all = Vec::new();
        for part in &self.parts {
            let text = &part.input.text;
            let found = objects::collected(text).map_or_else(|| objects::read(text), |(_, objects)| objects);
            all.extend(found.into_iter().map(|object| object.moved(part.base)));
        }
        all
    }

    /// The input that a place is in, by its number, and the place in that input.
    pub fn locate(&self, at: usize) -> (usize, usize) {
        let number = self.parts.partition_point(|part| part.base <= at).saturating_sub(1);
        (number, at - self.parts.get(number).map_or(0, |part| part.base))
    }

    /// The text at a place; empty where that is no place of one input.
    pub fn text(&self, at: Range<usize>) -> &str {
        let (number, start) = self.locate(at.start);
        let text = self.parts.get(number).map_or("", |part| &part.input.text);
        text.get(start..start + at.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_which_input_it_is_in() {
        let input = |text: &str| Input::from_bytes(text.as_bytes().to_vec()).expect("text");
        let case = Case::new([
            ("error.txt".to_owned(), input("HTTP status 401")),
            ("ioc.txt".to_owned(), input("Name    : a\nEnabled : True\n")),
        ]);
        let objects = case.objects();
        let enabled = &objects[0].property("Enabled").expect("a property").at;
        assert_eq!(case.text(enabled.clone()), "Enabled : True");
        assert_eq!(case.locate(enabled.start), (1, 12));
        assert_eq!(case.text(0..4), "HTTP");
        assert_eq!(case.text(3..900), "");
        assert_eq!(case.records().len(), 2);
    }
}
