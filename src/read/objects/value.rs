//! What a property holds, as PowerShell prints it.

/// What a property holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: no text, an empty list.
    Empty,
    /// One value.
    Text {
        /// The value, put together where the console cut it.
        text: String,
        /// Whether the end is missing, or the value was replaced by its type's name.
        cut: bool,
    },
    /// Several values.
    List {
        /// The values.
        items: Vec<String>,
        /// Whether there are more, which were not printed.
        cut: bool,
    },
}

/// What PowerShell prints in place of something too deep.
const TYPE_NAMES: [&str; 4] = ["System.Object[]", "System.String[]", "System.Collections.", "Microsoft.Exchange.Data."];

impl Value {
    /// A value as a console prints it: `{a, b...}` is a list.
    pub fn printed(text: &str) -> Self {
        let text = text.trim();
        match text.strip_prefix('{') {
            Some(inner) if !inner.starts_with('"') => {
                let (inner, closed) = match inner.strip_suffix('}') {
                    Some(inner) => (inner, true),
                    None => (inner, false),
                };
                // A list that a table cut has lost its end.
                let (inner, more) = without_dots(inner);
                if !closed && !more {
                    return Self::text_of(text);
                }
                let mut items: Vec<String> =
                    inner.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
                if !closed {
                    // The last one may be half of a name.
                    items.pop();
                }
                Self::list(items, more || !closed)
            }
            _ => Self::text_of(text),
        }
    }

    /// A list; nothing where it has no items.
    pub fn list(items: Vec<String>, cut: bool) -> Self {
        if items.is_empty() && !cut { Self::Empty } else { Self::List { items, cut } }
    }

    /// A single value, which may be cut.
    pub(super) fn text_of(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Empty;
        }
        let (kept, dots) = without_dots(text);
        // A sentence may end with dots; a word that does was cut.
        let cut = dots && !kept.contains(char::is_whitespace) || TYPE_NAMES.iter().any(|name| text.starts_with(name));
        Self::Text { text: text.to_owned(), cut }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether something of it was not printed.
    pub fn is_cut(&self) -> bool {
        matches!(self, Self::Text { cut: true, .. } | Self::List { cut: true, .. })
    }

    /// Its values, each on its own; a single value is one.
    pub fn items(&self) -> &[String] {
        match self {
            Self::Empty => &[],
            Self::Text { text, .. } => std::slice::from_ref(text),
            Self::List { items, .. } => items,
        }
    }

    /// Its text, a list's values separated by commas.
    pub fn text(&self) -> String {
        self.items().join(", ")
    }
}

/// A text without the dots that PowerShell 5.1 (`...`) and 7 (one character) write for what they left out, and whether it had them.
pub(super) fn without_dots(text: &str) -> (&str, bool) {
    let text = text.trim_end();
    match text.strip_suffix("...").or_else(|| text.strip_suffix('\u{2026}')) {
        Some(kept) => (kept.trim_end(), true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_whether_it_is_whole() {
        let items = |text: &str| (Value::printed(text).items().to_vec(), Value::printed(text).is_cut());
        assert_eq!(items("{contoso.com, fabrikam.com}"), (vec!["contoso.com".into(), "fabrikam.com".into()], false));
        assert_eq!(items("{contoso.com, fabrikam.com...}"), (vec!["contoso.com".into(), "fabrikam.com".into()], true));
        assert_eq!(items("{contoso.com, fabri\u{2026}"), (vec!["contoso.com".into()], true));
        assert_eq!(Value::printed("{}"), Value::Empty);
        assert_eq!(Value::printed("  "), Value::Empty);
    }

    #[test]
    fn a_word_that_ends_with_dots_was_cut_a_sentence_was_not() {
        assert!(Value::printed("contoso.com/Configuration/Sites/Defa...").is_cut());
        assert!(!Value::printed("Requesting delegation token...").is_cut());
        assert!(Value::printed("System.Object[]").is_cut());
    }
}
