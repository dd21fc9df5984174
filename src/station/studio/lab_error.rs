//! Why the studio can't show, place or play something.

use std::fmt::Display;

use crate::{files::NotWritten, musicvae::net, station};

/// Why a look, an anchor or a cue fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// An invalid value.
    #[error("{what}: expected {expected}, found {found}")]
    Value {
        /// The value.
        what: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A model, or music as an anchor of it, can't be used.
    #[error(transparent)]
    Load(#[from] station::load::Error),
    /// Encoding failed.
    #[error(transparent)]
    Model(#[from] net::Error),
    /// A cue can't play.
    #[error(transparent)]
    Station(#[from] station::Error),
    /// An anchor can't be saved.
    #[error(transparent)]
    Unwritten(#[from] NotWritten),
    /// There is no folder for anchors.
    #[error("expected `state = FOLDER` in radio.toml to save anchors in, found none")]
    NoFolder,
    /// A tool can't answer a clip.
    #[error("{0}")]
    Tool(String),
    /// The studio's thread has more work than it takes.
    #[error("the studio is busy with {n_waiting} other requests: try again")]
    Busy {
        /// Requests that wait.
        n_waiting: usize,
    },
    /// The studio's thread failed, as logged, or is stopping.
    #[error("the studio's thread gave no answer; the log may say why")]
    NoAnswer,
    /// There is no cue.
    #[error("expected a cue to take or to stop, found none")]
    NoCue,
}

impl LabError {
    /// An invalid value.
    pub fn value(what: &str, expected: &str, found: impl Display) -> Self {
        Self::Value {
            what: what.to_owned(),
            expected: expected.to_owned(),
            found: found.to_string(),
        }
    }
}
