//! Lines as `Format-List` prints them: a name, blanks up to the column of all colons, the value.
//!
//! Values are cut at the console's width, also inside words, and go on under their own beginning.

/// The widths of consoles and of scheduled tasks, and those that leave the last column free.
pub(super) const USUAL_WIDTHS: [usize; 4] = [79, 80, 119, 120];

/// A line of which the first word is a property's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// The name.
    pub name: &'t str,
    /// How many characters stand before the name.
    pub indent: usize,
    /// How many characters stand before the colon.
    pub column: usize,
    /// What stands behind the colon and one blank.
    pub value: &'t str,
}

impl Line<'_> {
    /// Whether exactly one blank stands before the colon: so do all, where blanks were lost on the way.
    pub fn is_tight(&self) -> bool {
        self.column == self.indent + self.name.chars().count() + 1
    }
}

/// Reads a line that begins with a property: there is always a blank before its colon.
pub(super) fn line(text: &str) -> Option<Line<'_>> {
    let start = text.find(|c: char| !c.is_whitespace())?;
    let rest = &text[start..];
    let end = rest.find(|c: char| c.is_whitespace() || c == ':')?;
    let (name, behind) = rest.split_at(end);
    let blanks = behind.find(|c: char| !c.is_whitespace())?;
    let value = behind[blanks..].strip_prefix(':')?;
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_') && name.starts_with(char::is_alphabetic);
    if blanks == 0 || !is_name || !(value.is_empty() || value.starts_with(char::is_whitespace)) {
        return None;
    }
    let indent = text[..start].chars().count();
    let column = indent + name.chars().count() + behind[..blanks].chars().count();
    let value = value.strip_prefix(char::is_whitespace).unwrap_or(value);
    Some(Line { name, indent, column, value })
}

/// A property and its value; its colon stands where all colons stand (in bytes).
pub(super) fn property(line: &str, colon: usize) -> Option<(&str, &str)> {
    let (name, value) = (line.get(..colon)?.trim_end(), line.get(colon..)?.strip_prefix(':')?);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !name.is_empty()).then_some((name, value))
}

/// A line without the blanks below the property's name.
pub(super) fn without_indent(line: &str, indent: usize) -> &str {
    let blanks = line.bytes().take(indent).take_while(|byte| *byte == b' ').count();
    &line[blanks..]
}

/// How long lines are that were cut: the longest ones, where something goes on below several of them, or where the length is one
/// that consoles have. `colon` is the column of the colons.
pub(super) fn width(text: &str, colon: usize) -> Option<usize> {
    let mut lines = text.lines().map(|line| (line.chars().count(), line)).collect::<Vec<_>>();
    if !text.ends_with('\n') {
        lines.pop();
    }
    let widest = lines.iter().map(|(len, _)| *len).max()?;
    let goes_on =
        |line: &str| line.len() > colon + 2 && without_indent(line, colon + 2).len() == line.len() - colon - 2;
    let cut = lines.windows(2).filter(|pair| pair[0].0 == widest && goes_on(pair[1].1)).count();
    (cut > 1 || cut == 1 && USUAL_WIDTHS.contains(&widest)).then_some(widest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_has_a_blank_before_its_colon() {
        let read = line("  Id          : MismatchedFederation").expect("a property");
        assert_eq!((read.name, read.indent, read.column, read.value), ("Id", 2, 14, "MismatchedFederation"));
        assert_eq!(line("TargetSharingEpr :").map(|line| line.value), Some(""));
        assert!(line("Id : x").is_some_and(|line| line.is_tight()));
        for text in ["VERBOSE: x", "Begin testing : x", "", "  ", "at System.X : y", "https://x :y", "a :b"] {
            assert_eq!(line(text), None, "{text}");
        }
    }
}
