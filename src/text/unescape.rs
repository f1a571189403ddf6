//! Undoes what HTML, JSON, Clixml and Markdown do to a text on its way to the clipboard.
//!
//! Each pass works on [`Unit`]s, so a character that came from `&amp;lt;` still knows which bytes of the original it
//! stands for. Passes repeat, because a text can be escaped twice.

use super::Unit;

/// How often escapes are undone: a SOAP fault in a JSON string in an HTML page needs three.
const PASSES: usize = 4;

/// Undoes escapes until none is left, at most [`PASSES`] times.
pub(super) fn unescape(mut units: Vec<Unit>) -> Vec<Unit> {
    for _ in 0..PASSES {
        if !units.iter().any(|u| matches!(u.c, '&' | '\\' | '_' | '<' | '%' | 'Ã' | 'Â')) {
            break;
        }
        let json = looks_like_json(&units);
        let mut changed = false;
        let mut out = Vec::with_capacity(units.len());
        let mut at = 0;
        while at < units.len() {
            let found = match units[at].c {
                '&' => entity(&units[at..]),
                '\\' => backslash(&units, at, json),
                '_' => hex_escape(&units[at..]),
                '<' => html_tag(&units[at..]),
                '%' => percent(&units[at..]),
                'Ã' | 'Â' => misread(&units[at..]),
                _ => None,
            };
            match found {
                Some((c, len)) => {
                    changed = true;
                    if let Some(c) = c {
                        out.push(Unit { c, start: units[at].start, end: units[at + len - 1].end });
                    }
                    at += len;
                }
                None => {
                    out.push(units[at]);
                    at += 1;
                }
            }
        }
        units = out;
        if !changed {
            break;
        }
    }
    units
}

/// Whether `\n` in this text is an escape rather than a part of a path.
///
/// Escaped quotes, a whole `\r\n` and `\u00..` appear in JSON only; so does a text that begins as an object or array.
fn looks_like_json(units: &[Unit]) -> bool {
    let first = units.iter().find(|u| !u.c.is_whitespace()).map(|u| u.c);
    let second = units.iter().filter(|u| !u.c.is_whitespace()).nth(1).map(|u| u.c);
    if matches!((first, second), (Some('{'), Some('"' | '\'')) | (Some('['), Some('{' | '"'))) {
        return true;
    }
    units.windows(4).any(|w| {
        w[0].c == '\\'
            && (w[1].c == '"'
                // `\r\n`, escaped once or several times: the letter that follows the backslashes decides.
                || (matches!(w[1].c, 'r' | 'R') && w[2].c == '\\' && matches!(w[3].c, 'n' | 'N' | '\\'))
                || (matches!(w[1].c, 'u' | 'U') && w[2].c == '0' && w[3].c == '0'))
    })
}

type Replacement = Option<(Option<char>, usize)>;

fn entity(units: &[Unit]) -> Replacement {
    // The longest name below has eight letters; a numeric entity has at most seven digits.
    let end = units.iter().take(12).position(|u| u.c == ';')?;
    let name: String = units[1..end].iter().map(|u| u.c).collect();
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
        None => named_entity(&name)?,
    };
    Some((Some(c), end + 1))
}

/// The entities that mail clients and forums write. Upper-casing a page upper-cases their names too.
fn named_entity(name: &str) -> Option<char> {
    let exact = match name {
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "Eacute" => 'É',
        _ => '\0',
    };
    if exact != '\0' {
        return Some(exact);
    }
    Some(match name.to_ascii_lowercase().as_str() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '\u{2013}',
        "mdash" => '\u{2014}',
        "lsquo" => '\u{2018}',
        "rsquo" => '\u{2019}',
        "sbquo" => '\u{201a}',
        "ldquo" => '\u{201c}',
        "rdquo" => '\u{201d}',
        "bdquo" => '\u{201e}',
        "laquo" => '\u{ab}',
        "raquo" => '\u{bb}',
        "hellip" => '\u{2026}',
        "shy" => '\u{ad}',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "agrave" => 'à',
        "aacute" => 'á',
        "acirc" => 'â',
        "atilde" => 'ã',
        "ccedil" => 'ç',
        "egrave" => 'è',
        "eacute" => 'é',
        "ecirc" => 'ê',
        "iacute" => 'í',
        "ntilde" => 'ñ',
        "oacute" => 'ó',
        "ocirc" => 'ô',
        "otilde" => 'õ',
        "uacute" => 'ú',
        _ => return None,
    })
}

