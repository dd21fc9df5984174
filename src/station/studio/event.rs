//! Events sent to the studio's pages.

use serde::Serialize;

use crate::station::studio::{hand::Hand, moves::Move};

/// An event of a station.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Event {
    /// A move was made.
    Moved {
        /// The station.
        station: String,
        /// Who made it.
        by: String,
        /// The number on air of the bar in which it is heard first; `None`: at once.
        bar: Option<u64>,
        /// The move.
        what: Move,
    },
    /// The changes by hand after a move.
    Hand {
        /// The station.
        station: String,
        /// The changes.
        hand: Box<Hand>,
        /// Moves that can be undone.
        n_undo: usize,
        /// Moves that can be redone.
        n_redo: usize,
    },
}

impl Event {
    /// The station of the event.
    pub fn station(&self) -> &str {
        match self {
            Self::Moved { station, .. } | Self::Hand { station, .. } => station,
        }
    }
}
