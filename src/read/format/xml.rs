//! The elements of a large XML text that are records, one by one.
//!
//! An export is often one line of many megabytes, and not always a document: `wevtutil` writes events without a root, a copy may be
//! cut or damaged. So the elements of interest are cut out first, by their tags alone; only then is each read as XML. A damaged
//! one costs itself, not those behind it, and no more than one is in memory.

use super::Fault;
use memchr::{memchr, memchr3, memmem};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::io::{self, BufRead};

/// The largest element that is read whole, in bytes.
const MOST: u64 = 16 << 20;

/// How much is read at once, in bytes.
const BLOCK: usize = 64 << 10;

/// How far a name is looked at; none of interest is longer.
const NAME: u64 = 96;

/// What the root elements of all events say.
const EVENT_SCHEMA: &[u8] = b"2004/08/events/event";

/// Cuts elements out of a text.
pub(super) struct Elements {
    inner: Box<dyn BufRead + Send>,
    /// Whether an element is one of interest, by its name without prefix.
    wanted: fn(&[u8]) -> bool,
    buffer: Vec<u8>,
    /// Where in the text the buffer begins. All places are counted in the whole text: they stay true when the buffer moves.
    base: u64,
    at: u64,
    pending: Option<Fault>,
}

/// One element of interest.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// Where it begins in the text.
    pub offset: u64,
    /// The element with its tags.
    pub text: &'a str,
    /// Whether that is all of it.
    pub whole: bool,
}

/// An element whose end was not seen yet.
struct Open {
    begin: u64,
    /// Where its first tag ends.
    tag: u64,
    /// Elements of interest that are open, this one included.
    depth: u64,
}

/// Why there is no more to look at.
enum Stop {
    End,
    /// The text ends in the middle of the tag that begins here.
    Cut(u64),
    TooLong,
    Fault(Fault),
}

/// An element from here to there, and whether that is all of it.
type Span = (u64, u64, bool);

impl Elements {
    /// The elements of a text whose names are `wanted`, the outer ones where they are nested.
    pub fn new(inner: Box<dyn BufRead + Send>, wanted: fn(&[u8]) -> bool) -> Self {
        Self { inner, wanted, buffer: Vec::new(), base: 0, at: 0, pending: None }
    }

