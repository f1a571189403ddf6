//! Replaces what identifies an organization by stable pseudonyms, for tickets that leave the house.
//!
//! The input is redacted before it is analysed, so nothing that is derived from it can leak: evidence, facts, commands. The same
//! name gets the same pseudonym everywhere in one answer. Names that belong to everybody (`outlook.office365.com`, the
//! application id of Exchange Online) stay, because the failure cannot be understood without them.

use crate::rules::model::{Kind, Parameter, WellKnown};
use crate::text::Text;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

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
    ///
    /// Names are looked for in the clean view, where an address that a console wrapped or a page escaped is whole, and replaced
    /// in the text itself.
    pub fn redact(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let at = (PART.min(rest.len())..=rest.len()).find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len());
            let end = rest[at..].find('\n').map_or(rest.len(), |line| at + line + 1);
            let (part, behind) = rest.split_at(end);
            self.part(part, &mut out);
            rest = behind;
        }
        out
    }

    /// A pseudonym for a server's name, which alone looks like any other word.
    pub fn server(&mut self, name: &str) -> String {
        self.pseudonym("server", name)
    }

    /// A pseudonym for a field that names a computer, whatever form the name has.
    pub fn computer(&mut self, name: &str) -> String {
        self.whole("server", name)
    }

    /// A pseudonym for a field that names a person or a mailbox, whatever form the name has.
    pub fn user(&mut self, name: &str) -> String {
        self.whole("user", name)
    }

    /// A parameter's value as a redacted answer shows it; nothing for names and paths, in which anything could stand.
    pub fn parameter(&mut self, parameters: &[Parameter], name: &str, value: &str) -> Option<String> {
        Some(match parameters.iter().find(|parameter| parameter.name == name)?.kind {
            Kind::Name | Kind::Path => return None,
            Kind::Server => self.server(value),
            _ => self.redact(value),
        })
    }

    /// A pseudonym for a part of a path.
    pub fn file(&mut self, name: &str) -> String {
        self.pseudonym("file", name)
    }

    /// A pseudonym for a whole field. A name of one word gets the one that it has in a text too.
    fn whole(&mut self, kind: &'static str, name: &str) -> String {
        let word = name.chars().all(|c| is_word(c) || ":[]".contains(c));
        let redacted = if word { self.redact(name) } else { name.to_owned() };
        if redacted != name || self.is_well_known(name) { redacted } else { self.pseudonym(kind, name) }
    }

    fn part(&mut self, text: &str, out: &mut String) {
        let view = Text::new(text).clean;
        let clean = view.as_str();
        let mut copied = 0;
        let mut at = 0;
        while at < clean.len() {
            let behind = &clean[at..];
            let len = ipv6_len(behind).unwrap_or_else(|| behind.find(|c: char| !is_word(c)).unwrap_or(behind.len()));
            if len == 0 {
                at += behind.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            let word = &clean[at..at + len];
            let lead = word.len() - word.trim_start_matches(MARKS).len();
            let mut name = word.trim_matches(MARKS);
            // `user1@contoso.com's`
            if let Some((host, _)) = name.rsplit_once('@').and_then(|(_, host)| host.split_once('\'')) {
                name = &name[..name.rfind('@').map_or(0, |at| at + 1) + host.len()];
            }
            if let Some(replaced) = self.word(name, is_labelled(&clean[..at])) {
                let original = view.original(at + lead..at + lead + name.len());
                out.push_str(text.get(copied..original.start).unwrap_or_default());
                out.push_str(&replaced);
                copied = original.end;
            }
            at += len;
        }
        out.push_str(text.get(copied..).unwrap_or_default());
    }

    fn word(&mut self, name: &str, labelled: bool) -> Option<String> {
        match name.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() => {
                let domain = if is_host(domain) { self.host(domain) } else { self.pseudonym("domain", domain) };
                Some(format!("{}@{domain}", self.pseudonym("user", local)))
            }
            _ if crate::facts::is_guid(name) => Some(self.guid(name)),
            _ if name.parse::<IpAddr>().is_ok() => Some(self.address(name)),
            _ if is_host(name) => Some(self.host(name)),
            _ if labelled && name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                Some(self.server(name))
            }
            _ => None,
        }
        .filter(|replaced| replaced != name)
    }

    /// An address of the range that is set apart for tests, so that it still has the form of one.
    fn address(&mut self, address: &str) -> String {
        let name = self.pseudonym("ip", address);
        let number: usize = name.trim_start_matches("ip").parse().unwrap_or(0);
        format!("198.18.{}.{}", number / 256 % 256, number % 256)
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
        for parent in [
            ".mail.onmicrosoft.com",
            ".onmicrosoft.com",
            ".mailboxmigration.his.msappproxy.net",
            ".mail.protection.outlook.com",
        ] {
            if let Some(own) = lower.strip_suffix(parent) {
                return format!("{}{parent}", self.pseudonym("tenant", own));
            }
        }
        if self.is_well_known(&lower) || is_program_name(&lower) {
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

    fn is_well_known(&self, host: &str) -> bool {
        let lower = host.to_ascii_lowercase();
        self.well_known.hosts.iter().any(|known| lower == *known || lower.ends_with(&format!(".{known}")))
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

/// How much of a text is normalised at once, in bytes.
const PART: usize = 1 << 20;

/// What ends a sentence or opens a name is no part of the name.
const MARKS: [char; 7] = ['.', '-', '_', '+', '\'', '&', ','];

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "@.-_+'&".contains(c)
}

/// Whether a label stands right before that announces a server's short name.
fn is_labelled(before: &str) -> bool {
    const LABELS: [&str; 5] =
        ["exception originated: ", "[Server=", "Computer: ", "PSComputerName : ", "<ExceptionServerName>"];
    LABELS.iter().any(|label| before.ends_with(label))
}

/// How long the IPv6 address is that a text begins with.
fn ipv6_len(text: &str) -> Option<usize> {
    let len = text.bytes().take(46).take_while(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.')).count();
    let address = text[..len].trim_end_matches(['.', ':']);
    (address.matches(':').count() >= 2 && address.parse::<Ipv6Addr>().is_ok()).then_some(address.len())
}

/// A name with at least two labels whose last one is a plausible top-level domain.
fn is_host(word: &str) -> bool {
    let Some((before, top)) = word.rsplit_once('.') else {
        return false;
    };
    !before.is_empty()
        && (2..=24).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && word.split('.').all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'))
        && !looks_like_code(word)
}

/// `System.Net.WebException` and `exchange.asmx` have dots too.
fn looks_like_code(word: &str) -> bool {
    const ROOTS: [&str; 4] = ["System", "Microsoft", "Newtonsoft", "http"];
    let top = word.rsplit('.').next().unwrap_or_default();
    let root = word.split('.').next().unwrap_or_default();
    let mixed = top.contains(|c: char| c.is_ascii_uppercase()) && top.contains(|c: char| c.is_ascii_lowercase());
    ROOTS.contains(&root) || top.len() > 6 && mixed
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
            "from 198.18.0.1 with 00000000-0000-4000-8000-000000000001. Name of the server where exception originated: server1. \
             user1@tenant1.mail.onmicrosoft.com"
        );
    }

    #[test]
    fn escaped_wrapped_and_odd_names_go_too() {
        let wrapped = format!("{} annabell@fabri\r\nkam.com is not there", "x".repeat(65));
        for text in [
            "user1@contoso.com's calendar",
            "user%40contoso.com",
            "user&#64;contoso.com",
            "user\\u0040contoso.com",
            "hans@müller.de",
            "tom&jerry@contoso.com",
            "EX01.CONTOSO.INTERNAL",
            "contoso-com.mail.protection.outlook.com",
            "2001:db8::1 refused",
            "Computer:      EX07",
            wrapped.as_str(),
        ] {
            let redacted = redactor().redact(text).to_lowercase();
            for secret in ["contoso", "müller", "tom", "jerry", "2001:db8", "ex07", "annabell", "fabri"] {
                assert!(!redacted.contains(secret), "{text}: {redacted}");
            }
        }
    }
}
