//! What a sentence is held against, to see whether it tells failures apart.

use crate::text::fold::{fold, words};
use std::collections::BTreeMap;

/// Texts that are no documented failure, and how common words are in errors.
#[derive(Debug, Default)]
pub struct Background {
    texts: Vec<String>,
    words: BTreeMap<String, u32>,
    total: u32,
}

impl Background {
    /// The one that comes with the program (`build.rs` makes it from `tests/corpus/unrelated` and the rules' tests).
    ///
    /// # Errors
    ///
    /// When the program's file is damaged.
    pub fn built_in() -> Result<Self, postcard::Error> {
        let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/background.bin"));
        let (texts, words, total) = postcard::from_bytes(bytes)?;
        Ok(Self { texts, words, total })
    }

    /// Adds a text that is no documented failure.
    pub fn add(&mut self, text: &str) {
        self.texts.push(fold(text));
    }

    /// How many of the unrelated texts hold a folded sentence.
    pub fn holding(&self, folded: &str) -> usize {
        self.texts.iter().filter(|text| text.contains(folded)).count()
    }

    /// How many unrelated texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// How unlikely a sentence is in an error, in bits: each word counts with the logarithm of how few texts it stands in. Words
    /// that no text has count as if one had them.
    pub fn rarity(&self, sentence: &str) -> f64 {
        words(sentence).map(|word| self.word(&word)).sum()
    }

    /// The same of one word.
    pub fn word(&self, word: &str) -> f64 {
        let texts = self.words.get(word).copied().unwrap_or(0).max(1);
        (f64::from(self.total.max(1)) / f64::from(texts)).log2()
    }
}
