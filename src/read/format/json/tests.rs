use super::*;
use std::io::Cursor;

fn read(text: &str) -> (Vec<Record<'static>>, Vec<Fault>) {
    let mut document = Document::new(Box::new(Cursor::new(text.as_bytes().to_vec())));
    let (mut records, mut faults) = (Vec::new(), Vec::new());
    loop {
        match document.next() {
            Ok(Some(record)) => records.push(Record { text: record.text.into_owned().into(), ..record }),
            Ok(None) => return (records, faults),
            Err(fault) => faults.push(fault),
        }
    }
}

#[track_caller]
fn is_the_event(record: &Record<'_>) {
    assert_eq!(record.text, "S\nx <y>");
    let event = record.event.as_ref().expect("an event");
    assert_eq!((event.provider.as_deref(), event.id), (Some("S"), Some(4001)));
    assert_eq!(record.origin.computer.as_deref(), Some("EX01"));
    assert_eq!(record.origin.event_record_id, Some(7));
    let time = record.origin.time.map(|time| time.to_string()).unwrap_or_default();
    assert_eq!(time.trim_end_matches('Z'), "2022-03-17T08:45:01");
}

#[test]
fn powershell_elastic_and_log_analytics_documents_are_events() {
    for text in [
        r#"{ "Id":  4001, "RecordId":  7, "ProviderName":  "S", "MachineName":  "EX01", "TimeCreated":  "\/Date(1647506701000)\/", "Message":  "x \u003cy\u003e" }"#,
        r#"[{"EventID":4001,"Index":7,"Source":"S","MachineName":"EX01","TimeGenerated":"2022-03-17T09:45:01.5+01:00","Message":"x <y>","ReplacementStrings":["y"]}]"#,
        r#"{"hits":{"hits":[{"_index":"w","_source":{"@timestamp":"2022-03-17T08:45:01Z","message":"x <y>","event":{"code":"4001"},"winlog":{"event_id":"4001","record_id":7,"provider_name":"S","computer_name":"EX01"}}}]}}"#,
        r#"{"hits":{"hits":[{"_index":"w","fields":{"@timestamp":["2022-03-17T08:45:01Z"],"message":["x <y>"],"winlog.event_id":["4001"],"winlog.record_id":[7],"winlog.provider_name":["S"],"winlog.computer_name":["EX01"]}}]}}"#,
        r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated"},{"name":"Source"},{"name":"EventID"},{"name":"Computer"},{"name":"RenderedDescription"},{"name":"EventRecordID"}],"rows":[["2022-03-17T08:45:01Z","S",4001,"EX01","x <y>","7"]]}]}"#,
        "Record 7\n{\n \"Event\": {\"System\": {\"Provider\": {\"#attributes\": {\"Name\": \"S\"}}, \"EventID\": {\"#attributes\": {\"Qualifiers\": 49156}, \"#text\": 4001}, \"EventRecordID\": 7, \"Computer\": \"EX01\", \"TimeCreated\": {\"#attributes\": {\"SystemTime\": \"2022-03-17T08:45:01.0Z\"}}}, \"EventData\": {\"Data\": {\"#text\": [\"x <y>\"]}}}}\n",
    ] {
        assert_eq!(detect(text), Some(Format::Json), "{text}");
        let (records, faults) = read(text);
        assert_eq!((records.len(), faults.len()), (1, 0), "{text}");
        is_the_event(&records[0]);
        assert_eq!(records[0].origin.number, 1);
    }
}

#[test]
fn lines_of_collectors_are_events() {
    for line in [
        r#"{"@timestamp":"2022-03-17T08:45:01.000Z","message":"x <y>","host":{"name":"other"},"winlog":{"event_id":4001,"record_id":7,"provider_name":"S","computer_name":"EX01"}}"#,
        r#"{"@timestamp":"2022-03-17T08:45:01.000Z","message":"x <y>","winlog.event_id":"4001","winlog.record_id":"7","winlog.provider_name":"S","winlog.computer_name":"EX01"}"#,
        r#"<11>Mar 17 09:45:01 EX01 S[0]: {"EventTime":"2022-03-17 08:45:01","Hostname":"EX01","EventID":4001,"SourceName":"S","RecordNumber":7,"Message":"x <y>"}"#,
        r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"S"}},"EventID":4001,"EventRecordID":7,"Computer":"EX01","TimeCreated":{"#attributes":{"SystemTime":"2022-03-17T08:45:01Z"}}},"EventData":{"Data":{"#text":["x <y>"]}}}}"##,
    ] {
        assert_eq!(detect(&format!("{line}\n{line}\n")), Some(Format::Ndjson), "{line}");
        is_the_event(&Ndjson.read(None, line).expect("a record"));
    }
}

