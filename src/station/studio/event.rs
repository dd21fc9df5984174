//! What the studio's pages are told.

use serde::Serialize;

use crate::station::studio::{hand::Hand, moves::Move};

/// Something that happened to a station.
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
    /// All that is changed by hand after a move.
    Hand {
        /// The station.
        station: String,
        /// What is changed.
        hand: Box<Hand>,
        /// Moves that can be taken back.
        n_undo: usize,
        /// Moves that can be made again.
        n_redo: usize,
    },
}

impl Event {
    /// The station that it happened to.
    pub fn station(&self) -> &str {
        match self {
            Self::Moved { station, .. } | Self::Hand { station, .. } => station,
        }
    }
}
