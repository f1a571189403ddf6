//! Windows event logs: whole, damaged, and in parts.
//!
//! The logs of `tests/formats/evtx` are written here; `SNAPSHOTS=overwrite cargo test --test evtx` writes them anew.
#![cfg(feature = "evtx")]

#[path = "common/evtx_writer.rs"]
mod evtx_writer;
#[path = "common/three_events.rs"]
mod three_events;

use evtx_writer::{CHUNK, Chunk, file, utf16};
use freebusy::read::format::evtx::{Chunk as Raw, EvtxReader, Layout};
use freebusy::read::format::{Fault, RecordStream};
use freebusy::record::Record;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use three_events::{COMPUTER, Event, THREE};

/// Where the second chunk begins.
const SECOND: usize = 4096 + CHUNK;

fn three() -> Vec<u8> {
    Chunk::of(1, &THREE).finish(3)
}

/// The end of the file is missing: a part of the second record of the second chunk, and all behind it.
fn truncated() -> Vec<u8> {
    let second = Chunk::of(4, &THREE);
    let cut = SECOND + second.records[1].1 - 40;
    let mut bytes = file(&[three(), second.finish(3)]);
    bytes.truncate(cut);
    bytes
}

/// The beginning of the second record was overwritten.
fn corrupt_record() -> Vec<u8> {
    let chunk = Chunk::of(1, &THREE);
    let second = 4096 + chunk.records[1].0;
    let mut bytes = file(&[chunk.finish(3)]);
    bytes[second..second + 16].fill(0xee);
    bytes
}

/// The header of the first chunk was overwritten in part.
fn corrupt_chunk() -> Vec<u8> {
    let mut bytes = file(&[three(), Chunk::of(4, &THREE[1..]).finish(2)]);
    bytes[4096 + 44..4096 + 52].fill(0xee);
    bytes
}

/// What was logged before stands behind the free-space offset still: a whole lookup that failed.
fn slack() -> Vec<u8> {
    let harmless = Event { data: &["a", "b <c>", ""], ..THREE[2] };
    let chunk = Chunk::of(1, &[harmless, Event { ..THREE[0] }]);
    file(&[chunk.finish(1)])
}

#[test]
fn the_logs_of_the_formats_are_as_they_are_written_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/evtx");
    let logs: [(&str, Vec<u8>); 5] = [
        ("three-events.evtx", file(&[three()])),
        ("truncated.evtx", truncated()),
        ("corrupt-record.evtx", corrupt_record()),
        ("corrupt-chunk.evtx", corrupt_chunk()),
        ("slack.evtx", slack()),
    ];
    for (name, bytes) in logs {
        let path = folder.join(name);
        if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
            fs::create_dir_all(&folder).expect("the folder");
            fs::write(&path, &bytes).expect("the log is written");
        }
        assert!(fs::read(&path).expect("the log") == bytes, "{name}");
    }
}

/// The records and the faults, in their order.
fn read(mut stream: impl RecordStream) -> Vec<Result<Record<'static>, Fault>> {
    let mut found = Vec::new();
    loop {
        match stream.next() {
            Ok(None) => return found,
            Ok(Some(record)) => found.push(Ok(Record { text: record.text.into_owned().into(), ..record })),
            Err(fault) => found.push(Err(fault)),
        }
    }
}

fn whole(bytes: &[u8]) -> Vec<Result<Record<'static>, Fault>> {
    read(EvtxReader::open(Cursor::new(bytes)).expect("bytes in memory"))
}

