//! Small JSON files that are whole or not there.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tracing::warn;

use crate::files::{self, NotWritten};

/// Counted up when older files can no longer be read.
const VERSION: u32 = 1;

/// What is in each file.
#[derive(Serialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// Only the version, for files of which nothing else is known.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// What is in the file at `path`; none where there is none, or where it can't be used, which is told.
pub fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let unusable = |reason: &str| {
        warn!("{}: {reason}; it is left aside", path.display());
        None
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => return unusable(&error.to_string()),
    };
    match serde_json::from_slice::<Version>(&bytes) {
        Ok(Version { version: VERSION }) => {}
        Ok(Version { version }) => {
            return unusable(&format!("expected version {VERSION}, found {version}"));
        }
        Err(error) => return unusable(&error.to_string()),
    }
    match serde_json::from_slice::<T>(&bytes) {
        Ok(content) => Some(content),
        Err(error) => unusable(&error.to_string()),
    }
}

/// Replaces the file at `path` by `content`.
///
/// # Errors
/// The disk is full, fails or is read-only.
pub fn write<T: Serialize>(path: &Path, content: &T) -> Result<(), NotWritten> {
    let bytes = serde_json::to_vec(&Versioned { version: VERSION, content });
    let bytes = bytes.expect("its maps have strings as keys");
    files::write(path, &bytes)
}
