//! Any bytes as a file of unknown kind: its encoding and its format are told, and every reader stands it. Decoded whole and bit by bit it
//! is the same text.
#![no_main]

use clap::ValueEnum;
use freebusy::read::charset::Charset;
use freebusy::read::format::{Format, detect_bytes, reader};
use freebusy::read::{binary, packed};
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Read, Result};

struct Slow(Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.0.read(&mut into[..1])
    }
}

fn text(charset: Charset, reader: impl Read + Send + 'static) -> String {
    let mut text = String::new();
    charset.reader(reader).read_to_string(&mut text).expect("UTF-8");
    text
}

fuzz_target!(|bytes: &[u8]| {
    let _ = (binary(bytes), packed(bytes));
    let (charset, mark) = Charset::detect(bytes);
    let rest = bytes[mark..].to_vec();
    let decoded = charset.decode(&rest);
    let whole = text(charset, Cursor::new(rest.clone()));
    assert_eq!(whole, text(charset, Slow(Cursor::new(rest.clone()))));
    if charset != Charset::Bytes || std::str::from_utf8(&rest).is_ok() {
        assert_eq!(whole, decoded);
    }
    let format = detect_bytes(bytes);
    freebusy_fuzz::read(format, bytes, 7);
    for format in Format::value_variants() {
        let _ = reader(*format, &decoded);
    }
});
