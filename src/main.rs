//! The `electropunk` binary: parses, runs, and is the only place that exits.

use std::process::ExitCode;

use clap::Parser as _;
use electropunk::{
    cli::{Cli, Command},
    cmd,
};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Some(Command::Dataset(args)) => cmd::dataset::run(&args),
        Some(Command::Train(args)) => cmd::train::run(&args),
        _ => Ok(()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.chain().skip(1).for_each(|cause| eprintln!("caused by: {cause}"));
            ExitCode::FAILURE
        }
    }
}
