//! Formats that are read from their beginning.

use freebusy::read::charset::Charset;
use freebusy::read::format::{Fault, Hints, RecordStream};
use std::io::{BufRead, Cursor, Read, Result};

type Open = fn(Box<dyn BufRead + Send>, Hints) -> Box<dyn RecordStream>;

/// Brings a few bytes a time, as a pipe or a disk may.
struct Slow {
    bytes: Cursor<Vec<u8>>,
    piece: usize,
}

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let most = into.len().min(self.piece);
        self.bytes.read(&mut into[..most])
    }
}

/// Reads a file whole and a few bytes a time.
pub fn whole_and_in_pieces(open: Open, bytes: &[u8], charset: Charset, piece: usize) {
    let whole = charset.reader(Cursor::new(bytes.to_vec()));
    let slow = charset.reader(Slow { bytes: Cursor::new(bytes.to_vec()), piece });
    assert_eq!(
        records(&mut *open(whole, Hints::default()), bytes.len(), true),
        records(&mut *open(slow, Hints::default()), bytes.len(), true)
    );
}

/// All that a stream gives, in words. Every record and every fault takes at least a byte, so there is an end. Of a `text` the
/// numbers ascend, and faults lie inside; an event log may say anything of itself.
pub fn records(stream: &mut dyn RecordStream, len: usize, text: bool) -> Vec<String> {
    let mut all = Vec::new();
    let mut number = 0;
    for _ in 0..4 * len + 4 {
        match stream.next() {
            Ok(Some(record)) => {
                let next = record.origin.number;
                assert!(next > number || (next > 0 && !text), "record {next} behind {number}");
                number = next;
                all.push(format!("{record:?}"));
            }
            Ok(None) => return all,
            Err(fault) => {
                // A byte of a code page is up to three of UTF-8, in which places are counted.
                assert!(!text || fault.offset.is_none_or(|at| at <= 3 * len as u64 + 3), "{fault}");
                let Fault { fatal, .. } = fault;
                all.push(format!("{fault:?}"));
                if fatal {
                    return all;
                }
            }
        }
    }
    panic!("there is no end");
}
