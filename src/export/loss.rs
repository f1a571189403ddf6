//! What of a rule does not travel into a query.

static WORDS: &str = include_str!("../../templates/export/losses.txt");

/// Which rows a loss changes, held against what `scan` is certain of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The query may select rows that `scan` does not.
    More,
    /// The query may miss rows that `scan` selects.
    Fewer,
    /// Both may happen.
    Both,
}

impl Effect {
    /// Whether the query may select too many rows.
    pub fn adds(self) -> bool {
        self != Self::Fewer
    }

    /// Whether the query may miss rows.
    pub fn misses(self) -> bool {
        self != Self::More
    }

    /// The words for it.
    pub fn words(self) -> &'static str {
        words(match self {
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::Both => "both",
        })
    }
}

/// A part of a rule that a target cannot say, or says less exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// What the program does to a text before it looks at it.
    Normalisation,
    /// Sentences have to stand as they are written.
    Wording,
    /// How near the parts of a rule stand to one another.
    Distance,
    /// What excludes a rule does so from any place of the row.
    ExcludedAnywhere,
    /// A number may be a part of a longer one.
    Numbers,
    /// A number that excludes may be a part of a longer one.
    NumbersExcluded,
    /// The context counts at any place of the row.
    ContextAnywhere,
    /// The direction counts at any place of the row.
    DirectionAnywhere,
    /// Of a pattern only the fixed parts are looked for.
    PatternParts,
    /// A pattern that excludes cannot be said.
    PatternNotExcluded,
    /// A pattern does not see where a text begins, ends, or where a word does.
    PatternAnchors,
    /// A pattern sees white space.
    PatternBlanks,
    /// Another rule would win the row.
    Outranked,
    /// Which rule has the most evidence.
    Weight,
}

impl Loss {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 14] = [
        Self::Normalisation,
        Self::Wording,
        Self::Distance,
        Self::ExcludedAnywhere,
        Self::Numbers,
        Self::NumbersExcluded,
        Self::ContextAnywhere,
        Self::DirectionAnywhere,
        Self::PatternParts,
        Self::PatternNotExcluded,
        Self::PatternAnchors,
        Self::PatternBlanks,
        Self::Outranked,
        Self::Weight,
    ];

    /// The name in queries and in `docs/export.md`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Normalisation => "normalisation",
            Self::Wording => "wording",
            Self::Distance => "distance",
            Self::ExcludedAnywhere => "excluded-anywhere",
            Self::Numbers => "numbers",
            Self::NumbersExcluded => "numbers-excluded",
            Self::ContextAnywhere => "context-anywhere",
            Self::DirectionAnywhere => "direction-anywhere",
            Self::PatternParts => "pattern-parts",
            Self::PatternNotExcluded => "pattern-not-excluded",
            Self::PatternAnchors => "pattern-anchors",
            Self::PatternBlanks => "pattern-blanks",
            Self::Outranked => "outranked",
            Self::Weight => "weight",
        }
    }

    /// Which rows it changes.
    pub fn effect(self) -> Effect {
        match self {
            Self::Normalisation | Self::Wording | Self::ExcludedAnywhere | Self::NumbersExcluded => Effect::Fewer,
            Self::Distance
            | Self::Numbers
            | Self::ContextAnywhere
            | Self::PatternParts
            | Self::PatternNotExcluded
            | Self::PatternAnchors
            | Self::Outranked => Effect::More,
            Self::DirectionAnywhere | Self::PatternBlanks | Self::Weight => Effect::Both,
        }
    }

    /// What is lost, in one sentence without its full stop.
    pub fn words(self) -> &'static str {
        words(self.id())
    }
}

/// The words that a line of `templates/export/losses.txt` has for a name.
fn words(name: &str) -> &'static str {
    WORDS.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_its_words() {
        for loss in Loss::ALL {
            assert!(!loss.words().is_empty() && !loss.effect().words().is_empty(), "{loss:?}");
        }
        assert_eq!(WORDS.lines().count(), Loss::ALL.len() + 3, "a line that nothing uses");
    }
}