fn backslash(all: &[Unit], at: usize, json: bool) -> Replacement {
    let units = &all[at..];
    let next = units.get(1)?.c;
    // A line end behind the end of a sentence, in a piece of JSON that shows no other sign of it. `C:\new` has none.
    let sentence_end =
        at.checked_sub(1).is_some_and(|before| matches!(all[before].c, '.' | ';' | ',' | ')' | '>' | '\n'));
    match next {
        'u' | 'U' => {
            let digits: String = units.get(2..6)?.iter().map(|u| u.c).collect();
            let code = u32::from_str_radix(&digits, 16).ok()?;
            // Half of a surrogate pair: not a letter that any rule looks for.
            Some((Some(char::from_u32(code).unwrap_or('\u{fffd}')), 6))
        }
        // Also a quote that a word processor has made typographic since.
        '"' | '\'' | '/' | '\u{2018}'..='\u{201e}' => Some((Some(next), 2)),
        '\\' if json => Some((Some('\\'), 2)),
        'n' | 'N' | 'r' | 'R' if json || sentence_end => Some((Some('\n'), 2)),
        't' | 'T' if json => Some((Some('\t'), 2)),
        // Markdown puts a backslash before what would otherwise be markup.
        '<' | '>' | '_' | '*' | '[' | ']' | '`' | '#' => Some((Some(next), 2)),
        _ => None,
    }
}

/// `_x000D_`, as Clixml and Excel write control characters.
fn hex_escape(units: &[Unit]) -> Replacement {
    let window = units.get(..7)?;
    if !matches!(window[1].c, 'x' | 'X') || window[6].c != '_' {
        return None;
    }
    let digits: String = window[2..6].iter().map(|u| u.c).collect();
    let c = char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?;
    Some((Some(c), 7))
}

/// `%20`, as an address bar writes a blank. Only printable ASCII: anything else is a rare letter, or no escape.
fn percent(units: &[Unit]) -> Replacement {
    let digits: String = units.get(1..3)?.iter().map(|u| u.c).collect();
    let code = u32::from_str_radix(&digits, 16).ok().filter(|code| (0x20..0x7f).contains(code))?;
    Some((char::from_u32(code), 3))
}

/// `Ã¼`, as UTF-8 looks to a program that reads it as Windows-1252: one letter of the languages of Western Europe.
fn misread(units: &[Unit]) -> Replacement {
    let second = u32::from(units.get(1)?.c);
    let letter = match (units[0].c, second) {
        ('Â', 0xa0..=0xbf) => second,
        ('Ã', 0xa0..=0xbf) => second + 0x40,
        // ß, whose second byte Windows-1252 shows as Ÿ.
        ('Ã', 0x178) => 0xdf,
        _ => return None,
    };
    Some((char::from_u32(letter), 2))
}

/// Tags of HTML that end a line.
const BLOCK: [&str; 14] =
    ["br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table", "tbody", "pre", "blockquote", "hr"];

/// Tags of HTML inside a line.
const INLINE: [&str; 13] = ["b", "i", "u", "em", "strong", "span", "code", "font", "mark", "wbr", "a", "small", "kbd"];

/// Whether anything in a text of ASCII may be an escape. A wrong yes costs the time to undo nothing.
pub(super) fn is_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr3_iter(b'&', b'\\', b'<', bytes).any(|at| may_begin(&bytes[at..]))
        || memchr::memchr2_iter(b'_', b'%', bytes).any(|at| may_begin(&bytes[at..]))
}

/// Whether an escape may begin here.
fn may_begin(bytes: &[u8]) -> bool {
    let hex =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    match bytes[0] {
        b'&' => {
            let name = bytes[1..].iter().take(11).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
            bytes.get(1 + name) == Some(&b';')
        }
        b'\\' => match bytes.get(1) {
            Some(b'u' | b'U') => hex(2..6),
            next => next.is_some_and(|b| b"\"'/\\nNrRtT<>_*[]`#".contains(b)),
        },
        b'<' => {
            let rest = &bytes[1..];
            let rest = rest.strip_prefix(b"/").unwrap_or(rest);
            let name = rest.iter().take(10).take_while(|b| b.is_ascii_alphanumeric()).count();
            let is = |tag: &&str| rest[..name].eq_ignore_ascii_case(tag.as_bytes());
            BLOCK.iter().any(is) || INLINE.iter().any(is)
        }
        b'_' => matches!(bytes.get(1), Some(b'x' | b'X')) && hex(2..6) && bytes.get(6) == Some(&b'_'),
        b'%' => hex(1..3),
        _ => true,
    }
}

/// Tags that a copied page brings along. Only HTML's own: a SOAP fault's elements are part of the evidence.
fn html_tag(units: &[Unit]) -> Replacement {
    let end = units.iter().take(300).position(|u| u.c == '>')?;
    let inside: String = units[1..end].iter().map(|u| u.c.to_ascii_lowercase()).collect();
    let name: &str =
        inside.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let rest = &inside.trim_start_matches('/')[name.len()..];
    if !(rest.is_empty() || rest.starts_with([' ', '/', '\t', '\r', '\n'])) {
        return None;
    }
    if BLOCK.contains(&name) {
        Some((Some('\n'), end + 1))
    } else if INLINE.contains(&name) {
        Some((None, end + 1))
    } else {
        None
    }
}
