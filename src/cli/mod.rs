//! The command line: what is understood, and everything that is printed.

#![forbid(unsafe_code)]

pub mod args;
mod audit;
mod check;
mod doctor;
mod help;
mod init;
pub mod man;
mod output;
pub mod policy;
mod run;

use crate::model::exit;
use clap::Parser;
use std::process::ExitCode;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match args::Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let status = if error.use_stderr() { exit::FAILED } else { exit::SUCCESS };
            // Nothing is left to tell where the stream is closed.
            error.print().ok();
            return ExitCode::from(status);
        }
    };
    start_log();
    ExitCode::from(dispatch(arguments))
}

fn dispatch(arguments: args::Cli) -> u8 {
    match arguments.command {
        args::Command::Run(options) => run::run(options),
        args::Command::Init(options) => init::init(&options),
        args::Command::Check(options) => check::check(&options),
        args::Command::Explain(options) => check::explain(&options),
        args::Command::Policy(options) => policy::policy(&options),
        args::Command::Audit(options) => audit::audit(&options),
        args::Command::Doctor(options) => doctor::doctor(&options),
        args::Command::Completions { shell } => man::completions(shell),
        args::Command::Man { folder } => man::man(&folder),
        args::Command::InternalPrompt => crate::approval::prompt::run().map_or(exit::FAILED, |()| exit::SUCCESS),
        args::Command::InternalNothing => exit::SUCCESS,
    }
}

/// What tollgate notes about itself goes to standard error, where `TOLLGATE_LOG` asks for it.
fn start_log() {
    let filter = std::env::var("TOLLGATE_LOG").unwrap_or_else(|_| "off".to_owned());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .finish();
    // Set once: this is the only place.
    tracing::subscriber::set_global_default(subscriber).ok();
}
