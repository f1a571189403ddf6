//! What is counted of the findings that belong together.

use super::histogram::Histogram;
use super::names::Names;
use crate::record::Time;
use crate::rules::model::{Confidence, Direction};
use crate::scan::Finding;

/// What is counted of the findings that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Findings.
    pub count: u64,
    /// Those of them that are only possible.
    pub possible: u64,
    /// Those of them without a time.
    pub undated: u64,
    /// Those of them whose time is UTC.
    pub utc: u64,
    /// The first time.
    pub first: Option<Time>,
    /// The last time.
    pub last: Option<Time>,
    /// Computers that wrote the records.
    pub servers: Names<u64>,
    /// Mailboxes that the records name.
    pub mailboxes: Names<u64>,
    /// Hosts at the other end.
    pub remotes: Names<u64>,
    /// Rules, by number.
    pub rules: Tally<usize>,
    /// Further rules that match the same records, by number.
    pub also: Tally<usize>,
    /// Directions of the lookups.
    pub directions: Tally<Option<Direction>>,
    /// When.
    pub histogram: Histogram,
}

/// Counts of a few different things. A sorted list: most groups have one or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<K>(Vec<(K, u64)>);

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy> Tally<K> {
    /// Counts a thing.
    pub fn add(&mut self, key: K, count: u64) {
        match self.0.binary_search_by_key(&key, |entry| entry.0) {
            Ok(at) => self.0[at].1 += count,
            Err(at) => self.0.insert(at, (key, count)),
        }
    }

    /// The things and their counts, in the order of the things.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64)> {
        self.0.iter().copied()
    }

    fn merge(&mut self, other: &Self) {
        for (key, count) in other.iter() {
            self.add(key, count);
        }
    }
}

impl Group {
    /// Counts a finding. Of each kind of names no more than `most` are kept.
    pub fn add(&mut self, finding: &Finding, most: usize) {
        self.count += 1;
        self.possible += u64::from(finding.confidence == Confidence::Possible);
        self.rules.add(finding.rule, 1);
        for &rule in &finding.also {
            self.also.add(rule, 1);
        }
        self.directions.add(finding.direction, 1);
        match finding.time {
            Some(time) => {
                self.utc += u64::from(time.utc);
                self.first = earlier(self.first, Some(time));
                self.last = self.last.max(Some(time));
                self.histogram.add(time);
            }
            None => self.undated += 1,
        }
        count(&mut self.servers, finding.computer.as_deref(), most);
        count(&mut self.remotes, finding.remote.as_deref().map(host), most);
        for mailbox in &finding.mailboxes {
            count(&mut self.mailboxes, Some(mailbox), most);
        }
    }

    /// Takes over what another part of the work counted.
    pub fn merge(&mut self, other: Self, most: usize) {
        self.count += other.count;
        self.possible += other.possible;
        self.undated += other.undated;
        self.utc += other.utc;
        self.first = earlier(self.first, other.first);
        self.last = self.last.max(other.last);
        self.servers.merge(other.servers, most, |mine, count| *mine += count);
        self.mailboxes.merge(other.mailboxes, most, |mine, count| *mine += count);
        self.remotes.merge(other.remotes, most, |mine, count| *mine += count);
        self.rules.merge(&other.rules);
        self.also.merge(&other.also);
        self.directions.merge(&other.directions);
        self.histogram.merge(&other.histogram);
    }

    /// How many names each list holds.
    pub fn lengths(&self) -> [usize; 3] {
        [self.servers.len(), self.mailboxes.len(), self.remotes.len()]
    }

    /// Keeps no more names of a kind than this.
    pub fn trim(&mut self, most: usize) {
        self.servers.trim(most);
        self.mailboxes.trim(most);
        self.remotes.trim(most);
    }
}

fn count(names: &mut Names<u64>, name: Option<&str>, most: usize) {
    if let Some(count) = name.filter(|name| !name.is_empty()).and_then(|name| names.entry(name, most)) {
        *count += 1;
    }
}

fn earlier(a: Option<Time>, b: Option<Time>) -> Option<Time> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// The host of an address: the port differs with every connection.
fn host(address: &str) -> &str {
    if let Some((host, _)) = address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return host;
    }
    match address.rsplit_once(':') {
        // An address of IPv6 has more colons.
        Some((host, port)) if !host.contains(':') && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            host
        }
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_part_of_a_host() {
        for (address, expected) in [
            ("192.0.2.7:41250", "192.0.2.7"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:db8::1]:25", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("mail.contoso.com:25", "mail.contoso.com"),
        ] {
            assert_eq!(host(address), expected);
        }
    }
}
