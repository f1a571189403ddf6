//! `Format-Table`: a header, a line of dashes below it, a row an object. Columns are known by their place.

use super::lines::{Line, prompt, without_stream};
use super::{Form, Object, Property, Value};

/// The widths at which a table that is wider than its console is folded.
const WIDTHS: [usize; 6] = [72, 76, 80, 100, 120, 150];

/// Reads a table whose header is the first line; the answer is how many lines it takes, nothing where there is none.
pub(super) fn read(lines: &[Line<'_>], cmdlet: Option<&str>, objects: &mut Vec<Object>) -> Option<usize> {
    let header = lines.first().filter(|line| !line.is_blank() && !is_rule(line.text))?;
    if lines.get(1).is_some_and(|line| is_rule(line.text)) {
        let columns = Columns::of(header.text, lines[1].text)?;
        let mut n = 2;
        while n < lines.len() && !ends(lines, n) {
            columns.row(&lines[n..=n], lines[n].text, cmdlet, objects, n == 2);
            n += 1;
        }
        return Some(n);
    }
    // Header, rule and rows on two lines each.
    let folded = lines.len() > 3 && is_rule(lines[2].text) && is_rule(lines[3].text) && !lines[1].is_blank();
    if !folded {
        return None;
    }
    let mut end = 4;
    while end < lines.len() && !ends(lines, end) {
        end += 1;
    }
    let widest = lines[..end].iter().step_by(2).map(Line::width).max()?;
    let width = WIDTHS.into_iter().find(|width| *width >= widest).unwrap_or(widest);
    let joined = |n: usize| {
        let second = lines.get(n + 1).filter(|_| n + 1 < end).map_or("", |line| line.text);
        format!("{:width$}{second}", lines[n].text)
    };
    let columns = Columns::of(&joined(0), &joined(2))?;
    for n in (4..end).step_by(2) {
        columns.row(&lines[n..(n + 2).min(end)], &joined(n), cmdlet, objects, n == 4);
    }
    Some(end)
}

/// Whether a line is nothing but the dashes below a header.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() > 1 && line.bytes().all(|byte| byte == b'-' || byte == b' ')
}