    /// The next element; nothing at the end.
    pub fn next(&mut self) -> Result<Option<Element<'_>>, Fault> {
        if let Some(fault) = self.pending.take() {
            return Err(fault);
        }
        let mut open = None;
        let found = loop {
            match self.step(&mut open) {
                Ok(None) => {}
                Ok(Some(span)) => break Ok(Some(span)),
                Err(stop) => break self.stopped(stop, open.as_ref()),
            }
        };
        let Some((begin, end, whole)) = found? else { return Ok(None) };
        self.at = end;
        let bytes = self.slice(begin, end);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // A letter that the cut divided.
            Err(error) if !whole => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
            Err(error) => return Err(Fault::at(begin + error.valid_up_to() as u64, "this is not UTF-8")),
        };
        Ok(Some(Element { offset: begin, text, whole }))
    }

    /// The end of the text, of patience, or of the source.
    fn stopped(&mut self, stop: Stop, open: Option<&Open>) -> Result<Option<Span>, Fault> {
        let filled = self.filled();
        let begin = match (stop, open) {
            (Stop::Fault(fault), _) => return Err(fault),
            (Stop::End, None) => return Ok(None),
            (Stop::Cut(begin), None) => begin,
            (Stop::TooLong, None) => {
                let at = std::mem::replace(&mut self.at, filled);
                return Err(Fault::at(at, "a tag or comment that is longer than 16 MiB; the part was left out"));
            }
            (Stop::TooLong, Some(open)) => {
                let message = "an element that is longer than 16 MiB; the rest was left out";
                self.pending = Some(Fault::at(open.begin, message));
                return Ok(Some((open.begin, filled, false)));
            }
            (Stop::End | Stop::Cut(_), Some(open)) => open.begin,
        };
        // What is there of it may be all that somebody saved.
        self.pending = Some(Fault::at(begin, "the text ends before this element does"));
        Ok(Some((begin, filled, false)))
    }

    /// Looks at the next tag.
    fn step(&mut self, open: &mut Option<Open>) -> Result<Option<Span>, Stop> {
        let keep = open.as_ref().map(|open| open.begin);
        let mark = self.search(self.at, keep, 1, |rest| memchr(b'<', rest))?;
        self.at = mark;
        let keep = keep.unwrap_or(mark);
        let wanted = self.wanted;
        let head = self.ahead(mark, keep)?;
        let closing = match head {
            [b'<', b'!', b'-', b'-', ..] => return self.skip(mark + 4, keep, b"-->"),
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => return self.skip(mark + 9, keep, b"]]>"),
            [b'<', b'!' | b'?', ..] => return self.skip(mark + 2, keep, b">"),
            [b'<', b'/', ..] => true,
            _ => false,
        };
        let wanted = wanted(local_name(&head[1 + usize::from(closing)..]));
        self.at = mark + 1;
        if !wanted {
            return Ok(None);
        }
        let end =
            self.tag_end(mark, keep).map_err(|stop| if matches!(stop, Stop::End) { Stop::Cut(mark) } else { stop })?;
        let Some(end) = end else { return Ok(None) };
        self.at = end;
        Ok(if closing { closed(open, end) } else { self.opened(open, mark, end) })
    }

    /// A tag that opens an element of interest.
    fn opened(&mut self, open: &mut Option<Open>, begin: u64, end: u64) -> Option<Span> {
        let tag = self.slice(begin, end);
        let empty = tag.ends_with(b"/>");
        match open {
            // Another record begins: the end of the one before was lost. Inside of a record stand elements of the same name too,
            // but none with the very same tag.
            Some(outer) if tag == self.slice(outer.begin, outer.tag) || memmem::find(tag, EVENT_SCHEMA).is_some() => {
                let lost = outer.begin;
                self.pending = Some(Fault::at(lost, "this element has no end; it was read up to the next one"));
                Some((lost, begin, false))
            }
            Some(outer) => {
                outer.depth += u64::from(!empty);
                None
            }
            None if empty => Some((begin, end, true)),
            None => {
                *open = Some(Open { begin, tag: end, depth: 1 });
                None
            }
        }
    }

    /// Where a tag ends, behind its `>`; nothing where it is broken off by another one.
    fn tag_end(&mut self, mark: u64, keep: u64) -> Result<Option<u64>, Stop> {
        let mut from = mark + 1;
        loop {
            let found = self.search(from, Some(keep), 1, |rest| {
                let bracket = memchr3(b'>', b'"', b'\'', rest);
                let broken = memchr(b'<', &rest[..bracket.unwrap_or(rest.len())]);
                broken.or(bracket)
            })?;
            let quote = match self.slice(found, found + 1) {
                [b'>'] => return Ok(Some(found + 1)),
                [quote @ (b'"' | b'\'')] => *quote,
                _ => {
                    self.at = found;
                    return Ok(None);
                }
            };
            let closed = self.search(found + 1, Some(keep), 1, |rest| memchr::memchr2(quote, b'<', rest))?;
            if self.slice(closed, closed + 1) == b"<" {
                self.at = closed;
                return Ok(None);
            }
            from = closed + 1;
        }
    }

    /// Goes behind what ends with `end`.
    fn skip(&mut self, from: u64, keep: u64, end: &[u8]) -> Result<Option<Span>, Stop> {
        let found = self.search(from, Some(keep), end.len(), |rest| memmem::find(rest, end))?;
        self.at = found + end.len() as u64;
        Ok(None)
    }

    /// Where something stands that is `width` bytes wide. What stands before `keep` is forgotten, or all that was searched.
    fn search(
        &mut self,
        mut from: u64,
        keep: Option<u64>,
        width: usize,
        find: impl Fn(&[u8]) -> Option<usize>,
    ) -> Result<u64, Stop> {
        loop {
            if let Some(found) = find(self.slice(from, self.filled())) {
                return Ok(from + found as u64);
            }
            from = from.max((self.filled() + 1).saturating_sub(width as u64));
            self.more(keep.unwrap_or(from))?;
        }
    }

    /// A tag's beginning, long enough for its name.
    fn ahead(&mut self, mark: u64, keep: u64) -> Result<&[u8], Stop> {
        while self.filled() - mark < NAME {
            match self.more(keep) {
                Ok(()) => {}
                Err(Stop::End) if memchr(b'>', self.slice(mark, self.filled())).is_none() => {
                    return Err(Stop::Cut(mark));
                }
                Err(Stop::End) => break,
                Err(stop) => return Err(stop),
            }
        }
        Ok(self.slice(mark, self.filled().min(mark + NAME)))
    }

    /// Reads on.
    fn more(&mut self, keep: u64) -> Result<(), Stop> {
        if self.filled() - keep > MOST {
            return Err(Stop::TooLong);
        }
        self.buffer.drain(..(keep - self.base) as usize);
        self.base = keep;
        let block = loop {
            match self.inner.fill_buf() {
                Ok(block) => break block,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Fault(Fault::fatal(self.filled(), error.to_string()))),
            }
        };
        // A source that has everything in memory offers all of it.
        let block = &block[..block.len().min(BLOCK)];
        if block.is_empty() {
            return Err(Stop::End);
        }
        self.buffer.extend_from_slice(block);
        let read = block.len();
        self.inner.consume(read);
        Ok(())
    }

    fn filled(&self) -> u64 {
        self.base + self.buffer.len() as u64
    }

    fn slice(&self, begin: u64, end: u64) -> &[u8] {
        &self.buffer[(begin - self.base) as usize..(end - self.base) as usize]
    }
}

