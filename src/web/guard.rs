//! Who may ask: the page itself, and programs on behalf of a person; never another site through a person's browser.
//!
//! The server stands on the loopback address, which every web page that a person opens can reach too. A page of another site can send
//! requests (then `Origin` and `Sec-Fetch-Site` betray it), and it can have its own name point to 127.0.0.1 and read the answers (then
//! `Host` holds that name).

use std::fmt;
use std::net::SocketAddr;

/// The hosts under which the server may be spoken to.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// Names that count with this port only; a browser leaves out port 80.
    own: Vec<String>,
    port: u16,
    /// Names that count with the port that was given; without one, with every port.
    named: Vec<(String, Option<u16>)>,
}

/// What a request says about where it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'r> {
    /// Whether it only reads (GET, HEAD).
    pub reads: bool,
    /// `Host`
    pub host: Option<&'r str>,
    /// `Origin`
    pub origin: Option<&'r str>,
    /// `Sec-Fetch-Site`
    pub site: Option<&'r str>,
    /// `Sec-Fetch-Mode`
    pub mode: Option<&'r str>,
    /// `Sec-Fetch-Dest`
    pub destination: Option<&'r str>,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The host is none of the server's names.
    Host,
    /// Another site sent it.
    Origin,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "this server does not go by the name that was asked for",
            Self::Origin => "another site sent this request, and only this server's own page may",
        })
    }
}

impl Refusal {
    /// What to do next.
    pub fn help(self) -> &'static str {
        match self {
            Self::Host => {
                "open the address that `freebusy serve` printed; behind a proxy, start it with --allow-host NAME"
            }
            Self::Origin => "open the page itself; a program sends no Origin",
        }
    }
}

impl Hosts {
    /// The names of a server that listens at `listen`, and those that people gave: `NAME` or `NAME:PORT`.
    pub fn new(listen: SocketAddr, named: &[String]) -> Self {
        let mut own = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        if !listen.ip().is_unspecified() {
            own.push(match listen {
                SocketAddr::V4(address) => address.ip().to_string(),
                SocketAddr::V6(address) => format!("[{}]", address.ip()),
            });
        }
        let named = named.iter().map(|name| split(&name.to_ascii_lowercase())).collect();
        Self { own, port: listen.port(), named }
    }

    /// Whether a request may be answered.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn check(&self, seen: &Origin<'_>) -> Result<(), Refusal> {
        let host = seen.host.filter(|host| self.is_own(host)).ok_or(Refusal::Host)?;
        if let Some(origin) = seen.origin {
            let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            // The same name and port as the one asked for: two names of one server are two sites to a browser.
            if !named.is_some_and(|named| named.eq_ignore_ascii_case(host) && self.is_own(named)) {
                return Err(Refusal::Origin);
            }
        }
        // A link in a ticket may lead to a page; nothing else may come from elsewhere.
        let follows_link = seen.reads && seen.mode == Some("navigate") && seen.destination == Some("document");
        match seen.site {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) if follows_link => Ok(()),
            Some(_) => Err(Refusal::Origin),
        }
    }

    fn is_own(&self, host: &str) -> bool {
        let (name, port) = split(&host.to_ascii_lowercase());
        (port.unwrap_or(80) == self.port && self.own.contains(&name))
            || self.named.iter().any(|(known, at)| *known == name && (at.is_none() || *at == port))
    }
}

/// A host as its name and its port.
fn split(host: &str) -> (String, Option<u16>) {
    match host.rsplit_once(':') {
        // The colons of an IPv6 address stand inside of brackets.
        Some((name, port)) if !port.contains(']') => match port.parse() {
            Ok(port) => (name.to_owned(), Some(port)),
            Err(_) => (host.to_owned(), None),
        },
        _ => (host.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hosts: &Hosts, host: &str, origin: Option<&str>, site: Option<&str>) -> Result<(), Refusal> {
        hosts.check(&Origin { host: Some(host), origin, site, ..Origin::default() })
    }

    fn local() -> Hosts {
        Hosts::new(SocketAddr::from(([127, 0, 0, 1], 8080)), &[])
    }

    #[test]
    fn the_own_page_and_programs_are_answered() {
        for host in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080"] {
            assert_eq!(check(&local(), host, None, None), Ok(()), "{host}");
            assert_eq!(check(&local(), host, Some(&format!("http://{host}")), Some("same-origin")), Ok(()), "{host}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_point_here_is_refused() {
        for host in
            ["evil.example:8080", "127.0.0.1", "localhost:80", "127.0.0.1:8081", "localhost.evil.example:8080", ""]
        {
            assert_eq!(check(&local(), host, None, None), Err(Refusal::Host), "{host}");
        }
        assert_eq!(local().check(&Origin::default()), Err(Refusal::Host));
    }

    #[test]
    fn another_site_is_refused() {
        for origin in ["http://evil.example", "null", "http://127.0.0.1:8081", "http://localhost:8080", "file://", ""] {
            assert_eq!(check(&local(), "127.0.0.1:8080", Some(origin), None), Err(Refusal::Origin), "{origin}");
        }
        for site in ["cross-site", "same-site", "anything"] {
            assert_eq!(check(&local(), "127.0.0.1:8080", None, Some(site)), Err(Refusal::Origin), "{site}");
        }
    }

    #[test]
    fn a_link_from_elsewhere_opens_a_page_and_does_nothing_else() {
        let follow = |reads, mode, destination| {
            local().check(&Origin {
                reads,
                host: Some("127.0.0.1:8080"),
                origin: None,
                site: Some("cross-site"),
                mode: Some(mode),
                destination: Some(destination),
            })
        };
        assert_eq!(follow(true, "navigate", "document"), Ok(()));
        assert_eq!(follow(false, "navigate", "document"), Err(Refusal::Origin));
        assert_eq!(follow(true, "no-cors", "script"), Err(Refusal::Origin));
        assert_eq!(follow(true, "navigate", "iframe"), Err(Refusal::Origin));
    }

    #[test]
    fn a_proxy_s_name_counts_where_it_was_given() {
        let hosts =
            Hosts::new(SocketAddr::from(([0, 0, 0, 0], 8080)), &["Help.Contoso.com".into(), "other:444".into()]);
        for host in ["help.contoso.com", "help.contoso.com:443", "other:444"] {
            assert_eq!(check(&hosts, host, Some(&format!("https://{host}")), None), Ok(()), "{host}");
        }
        for host in ["other", "other:443", "0.0.0.0:8080", "contoso.com"] {
            assert_eq!(check(&hosts, host, None, None), Err(Refusal::Host), "{host}");
        }
    }
}
