//! `electropunk schema`: prints the JSON Schema of radio.toml.

use std::io::{Write as _, stdout};

use crate::config;

/// Prints the schema.
///
/// # Errors
/// Serialising or writing it fails.
pub fn run() -> anyhow::Result<()> {
    Ok(writeln!(stdout(), "{}", serde_json::to_string_pretty(&config::schema())?)?)
}
