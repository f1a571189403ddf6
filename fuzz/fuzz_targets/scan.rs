//! Any bytes as a file of `freebusy scan`: archives and what is in them, text, event logs. What cannot be read is said, never a panic.
//!
//! Findings go to standard output, faults to standard error: run it with `-close_fd_mask=3`.
#![no_main]

use clap::Parser;
use freebusy::cli::{Args, run};
use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The file; each process has its own.
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("freebusy-fuzz-{}.log", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, bytes).expect("the folder for temporary files");
    let mut arguments = ["freebusy", "scan", "--quiet", "--format", "ndjson", "--jobs", "2"].map(Into::into).to_vec();
    arguments.push(FILE.clone().into_os_string());
    run(Args::parse_from(arguments)).expect("a scan comes to its end");
});
