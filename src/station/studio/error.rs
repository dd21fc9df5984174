//! Why a move is rejected.

use crate::{compose::steering::NotSteerable, units::OutOfRange};

/// A rejected move. Nothing has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// There is no such station.
    #[error("station: expected one of {expected}, found {found:?}")]
    Station {
        /// The existing stations.
        expected: String,
        /// The requested name.
        found: String,
    },
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
    /// The station can't play what radio.toml says with the values set by hand.
    #[error("{0}")]
    Refused(String),
    /// There is no move to undo or redo.
    #[error("expected a move to {0}, found none")]
    Nothing(&'static str),
    /// The station is stopping, or its composer has not answered in time.
    #[error("station {station}: expected an answer within {seconds} s, found none")]
    NoAnswer {
        /// The station.
        station: String,
        /// The timeout.
        seconds: u64,
    },
}

impl From<NotSteerable> for MoveError {
    fn from(NotSteerable { what, expected, found }: NotSteerable) -> Self {
        Self::Value { what: what.to_owned(), expected, found }
    }
}

impl From<OutOfRange> for MoveError {
    fn from(OutOfRange { expected, found }: OutOfRange) -> Self {
        let what = "a fader".to_owned();
        Self::Value { what, expected: expected.to_owned(), found: found.to_string() }
    }
}
