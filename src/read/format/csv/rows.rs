//! A text cut into rows of fields, with memory bounded by one row.
//!
//! The crate csv reads a row to its end, however far that is. Here a quotation mark that nobody closed must neither swallow the
//! rest of the file nor fill the memory: such a row is told from its neighbours, given as broken, and reading goes on at the next
//! line that looks like a row. For whole rows the two agree, which a test holds.

use memchr::{memchr, memchr2};
use std::borrow::Cow;
use std::io::{self, BufRead};
use std::ops::Range;

/// No event is longer: a row that grows beyond it has lost a quotation mark.
const LONGEST_ROW: usize = 16 << 20;

/// No table has more columns; what is behind them counts to the last one.
const MOST_FIELDS: usize = 1024;

/// How much of a broken row is kept.
const KEPT_OF_BROKEN: usize = 64 << 10;

/// A field of a row, as it stands between its marks.
#[derive(Debug, Clone)]
struct Field {
    range: Range<usize>,
    /// Whether marks are doubled in it.
    doubled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// At the beginning of a field.
    #[default]
    Start,
    /// In a field without marks.
    Plain,
    /// Between marks.
    Quoted,
    /// Behind a mark that closes the field, unless it is doubled.
    Mark,
}

/// Whether a row has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It has; it takes that many bytes.
    Whole(usize),
    /// Its marks are wrong.
    Broken(Broken),
    /// More must be read.
    More,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// Something stands behind the mark that closes a field.
    Behind,
    /// The text ends between marks.
    Open,
    /// No end within the longest row.
    Long,
}

/// How far one row was scanned. Positions are counted from its beginning, so that the text may move.
#[derive(Debug, Default)]
struct Scan {
    at: usize,
    begin: usize,
    doubled: bool,
    state: State,
    fields: Vec<Field>,
}

impl Scan {
    fn clear(&mut self) {
        self.fields.clear();
        (self.at, self.begin, self.doubled, self.state) = (0, 0, false, State::Start);
    }

    fn field(&mut self, end: usize) {
        let full = self.fields.len() == MOST_FIELDS;
        match self.fields.last_mut().filter(|_| full) {
            Some(last) => last.range.end = end,
            None => self.fields.push(Field { range: self.begin..end, doubled: self.doubled }),
        }
        self.doubled = false;
        self.state = State::Start;
    }

    /// Goes on through a row that begins `text`.
    fn step(&mut self, text: &[u8], delimiter: u8, last: bool) -> Step {
        loop {
            let rest = text.get(self.at..).unwrap_or_default();
            match (self.state, rest.first()) {
                (State::Start, Some(b'"')) => {
                    self.at += 1;
                    (self.begin, self.state) = (self.at, State::Quoted);
                }
                (State::Start, Some(_)) => (self.begin, self.state) = (self.at, State::Plain),
                (State::Plain, Some(_)) => match memchr2(delimiter, b'\n', rest) {
                    Some(found) => {
                        let end = self.at + found;
                        self.at = end + 1;
                        if rest[found] == delimiter {
                            self.field(end);
                        } else {
                            self.field(without_cr(text, self.begin, end));
                            return Step::Whole(self.at);
                        }
                    }
                    None => self.at = text.len(),
                },
                (State::Quoted, Some(_)) => match memchr(b'"', rest) {
                    Some(found) => {
                        self.at += found + 1;
                        self.state = State::Mark;
                    }
                    None => self.at = text.len(),
                },
                (State::Mark, Some(b'"')) => {
                    self.at += 1;
                    (self.doubled, self.state) = (true, State::Quoted);
                }
                (State::Mark, Some(&byte)) if byte == delimiter => {
                    self.field(self.at - 1);
                    self.at += 1;
                }
                (State::Mark, Some(b'\n')) => {
                    self.field(self.at - 1);
                    return Step::Whole(self.at + 1);
                }
                (State::Mark, Some(b'\r')) => match rest.get(1) {
                    None if !last => return Step::More,
                    None | Some(b'\n') => {
                        self.field(self.at - 1);
                        return Step::Whole(self.at + rest.len().min(2));
                    }
                    Some(_) => return Step::Broken(Broken::Behind),
                },
                (State::Mark, Some(_)) => return Step::Broken(Broken::Behind),
                (_, None) if !last => return Step::More,
                (State::Quoted, None) => return Step::Broken(Broken::Open),
                (state, None) => {
                    if self.at > 0 {
                        match state {
                            State::Plain => self.field(without_cr(text, self.begin, self.at)),
                            State::Mark => self.field(self.at - 1),
                            _ => {
                                self.begin = self.at;
                                self.field(self.at);
                            }
                        }
                    }
                    return Step::Whole(self.at);
                }
            }
        }
    }

