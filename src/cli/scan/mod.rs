//! `freebusy scan`

use super::{CliError, Status};
use crate::engine::Engine;
use crate::read::charset::Charset;
use crate::read::format::{self, Fault, Format, Hints, LineKind, Lines, Reader, RecordStream};
use crate::report::ndjson;
use crate::scan::{Classifier, Verdict};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders
    paths: Vec<PathBuf>,
    /// Read every file as this format
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Format>,
    /// The form of the output
    #[arg(long)]
    format: Option<String>,
    /// Also possible matches
    #[arg(long)]
    possible: bool,
}

pub(super) fn run(args: Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&[])?;
    let engine = Engine::for_many(&rules);
    let mut classifier = Classifier::new(&engine);
    classifier.possible = args.possible;
    let mut failed = false;
    for path in &args.paths {
        let name: Arc<str> = path.display().to_string().into();
        let bytes = fs::read(path).map_err(|error| CliError::new(format!("{name}: {error}")))?;
        let mut out = std::io::stdout().lock();
        let mut emit = |record: &crate::record::Record<'_>| {
            if let Verdict::Finding(finding) = classifier.classify(record, &name) {
                let _ = out.write_all(ndjson(&finding, &rules).as_bytes());
            }
        };
        let mut report = |fault: &Fault| {
            eprintln!("freebusy: {name}: {fault}");
            failed = true;
        };
        #[cfg(feature = "evtx")]
        if format::detect_bytes(&bytes) == Format::Evtx {
            let mut stream = format::evtx::EvtxReader::open(std::io::Cursor::new(&bytes))
                .map_err(|error| CliError::new(format!("{name}: {error}")))?;
            read_stream(&mut stream, &mut emit, &mut report);
            continue;
        }
        let (charset, mark) = Charset::detect(&bytes);
        let head = charset.decode(&bytes[mark..bytes.len().min(64 << 10)]);
        let format = args.input_format.unwrap_or_else(|| format::detect(&head));
        match format::reader(format, &head) {
            Reader::Lines(lines) => plain_lines(&*lines, &charset.decode(&bytes[mark..]), &mut emit),
            Reader::Stream(open) => {
                let reader = charset.reader(std::io::Cursor::new(bytes[mark..].to_vec()));
                read_stream(&mut *open(reader, Hints::default()), &mut emit, &mut report);
            }
            Reader::Evtx => {}
        }
    }
    Ok(if failed { Status::Failed } else { Status::Answer })
}

/// Reads a stream to its end.
fn read_stream(
    stream: &mut dyn RecordStream,
    emit: &mut dyn FnMut(&crate::record::Record<'_>),
    report: &mut dyn FnMut(&Fault),
) {
    loop {
        match stream.next() {
            Ok(Some(record)) => emit(&record),
            Ok(None) => break,
            Err(fault) => {
                report(&fault);
                if fault.fatal {
                    break;
                }
            }
        }
    }
}

/// The plain way through a format of lines.
fn plain_lines(lines: &dyn Lines, text: &str, emit: &mut dyn FnMut(&crate::record::Record<'_>)) {
    let mut header: Option<&str> = None;
    let mut open: Option<(usize, usize, u64)> = None;
    let mut at = 0;
    let mut close = |open: &mut Option<(usize, usize, u64)>, header: Option<&str>| {
        if let Some((start, end, number)) = open.take()
            && let Some(mut record) = lines.read(header, &text[start..end])
        {
            record.origin.number = number;
            emit(&record);
        }
    };
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let bare = line.trim_end_matches(['\r', '\n']);
        let skeleton: Vec<u8> =
            bare.chars().map(|c| if c.is_ascii() { c.to_ascii_lowercase() as u8 } else { 0x80 }).collect();
        match lines.kind(&skeleton) {
            LineKind::Begins => {
                close(&mut open, header);
                open = Some((at, at + line.len(), number));
            }
            LineKind::Continues => match &mut open {
                Some((_, end, _)) => *end = at + line.len(),
                None => open = Some((at, at + line.len(), number)),
            },
            LineKind::Header => {
                close(&mut open, header);
                header = Some(bare);
            }
            LineKind::Comment => close(&mut open, header),
        }
        at += line.len();
    }
    close(&mut open, header);
}
