//! The `electropunk` binary: parses the command line, runs the command, and sets the exit code.

use std::{
    io::{IsTerminal as _, stderr},
    panic,
    process::ExitCode,
};

use clap::Parser as _;
use electropunk::{
    cli::{Cli, Command, Serve},
    cmd,
    config::Problems,
    log::{self, LogWriter},
};
use tracing::error;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or_else(|| Command::Serve(Serve::default()));
    start_log();
    // Commands stop quietly if the reader of their output does, as in `| head`. Servers keep running when a
    // listener disconnects.
    if !command.serves() {
        sigpipe::reset();
    }
    let outcome = match command {
        Command::Serve(args) => cmd::serve::run(&args),
        Command::Schema => cmd::schema::run(),
        Command::Doctor(args) => cmd::doctor::run(&args),
        Command::Check(args) => cmd::check::run(&args),
        Command::Render(args) => cmd::render::run(&args),
        Command::Play(args) => cmd::play::run(&args),
        #[cfg(feature = "lab")]
        Command::Lab(command) => electropunk::lab::cmd::run(&command),
    };
    let code = match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    };
    log::finish();
    code
}

/// Logs at level info to standard error; `RUST_LOG` sets another filter. Warnings of symphonia are
/// hidden: the code that opens a damaged file reports it once.
fn start_log() {
    let default = || EnvFilter::new("info,symphonia=error");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| default());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(stderr().is_terminal());
    // Internal errors would go to `eprintln!`, which panics.
    log.log_internal_errors(false).with_writer(LogWriter::default).init();
    panic::set_hook(Box::new(|about| error!("{about}")));
}

/// Prints the error. Errors in radio.toml are printed one per line and exit with 2, as usage errors
/// do.
fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        log::complain(format_args!("{problems}"));
        return ExitCode::from(2);
    }
    log::complain(format_args!("error: {error}"));
    let causes = error.chain().skip(1);
    causes.for_each(|cause| log::complain(format_args!("caused by: {cause}")));
    ExitCode::FAILURE
}
