//! Any bytes as a paste: no panic, and evidence that is a part of the text.
#![no_main]

use freebusy::engine::Engine;
use freebusy::read::Input;
use freebusy::rules::Rules;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::built_in().expect("the built-in rules"));
static ENGINE: LazyLock<Engine<'static>> = LazyLock::new(|| Engine::new(&RULES));

fuzz_target!(|bytes: &[u8]| {
    let Ok(input) = Input::from_bytes(bytes.to_vec()) else { return };
    let analysis = ENGINE.analyse(&input.records(), &[]);
    for found in &analysis.matches {
        for evidence in &found.evidence {
            assert!(input.text.get(evidence.clone()).is_some());
        }
    }
});
