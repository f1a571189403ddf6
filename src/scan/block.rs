//! A piece of a log of lines: which of its records are worth reading.
//!
//! A log is cut into blocks anywhere. A record belongs to the block in which its first line begins, however far it goes; so blocks can
//! be looked at in any order, by any number of threads, and together give what one reader of the whole log would.

use crate::engine::Sieve;
use crate::engine::sieve::Units;
use crate::read::charset::Charset;
use crate::read::format::{LineKind, Lines};
use memchr::{memchr, memmem};
use std::borrow::Cow;
use std::ops::Range;

/// How much of a line its kind is told by, in letters.
const BEGINNING: usize = 96;

/// How much of two lines is looked at for a word that was cut between them, in letters.
const SEAM: usize = 32;

/// A piece of a log.
#[derive(Debug, Clone, Copy)]
pub struct Block<'b> {
    /// The bytes: some before the piece, the piece, and what its last record needs behind it. Begins at a line, except at the beginning of
    /// a log.
    pub bytes: &'b [u8],
    /// Where lines of this piece begin.
    pub own: (usize, usize),
    /// Whether nothing of the log stands before `own`.
    pub first: bool,
    /// Whether nothing of the log stands behind `bytes`.
    pub last: bool,
    /// The log's encoding.
    pub charset: Charset,
}

/// What a block holds.
#[derive(Debug, Default)]
pub struct Sifted {
    /// Lines that begin in the block, up to an unfinished record.
    pub lines: u64,
    /// Records that begin in it.
    pub records: u64,
    /// Header lines in it, and where they begin.
    pub headers: Vec<(usize, String)>,
    /// The records worth reading: where, and in which line of the block (from 0).
    pub candidates: Vec<(Range<usize>, u64)>,
    /// Where the last record begins, if it may go on behind the bytes. It is none of the above.
    pub unfinished: Option<usize>,
    /// Whether the last record goes to the end of the bytes.
    pub cut: bool,
}

impl<'b> Block<'b> {
    /// Finds the records worth reading.
    pub fn sift(&self, format: &dyn Lines, sieve: &Sieve) -> Sifted {
        let mut sifted = Sifted::default();
        let mut hits = Hits { block: self, sieve, next: None, from: self.own.0 };
        let escaped = self.escaped_seams(sieve);
        let mut escaped = escaped.iter().peekable();
        let plain = self.is_plain(0..self.bytes.len());
        let wraps = format.wraps();
        let mut open: Option<Open> = None;
        let mut before = self.line_before(self.own.0);
        // Whether a line that continues something has nothing before it that it could continue.
        let mut alone = match &before {
            Some(line) => matches!(self.kind(format, line), LineKind::Header | LineKind::Comment),
            None => self.first,
        };
        for (number, line) in (0u64..).zip(self.lines(self.own.0)) {
            let own = line.start < self.own.1;
            if line.end == self.bytes.len() && !self.last && !self.ends_a_line() {
                // What a line is cannot be told by half of its beginning.
                if let Some((start, line)) = open.map(|o| (o.start, o.number)).or(own.then_some((line.start, number))) {
                    sifted.unfinished = Some(start);
                    sifted.lines = line;
                }
                return sifted;
            }
            let kind = self.kind(format, &line);
            if !own && (kind != LineKind::Continues || open.is_none()) {
                sifted.close(&mut open);
                return sifted;
            }
            if own {
                sifted.lines += 1;
            }
            match kind {
                LineKind::Begins => {
                    sifted.close(&mut open);
                    open = Some(Open { start: line.start, end: line.end, number, wanted: false });
                }
                LineKind::Continues => match &mut open {
                    Some(open) => open.end = line.end,
                    None if alone => open = Some(Open { start: line.start, end: line.end, number, wanted: false }),
                    // It belongs to the block before.
                    None => {
                        before = Some(line);
                        continue;
                    }
                },
                LineKind::Header | LineKind::Comment => {
                    sifted.close(&mut open);
                    if kind == LineKind::Header {
                        sifted.headers.push((line.start, self.text(line.clone()).trim_end().to_owned()));
                    }
                    alone = true;
                    before = None;
                    continue;
                }
            }
            alone = false;
            let Some(open) = &mut open else { continue };
            while escaped.next_if(|at| **at < line.end).is_some_and(|at| *at >= line.start) {
                open.wanted = true;
            }
            if !open.wanted {
                open.wanted = sieve.is_open()
                    || hits.any(&line)
                    || (!plain && !self.is_plain(line.clone()) && sieve.may_match(&self.text(line.clone())));
            }
            if wraps
                && let Some(before) = &before
                && self.seam(format, sieve, before, &line)
            {
                open.wanted = true;
            }
            before = Some(line);
        }
        match open {
            Some(open) if !self.last => {
                sifted.unfinished = Some(open.start);
                sifted.lines = open.number;
            }
            _ => {
                sifted.cut = open.is_some();
                sifted.close(&mut open);
            }
        }
        sifted
    }

