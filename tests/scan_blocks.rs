//! A log may be cut into blocks anywhere: together they hold what the whole log holds.

mod common;

use common::Catalogue;
use freebusy::engine::{Engine, Sieve};
use freebusy::read::charset::Charset;
use freebusy::read::format::{Format, Lines, Reader, reader};
use freebusy::scan::block::{Block, Sifted};
use freebusy::scan::{Classifier, Place, Recent};
use std::sync::Arc;

/// Records of several lines, one of which begins with a mark that only its second letter tells from other text.
const TEXT: &str = "2026-11-22 10:00:00 an ordinary line\r\n\
    2026-11-22 10:00:01 The lookup failed\r\n\
    ---> Microsoft.Exchange.InfoWorker.Common.Availability.ProxyWebRequestProcessingException: The user specified by the user-context in the \
    token is ambiguous.\r\n   at Microsoft.Exchange.InfoWorker.Common.Availability.ProxyWebRequest.EndInvoke()\r\n\
    2026-11-22 10:00:02 an ordinary line\r\n";

/// A console that cuts words, and a line of 79 letters before the cut.
const WRAPPED: &str = "some words before it that fill the line up to its end: ProxyWebRequestProcessin\r\n\
    gException: The user specified by the user-context in the token is ambi\r\nguous.\r\n";

const TRACKING: &str = "#Software: Microsoft Exchange Server\r\n#Fields: date-time,client-ip,server-hostname,source-context,recipient-status\r\n\
    2026-11-22T10:00:01.000Z,192.0.2.1,EX01,,ordinary\r\n\
    2026-11-22T10:00:02.000Z,192.0.2.1,EX01,\"one\r\ntwo\",The user specified by the user-context in the token is ambiguous.\r\n\
    #Fields: date-time,client-ip,server-hostname,recipient-status,source-context\r\n\"begun elsewhere\",The user\r\n\
    2026-11-22T10:00:03.000Z,192.0.2.1,EX01,ordinary,\r\n";

/// What blocks hold.
#[derive(Debug, Default, PartialEq)]
struct Held {
    lines: u64,
    records: u64,
    headers: Vec<String>,
    findings: Vec<(u64, usize)>,
    certain: u64,
}

struct Reading<'r> {
    classifier: Classifier<'r>,
    sieve: &'r Sieve,
    format: &'r dyn Lines,
}

impl Reading<'_> {
    fn add(&self, held: &mut Held, recent: &mut Recent, block: &Block<'_>, sifted: Sifted) {
        let header = held.headers.last().map(|header| header.as_str().into());
        let place = Place { source: &Arc::from("a.log"), lines: held.lines, header };
        let mut found = self.classifier.block(block, &sifted, self.format, &place);
        found.go_on_from(recent);
        held.certain += found.counts.certain;
        held.findings.extend(found.findings.iter().map(|finding| (finding.record, finding.rule)));
        held.lines += sifted.lines;
        held.records += sifted.records;
        held.headers.extend(sifted.headers.into_iter().map(|(_, header)| header));
    }

    fn whole(&self, bytes: &[u8], charset: Charset) -> Held {
        let (mut held, mut recent) = (Held::default(), Recent::default());
        let block = Block { bytes, own: (0, bytes.len()), first: true, last: true, charset };
        self.add(&mut held, &mut recent, &block, block.sift(self.format, self.sieve));
        held
    }

    /// As a pipe is read that brings its bytes in two pieces: what is not finished in the first is read with the second.
    fn in_two_pieces(&self, bytes: &[u8], charset: Charset, cut: usize) -> Held {
        let (mut held, mut recent) = (Held::default(), Recent::default());
        let first = Block { bytes: &bytes[..cut], own: (0, cut), first: true, last: false, charset };
        let sifted = first.sift(self.format, self.sieve);
        let next = sifted.unfinished.unwrap_or(cut);
        self.add(&mut held, &mut recent, &first, sifted);
        let rest = Block { bytes, own: (next, bytes.len()), first: next == 0, last: true, charset };
        self.add(&mut held, &mut recent, &rest, rest.sift(self.format, self.sieve));
        held
    }

    /// As two threads read a file: each has the lines that begin in its part, and looks at all bytes.
    fn by_two_threads(&self, bytes: &[u8], charset: Charset, cut: usize) -> Held {
        let (mut held, mut recent) = (Held::default(), Recent::default());
        let first = Block { bytes, own: (0, cut), first: true, last: true, charset };
        self.add(&mut held, &mut recent, &first, first.sift(self.format, self.sieve));
        let mut rest = Block { bytes, own: (cut, bytes.len()), first: false, last: true, charset };
        rest.own.0 = rest.line_end(cut - charset.width());
        self.add(&mut held, &mut recent, &rest, rest.sift(self.format, self.sieve));
        held
    }
}

#[test]
fn cut_anywhere_a_log_holds_the_same() {
    let catalogue = Catalogue::built_in();
    let engine = Engine::for_many(catalogue.engine.rules());
    let sieve = Sieve::new(catalogue.pack(), false);
    for (format, text) in [(Format::Text, TEXT), (Format::Text, WRAPPED), (Format::Tracking, TRACKING)] {
        let Reader::Lines(lines) = reader(format, text) else { panic!("{format:?} is a format of lines") };
        let reading = Reading { classifier: Classifier::new(&engine), sieve: &sieve, format: &*lines };
        let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        for (charset, bytes) in [
            (Charset::Bytes, text.as_bytes().to_vec()),
            (Charset::Utf16Le, wide(u16::to_le_bytes)),
            (Charset::Utf16Be, wide(u16::to_be_bytes)),
        ] {
            let whole = reading.whole(&bytes, charset);
            assert_eq!((whole.findings.len(), whole.certain), (1, 1), "{text}");
            for cut in (charset.width()..bytes.len()).step_by(charset.width()) {
                let at = format!("{format:?}, {charset:?}, cut at byte {cut}");
                let pieces = reading.in_two_pieces(&bytes, charset, cut);
                assert_eq!(pieces, whole, "two pieces: {at}");
                let threads = reading.by_two_threads(&bytes, charset, cut);
                assert_eq!(threads, whole, "two threads: {at}");
            }
        }
    }
}
