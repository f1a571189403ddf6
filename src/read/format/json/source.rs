//! The bytes of a JSON text, taken value by value.

use super::walk::LONGEST;
use memchr::{memchr, memchr2};
use std::io::{self, BufRead};

/// A value as it stands in the text.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub text: Vec<u8>,
    /// Whether it has its end.
    pub whole: bool,
    pub too_long: bool,
}

/// A text, and how far it was read.
pub(super) struct Source {
    inner: Box<dyn BufRead + Send>,
    /// Where reading has come to.
    pub offset: u64,
}

impl Source {
    pub fn new(inner: Box<dyn BufRead + Send>) -> Self {
        Self { inner, offset: 0 }
    }

    /// The next byte that is neither white space nor a comma.
    pub fn solid(&mut self) -> io::Result<Option<u8>> {
        loop {
            let block = self.block()?;
            if block.is_empty() {
                return Ok(None);
            }
            match block.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')) {
                Some(at) => {
                    let byte = block[at];
                    self.skip(at);
                    return Ok(Some(byte));
                }
                None => {
                    let len = block.len();
                    self.skip(len);
                }
            }
        }
    }

    /// Takes a value, from its first byte to its end.
    pub fn value(&mut self) -> io::Result<Raw> {
        let mut raw = Raw::default();
        let mut depth = 0_u64;
        let (mut string, mut escape, mut begun) = (false, false, false);
        loop {
            let block = self.block()?;
            if block.is_empty() {
                // A bare number or word ends with the text.
                raw.whole = depth == 0 && !string && begun;
                return Ok(raw);
            }
            let mut at = 0;
            while at < block.len() && !raw.whole {
                let byte = block[at];
                if escape {
                    escape = false;
                } else if string {
                    match memchr2(b'"', b'\\', &block[at..]) {
                        Some(found) => {
                            at += found;
                            escape = block[at] == b'\\';
                            string = escape;
                            raw.whole = !string && depth == 0;
                        }
                        None => at = block.len() - 1,
                    }
                } else {
                    match byte {
                        b'"' => string = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' if depth > 0 => {
                            depth -= 1;
                            raw.whole = depth == 0;
                        }
                        b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 && begun => {
                            raw.whole = true;
                            break;
                        }
                        _ => {}
                    }
                }
                begun = true;
                at += 1;
            }
            if raw.text.len() + at > LONGEST {
                raw.too_long = true;
                raw.text = Vec::new();
            } else if !raw.too_long {
                raw.text.extend_from_slice(&block[..at]);
            }
            self.skip(at);
            if raw.whole {
                return Ok(raw);
            }
        }
    }

    /// Takes the rest of a line, as much of it as a record may have.
    pub fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let block = self.block()?;
            let end = memchr(b'\n', block);
            let len = end.map_or(block.len(), |end| end + 1);
            let kept = len.min(LONGEST.saturating_sub(line.len()));
            line.extend_from_slice(&block[..kept]);
            let over = block.is_empty() || end.is_some();
            self.skip(len);
            if over {
                return Ok(line);
            }
        }
    }

    fn block(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.inner.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        self.inner.fill_buf()
    }

    pub fn skip(&mut self, len: usize) {
        self.inner.consume(len);
        self.offset += len as u64;
    }
}
