//! Data sets: examples from folders and archives of MIDI files, packed, without duplicates, split
//! by song into training and held-out windows.
//!
//! [`build`] drives `reading` (files from sources) and [`work`] (the unfinished build on disk);
//! [`recordings`] transcribes, [`title`] names songs, and [`reason`] explains files without windows.
//! [`stream`] writes and [`packed`] reads the finished file; [`report`] and [`statistics`] describe it.

pub mod archive;
pub mod build;
pub mod extraction;
pub mod journal;
pub mod packed;
pub mod reading;
pub mod reason;
pub mod recordings;
pub mod report;
pub mod shares;
pub mod statistics;
pub mod stream;
pub mod title;
pub mod work;

use std::path::{Path, PathBuf};

use crate::files::NotWritten;

/// Why a data set can't be built, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file can't be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file was not replaced.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
    /// A source of no known kind.
    #[error(
        "{path}: expected a folder, .mid, .midi, .kar, .rmi, .mid.gz, .zip, .tar, .tar.gz, .tar.zst, or a \
         recording such as .wav, .mp3 or .flac",
        path = .0.display()
    )]
    UnknownSource(PathBuf),
    /// A file is not a data set, or is one of another version.
    #[error("{path}: not a data set: {reason}", path = path.display())]
    Packed {
        /// Which file.
        path: PathBuf,
        /// What was expected and found.
        reason: String,
    },
    /// An unfinished build has other settings.
    #[error("{path}: {reason}; remove this folder to start over", path = path.display())]
    Unfinished {
        /// The folder of the unfinished build.
        path: PathBuf,
        /// The difference.
        reason: String,
    },
    /// The sources' files changed since the build was interrupted.
    #[error(
        "{path}: files changed since the build was interrupted: expected {expected}, \
         found {found}; remove the .building folder to start over",
        path = path.display()
    )]
    SourcesChanged {
        /// Which source.
        path: PathBuf,
        /// The file that was at this position.
        expected: String,
        /// The file that is there now.
        found: String,
    },
    /// Another process is building the same set.
    #[error("{path}: another build is using this folder", path = .0.display())]
    Busy(PathBuf),
    /// The build was stopped and can be resumed.
    #[error("stopped after {n_files} files; run the same command again to resume")]
    Stopped {
        /// Number of files done.
        n_files: usize,
    },
    /// No file has a window.
    #[error(
        "no windows found for {family}: expected MIDI files with {parts} in bars of 4/4{report}",
        report = if .report.is_empty() { String::new() } else { format!("\n{}", .report.trim_end()) }
    )]
    NoWindows {
        /// Family of the networks that the set is for.
        family: &'static str,
        /// Its parts.
        parts: String,
        /// Why files were left out, a line for each reason.
        report: String,
    },
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
