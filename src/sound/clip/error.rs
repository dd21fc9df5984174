//! Why a recording can't be played.

use std::path::PathBuf;

use crate::files::NotRead;

/// The longest recording that is accepted, in seconds.
pub const MAX_SECONDS: f64 = 3.0 * 3600.0;

/// Why a recording can't be played. Each message is one sentence that starts with the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClipError {
    /// The file is missing, can't be read, or is a pipe or a device, which may never end.
    #[error(transparent)]
    Unreadable(#[from] NotRead),
    /// The file has no bytes.
    #[error("{}: expected audio, found an empty file", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The format is unknown.
    #[error(
        "{}: expected mp3, mp2, flac, ogg vorbis, opus, wav, aiff, m4a or aac, found an unknown format \
         ({found})",
        file.display()
    )]
    UnknownFormat {
        /// The file.
        file: PathBuf,
        /// The decoder's error.
        found: String,
    },
    /// The format is known, but its audio can't be decoded.
    #[error("{}: expected {expected}, found {found}", file.display())]
    Unsupported {
        /// The file.
        file: PathBuf,
        /// What is supported.
        expected: &'static str,
        /// What the file has.
        found: String,
    },
    /// The file is damaged.
    #[error("{}: expected audio to the end, found damage at {second:.1} s ({found})",
        file.display())]
    Broken {
        /// The file.
        file: PathBuf,
        /// Seconds of good audio before the damage.
        second: f64,
        /// The decoder's error.
        found: String,
    },
    /// The file is shorter than its header says.
    #[error("{}: expected {expected:.1} s of audio, found {found:.1} s", file.display())]
    CutShort {
        /// The file.
        file: PathBuf,
        /// Seconds by the header.
        expected: f64,
        /// Seconds decoded.
        found: f64,
    },
    /// The file has no audible sound.
    #[error("{}: expected audio, found silence", file.display())]
    Silent {
        /// The file.
        file: PathBuf,
    },
    /// The file is longer than [`MAX_SECONDS`].
    #[error("{}: expected at most {} hours, found more", file.display(), MAX_SECONDS / 3600.0)]
    TooLong {
        /// The file.
        file: PathBuf,
    },
}
