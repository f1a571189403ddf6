use super::*;

const ENGLISH: &str = "Log Name:      Application\r\nSource:        S\r\nDate:          17.03.2022 09:45:01\r\nEvent ID:      4001\r\nTask Category: T\r\nLevel:         Error\r\nKeywords:      Classic\r\nUser:          N/A\r\nComputer:      EX01\r\nDescription:\r\nx: y\r\n\r\nLevel: z\r\n";

fn record(text: &str) -> Record<'static> {
    let Reader::Lines(lines) = reader(text) else { panic!("lines") };
    let record = lines.read(None, text).expect("a record");
    Record { text: record.text.into_owned().into(), ..record }
}

#[track_caller]
fn is_the_event(text: &str) {
    assert_eq!(detect(text), Some(Format::EventDetails), "{text}");
    let record = record(text);
    let event = record.event.expect("an event");
    assert_eq!((event.provider.as_deref(), event.id), (Some("S"), Some(4001)), "{text}");
    assert_eq!(record.origin.computer.as_deref(), Some("EX01"), "{text}");
    let time = record.origin.time.map(|time| time.to_string()).unwrap_or_default();
    assert_eq!(time.trim_end_matches('Z'), "2022-03-17T09:45:01", "{text}");
    assert!(record.text.starts_with("S\nx: y"), "{text}: {}", record.text);
}

#[test]
fn labels_are_read_in_every_language_and_after_every_damage() {
    is_the_event(ENGLISH);
    is_the_event(&ENGLISH.replace("\r\n", "\r\n\r\n"));
    is_the_event(
        "Protokollname: Application\nQuelle:        S\nDatum:         17.03.2022 09:45:01\nEreignis-ID:   4001\nAufgabenkategorie:T\nEbene:         Fehler\nSchl\u{fc}sselw\u{f6}rter:Klassisch\nBenutzer:      Nicht zutreffend\nComputer:      EX01\nBeschreibung:\nx: y\n",
    );
    is_the_event(
        "Protokollname: Application\nQuelle: S\nDatum: 17.03.2022 09:45:01\nEreignis-ID: 4001\nTaskkategorie: T\nStufe: Fehler\nBenutzer: N/V\nComputer: EX01\nBeschreibung: x: y\n",
    );
    is_the_event(
        "Nom du journal :Application\nSource :       S\nDate :         17/03/2022 09:45:01\nID de l\u{2019}\u{e9}v\u{e9}nement :4001\nOrdinateur :   EX01\nDescription :\nx: y\n",
    );
    is_the_event(
        "Nombre de registro:Application\nOrigen:        S\nFecha:         17/03/2022 09:45:01\nId. del evento:4001\nEquipo:        EX01\nDescripci\u{f3}n:\nx: y\n",
    );
    is_the_event(
        "Event[0]:\n  Log Name: Application\n  Source: S\n  Date: 2022-03-17T09:45:01.000\n  Event ID: 4001\n  Task: T\n  Level: Error\n  Opcode: Info\n  Keyword: Classic\n  User: N/A\n  User Name: N/A\n  Computer: EX01\n  Description: \nx: y\n\n",
    );
    is_the_event(
        "Event[0]\n  Log Name: Application\n  Source: S\n  Date: 2022-03-17T09:45:01.0000000Z\n  Event ID: 4001\n  Computer: EX01\n  Description: \nx: y\n",
    );
    // Languages that are not known, by their shape, also where they share a word with a known one.
    is_the_event(
        "Nazwa dziennika:Application\n\u{179}r\u{f3}d\u{142}o:        S\nData:          17.03.2022 09:45:01\nIdentyfikator zdarzenia:4001\nKategoria zadania:\nPoziom:        B\u{142}\u{105}d\nS\u{142}owa kluczowe:Klasyczny\nU\u{17c}ytkownik:   N/D\nKomputer:      EX01\nOpis:\nx: y\n",
    );
    is_the_event(
        "\u{418}\u{43c}\u{44f}:       Application\n\u{418}\u{441}:      S\n\u{414}\u{430}:          17.03.2022 09:45:01\n\u{41a}\u{43e}:   4001\n\u{41a}:     T\n\u{423}: x\n\u{41a}\u{43b}: y\n\u{41f}\u{43e}: z\n\u{41a}\u{43e}\u{43c}:   EX01\n\u{41e}\u{43f}:\nx: y\n",
    );
}

#[test]
fn the_xml_behind_the_description_is_the_same_event() {
    let text = format!(
        "{ENGLISH}Event Xml:\r\n<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\r\n  <System>\r\n    <TimeCreated SystemTime=\"2022-03-17T08:45:01.1234567Z\" />\r\n    <EventRecordID>7</EventRecordID>\r\n    <Computer>EX01.contoso.com</Computer>\r\n  </System>\r\n  <EventData>\r\n    <Data>x: y</Data>\r\n  </EventData>\r\n</Event>"
    );
    let record = record(&text);
    assert_eq!(record.text, "S\nx: y\r\n\r\nLevel: z");
    assert_eq!(record.origin.event_record_id, Some(7));
    assert_eq!(record.origin.computer.as_deref(), Some("EX01.contoso.com"));
    assert_eq!(record.origin.time.map(|time| time.to_string()).as_deref(), Some("2022-03-17T08:45:01Z"));
}

#[test]
fn an_event_begins_with_its_first_label_whatever_the_encoding() {
    let Reader::Lines(lines) = reader(ENGLISH) else { panic!("lines") };
    assert_eq!(lines.kind(b"log name:      application"), LineKind::Begins);
    assert_eq!(lines.kind(b"protokollname: application"), LineKind::Begins);
    assert_eq!(lines.kind(b"nom du journal\x80\x80:application"), LineKind::Begins);
    assert_eq!(lines.kind(b"log name"), LineKind::Continues);
    assert_eq!(lines.kind(b"event[0]:"), LineKind::Continues);
    let Reader::Lines(lines) = reader("Event[0]:\n  Log Name: x\n") else { panic!("lines") };
    assert_eq!(lines.kind(b"event[12]"), LineKind::Begins);
    assert_eq!(lines.kind(b"event[x]"), LineKind::Continues);
    assert!(begins_with(b"schl\xfcsselw\x80\x80rter:k", "schl\u{fc}sselw\u{f6}rter"));
    assert!(!begins_with(b"schlusselworter:k", "schl\u{fc}sselw\u{f6}rter"));
}

#[test]
fn other_texts_are_no_events() {
    for text in [
        "I see this:\nLog Name: Application\nSource: S\nEvent ID: 4001\n",
        "Log Name: is what it says\nand nothing else\n",
        "Source: x\n",
        "Date: today\nTo: you\nSubject: x\n",
        "Event[0] was removed\n",
        "Name: a\nKind: b\nDate: 17.03.2022 09:45:01\nSize: 5\n",
        "",
        ":",
    ] {
        assert_eq!(detect(text), None, "{text}");
    }
}

#[test]
fn nothing_is_too_odd_to_be_read() {
    for text in [
        "",
        "\n",
        "x",
        ":",
        "\u{e9}:\u{e9}",
        "Source: S",
        "Source: S\nDescription:",
        "Event[",
        "Log Name:\n<Event xmlns",
        "Source: S\nDescription: <Event xmlns=''><EventRecordID>",
    ] {
        let Reader::Lines(lines) = reader(text) else { panic!("lines") };
        let _ = (lines.read(None, text), detect(text));
    }
    assert_eq!(record("nothing of the kind").text, "nothing of the kind");
}
