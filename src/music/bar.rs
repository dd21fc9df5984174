//! A bar as it goes on air: arranged, humanised, ready to be played.

use std::sync::Arc;

use crate::{
    music::scale::Key,
    units::{Bpm, Decibels},
};

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names say it.
pub enum Part {
    Drums,
    Bass,
    Lead,
}

impl Part {
    /// All parts, in the order of their indices.
    pub const ALL: [Self; 3] = [Self::Drums, Self::Bass, Self::Lead];

    /// How radio.toml and the player call it.
    pub fn name(self) -> &'static str {
        ["drums", "bass", "lead"][self as usize]
    }
}

/// One note of a part, placed within its bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Where it begins, in steps from the bar's start. Human spread makes it uneven; never below 0.
    pub start_step: f32,
    /// How long it is held, in steps; may reach beyond the bar.
    pub n_steps: f32,
    /// MIDI pitch; for drums the General MIDI percussion key.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A bar of all parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Counts from 0 for the life of the station.
    pub number: u64,
    /// How fast it goes.
    pub tempo: Bpm,
    /// What the bass and the lead keep to.
    pub key: Key,
    /// What listeners are shown while it sounds.
    pub title: Arc<str>,
    /// Hits of each part, by `Part as usize`, sorted by start.
    pub parts: [Vec<Hit>; 3],
}

/// How a part sounds: its instrument in the SoundFont and its place in the mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voice {
    /// SoundFont bank, 0 for melodic presets, 128 for kits.
    pub bank: u8,
    /// Program within the bank: for drums, the number of the kit.
    pub program: u8,
    /// Level in the mix.
    pub gain: Decibels,
    /// -1 left, 0 middle, 1 right.
    pub pan: f64,
    /// Share that goes to the reverb, 0 to 1.
    pub reverb: f64,
    /// Share that goes to the chorus, 0 to 1.
    pub chorus: f64,
}
