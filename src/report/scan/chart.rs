//! Charts as numbers: where the bars are. The templates draw them.
//!
//! Widths are in percent and heights in pixels: a chart fills its page, and its letters are not scaled with it.

use super::ScanReport;
use super::names::NamesView;
use serde::Serialize;

/// The height of the timeline's bars.
const HEIGHT: u64 = 160;

/// Failures that have bars of their own; the others share one.
const SERIES: usize = 5;

/// Bars of a chart by name.
const BARS: usize = 12;

/// The distance of two such bars.
const STEP: usize = 38;

/// Letters of a label.
const LABEL_CHARS: usize = 44;

/// All charts of a report.
#[derive(Debug, Serialize)]
pub(super) struct Charts {
    /// Nothing where no finding has a time.
    timeline: Option<Timeline>,
    failures: Bars,
    servers: Bars,
    remotes: Bars,
}

/// Findings over time, stacked by failure.
#[derive(Debug, Serialize)]
struct Timeline {
    height: u64,
    /// The most findings in one bucket.
    most: u64,
    columns: Vec<Column>,
    /// The failures with bars of their own, lowest first.
    series: Vec<String>,
    /// How many failures share the last bar.
    others: usize,
    middle: String,
}

#[derive(Debug, Serialize)]
struct Column {
    /// When it begins.
    start: String,
    count: u64,
    /// Percent from the left.
    x: String,
    /// Percent.
    width: String,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    /// The number in the series.
    series: usize,
    count: u64,
    y: u64,
    height: u64,
}

/// Counts by name.
#[derive(Debug, Serialize)]
struct Bars {
    height: usize,
    bars: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    label: String,
    name: String,
    count: u64,
    y: usize,
    /// Percent.
    width: String,
}

impl Charts {
    pub(super) fn new(report: &ScanReport<'_>) -> Self {
        let by_name = |names: &NamesView<'_>| bars(names.top.iter().map(|entry| (entry.name, entry.count)));
        Self {
            timeline: timeline(report),
            failures: bars(report.failures.iter().map(|failure| (failure.rule.as_str(), failure.group.count))),
            servers: by_name(&report.findings.servers),
            remotes: by_name(&report.findings.remotes),
        }
    }
}

fn bars<'n>(counts: impl Iterator<Item = (&'n str, u64)>) -> Bars {
    let counts: Vec<_> = counts.take(BARS).collect();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let bar = |(n, (name, count)): (usize, (&str, u64))| Bar {
        label: match name.char_indices().nth(LABEL_CHARS) {
            Some((at, _)) => format!("{}…", &name[..at]),
            None => name.to_owned(),
        },
        name: name.to_owned(),
        count,
        y: n * STEP,
        width: percent(count, most),
    };
    Bars { height: counts.len() * STEP, bars: counts.into_iter().enumerate().map(bar).collect() }
}

fn timeline(report: &ScanReport<'_>) -> Option<Timeline> {
    let view = report.timeline.as_ref()?;
    let total = &report.findings.over_time;
    let most = total.iter().copied().max()?.max(1);
    let columns = view.buckets as u64;
    let start =
        |bucket| view.range.start(bucket).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
    let column = |(n, &count): (usize, &u64)| Column {
        start: start(n),
        count,
        x: percent(n as u64, columns),
        // A little air between two bars, unless that would be all there is.
        width: format!("{:.3}", 100.0 / columns as f64 * 0.86),
        parts: parts(report, n, count, most),
    };
    Some(Timeline {
        height: HEIGHT,
        most,
        columns: total.iter().enumerate().map(column).collect(),
        series: report.failures.iter().take(SERIES).map(|failure| failure.rule.clone()).collect(),
        others: (report.failures.len() + report.more_failures).saturating_sub(SERIES),
        middle: start(view.buckets / 2),
    })
}

/// The bars of one column, from below.
fn parts(report: &ScanReport<'_>, bucket: usize, count: u64, most: u64) -> Vec<Part> {
    let own = |failure: &super::FailureView<'_>| failure.group.over_time.get(bucket).copied().unwrap_or(0);
    let mut counts: Vec<u64> = report.failures.iter().take(SERIES).map(own).collect();
    counts.push(count.saturating_sub(counts.iter().sum()));
    let height = |below: u64| scaled(below, most);
    let mut below = 0;
    let mut parts = Vec::new();
    for (series, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let bottom = height(below);
        below += count;
        // One finding among thousands is still seen.
        let top = height(below).max(bottom + 1).min(HEIGHT);
        parts.push(Part { series, count, y: HEIGHT - top, height: (top - bottom).max(1) });
    }
    parts
}

fn scaled(count: u64, most: u64) -> u64 {
    u64::try_from(u128::from(count) * u128::from(HEIGHT) / u128::from(most.max(1))).unwrap_or(HEIGHT).min(HEIGHT - 1)
        + u64::from(count == most)
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.3}", part as f64 * 100.0 / whole.max(1) as f64)
}
