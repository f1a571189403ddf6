//! Who wrote a row of an Exchange log, who was at the other end, and whose mailbox it is about.

use super::columns::{self, Row};
use crate::read::time;
use crate::record::Origin;

/// A request to IIS: HttpProxy and EWS logs.
pub(super) fn http(row: &Row<'_>) -> Origin {
    // `Smtp~anna@contoso.com`: the form says how Exchange found the mailbox.
    let anchor = row.get("AnchorMailbox").and_then(|anchor| {
        let (kind, address) = anchor.split_once('~')?;
        kind.eq_ignore_ascii_case("smtp").then_some(address)
    });
    Origin {
        time: row.get("DateTime").and_then(|time| time::parse(time, true, None)),
        computer: row.owned("ServerHostName"),
        remote: row.get("ClientIpAddress").map(|address| columns::host(address).to_owned()),
        mailboxes: mailboxes(anchor.into_iter().chain(row.get("AuthenticatedUser"))),
        ..Origin::default()
    }
}

/// A line of an SMTP conversation.
pub(super) fn smtp(row: &Row<'_>) -> Origin {
    // A receive connector is called `EX01\Default Frontend EX01`; a send connector belongs to no server.
    let server = row.get("connector-id").and_then(|id| id.split_once('\\')).map(|(server, _)| server);
    let address = |name: &str| row.get(name).map(columns::host).filter(|host| !host.is_empty());
    let heard = row.get("event").filter(|event| *event == "<").and_then(|_| row.get("data"));
    Origin {
        time: row.get("date-time").and_then(|time| time::parse(time, true, None)),
        computer: server.or_else(|| address("local-endpoint")).map(str::to_owned),
        remote: heard.and_then(own_name).or_else(|| address("remote-endpoint")).map(str::to_owned),
        ..Origin::default()
    }
}

/// The name that the other end gives itself: in its EHLO, or in its answer to ours (`250  mx1.fabrikam.com Hello [192.0.2.10]`).
fn own_name(heard: &str) -> Option<&str> {
    let mut words = heard.split([' ', '-']).filter(|word| !word.is_empty());
    let first = words.next()?;
    let rest = heard.get(first.len()..)?.trim_start_matches([' ', '-']);
    let name = rest.split(' ').next()?;
    let says_hello = || rest.get(name.len()..).is_some_and(|behind| behind.trim_start().starts_with("Hello"));
    let names_itself = match first {
        "250" => says_hello(),
        _ => first.eq_ignore_ascii_case("ehlo") || first.eq_ignore_ascii_case("helo"),
    };
    let is_name = |name: &str| {
        name.contains('.')
            && name.len() <= 253
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
            && !columns::is_ip(name)
    };
    (names_itself && is_name(name)).then_some(name)
}

/// What happened to a message.
pub(super) fn tracking(row: &Row<'_>) -> Origin {
    let named = |host: &str, address: &str| row.owned(host).or_else(|| row.owned(address));
    let (client, server) = (named("client-hostname", "client-ip"), named("server-hostname", "server-ip"));
    // `server` is the end that receives. Where a message leaves, that is the other end.
    let leaves = row.get("source") == Some("SMTP") && matches!(row.get("event-id"), Some("SEND" | "DEFER" | "FAIL"));
    let (computer, remote) = if leaves {
        (client, server)
    } else {
        (server, row.owned("client-ip").or_else(|| row.owned("client-hostname")))
    };
    let recipients = row.get("recipient-address").unwrap_or_default().split(';');
    Origin {
        time: row.get("date-time").and_then(|time| time::parse(time, true, None)),
        computer,
        remote,
        mailboxes: mailboxes(recipients.chain(row.get("sender-address"))),
        ..Origin::default()
    }
}

/// A tracking row without the numbers of messages: they look like addresses, and are nobody's mailbox. Nothing where it has none.
pub(super) fn without_message_ids(text: &str, row: &Row<'_>) -> Option<String> {
    let ids = ["message-id", "reference"].into_iter().filter_map(|name| row.get(name));
    let mut shorter: Option<String> = None;
    for id in ids.filter(|id| id.starts_with('<') && id.contains('@')) {
        shorter = Some(shorter.as_deref().unwrap_or(text).replace(id, ""));
    }
    shorter
}

