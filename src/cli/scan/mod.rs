//! `freebusy scan`

mod output;
mod progress;
mod select;
mod when;

use super::{CliError, Status};
use crate::engine::Engine;
use crate::read::charset::Charset;
use crate::read::format::{self, Fault, Format, Hints, LineKind, Lines, Reader};
use crate::scan::{Classifier, Verdict};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders
    paths: Vec<PathBuf>,
    /// Read every file as this format
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Format>,
    #[command(flatten)]
    select: select::Selection,
    #[command(flatten)]
    output: output::OutputArgs,
}

pub(super) fn run(args: Args) -> Result<Status, CliError> {
    let rules = super::load::rules(&[])?;
    let engine = Engine::for_many(&rules);
    let mut classifier = Classifier::new(&engine);
    args.select.apply(&mut classifier, &rules)?;
    let output = std::cell::RefCell::new(output::Output::new(&args.output, &args.select, &rules)?);
    let mut progress = progress::Progress::new(None, false);
    let mut counts = crate::scan::Counts::default();
    let mut failed = false;
    for path in &args.paths {
        let name: Arc<str> = path.display().to_string().into();
        let bytes = fs::read(path).map_err(|error| CliError::new(format!("{name}: {error}")))?;
        progress.add_bytes(bytes.len() as u64);
        counts.sources += 1;
        counts.bytes += bytes.len() as u64;
        let mut emit = |record: &crate::record::Record<'_>| {
            counts.records += 1;
            match classifier.classify(record, &name) {
                Verdict::Finding(finding) => {
                    counts.certain += 1;
                    progress.add_findings(1);
                    let _ = output.borrow_mut().finding(*finding);
                }
                Verdict::Possible => counts.possible += 1,
                Verdict::Outside => counts.outside += 1,
                Verdict::Nothing => {}
            }
        };
        let mut report = |fault: &Fault| {
            progress::say(&format!("{name}: {fault}"));
            output.borrow_mut().not_read(crate::scan::Unread {
                source: name.clone(),
                offset: None,
                message: fault.to_string(),
                fault: true,
            });
            failed = true;
        };
        #[cfg(feature = "evtx")]
        if bytes.starts_with(b"ElfFile\0") {
            continue;
        }
        let (charset, mark) = Charset::detect(&bytes);
        let head = charset.decode(&bytes[mark..bytes.len().min(64 << 10)]);
        let format = args.input_format.unwrap_or_else(|| format::detect(&head));
        output
            .borrow_mut()
            .source(clap::ValueEnum::to_possible_value(&format).as_ref().map_or("", |value| value.get_name()), true);
        match format::reader(format, &head) {
            Reader::Lines(lines) => plain_lines(&*lines, &charset.decode(&bytes[mark..]), &mut emit),
            Reader::Stream(open) => {
                let reader = charset.reader(std::io::Cursor::new(bytes[mark..].to_vec()));
                let mut stream = open(reader, Hints::default());
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
            Reader::Evtx => {}
        }
    }
    progress.finish();
    let mut output = output.into_inner();
    output.count(&counts);
    output.flush()?;
    let found = output.has_findings();
    output.finish(true)?;
    Ok(if failed {
        Status::Failed
    } else if found {
        Status::Answer
    } else {
        Status::NoMatch
    })
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
