//! Which encoding bytes are in, and the text that they mean.
//!
//! Windows PowerShell redirects as UTF-16LE with a byte order mark, `cmd` in the console's code page, editors in Windows-1252,
//! everything newer in UTF-8. Names of files say nothing about it, so only the bytes are asked. No byte is ever an error.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use oem_cp::code_table::{DECODING_TABLE_CP437, DECODING_TABLE_CP850};

/// A decoded text.
#[derive(Debug)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// The name of the encoding, as IANA writes it in lower case.
    pub encoding: &'static str,
}

/// What these bytes are, where they are no text.
pub(super) fn binary(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 9] = [
        (b"ElfFile\0", "a Windows event log (.evtx)"),
        (b"PK\x03\x04", "a zip archive or an Office document"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x89PNG", "an image"),
        (b"\xff\xd8\xff", "an image"),
        (b"GIF8", "an image"),
        (b"%PDF", "a PDF document"),
        (b"\xd0\xcf\x11\xe0", "an Outlook message or an old Office document"),
        (b"MZ", "a program"),
    ];
    let known = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, what)| *what);
    // `MZ` are letters too; a program has zero bytes soon after them. A stray one is no reason to refuse a text.
    let zeros = |part: &[u8]| part.iter().filter(|b| **b == 0).count() * 20 > part.len();
    let head = &bytes[..bytes.len().min(4096)];
    match known {
        Some("a program") if !zeros(head) => None,
        Some(what) => Some(what),
        None if zeros(head) && utf16(bytes).is_none() => Some("a binary file"),
        None => None,
    }
}

/// Decodes bytes.
pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    if let Some(encoding) = utf16(&bytes) {
        return with(encoding, &bytes);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return with(UTF_8, &bytes);
    }
    decode_bytes(bytes)
}

/// Decodes bytes that are not UTF-16.
pub(super) fn decode_bytes(bytes: Vec<u8>) -> Decoded {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => {
            return Decoded { text, encoding: "utf-8" };
        }
        Err(error) => error.into_bytes(),
    };
    // A text that is UTF-8 but for a few cut or foreign bytes stays UTF-8.
    let lossy = String::from_utf8_lossy(&bytes);
    let broken = lossy.chars().filter(|c| *c == '\u{fffd}').count();
    let multi_byte = lossy.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    if multi_byte > broken {
        return Decoded { text: lossy.into_owned(), encoding: "utf-8" };
    }
    let candidates = [
        with(WINDOWS_1252, &bytes),
        Decoded { text: oem(&bytes, &DECODING_TABLE_CP850), encoding: "ibm850" },
        Decoded { text: oem(&bytes, &DECODING_TABLE_CP437), encoding: "ibm437" },
    ];
    // Of equally plausible readings the first wins: Windows-1252 before the console's code pages.
    let mut best: Option<(i64, Decoded)> = None;
    for candidate in candidates {
        let score = plausibility(&candidate.text);
        if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
            best = Some((score, candidate));
        }
    }
    best.map_or_else(|| with(WINDOWS_1252, &bytes), |(_, decoded)| decoded)
}

fn with(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, used, _) = encoding.decode(bytes);
    let name = match used.name() {
        "UTF-8" => "utf-8",
        "UTF-16LE" => "utf-16le",
        "UTF-16BE" => "utf-16be",
        _ => "windows-1252",
    };
    Decoded { text: text.into_owned(), encoding: name }
}

/// UTF-16 by its byte order mark, or by the zero that stands in every second byte of a mostly Latin text.
pub(super) fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(b"\xff\xfe") {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return Some(UTF_16BE);
    }
    let head = &bytes[..bytes.len().min(4096) & !1];
    if head.len() < 8 {
        return None;
    }
    let pairs = head.len() / 2;
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 > pairs * 6 && even * 10 < pairs {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 6 && odd * 10 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn oem(bytes: &[u8], table: &[char; 128]) -> String {
    bytes.iter().map(|&b| if b < 128 { char::from(b) } else { table[usize::from(b) - 128] }).collect()
}

/// How much a text looks like one that a person or Windows wrote: letters outside ASCII belong beside letters, lines and
/// blocks do not.
fn plausibility(text: &str) -> i64 {
    const COMMON: &str = "äöüÄÖÜßéèêëàâçîïôùûñóíáúãõêÉÀÇ";
    let chars: Vec<char> = text.chars().collect();
    let mut score = 0;
    for (at, &c) in chars.iter().enumerate() {
        if c.is_ascii() {
            continue;
        }
        let beside = |offset: Option<usize>| offset.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphabetic());
        let in_word = beside(at.checked_sub(1)) || beside(Some(at + 1));
        score += match c {
            _ if COMMON.contains(c) && in_word => 3,
            '\u{2018}'..='\u{201e}' | '\u{2013}' | '\u{2014}' | '\u{2026}' | '\u{a0}' if !in_word => 1,
            '\u{2019}' => 2,
            _ if c.is_control() => -3,
            '\u{2500}'..='\u{259f}' => -2,
            _ if in_word && !c.is_alphabetic() => -2,
            _ => 0,
        };
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = "Fehler beim Zugriff: Die Verbindung wurde für den Benutzer Jürgen Größe zurückgesetzt.";

    fn encode(text: &str, table: &[char; 128]) -> Vec<u8> {
        text.chars()
            .map(|c| {
                if c.is_ascii() {
                    c as u8
                } else {
                    table.iter().position(|t| *t == c).expect("in the table") as u8 + 128
                }
            })
            .collect()
    }

    #[test]
    fn german_is_read_in_every_code_page_that_windows_writes() {
        let utf16le: Vec<u8> = GERMAN.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = GERMAN.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let with_mark = [b"\xff\xfe".to_vec(), utf16le.clone()].concat();
        for (bytes, encoding) in [
            (GERMAN.as_bytes().to_vec(), "utf-8"),
            ([b"\xef\xbb\xbf", GERMAN.as_bytes()].concat(), "utf-8"),
            (utf16le, "utf-16le"),
            (utf16be, "utf-16be"),
            (with_mark, "utf-16le"),
            (WINDOWS_1252.encode(GERMAN).0.into_owned(), "windows-1252"),
            (encode(GERMAN, &DECODING_TABLE_CP850), "ibm850"),
        ] {
            assert!(binary(&bytes).is_none(), "{encoding}");
            let decoded = decode(bytes);
            assert_eq!(decoded.encoding, encoding);
            assert_eq!(decoded.text, GERMAN, "{encoding}");
        }
    }

    #[test]
    fn one_broken_byte_does_not_change_the_encoding_of_the_rest() {
        let mut bytes = GERMAN.as_bytes().to_vec();
        bytes.push(0xc3);
        assert_eq!(decode(bytes).encoding, "utf-8");
    }

    #[test]
    fn no_bytes_are_an_error() {
        for bytes in [vec![0x80; 9], vec![0xff, 0xfe, 0x00], (128..=255).collect(), vec![0xd8, 0x00, 0xd8]] {
            let _ = decode(bytes);
        }
    }
}
