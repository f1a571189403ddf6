//! `freebusy rules check --watch`: check and test again on every save.

use super::check::{Checks, summary};
use super::test::{Beyond, ask, is_about_tests};
use super::{CliError, Set, Status};
use crate::author::diagnostic::Severity;
use crate::author::show;
use crate::cli::folder::{Sources, stamps};
use crate::report::Style;
use crate::rules::Rules;
use crate::rules::model::Rule;
use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

/// How often files are looked at. Their times are read, not their content.
const POLL: Duration = Duration::from_millis(100);

/// Checks and tests whenever a file changes, until interrupted.
pub(super) fn run(set: &Set, as_of: Option<jiff::civil::Date>, style: Style) -> Result<Status, CliError> {
    let mut session = Session { checks: Checks::new(as_of)?, rules: HashMap::new() };
    let mut before = None;
    loop {
        let now = stamps(&set.paths());
        if before.as_ref() != Some(&now) {
            let begun = Instant::now();
            let text = session.round(set, style)?;
            let took = begun.elapsed().as_millis();
            crate::cli::print(&format!("{text} ({took} ms); waiting for changes\n\n"), style.color)?;
            before = Some(now);
        }
        thread::sleep(POLL);
    }
}

/// What stays from one round to the next.
struct Session {
    checks: Checks,
    /// Rules in full, by file, with the text that they were read from.
    rules: HashMap<String, (String, Rule)>,
}

impl Session {
    fn round(&mut self, set: &Set, style: Style) -> Result<String, CliError> {
        let mut sources = Sources::read(&set.paths());
        let diagnostics = self.checks.again(&sources, set.standalone)?;
        let count = sources.beside.iter().filter(|beside| !**beside).count();
        let mut text = show::terminal(&sources.files, &diagnostics, style) + &summary(count, &diagnostics);
        if diagnostics.iter().any(|d| d.code.severity != Severity::Warning && !is_about_tests(d)) {
            return Ok(text + "; no test was run");
        }
        let rules = sources.load(set.standalone)?;
        let all = self.full(&rules, &sources)?;
        let outcome = ask(&rules, &all, &mut sources, Beyond::default())?;
        text.push('\n');
        text.push_str(&show::terminal(&sources.files, &outcome.diagnostics, style));
        text.push_str(&outcome.summary());
        Ok(text)
    }

    /// All rules in full; only those whose file changed are read.
    fn full(&mut self, rules: &Rules, sources: &Sources) -> Result<Vec<Rule>, CliError> {
        let mut all = Vec::with_capacity(rules.pack().rules.len());
        for (number, entry) in rules.pack().rules.iter().enumerate() {
            let file = sources.files.iter().find(|file| file.stem() == entry.id);
            let known = file.and_then(|file| self.rules.get(&file.name).filter(|(text, _)| *text == file.text));
            let rule = match known {
                Some((_, rule)) => rule.clone(),
                None => rules.rule(number)?,
            };
            if let Some(file) = file {
                self.rules.insert(file.name.clone(), (file.text.clone(), rule.clone()));
            }
            all.push(rule);
        }
        Ok(all)
    }
}
