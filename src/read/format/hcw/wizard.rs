//! The log of the Hybrid Configuration wizard.
//!
//! `2026.11.20 11:39:57.693 *ERROR* 10277 [Client=UX, Session=OnPremises, Cmdlet=Set-…, Thread=9] FINISH …`, in UTC. One error is
//! written down two to four times within a second: where the cmdlet ends, where its page catches the exception, where the wizard
//! shows it. The first of them names the cmdlet as a value, the others in their text.

use super::{WIZARD, is_digits_like};
use crate::read::format::{LineKind, Lines};
use crate::read::time;
use crate::record::{Origin, Record, Time};

/// The log of the Hybrid Configuration wizard.
#[derive(Debug)]
pub(super) struct Wizard;

/// What stands in front of the name of a cmdlet that failed.
const INVOKE: &str = "failed to invoke '";

/// More values than one line has in its brackets.
const MOST_VALUES: usize = 32;

/// Whether a line is one of this log: a time, perhaps a level, a number, and in brackets who writes.
pub(super) fn is_line(line: &str) -> bool {
    is_digits_like(WIZARD, line.as_bytes()) && Head::of(line).is_some_and(|head| head.values.contains("Client="))
}

/// What a line says in front of its text.
struct Head<'t> {
    level: &'t str,
    code: &'t str,
    /// `Client=UX, Thread=9`
    values: &'t str,
}

impl<'t> Head<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let rest = text.lines().next()?.get(WIZARD.len()..)?.trim_start();
        let (before, rest) = rest.split_once(" [")?;
        let (values, _) = rest.split_once("] ").or_else(|| rest.split_once(']'))?;
        let (level, code) = before.rsplit_once(' ').unwrap_or(("", before));
        let is_number = !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
        (is_number && !level.trim().contains(' ')).then(|| Self { level: level.trim().trim_matches('*'), code, values })
    }

    fn fields(&self) -> Vec<(String, String)> {
        let values = self.values.split(", ").filter_map(|pair| pair.split_once('=')).take(MOST_VALUES);
        [("Level", self.level), ("Code", self.code)]
            .into_iter()
            .chain(values)
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

/// What all reports of one error have in common: the second, and the cmdlet; where none is named, the thread.
fn once(time: Option<Time>, record: &Record<'_>) -> Option<String> {
    let invoked = || {
        let (_, behind) = record.text.split_once(INVOKE)?;
        behind.split_once('\'').map(|(cmdlet, _)| cmdlet)
    };
    let what = record.field("Cmdlet").or_else(invoked).or_else(|| record.field("Thread"))?;
    Some(format!("{} {what}", time?))
}

impl Lines for Wizard {
    fn kind(&self, line: &[u8]) -> LineKind {
        if is_digits_like(WIZARD, line) { LineKind::Begins } else { LineKind::Continues }
    }

    fn read<'a>(&self, _header: Option<&str>, text: &'a str) -> Option<Record<'a>> {
        let text = text.trim_end_matches(['\r', '\n']);
        let mut record = Record::text(text);
        record.fields = Head::of(text).map(|head| head.fields()).unwrap_or_default();
        let time = text.get(..WIZARD.len()).and_then(|start| time::parse(start, true, None));
        record.origin = Origin { time, once: once(time, &record), ..Origin::default() };
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINISH: &str = "2026.11.20 11:39:57.693 *ERROR* 10277 [Client=UX, Activity=Domain Ownership, Session=OnPremises, Cmdlet=Set-FederatedOrganizationIdentifier, Thread=9] FINISH Time=6140.9ms Results=PowerShell failed to invoke 'Set-FederatedOrganizationIdentifier': An error occurred";
    const CAUGHT: &str = "2026.11.20 11:39:57.756 *ERROR* 10224 [Client=UX, Page=DomainProof, Thread=9] PowerShellInvokeException: PowerShell failed to invoke 'Set-FederatedOrganizationIdentifier': An error occurred\r\n                                   at System.Management.Automation.PowerShell.EndInvoke()\r\n";

    fn read(text: &str) -> Record<'_> {
        Wizard.read(None, text).expect("a record")
    }

    #[test]
    fn a_line_has_its_time_level_and_values() {
        let record = read(FINISH);
        assert_eq!(record.origin.time.map(|t| t.to_string()).as_deref(), Some("2026-11-20T11:39:57Z"));
        assert_eq!((record.field("Level"), record.field("Code")), (Some("ERROR"), Some("10277")));
        assert_eq!(record.field("Cmdlet"), Some("Set-FederatedOrganizationIdentifier"));
        let record = read(
            "2026.11.20 11:39:57.693         10276 [Client=UX, HTTP GET=https://outlook.office365.com/, Thread=7] START",
        );
        assert_eq!((record.field("Level"), record.field("HTTP GET")), (None, Some("https://outlook.office365.com/")));
    }

    #[test]
    fn reports_of_one_error_have_the_same_key() {
        assert_eq!(read(FINISH).origin.once, read(CAUGHT).origin.once);
        assert!(read(FINISH).origin.once.is_some());
        let later = FINISH.replace("11:39:57", "11:41:57");
        assert_ne!(read(&later).origin.once, read(FINISH).origin.once);
        let other = FINISH.replace("Set-Fed", "Add-Fed");
        assert_ne!(read(&other).origin.once, read(FINISH).origin.once);
        let page = "2024.05.25 03:28:53.295 ERROR 10349 [Client=UX, Page=HybridConnectorInstall, Thread=19] The connection could not be completed.";
        assert_eq!(read(page).origin.once.as_deref(), Some("2024-05-25T03:28:53Z 19"));
    }

    #[test]
    fn whatever_a_line_holds_it_is_read() {
        for text in [
            "",
            "é",
            "2026.11.20 11:39:57.693 ",
            "2026.11.20 11:39:57.693 [",
            "2026.11.20 11:39:57.693 1 [é",
            "2026.11.20 11:39:57.69é 1 [a=b] c",
        ] {
            assert!(read(text).fields.len() < 4, "{text}");
        }
        assert_eq!(Wizard.kind(b"                                   at system.x()"), LineKind::Continues);
        assert_eq!(Wizard.kind(b"2026.11.20 11:39:57.693 *error* 10277 ["), LineKind::Begins);
    }
}
