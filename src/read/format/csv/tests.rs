use super::*;
use std::io::Cursor;

fn read(text: &str) -> (Vec<Record<'static>>, Vec<Fault>) {
    read_with(text, Hints::default())
}

fn read_with(text: &str, hints: Hints) -> (Vec<Record<'static>>, Vec<Fault>) {
    let mut table = Table::new(Box::new(Cursor::new(text.as_bytes().to_vec())), hints);
    let (mut records, mut faults) = (Vec::new(), Vec::new());
    loop {
        match table.next() {
            Ok(Some(record)) => records.push(Record { text: record.text.into_owned().into(), ..record }),
            Ok(None) => return (records, faults),
            Err(fault) => faults.push(fault),
        }
    }
}

fn times(records: &[Record<'_>]) -> Vec<String> {
    records.iter().map(|record| record.origin.time.map_or_else(String::new, |time| time.to_string())).collect()
}

const ENGLISH: &str = "Level,Date and Time,Source,Event ID,Task Category\r\n";

#[test]
fn event_viewer_is_known_in_any_language_and_order() {
    for (text, format) in [
        (format!("{ENGLISH}Error,3/17/2022 9:45:01 AM,S,4001,T,x\r\n"), Format::EventCsv),
        (ENGLISH.to_owned(), Format::EventCsv),
        ("Keywords,Date and Time,Source,Event ID,Task Category\r\nAudit Success,6/1/2026 9:00:00 AM,S,4624,Logon,\"x\r\n\ty\"\r\n".into(), Format::EventCsv),
        ("Ebene\tDatum und Uhrzeit\tQuelle\tEreignis-ID\tAufgabenkategorie\r\nFehler\t17.03.2022 09:45:01\tS\t4001\tT\tx\r\n".into(), Format::EventTxt),
        ("Niveau,Date et heure,Source,ID de l\u{2019}\u{e9}v\u{e9}nement,T\u{e2}che\r\nErreur,17/03/2022 09:45:01,S,4001,T,x\r\n".into(), Format::EventCsv),
        ("\u{412},\u{414},\u{418},\u{41a},\u{417}\nx,17.03.2022 9:45:01,S,4001,T,x".into(), Format::EventCsv),
        ("Level,Process ID,Computer,Date and Time,Source,Event ID,Task Category\nError,12,EX01,3/17/2022 9:45:01 AM,S,4001,T,x\n".into(), Format::EventCsv),
        ("Level;Date and Time;Source;Event ID;Task Category;\nError;17.03.2022 09:45;S;4001;T;x\n".into(), Format::EventCsv),
    ] {
        assert_eq!(detect(&text), Some(format), "{text}");
        let (records, faults) = read(&text);
        assert!(faults.is_empty());
        for record in records {
            let event = record.event.expect("an event");
            assert_eq!(event.provider.as_deref(), Some("S"), "{text}");
            assert!(matches!(event.id, Some(4001 | 4624)), "{text}");
            assert!(record.text.starts_with("S\nx") && record.origin.time.is_some(), "{text}");
        }
    }
}

#[test]
fn exports_are_known_by_the_names_of_their_columns() {
    for text in [
        "#TYPE System.Diagnostics.EventLogEntry#Application/S/4001\r\n\"EventID\",\"MachineName\",\"Message\",\"Source\",\"TimeGenerated\"\r\n\"4001\",\"EX01\",\"x\",\"S\",\"17.03.2022 09:45:01\"\r\n",
        "\"Message\";\"Id\";\"RecordId\";\"ProviderName\";\"MachineName\";\"TimeCreated\"\r\n\"x\";\"4001\";\"7\";\"S\";\"EX01\";\"17.03.2022 09:45:01\"\r\n",
        "message\tid\tprovidername\tmachinename\ttimecreated\nx\t4001\tS\tEX01\t2022-03-17 09:45:01\n",
        "sep=,\nTimeGenerated [UTC],Source,EventID,Computer,RenderedDescription\n2022-03-17T09:45:01.123Z,S,4001,EX01,x\n",
        "TimeGenerated,Source,EventID,Computer,RenderedDescription,ParameterXml\n2022-03-17T09:45:01Z,S,4001,EX01,,<Param>x</Param>\n",
        "\"@timestamp\",\"winlog.provider_name\",\"winlog.event_id\",\"winlog.computer_name\",message\n\"Mar 17, 2022 @ 09:45:01.000\",S,\"4001\",EX01,x\n",
    ] {
        assert_eq!(detect(text), Some(Format::EventCsv), "{text}");
        let (records, faults) = read(text);
        let [record] = &records[..] else { panic!("{text}") };
        assert!(faults.is_empty());
        assert_eq!(record.text, "S\nx", "{text}");
        assert_eq!(record.event.as_ref().and_then(|event| event.id), Some(4001), "{text}");
        assert_eq!(record.origin.computer.as_deref(), Some("EX01"), "{text}");
        assert_eq!(times(&records)[0].trim_end_matches('Z'), "2022-03-17T09:45:01", "{text}");
    }
}

#[test]
fn other_tables_are_no_events() {
    for text in [
        "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip\n",
        "Time,Message\n2022-03-17,x\n",
        "Level,Source,Message,Time\nError,app,x,2022-03-17 09:45:01\n",
        "Id,Message\n5,x\n",
        "DateTime,RequestId,MajorVersion,Protocol\n2022-03-17T09:45:01.1Z,x,15,Ews\n",
        "Dear all, here, is, a letter\nwith 3/17/2022, in it, 5, times, over\n",
        "a,b,c\n1,2,3\n",
        "",
        ",",
        "\"",
        "one line",
    ] {
        assert_eq!(detect(text), None, "{text}");
    }
}

#[test]
fn day_and_month_are_told_by_the_whole_file() {
    let row = |date: &str| format!("Error,{date},S,1,T,x\n");
    let read = |rows: &[&str]| times(&read(&(ENGLISH.to_owned() + &rows.iter().map(|d| row(d)).collect::<String>())).0);
    assert_eq!(read(&["03/04/2022 01:00:00", "17/04/2022 01:00:00"]), ["2022-04-03T01:00:00", "2022-04-17T01:00:00"]);
    assert_eq!(read(&["3/4/2022 1:00:00 AM"]), ["2022-03-04T01:00:00"]);
    assert_eq!(read(&["3/4/2022 1:00:00"]), [""]);
    let hints = Hints { date_order: Some(DateOrder::DayFirst) };
    let (records, _) = read_with(&(ENGLISH.to_owned() + &row("3/4/2022 1:00:00 AM")), hints);
    assert_eq!(times(&records), ["2022-04-03T01:00:00"]);
}

#[test]
fn a_lost_mark_costs_one_row() {
    let text = format!(
        "{ENGLISH}Error,3/17/2022 9:45:01 AM,S,1,T,\"one\r\n   at a\r\nError,3/17/2022 9:46:01 AM,S,2,T,\"two\"\r\nError,3/17/2022 9:47:01 AM,S,3,T,three\r\n"
    );
    let (records, faults) = read(&text);
    assert_eq!(faults.iter().map(|fault| (fault.offset, fault.fatal)).collect::<Vec<_>>(), [(Some(51), false)]);
    let texts: Vec<&str> = records.iter().map(|record| record.text.as_ref()).collect();
    assert_eq!(texts, ["S\none\r\n   at a", "S\ntwo", "S\nthree"]);
    assert_eq!(records.iter().map(|record| record.origin.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_lost_mark_in_an_export_costs_one_row() {
    let text = "\"Message\",\"EventID\",\"Source\"\n\"one,\"1\",\"S\"\n\"two\",\"2\",\"S\"\n";
    let (records, faults) = read(text);
    assert_eq!(faults.len(), 1);
    assert_eq!(records.len(), 2);
    assert!(records[0].text.contains("one"));
    assert_eq!(records[1].text, "S\ntwo");
}

#[test]
fn a_file_that_was_cut_is_read_to_its_end() {
    let (records, faults) = read(&format!("{ENGLISH}Error,3/17/2022 9:45:01 AM,S,1,T,\"one"));
    assert_eq!((records.len(), faults.len()), (1, 1));
    assert_eq!(records[0].text, "S\none");
}

#[test]
fn tables_that_were_put_together_are_read() {
    let one = "#TYPE A\n\"EventID\",\"Source\",\"Message\"\n\"1\",\"S\",\"x\"\n";
    let other = "#TYPE B\n\"Message\",\"Id\",\"ProviderName\"\n\"y\",\"2\",\"P\"\n";
    let (records, faults) = read(&(one.to_owned() + other));
    assert!(faults.is_empty());
    assert_eq!(records.iter().map(|record| record.text.as_ref()).collect::<Vec<_>>(), ["S\nx", "P\ny"]);
    let viewer = format!("{ENGLISH}Error,3/17/2022 9:45:01 AM,S,1,T,x\n");
    assert_eq!(read(&viewer.repeat(2)).0.len(), 2);
}

#[test]
fn nothing_is_too_odd_to_be_read() {
    for text in
        ["", "\"", "\"\n\"", ",,,\n,,,", "\u{feff}", "#TYPE x", "sep=", "a\n\"b\"c\n\"d", "\u{1f600},\"\u{1f600}"]
    {
        read(text);
    }
    // Faults are named until nobody reads them any more.
    let (records, faults) = read(&format!("{ENGLISH}{}", "Error,3/17/2022 9:45:01 AM,S,1,T,\"\"x\n".repeat(500)));
    assert_eq!((records.len(), faults.len()), (500, 100));
}