fn ends(lines: &[Line<'_>], n: usize) -> bool {
    lines[n].is_blank() || prompt(lines, n).is_some() || without_stream(lines[n].text).is_some()
}

/// A table's columns: name, first character, and the character behind the last dash.
struct Columns(Vec<(String, usize, usize)>);

impl Columns {
    fn of(header: &str, rule: &str) -> Option<Self> {
        let header: Vec<char> = header.chars().collect();
        let rule: Vec<char> = rule.trim_end().chars().collect();
        let mut columns: Vec<(usize, usize)> = Vec::new();
        for (at, c) in rule.iter().enumerate().filter(|(_, c)| **c == '-') {
            let _ = c;
            match columns.last_mut() {
                Some((_, end)) if *end == at => *end = at + 1,
                _ => columns.push((at, at + 1)),
            }
        }
        let name = |start: usize, end: usize| -> String {
            header.get(start..end.min(header.len())).unwrap_or_default().iter().collect::<String>().trim().to_owned()
        };
        let mut named: Vec<(String, usize, usize)> =
            columns.iter().map(|&(start, end)| (name(start, end), start, end)).collect();
        let words: String = header.iter().collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        let aligned = named.iter().all(|(name, ..)| !name.is_empty() && !name.contains(char::is_whitespace));
        if !aligned && words.len() == named.len() {
            // Blanks were lost on the way: the words are the names all the same.
            named = named.into_iter().zip(words).map(|((_, start, end), word)| (word.to_owned(), start, end)).collect();
        }
        named.iter().all(|(name, ..)| !name.is_empty()).then_some(Self(named))
    }

    /// Adds the object of a row. A row whose first cell is empty goes on with the one before.
    fn row(&self, lines: &[Line<'_>], text: &str, cmdlet: Option<&str>, objects: &mut Vec<Object>, is_first: bool) {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let cells = self.by_place(&chars, text).or_else(|| self.by_words(text)).unwrap_or_default();
        let Some(first) = lines.first() else { return };
        let end = lines.last().map_or(first.end(), Line::end);
        // Only in a row on one line the places in `text` are those in the file.
        let place = |start: usize, end: usize| first.start + start..first.start + end;
        let one_line = lines.len() == 1;
        let goes_on = cells.first().is_some_and(|(cell, _)| cell.is_empty()) && !is_first;
        let before = objects.last_mut().filter(|object| object.form == Form::Table && goes_on);
        if let Some(before) = before {
            let more = cells.iter().zip(&mut before.properties).filter(|((cell, _), _)| !cell.is_empty());
            for ((cell, _), property) in more {
                let whole = format!("{} {cell}", unprinted(&property.value));
                property.value = Value::printed(&whole);
                property.at.end = end;
            }
            before.at.end = end;
            before.cut = before.properties.iter().any(|property| property.value.is_cut());
            return;
        }
        let properties: Vec<Property> = self
            .0
            .iter()
            .zip(cells)
            .map(|((name, ..), (cell, start))| Property {
                name: name.as_str().into(),
                at: if one_line { place(start, start + cell.len()) } else { first.start..end },
                value: Value::printed(&cell),
            })
            .collect();
        objects.push(Object::new(cmdlet, Form::Table, properties, first.start..end));
    }

    /// The cells by the columns' places; nothing where a word crosses from one column into the next.
    fn by_place(&self, chars: &[(usize, char)], text: &str) -> Option<Vec<(String, usize)>> {
        let mut starts = vec![0];
        for pair in self.0.windows(2) {
            let (mut at, before) = (pair[1].1, pair[0].2);
            // Numbers end below their header's end, and begin left of its beginning.
            while at > before && at <= chars.len() && chars.get(at - 1).is_some_and(|(_, c)| !c.is_whitespace()) {
                at -= 1;
            }
            if at <= chars.len() && at > 0 && chars.get(at - 1).is_some_and(|(_, c)| !c.is_whitespace()) {
                return None;
            }
            starts.push(at);
        }
        starts.push(usize::MAX);
        let byte = |at: usize| chars.get(at).map_or(text.len(), |(byte, _)| *byte);
        let cell = |pair: &[usize]| {
            let cell = &text[byte(pair[0])..byte(pair[1])];
            let start = byte(pair[0]) + cell.len() - cell.trim_start().len();
            (cell.trim().to_owned(), start)
        };
        Some(starts.windows(2).map(cell).collect())
    }

    /// The cells by words, where blanks were lost on the way: the last ones are one word each.
    fn by_words(&self, text: &str) -> Option<Vec<(String, usize)>> {
        let mut cells = Vec::new();
        let mut rest = text.trim_end();
        for _ in 1..self.0.len() {
            let at = rest.rfind(char::is_whitespace)?;
            let start = at + rest[at..].chars().next().map_or(1, char::len_utf8);
            cells.push((rest[start..].to_owned(), start));
            rest = rest[..at].trim_end();
        }
        cells.push((rest.trim().to_owned(), rest.len() - rest.trim_start().len()));
        cells.reverse();
        Some(cells)
    }
}

/// A value as it was printed.
fn unprinted(value: &Value) -> String {
    match value {
        Value::List { items, cut } => format!("{{{}{}}}", items.join(", "), if *cut { "..." } else { "" }),
        other => other.text(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;

    fn cells(text: &str) -> Vec<Vec<String>> {
        read(text)
            .iter()
            .map(|o| o.properties.iter().map(|p| format!("{}={}", p.name, p.value.text())).collect())
            .collect()
    }

    #[test]
    fn columns_are_known_by_their_place() {
        let text = "Task                                  ResultType\n----                                  ----------\nChecking EWS API Call Under Oauth     Success\n\n";
        assert_eq!(cells(text), [["Task=Checking EWS API Call Under Oauth", "ResultType=Success"]]);
        let numbers = "Name    Count Server\n----    ----- ------\na          12 EX01\nb       12345\n";
        assert_eq!(cells(numbers), [["Name=a", "Count=12", "Server=EX01"], ["Name=b", "Count=12345", "Server="]]);
    }

    #[test]
    fn a_table_without_its_blanks_is_read_from_the_right() {
        let text = "Task ResultType\n---- ----------\nChecking EWS API Call Under Oauth Success\n";
        assert_eq!(cells(text), [["Task=Checking EWS API Call Under Oauth", "ResultType=Success"]]);
    }

    #[test]
    fn a_wrapped_cell_goes_on_below() {
        let text = "Server Component          State\n------ ---------          -----\nEX01   ServerWideOffline  Active\n       More\n";
        assert_eq!(cells(text), [["Server=EX01", "Component=ServerWideOffline More", "State=Active"]]);
    }

    #[test]
    fn a_table_wider_than_the_console_is_put_together() {
        let a = format!("{:<40}{:<40}", "Site", "State");
        let b = "Thumbprint";
        let rule = format!("{:<40}{:<40}", "----", "-----");
        let row = format!("{:<40}{:<40}", "Default", "Installed");
        let text = format!("{a}\n{b}\n{rule}\n----------\n{row}\n97E9\n\n");
        assert_eq!(cells(&text), [["Site=Default", "State=Installed", "Thumbprint=97E9"]]);
    }

    #[test]
    fn a_cut_value_is_known_as_cut() {
        let text = "Site                 State\n----                 -----\ncontoso.com/Conf...  Installed\n";
        let objects = read(text);
        assert!(objects[0].cut);
        assert_eq!(&text[objects[0].properties[1].at.clone()], "Installed");
    }
}
