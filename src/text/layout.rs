//! Undoes what a console does to a text: prefixes of output streams, hard wraps, indented continuations.

use super::Unit;

/// Names of PowerShell's output streams as the console prints them before a line, in the languages seen.
const STREAMS: [&str; 14] = [
    "VERBOSE",
    "WARNING",
    "DEBUG",
    "ERROR",
    "INFO",
    "AUSFÜHRLICH",
    "WARNUNG",
    "COMMENTAIRES",
    "AVERTISSEMENT",
    "DETALLADO",
    "ADVERTENCIA",
    "DETTAGLIATO",
    "AVVISO",
    "DETALHADO",
];

/// Widths at which consoles, scheduled tasks and remote sessions wrap, and the column before.
const WIDTHS: [usize; 10] = [79, 80, 119, 120, 149, 150, 159, 160, 199, 200];

/// A line shorter than this is never taken for a full one.
const SHORTEST_FULL_LINE: usize = 60;

/// Removes stream prefixes, and the line break and indent after a line that the console cut.
pub(super) fn lines(units: Vec<Unit>) -> Vec<Unit> {
    if !units.iter().any(|u| u.c == '\n') && !starts_with_stream(&units) {
        return units;
    }
    let lines: Vec<&[Unit]> = units.split(|u| u.c == '\n').collect();
    let lengths: Vec<usize> = lines.iter().map(|line| trim_end(line).len()).collect();
    let mut out = Vec::with_capacity(units.len());
    let mut joined = false;
    for (n, line) in lines.iter().enumerate() {
        // One blank before the rest of a cut line is the text's own; more are an indent.
        let own_blank = usize::from(line.len() - trim_start(line).len() == 1);
        let line = if joined {
            &line[line.len() - trim_start(line).len() - own_blank..]
        } else {
            &line[stream_prefix(line)..]
        };
        out.extend_from_slice(line);
        if n + 1 < lines.len() {
            joined = is_hard_wrap(n, &lengths, &lines);
            if joined {
                while out.last().is_some_and(|u| u.c == '\r') {
                    out.pop();
                }
            } else {
                let end = line.last().map_or_else(|| out.last().map_or(0, |u| u.end), |u| u.end);
                out.push(Unit { c: '\n', start: end, end: end + 1 });
            }
        }
    }
    out
}

/// Whether the console cut line `n` in the middle of its text.
///
/// A cut line is as long as the console is wide: a known width, or the same as its neighbour. The next line must not look
/// like the beginning of a log record, which would be as long as its neighbour by chance.
fn is_hard_wrap(n: usize, lengths: &[usize], lines: &[&[Unit]]) -> bool {
    let length = lengths[n];
    let Some(&next) = lengths.get(n + 1) else {
        return false;
    };
    if length < SHORTEST_FULL_LINE || next == 0 || next > length {
        return false;
    }
    let neighbour = next == length || n.checked_sub(1).is_some_and(|before| lengths[before] == length);
    if !WIDTHS.contains(&length) && !neighbour {
        return false;
    }
    let beginning: Vec<char> = trim_start(lines[n + 1]).iter().take(5).map(|u| u.c).collect();
    let dated =
        beginning.len() == 5 && beginning[..4].iter().all(char::is_ascii_digit) && !beginning[4].is_alphanumeric();
    !dated && beginning.first() != Some(&'[') && stream_prefix(lines[n + 1]) == 0
}

fn starts_with_stream(units: &[Unit]) -> bool {
    stream_prefix(units) > 0
}

/// How many units at the start of a line are a stream's name, its colon and the blank after it.
fn stream_prefix(line: &[Unit]) -> usize {
    let indent = line.len() - trim_start(line).len();
    let word_len = line[indent..].iter().take(16).take_while(|u| u.c.is_alphabetic()).count();
    let word: String = line[indent..indent + word_len].iter().map(|u| u.c).collect();
    if !STREAMS.contains(&word.as_str()) {
        return 0;
    }
    let mut at = indent + word_len;
    // French puts a blank before the colon.
    while line.get(at).is_some_and(|u| matches!(u.c, ' ' | '\u{a0}')) {
        at += 1;
    }
    if line.get(at).is_none_or(|u| u.c != ':') || line.get(at + 1).is_some_and(|u| !u.c.is_whitespace()) {
        return 0;
    }
    at + 1
}

fn trim_start(line: &[Unit]) -> &[Unit] {
    let blanks = line.iter().take_while(|u| u.c.is_whitespace()).count();
    &line[blanks..]
}

fn trim_end(line: &[Unit]) -> &[Unit] {
    let returns = line.iter().rev().take_while(|u| u.c == '\r').count();
    &line[..line.len() - returns]
}
