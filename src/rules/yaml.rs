//! A YAML document as a tree in which every key and value knows its place.
//!
//! Reading a file into Rust types stops at the first thing that is wrong. An author wants to see all of it, so `rules check`
//! looks at this tree. The bounds are those of the other reader ([`super::Loader`]): what is read here is read there.

use crate::rules::bounds::{LARGEST_FILE, MOST_DEPTH, MOST_NODES};
use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, Span};
use std::ops::Range;

/// A value and where it stands, in bytes of the file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its bytes; of a list or map in block style, the first byte alone.
    pub span: Range<usize>,
    /// What stands there.
    pub value: Value,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, or `~`.
    Null,
    /// A text, number or boolean; the reader decides which by what it expects.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// A scalar as it is meant, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, unescaped and unfolded.
    pub text: String,
    /// Whether it is written without quotes on one line or several, so that `5` is a number and `true` a boolean.
    pub plain: bool,
    style: ScalarStyle,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// Why a text is no tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What.
    pub kind: FaultKind,
}

/// The kinds of [`Fault`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Not YAML; the parser's words.
    Syntax(String),
    /// A bound is exceeded: what there is too much of, and how much is allowed.
    TooMuch(&'static str, usize),
    /// An anchor, alias, merge key or tag, which rule files do not have.
    Indirection(&'static str),
    /// A key that is not a plain text.
    Key,
    /// Nothing but comments.
    Empty,
    /// A second document.
    SecondDocument,
}

/// A tree, and the keys that stand in one map twice (the second place, then the first).
#[derive(Debug)]
pub struct Document {
    /// The root.
    pub root: Node,
    /// Keys that repeat an earlier key of the same map.
    pub repeated: Vec<(String, Range<usize>, Range<usize>)>,
}

impl Node {
    /// The value of a key, where this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// All entries; none where this is no map.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// All items; none where this is no list.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The value that a path such as `signature.any[2]` leads to, or the last part of it that exists.
    pub fn find(&self, path: &str) -> &Node {
        let mut node = self;
        for part in path.split(['.', '[']).filter(|part| !part.is_empty()) {
            let next = match part.strip_suffix(']').and_then(|index| index.parse::<usize>().ok()) {
                Some(index) => node.items().get(index),
                None => node.get(part),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// The text of a key's scalar.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Where a part of a scalar stands in the file. `part` counts bytes of the text as it is meant; escapes, quotes and
    /// indentation lie between. The whole scalar where its writing cannot be followed.
    pub fn part(&self, source: &str, part: Range<usize>) -> Range<usize> {
        match &self.value {
            Value::Scalar(scalar) => scalar.part(source, &self.span, part).unwrap_or_else(|| self.span.clone()),
            _ => self.span.clone(),
        }
    }
}

impl Scalar {
    /// Whether it is written on the lines below a `>` or `|`.
    pub fn is_block(&self) -> bool {
        matches!(self.style, ScalarStyle::Literal | ScalarStyle::Folded)
    }

    fn part(&self, source: &str, span: &Range<usize>, part: Range<usize>) -> Option<Range<usize>> {
        let written = source.get(span.clone())?;
        let mut at = match self.style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
            _ => 0,
        };
        let mut start = None;
        for (offset, c) in self.text.char_indices() {
            let before = at;
            at += self.width(written.get(at..)?, c)?;
            // Folding put white space of its own in front of this character.
            let exact = before + leading(written.get(before..at)?, c);
            if offset >= part.start && start.is_none() {
                start = Some(exact);
            }
            if offset + c.len_utf8() >= part.end && start.is_some() {
                return Some(span.start + start?..span.start + at);
            }
        }
        // Behind the last character: an error at the end of the text.
        Some(span.start + start.unwrap_or(at)..span.start + at)
    }

    /// How many bytes of the written form stand for the next character.
    fn width(&self, rest: &str, c: char) -> Option<usize> {
        let first = rest.chars().next()?;
        if c.is_whitespace() {
            if self.style == ScalarStyle::DoubleQuoted && first == '\\' {
                return Some(escape(rest));
            }
            // A blank may be a line break and the next line's indentation; a line break, too.
            if first == '\n' || first == '\r' {
                let blank = rest.len() - rest.trim_start().len();
                let literal = self.style == ScalarStyle::Literal;
                let newline = rest.find('\n')? + 1;
                return Some(if literal { newline } else { blank });
            }
            return first.is_whitespace().then_some(first.len_utf8());
        }
        let skipped = if first.is_whitespace() { rest.len() - rest.trim_start().len() } else { 0 };
        let rest = &rest[skipped..];
        let first = rest.chars().next()?;
        let width = match self.style {
            ScalarStyle::SingleQuoted if rest.starts_with("''") => 2,
            ScalarStyle::DoubleQuoted if first == '\\' => escape(rest),
            _ if first == c => c.len_utf8(),
            _ => return None,
        };
        Some(skipped + width)
    }
}

/// The white space in front of a character that is none.
fn leading(written: &str, c: char) -> usize {
    if c.is_whitespace() { 0 } else { written.len() - written.trim_start().len() }
}

/// The length of an escape in double quotes.
fn escape(rest: &str) -> usize {
    let length = match rest.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
    };
    length.min(rest.len())
}

/// Reads a document.
///
/// # Errors
///
/// Where the text is no YAML, or exceeds a bound.
pub fn parse(text: &str) -> Result<Document, Fault> {
    if text.len() > LARGEST_FILE {
        return Err(Fault { span: 0..0, kind: FaultKind::TooMuch("bytes", LARGEST_FILE) });
    }
    let mut builder = Builder { text, open: Vec::new(), root: None, repeated: Vec::new(), nodes: 0 };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.take(event, &bytes(text, &span))?,
            Err(error) => {
                let mut at = place(text, error.marker());
                if error.info().contains("tab") {
                    // The parser names the value in front of it.
                    at = text[at..].find('\t').map_or(at, |tab| at + tab);
                }
                let kind = match error.kind() {
                    ErrorKind::RecursionLimitExceeded => FaultKind::TooMuch("levels of nesting", MOST_DEPTH),
                    _ => FaultKind::Syntax(error.info()),
                };
                return Err(Fault { span: at..at, kind });
            }
        }
    }
    match builder.root {
        Some(root) => Ok(Document { root, repeated: builder.repeated }),
        None => Err(Fault { span: 0..0, kind: FaultKind::Empty }),
    }
}

