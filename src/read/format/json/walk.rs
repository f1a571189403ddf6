//! A JSON document cut into its records, with memory bounded by the largest of them.
//!
//! Exports wrap their records: `{"value":[..]}`, `{"hits":{"hits":[..]}}`. Only the ways to such an array are walked; whatever
//! stands elsewhere belongs to the document itself, which is a record where it has no such array. Nothing here is an error but the
//! end of the text: whether a record is JSON is asked of the record alone.

use super::source::{Raw, Source};
use std::io::{self, BufRead};

/// No record is longer.
pub(super) const LONGEST: usize = 16 << 20;

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

/// Walks through a text.
pub(super) struct Walker {
    source: Source,
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
            source: Source::new(source),
            frames: Vec::new(),
            own: Vec::new(),
            own_too_long: false,
            records: false,
            ready: Vec::new(),
        }
    }

    /// Where reading has come to.
    pub fn offset(&self) -> u64 {
        self.source.offset
    }

    /// The next piece and where it begins; nothing at the end.
    pub fn next(&mut self) -> io::Result<Option<(u64, Piece)>> {
        loop {
            if let Some(piece) = self.ready.pop() {
                return Ok(Some((self.source.offset, piece)));
            }
            let Some(byte) = self.source.solid()? else {
                if self.frames.is_empty() {
                    return Ok(None);
                }
                self.frames.clear();
                self.close_document();
                self.ready.push(Piece::Cut);
                continue;
            };
            let offset = self.source.offset;
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
                let line = self.source.line()?;
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
                self.source.skip(1);
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
        let raw = self.source.value()?;
        self.records |= records;
        Ok(self.piece(raw, if path == "tables.rows" { Piece::Row } else { Piece::Record }))
    }

    /// In an object.
    fn member(&mut self, byte: u8) -> io::Result<Option<Piece>> {
        if byte != b'"' {
            match byte {
                b'}' => {
                    self.source.skip(1);
                    self.leave();
                }
                b']' | b':' => self.source.skip(1),
                // No name: whatever it is, it is skipped as a value.
                _ => drop(self.source.value()?),
            }
            return Ok(None);
        }
        let name = self.source.value()?;
        let mut next = self.source.solid()?;
        if next == Some(b':') {
            self.source.skip(1);
            next = self.source.solid()?;
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
                let raw = self.source.value()?;
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
        self.source.skip(1);
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
