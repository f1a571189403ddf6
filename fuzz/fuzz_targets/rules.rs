//! Any text as a rule file: diagnostics with their places, or a rule; never a panic, and never a file that `rules check` calls fine and the
//! program cannot load.
#![no_main]

use freebusy::author::background::Background;
use freebusy::author::check::{Checker, Known, worst};
use freebusy::author::diagnostic::{Severity, SourceFile};
use freebusy::author::show::terminal;
use freebusy::report::Style;
use freebusy::rules::{Loader, Prepared, Rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let base = Rules::built_in().expect("the built-in rules").into_pack();
    let files = [SourceFile { name: "fuzz.yaml".to_owned(), text: text.to_owned(), area: None }];
    let mut known = Known::of(&base).expect("the built-in rules");
    known.add(&files[0]);
    let background = Background::default();
    let checker = Checker::new(known, &background, jiff::civil::date(2026, 11, 22));
    let diagnostics = checker.finish([checker.file(0, &files[0])]);
    let _ = terminal(&files, &diagnostics, Style { width: 80, color: false });
    let mut loader = Loader::on_top_of(base).expect("the built-in rules");
    loader.add(Prepared::new("fuzz.yaml".to_owned(), text.to_owned()));
    let loaded = loader.finish().is_ok_and(|rules| rules.all().is_ok());
    assert!(loaded || worst(&diagnostics) >= Some(Severity::Error), "refused, and nothing said");
});
