//! What a parameter's value may look like.

use crate::rules::model::Kind;
use std::net::IpAddr;

/// Checks a value and returns it in the form that a command uses.
///
/// # Errors
///
/// What is wrong with the value, to stand behind "refused: ".
pub fn check(kind: Kind, value: &str) -> Result<String, &'static str> {
    let value = value.trim();
    if value.is_empty() {
        return Err("it is empty");
    }
    if value.chars().any(is_unprintable) {
        return Err("it holds a control or invisible character");
    }
    if value.starts_with('-') {
        return Err("it begins like an option");
    }
    match kind {
        Kind::Mailbox if is_address(value) || is_alias(value) => Ok(value.to_owned()),
        Kind::Mailbox => Err("it is neither an SMTP address nor an alias"),
        Kind::Upn if is_address(value) => Ok(value.to_owned()),
        Kind::Upn => Err("it is no user principal name"),
        Kind::Domain | Kind::Host if is_dns_name(value) && value.contains('.') => Ok(value.to_owned()),
        Kind::Domain | Kind::Host => Err("it is no DNS name"),
        Kind::Server if is_dns_name(value) => Ok(value.to_owned()),
        Kind::Server => Err("it is no computer name"),
        Kind::Url if is_url(value, &["https://"]) => Ok(value.to_owned()),
        Kind::Url => Err("it is no https address"),
        Kind::HttpUrl if is_url(value, &["https://", "http://"]) => Ok(value.to_owned()),
        Kind::HttpUrl => Err("it is no http address"),
        Kind::Name | Kind::Path if value.chars().count() > 256 => Err("it is longer than 256 characters"),
        Kind::Name if value.contains(['<', '>']) => Err("it still is a placeholder"),
        Kind::Name => Ok(value.to_owned()),
        Kind::Path if value.contains(['"', '<', '>', '|', '*', '?']) => Err("it holds a character that no path has"),
        Kind::Path => Ok(value.to_owned()),
        Kind::Thumbprint => {
            // The certificate dialog shows it in groups.
            let digits: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            if digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                Ok(digits.to_ascii_uppercase())
            } else {
                Err("it is not forty hexadecimal digits")
            }
        }
        Kind::Guid if crate::facts::is_guid(value) => Ok(value.to_ascii_lowercase()),
        Kind::Guid => Err("it is no GUID"),
        Kind::Time if is_time(value) => Ok(value.to_owned()),
        Kind::Time => Err("it is no time of day such as 08:00:00"),
        Kind::Ip if value.parse::<IpAddr>().is_ok() => Ok(value.to_owned()),
        Kind::Ip => Err("it is no IP address"),
    }
}

/// Control characters, and characters that hide or reorder what stands around them.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}'
        )
}

fn is_address(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return false;
    };
    let local_fits = (1..=64).contains(&local.len())
        && local.chars().all(|c| c.is_alphanumeric() || "._+-'&".contains(c))
        && !local.starts_with('\'');
    local_fits && is_dns_name(domain) && domain.contains('.')
}

fn is_alias(value: &str) -> bool {
    value.len() <= 64 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn is_dns_name(value: &str) -> bool {
    value.len() <= 253
        && value.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_url(value: &str, schemes: &[&str]) -> bool {
    let rest = schemes.iter().find_map(|scheme| {
        let (start, rest) = value.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let Some(rest) = rest else { return false };
    let host_end = rest.find(['/', ':', '?', '#']).unwrap_or(rest.len());
    let host = &rest[..host_end];
    is_dns_name(host)
        && host.contains('.')
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@&=+%".contains(&b))
}

fn is_time(value: &str) -> bool {
    let parts: Vec<&str> = value.split(':').collect();
    let limits = [24, 60, 60];
    (2..=3).contains(&parts.len())
        && parts.iter().zip(limits).all(|(part, limit)| {
            part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u32>().is_ok_and(|n| n < limit)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_values_pass() {
        for (kind, value) in [
            (Kind::Mailbox, "user1@contoso.com"),
            (Kind::Mailbox, "o'brien@contoso.com"),
            (Kind::Mailbox, "jürgen@contoso.com"),
            (Kind::Mailbox, "user1"),
            (Kind::Upn, "user1@contoso.mail.onmicrosoft.com"),
            (Kind::Domain, "contoso.com"),
            (Kind::Server, "EX01"),
            (Kind::Url, "https://mail.contoso.com/ews/exchange.asmx"),
            (Kind::Name, "O365 to On-premises - 8f1c5e62"),
            (Kind::Guid, "00000002-0000-0FF1-CE00-000000000000"),
            (Kind::Time, "08:00:00"),
            (Kind::Path, r"C:\Temp\auth.cer"),
            (Kind::Ip, "192.0.2.1"),
        ] {
            assert!(check(kind, value).is_ok(), "{kind:?} {value}");
        }
        assert_eq!(
            check(Kind::Thumbprint, "aa bb 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00 11").map(|t| t.len()),
            Ok(40)
        );
    }

    #[test]
    fn what_a_shell_could_run_does_not_pass() {
        for hostile in [
            "$(calc)@contoso.com",
            "a`b@contoso.com",
            "a;b@contoso.com",
            "a@contoso.com; calc",
            "a\nb@contoso.com",
            "a\u{1b}[31m@contoso.com",
            "<script>@contoso.com",
            "=cmd|' /C calc'!A0",
            "a\u{2019}; calc; \u{2019}@contoso.com",
            "-Force",
            "a\u{202e}b@contoso.com",
        ] {
            for kind in [
                Kind::Mailbox,
                Kind::Upn,
                Kind::Domain,
                Kind::Host,
                Kind::Server,
                Kind::Url,
                Kind::Guid,
                Kind::Thumbprint,
                Kind::Time,
                Kind::Ip,
            ] {
                assert!(check(kind, hostile).is_err(), "{kind:?} accepts {hostile:?}");
            }
        }
    }
}
