//! What a style is made of.

use crate::patterns::{
    bassline::BassBook, draw::Weighted, groove::DrumBook, harmony::Loop, tune::Tune,
};

/// A style as data.
pub struct Book {
    /// The slowest and the fastest usual tempo.
    pub tempo_bpm: (u16, u16),
    /// Chord loops.
    pub loops: Weighted<Loop>,
    /// Grooves.
    pub drums: DrumBook,
    /// Bass figures.
    pub bass: BassBook,
    /// Ways to make a melody.
    pub tunes: Weighted<Tune>,
}
