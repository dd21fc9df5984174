//! `electropunk schema`: what editors need to know of radio.toml.

use crate::config;

/// Prints the schema.
///
/// # Errors
/// It can't be written as JSON.
pub fn run() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&config::schema())?);
    Ok(())
}
