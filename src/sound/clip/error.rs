//! Why a file is not played.

use std::{io, path::PathBuf};

use crate::sound::clip::MOST_SECONDS;

/// Why a file is not played; each is one sentence that names it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClipError {
    /// It is not there or can't be read.
    #[error("{}: {source}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a folder, a pipe or a device, from which reading may never end.
    #[error("{}: expected a file, found something else", file.display())]
    NoFile {
        /// Which one.
        file: PathBuf,
    },
    /// It is empty.
    #[error("{}: expected sound, found an empty file", file.display())]
    Empty {
        /// Which file.
        file: PathBuf,
    },
    /// It is in no format that we read.
    #[error("{}: expected mp3, flac, ogg vorbis, wav, aiff, m4a or aac, found none of these ({found})",
        file.display())]
    UnknownFormat {
        /// Which file.
        file: PathBuf,
        /// What the decoder said.
        found: String,
    },
    /// Its sound is of a kind that we don't decode.
    #[error("{}: expected {expected}, found {found}", file.display())]
    Unsupported {
        /// Which file.
        file: PathBuf,
        /// What we decode.
        expected: &'static str,
        /// What it has.
        found: String,
    },
    /// It can't be decoded from here on.
    #[error("{}: expected sound to its end, found damage at {second:.1} s ({found})",
        file.display())]
    Broken {
        /// Which file.
        file: PathBuf,
        /// How far the sound was good.
        second: f64,
        /// What the decoder said.
        found: String,
    },
    /// It ends before it says that it does.
    #[error("{}: expected {expected:.1} s of sound, found {found:.1} s", file.display())]
    CutShort {
        /// Which file.
        file: PathBuf,
        /// Seconds that it says it has.
        expected: f64,
        /// Seconds that it has.
        found: f64,
    },
    /// There is nothing to hear.
    #[error("{}: expected sound, found silence", file.display())]
    Silent {
        /// Which file.
        file: PathBuf,
    },
    /// It is longer than [`MOST_SECONDS`].
    #[error("{}: expected at most {} hours, found more", file.display(), MOST_SECONDS / 3600.0)]
    TooLong {
        /// Which file.
        file: PathBuf,
    },
}
