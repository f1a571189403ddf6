//! The encoding of a file that is read in pieces: decided once, by its beginning.

use super::encoding::{self, Decoded};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::io::{self, BufRead, Read};

/// How the bytes of a file become letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, or a code page that agrees with it in ASCII; a piece that is not UTF-8 is read in the likeliest code page.
    Bytes,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
}

impl Charset {
    /// The encoding of a file, and how many bytes its mark takes.
    pub fn detect(head: &[u8]) -> (Self, usize) {
        let charset = match encoding::utf16(head) {
            Some(encoding) if encoding == UTF_16LE => Self::Utf16Le,
            Some(_) => Self::Utf16Be,
            None => Self::Bytes,
        };
        let mark = match charset {
            Self::Bytes if head.starts_with(b"\xef\xbb\xbf") => 3,
            Self::Utf16Le if head.starts_with(b"\xff\xfe") => 2,
            Self::Utf16Be if head.starts_with(b"\xfe\xff") => 2,
            _ => 0,
        };
        (charset, mark)
    }

    /// How many bytes a unit has: a letter of ASCII, the end of a line.
    pub fn width(self) -> usize {
        match self {
            Self::Bytes => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }

    /// Decodes a piece that begins and ends at a letter.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Bytes => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => {
                    let Decoded { text, .. } = encoding::decode_bytes(bytes.to_vec());
                    Cow::Owned(text)
                }
            },
            Self::Utf16Le => UTF_16LE.decode_without_bom_handling(bytes).0,
            Self::Utf16Be => UTF_16BE.decode_without_bom_handling(bytes).0,
        }
    }

    /// A reader of the whole file as UTF-8. `inner` stands behind the mark.
    pub fn reader<R: Read + Send + 'static>(self, inner: R) -> Box<dyn BufRead + Send> {
        let (encoding, fallback): (&'static Encoding, _) = match self {
            Self::Bytes => (UTF_8, Some(WINDOWS_1252)),
            Self::Utf16Le => (UTF_16LE, None),
            Self::Utf16Be => (UTF_16BE, None),
        };
        Box::new(Transcoder {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            fallback,
            raw: vec![0; BLOCK],
            filled: 0,
            text: Vec::with_capacity(2 * BLOCK),
            at: 0,
            end: false,
        })
    }
}

/// How many bytes are decoded at once.
const BLOCK: usize = 64 << 10;

/// Decodes while it reads.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    /// What a byte means that is not UTF-8.
    fallback: Option<&'static Encoding>,
    raw: Vec<u8>,
    filled: usize,
    text: Vec<u8>,
    at: usize,
    end: bool,
}

impl<R: Read> Transcoder<R> {
    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && !self.end {
            let read = match self.inner.read(&mut self.raw[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            self.end = read == 0;
            self.filled += read;
            let taken = match self.fallback {
                Some(fallback) => self.bytes(fallback),
                None => self.utf16(),
            };
            self.raw.copy_within(taken..self.filled, 0);
            self.filled -= taken;
        }
        Ok(())
    }

    /// UTF-8; a byte that does not belong there by the fallback's table.
    fn bytes(&mut self, fallback: &'static Encoding) -> usize {
        let mut at = 0;
        loop {
            let rest = &self.raw[at..self.filled];
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.text.extend_from_slice(text.as_bytes());
                    return self.filled;
                }
                Err(error) => {
                    let (valid, behind) = rest.split_at(error.valid_up_to());
                    self.text.extend_from_slice(valid);
                    at += valid.len();
                    let len = match error.error_len() {
                        Some(len) => len,
                        // A letter that the block cut.
                        None if !self.end => return at,
                        None => behind.len(),
                    };
                    let (text, _) = fallback.decode_without_bom_handling(&behind[..len]);
                    self.text.extend_from_slice(text.as_bytes());
                    at += len;
                }
            }
        }
    }

    fn utf16(&mut self) -> usize {
        // Three bytes of UTF-8 for each unit of two, and some for a letter that was cut.
        self.text.resize(self.filled * 2 + 16, 0);
        let (result, taken, written, _) =
            self.decoder.decode_to_utf8(&self.raw[..self.filled], &mut self.text, self.end);
        debug_assert_eq!(result, CoderResult::InputEmpty);
        self.text.truncate(written);
        taken
    }
}

impl<R: Read> BufRead for Transcoder<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.text.len() {
            self.fill()?;
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.text.len());
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let amount = ready.len().min(into.len());
        into[..amount].copy_from_slice(&ready[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Verbindung für Größe \u{1f600} zurückgesetzt\r\n";

    /// One byte a time is the hardest way to read.
    struct Slow(Vec<u8>, usize);

    impl Read for Slow {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.get(self.1) {
                Some(byte) => {
                    into[0] = *byte;
                    self.1 += 1;
                    Ok(1)
                }
                None => Ok(0),
            }
        }
    }

    fn read(bytes: Vec<u8>) -> String {
        let (charset, mark) = Charset::detect(&bytes);
        let mut text = String::new();
        charset.reader(Slow(bytes[mark..].to_vec(), 0)).read_to_string(&mut text).expect("UTF-8");
        text
    }

    #[test]
    fn every_encoding_is_decoded_across_the_ends_of_blocks() {
        let long = TEXT.repeat(300);
        let utf16 = |unit: fn(u16) -> [u8; 2]| long.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        assert_eq!(read(long.clone().into_bytes()), long);
        assert_eq!(read([b"\xef\xbb\xbf", long.as_bytes()].concat()), long);
        assert_eq!(read(utf16(u16::to_le_bytes)), long);
        assert_eq!(read([b"\xff\xfe".to_vec(), utf16(u16::to_le_bytes)].concat()), long);
        assert_eq!(read([b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat()), long);
    }

    #[test]
    fn a_code_page_is_read_as_windows_1252() {
        let bytes: Vec<u8> = WINDOWS_1252.encode("für Größe\r\n").0.repeat(9);
        assert_eq!(read(bytes), "für Größe\r\n".repeat(9));
    }

    #[test]
    fn a_cut_letter_at_the_end_is_no_error() {
        assert_eq!(read(b"abc\xc3".to_vec()), "abc\u{c3}");
        assert_eq!(read(b"\xff\xfea\0b".to_vec()), "a\u{fffd}");
    }
}
