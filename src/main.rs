//! Parses arguments, calls one command, turns an error into a message and an exit code; nothing else.

use clap::Parser;
use freebusy::cli::{self, Args};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    match cli::run(args) {
        Ok(status) => status.into(),
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            error.report();
            cli::Status::Failed.into()
        }
    }
}
