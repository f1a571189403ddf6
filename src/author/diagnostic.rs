//! What is wrong in a rule folder, where, and how to mend it.

use std::ops::Range;

/// A file that was read, as its author wrote it.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// How messages call it: its path, as it was reached.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The folder in the rule folder in which it lies; nothing where it lies in the rule folder itself, or was named alone.
    pub area: Option<String>,
}

impl SourceFile {
    /// The name without folders.
    pub fn file_name(&self) -> &str {
        self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name)
    }

    /// The name without folders and extension.
    pub fn stem(&self) -> &str {
        self.file_name().rsplit_once('.').map_or(self.file_name(), |(stem, _)| stem)
    }

    /// Line and column (in characters) of a byte, both from 1.
    pub fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; the rule works.
    Warning,
    /// The rule does not work, or says something wrong.
    Error,
    /// The file could not be read as a rule file at all.
    Unreadable,
}

/// A kind of diagnostic. Its name is stable: configurations, suppressions and links refer to it.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The name, in kebab-case.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The kind in one line.
    pub title: &'static str,
    /// Its page in the documentation: why it matters, what to do, an example (Markdown).
    pub page: &'static str,
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// The file, by its number in the run.
    pub file: usize,
    /// The bytes that are marked.
    pub span: Range<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What stands at the marked place; empty where the message says it all.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// What could stand at the marked place instead.
    pub fix: Option<String>,
    /// Further places that explain it.
    pub also: Vec<Label>,
}

/// A further place.
#[derive(Debug, Clone)]
pub struct Label {
    /// The file, by its number in the run.
    pub file: usize,
    /// The bytes that are marked.
    pub span: Range<usize>,
    /// What stands there.
    pub text: String,
}

/// A type for each kind of diagnostic ([`super::problems`]): its data, and how that is said.
pub trait Problem {
    /// The kind.
    const CODE: Code;

    /// The problem in words.
    fn describe(&self) -> Description;
}

/// A problem in words.
#[derive(Debug, Clone)]
pub struct Description {
    /// [`Diagnostic::message`]
    pub message: String,
    /// [`Diagnostic::label`]
    pub label: String,
    /// [`Diagnostic::help`]
    pub help: Option<String>,
}

/// Declares kinds of diagnostics: for each a type with its data, and its words beside it.
macro_rules! problems {
    ($(
        $(#[doc = $doc:literal])+
        $severity:ident $name:literal $type:ident { $($field:ident: $kind:ty),* $(,)? }
        message: $message:expr,
        label: $label:expr,
        help: $help:expr;
    )+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone)]
            pub struct $type {
                $(#[doc = concat!("The `", stringify!($field), "` of the message.")] pub $field: $kind,)*
            }

            impl $crate::author::diagnostic::Problem for $type {
                const CODE: $crate::author::diagnostic::Code = $crate::author::diagnostic::Code {
                    name: $name,
                    severity: $crate::author::diagnostic::Severity::$severity,
                    title: concat!($($doc),+),
                    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics/", $name, ".md")),
                };

                fn describe(&self) -> $crate::author::diagnostic::Description {
                    #[allow(unused_variables, reason = "not every text names all data")]
                    let Self { $($field),* } = self;
                    let help: &str = &$help;
                    $crate::author::diagnostic::Description {
                        message: ($message).to_string(),
                        label: ($label).to_string(),
                        help: (!help.is_empty()).then(|| help.to_owned()),
                    }
                }
            }
        )+

        /// All kinds, in the order of this file.
        pub const CODES: &[$crate::author::diagnostic::Code] = &[$(<$type as $crate::author::diagnostic::Problem>::CODE),+];
    };
}

pub(crate) use problems;

/// Collects what is wrong in one file.
#[derive(Debug)]
pub struct Findings {
    file: usize,
    list: Vec<Diagnostic>,
}

impl Findings {
    /// Nothing yet, in the file with this number.
    pub fn new(file: usize) -> Self {
        Self { file, list: Vec::new() }
    }

    /// Adds a problem at a place.
    pub fn add<P: Problem>(&mut self, span: Range<usize>, problem: &P) -> &mut Diagnostic {
        let Description { message, label, help } = problem.describe();
        let diagnostic =
            Diagnostic { code: P::CODE, file: self.file, span, message, label, help, fix: None, also: Vec::new() };
        let at = self.list.len();
        self.list.push(diagnostic);
        &mut self.list[at]
    }

    /// Whether one of these kinds was found at exactly this place.
    pub fn has(&self, span: &Range<usize>, codes: &[Code]) -> bool {
        let of_kind = |found: &Diagnostic| codes.iter().any(|code| code.name == found.code.name);
        self.list.iter().any(|found| found.span == *span && of_kind(found))
    }

    /// The number of the file.
    pub fn file(&self) -> usize {
        self.file
    }

    /// Everything found, in the order of the places.
    pub fn into_list(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| (d.span.start, d.span.end));
        self.list
    }
}

impl Diagnostic {
    /// Adds what could stand at the marked place instead.
    pub fn fix(&mut self, replacement: impl Into<String>) -> &mut Self {
        self.fix = Some(replacement.into());
        self
    }

    /// Adds what could be meant, where something is near enough.
    pub fn suggest(&mut self, replacement: Option<String>) -> &mut Self {
        self.fix = replacement;
        self
    }

    /// Adds a further place.
    pub fn also(&mut self, file: usize, span: Range<usize>, text: impl Into<String>) -> &mut Self {
        self.also.push(Label { file, span, text: text.into() });
        self
    }
}