/// Each record's number in the file and in its log; each fault's place.
fn outline(found: &[Result<Record<'static>, Fault>]) -> Vec<(u64, Option<u64>)> {
    found
        .iter()
        .map(|found| match found {
            Ok(record) => (record.origin.number, record.origin.event_record_id),
            Err(fault) => (fault.offset.expect("a place"), None),
        })
        .collect()
}

#[test]
fn a_record_has_all_that_was_written() {
    let found = whole(&file(&[three()]));
    assert_eq!(found.len(), 3);
    for (found, event) in found.into_iter().zip(THREE) {
        let record = found.expect("a record");
        assert_eq!(record.text, format!("{}\n{}", event.provider, event.data[0]));
        let known = record.event.expect("an event");
        assert_eq!(known.provider.as_deref(), Some(event.provider));
        assert_eq!(known.id, Some(u32::from(event.id)));
        assert_eq!(record.origin.event_record_id, Some(event.record_id));
        assert_eq!(record.origin.computer.as_deref(), Some(COMPUTER));
        assert_eq!(record.origin.time.map(|t| t.to_string()), Some(format!("{}Z", &event.time[..19])));
    }
}

#[test]
fn values_without_names_stay_apart_and_nothing_is_read_behind_the_free_space_offset() {
    let found = whole(&slack());
    let [Ok(record)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(record.text, "MSExchange Common\na\nb <c>");
}

#[test]
fn damage_is_told_with_its_place_and_costs_only_itself() {
    let record = |number: usize| Chunk::of(1, &THREE).records[number];
    let at = |offset: usize| (offset as u64, None);
    let good = |number: u64, index: usize| (number, Some(THREE[index].record_id));
    assert_eq!(
        outline(&whole(&truncated())),
        [good(1, 0), good(2, 1), good(3, 2), good(4, 0), at(SECOND + record(1).0)]
    );
    // The file says that it has two chunks; the second was cut off as a whole.
    assert_eq!(outline(&whole(&truncated()[..SECOND])), [at(SECOND), good(1, 0), good(2, 1), good(3, 2)]);
    assert_eq!(outline(&whole(&corrupt_record())), [good(1, 0), at(4096 + record(1).0), good(3, 2)]);
    assert_eq!(outline(&whole(&corrupt_chunk())), [at(4096), good(1, 1), good(2, 2)]);
    let mut bytes = file(&[three()]);
    bytes[3] = 0;
    assert_eq!(outline(&whole(&bytes)), [at(0), good(1, 0), good(2, 1), good(3, 2)]);
}

#[test]
fn a_record_whose_sizes_do_not_agree_is_left_out() {
    let (begin, end) = Chunk::of(1, &THREE).records[1];
    // Its size, hostile or too small; and the copy at its end.
    for (at, size) in [(begin + 4, u32::MAX), (begin + 4, 0), (begin + 4, 27), (end - 4, 1)] {
        let mut bytes = file(&[three()]);
        bytes[4096 + at..4096 + at + 4].copy_from_slice(&size.to_le_bytes());
        let found = outline(&whole(&bytes));
        assert_eq!(found, [(1, Some(7001)), (4096 + begin as u64, None), (3, Some(7003))], "{at} {size}");
    }
}

#[test]
fn a_record_whose_contents_are_damaged_is_left_out() {
    let chunk = Chunk::of(1, &THREE);
    let second = 4096 + chunk.records[1].0;
    let mut bytes = file(&[chunk.finish(3)]);
    // Behind the record's header and the fragment's: a token that does not exist.
    bytes[second + 28] = 0x7f;
    let found = whole(&bytes);
    assert_eq!(outline(&found)[..3], [(4096 + 512, None), (1, Some(7001)), (second as u64, None)]);
    let Err(checksum) = &found[0] else { panic!("{found:?}") };
    assert!(checksum.message.contains("checksum"), "{checksum}");
}

/// Found by fuzzing: less than the beginning of a record is left of the chunk.
#[test]
fn damage_at_the_very_end_of_a_chunk_is_told() {
    let chunk = Chunk::of(1, &THREE);
    let third = chunk.records[2].0;
    let mut bytes = chunk.finish(3);
    let end = CHUNK - 2;
    let size = ((end - third) as u32).to_le_bytes();
    bytes[third + 4..third + 8].copy_from_slice(&size);
    bytes[end - 4..end].copy_from_slice(&size);
    bytes[end..].copy_from_slice(b"**");
    // No record is said to be the last, all of the chunk is used, and the checksums mean nothing.
    for (at, value) in [(44, 0), (48, CHUNK as u32), (120, 1)] {
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    let found = whole(&file(&[bytes]));
    let fault = found.last().expect("something").as_ref().expect_err("a fault");
    assert_eq!(fault.offset, Some((4096 + end) as u64));
    assert_eq!(found.iter().filter(|found| found.is_ok()).count(), 3);
}

#[test]
fn a_log_that_was_copied_while_it_was_written_is_not_damaged() {
    let mut bytes = file(&[three(), vec![0; CHUNK]]);
    // Dirty; the number of chunks and the checksums are those of another moment.
    for (at, value) in [(42, 9), (120, 1), (124, 0xee), (4096 + 120, 1), (4096 + 124, 0xee), (4096 + 52, 0xee)] {
        bytes[at] = value;
    }
    assert!(whole(&bytes).iter().all(Result::is_ok));
    assert_eq!(whole(&bytes).len(), 3);
}

#[test]
fn ranges_of_chunks_together_are_the_whole() {
    let mut corrupt = three();
    corrupt[700] ^= 1;
    let bytes = file(&[three(), corrupt, vec![0; CHUNK], Chunk::of(7, &THREE[1..]).finish(2)]);
    let layout = Layout::read(&mut Cursor::new(&bytes)).expect("bytes in memory");
    assert_eq!((layout.chunks(), layout.records()), (4, 8));
    for middle in 0..=4 {
        let mut parts = Vec::new();
        for range in [0..middle, middle..4] {
            let before = layout.records_before(range.start);
            parts.extend(read(EvtxReader::new(Cursor::new(&bytes), range, before)));
        }
        assert_eq!(outline(&parts), outline(&whole(&bytes)), "{middle}");
    }
}

#[test]
fn chunks_without_anything_of_interest_are_skipped_but_not_their_damage() {
    let harmless = Chunk::of(4, &THREE[2..]);
    let mut harmless = harmless.finish(1);
    harmless[900] ^= 1;
    let bytes = file(&[slack()[4096..].to_vec(), harmless, three()]);
    let wanted = utf16("ProxyWebRequest");
    let filter = move |live: &[u8]| live.windows(wanted.len()).any(|part| part == wanted);
    let mut reader = EvtxReader::open(Cursor::new(&bytes)).expect("bytes in memory").only(Box::new(filter));
    let fault = reader.next().expect_err("the checksum is wrong");
    assert_eq!(fault.offset, Some(SECOND as u64 + 512));
    assert_eq!(reader.skipped(), 2);
    let (first, second) = (reader.next().expect("a record").map(|record| record.origin.event_record_id), reader.next());
    assert_eq!(first, Some(Some(7001)));
    assert!(second.is_ok_and(|end| end.is_none()));
    assert_eq!(reader.skipped(), 4);
    assert_eq!(Raw::new(&bytes[4096..], 0).record_count(), 1);
    assert!(Raw::new(&[0; 600], 7).is_unused());
}

/// Where each word of these events stands in the file as Windows writes it: in the values of one, or in what all of them share.
#[test]
fn of_a_chunk_only_the_records_with_anything_of_interest_are_read() {
    let found = |bytes: &[u8], word: &str| {
        let wanted = utf16(word);
        let filter = move |part: &[u8]| part.windows(wanted.len()).any(|window| window == wanted);
        let mut reader = EvtxReader::open(Cursor::new(bytes)).expect("bytes in memory").only(Box::new(filter));
        let mut ids = Vec::new();
        while let Some(record) = reader.next().expect("a whole log") {
            ids.extend(record.origin.event_record_id);
        }
        (ids, reader.skipped())
    };
    let bytes = file(&[three()]);
    for word in ["Application", "EventData", "Qualifiers", "schemas.microsoft.com"] {
        assert_eq!(found(&bytes, word), (vec![7001, 7002, 7003], 0), "{word}");
    }
    let of_one =
        |number: usize| THREE[number].data.concat().split(' ').max_by_key(|word| word.len()).map(str::to_owned);
    for number in 0..THREE.len() {
        let word = of_one(number).expect("a word");
        let holding: Vec<u64> = THREE
            .iter()
            .zip(7001..)
            .filter(|(event, _)| event.data.concat().contains(&word))
            .map(|(_, id)| id)
            .collect();
        assert!(holding.len() < THREE.len(), "{word}");
        let left_out = (THREE.len() - holding.len()) as u64;
        assert_eq!(found(&bytes, &word), (holding, left_out), "{word}");
    }
    // Without the table of templates nobody knows what the records share.
    let mut unlisted = bytes.clone();
    unlisted[4096 + 384..4096 + 512].fill(0);
    unlisted[4096 + 120] = 1;
    assert_eq!(found(&unlisted, &of_one(0).expect("a word")).0, [7001, 7002, 7003]);
    assert_eq!(found(&bytes, "nowhere").0, [0; 0]);
}

#[test]
fn no_damage_stops_the_reader() {
    let bytes = file(&[three(), three()]);
    for len in (0..bytes.len()).step_by(1499) {
        whole(&bytes[..len]);
    }
    // The headers and the first record, with checksums that count and with those that do not.
    for dirty in [false, true] {
        for at in (4096..4096 + 2400).step_by(if dirty { 1 } else { 7 }) {
            for value in [0, 0x0c, 0x7f, 0xff] {
                let mut bytes = bytes[..SECOND].to_vec();
                bytes[4096 + 120] = u8::from(dirty);
                bytes[at] = value;
                assert!(whole(&bytes).len() < 50);
            }
        }
    }
}

#[test]
fn the_same_events_give_the_same_findings_in_xml() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let findings = |name: &str| -> Vec<serde_json::Value> {
        let lines = fs::read_to_string(folder.join(name)).expect("the findings");
        let finding = |line: &str| {
            let mut finding: serde_json::Value = serde_json::from_str(line).expect("JSON");
            finding.as_object_mut().expect("an object").remove("source").expect("the name of the file");
            finding
        };
        lines.lines().map(finding).collect()
    };
    let expected = findings("evtx/three-events.evtx.ndjson");
    assert_eq!(expected.len(), 2);
    for name in [
        "event-xml/three-events.xml",
        "event-xml/wevtutil.xml",
        "clixml/three-events.xml",
        "clixml/without-message.xml",
    ] {
        assert_eq!(findings(&format!("{name}.ndjson")), expected, "{name}");
    }
}
