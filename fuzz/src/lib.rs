//! What the fuzz targets share: the built-in rules, and ways through a reader that check what every reader promises.
//!
//! An input of a reader's target begins with three bytes: which format of the family, how the rest is stored in the file, and in
//! pieces of how many bytes it is read. The rest is the file.

mod blocks;
mod journey;
mod stream;

pub use journey::travelled;
pub use stream::records;

use freebusy::engine::{Engine, Sieve};
use freebusy::read::charset::Charset;
use freebusy::read::format::{Format, Reader, reader};
use freebusy::rules::Rules;
use std::sync::LazyLock;

/// The built-in rules.
pub static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::built_in().expect("the built-in rules"));

/// Matches the built-in rules.
pub static ENGINE: LazyLock<Engine<'static>> = LazyLock::new(|| Engine::for_many(&RULES));

/// Lets through what may match them.
pub static SIEVE: LazyLock<Sieve> = LazyLock::new(|| Sieve::new(RULES.pack(), false));

/// Reads an input as a file of one of these formats.
pub fn family(formats: &[Format], input: &[u8]) {
    let [format, stored, piece, rest @ ..] = input else { return };
    let format = formats[usize::from(*format) % formats.len()];
    read(format, &store(*stored, rest), usize::from(*piece) + 1);
}

/// Stores a text as programs on Windows do.
pub fn store(how: u8, bytes: &[u8]) -> Vec<u8> {
    let text = || String::from_utf8_lossy(bytes);
    let utf16 = |unit: fn(u16) -> [u8; 2]| text().encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    match how % 8 {
        0 => [b"\xef\xbb\xbf", bytes].concat(),
        1 => [b"\xff\xfe".to_vec(), utf16(u16::to_le_bytes)].concat(),
        2 => [b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat(),
        3 => utf16(u16::to_le_bytes),
        4 => text().replace('\n', "\r\n").into_bytes(),
        _ => bytes.to_vec(),
    }
}

/// Reads a file whole and in pieces; both must give the same.
pub fn read(format: Format, file: &[u8], piece: usize) {
    let (charset, mark) = Charset::detect(file);
    let bytes = &file[mark..];
    let text = charset.decode(bytes);
    match reader(format, &text) {
        Reader::Lines(lines) => {
            blocks::records(&*lines, &text);
            blocks::whole_and_in_pieces(&*lines, bytes, charset, piece);
        }
        Reader::Stream(open) => stream::whole_and_in_pieces(open, bytes, charset, piece),
        Reader::Evtx => {}
    }
}
