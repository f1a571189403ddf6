//! A Windows event as Event Viewer copies it: labels, then the description.

use crate::record::Event;

/// What a label is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Log,
    Provider,
    Date,
    Id,
    Computer,
    Description,
    /// Its values are words of the person's language.
    Other,
}

/// Labels that Event Viewer and wevtutil write, in the languages seen. Their own labels, not a server's messages.
const LABELS: [(Label, &[&str]); 7] = [
    (
        Label::Log,
        &[
            "Log Name",
            "Protokollname",
            "Nom du journal",
            "Nombre de registro",
            "Nome registro",
            "Nome do Log",
            "Logboeknaam",
        ],
    ),
    (Label::Provider, &["Source", "Quelle", PROVIDER, "Origen", "Origine", "Fonte", "Origem", "Bron"]),
    (Label::Date, &["Date", "Datum", "Fecha", "Data"]),
    (
        Label::Id,
        &[
            "Event ID",
            "Ereignis-ID",
            "ID de l\u{2019}\u{e9}v\u{e9}nement",
            "ID de l'\u{e9}v\u{e9}nement",
            "Id. del evento",
            "Id. de evento",
            "ID evento",
            "ID do Evento",
            "Identifica\u{e7}\u{e3}o do Evento",
            "Gebeurtenis-id",
            "Gebeurtenis-ID",
        ],
    ),
    (Label::Computer, &["Computer", "Ordinateur", "Equipo", "Computador"]),
    (
        Label::Description,
        &["Description", "Beschreibung", "Descripci\u{f3}n", "Descrizione", "Descri\u{e7}\u{e3}o", "Beschrijving"],
    ),
    (
        Label::Other,
        &[
            "Task Category",
            "Task",
            "Level",
            "Keywords",
            "Keyword",
            "Opcode",
            "OpCode",
            "User",
            "User Name",
            "Aufgabenkategorie",
            "Taskkategorie",
            "Ebene",
            "Stufe",
            "Schl\u{fc}sselw\u{f6}rter",
            "Benutzer",
            "Cat\u{e9}gorie de la t\u{e2}che",
            "Niveau",
            "Mots cl\u{e9}s",
            "Utilisateur",
            "Categor\u{ed}a de la tarea",
            "Nivel",
            "Palabras clave",
            "Usuario",
            "Categoria attivit\u{e0}",
            "Livello",
            "Parole chiave",
            "Utente",
            "Categoria da Tarefa",
            "N\u{ed}vel",
            "Palavras-chave",
            "Usu\u{e1}rio",
            "Taakcategorie",
            "Trefwoorden",
            "Gebruiker",
        ],
    ),
];

/// A word that forums write for the source; also anything else, so it begins no event.
const PROVIDER: &str = "Provider";

/// More events than anybody pastes; a longer export is read as text.
const MOST_EVENTS: usize = 5_000;

/// How many lines the labels take at most.
const LABELS_END: usize = 24;

/// The longest known label, in bytes.
const LONGEST_LABEL: usize = 26;

/// The longest label that is taken without being known, in bytes.
const LONGEST_UNKNOWN: usize = 20;

/// What a label is about; nothing where it is not known.
pub(super) fn label(name: &str) -> Option<Label> {
    LABELS.iter().find(|(_, names)| names.contains(&name)).map(|(label, _)| *label)
}

/// The labels of the log's name, which come first.
pub(super) fn first_labels() -> impl Iterator<Item = &'static str> {
    LABELS.iter().filter(|(label, _)| *label == Label::Log).flat_map(|(_, names)| names.iter().copied())
}

/// A line's label and value; French has a blank before the colon, long labels have none behind it.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    let colon = line.bytes().take(LONGEST_LABEL + 4).position(|byte| byte == b':')?;
    let (name, value) = (line.get(..colon)?.trim(), line.get(colon + 1..)?.trim());
    (!name.is_empty() && name.len() <= LONGEST_LABEL).then_some((name, value))
}

/// Where the events of a text begin; one or none where it is something else.
pub(super) fn starts(text: &str) -> Vec<usize> {
    // The first label of a copied event, `Event[0]` of wevtutil, an object of NDJSON.
    let beginnings: [fn(&str) -> bool; 3] = [
        |line| split(line).is_some_and(|(name, _)| label(name) == Some(Label::Log)),
        |line| line.starts_with("Event["),
        |line| line.starts_with("{\""),
    ];
    let begins = |beginning: &fn(&str) -> bool| {
        let mut starts = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if beginning(line.trim_start_matches('\u{feff}')) {
                starts.push(at);
            }
            at += line.len();
        }
        starts
    };
    let several = beginnings.iter().map(begins).find(|starts| starts.len() > 1).unwrap_or_default();
    if several.len() > MOST_EVENTS { Vec::new() } else { several }
}

/// Whether a text begins like a copied event.
pub(super) fn is_event(text: &str) -> bool {
    split(text).is_some_and(|(name, _)| {
        name != PROVIDER && matches!(label(name), Some(Label::Log | Label::Provider | Label::Id))
    })
}

/// The event, and its labels as fields.
pub(super) fn read(text: &str) -> (Option<Event>, Vec<(String, String)>) {
    let mut event = Event::default();
    let mut fields = Vec::new();
    for (name, value) in text.lines().take(LABELS_END).filter_map(split) {
        let label = label(name);
        if value.is_empty() || label.is_none() && name.len() > LONGEST_UNKNOWN {
            continue;
        }
        match label {
            Some(Label::Provider) => {
                event.provider.get_or_insert_with(|| value.to_owned());
            }
            Some(Label::Id) => event.id = event.id.or(value.parse().ok()),
            _ => {}
        }
        fields.push((name.to_owned(), value.to_owned()));
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

    #[test]
    fn french_has_a_blank_before_the_colon() {
        let text = "Nom du journal :Application\r\nSource :       MSExchange Availability\r\nDate :         17/03/2022 09:45:01\r\nID de l\u{2019}événement :4001\r\n";
        assert!(is_event(text));
        let (event, _) = read(text);
        assert_eq!(event, Some(Event { provider: Some("MSExchange Availability".into()), id: Some(4001) }));
        assert_eq!(starts(&text.repeat(2)).len(), 2);
    }

    #[test]
    fn no_label_is_longer_than_the_longest() {
        assert!(LABELS.iter().flat_map(|(_, names)| names.iter()).all(|name| name.len() <= LONGEST_LABEL));
    }
}
