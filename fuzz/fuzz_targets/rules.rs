//! Any text as a rule file: an error with a place, or a rule; never a panic.
#![no_main]

use freebusy::rules::{Loader, Prepared, Rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let base = Rules::built_in().expect("the built-in rules").into_pack();
    let mut loader = Loader::on_top_of(base).expect("the built-in rules");
    loader.add(Prepared::new("fuzz.yaml".to_owned(), text.to_owned()));
    let _ = loader.finish();
});
