//! A scan's report in the formats that people and programs read. The wording stands in `templates/scan*`.

use super::ScanReport;
use super::chart::Charts;
use super::digest::policy_source;
use super::layout::{Columns, Moment, bytes, duration, moment, number, pad, spark};
use super::rows::RowView;
use crate::report::render::{RenderError, Renderer};
use crate::report::sanitize::escape_invisible;
use crate::report::template::{clean, markdown, one_line};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

/// More than a report of five thousand rows and every rule needs.
const FUEL: u64 = 200_000_000;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanFormat {
    /// For a terminal.
    Text,
    /// For a ticket.
    Markdown,
    /// One self-contained page.
    Html,
    /// For programs.
    Json,
    /// What was read and what came of it in a few lines, beside findings that go elsewhere.
    Note,
}

impl Renderer {
    /// Writes a report. `ascii` is for a console without the letters of sparklines.
    ///
    /// # Errors
    ///
    /// When a template is wrong or the output takes no more.
    pub fn scan(
        &self,
        report: &ScanReport<'_>,
        format: ScanFormat,
        ascii: bool,
        out: &mut dyn io::Write,
    ) -> Result<(), RenderError> {
        let template = match format {
            ScanFormat::Json => return json(report, out),
            ScanFormat::Text => "scan.txt",
            ScanFormat::Note => "scan-note.txt",
            ScanFormat::Markdown => "scan.md",
            ScanFormat::Html => "scan.html",
        };
        let terminal = matches!(format, ScanFormat::Text | ScanFormat::Note);
        let columns = columns(report, self.style().width);
        let mut environment = self.prepare(template, terminal)?;
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, state, value| minijinja::escape_formatter(out, state, &clean(value)));
        add_filters(&mut environment, columns.form, ascii);
        let page = if format == ScanFormat::Html { self.page(report) } else { Value::from(()) };
        let context = context! {
            report => Value::from(Serde(report)),
            columns => Value::from(Serde(columns)),
            page => page,
            version => env!("CARGO_PKG_VERSION"),
        };
        let mut sink = Sink { out, error: None };
        let rendered =
            environment.get_template(template).and_then(|t| t.render_captured_to(context, &mut sink).map(drop));
        match (rendered, sink.error) {
            (_, Some(error)) => Err(RenderError::Write(error)),
            (Err(error), None) => Err(RenderError::Template(error)),
            (Ok(()), None) => out.write_all(b"\n").map_err(RenderError::Write),
        }
    }

    /// What the page's security policy must name, where it is sent as a header too: the one script and the one style sheet in it.
    pub fn scan_policy(&self) -> (String, String) {
        let [script, style] = ["scan.js", "scan.css"].map(|name| self.scan_part(name));
        (policy_source(&script), policy_source(&style))
    }

    /// A script or a style sheet as it stands in the page. A browser sees every line's end as one letter, and so must the digest.
    fn scan_part(&self, name: &str) -> String {
        format!("\n{}\n", self.source(name).replace("\r\n", "\n").trim_end())
    }

    /// What only the page has: charts, rows, and the script and the style sheet that its policy names.
    fn page(&self, report: &ScanReport<'_>) -> Value {
        let [script, style] = ["scan.js", "scan.css"].map(|name| self.scan_part(name));
        let rows = Arc::clone(&report.rows);
        // One row at a time: five thousand of them as values of a template would be many megabytes.
        let rows = Value::make_object_iterable(rows, |rows: &Arc<Vec<RowView>>| {
            Box::new(rows.iter().map(|row| Value::from(Serde(row))))
        });
        context! {
            charts => Value::from(Serde(Charts::new(report))),
            rows => rows,
            row_count => report.rows.len(),
            script_source => Value::from_safe_string(policy_source(&script)),
            style_source => Value::from_safe_string(policy_source(&style)),
            script => Value::from_safe_string(script),
            style => Value::from_safe_string(style),
        }
    }
}

fn add_filters(environment: &mut Environment<'_>, form: Moment, ascii: bool) {
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment.add_filter("n", number);
    environment.add_filter("bytes", bytes);
    environment.add_filter("pad", |text: Cow<'_, str>, width: usize| pad(&text, width, false));
    environment.add_filter("right", |text: Cow<'_, str>, width: usize| pad(&text, width, true));
    environment.add_filter("moment", move |time: Option<Cow<'_, str>>| moment(&time.unwrap_or_default(), form));
    environment.add_filter("minute", |time: Option<Cow<'_, str>>| moment(&time.unwrap_or_default(), Moment::Whole));
    environment.add_filter("spark", move |counts: Vec<u64>, width: usize| spark(&counts, width, ascii));
    environment.add_filter("duration", |minutes: i64| {
        let (count, unit) = duration(minutes);
        context! { count, unit }
    });
    // A cell of a table ends at the end of its line.
    environment.add_filter("cell", |text: Cow<'_, str>| markdown(&one_line(&text)).replace('$', "\\$"));
}

fn columns(report: &ScanReport<'_>, width: usize) -> Columns {
    let year = |time: &Option<String>| time.as_deref().and_then(|time| time.get(..4)).map(str::to_owned);
    let one_year = year(&report.findings.first) == year(&report.findings.last);
    let buckets = report.timeline.as_ref().map_or(0, |timeline| timeline.buckets);
    Columns::new(width, report.findings.count, one_year, buckets)
}

fn json(report: &ScanReport<'_>, out: &mut dyn io::Write) -> Result<(), RenderError> {
    let mut buffered = io::BufWriter::new(out);
    match serde_json::to_writer_pretty(Visible(&mut buffered), report) {
        Ok(()) => buffered.write_all(b"\n").and_then(|()| buffered.flush()).map_err(RenderError::Write),
        Err(error) => Err(match error.io_error_kind() {
            Some(kind) => RenderError::Write(kind.into()),
            None => RenderError::Json(error),
        }),
    }
}

/// Writes JSON in which nothing acts on a terminal. As it comes: a summary can be many megabytes long.
struct Visible<W>(W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // serde_json writes whole texts and parts of them between two characters that JSON escapes.
        let text = std::str::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        self.0.write_all(escape_invisible(text.to_owned()).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Remembers why the output took no more; a template's error does not say it in a way that can be asked.
struct Sink<'o> {
    out: &'o mut dyn io::Write,
    error: Option<io::Error>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.error = Some(error);
            }
            kind.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
