//! Values of properties, compared. Nothing is said (`None`) about what was cut short.

use crate::read::objects::Value;
use crate::read::time::{self, DateOrder};
use crate::rules::check::Compare;
use jiff::civil::Date;

/// A value as it is compared: consoles cut anywhere and case does not count.
pub(super) fn tight(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').flat_map(char::to_lowercase).collect()
}

/// Whether a value, or one of a list, is that.
pub(super) fn equals(value: &Value, wanted: &str) -> Option<bool> {
    // A list of one may be written as it is printed.
    let wanted = tight(wanted);
    let wanted = wanted.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(&wanted);
    let found = value.items().iter().any(|item| tight(item) == wanted);
    answer(found, value)
}

/// Whether a value holds that part.
pub(super) fn contains(value: &Value, part: &str) -> Option<bool> {
    answer(tight(&value.text()).contains(&tight(part)), value)
}

/// What was found was found; what was not may have been cut away.
fn answer(found: bool, value: &Value) -> Option<bool> {
    if found { Some(true) } else { (!value.is_cut()).then_some(false) }
}

/// Whether a date is before `today`, in whichever order it names day and month. Of a certificate it is the end of its life.
pub(super) fn expired(value: &Value, today: Date) -> Option<bool> {
    let text = value.text();
    // A certificate that is printed as a whole.
    let text = text.split_once("[Not After]").map_or(text.as_str(), |(_, behind)| behind);
    let text = text.trim().lines().next()?;
    let read = |order| time::parse(text, false, Some(order)).map(|time| time.at.date() < today);
    match (read(DateOrder::MonthFirst), read(DateOrder::DayFirst)) {
        (Some(a), Some(b)) => (a == b).then_some(a),
        (one, other) => one.or(other),
    }
}

/// Whether a time of day is later than another.
pub(super) fn later(value: &Value, other: &Value) -> Option<bool> {
    let time = |value: &Value| {
        let text = value.text();
        let mut parts = text.trim().split(':').map(|part| part.trim().parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    };
    Some(time(value)? > time(other)?)
}

/// How a value compares with others.
pub(super) fn compare(how: Compare, own: &Value, others: &[String]) -> Option<bool> {
    if others.is_empty() {
        return None;
    }
    match how {
        Compare::Same => answer(own.items().iter().any(|item| others.iter().any(|o| same(item, o))), own),
        Compare::Differs if own.is_empty() => None,
        Compare::Differs => {
            answer(own.items().iter().any(|item| others.iter().any(|o| same(item, o))), own).map(|same| !same)
        }
        Compare::HostDiffers => {
            let hosts: Vec<String> = own.items().iter().filter_map(|item| host(item)).collect();
            let theirs: Vec<String> = others.iter().filter_map(|other| host(other)).collect();
            let known = !hosts.is_empty() && !theirs.is_empty() && !own.is_cut();
            known.then(|| !hosts.iter().any(|host| theirs.contains(host)))
        }
        Compare::Lacks => {
            // Of an address only its domain counts.
            let domain = |item: &str| item.rsplit_once('@').map_or(item, |(_, domain)| domain).to_owned();
            let items: Vec<String> = own
                .items()
                .iter()
                .flat_map(|item| item.split([' ', ',', ';']))
                .map(|item| domain(&tight(item)))
                .collect();
            let has = others.iter().any(|other| {
                let other = tight(other);
                let domain = other.rsplit_once('@').map_or(other.as_str(), |(_, domain)| domain);
                let covers = |item: &String| {
                    item == domain
                        || item.strip_prefix("*.").is_some_and(|parent| {
                            domain.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                        })
                };
                items.iter().any(covers)
            });
            answer(has, own).map(|has| !has)
        }
    }
}

/// Whether two values are the same; an address may end with a slash.
fn same(a: &str, b: &str) -> bool {
    tight(a).trim_end_matches('/') == tight(b).trim_end_matches('/')
}

/// The host of an address, or a bare host name.
pub(super) fn host(text: &str) -> Option<String> {
    let text = tight(text);
    let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let end = rest.find(['/', ':', '?', '#']).unwrap_or(rest.len());
    let host = &rest[..end];
    (host.contains('.') && host.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c))).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_one_is_what_it_holds() {
        assert_eq!(equals(&Value::printed("{None}"), "{None}"), Some(true));
        assert_eq!(equals(&Value::printed("{AvailabilityOnly}"), "{None}"), Some(false));
    }

    fn date(text: &str) -> Option<bool> {
        let today = Date::constant(2026, 11, 23);
        expired(&Value::printed(text), today)
    }

    #[test]
    fn a_date_that_can_be_read_both_ways_counts_only_where_both_say_the_same() {
        assert_eq!(date("9/24/2025 7:19:21 PM"), Some(true));
        assert_eq!(date("24.09.2031 19:19:21"), Some(false));
        assert_eq!(date("10/12/2026 7:19:21 PM"), None);
        assert_eq!(date("2022-03-17T08:45:01Z"), Some(true));
        assert_eq!(
            date("[Subject]\n  CN=Federation\n\n[Not After]\n  9/24/2025 7:19:21 PM\n\n[Thumbprint]\n  97E9"),
            Some(true)
        );
        assert_eq!(date("never"), None);
    }

    #[test]
    fn a_list_lacks_a_domain_that_no_entry_covers() {
        let lacks = |list: &str, domain: &str| compare(Compare::Lacks, &Value::printed(list), &[domain.to_owned()]);
        assert_eq!(lacks("{contoso.com, *.fabrikam.com}", "contoso.ro"), Some(true));
        assert_eq!(lacks("{contoso.com, *.fabrikam.com}", "user@mail.fabrikam.com"), Some(false));
        assert_eq!(lacks("{contoso.com, *.fabrikam.com}", "notfabrikam.com"), Some(true));
        assert_eq!(lacks("{contoso.com...}", "contoso.ro"), None);
        assert_eq!(lacks("{}", "contoso.ro"), Some(true));
        assert_eq!(lacks("contoso.com contoso.ro", "contoso.ro"), Some(false));
        assert_eq!(lacks("SMTP:kim@contoso.com", "contoso.com"), Some(false));
        assert_eq!(lacks("SMTP:kim@fourthcoffee.com", "contoso.com"), Some(true));
    }

    #[test]
    fn hosts_are_compared_without_the_rest_of_the_address() {
        let differs = |own: &str, other: &str| compare(Compare::HostDiffers, &Value::printed(own), &[other.to_owned()]);
        assert_eq!(
            differs("https://mail.contoso.com/EWS/Exchange.asmx", "https://MAIL.contoso.com/ews/exchange.asmx"),
            Some(false)
        );
        assert_eq!(differs("https://old.contoso.com/ews", "https://mail.contoso.com/ews"), Some(true));
        assert_eq!(differs("", "https://mail.contoso.com/ews"), None);
    }
}
