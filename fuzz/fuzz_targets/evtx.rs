//! Any bytes as an event log, or as the records of a chunk whose header is whole: no panic, an end, and the same records whole and chunk by
//! chunk.
#![no_main]

use freebusy::read::format::evtx::{CHUNK, EvtxReader, FIRST, HEADER, Layout};
use freebusy_fuzz::{SIEVE, records};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

/// A log of one chunk with these records. Its checksums are said to mean nothing, as in a log that was copied while it was written.
fn log(rest: &[u8]) -> Vec<u8> {
    let rest = &rest[..rest.len().min(CHUNK - HEADER)];
    let mut log = vec![0; FIRST as usize + HEADER];
    log[..8].copy_from_slice(b"ElfFile\0");
    log[120] = 1;
    let chunk = &mut log[FIRST as usize..];
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    for (at, value) in [(8, 1u64), (16, 3), (24, 1), (32, 3)] {
        chunk[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    let free = (HEADER + rest.len()) as u32;
    for (at, value) in [(40, 128), (44, free), (48, free), (120, 1)] {
        chunk[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    log.extend_from_slice(rest);
    log.resize(FIRST as usize + CHUNK, 0);
    log
}

fuzz_target!(|input: &[u8]| {
    let [how, rest @ ..] = input else { return };
    let bytes = if how % 2 == 0 { rest.to_vec() } else { log(rest) };
    let layout = Layout::read(&mut Cursor::new(&bytes)).expect("a reader in memory");
    // The numbers of events are their own; a made log may have any.
    let most = bytes.len();
    let whole = records(&mut EvtxReader::open(Cursor::new(&bytes)).expect("a reader in memory"), most, false);
    let mut parts: Vec<String> = layout.faults.iter().map(|fault| format!("{fault:?}")).collect();
    for chunk in 0..layout.chunks() {
        let before = layout.records_before(chunk);
        parts.extend(records(&mut EvtxReader::new(Cursor::new(&bytes), chunk..chunk + 1, before), most, false));
    }
    assert_eq!(whole, parts);
    let filter = Box::new(|chunk: &[u8]| SIEVE.lets_binary_through(chunk));
    let fewer =
        records(&mut EvtxReader::open(Cursor::new(&bytes)).expect("a reader in memory").only(filter), most, false);
    assert!(fewer.len() <= whole.len());
});
