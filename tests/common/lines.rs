//! The lines of `freebusy scan --format ndjson`.

/// The findings alone, without what differs with every change of any rule: the version of the rules, and the line about the run.
pub fn findings(ndjson: &str) -> String {
    let findings = ndjson.lines().filter(|line| !line.starts_with("{\"run\":"));
    let stable = findings.map(|line| match line.split_once(",\"rules_version\":\"") {
        Some((before, rest)) => format!("{before}{}", rest.split_once('"').map_or("", |(_, behind)| behind)),
        None => line.to_owned(),
    });
    stable.map(|line| line + "\n").collect()
}
