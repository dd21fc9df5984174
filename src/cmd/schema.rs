//! `electropunk schema`: what editors need to know of radio.toml.

use std::io::{self, ErrorKind, Write as _};

use crate::config;

/// Prints the schema; a reader who has seen enough may close the pipe.
///
/// # Errors
/// It can't be printed.
pub fn run() -> anyhow::Result<()> {
    let schema = serde_json::to_string_pretty(&config::schema())?;
    match writeln!(io::stdout(), "{schema}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}
