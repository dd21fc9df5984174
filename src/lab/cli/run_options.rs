//! Options that all training commands have.

use clap::Args;

use crate::args::{at_least_one, positive};

/// Options of a training run: checkpoints, time limit, threads and report.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct RunOptions {
    /// Overwrite an existing model of that name
    #[arg(long)]
    pub overwrite: bool,
    /// Continue from the newest checkpoint of --out; the result is that of an uninterrupted run
    #[arg(long)]
    pub resume: bool,
    /// Stop after at most this many minutes, as with Ctrl-C; --resume continues
    #[arg(long, value_name = "MINUTES", value_parser = positive)]
    pub minutes: Option<f64>,
    /// Steps between checkpoints: a crash loses at most this many
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = at_least_one)]
    pub checkpoint_steps: u64,
    /// Number of newest checkpoints to keep on disk
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_one)]
    pub checkpoints_to_keep: u64,
    /// Print the final results as JSON
    #[arg(long)]
    pub json: bool,
    /// CPU threads [default: number of cores]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub threads: Option<u64>,
}
