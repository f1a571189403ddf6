//! `Format-List`: a property a line, a value cut at the console's width going on below its own beginning.

use super::lines::{Line, prompt, without_stream};
use super::{Form, Object, Property, Value, extent};
use crate::read::property_list;

/// A line of at least that many characters may have been cut, also where what follows lost its indentation.
const CUT_AT_LEAST: usize = 70;

/// Reads the objects of a list that begins with the first line; the answer is how many lines they take, nothing where it begins
/// no list.
pub(super) fn read(lines: &[Line<'_>], cmdlet: Option<&str>, objects: &mut Vec<Object>) -> Option<usize> {
    let first = property_list::line(lines.first()?.text)?;
    let mut list = List { column: first.column, rows: Vec::new() };
    let mut blanks = 0;
    let mut end = 0;
    for (n, line) in lines.iter().enumerate() {
        if line.is_blank() {
            blanks += 1;
            continue;
        }
        let next = property_list::line(line.text).filter(|next| next.indent == first.indent);
        let same_column = next.filter(|next| next.column == first.column);
        // Where blanks were lost on the way, the colons stand anywhere.
        let property = same_column.or(next.filter(|next| next.is_tight() && first.is_tight()));
        if let Some(property) = property {
            let again = list.rows.iter().any(|row| row.name.eq_ignore_ascii_case(property.name));
            // A value of several lines may hold empty ones.
            let apart = blanks > 0 && list.rows.last().is_none_or(|row| row.lines.len() == 1);
            if again || apart {
                list.finish(lines, cmdlet, objects);
            }
            list.rows.push(Row { name: property.name, value: property.value, lines: n..n + 1 });
        } else {
            if n > 0 && (prompt(lines, n).is_some() || without_stream(line.text).is_some()) {
                break;
            }
            let indented = line.text.starts_with(char::is_whitespace)
                && line.text.chars().take_while(|c| c.is_whitespace()).count() > first.indent;
            let was_cut = blanks == 0 && lines[n - 1].width() >= CUT_AT_LEAST;
            match list.rows.last_mut() {
                Some(row) if indented || was_cut => row.lines.end = n + 1,
                _ => break,
            }
        }
        blanks = 0;
        end = n + 1;
    }
    list.finish(lines, cmdlet, objects);
    Some(end)
}

/// The rows of the object that is being read.
struct List<'t> {
    column: usize,
    rows: Vec<Row<'t>>,
}

struct Row<'t> {
    name: &'t str,
    /// The value's first line.
    value: &'t str,
    lines: std::ops::Range<usize>,
}

impl List<'_> {
    fn finish(&mut self, lines: &[Line<'_>], cmdlet: Option<&str>, objects: &mut Vec<Object>) {
        let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) else { return };
        let all = &lines[first.lines.start..last.lines.end];
        let several = self.rows.iter().any(|row| row.lines.len() > 1);
        let width = if several {
            let block: String = all.iter().flat_map(|line| [line.text, "\n"]).collect();
            property_list::width(&block, self.column)
        } else {
            None
        };
        let properties = self.rows.iter().map(|row| Property {
            name: row.name.into(),
            value: Value::printed(&row.whole(lines, self.column, width)),
            at: {
                let whole = extent(&lines[row.lines.clone()]);
                let indent = lines[row.lines.start].text.len() - lines[row.lines.start].text.trim_start().len();
                whole.start + indent..whole.end
            },
        });
        objects.push(Object::new(cmdlet, Form::List, properties.collect(), extent(all)));
        self.rows.clear();
    }
}

impl Row<'_> {
    /// The value, put together: without anything where the console cut it, else with an end of line.
    fn whole(&self, lines: &[Line<'_>], column: usize, width: Option<usize>) -> String {
        let mut value = self.value.to_owned();
        // A list, a name or an address goes on where the console cut it.
        let first = value.trim();
        let one_word = first.starts_with('{')
            || !first.contains(char::is_whitespace) && first.contains(['/', '\\', '=', ',', '.', '@']);
        let mut cut = width.is_some_and(|width| lines[self.lines.start].width() == width);
        for line in &lines[self.lines.start + 1..self.lines.end] {
            if !cut && !one_word {
                value.push('\n');
            }
            value.push_str(property_list::without_indent(line.text, column + 2));
            cut = width.is_some_and(|width| line.width() == width);
        }
        value.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;

    fn value(text: &str, object: usize, name: &str) -> String {
        let objects = read(text);
        objects[object].property(name).unwrap_or_else(|| panic!("{name} in {objects:?}")).value.text()
    }

    #[test]
    fn a_value_that_the_console_cut_is_put_together_without_a_blank() {
        let text = "Name              : HybridIOC - 550d3715-58c4-4079-af8e-b45162205800\n\
                    DistinguishedName : CN=HybridIOC - 550d3715-58c4-4079-af8e-b45162205800,CN=Intra\n                     Organization Connectors,CN=Configur\n                    ation,CN=contoso\n\
                    Enabled           : True\n";
        assert_eq!(
            value(text, 0, "DistinguishedName"),
            "CN=HybridIOC - 550d3715-58c4-4079-af8e-b45162205800,CN=Intra Organization Connectors,CN=Configur\nation,CN=contoso"
        );
        assert_eq!(value(text, 0, "Enabled"), "True");
        let url = "DiscoveryEndpoint : https://mail.contoso.com/autodiscover/auto\n                    discover.svc\nEnabled           : True\n";
        assert_eq!(value(url, 0, "DiscoveryEndpoint"), "https://mail.contoso.com/autodiscover/autodiscover.svc");
        let lost = "DiscoveryEndpoint : https://mail.contoso.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/auto\ndiscover.svc\nEnabled           : True\n";
        assert!(value(lost, 0, "DiscoveryEndpoint").ends_with("/autodiscover.svc"));
    }

    #[test]
    fn a_value_may_hold_empty_lines_and_an_object_begins_where_a_property_comes_again() {
        let text = "Task       : one\nDetail     : a\n             b\n\n             c : d\n\nResultType : Error\n\nTask       : two\nDetail     :\nResultType : Success\n";
        let objects = read(text);
        assert_eq!(objects.len(), 2);
        assert_eq!(value(text, 0, "Detail"), "a\nb\n\nc : d");
        assert_eq!(value(text, 0, "ResultType"), "Error");
        assert!(objects[1].property("Detail").is_some_and(|detail| detail.value.is_empty()));
    }

    #[test]
    fn a_list_whose_blanks_were_lost_is_still_one() {
        let text = "RunspaceId : a6c3\nIdentity :\nId : MismatchedFederation\nStatus : Warnung\n";
        assert_eq!(read(text).len(), 1);
        assert_eq!(value(text, 0, "Id"), "MismatchedFederation");
    }

    #[test]
    fn what_follows_a_list_is_not_part_of_it() {
        let text = "Name    : a\nEnabled : True\nWARNING: something : else\nThat is all.\n";
        let objects = read(text);
        assert_eq!(objects.len(), 1);
        assert_eq!(objects[0].properties.len(), 2);
    }
}
