//! Diagnostics the way a compiler shows them.

use crate::author::diagnostic::{Diagnostic, Label, Severity, SourceFile};
use crate::report::{Style, printable, replacement};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use std::borrow::Cow;
use std::ops::Range;

/// Two places of one file that are further apart than this, in bytes, are shown one after the other.
const FURTHEST: usize = 4_096;

/// So many bytes of a longer line are shown before and behind a place.
const AROUND: usize = 300;

/// Shows diagnostics with their lines.
pub fn terminal(files: &[SourceFile], diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(style.width.max(40));
    let mut out = String::new();
    for diagnostic in diagnostics {
        let Some(file) = files.get(diagnostic.file) else { continue };
        let mut groups = vec![main_group(files, file, diagnostic)];
        if let Some(help) = &diagnostic.help {
            let help = printable(help).into_owned();
            match diagnostic.fix.as_deref().and_then(|fix| patch(file, diagnostic, fix)) {
                Some(snippet) => groups.push(Level::HELP.secondary_title(help).element(snippet)),
                None => {
                    let last = groups.pop();
                    groups.extend(last.map(|group| group.element(Level::HELP.message(help))));
                }
            }
        }
        out.push_str(&renderer.render(&groups));
        out.push_str("\n\n");
    }
    out
}

fn main_group<'a>(files: &'a [SourceFile], file: &'a SourceFile, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.code.severity {
        Severity::Warning => Level::WARNING,
        Severity::Error | Severity::Unreadable => Level::ERROR,
    };
    let title = level.primary_title(printable(&diagnostic.message).into_owned()).id(diagnostic.code.name);
    if file.text.is_empty() {
        return Group::with_title(title).element(Origin::path(printable(&file.name).into_owned()));
    }
    // What lies far away is shown by itself: the lines between would only cost time.
    let is_here = |label: &&Label| {
        let far = label.span.start.abs_diff(diagnostic.span.start);
        label.file == diagnostic.file && far <= FURTHEST
    };
    let here: Vec<_> = diagnostic.also.iter().filter(is_here).collect();
    let spans: Vec<&Range<usize>> = std::iter::once(&diagnostic.span).chain(here.iter().map(|l| &l.span)).collect();
    let window = Window::around(&file.text, &spans);
    let mut label = AnnotationKind::Primary.span(window.inside(&diagnostic.span));
    if !diagnostic.label.is_empty() {
        label = label.label(printable(&diagnostic.label).into_owned());
    }
    let mut snippet = match window.column {
        Some(_) => Snippet::source(window.text.clone()).line_start(window.line).annotation(label),
        None => window.snippet(&file.name).annotation(label),
    };
    for other in here {
        let place = window.inside(&other.span);
        snippet = snippet.annotation(AnnotationKind::Context.span(place).label(printable(&other.text).into_owned()));
    }
    let mut group = match window.column {
        Some(column) => {
            let place = Origin::path(printable(&file.name).into_owned()).line(window.line).char_column(column);
            Group::with_title(title).element(place).element(snippet)
        }
        None => Group::with_title(title).element(snippet),
    };
    for other in diagnostic.also.iter().filter(|label| !is_here(label)) {
        let Some(file) = files.get(other.file) else { continue };
        let window = Window::around(&file.text, &[&other.span]);
        let place = window.inside(&other.span);
        let label = AnnotationKind::Context.span(place).label(printable(&other.text).into_owned());
        group = group.element(window.snippet(&file.name).annotation(label));
    }
    group
}

/// The line as it would be with the fix.
fn patch<'a>(file: &'a SourceFile, diagnostic: &Diagnostic, fix: &str) -> Option<Snippet<'a, Patch<'a>>> {
    if file.text.is_empty() {
        return None;
    }
    let window = Window::around(&file.text, &[&diagnostic.span]);
    let place = window.inside(&diagnostic.span);
    let source = window.text.clone();
    Some(
        Snippet::source(source)
            .line_start(window.line)
            .path(printable(&file.name).into_owned())
            .patch(Patch::new(place, printable(fix).into_owned())),
    )
}

/// The lines around some places, safe to show, and where the places are in them.
struct Window {
    text: String,
    /// The number of the first line.
    line: usize,
    /// The column of the first place, where the beginning of its line is left out.
    column: Option<usize>,
    /// Bytes of the file to bytes of the text, ascending.
    map: Vec<(usize, usize)>,
}

impl Window {
    fn around(text: &str, spans: &[&Range<usize>]) -> Self {
        let clamp = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = clamp(spans.iter().map(|span| span.start).min().unwrap_or(0));
        let end = clamp(spans.iter().map(|span| span.end).max().unwrap_or(start)).max(start);
        let end = clamp(end.min(start + 2 * FURTHEST));
        let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let to = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
        // Of a line of a megabyte only the surroundings can be shown.
        let is_cut = start - line > FURTHEST;
        let from = if is_cut { clamp(start - AROUND) } else { line };
        let to = if to - end > FURTHEST { clamp(end + AROUND) } else { to };
        let column = is_cut.then(|| text[line..start].chars().count() + 1);
        let mut out = String::with_capacity(to - from);
        let mut map = Vec::new();
        for (at, c) in text[from..to].char_indices() {
            map.push((from + at, out.len()));
            out.extend(replacement(c));
        }
        map.push((to, out.len()));
        Self { text: out, line: text[..from].bytes().filter(|b| *b == b'\n').count() + 1, column, map }
    }

    /// A place of the file in the text.
    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let find = |at: usize| {
            let next = self.map.partition_point(|(original, _)| *original < at);
            self.map.get(next).or(self.map.last()).map_or(0, |(_, shown)| *shown)
        };
        let start = find(span.start);
        start..find(span.end).max(start)
    }

    fn snippet<'a>(&self, name: &'a str) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let path: Cow<'a, str> = printable(name);
        Snippet::source(self.text.clone()).line_start(self.line).path(path)
    }
}
