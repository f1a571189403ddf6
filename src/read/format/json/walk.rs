//! A JSON document cut into its records, with memory bounded by the largest of them.
//!
//! Exports wrap their records: `{"value":[..]}`, `{"hits":{"hits":[..]}}`. Only the ways to such an array are walked; whatever
//! stands elsewhere belongs to the document itself, which is a record where it has no such array. Nothing here is an error but the
//! end of the text: whether a record is JSON is asked of the record alone.

use memchr::{memchr, memchr2};
use std::io::{self, BufRead};

/// No record is longer.
const LONGEST: usize = 16 << 20;

/// Walked objects and arrays in each other; no wrapper has more.
const DEEPEST: usize = 8;

/// The arrays whose elements are records.
pub(super) const RECORDS: [&str; 9] = [
    "value",
    "Body.Responses",
    "Body.ResponseMessages.Items",
    "body.value",
    "log.entries",
    "hits.hits",
    "tables.rows",
    "responses",
    "records",
];

/// The names of a table's columns, which stand before its rows.
const COLUMNS: &str = "tables.columns";

/// Whether an array of records stands below.
fn leads_to_records(path: &str) -> bool {
    RECORDS.iter().any(|records| records.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// What was found in a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A record.
    Record(Vec<u8>),
    /// A row of a table, and its columns.
    Row(Vec<u8>),
    /// The columns of the rows that follow.
    Columns(Vec<u8>),
    /// What is no JSON.
    Stray(Vec<u8>),
    /// A record that is too long; it was left out.
    TooLong,
    /// The text ends inside a record or a document.
    Cut,
}

#[derive(Debug)]
struct Frame {
    path: String,
    array: bool,
    /// Whether its elements are records.
    records: bool,
}

/// A value as it stands in the text.
#[derive(Debug, Default)]
struct Raw {
    text: Vec<u8>,
    /// Whether it has its end.
    whole: bool,
    too_long: bool,
}

/// Walks through a text.
pub(super) struct Walker {
    source: Box<dyn BufRead + Send>,
    offset: u64,
    frames: Vec<Frame>,
    /// The document's own members.
    own: Vec<u8>,
    own_too_long: bool,
    /// Whether the document had records.
    records: bool,
    /// What comes next without reading.
    ready: Vec<Piece>,
}

impl Walker {
    pub fn new(source: Box<dyn BufRead + Send>) -> Self {
        Self {
            source,
            offset: 0,
            frames: Vec::new(),
            own: Vec::new(),
            own_too_long: false,
            records: false,
            ready: Vec::new(),
        }
    }

    /// Where reading has come to.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next piece and where it begins; nothing at the end.
    pub fn next(&mut self) -> io::Result<Option<(u64, Piece)>> {
        loop {
            if let Some(piece) = self.ready.pop() {
                return Ok(Some((self.offset, piece)));
            }
            let Some(byte) = self.solid()? else {
                if self.frames.is_empty() {
                    return Ok(None);
                }
                self.frames.clear();
                self.close_document();
                self.ready.push(Piece::Cut);
                continue;
            };
            let offset = self.offset;
            let piece = match self.frames.last() {
                None => self.outside(byte)?,
                Some(frame) if frame.array => self.element(byte)?,
                Some(_) => self.member(byte)?,
            };
            if let Some(piece) = piece {
                return Ok(Some((offset, piece)));
            }
        }
    }

    /// Between documents.
    fn outside(&mut self, byte: u8) -> io::Result<Option<Piece>> {
        match byte {
            b'{' => self.enter(String::new(), false, false),
            b'[' => self.enter(String::new(), true, true),
            _ => {
                let line = self.line()?;
                // evtx_dump counts its records.
                let text = line.trim_ascii();
                let counts = text.strip_prefix(b"Record ").is_some_and(|number| number.iter().all(u8::is_ascii_digit));
                return Ok((!counts).then_some(Piece::Stray(line)));
            }
        }
        Ok(None)
    }

    /// In an array.
    fn element(&mut self, byte: u8) -> io::Result<Option<Piece>> {
        let Some(frame) = self.frames.last() else { return Ok(None) };
        let (path, records) = (frame.path.clone(), frame.records);
        match byte {
            b']' | b'}' | b':' => {
                self.skip(1);
                if byte == b']' {
                    self.leave();
                }
                return Ok(None);
            }
            b'{' | b'[' if !records && self.frames.len() < DEEPEST => {
                self.enter(path, byte == b'[', false);
                return Ok(None);
            }
            _ => {}
        }
        let raw = self.value()?;
        self.records |= records;
        Ok(self.piece(raw, if path == "tables.rows" { Piece::Row } else { Piece::Record }))
    }

    /// In an object.
    fn member(&mut self, byte: u8) -> io::Result<Option<Piece>> {
        if byte != b'"' {
            match byte {
                b'}' => {
                    self.skip(1);
                    self.leave();
                }
                b']' | b':' => self.skip(1),
                // No name: whatever it is, it is skipped as a value.
                _ => drop(self.value()?),
            }
            return Ok(None);
        }
        let name = self.value()?;
        let mut next = self.solid()?;
        if next == Some(b':') {
            self.skip(1);
            next = self.solid()?;
        }
        let name: String = serde_json::from_slice(&name.text).unwrap_or_default();
        let path = match self.frames.last() {
            Some(frame) if !frame.path.is_empty() => format!("{}.{name}", frame.path),
            _ => name,
        };
        let records = RECORDS.contains(&path.as_str());
        match next {
            Some(b'[') if records && self.frames.len() < DEEPEST => self.enter(path, true, true),
            Some(byte @ (b'[' | b'{')) if leads_to_records(&path) && self.frames.len() < DEEPEST => {
                self.enter(path, byte == b'[', false);
            }
            Some(b']' | b'}') | None => {}
            Some(_) => {
                let raw = self.value()?;
                if path == COLUMNS {
                    return Ok(self.piece(raw, Piece::Columns));
                }
                self.own_member(&path, raw);
            }
        }
        Ok(None)
    }

    fn own_member(&mut self, path: &str, raw: Raw) {
        if raw.too_long || self.own.len() + raw.text.len() + path.len() > LONGEST {
            self.own_too_long = true;
        } else if !raw.whole {
            self.ready.push(Piece::Stray(raw.text));
        } else {
            self.own.push(if self.own.is_empty() { b'{' } else { b',' });
            // A text always serializes.
            self.own.extend(serde_json::to_vec(path).unwrap_or_default());
            self.own.push(b':');
            self.own.extend(raw.text);
        }
    }

    fn enter(&mut self, path: String, array: bool, records: bool) {
        self.skip(1);
        self.frames.push(Frame { path, array, records });
    }

    fn leave(&mut self) {
        self.frames.pop();
        if self.frames.is_empty() {
            self.close_document();
        }
    }

    /// The document's own members are a record where it wraps no others.
    fn close_document(&mut self) {
        let mut own = std::mem::take(&mut self.own);
        if !self.records && !own.is_empty() {
            own.push(b'}');
            self.ready.push(Piece::Record(own));
        }
        if std::mem::take(&mut self.own_too_long) {
            self.ready.push(Piece::TooLong);
        }
        self.records = false;
    }

    fn piece(&mut self, raw: Raw, whole: fn(Vec<u8>) -> Piece) -> Option<Piece> {
        if raw.too_long {
            Some(Piece::TooLong)
        } else if raw.whole {
            Some(whole(raw.text))
        } else {
            self.ready.push(Piece::Stray(raw.text));
            None
        }
    }

    /// The next byte that is neither white space nor a comma.
    fn solid(&mut self) -> io::Result<Option<u8>> {
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
    fn value(&mut self) -> io::Result<Raw> {
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
    fn line(&mut self) -> io::Result<Vec<u8>> {
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
            match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        self.source.fill_buf()
    }

    fn skip(&mut self, len: usize) {
        self.source.consume(len);
        self.offset += len as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    /// Read in blocks of one byte, so that every place is the end of a block once.
    fn pieces(text: &str) -> Vec<String> {
        let read = |capacity: usize| {
            let source = BufReader::with_capacity(capacity, std::io::Cursor::new(text.as_bytes().to_vec()));
            let mut walker = Walker::new(Box::new(source));
            let mut pieces = Vec::new();
            while let Some((_, piece)) = walker.next().expect("memory") {
                let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
                pieces.push(match piece {
                    Piece::Record(bytes) => text(bytes),
                    Piece::Row(bytes) => format!("row {}", text(bytes)),
                    Piece::Columns(bytes) => format!("columns {}", text(bytes)),
                    Piece::Stray(bytes) => format!("stray {}", text(bytes)),
                    other => format!("{other:?}"),
                });
            }
            assert_eq!(walker.offset(), text.len() as u64);
            pieces
        };
        assert_eq!(read(1), read(1 << 16), "{text}");
        read(7)
    }

    #[test]
    fn wrapped_records_are_found() {
        assert_eq!(pieces(r#"[{"a":1}, {"b":"]\"}"} ,3]"#), [r#"{"a":1}"#, r#"{"b":"]\"}"}"#, "3"]);
        assert_eq!(pieces(r#"{"@odata":"x","value":[{"a":[1]}]}"#), [r#"{"a":[1]}"#]);
        assert_eq!(pieces(r#"{"hits":{"total":2,"hits":[{"_source":{}}]}}"#), [r#"{"_source":{}}"#]);
        assert_eq!(
            pieces(r#"{"tables":[{"name":"T","columns":[{"name":"a"}],"rows":[["1"],["2"]]}]}"#),
            [r#"columns [{"name":"a"}]"#, r#"row ["1"]"#, r#"row ["2"]"#]
        );
    }

    #[test]
    fn a_document_without_them_is_a_record() {
        assert_eq!(pieces(r#"{"Id": 1 , "log":{"level":"x"}}"#), [r#"{"Id":1,"log.level":"x"}"#]);
        assert_eq!(pieces("Record 1\n{\"a\":1}\nRecord 2\n{\"a\":2}\n"), [r#"{"a":1}"#, r#"{"a":2}"#]);
        assert_eq!(pieces(r#"{"value":"x"}"#), [r#"{"value":"x"}"#]);
        assert!(pieces("{} [] ").is_empty());
    }

    #[test]
    fn what_was_cut_off_is_said_and_the_rest_is_kept() {
        assert_eq!(pieces(r#"[{"a":1},{"b":"x"#), [r#"{"a":1}"#, r#"stray {"b":"x"#, "Cut"]);
        assert_eq!(pieces(r#"{"a":1,"b":"x"#), ["stray \"x", "Cut", r#"{"a":1}"#]);
        assert_eq!(pieces("[1,"), ["1", "Cut"]);
    }

    #[test]
    fn nonsense_ends() {
        for text in ["[}]:,]x", "{]:,}{1:2}", "{\"a\"}", "[\"", "{{{{", "]", "{\"a\":}", "[[[[[[[[[[[["] {
            pieces(text);
        }
        let deep = "{\"tables\":".to_owned() + &"[".repeat(100_000);
        let mut walker = Walker::new(Box::new(std::io::Cursor::new(deep.into_bytes())));
        while walker.next().expect("memory").is_some() {
            assert!(walker.frames.len() <= DEEPEST);
        }
    }

    #[test]
    fn a_record_that_is_too_long_is_left_out() {
        let text = format!("[\"{}\",1]", "x".repeat(LONGEST));
        let mut walker = Walker::new(Box::new(std::io::Cursor::new(text.into_bytes())));
        assert_eq!(walker.next().expect("memory"), Some((1, Piece::TooLong)));
        assert_eq!(walker.next().expect("memory").map(|(_, piece)| piece), Some(Piece::Record(b"1".to_vec())));
    }
}
