//! What can be read out of a record without any rule: codes, addresses, hosts, servers.
//!
//! One extractor per file, each a function from a [`Text`] to the [`Found`] values of one kind. They are written by hand
//! instead of as regexes: a cold start would pay more for compiling the regexes than for everything else.

mod address;
mod certificate;
mod code;
mod endpoint;
mod exception;
mod guid;
mod server;
mod status;

use crate::text::Text;
use memchr::memmem;
use serde::Serialize;
use std::ops::Range;

/// Whether a text is a GUID and nothing else.
pub fn is_guid(text: &str) -> bool {
    guid::is_guid(text.as_bytes())
}

/// A value, and where in the original it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// The bytes of the original that show it.
    pub span: Range<usize>,
}

/// Everything that was read out of a record, each value once, in the order of appearance.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Locations in Exchange's code.
    pub lids: Vec<Found<u32>>,
    /// HTTP status codes that the text names as such.
    pub http_status: Vec<Found<u32>>,
    /// Numbers of AADSTS codes.
    pub aadsts: Vec<Found<u32>>,
    /// Numbers of `x-ms-diagnostics`.
    pub diagnostics: Vec<Found<u32>>,
    /// Values of `error_category`.
    pub error_categories: Vec<Found<String>>,
    /// WS-Trust fault codes, `0x8004....`.
    pub ws_trust: Vec<Found<String>>,
    /// Names of exception types.
    pub exceptions: Vec<Found<String>>,
    /// SMTP addresses.
    pub mailboxes: Vec<Found<String>>,
    /// The mailbox that was looked up, where the text says which one that is.
    pub looked_up: Option<Found<String>>,
    /// DNS domains of mailboxes, and domains that the text names as such.
    pub domains: Vec<Found<String>>,
    /// Addresses that begin with `http`.
    pub endpoints: Vec<Found<String>>,
    /// Host names: of endpoints, and those that could not be resolved.
    pub hosts: Vec<Found<String>>,
    /// The host that the text says could not be reached or resolved.
    pub contacted: Option<Found<String>>,
    /// Servers that reported the failure.
    pub servers: Vec<Found<String>>,
    /// Certificate thumbprints.
    pub thumbprints: Vec<Found<String>>,
    /// GUIDs.
    pub guids: Vec<Found<String>>,
}

/// The values alone, as JSON shows them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Values {
    /// [`Facts::lids`]
    pub lids: Vec<u32>,
    /// [`Facts::http_status`]
    pub http_status: Vec<u32>,
    /// [`Facts::aadsts`]
    pub aadsts: Vec<u32>,
    /// [`Facts::diagnostics`]
    pub diagnostics: Vec<u32>,
    /// [`Facts::error_categories`]
    pub error_categories: Vec<String>,
    /// [`Facts::ws_trust`]
    pub ws_trust: Vec<String>,
    /// [`Facts::exceptions`]
    pub exceptions: Vec<String>,
    /// [`Facts::mailboxes`]
    pub mailboxes: Vec<String>,
    /// [`Facts::domains`]
    pub domains: Vec<String>,
    /// [`Facts::endpoints`]
    pub endpoints: Vec<String>,
    /// [`Facts::hosts`]
    pub hosts: Vec<String>,
    /// [`Facts::servers`]
    pub servers: Vec<String>,
    /// [`Facts::thumbprints`]
    pub thumbprints: Vec<String>,
}

impl Facts {
    /// Reads the facts of a text.
    pub fn of(text: &Text) -> Self {
        let lower = text.clean.as_str().to_ascii_lowercase();
        let mut facts = Self {
            lids: code::lids(text),
            http_status: status::http_status(text),
            aadsts: code::aadsts(text),
            diagnostics: code::diagnostics(text),
            error_categories: code::error_categories(text),
            ws_trust: code::ws_trust(text),
            exceptions: exception::exceptions(text),
            servers: server::servers(text, &lower),
            thumbprints: certificate::thumbprints(text),
            guids: guid::guids(text),
            ..Self::default()
        };
        address::read(text, &lower, &mut facts);
        endpoint::read(text, &lower, &mut facts);
        facts
    }

    /// Adds what another part of the same input shows, its positions moved by `offset`.
    pub fn merge(&mut self, other: Self, offset: usize) {
        fn add<T: PartialEq>(into: &mut Vec<Found<T>>, from: Vec<Found<T>>, offset: usize) {
            for mut found in from {
                found.span = found.span.start + offset..found.span.end + offset;
                push_distinct(into, found);
            }
        }
        add(&mut self.lids, other.lids, offset);
        add(&mut self.http_status, other.http_status, offset);
        add(&mut self.aadsts, other.aadsts, offset);
        add(&mut self.diagnostics, other.diagnostics, offset);
        add(&mut self.error_categories, other.error_categories, offset);
        add(&mut self.ws_trust, other.ws_trust, offset);
        add(&mut self.exceptions, other.exceptions, offset);
        add(&mut self.mailboxes, other.mailboxes, offset);
        add(&mut self.domains, other.domains, offset);
        add(&mut self.endpoints, other.endpoints, offset);
        add(&mut self.hosts, other.hosts, offset);
        add(&mut self.servers, other.servers, offset);
        add(&mut self.thumbprints, other.thumbprints, offset);
        add(&mut self.guids, other.guids, offset);
        let moved = |found: Option<Found<String>>| {
            found.map(|f| Found { span: f.span.start + offset..f.span.end + offset, value: f.value })
        };
        self.looked_up = self.looked_up.take().or(moved(other.looked_up));
        self.contacted = self.contacted.take().or(moved(other.contacted));
    }

