//! Replaces what identifies an organization by stable pseudonyms, for tickets that leave the house.
//!
//! The input is redacted before it is analysed, so nothing that is derived from it can leak: evidence, facts, commands. The same
//! name gets the same pseudonym everywhere in one answer. Names that belong to everybody (`outlook.office365.com`, the
//! application id of Exchange Online) stay, because the failure cannot be understood without them.

use crate::rules::model::WellKnown;
use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Replaces names by pseudonyms.
#[derive(Debug, Default)]
pub struct Redactor {
    well_known: WellKnown,
    names: HashMap<String, String>,
    counts: HashMap<&'static str, usize>,
}

impl Redactor {
    /// A redactor that leaves these names.
    pub fn new(well_known: WellKnown) -> Self {
        Self { well_known, ..Self::default() }
    }

    /// Redacts a text.
    pub fn redact(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let word_len = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            if word_len == 0 {
                let c = rest.chars().next().map_or(1, char::len_utf8);
                out.push_str(&rest[..c]);
                rest = &rest[c..];
                continue;
            }
            let (word, after) = rest.split_at(word_len);
            // What ends a sentence is no part of a name.
            let name = word.trim_end_matches(['.', '-', '_', '+', '\'']);
            let label = preceding_label(&out);
            out.push_str(&self.word(name, label));
            out.push_str(&word[name.len()..]);
            rest = after;
        }
        out
    }

    fn word(&mut self, word: &str, label: Option<&'static str>) -> String {
        let lead = word.len() - word.trim_start_matches(['.', '-', '_', '+', '\'']).len();
        let (lead, name) = word.split_at(lead);
        let replaced = match name.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() && is_host(domain) => {
                Some(format!("{}@{}", self.pseudonym("user", local), self.host(domain)))
            }
            _ if crate::facts::is_guid(name) => Some(self.guid(name)),
            _ if is_address(name) => Some(self.pseudonym("ip", name)),
            _ if is_host(name) => Some(self.host(name)),
            _ if label.is_some() && name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                Some(self.pseudonym("server", name))
            }
            _ => None,
        };
        match replaced {
            Some(replaced) => format!("{lead}{replaced}"),
            None => word.to_owned(),
        }
    }

    fn guid(&mut self, guid: &str) -> String {
        if self.well_known.guids.iter().any(|known| known.eq_ignore_ascii_case(guid)) {
            return guid.to_owned();
        }
        let name = self.pseudonym("guid", guid);
        let number: usize = name.trim_start_matches("guid").parse().unwrap_or(0);
        format!("00000000-0000-4000-8000-{number:012}")
    }

    /// A pseudonym that keeps what a lookup depends on: a well-known parent domain, and one name for one domain.
    fn host(&mut self, host: &str) -> String {
        let lower = host.to_ascii_lowercase();
        for parent in [".mail.onmicrosoft.com", ".onmicrosoft.com", ".mailboxmigration.his.msappproxy.net"] {
            if let Some(own) = lower.strip_suffix(parent) {
                return format!("{}{parent}", self.pseudonym("tenant", own));
            }
        }
        let known = |known: &String| lower == *known || lower.ends_with(&format!(".{known}"));
        if self.well_known.hosts.iter().any(known) || is_program_name(&lower) {
            return host.to_owned();
        }
        let labels: Vec<&str> = lower.split('.').collect();
        match labels.as_slice() {
            [own, parent @ ..] if parent.len() >= 2 => {
                format!("{}.{}.example", self.pseudonym("host", own), self.pseudonym("domain", &parent.join(".")))
            }
            _ => format!("{}.example", self.pseudonym("domain", &lower)),
        }
    }

    fn pseudonym(&mut self, kind: &'static str, name: &str) -> String {
        let key = format!("{kind} {}", name.to_ascii_lowercase());
        if let Some(known) = self.names.get(&key) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let new = format!("{kind}{count}");
        self.names.insert(key, new.clone());
        new
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "@.-_+'".contains(c)
}

/// The label that announces a server's short name, which looks like any other word.
fn preceding_label(before: &str) -> Option<&'static str> {
    const LABELS: [&str; 5] =
        ["exception originated: ", "[Server=", "Computer: ", "PSComputerName        : ", "<ExceptionServerName>"];
    LABELS.into_iter().find(|label| before.ends_with(label))
}

fn is_address(word: &str) -> bool {
    word.parse::<Ipv4Addr>().is_ok() || (word.contains(':') && word.parse::<Ipv6Addr>().is_ok())
}

/// A name with at least two labels whose last one is a plausible top-level domain.
fn is_host(word: &str) -> bool {
    let Some((before, top)) = word.rsplit_once('.') else {
        return false;
    };
    !before.is_empty()
        && (2..=24).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && word
            .split('.')
            .all(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
        && !looks_like_code(word)
}

/// `System.Net.WebException` and `exchange.asmx` have dots too.
fn looks_like_code(word: &str) -> bool {
    const ROOTS: [&str; 4] = ["System", "Microsoft", "Newtonsoft", "http"];
    let top = word.rsplit('.').next().unwrap_or_default();
    let root = word.split('.').next().unwrap_or_default();
    ROOTS.contains(&root) || top.len() > 6 && top.contains(|c: char| c.is_ascii_uppercase())
}

fn is_program_name(host: &str) -> bool {
    const ENDINGS: [&str; 14] =
        ["asmx", "svc", "xml", "srf", "dll", "exe", "ps", "aspx", "log", "txt", "evtx", "config", "cer", "html"];
    host.rsplit('.').next().is_some_and(|ending| ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(WellKnown {
            hosts: vec!["office365.com".into(), "outlook.com".into()],
            guids: vec!["00000002-0000-0ff1-ce00-000000000000".into()],
        })
    }

    #[test]
    fn the_same_name_gets_the_same_pseudonym() {
        let redacted = redactor().redact(
            "Ann@contoso.com asks bob@CONTOSO.com at https://mail.contoso.com/ews/exchange.asmx, then ann@contoso.com again.",
        );
        assert_eq!(
            redacted,
            "user1@domain1.example asks user2@domain1.example at https://host1.domain1.example/ews/exchange.asmx, then \
             user1@domain1.example again."
        );
    }

    #[test]
    fn what_belongs_to_everybody_stays() {
        for text in [
            "https://outlook.office365.com/ews/exchange.asmx",
            "00000002-0000-0ff1-ce00-000000000000",
            "System.Net.WebException: Unable to connect",
            "Microsoft.Exchange.InfoWorker.Common.Availability.AutoDiscoverFailedException",
            "LID: 43532",
        ] {
            assert_eq!(redactor().redact(text), text);
        }
    }

    #[test]
    fn addresses_guids_and_servers_go() {
        let redacted = redactor().redact(
            "from 192.0.2.7 with 11111111-2222-3333-4444-555555555555. Name of the server where exception originated: EX01. \
             u@contoso.mail.onmicrosoft.com",
        );
        assert_eq!(
            redacted,
            "from ip1 with 00000000-0000-4000-8000-000000000001. Name of the server where exception originated: server1. \
             user1@tenant1.mail.onmicrosoft.com"
        );
    }
}
