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
        Command::Soundfont(args) => cmd::soundfont::run(&args.out),
        Command::Dataset(args) => cmd::dataset::run(&args),
        Command::Train(args) => cmd::train::run(&args),
        Command::Check(args) => cmd::check::run(&args),
        Command::Eval(args) => cmd::eval::run(&args),
        Command::Attributes(args) => cmd::attributes::run(&args),
        Command::Import(args) => cmd::import::run(&args),
        Command::Sample(args) => cmd::sample::run(&args),
        Command::Interpolate(args) => cmd::interpolate::run(&args),
        Command::Encode(args) => cmd::encode::run(&args),
        Command::Decode(args) => cmd::decode::run(&args),
        Command::Render(args) => cmd::render::run(&args),
        Command::Critique(args) => cmd::critique::run(&args),
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
