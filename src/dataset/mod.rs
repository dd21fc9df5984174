//! Folders and archives of MIDI files as examples to learn from: packed, without duplicates, split
//! by song.

pub mod archive;
pub mod build;
pub mod packed;
pub mod piece;
pub mod themed;
pub mod window;

use std::path::PathBuf;

/// Why a data set can't be built, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system says no.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// A source that is neither a folder nor an archive that we read.
    #[error("{path}: expected a folder, .mid, .zip, .tar or .tar.zst", path = .0.display())]
    UnknownSource(PathBuf),
    /// An archive is broken.
    #[error("{path}: broken archive: {reason}", path = path.display())]
    Archive {
        /// Which archive.
        path: PathBuf,
        /// What its reader said.
        reason: String,
    },
    /// A packed data set is not one, or of another version.
    #[error("{path}: not a data set: {reason}", path = path.display())]
    Packed {
        /// Which file.
        path: PathBuf,
        /// What was expected and found.
        reason: String,
    },
    /// Nothing could be learnt from.
    #[error("no windows found: expected MIDI files in 4/4 with {0}")]
    NoWindows(&'static str),
}

impl Error {
    fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
