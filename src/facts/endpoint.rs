//! Addresses that begin with `http`, and host names.

use super::address::{domain_len, is_domain};
use super::{Facts, Found, occurrences, push_distinct};
use crate::text::Text;

/// The longest URL that browsers and Exchange take.
const LONGEST: usize = 2_048;

/// Reads them; `lower` is the clean view in lower case.
pub(super) fn read(text: &Text, lower: &str, facts: &mut Facts) {
    let clean = text.clean.as_str();
    for scheme in ["https://", "http://"] {
        for at in occurrences(lower, scheme) {
            let len = clean[at..]
                .bytes()
                .take(LONGEST)
                .take_while(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@!&()*+=%".contains(b))
                .count();
            let len = clean[at..at + len].trim_end_matches(['.', ',', ':', ')', '(', '!', '?', '*']).len();
            let host_at = at + scheme.len();
            let host = host_at + domain_len(&clean[host_at..]);
            if host == host_at {
                continue;
            }
            let value = clean[at..at + len.max(host - at)].to_owned();
            // XML namespaces look like addresses and lead nowhere.
            if is_namespace(&lower[host_at..host], &value) {
                continue;
            }
            push_distinct(&mut facts.endpoints, Found { value, span: text.clean.original(at..at + len) });
            if is_domain(&clean[host_at..host]) {
                let value = lower[host_at..host].to_owned();
                push_distinct(&mut facts.hosts, Found { value, span: text.clean.original(host_at..host) });
            }
        }
    }
    // `The remote name could not be resolved: 'mail.contoso.com'`: the quoted host behind the last colon, in any language.
    for at in occurrences(clean, ": '") {
        let start = at + 3;
        let end = start + domain_len(&clean[start..]);
        if clean[end..].starts_with('\'') && is_domain(&clean[start..end]) {
            let found = Found { value: lower[start..end].to_owned(), span: text.clean.original(start..end) };
            facts.contacted.get_or_insert_with(|| found.clone());
            push_distinct(&mut facts.hosts, found);
        }
    }
}

fn is_namespace(host: &str, url: &str) -> bool {
    matches!(host, "www.w3.org" | "schemas.xmlsoap.org" | "schemas.microsoft.com" | "docs.oasis-open.org")
        || url.contains("/schemas/")
}