    /// The text of a piece.
    pub fn text(&self, range: Range<usize>) -> Cow<'b, str> {
        self.charset.decode(&self.bytes[range])
    }

    /// A piece with the lines before and behind it, as far as they have no time of their own.
    pub fn around(&self, format: &dyn Lines, own: &Range<usize>, reach: usize) -> Range<usize> {
        let dated = |line: &Range<usize>| self.with_beginning(line, |letters| format.is_dated(letters));
        if dated(own) {
            return own.clone();
        }
        let from = own.start.saturating_sub(reach);
        let from = if from == 0 { 0 } else { self.line_end(from - from % self.width()).min(own.start) };
        let mut start = from;
        for line in self.lines(from).take_while(|line| line.start < own.start) {
            if dated(&line) {
                start = line.end;
            }
        }
        let mut end = own.end;
        for line in self.lines(own.end).take_while(|line| line.end <= own.end + reach && !dated(line)) {
            end = line.end;
        }
        start..end
    }

    /// The bytes of a unit.
    fn width(&self) -> usize {
        self.charset.width()
    }

    /// The lines from `start` on, with their ends.
    fn lines(&self, start: usize) -> impl Iterator<Item = Range<usize>> {
        let mut at = start;
        std::iter::from_fn(move || {
            let start = at;
            (start < self.bytes.len()).then(|| {
                at = self.line_end(start);
                start..at
            })
        })
    }

    /// Where the line that begins or goes on at `from` ends, behind its line feed.
    pub fn line_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(found) = self.bytes.get(at..).and_then(|rest| memchr(b'\n', rest)) {
            let feed = at + found;
            match self.charset {
                Charset::Bytes => return feed + 1,
                Charset::Utf16Le if (feed - from).is_multiple_of(2) && self.bytes.get(feed + 1) == Some(&0) => {
                    return feed + 2;
                }
                Charset::Utf16Be if (feed - from) % 2 == 1 && self.bytes[feed - 1] == 0 => return feed + 1,
                _ => at = feed + 1,
            }
        }
        self.bytes.len()
    }

    /// Whether the bytes end where a line does.
    pub fn ends_a_line(&self) -> bool {
        match self.charset {
            Charset::Bytes => self.bytes.ends_with(b"\n"),
            Charset::Utf16Le => self.bytes.ends_with(b"\n\0"),
            Charset::Utf16Be => self.bytes.ends_with(b"\0\n"),
        }
    }

    /// The line before the one that begins at `start`, as far as it is among the bytes.
    fn line_before(&self, start: usize) -> Option<Range<usize>> {
        let end = start.checked_sub(self.width())?;
        let feed = |unit: &[u8]| match self.charset {
            Charset::Bytes => unit == b"\n",
            Charset::Utf16Le => unit == b"\n\0",
            Charset::Utf16Be => unit == b"\0\n",
        };
        let mut units = self.bytes.get(..end)?.rchunks_exact(self.width());
        let letters = units.by_ref().take_while(|unit| !feed(unit)).count();
        Some(end - letters * self.width()..start)
    }

    /// What a line is to its format.
    fn kind(&self, format: &dyn Lines, line: &Range<usize>) -> LineKind {
        self.with_beginning(line, |letters| format.kind(letters))
    }

    /// Asks about a line's beginning: letters of ASCII in lower case, any other as 0x80 or above.
    fn with_beginning<T>(&self, line: &Range<usize>, ask: impl FnOnce(&[u8]) -> T) -> T {
        let mut letters = [0u8; BEGINNING];
        let bytes = &self.bytes[line.clone()];
        let mut len = (bytes.len() / self.width()).min(BEGINNING);
        match self.charset {
            Charset::Bytes => letters[..len].copy_from_slice(&bytes[..len]),
            Charset::Utf16Le | Charset::Utf16Be => {
                let low = usize::from(self.charset == Charset::Utf16Be);
                for (letter, unit) in letters.iter_mut().zip(bytes.chunks_exact(2)) {
                    *letter = if unit[1 - low] == 0 { unit[low] } else { 0x80 };
                }
            }
        }
        while len > 0 && matches!(letters[len - 1], b'\r' | b'\n') {
            len -= 1;
        }
        letters[..len].make_ascii_lowercase();
        ask(&letters[..len])
    }

    /// Whether a piece has letters of ASCII only. A zero byte is none: Windows PowerShell appends UTF-16 to a file in any encoding.
    fn is_plain(&self, range: Range<usize>) -> bool {
        let bytes = &self.bytes[range];
        match self.charset {
            // One look for both: zero less one has the highest bit, too.
            Charset::Bytes => bytes.chunks(4096).all(|c| c.iter().fold(0, |all, b| all | b | b.wrapping_sub(1)) < 0x80),
            Charset::Utf16Le => bytes.chunks_exact(2).fold(0, |all, unit| all | unit[1] | unit[0] & 0x80) == 0,
            Charset::Utf16Be => bytes.chunks_exact(2).fold(0, |all, unit| all | unit[0] | unit[1] & 0x80) == 0,
        }
    }

    /// Where a word that is looked for was cut by a line break that was escaped afterwards: `sen\\nd`.
    fn escaped_seams(&self, sieve: &Sieve) -> Vec<usize> {
        let width = self.width();
        let (escape, low): (&[u8], usize) = match self.charset {
            Charset::Bytes => (br"\n", 0),
            Charset::Utf16Le => (b"\\\0n\0", 0),
            Charset::Utf16Be => (b"\0\\\0n", 1),
        };
        // The letter of ASCII at a place, or before one.
        let letter = |at: usize| {
            let unit = self.bytes.get(at..at + width)?;
            (width == 1 || unit[1 - low] == 0).then_some(unit[low])
        };
        let before = |at: usize| at.checked_sub(width).and_then(letter);
        let mut seams = Vec::new();
        for at in memmem::find_iter(self.bytes, escape) {
            let behind = at + 2 * width;
            let mut end = at;
            // `\r\n`, escaped once or several times.
            while before(end) == Some(b'\\') {
                end -= width;
            }
            if before(end) == Some(b'r') && end >= 2 * width && before(end - width) == Some(b'\\') {
                end -= 2 * width;
                while before(end) == Some(b'\\') {
                    end -= width;
                }
            }
            let is_letter = |letter: Option<u8>| letter.is_some_and(|b| b.is_ascii_alphanumeric());
            if is_letter(before(end)) && is_letter(letter(behind)) {
                let reach = SEAM * width;
                // Whole units of UTF-16, counted from the escape.
                let start = end - reach.min(end - end % width);
                let rest = self.bytes.len().saturating_sub(behind);
                let stop = behind + reach.min(rest - rest % width);
                if sieve.seam(&self.text(start..end), &self.text(behind..stop)) {
                    seams.push(at);
                }
            }
        }
        seams
    }

    /// Whether a word that is looked for was cut between two lines. Only letters are cut from letters, and a line with a time of its own
    /// is not the rest of another one.
    fn seam(&self, format: &dyn Lines, sieve: &Sieve, before: &Range<usize>, line: &Range<usize>) -> bool {
        let reach = SEAM * self.width();
        let before = before.start.max(before.end.saturating_sub(reach))..before.end;
        let letter = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80;
        let space = |b: &&u8| **b <= b' ';
        if !self.bytes[before.clone()].iter().rev().find(|b| !space(b)).is_some_and(letter) {
            return false;
        }
        let prefix = self.with_beginning(line, |letters| (!format.is_dated(letters)).then(|| stream_prefix(letters)));
        let Some(prefix) = prefix.map(|letters| letters * self.width()) else { return false };
        let behind = &self.bytes[line.start + prefix..line.end];
        let beginning = behind.iter().position(|b| *b > b' ').map(|skip| line.start + prefix + skip);
        let Some(start) = beginning.filter(|start| letter(&self.bytes[*start])) else { return false };
        // In UTF-16 a unit begins at an even distance from the line's beginning.
        let start = start - (start - line.start) % self.width();
        let behind = start..line.end.min(start + reach);
        sieve.seam(&self.text(before), &self.text(behind))
    }
}

