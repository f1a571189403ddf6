//! How far a long scan is, on standard error.

use crate::report::printable;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(900);

/// How often the bar is drawn.
const STEP: Duration = Duration::from_millis(120);

/// The progress of a scan. Counting is one addition, whatever is shown; so every thread can count everything.
#[derive(Debug)]
pub(in crate::cli) struct Progress {
    counts: Arc<Counts>,
    drawer: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Counts {
    bytes: AtomicU64,
    findings: AtomicU64,
    done: AtomicBool,
}

impl Progress {
    /// Begins. `total` is how many bytes there are, where that is known; standard input has no end that could be. Nothing is ever
    /// shown with `quiet`, or where standard error is no terminal.
    pub(in crate::cli) fn new(total: Option<u64>, quiet: bool) -> Self {
        let counts = Arc::new(Counts::default());
        let shown = !quiet && std::io::stderr().is_terminal();
        let drawer = shown.then(|| {
            let counts = Arc::clone(&counts);
            std::thread::spawn(move || draw(&counts, total))
        });
        Self { counts, drawer }
    }

    /// Something that counts bytes from another thread, or inside a reader.
    pub(in crate::cli) fn meter(&self) -> Meter {
        Meter(Arc::clone(&self.counts))
    }

    /// Counts bytes that were read, as they are on the disk.
    pub(in crate::cli) fn add_bytes(&self, bytes: u64) {
        self.counts.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes were read so far.
    pub(in crate::cli) fn bytes(&self) -> u64 {
        self.counts.bytes.load(Ordering::Relaxed)
    }

    /// Counts findings.
    pub(in crate::cli) fn add_findings(&self, findings: u64) {
        self.counts.findings.fetch_add(findings, Ordering::Relaxed);
    }

    /// Takes the bar away. To be called before anything else is said.
    pub(in crate::cli) fn finish(&mut self) {
        self.counts.done.store(true, Ordering::Release);
        if let Some(drawer) = self.drawer.take() {
            drawer.thread().unpark();
            // A bar that could not be drawn is no reason to fail.
            let _ = drawer.join();
        }
    }
}

/// Counts bytes.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Meter(Arc<Counts>);

impl Meter {
    /// Counts bytes that were read, as they are on the disk.
    pub(in crate::cli) fn add(&self, bytes: u64) {
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Draws until the work is done.
fn draw(counts: &Counts, total: Option<u64>) {
    if wait(counts, PATIENCE) {
        return;
    }
    let bar = bar(total, ProgressDrawTarget::stderr());
    while !wait(counts, STEP) {
        update(&bar, counts);
    }
    bar.finish_and_clear();
}

/// Waits; says whether the work is done.
fn wait(counts: &Counts, time: Duration) -> bool {
    if !counts.done.load(Ordering::Acquire) {
        std::thread::park_timeout(time);
    }
    counts.done.load(Ordering::Acquire)
}

fn update(bar: &ProgressBar, counts: &Counts) {
    let bytes = counts.bytes.load(Ordering::Relaxed);
    // A file that grows while it is read must not make it more than everything.
    bar.set_position(bar.length().map_or(bytes, |total| bytes.min(total)));
    let findings = counts.findings.load(Ordering::Relaxed);
    let ending = if findings == 1 { "" } else { "s" };
    bar.set_message(format!("{} finding{ending}", HumanCount(findings)));
}

fn bar(total: Option<u64>, target: ProgressDrawTarget) -> ProgressBar {
    let template = match total {
        Some(_) => "{bar:24} {percent:>3} %  {read} of {total_bytes}  {rate}  {msg}",
        None => "{spinner} {read}  {rate}  {msg}",
    };
    let bar = ProgressBar::with_draw_target(total, target);
    // The templates are constants, and a test draws both.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let style = style
        // Letters that every console has.
        .progress_chars("=> ")
        .tick_chars("-\\|/ ")
        .with_key("read", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{}", HumanBytes(state.pos()));
        })
        .with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{}/s", HumanBytes(state.per_sec() as u64));
        });
    bar.set_style(style);
    bar
}

/// A message of a scan, on standard error.
pub(in crate::cli) fn say(message: &str) {
    use std::io::Write as _;
    // Where nobody can read it, there is nobody to tell.
    let _ = writeln!(anstream::stderr().lock(), "freebusy: {}", printable(message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::io;
    use std::sync::Mutex;

    /// A terminal that remembers everything that was written.
    #[derive(Debug, Clone, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().expect("one thread").push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn drawn(total: Option<u64>) -> String {
        let terminal = Paper::default();
        let bar = bar(total, ProgressDrawTarget::term_like(Box::new(terminal.clone())));
        let counts = Counts::default();
        counts.bytes.store(5 << 20, Ordering::Relaxed);
        counts.findings.store(1_234, Ordering::Relaxed);
        update(&bar, &counts);
        bar.tick();
        terminal.0.lock().expect("one thread").clone()
    }

    #[test]
    fn it_shows_bytes_rate_and_findings() {
        let known = drawn(Some(10 << 20));
        assert!(known.contains("50 %") && known.contains("5.00 MiB of 10.00 MiB"), "{known}");
        assert!(known.contains("/s") && known.contains("1,234 findings"), "{known}");
        let unknown = drawn(None);
        assert!(unknown.contains("5.00 MiB") && !unknown.contains('%'), "{unknown}");
    }

    #[test]
    fn it_ends_at_once_and_counts_from_every_thread() {
        let mut progress = Progress::new(Some(100), true);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|_| progress.add_bytes(1)));
            }
        });
        progress.add_findings(2);
        assert_eq!(progress.counts.bytes.load(Ordering::Relaxed), 400);
        progress.finish();
        progress.finish();
    }
}
