//! Pages of `docs/` that are made of the rules.

use freebusy::rules::model::Standing;
use std::fs;
use std::path::Path;

/// Holds a committed page against the one that the rules give now, or writes it.
pub fn current(path: &str, page: &str, test: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var("SNAPSHOTS").as_deref() == Ok("overwrite") {
        fs::write(&file, page).expect("a page");
        return;
    }
    // A checkout on Windows may have other line ends.
    let committed = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == page, "{path} is not current; run `SNAPSHOTS=overwrite cargo test --test {test}`");
}

/// How well something is vouched for, where that is not the vendor.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Verified => "",
        Standing::ThirdParty => " (reported by others, not by Microsoft)",
        Standing::Advice => " (our advice)",
        Standing::IdentifierOnly => " (the meaning is read from the name)",
    }
}
