//! Formats of lines.

use crate::{ENGINE, SIEVE};
use freebusy::read::charset::Charset;
use freebusy::read::format::{LineKind, Lines};
use freebusy::scan::block::{Block, Sifted};
use freebusy::scan::{Classifier, NEIGHBOURHOOD, Place};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Reads every record of a text: it must be a part of what the reader was given, or made of it.
pub fn records(format: &dyn Lines, text: &str) {
    let (mut begin, mut at) = (0, 0);
    let mut header: Option<String> = None;
    let record = |header: Option<&str>, range: Range<usize>| {
        if let Some(record) = format.read(header, &text[range]) {
            assert!(record.text.len() <= 4 * text.len() + 4096, "a record far larger than its text");
        }
    };
    for line in text.split_inclusive('\n') {
        let letters = line.trim_end_matches(['\r', '\n']).to_ascii_lowercase();
        let kind = format.kind(letters.as_bytes());
        if kind != LineKind::Continues && at > begin {
            record(header.as_deref(), begin..at);
        }
        match kind {
            LineKind::Begins => begin = at,
            LineKind::Continues => {}
            LineKind::Header => header = Some(line.trim_end().to_owned()),
            LineKind::Comment => {}
        }
        at += line.len();
        if matches!(kind, LineKind::Header | LineKind::Comment) {
            begin = at;
        }
    }
    record(header.as_deref(), begin..text.len());
}

/// What a log holds, in its own places.
#[derive(Debug, Default, PartialEq)]
struct Held {
    lines: u64,
    records: u64,
    header: Option<Arc<str>>,
    /// The rules that match, and the lines in which they do. What a log says twice counts once in a block, so it is not compared.
    findings: BTreeSet<(u64, usize)>,
}

impl Held {
    /// Adds a block.
    fn add(&mut self, block: &Block<'_>, sifted: &Sifted, format: &dyn Lines) {
        let place = Place { source: &Arc::from("fuzz"), lines: self.lines, header: self.header.clone() };
        let found = Classifier::new(&ENGINE).block(block, sifted, format, &place);
        self.lines += sifted.lines;
        self.records += sifted.records;
        if let Some((_, header)) = sifted.headers.last() {
            self.header = Some(header.as_str().into());
        }
        for finding in found.findings {
            assert!(finding.record >= 1, "lines are counted from 1");
            assert!(finding.evidence.iter().all(|evidence| evidence.start <= evidence.end));
            if finding.once.is_none() {
                self.findings.insert((finding.record, finding.rule));
            }
        }
    }
}

/// Looks at a log as one block, and cut into blocks as the threads of a scan cut it.
pub fn whole_and_in_pieces(format: &dyn Lines, bytes: &[u8], charset: Charset, piece: usize) {
    let block = Block { bytes, own: (0, bytes.len()), first: true, last: true, charset };
    let mut whole = Held::default();
    whole.add(&block, &block.sift(format, &SIEVE), format);
    let piece = (piece * 4).max(bytes.len() / 64) & !1;
    let mut pieces = Held::default();
    for number in 0..bytes.len().div_ceil(piece).max(1) {
        let (block, sifted) = part(format, bytes, charset, number, piece);
        pieces.add(&block, &sifted, format);
    }
    assert_eq!(whole, pieces, "in pieces of {piece} bytes");
}

/// One piece, sifted with as much behind it as its last record needs.
fn part<'b>(format: &dyn Lines, all: &'b [u8], charset: Charset, number: usize, piece: usize) -> (Block<'b>, Sifted) {
    let start = number * piece;
    let before = start.min(NEIGHBOURHOOD);
    let own = piece.min(all.len() - start);
    let from = start - before;
    let mut behind = 16;
    loop {
        let bytes = &all[from..(start + own + behind).min(all.len())];
        let last = from + bytes.len() == all.len();
        let mut block = Block { bytes, own: (before, before + own), first: number == 0, last, charset };
        if number > 0 {
            block.own.0 = block.line_end(before.saturating_sub(charset.width()));
        }
        let sifted = block.sift(format, &SIEVE);
        if sifted.unfinished.is_none() {
            // A scan reads more behind a block than a record's neighbourhood.
            block.bytes = &all[from..];
            return (block, sifted);
        }
        behind *= 4;
    }
}
