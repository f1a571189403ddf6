//! `freebusy rules list`

use super::{CliError, Day, Format, Status, json_error, pretty};
use crate::report::{printable, rules_json};
use crate::rules::Calendar;
use crate::rules::model::Rule;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    day: Day,
    /// A folder of rules that add to or override the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Status, CliError> {
    let loaded = super::super::load::rules(&args.rules)?;
    let calendar = args.day.calendar(loaded.pack())?;
    let mut rules = loaded.all()?;
    if args.day.as_of.is_some() {
        rules = rules.iter().map(|rule| calendar.current(rule).into_owned()).collect();
    }
    let text = match args.format {
        Format::Json => {
            let parameters = loaded.pack().parameters()?;
            pretty(&rules_json(&rules, &parameters).map_err(json_error)?)?
        }
        Format::Text => {
            let widest = rules.iter().map(|r| r.id.len()).max().unwrap_or(0);
            let mut areas: Vec<&str> = rules.iter().map(|r| r.area.as_str()).collect();
            areas.sort_unstable();
            areas.dedup();
            let mut text = String::new();
            for area in areas {
                text.push_str(&format!("{area}\n"));
                for rule in rules.iter().filter(|r| r.area == area) {
                    text.push_str(&format!("  {:widest$}  {}{}\n", rule.id, rule.title, outside(rule, &calendar)));
                }
            }
            printable(&text).into_owned()
        }
    };
    super::super::print(&text, false)?;
    Ok(Status::Answer)
}

/// From when on, or until when, the hints of a rule count, where they do not count on the day.
fn outside(rule: &Rule, calendar: &Calendar) -> String {
    let (since, until) = (rule.since.as_deref(), rule.until.as_deref());
    match (calendar.date(since), calendar.date(until)) {
        _ if calendar.holds(since, until) => String::new(),
        (Some(from), _) if !calendar.holds(since, None) => format!(" (from {from})"),
        (_, Some(end)) => format!(" (until {end})"),
        _ => String::new(),
    }
}
