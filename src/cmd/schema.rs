//! `electropunk schema`: prints the JSON Schema of radio.toml.

use crate::config;

/// Prints the schema.
///
/// # Errors
/// Serialising it fails.
pub fn run() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&config::schema())?);
    Ok(())
}