/// The values that are addresses, each once.
fn mailboxes<'v>(values: impl Iterator<Item = &'v str>) -> Vec<String> {
    let mut mailboxes: Vec<String> = Vec::new();
    for value in values.map(str::trim).filter(|value| columns::is_mailbox(value)) {
        if !mailboxes.iter().any(|known| known.eq_ignore_ascii_case(value)) {
            mailboxes.push(value.to_owned());
        }
    }
    mailboxes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'r>(given: &[(&'r str, &'r str)]) -> Row<'r> {
        Row::new(given.iter().map(|(name, _)| *name), given.iter().map(|(_, value)| (*value).into()).collect())
    }

    #[test]
    fn a_request_names_mailboxes_only_by_smtp_addresses() {
        let origin = http(&row(&[
            ("AnchorMailbox", "Smtp~anna@contoso.com"),
            ("AuthenticatedUser", "CONTOSO\\svc"),
            ("ClientIpAddress", "203.0.113.9"),
        ]));
        assert_eq!(
            (origin.mailboxes, origin.remote.as_deref()),
            (vec!["anna@contoso.com".to_owned()], Some("203.0.113.9"))
        );
        let origin = http(&row(&[("AnchorMailbox", "Sid~S-1-5-18"), ("AuthenticatedUser", "bob@contoso.com")]));
        assert_eq!(origin.mailboxes, ["bob@contoso.com"]);
    }

    #[test]
    fn the_other_mail_server_is_called_by_the_name_that_it_gives_itself() {
        for (event, data, remote) in [
            ("<", "EHLO mx1.fabrikam.com", "mx1.fabrikam.com"),
            ("<", "250  mx1.fabrikam.com Hello [192.0.2.10] SIZE 37748736", "mx1.fabrikam.com"),
            ("<", "EHLO [198.51.100.33]", "198.51.100.33"),
            ("<", "EHLO scanner", "198.51.100.33"),
            ("<", "250 2.1.0 Sender OK", "198.51.100.33"),
            ("<", "250 queued.as.12 ok", "198.51.100.33"),
            (">", "250  EX01.contoso.com Hello [198.51.100.33]", "198.51.100.33"),
            ("<", "", "198.51.100.33"),
            ("<", "EHLO", "198.51.100.33"),
            ("*", "", "198.51.100.33"),
        ] {
            let origin = smtp(&row(&[("event", event), ("data", data), ("remote-endpoint", "198.51.100.33:56026")]));
            assert_eq!(origin.remote.as_deref(), Some(remote), "{data}");
        }
    }

    #[test]
    fn a_receive_connector_names_its_server() {
        let computer =
            |connector| smtp(&row(&[("connector-id", connector), ("local-endpoint", "192.0.2.10:25")])).computer;
        assert_eq!(computer("EX01\\Default Frontend EX01").as_deref(), Some("EX01"));
        assert_eq!(computer("Outbound to Office 365").as_deref(), Some("192.0.2.10"));
    }

    #[test]
    fn the_number_of_a_message_is_no_mailbox() {
        let columns = row(&[("message-id", "<1.2@ex01.contoso.com>"), ("reference", "-")]);
        let shorter = without_message_ids(
            "SMTP,SEND,<1.2@ex01.contoso.com>,anna@contoso.com,250 <1.2@ex01.contoso.com>",
            &columns,
        );
        assert_eq!(shorter.as_deref(), Some("SMTP,SEND,,anna@contoso.com,250 "));
        assert_eq!(without_message_ids("SMTP,SEND", &row(&[("message-id", "anna@contoso.com")])), None);
    }

    #[test]
    fn a_message_that_leaves_was_written_by_its_client() {
        let ends = |event| {
            let origin = tracking(&row(&[
                ("client-ip", "192.0.2.10"),
                ("client-hostname", "EX01"),
                ("server-ip", "198.51.100.20"),
                ("server-hostname", "mx1.fabrikam.com"),
                ("source", "SMTP"),
                ("event-id", event),
                ("recipient-address", "anna@contoso.com;ben@contoso.com"),
                ("sender-address", "Anna@contoso.com"),
            ]));
            assert_eq!(origin.mailboxes, ["anna@contoso.com", "ben@contoso.com"]);
            (origin.computer.unwrap_or_default(), origin.remote.unwrap_or_default())
        };
        assert_eq!(ends("SEND"), ("EX01".to_owned(), "mx1.fabrikam.com".to_owned()));
        assert_eq!(ends("RECEIVE"), ("mx1.fabrikam.com".to_owned(), "192.0.2.10".to_owned()));
    }
}