#[test]
fn a_line_that_is_no_json_keeps_its_words() {
    for line in ["{\"a\":", "words", "<11>x: {", "<11>x: {\"a\":1}", "{\"a\":1} x", "\u{e9}: {"] {
        assert_eq!(Ndjson.read(None, line).expect("a record").text, line);
    }
    assert!(Ndjson.read(None, " \r\n").is_none());
    assert_eq!(Ndjson.kind(b" "), LineKind::Comment);
    let deep = "{\"a\":".repeat(100_000);
    assert_eq!(Ndjson.read(None, &deep).expect("a record").text, deep);
}

#[test]
fn any_other_object_is_its_words() {
    let text = r#"{"@odata.context":"x","value":[{"scheduleId":"user1@contoso.com","error":{"message":"m","responseCode":"5009"}},{"scheduleId":"b","n":1,"z":null}]}"#;
    let (records, faults) = read(text);
    assert!(faults.is_empty());
    let texts: Vec<&str> = records.iter().map(|record| record.text.as_ref()).collect();
    assert_eq!(texts, ["scheduleId: user1@contoso.com\nmessage: m\nresponseCode: 5009", "scheduleId: b\nn: 1"]);
    assert!(records[0].event.is_none());
}

#[test]
fn bodies_in_a_trace_are_unpacked() {
    let entry = |content: &str| {
        format!(
            r#"{{"startedDateTime":"2022-03-17T08:45:01Z","request":{{"url":"u"}},"response":{{"content":{content}}}}}"#
        )
    };
    let owa = r#"{"text":"{\"Body\":{\"ResponseCode\":\"NoError\",\"Responses\":[{\"ResponseMessage\":{\"MessageText\":\"m\"}}]}}"}"#;
    let packed = r#"{"encoding":"base64","text":"Zm9vYmFy"}"#;
    let text = format!(r#"{{"log":{{"version":"1.2","entries":[{},{},{}]}}}}"#, entry(owa), entry(packed), entry("{}"));
    assert_eq!(detect(&text), Some(Format::Json));
    let (records, faults) = read(&text);
    assert!(faults.is_empty());
    let texts: Vec<&str> = records.iter().map(|record| record.text.as_ref()).collect();
    assert_eq!(texts[..2], ["MessageText: m", "foobar"]);
    assert!(records.iter().all(|record| record.origin.time.is_some()));
    assert_eq!(records[0].field("url"), Some("u"));
}

#[test]
fn a_document_that_was_cut_gives_what_is_there() {
    let text = r#"[{"Id":1,"ProviderName":"S","Message":"x"},{"Id":2,"Mess"#;
    let (records, faults) = read(text);
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].text, "S\nx");
    assert_eq!(faults.len(), 1);
    assert!(!faults[0].fatal && faults[0].offset == Some(text.len() as u64));
}

#[test]
fn what_is_no_json_inside_costs_itself_only() {
    let deep = "[".repeat(300) + &"]".repeat(300);
    let (records, faults) = read(&format!("[{{\"a\":x}},{deep},{{\"b\":\"y\"}}]"));
    assert_eq!(faults.iter().map(|fault| fault.offset).collect::<Vec<_>>(), [Some(1), Some(9)]);
    assert_eq!(records.len(), 3);
    assert_eq!(records[2].text, "b: y");
    let (_, faults) = read(&"{\"a\":x}\n".repeat(500));
    assert_eq!(faults.len(), 100);
}

#[test]
fn a_record_with_too_many_values_is_text() {
    let many = "0,".repeat(MOST_VALUES + 1);
    let (records, faults) = read(&format!("[[{many}0],{{\"a\":1}}]"));
    assert_eq!((records.len(), faults.len()), (2, 1));
    assert_eq!(records[1].text, "a: 1");
}

#[test]
fn other_texts_are_no_json() {
    for text in [
        "[2022-03-17 09:45:01] started\n",
        "{0a1b2c3d-0000-0000-0000-000000000000} started\n",
        "{\"a\":1}\nand then some words\n",
        "09:45:01 {\"a\":1}\n09:45:02 {\"a\":1}\n",
        "2022-03-17 09:45:01 INFO service: {\"a\":1}\n2022-03-17 09:45:02 INFO service: {\"a\":1}\n",
        "2022-03-17 started\n{\"a\":1}\n{\"a\":2}\n",
        "Record 1 was removed\n",
        "{",
        "",
        "\"a\"",
    ] {
        assert_eq!(detect(text), None, "{text}");
    }
}