fn bytes(text: &str, span: &Span) -> Range<usize> {
    span.byte_range().filter(|range| text.get(range.clone()).is_some()).unwrap_or_else(|| {
        let start = place(text, &span.start);
        start..place(text, &span.end).max(start)
    })
}

/// The byte of a marker; where the parser does not know it, counted from line and column.
fn place(text: &str, marker: &Marker) -> usize {
    let counted = || {
        let line: usize = text.split_inclusive('\n').take(marker.line().saturating_sub(1)).map(str::len).sum();
        line + text[line..].chars().take(marker.col()).map(char::len_utf8).sum::<usize>()
    };
    marker.byte_offset().filter(|at| text.is_char_boundary(*at)).unwrap_or_else(counted).min(text.len())
}

/// A list or map that is not complete.
struct Open {
    start: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    /// The entries, and the key that waits for its value.
    Map(Vec<Entry>, Option<(String, Range<usize>)>),
}

struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    root: Option<Node>,
    repeated: Vec<(String, Range<usize>, Range<usize>)>,
    nodes: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Range<usize>) -> Result<(), Fault> {
        let fault = |kind| Err(Fault { span: span.clone(), kind });
        // A tag or an anchor stands in front of its value.
        let in_front = |sign: char| {
            let before = &self.text[..span.start];
            let word = before.rfind(sign).map_or(span.start, |at| before[..at].trim_end_matches(sign).len());
            let length = self.text[word..].find(char::is_whitespace).unwrap_or(0);
            word..word + length
        };
        if event.tag().is_some() {
            return Err(Fault { span: in_front('!'), kind: FaultKind::Indirection("a tag") });
        }
        if event.anchor_id().is_some_and(|id| id != 0) && event.alias_id().is_none() {
            return Err(Fault { span: in_front('&'), kind: FaultKind::Indirection("an anchor") });
        }
        match event {
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                let end = span.start + self.text[span.clone()].trim_end().len();
                let null = plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value =
                    if null { Value::Null } else { Value::Scalar(Scalar { text: text.into_owned(), plain, style }) };
                self.close(Node { span: span.start..end, value })
            }
            Event::SequenceStart(..) => self.begin(span, Content::List(Vec::new())),
            Event::MappingStart(..) => self.begin(span, Content::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { start, content }) => {
                    let (value, flow) = match content {
                        Content::List(items) => (Value::List(items), self.text[start..].starts_with('[')),
                        Content::Map(entries, _) => (Value::Map(entries), self.text[start..].starts_with('{')),
                    };
                    // A block ends somewhere behind its last line; what is marked is its beginning.
                    let end = if flow { span.end } else { start };
                    self.close(Node { span: start..end.max(start), value })
                }
                None => Ok(()),
            },
            Event::Alias(..) | Event::UnresolvedAlias(..) => fault(FaultKind::Indirection("an alias")),
            Event::DocumentStart(..) if self.root.is_some() => fault(FaultKind::SecondDocument),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, span: &Range<usize>, content: Content) -> Result<(), Fault> {
        if self.open.len() >= MOST_DEPTH {
            return Err(Fault { span: span.clone(), kind: FaultKind::TooMuch("levels of nesting", MOST_DEPTH) });
        }
        self.open.push(Open { start: span.start, content });
        Ok(())
    }

    fn close(&mut self, node: Node) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(Fault { span: node.span, kind: FaultKind::TooMuch("values", MOST_NODES) });
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => {
                // An empty document has one empty scalar.
                let empty = node.value == Value::Null && node.span.is_empty();
                self.root = (!empty).then_some(node);
            }
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map(entries, waiting)) => match waiting.take() {
                Some((key, key_span)) => match entries.iter().find(|entry| entry.key == key) {
                    Some(first) => self.repeated.push((key, key_span, first.key_span.clone())),
                    None => entries.push(Entry { key, key_span, value: node }),
                },
                None => match node.value {
                    Value::Scalar(Scalar { text, plain: true, .. }) if text == "<<" => {
                        return Err(Fault { span: node.span, kind: FaultKind::Indirection("a merge key") });
                    }
                    Value::Scalar(scalar) => *waiting = Some((scalar.text, node.span)),
                    _ => return Err(Fault { span: node.span, kind: FaultKind::Key }),
                },
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        parse(text).expect("YAML").root
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "id: x\nsignature:\n  any:\n    - text: abc\n    - {phrase: b}\n";
        let root = tree(text);
        let any = root.get("signature").and_then(|s| s.get("any")).expect("any");
        let place = |node: &Node| text[node.span.clone()].to_owned();
        assert_eq!(any.items()[0].get("text").map(place), Some("abc".to_owned()));
        assert_eq!(place(&any.items()[1]), "{phrase: b}");
        assert_eq!(any.items()[1].get("phrase").map(place), Some("b".to_owned()));
    }

    #[test]
    fn a_part_of_a_scalar_is_found_however_it_is_written() {
        for text in [
            "r: one two(three\n",
            "r: 'one two(three'\n",
            "r: 'it''s two(three'\n",
            "r: \"on\\u0065 \\\"two(three\"\n",
            "r: one\n  two(three\n",
            "r: >-\n  one\n  two(three\n",
            "r: |\n    one\n    two(three\n",
        ] {
            let root = tree(text);
            let node = root.get("r").expect("r");
            let at = node.text().and_then(|t| t.find("two(")).expect("two(");
            let found = node.part(text, at + 3..at + 4);
            assert_eq!(&text[found.clone()], "(", "{text:?} {found:?}");
            let found = node.part(text, at..at + 3);
            assert_eq!(&text[found.clone()], "two", "{text:?} {found:?}");
        }
    }

    #[test]
    fn what_a_rule_file_does_not_have_is_refused() {
        let kind = |text: &str| parse(text).expect_err("a fault").kind;
        assert_eq!(kind("a: &x 1\n"), FaultKind::Indirection("an anchor"));
        assert_eq!(kind("a: *x\n"), FaultKind::Syntax("while parsing node, found unknown anchor".into()));
        assert_eq!(kind("a: !!str b\n"), FaultKind::Indirection("a tag"));
        assert_eq!(kind("<<: {a: b}\n"), FaultKind::Indirection("a merge key"));
        assert_eq!(kind("a: 1\n---\nb: 2\n"), FaultKind::SecondDocument);
        assert_eq!(kind("# nothing\n"), FaultKind::Empty);
        assert!(matches!(kind(&"[".repeat(100_000)), FaultKind::TooMuch("levels of nesting", _)));
        assert!(matches!(kind(&"- a\n".repeat(30_000)), FaultKind::TooMuch("values", _)));
    }

    #[test]
    fn keys_that_repeat_are_all_named() {
        let repeated = parse("a: 1\nb: 2\na: 3\nb: 4\n").expect("YAML").repeated;
        let keys: Vec<&str> = repeated.iter().map(|(key, ..)| key.as_str()).collect();
        assert_eq!(keys, ["a", "b"]);
    }
}
