//! What the test files share: the built-in rules, ready to ask.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod generated;
pub mod guide;
pub mod lines;
pub mod pages;
pub mod scan;
#[cfg(feature = "serve")]
pub mod server;
#[cfg(feature = "serve")]
pub mod webdriver;

use freebusy::engine::Engine;
use freebusy::read::Input;
use freebusy::rules::Rules;
use freebusy::rules::model::{Confidence, Rule, Test};
use freebusy::rules::pack::Pack;

/// The built-in rules, ready to ask.
pub struct Catalogue {
    pub engine: Engine<'static>,
    rules: Vec<Rule>,
}

impl Catalogue {
    pub fn built_in() -> Self {
        let loaded: &'static Rules = Box::leak(Box::new(Rules::built_in().expect("the built-in rules")));
        Self { engine: Engine::new(loaded), rules: loaded.all().expect("whole rules") }
    }

    pub fn pack(&self) -> &Pack<'static> {
        self.engine.rules().pack()
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// All tests of all rules, with their numbers.
    pub fn tests(&self) -> impl Iterator<Item = (&Rule, usize, &Test)> {
        self.rules.iter().flat_map(|rule| rule.tests.iter().enumerate().map(move |(n, test)| (rule, n + 1, test)))
    }

    /// The matches of a text, best first.
    pub fn matches(&self, text: &str, assume: Option<&str>) -> Vec<(String, Confidence)> {
        self.matches_of_bytes(text.as_bytes().to_vec(), assume)
    }

    /// The matches of a file's bytes, best first.
    pub fn matches_of_bytes(&self, bytes: Vec<u8>, assume: Option<&str>) -> Vec<(String, Confidence)> {
        let pack = self.pack();
        let assumed: Vec<u16> = assume.iter().map(|id| pack.context_index(id).expect("a context") as u16).collect();
        let input = Input::from_bytes(bytes).expect("a text");
        let analysis = self.engine.analyse(&input.records(), &assumed);
        analysis.matches.iter().map(|m| (pack.rules[m.rule].id.to_string(), m.confidence)).collect()
    }
}

/// The first match of a text.
pub fn first(catalogue: &Catalogue, text: &str, assume: Option<&str>) -> Option<(String, Confidence)> {
    catalogue.matches(text, assume).into_iter().next()
}
