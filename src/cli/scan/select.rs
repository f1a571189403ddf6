//! Which records and which failures count.

use super::super::CliError;
use super::when;
use crate::record::Time;
use crate::report::scan::Asked;
use crate::rules::Rules;
use crate::scan::Classifier;

/// Which records and which failures count.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Selection {
    /// Only records from this time on: 2026-11-22, 2026-11-22T10:00Z, or how long ago: 90m, 24h, 7d
    #[arg(long, value_name = "TIME", value_parser = when::since)]
    since: Option<Time>,
    /// Only records before this time; a date counts as a whole day
    #[arg(long, value_name = "TIME", value_parser = when::until)]
    until: Option<Time>,
    /// Only this failure; can be given several times
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Also matches that are only possible
    #[arg(long)]
    possible: bool,
}

impl Selection {
    /// Tells the classifier.
    pub(super) fn apply(&self, classifier: &mut Classifier<'_>, rules: &Rules) -> Result<(), CliError> {
        if let (Some(since), Some(until)) = (self.since, self.until)
            && until.at <= since.at
        {
            return Err(CliError::new(format!("there is no time between --since {since} and --until {until}"))
                .help("--since is the earlier one"));
        }
        for id in &self.rule {
            // Says what a name that is not known may have meant.
            super::super::rules::find(rules, id)?;
            classifier.rules.extend(rules.pack().rule_index(id));
        }
        classifier.since = self.since;
        classifier.until = self.until;
        classifier.possible = self.possible;
        Ok(())
    }

    /// What the report says about it.
    pub(super) fn asked(&self, redacted: bool) -> Asked {
        Asked {
            since: self.since.map(|time| time.to_string()),
            until: self.until.map(|time| time.to_string()),
            rules: self.rule.clone(),
            possible: self.possible,
            redacted,
        }
    }
}
