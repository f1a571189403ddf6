//! Damaged files: every reader comes to an end without a panic, whatever the file is said to be.

use clap::ValueEnum;
use freebusy::read::charset::Charset;
use freebusy::read::format::{self, Format, Hints, LineKind, Lines, Reader};
use std::fs;
use std::path::Path;

/// The simplest way through a format of lines.
fn lines(lines: &dyn Lines, text: &str) -> usize {
    let mut records = 0;
    let (mut begin, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if lines.kind(line.trim_end().to_ascii_lowercase().as_bytes()) != LineKind::Continues && at > begin {
            records += usize::from(lines.read(None, &text[begin..at]).is_some());
            begin = at;
        }
        at += line.len();
    }
    records + usize::from(lines.read(None, &text[begin..]).is_some())
}

/// Reads bytes as a format. Every record and every fault takes at least a byte, so there is an end.
fn read(bytes: &[u8], format: Option<Format>) {
    let (charset, mark) = Charset::detect(bytes);
    let text = charset.decode(&bytes[mark..]);
    let format = format.unwrap_or_else(|| format::detect(&text));
    match format::reader(format, &text) {
        Reader::Lines(reader) => assert!(lines(&*reader, &text) <= bytes.len() + 1),
        Reader::Stream(open) => {
            let mut stream = open(charset.reader(std::io::Cursor::new(bytes[mark..].to_vec())), Hints::default());
            for _ in 0..4 * bytes.len() + 4 {
                match stream.next() {
                    Ok(None) => return,
                    Err(fault) if fault.fatal => return,
                    _ => {}
                }
            }
            panic!("{format:?} does not end");
        }
        Reader::Evtx => {}
    }
}

/// A generator that gives the same numbers everywhere.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn damaged_files_are_read_to_their_end() {
    const FOREIGN: &[u8] = b"\"',;\t\n\r{}[]:\\\xff\0<> 0a";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let mut state = 1;
    for folder in fs::read_dir(root).expect("tests/formats").map(|entry| entry.expect("an entry").path()) {
        for file in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let whole = fs::read(&file).expect("the input");
            if whole.is_empty() {
                continue;
            }
            let whole = &whole[..whole.len().min(8 << 10)];
            for _ in 0..40 {
                let mut bytes = whole[..=next(&mut state) % whole.len().max(1)].to_vec();
                for _ in 0..next(&mut state) % 6 {
                    let at = next(&mut state) % bytes.len();
                    bytes[at] = FOREIGN[next(&mut state) % FOREIGN.len()];
                }
                read(&bytes, None);
            }
            for format in Format::value_variants() {
                read(whole, Some(*format));
            }
        }
    }
}
