//! Names of files and anchors, and links to rules.

use super::Catalogue;
use crate::rules::model::Rule;
use serde::Serialize;

/// A rule that a page links to.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    /// [`Rule::id`]
    pub id: String,
    /// [`Rule::title`]
    pub title: String,
    /// The rule's page: its file's name without the extension.
    pub page: String,
}

impl Link {
    pub fn to(rule: &Rule) -> Self {
        Self { id: rule.id.clone(), title: rule.title.clone(), page: slug(&rule.id) }
    }

    pub fn to_number(catalogue: &Catalogue, number: usize) -> Self {
        Self::to(&catalogue.rules[number])
    }
}

/// Device names, which no file on Windows may have, whatever its extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A name as part of a file's name or of an anchor: itself where it is in kebab-case, as every shipped id is. Anything else is
/// spelt in hexadecimal, so that two names never share a file, also where case does not count.
pub(super) fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => out.push(char::from(byte)),
            other => out.push_str(&format!("_{other:02x}")),
        }
    }
    let port = out.len() == 4 && (out.starts_with("com") || out.starts_with("lpt"));
    if out.is_empty() || port || DEVICES.contains(&out.as_str()) {
        out.push('_');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_in_kebab_case_is_its_own_name() {
        assert_eq!(slug("http-503"), "http-503");
    }

    #[test]
    fn other_names_are_legal_and_stay_apart() {
        let names = ["CON", "con", "a/../b", "a.b", "A", "a", "", "_", "com1", "x\"><script>", "\u{e4}"];
        let mut slugs: Vec<String> = names.iter().map(|name| slug(name)).collect();
        for slug in &slugs {
            assert!(!slug.is_empty() && !DEVICES.contains(&slug.as_str()), "{slug}");
            assert!(
                slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_')),
                "{slug}"
            );
        }
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), names.len());
    }
}
