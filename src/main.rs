//! The `electropunk` binary: parses, runs, and is the only place that exits.

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
    // Who reads our output may stop, as `head` does. A radio goes on even then.
    if !matches!(command, Command::Serve(_)) {
        sigpipe::reset();
    }
    let outcome = match command {
        Command::Serve(args) => cmd::serve::run(&args),
        Command::Schema => cmd::schema::run(),
        Command::Check(args) => cmd::check::run(&args),
        Command::Render(args) => cmd::render::run(&args),
        #[cfg(feature = "lab")]
        Command::Lab(command) => electropunk::lab::cmd::run(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Logs what matters to an operator; `RUST_LOG` asks for more or less. What the decoder thinks of a
/// damaged file is told once, by whoever opened it.
fn start_log() {
    let usual = || EnvFilter::new("info,symphonia=error");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(stderr().is_terminal());
    log.with_writer(stderr).init();
}

/// Mistakes in radio.toml are one a line and exit with 2, like those of the command line.
fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        eprintln!("{problems}");
        return ExitCode::from(2);
    }
    eprintln!("error: {error}");
    error.chain().skip(1).for_each(|cause| eprintln!("caused by: {cause}"));
    ExitCode::FAILURE
}
