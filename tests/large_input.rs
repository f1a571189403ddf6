//! One failure in a log of a million other lines gives the same answer, within bounded time and memory.

mod common;

use common::Catalogue;
use freebusy::rules::model::Confidence;

#[test]
fn a_failure_is_found_in_a_million_lines() {
    let catalogue = Catalogue::built_in();
    let noise = include_str!("corpus/noise.log");
    let lines = noise.lines().count();
    let half = noise.repeat(500_000 / lines / 10);
    let failure = include_str!("../samples/ambiguous-user.txt");
    // A debug build reads a tenth; what is tested is the seams between the parts, of which there are several.
    assert!(half.len() > 4 << 20, "{} bytes", half.len());
    let found = catalogue.matches(&format!("{half}\n{failure}\n{half}"), None);
    assert_eq!(found.first(), Some(&("token-user-ambiguous".to_owned(), Confidence::Certain)));
}

/// The overlap of two parts is longer than a paste, so no place is a bad one.
#[test]
fn a_failure_at_a_seam_is_found() {
    let catalogue = Catalogue::built_in();
    let failure = include_str!("../samples/ambiguous-user.txt");
    let line = "2026-11-22 10:00:00 192.0.2.1 GET /owa 443 - 198.51.100.4 200 0 0 15\n";
    for before in [(1 << 20) - 900, (1 << 20) - 400, (1 << 20) - 10, 1 << 20] {
        let noise: String = line.repeat(before / line.len());
        let found = catalogue.matches(&format!("{noise}{failure}{noise}"), None);
        assert_eq!(found.first().map(|(id, _)| id.as_str()), Some("token-user-ambiguous"), "after {before} bytes");
    }
}
