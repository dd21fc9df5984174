//! Versioned JSON files, replaced whole.

use std::path::Path;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tracing::warn;

use crate::files::{self, NotWritten};

/// The largest file of state in bytes; a progress has about 100,000.
pub(super) const MOST_BYTES: u64 = 16 << 20;

/// A file's content beside its version.
#[derive(Serialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// The version alone, for files whose content may have another shape.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The content of the file at `path`, whose format is of `version`. `None` without a file, or, with a
/// warning, if the file can't be used.
pub fn read<T: DeserializeOwned>(path: &Path, version: u32) -> Option<T> {
    let bytes = match files::read_small(path, MOST_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return None,
        Err(error) => return ignore(path, &error.reason.to_string()),
    };
    match parse(&bytes, version) {
        Ok(content) => Some(content),
        Err(reason) => ignore(path, &reason),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8], expected: u32) -> Result<T, String> {
    let Version { version } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if version != expected {
        return Err(format!("expected version {expected}, found {version}"));
    }
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// Logs that the file at `path` is not used, and why.
pub fn ignore<T>(path: &Path, reason: &str) -> Option<T> {
    warn!("{}: ignoring saved state: {reason}", path.display());
    None
}

/// Replaces the file at `path` by `content` in the format of `version`.
///
/// # Errors
/// The disk is full, fails or is read-only.
pub fn write<T: Serialize>(path: &Path, version: u32, content: &T) -> Result<(), NotWritten> {
    let bytes = serde_json::to_vec(&Versioned { version, content });
    let bytes = bytes.expect("maps in saved state have strings as keys");
    files::write(path, &bytes)
}