/// How many letters at a line's beginning are the name of an output stream of PowerShell, such as `verbose:`, in any language: the rest
/// of a word that the console cut stands behind it.
fn stream_prefix(letters: &[u8]) -> usize {
    let name = letters.iter().take_while(|b| b.is_ascii_lowercase() || **b >= 0x80).count();
    let blank = usize::from(letters.get(name) == Some(&b' '));
    if name > 3 && letters.get(name + blank) == Some(&b':') { name + blank + 1 } else { 0 }
}

/// A record whose end is not known yet.
struct Open {
    start: usize,
    end: usize,
    number: u64,
    wanted: bool,
}

impl Sifted {
    fn close(&mut self, open: &mut Option<Open>) {
        if let Some(open) = open.take() {
            self.records += 1;
            if open.wanted {
                self.candidates.push((open.start..open.end, open.number));
            }
        }
    }
}

/// The places that the sieve lets through, line by line.
struct Hits<'h> {
    block: &'h Block<'h>,
    sieve: &'h Sieve,
    next: Option<usize>,
    from: usize,
}

impl Hits<'_> {
    /// Whether there is one in this line. Lines come in order.
    fn any(&mut self, line: &Range<usize>) -> bool {
        if self.next.is_none_or(|next| next < line.start) && self.from != usize::MAX {
            let units = match self.block.charset {
                Charset::Bytes => Units::Bytes,
                Charset::Utf16Le => Units::Utf16Le,
                Charset::Utf16Be => Units::Utf16Be,
            };
            self.next = self.sieve.next(self.block.bytes, units, self.from.max(line.start));
            self.from = match self.next {
                Some(next) => next,
                None => usize::MAX,
            };
        }
        self.next.is_some_and(|next| line.contains(&next))
    }
}
