//! Folders and archives of MIDI files as examples to learn from: packed, without duplicates, split
//! by song.

pub mod archive;
pub mod build;
pub mod journal;
pub mod packed;
pub mod reading;
pub mod report;
pub mod statistics;
pub mod stream;
pub mod work;

use std::path::{Path, PathBuf};

use crate::files::NotWritten;

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
    /// A file was not replaced.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
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
    /// A build was begun and left with other settings.
    #[error("{path}: {reason}; remove this folder to begin anew", path = path.display())]
    Unfinished {
        /// The folder of the unfinished build.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// Files came, went or were renamed since a build was left.
    #[error(
        "{path}: expected the same files as before the break, there {expected}, found {found}; \
         remove the .building folder to begin anew",
        path = path.display()
    )]
    SourcesChanged {
        /// Which source.
        path: PathBuf,
        /// The file that was at this place.
        expected: String,
        /// The one that is.
        found: String,
    },
    /// Another process builds the same set.
    #[error("{path}: another build is at work here", path = .0.display())]
    Busy(PathBuf),
    /// It was asked to stop, and can go on.
    #[error("stopped after {n_files} files: the same command goes on from there")]
    Stopped {
        /// How many files are done.
        n_files: usize,
    },
    /// Nothing could be learnt from.
    #[error("no windows found: expected MIDI files in 4/4 with {0}")]
    NoWindows(&'static str),
}

impl Error {
    fn not_written(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |source| NotWritten { path: path.to_owned(), source }.into()
    }

    fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
