//! Findings for programs: one a line, and behind them a line that says what the run read. What `scan` writes, `report` reads back.

mod ledger;
mod line;
mod run;

pub use ledger::Ledger;
pub use line::{Line, LineError, is_run, ndjson, parse};
pub use run::Run;
