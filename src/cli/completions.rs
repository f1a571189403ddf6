//! `freebusy completions`

use super::{CliError, Status};
use clap::CommandFactory;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: Args) -> Result<Status, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Args::command(), "freebusy", &mut script);
    super::print(&String::from_utf8_lossy(&script), false)?;
    Ok(Status::Answer)
}