    /// The values alone.
    pub fn values(&self) -> Values {
        fn all<T: Clone + PartialEq>(found: &[Found<T>]) -> Vec<T> {
            let mut values = Vec::new();
            for found in found {
                if !values.contains(&found.value) {
                    values.push(found.value.clone());
                }
            }
            values
        }
        Values {
            lids: all(&self.lids),
            http_status: all(&self.http_status),
            aadsts: all(&self.aadsts),
            diagnostics: all(&self.diagnostics),
            error_categories: all(&self.error_categories),
            ws_trust: all(&self.ws_trust),
            exceptions: all(&self.exceptions),
            mailboxes: all(&self.mailboxes),
            domains: all(&self.domains),
            endpoints: all(&self.endpoints),
            hosts: all(&self.hosts),
            servers: all(&self.servers),
            thumbprints: all(&self.thumbprints),
        }
    }
}

/// How many different values of one kind are kept: a log of a million lines must not fill the memory.
const MOST_VALUES: usize = 200;

/// How many places of one kind of code are kept in one record.
const MOST_PLACES: usize = 1_000;

/// Adds a place of a value; conditions ask for a value near something, so the first place is not enough.
fn push_place<T>(into: &mut Vec<Found<T>>, found: Found<T>) {
    if into.len() < MOST_PLACES {
        into.push(found);
    }
}

fn push_distinct<T: PartialEq>(into: &mut Vec<Found<T>>, found: Found<T>) {
    if into.len() < MOST_VALUES && !into.iter().any(|f| f.value == found.value) {
        into.push(found);
    }
}

/// The places where a word occurs, which is of ASCII and does not overlap itself.
fn occurrences<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    // A dozen words are searched for in every record: by vector instructions that is a tenth of the time.
    memmem::find_iter(text.as_bytes(), word.as_bytes())
}

/// The number that begins at `at`, and where it ends.
fn digits(text: &str, at: usize, most: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let len = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    &rest[..len]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Values {
        Facts::of(&Text::new(text)).values()
    }

    #[test]
    fn a_lid_is_read_glued_wrapped_and_in_upper_case() {
        assert_eq!(facts("LID: 43532Issue").lids, [43532]);
        assert_eq!(facts("originated: BE0P000MB0001. lid: 57660").lids, [57660]);
        assert_eq!(facts("LID: 47652, 44348, 40764").lids, [47652, 44348, 40764]);
        assert!(facts("the solid: 12345 and valid: 43532").lids.is_empty());
    }

    #[test]
    fn a_status_is_read_where_the_text_names_it_as_one() {
        for (text, status) in [
            ("The request failed with HTTP status 401: Unauthorized.", 401),
            ("with HTTP status code\n404 Not Found\n.", 404),
            ("Le serveur distant a retourné une erreur : (403) Interdit.", 403),
            ("Die Anforderung ist mit HTTP-Status 503 fehlgeschlagen", 503),
            ("HTTP/1.1 504 Gateway Timeout", 504),
            ("(401) Unauthorized", 401),
            ("Richiesta non riuscita con stato HTTP 401: Non autorizzato.", 401),
            ("ResponseStatusCode=403;WebException", 403),
            ("HTTP STATUS 4\r\n01: UNAUTHORIZED", 401),
            ("リモート サーバーがエラーを返しました: (401) 許可されていません", 401),
        ] {
            assert_eq!(facts(text).http_status, [status], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_status() {
        for text in ["GET /a 443 - 401 0 0 15", "LID: 40764", "room (404)", "https://x.y/401", "error 5037", "port 503"]
        {
            assert!(facts(text).http_status.is_empty(), "{text}: {:?}", facts(text).http_status);
        }
    }

    #[test]
    fn codes_are_read() {
        let text =
            r#"diagnostics: 2000005;reason= "x";error_category="invalid_user" AADSTS70002: y AADSTS50012 z 0x80048821"#;
        let read = facts(text);
        assert_eq!(read.diagnostics, [2_000_005]);
        assert_eq!(read.error_categories, ["invalid_user"]);
        assert_eq!(read.aadsts, [70002, 50012]);
        assert_eq!(read.ws_trust, ["0x80048821"]);
    }

    #[test]
    fn addresses_hosts_and_servers_are_read() {
        let text = "Autodiscover failed for email address <User1@contoso.com> with error: The remote name could not be \
                    resolved: 'mail.contoso.com'. Name of the server where exception originated: EX01. LID: 1";
        let read = facts(text);
        assert_eq!(read.mailboxes, ["User1@contoso.com"]);
        assert_eq!(read.domains, ["contoso.com"]);
        assert_eq!(read.hosts, ["mail.contoso.com"]);
        assert_eq!(read.servers, ["EX01"]);
    }

    #[test]
    fn an_address_never_carries_what_a_shell_would_run() {
        for hostile in [
            "$(calc)@contoso.com",
            "a;b@contoso.com",
            "`whoami`@contoso.com",
            "a\u{202e}b@contoso.com",
            "x@'.com",
            "|a@b.com",
        ] {
            for mailbox in facts(hostile).mailboxes {
                assert!(
                    mailbox.chars().all(|c| c.is_ascii_alphanumeric() || "@.-_+'&".contains(c)),
                    "{hostile}: {mailbox}"
                );
            }
        }
    }

    #[test]
    fn exception_types_are_read_once() {
        let text = "Microsoft.Exchange.InfoWorker.Common.Availability.AutoDiscoverFailedException: x ---> \
                    System.Net.WebException: y ---> System.Net.WebException: z. Exception:";
        assert_eq!(
            facts(text).exceptions,
            [
                "Microsoft.Exchange.InfoWorker.Common.Availability.AutoDiscoverFailedException",
                "System.Net.WebException"
            ]
        );
    }
}
