//! Any text, normalised: every letter of every view stands for a part of the text, and the fast way to the folded view gives the same one.
#![no_main]

use freebusy::text::{Text, View, folded};
use libfuzzer_sys::fuzz_target;

fn check(original: &str, view: &View) {
    let text = view.as_str();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let part = view.original(at..end);
        assert!(original.get(part.clone()).is_some_and(|part| !part.is_empty()), "{c:?} is {part:?}");
        assert!(view.at(part.start) <= at);
        let _ = view.gap_before(at);
        // From here to the end, and from the beginning to here.
        assert!(original.get(view.original(at..text.len())).is_some());
        assert!(original.get(view.original(0..end)).is_some());
    }
}

fuzz_target!(|bytes: &[u8]| {
    let original = String::from_utf8_lossy(bytes);
    let text = Text::new(&original);
    for view in [&text.clean, &text.tight, &text.folded] {
        check(&original, view);
    }
    assert_eq!(folded(&original), text.folded.as_str());
});