    /// A field's value.
    fn value<'t>(&self, text: &'t [u8], number: usize) -> Option<Cow<'t, str>> {
        let field = self.fields.get(number)?;
        let value = String::from_utf8_lossy(text.get(field.range.clone())?);
        Some(if field.doubled { Cow::Owned(value.replace("\"\"", "\"")) } else { value })
    }
}

fn without_cr(text: &[u8], begin: usize, end: usize) -> usize {
    if end > begin && text.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
}

/// The rows at the beginning of a text; the last one may be cut.
pub(super) fn sample(text: &str, delimiter: u8, most: usize) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut rest = text.as_bytes();
    let mut scan = Scan::default();
    while rows.len() < most && !rest.is_empty() {
        scan.clear();
        let Step::Whole(len) = scan.step(rest, delimiter, true) else { break };
        let values = (0..scan.fields.len()).filter_map(|number| scan.value(rest, number));
        rows.push(values.map(Cow::into_owned).collect());
        rest = &rest[len..];
    }
    rows
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// A row; its fields can be asked for until the next one is read.
    Whole,
    /// A row whose marks are wrong, and the offset where it begins. [`Rows::broken`] takes it.
    Broken(Broken, u64),
}

/// The rows of a text, read as they are needed.
pub(super) struct Rows {
    source: Box<dyn BufRead + Send>,
    text: Vec<u8>,
    /// Where the next row begins in `text`.
    next: usize,
    /// Where the last row begins.
    row: usize,
    /// Where `text` begins in the source.
    base: u64,
    last: bool,
    scan: Scan,
    /// What stands between fields.
    pub delimiter: u8,
}

impl Rows {
    pub fn new(source: Box<dyn BufRead + Send>) -> Self {
        Self { source, text: Vec::new(), next: 0, row: 0, base: 0, last: false, scan: Scan::default(), delimiter: b',' }
    }

    /// The text's beginning, at least `len` bytes of it where there are so many.
    pub fn head(&mut self, len: usize) -> io::Result<&[u8]> {
        while self.text.len() < len && !self.last {
            self.more()?;
        }
        Ok(&self.text)
    }

    /// Where reading has come to.
    pub fn offset(&self) -> u64 {
        self.base + self.next as u64
    }

