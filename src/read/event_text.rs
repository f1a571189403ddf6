//! A Windows event as Event Viewer copies it: labels, then the description.

use crate::record::Event;

/// Labels that Event Viewer writes, in the languages seen. Its own labels, not a server's messages.
const PROVIDER: [&str; 3] = ["Source", "Quelle", "Provider"];
const EVENT_ID: [&str; 2] = ["Event ID", "Ereignis-ID"];
const FIRST: [&str; 6] = ["Log Name", "Protokollname", "Source", "Quelle", "Event ID", "Ereignis-ID"];

/// What begins one event of several: the first label of a copied one, `Event[0]` of wevtutil, an object of NDJSON.
const BEGINNINGS: [&str; 4] = ["Log Name: ", "Protokollname: ", "Event[", "{\""];

/// More events than anybody pastes; a longer export is read as text.
const MOST_EVENTS: usize = 5_000;

/// Where the events of a text begin; one or none where it is something else.
pub(super) fn starts(text: &str) -> Vec<usize> {
    let begins = |beginning: &str| {
        let mut starts = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if line.trim_start_matches('\u{feff}').starts_with(beginning) {
                starts.push(at);
            }
            at += line.len();
        }
        starts
    };
    let several = BEGINNINGS.iter().map(|b| begins(b)).find(|starts| starts.len() > 1).unwrap_or_default();
    if several.len() > MOST_EVENTS { Vec::new() } else { several }
}

/// How many lines the labels take at most.
const LABELS: usize = 24;

/// Whether a text begins like a copied event.
pub(super) fn is_event(text: &str) -> bool {
    FIRST.iter().any(|label| text.strip_prefix(label).is_some_and(|rest| rest.starts_with(':')))
}

/// The event, and its labels as fields.
pub(super) fn read(text: &str) -> (Option<Event>, Vec<(String, String)>) {
    let mut event = Event::default();
    let mut fields = Vec::new();
    for line in text.lines().take(LABELS) {
        let Some((label, value)) = line.split_once(':') else {
            continue;
        };
        let (label, value) = (label.trim(), value.trim());
        if label.len() > 20 || value.is_empty() {
            continue;
        }
        if PROVIDER.contains(&label) {
            event.provider.get_or_insert_with(|| value.to_owned());
        } else if EVENT_ID.contains(&label) {
            event.id = event.id.or(value.parse().ok());
        }
        fields.push((label.to_owned(), value.to_owned()));
    }
    let known = event != Event::default();
    (known.then_some(event), fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_also_where_no_blank_follows_the_colon() {
        let text = "Protokollname: Application\r\nQuelle:        MSExchange Availability\r\nEreignis-ID:   4001\r\nAufgabenkategorie:Verfügbarkeitsdienst\r\n";
        assert!(is_event(text));
        let (event, fields) = read(text);
        assert_eq!(event, Some(Event { provider: Some("MSExchange Availability".into()), id: Some(4001) }));
        assert!(fields.contains(&("Aufgabenkategorie".into(), "Verfügbarkeitsdienst".into())));
    }
}
