//! The `electropunk` binary: parses the command line, runs the command, and sets the exit code.

use std::{
    io::{IsTerminal as _, stderr},
    process::ExitCode,
};

use clap::Parser as _;
use electropunk::{
    cli::{Cli, Command, Serve},
    cmd,
    config::Problems,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or_else(|| Command::Serve(Serve::default()));
    start_log();
    // Commands stop quietly if the reader of their output does, as in `| head`. What serves listeners
    // plays on when one of them hangs up.
    if !command.serves() {
        sigpipe::reset();
    }
    let outcome = match command {
        Command::Serve(args) => cmd::serve::run(&args),
        Command::Schema => cmd::schema::run(),
        Command::Check(args) => cmd::check::run(&args),
        Command::Render(args) => cmd::render::run(&args),
        Command::Play(args) => cmd::play::run(&args),
        #[cfg(feature = "lab")]
        Command::Lab(command) => electropunk::lab::cmd::run(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Logs at level info to standard error; `RUST_LOG` sets another filter. Warnings of symphonia are
/// hidden: the code that opens a damaged file reports it once.
fn start_log() {
    let default = || EnvFilter::new("info,symphonia=error");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| default());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(stderr().is_terminal());
    log.with_writer(stderr).init();
}

/// Prints the error. Errors in radio.toml are printed one per line and exit with 2, as usage errors
/// do.
fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        eprintln!("{problems}");
        return ExitCode::from(2);
    }
    eprintln!("error: {error}");
    error.chain().skip(1).for_each(|cause| eprintln!("caused by: {cause}"));
    ExitCode::FAILURE
}