/// A tag that closes an element of interest.
fn closed(open: &mut Option<Open>, end: u64) -> Option<Span> {
    let outer = open.as_mut()?;
    outer.depth -= 1;
    if outer.depth > 0 {
        return None;
    }
    let begin = outer.begin;
    *open = None;
    Some((begin, end, true))
}

/// The name at the beginning of a tag, without its prefix.
fn local_name(tag: &[u8]) -> &[u8] {
    let len = tag.iter().take_while(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'<')).count();
    let name = &tag[..len];
    memchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

/// What stands in an element, piece by piece.
pub(in crate::read) enum Piece<'a> {
    /// An element begins.
    Start(BytesStart<'a>),
    /// The element ends that began last.
    End,
    /// A part of its text.
    Text(Cow<'a, str>),
}

/// Reads one element.
pub(in crate::read) struct Pieces<'a> {
    reader: Reader<&'a [u8]>,
    whole: bool,
    /// The end of an element that is only one tag.
    end: bool,
}

impl<'a> Pieces<'a> {
    /// The pieces of an element. One that is not `whole` may end anywhere.
    pub fn new(text: &'a str, whole: bool) -> Self {
        let mut reader = Reader::from_str(text);
        // People copy XML through tools that undo the escapes.
        reader.config_mut().allow_dangling_amp = true;
        Self { reader, whole, end: false }
    }

    /// How far the element was read, in bytes.
    pub fn position(&self) -> usize {
        self.reader.buffer_position() as usize
    }

    /// The next piece; nothing at the end. A fault's place is counted from the beginning of the element.
    pub fn next(&mut self) -> Result<Option<Piece<'a>>, Fault> {
        if std::mem::take(&mut self.end) {
            return Ok(Some(Piece::End));
        }
        loop {
            return Ok(Some(match self.reader.read_event() {
                Ok(Event::Start(tag)) => Piece::Start(tag),
                Ok(Event::Empty(tag)) => {
                    self.end = true;
                    Piece::Start(tag)
                }
                Ok(Event::End(_)) => Piece::End,
                Ok(Event::Text(text)) => Piece::Text(text.into_inner()),
                Ok(Event::CData(text)) => Piece::Text(text.into_inner()),
                Ok(Event::GeneralRef(reference)) => Piece::Text(resolved(&reference)),
                Ok(Event::Eof) => return Ok(None),
                Ok(_) => continue,
                Err(_) if !self.whole => return Ok(None),
                Err(error) => {
                    let message = format!("this is no valid XML: {error}; the element was left out");
                    return Err(Fault::at(self.reader.error_position(), message));
                }
            }));
        }
    }
}

/// What a reference stands for; itself where nobody knows.
fn resolved(reference: &BytesRef<'_>) -> Cow<'static, str> {
    Cow::Borrowed(match &**reference {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        "#13" | "#xD" | "#xd" => "\r",
        "#10" | "#xA" | "#xa" => "\n",
        name => {
            return Cow::Owned(match reference.resolve_char_ref() {
                Ok(Some(letter)) => letter.to_string(),
                _ => format!("&{name};"),
            });
        }
    })
}

/// The value of an attribute, by its name without prefix.
pub(in crate::read) fn attribute<'a>(tag: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let attribute = tag.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(match quick_xml::escape::unescape(&attribute.value) {
        Ok(value) => Cow::Owned(value.into_owned()),
        Err(_) => Cow::Owned(attribute.value.into_owned()),
    })
}

/// The first element of a text, perhaps cut.
pub(in crate::read) struct Root<'a> {
    /// Its name, without prefix.
    pub name: &'a str,
    /// Its tag.
    pub tag: &'a str,
    /// What follows the tag.
    pub behind: &'a str,
}

/// The first element of a text: behind the declaration, comments and instructions. Nothing where the text is no XML.
pub(in crate::read) fn root(head: &str) -> Option<Root<'_>> {
    let mut rest = head.trim_start();
    loop {
        let end = match rest.get(..4)? {
            "<!--" => "-->",
            start if start.starts_with("<?") || start.starts_with("<!") => ">",
            start if start.starts_with('<') => break,
            _ => return None,
        };
        rest = rest[rest.find(end)? + end.len()..].trim_start();
    }
    let name = local_name(&rest.as_bytes()[1..]);
    let name = std::str::from_utf8(name).ok().filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    let (tag, behind) = rest.split_at(rest.find('>').map_or(rest.len(), |end| end + 1));
    Some(Root { name, tag, behind })
}
