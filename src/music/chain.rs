//! The effects on a part's sound after its instrument, as a theme sets them.

use serde::{Deserialize, Serialize};

use crate::units::Decibels;

/// The effects of a part, in signal order. Each is off by default and then costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chain {
    /// The filter of a bass machine. Default none.
    pub filter: Filter,
    /// How the bass machine's filter moves.
    pub acid: Acid,
    /// A guitar amplifier with its cabinet. Default none.
    pub amp: Amp,
    /// Gain before the amplifier, in addition to that of the amplifier itself: -12 to 36 dB. Default 12.
    pub drive: Decibels,
    /// Gain into a soft clipper that keeps the level: 0 (off) to 24 dB. Default 0.
    pub saturation: Decibels,
    /// Resolution in bits, 4 to 16; 16 turns the effect off. Default 16.
    pub crush_bits: f64,
    /// Sampling rate in Hz, 2000 to 44100; 44100 turns the effect off. Default 44100.
    pub crush_hz: f64,
    /// Age of a tape, 0 (off) to 1: wow, flutter and loss of treble and bass. Default 0.
    pub tape: f64,
    /// Depth of the phaser, 0 (off) to 1. Default 0.
    pub phaser: f64,
    /// Sweeps of the phaser per second, 0.02 to 8 Hz. Default 0.25.
    pub phaser_hz: f64,
    /// Stereo width, 0 (mono) to 2; 1 turns the effect off. Any other width is mono below 120 Hz. Default 1.
    pub width: f64,
}

/// A guitar amplifier with its cabinet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Amp {
    /// No amplifier.
    #[default]
    None,
    /// Two driven stages and a closed cabinet with four speakers: loud guitars.
    Stack,
    /// One stage that breaks up late and an open cabinet: clean and crunching guitars, organs.
    Combo,
}

/// A filter that follows the notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Filter {
    /// None.
    #[default]
    None,
    /// A resonant low-pass with an envelope on each note; the part plays one note at a time, and slides
    /// where notes overlap.
    Acid,
}

/// The settings of [`Filter::Acid`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Acid {
    /// Cut-off between notes when the music is calm, 40 to 4000 Hz. Default 110.
    pub cutoff_hz: f64,
    /// Resonance: 0 none, 1 at the edge of self-oscillation. Default 0.95.
    pub resonance: f64,
    /// How far a note opens the filter, 0 to 6 octaves. Default 3.
    pub envelope_octaves: f64,
    /// Time in which the filter closes again by two thirds, 0.03 to 3 s. Default 0.15.
    pub decay_seconds: f64,
    /// How much velocities of 100 and more widen and shorten that envelope, 0 to 1. Default 0.7.
    pub accent: f64,
    /// Duration of a slide, 0.005 to 0.5 s. Default 0.06.
    pub slide_seconds: f64,
}

impl Chain {
    /// The resolution at which the effect is off.
    pub const ALL_BITS: f64 = 16.0;

    /// The rate at which the effect is off.
    pub const FULL_HZ: f64 = 44_100.0;
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            filter: Filter::None,
            acid: Acid::default(),
            amp: Amp::None,
            drive: Decibels(12.0),
            saturation: Decibels(0.0),
            crush_bits: Self::ALL_BITS,
            crush_hz: Self::FULL_HZ,
            tape: 0.0,
            phaser: 0.0,
            phaser_hz: 0.25,
            width: 1.0,
        }
    }
}

impl Default for Acid {
    fn default() -> Self {
        Self {
            cutoff_hz: 110.0,
            resonance: 0.95,
            envelope_octaves: 3.0,
            decay_seconds: 0.15,
            accent: 0.7,
            slide_seconds: 0.06,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::bar::Voice;

    #[test]
    fn a_voice_that_was_saved_without_a_chain_has_no_effects() {
        let mut saved = serde_json::to_value(Voice::plain(0, 38)).unwrap();
        saved.as_object_mut().unwrap().remove("chain").unwrap();

        let read: Voice = serde_json::from_value(saved).unwrap();

        assert_eq!(read, Voice::plain(0, 38));
        assert_eq!(read.chain, Chain::default());
    }
}
