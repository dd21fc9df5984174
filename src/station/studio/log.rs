//! The log of a station's moves: with the seed and the texts of radio.toml, it determines the music.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    compose::{liked::LikedPoint, progress::Progress, steering::Steering},
    station::studio::{hand::Hand, moves::Move},
};

/// A move that was made: a line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub by: String,
    /// The composer's number of the bar from which on it applies.
    pub bar: u64,
    /// The step of the bar, for a move that is heard at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// The move.
    pub what: Move,
    /// The changes by hand after it.
    pub hand: Hand,
    /// The hash of radio.toml's text.
    #[serde(default)]
    pub settings: Arc<str>,
}

/// The values that a composer's station has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// The hash of radio.toml's text; `settings/HASH.toml` in the state folder has it.
    pub settings: Arc<str>,
    /// Values in place of radio.toml's.
    pub overlay: BTreeMap<String, Value>,
}

/// All inputs of a station's music at a phrase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The values of the station.
    pub version: Version,
    /// The composer's steering.
    pub steering: Steering,
    /// Liked points, if the walk returns to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub liked: Vec<LikedPoint>,
    /// The progress before the phrase.
    pub progress: Arc<Progress>,
}

/// A line of the log. Bars are the composer's numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// A composer has started; lines above it with the same or a later bar were not heard.
    Start {
        /// When.
        at: Timestamp,
        /// The number of the composer's first bar.
        bar: u64,
        /// What it starts from.
        moment: Box<Moment>,
    },
    /// A move.
    Made(Box<Made>),
    /// Another radio.toml, or other files that it names.
    Settings {
        /// When.
        at: Timestamp,
        /// The first bar.
        bar: u64,
        /// The values of the station from then on.
        version: Version,
    },
    /// New liked points, to which the walk returns.
    Liked {
        /// When.
        at: Timestamp,
        /// The first bar of the first phrase composed with them.
        bar: u64,
        /// All points.
        points: Vec<LikedPoint>,
    },
    /// The music of a cue was taken over.
    Adopted {
        /// When.
        at: Timestamp,
        /// Who did it.
        by: String,
        /// The first bar, which starts a phrase.
        bar: u64,
        /// The changes by hand from then on.
        hand: Box<Hand>,
        /// The hash of radio.toml's text.
        settings: Arc<str>,
        /// The composer's progress from then on.
        progress: Box<Progress>,
    },
}

impl Line {
    /// The line's progress, if it has one.
    pub fn progress(&self) -> Option<&Progress> {
        match self {
            Self::Start { moment, .. } => Some(&moment.progress),
            Self::Adopted { progress, .. } => Some(progress),
            Self::Made(_) | Self::Settings { .. } | Self::Liked { .. } => None,
        }
    }

    /// The bar from which on it applies.
    pub fn bar(&self) -> u64 {
        match self {
            Self::Made(made) => made.bar,
            Self::Start { bar, .. }
            | Self::Settings { bar, .. }
            | Self::Liked { bar, .. }
            | Self::Adopted { bar, .. } => *bar,
        }
    }
}
