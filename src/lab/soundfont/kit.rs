//! Percussion kits: recordings and the keys that play them.

use std::ops::RangeInclusive;

use crate::{
    lab::soundfont::{
        generator::Generator::{
            self, ExclusiveClass, NoAttack, NoDelay, Pan, Release, Reverb, RootKey,
        },
        sf2::{Font, KIT_BANK, Preset, Sample, Zone},
        signal::Signal,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Strength of a stroke, 0 to 1.
pub type Strength = f64;

/// Velocity layers of one, two or three recordings.
const LAYERS: [&[(RangeInclusive<u8>, Strength)]; 3] = [
    &[(0..=127, 0.8)],
    &[(0..=84, 0.45), (85..=127, 1.0)],
    &[(0..=63, 0.3), (64..=104, 0.7), (105..=127, 1.0)],
];

/// A preset of bank 128.
pub struct Kit {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// MIDI program.
    pub program: u16,
    /// Sample rate of the stored recordings, [`SAMPLE_RATE`] or a whole fraction of it.
    pub rate: u32,
    /// The instruments.
    pub pieces: Vec<Piece>,
}

/// An instrument of a kit.
pub struct Piece {
    /// Keys, each with its transposition in semitones.
    keys: &'static [(u8, i8)],
    /// Synthesizes the recording, at any level.
    strike: fn(Strength) -> Signal,
    /// Peak level of the recording.
    peak: Decibels,
    n_layers: usize,
    place: f64,
}

/// Keys of each instrument, and similar General MIDI keys.
pub mod keys {
    pub const KICK: &[(u8, i8)] = &[(36, 0), (35, -1)];
    pub const RIM: &[(u8, i8)] = &[(37, 0)];
    pub const SNARE: &[(u8, i8)] = &[(38, 0), (40, 1)];
    pub const CLAP: &[(u8, i8)] = &[(39, 0)];
    pub const CLOSED_HAT: &[(u8, i8)] = &[(42, 0), (44, -1)];
    pub const OPEN_HAT: &[(u8, i8)] = &[(46, 0)];
    pub const LOW_TOM: &[(u8, i8)] = &[(45, 0), (43, -2), (41, -4)];
    pub const MID_TOM: &[(u8, i8)] = &[(48, 0), (47, -1)];
    pub const HIGH_TOM: &[(u8, i8)] = &[(50, 0)];
    pub const CRASH: &[(u8, i8)] = &[(49, 0), (57, 2), (55, 5), (52, -3)];
    pub const RIDE: &[(u8, i8)] = &[(51, 0), (59, 1), (53, 4)];
    // The keys below are in the analogue kit only.
    pub const COWBELL: &[(u8, i8)] = &[(56, 0)];
    pub const HIGH_CONGA: &[(u8, i8)] = &[(63, 0), (62, 3)];
    pub const LOW_CONGA: &[(u8, i8)] = &[(64, 0)];
    pub const MARACAS: &[(u8, i8)] = &[(70, 0)];
    pub const CLAVES: &[(u8, i8)] = &[(75, 0)];
}

/// The hats' keys, which cut each other off.
const HATS: [u8; 3] = [42, 44, 46];

impl Kit {
    /// Adds the kit's samples and preset to `font`.
    pub fn add_to(&self, font: &mut Font) {
        let zones = self.pieces.iter().flat_map(|piece| piece.zones(font, self)).collect();
        let name = self.name.to_owned();
        font.add_preset(Preset { name, bank: KIT_BANK, program: self.program, zones });
    }
}

impl Piece {
    /// An instrument with one recording that peaks at `peak_db`, centred.
    pub fn new(keys: &'static [(u8, i8)], strike: fn(Strength) -> Signal, peak_db: f64) -> Self {
        Self { keys, strike, peak: Decibels(peak_db), n_layers: 1, place: 0.0 }
    }

    /// Uses `n` velocity layers, 1 to 3.
    pub fn layers(mut self, n: usize) -> Self {
        self.n_layers = n;
        self
    }

    /// Pans to `place`, -0.5 left to 0.5 right.
    pub fn at(mut self, place: f64) -> Self {
        self.place = place;
        self
    }

    fn zones(&self, font: &mut Font, kit: &Kit) -> Vec<Zone> {
        let mut zones = Vec::new();
        for (velocities, strength) in LAYERS[self.n_layers - 1] {
            let (first_key, _) = self.keys[0];
            let struck = (self.strike)(*strength).faded().peaking_at(self.peak);
            let sample = font.add_sample(Sample {
                name: format!("{} {first_key}", kit.name).replace(" Kit", ""),
                frames: struck.thinned((SAMPLE_RATE / kit.rate) as usize).to_frames(),
                looped: None,
                rate: kit.rate,
                root_key: first_key,
            });
            zones.extend(self.keys.iter().map(|&(key, semitones)| Zone {
                keys: key..=key,
                velocities: velocities.clone(),
                generators: self.generators(key, semitones),
                sample,
            }));
        }
        zones
    }

    fn generators(&self, key: u8, semitones: i8) -> Vec<Generator> {
        // A release of over a minute: a drum keeps ringing after its key is released.
        let mut generators = vec![NoDelay, NoAttack, Release(100.0), Pan(self.place), Reverb(0.05)];
        generators.push(RootKey(key.saturating_add_signed(-semitones)));
        if HATS.contains(&key) {
            generators.push(ExclusiveClass(1));
        }
        generators
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::drums::Drum;

    #[test]
    fn each_velocity_is_covered_once() {
        for layers in LAYERS {
            let covered = layers.iter().flat_map(|(velocities, _)| velocities.clone());
            assert!(covered.eq(0..=127));
        }
    }

    #[test]
    fn every_drum_class_has_its_key() {
        let all = [
            keys::KICK,
            keys::SNARE,
            keys::CLOSED_HAT,
            keys::OPEN_HAT,
            keys::LOW_TOM,
            keys::MID_TOM,
            keys::HIGH_TOM,
            keys::CRASH,
            keys::RIDE,
        ];
        for (keys, drum) in all.into_iter().zip(Drum::ALL) {
            assert_eq!(keys[0], (drum.pitch(), 0));
        }
    }
}
