//! What of a rule does not travel into a query.

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
        match self {
            Self::More => "too many rows",
            Self::Fewer => "too few rows",
            Self::Both => "too many or too few rows",
        }
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
        match self {
            Self::Normalisation => {
                "escapes of HTML and JSON, markup, damaged encodings and the prefixes of a console's lines are not undone"
            }
            Self::Wording => {
                "a sentence must stand as the rule writes it: another blank, a wrapped word, an escape, another quote or \
                 a damaged accent hides it"
            }
            Self::Distance => "the parts of the rule may stand anywhere in the row, not only near one another",
            Self::ExcludedAnywhere => "what excludes the rule does so anywhere in the row, not only near its evidence",
            Self::Numbers => {
                "a number is found in a longer number, too, and so is a code behind the end of another word"
            }
            Self::NumbersExcluded => "a number that excludes the rule is found in a longer number, too",
            Self::ContextAnywhere => "the context may stand anywhere in the row, not only near the evidence",
            Self::DirectionAnywhere => {
                "a direction that the text shows counts anywhere in the row, not only near the evidence"
            }
            Self::PatternParts => {
                "the target has no regular expressions: the fixed parts of a pattern are looked for in their order, what \
                 stands between them is not checked"
            }
            Self::PatternNotExcluded => {
                "the target has no regular expressions: a pattern with variable parts that excludes the rule is left out"
            }
            Self::PatternAnchors => "a pattern does not check where the text or a word begins or ends",
            Self::PatternBlanks => "a pattern allows white space only where the rule writes a blank",
            Self::Outranked => {
                "a row that another, outranking rule would win is selected, too; the combined query knows the ranks"
            }
            Self::Weight => {
                "where two rules hold and neither outranks the other, the order is fixed; scan takes the one with more evidence"
            }
        }
    }
}
