//! Findings whose names are pseudonyms.

use crate::report::Redactor;
use crate::scan::Finding;
use std::sync::Arc;

/// Replaces in a finding what identifies an organization. One redactor for all findings of a scan gives one name the same
/// pseudonym everywhere; what it remembers grows with the names, not with the findings.
pub fn redact(finding: &mut Finding, redactor: &mut Redactor) {
    finding.source = Arc::from(source(&finding.source, redactor));
    // What a field names can stand in the text as a word like any other.
    let mut names = Vec::new();
    for field in [&mut finding.computer, &mut finding.remote].into_iter().flatten() {
        replace(field, |name| redactor.computer(name), &mut names);
    }
    for mailbox in &mut finding.mailboxes {
        replace(mailbox, |name| redactor.user(name), &mut names);
    }
    for place in &mut finding.evidence {
        let mut text = redactor.redact(&place.text);
        for (name, pseudonym) in &names {
            text = replace_word(&text, name, pseudonym);
        }
        place.text = text;
    }
}

fn replace(field: &mut String, pseudonym: impl FnOnce(&str) -> String, names: &mut Vec<(String, String)>) {
    let new = pseudonym(field);
    names.push((std::mem::replace(field, new.clone()), new));
}

/// Replaces a name where it stands as a whole word, in any case.
fn replace_word(text: &str, name: &str, pseudonym: &str) -> String {
    // A name of two letters is a part of speech as likely as a name.
    if name.len() < 3 {
        return text.to_owned();
    }
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    // ASCII only, so that places in one are places in the other.
    let (lower, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut out = String::new();
    let mut copied = 0;
    for (at, _) in lower.match_indices(&name) {
        let end = at + name.len();
        if at >= copied && !text[..at].ends_with(part) && !text[end..].starts_with(part) {
            out.push_str(&text[copied..at]);
            out.push_str(pseudonym);
            copied = end;
        }
    }
    out + &text[copied..]
}

/// A path whose folders and file names are pseudonyms: people name folders after servers and customers. The ending stays, it says
/// which kind of log that is.
pub fn source(path: &str, redactor: &mut Redactor) -> String {
    let mut out = String::new();
    for part in path.split_inclusive(['/', '\\', '!']) {
        let name = part.trim_end_matches(['/', '\\', '!']);
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() && is_ending(ending) => (stem, &name[stem.len()..]),
            _ => (name, ""),
        };
        let plain = stem.is_empty() || stem == "." || stem == ".." || stem == "-" || is_drive(stem);
        if plain {
            out.push_str(stem)
        } else {
            out.push_str(&redactor.file(stem))
        }
        out.push_str(ending);
        out.push_str(&part[name.len()..]);
    }
    out
}

fn is_ending(ending: &str) -> bool {
    (1..=7).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_drive(name: &str) -> bool {
    name.len() == 2 && name.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::model::WellKnown;

    #[test]
    fn a_short_name_goes_from_the_text_too() {
        assert_eq!(
            replace_word("ex01 asks EX01, not EX012 or MY-EX01", "EX01", "server1"),
            "server1 asks server1, not EX012 or MY-EX01"
        );
    }

    #[test]
    fn a_path_keeps_its_form_and_loses_its_names() {
        let mut redactor = Redactor::new(WellKnown::default());
        let redacted = source("C:\\Logs\\EX01.contoso.com\\app.evtx", &mut redactor);
        assert!(!redacted.to_lowercase().contains("contoso") && !redacted.contains("EX01"), "{redacted}");
        assert!(redacted.starts_with("C:\\") && redacted.ends_with(".evtx"), "{redacted}");
        assert_eq!(redacted, source("C:\\Logs\\EX01.contoso.com\\app.evtx", &mut redactor));
    }
}