    /// Reads on; what is before the row that is being read is forgotten.
    fn more(&mut self) -> io::Result<()> {
        self.text.drain(..self.next);
        self.base += self.next as u64;
        (self.next, self.row) = (0, 0);
        let block = loop {
            match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break self.source.fill_buf()?,
            }
        };
        let len = block.len();
        self.text.extend_from_slice(block);
        self.source.consume(len);
        self.last = len == 0;
        Ok(())
    }

    /// The next row; nothing at the end.
    pub fn next(&mut self) -> io::Result<Option<Row>> {
        self.scan.clear();
        loop {
            match self.scan.step(&self.text[self.next..], self.delimiter, self.last) {
                Step::Whole(0) => return Ok(None),
                Step::Whole(len) if len > LONGEST_ROW => {
                    return Ok(Some(Row::Broken(Broken::Long, self.offset())));
                }
                Step::Whole(len) => {
                    self.row = self.next;
                    self.next += len;
                    return Ok(Some(Row::Whole));
                }
                Step::Broken(broken) => return Ok(Some(Row::Broken(broken, self.offset()))),
                Step::More if self.scan.at > LONGEST_ROW => {
                    return Ok(Some(Row::Broken(Broken::Long, self.offset())));
                }
                Step::More => self.more()?,
            }
        }
    }

    /// How many fields the row has.
    pub fn len(&self) -> usize {
        self.scan.fields.len()
    }

    /// A field of the row.
    pub fn value(&self, number: usize) -> Option<Cow<'_, str>> {
        self.scan.value(self.text.get(self.row..)?, number)
    }

    /// Takes a broken row: its first line and those behind it that `begins` does not know as the beginning of a row. It is asked
    /// with the line before and the line.
    pub fn broken(&mut self, begins: impl Fn(&str, &str) -> bool) -> io::Result<String> {
        let mut text = String::new();
        let mut before = String::new();
        loop {
            let Some(line) = self.line()? else { return Ok(text) };
            if !text.is_empty() && (begins(&before, &line) || text.len() + line.len() > KEPT_OF_BROKEN) {
                return Ok(text);
            }
            self.skip_line()?;
            text.push_str(&line);
            before = line;
        }
    }

    /// The next line with its end, or as much of it as is kept.
    fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            let rest = &self.text[self.next..];
            let end = memchr(b'\n', &rest[..rest.len().min(KEPT_OF_BROKEN)]).map(|end| end + 1);
            if end.is_none() && rest.len() < KEPT_OF_BROKEN && !self.last {
                self.more()?;
                continue;
            }
            let line = &rest[..end.unwrap_or(rest.len().min(KEPT_OF_BROKEN))];
            return Ok((!line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned()));
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            match memchr(b'\n', &self.text[self.next..]) {
                Some(end) => {
                    self.next += end + 1;
                    return Ok(());
                }
                None => {
                    self.next = self.text.len();
                    if self.last {
                        return Ok(());
                    }
                    self.more()?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut rows = Rows::new(Box::new(Cursor::new(text.as_bytes().to_vec())));
        let mut all = Vec::new();
        while let Some(row) = rows.next().expect("memory") {
            assert_eq!(row, Row::Whole, "{text}");
            all.push((0..rows.len()).filter_map(|n| rows.value(n)).map(Cow::into_owned).collect());
        }
        all
    }

    #[test]
    fn whole_rows_are_those_of_the_crate_csv() {
        let texts = [
            "a,b\n1,2\n",
            "a,b\r\n\"1\r\n2\",\"\"\"x\"\"\"\r\n",
            "\"\",\n,\"\"",
            "a,\"b\"\r",
            "a b \"c\",d\n\"e\"",
            "x,",
            "\u{fc},\u{1f600}\n",
        ];
        for text in texts {
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> =
                reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
            assert_eq!(rows(text), theirs, "{text:?}");
        }
    }

    #[test]
    fn no_row_has_more_fields_than_any_table() {
        let rows = rows(&",".repeat(5_000));
        assert_eq!(rows[0].len(), MOST_FIELDS);
        assert_eq!(rows[0][MOST_FIELDS - 1].len(), 5_000 + 1 - MOST_FIELDS);
    }

    #[test]
    fn a_sample_ends_where_a_mark_was_cut_off() {
        assert_eq!(sample("a,b\n1,2\n3,\"4", b',', 9).len(), 2);
        assert_eq!(sample("a,b\n1,2\n3,4\n", b',', 1), [["a", "b"]]);
        assert!(sample("", b',', 9).is_empty());
    }

    #[test]
    fn a_mark_that_nobody_closed_breaks_one_row() {
        let text = "a,\"b\nc\n1,\"x\"\n1,y\n";
        let mut rows = Rows::new(Box::new(Cursor::new(text.as_bytes().to_vec())));
        assert_eq!(rows.next().expect("memory"), Some(Row::Broken(Broken::Behind, 0)));
        assert_eq!(rows.broken(|_, line| line.starts_with('1')).expect("memory"), "a,\"b\nc\n");
        assert_eq!(rows.next().expect("memory"), Some(Row::Whole));
        assert_eq!(rows.value(1).as_deref(), Some("x"));
        assert_eq!(rows.offset(), 13);
    }

    #[test]
    fn no_row_takes_more_memory_than_the_longest() {
        let text = format!("\"{}\n1,2\n", "x\n".repeat(LONGEST_ROW));
        let mut rows = Rows::new(Box::new(Cursor::new(text.into_bytes())));
        assert_eq!(rows.next().expect("memory"), Some(Row::Broken(Broken::Long, 0)));
        assert!(rows.text.capacity() < 3 * LONGEST_ROW);
        let kept = rows.broken(|_, _| false).expect("memory");
        assert!(kept.len() <= KEPT_OF_BROKEN);
        let one_line = "x".repeat(LONGEST_ROW * 2) + "\n1,2";
        let mut rows = Rows::new(Box::new(Cursor::new(one_line.into_bytes())));
        assert_eq!(rows.next().expect("memory"), Some(Row::Broken(Broken::Long, 0)));
        assert_eq!(rows.broken(|_, line| line.starts_with('1')).expect("memory").len(), KEPT_OF_BROKEN);
        assert_eq!(rows.next().expect("memory"), Some(Row::Whole));
    }
}
