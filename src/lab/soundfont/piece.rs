//! Instruments of a kit: strokes of several strengths, takes of each, and the room around.

use std::ops::RangeInclusive;

use crate::{
    lab::soundfont::{
        generator::Generator::{
            self, ExclusiveClass, NoAttack, NoDelay, Pan, Release, Reverb, RootKey, Tune,
        },
        room::echoes,
        sf2::{Font, Sample, SampleId, Zone},
        signal::Signal,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Strength of a stroke, 0 to 1.
pub type Strength = f64;

/// Number of a recording of equal strokes, from 0.
pub type Take = u8;

/// Velocity layers of one to four recordings.
const LAYERS: [&[(RangeInclusive<u8>, Strength)]; 4] = [
    &[(0..=127, 0.8)],
    &[(0..=84, 0.45), (85..=127, 1.0)],
    &[(0..=63, 0.3), (64..=104, 0.7), (105..=127, 1.0)],
    &[(0..=47, 0.15), (48..=78, 0.45), (79..=105, 0.75), (106..=127, 1.0)],
];

/// Velocities in a row that play the same take.
///
/// SoundFonts have no round robin. A player's strokes of one strength differ by a few units of
/// velocity, so takes that alternate every few units alternate at random between strokes.
const STRIPE: u8 = 3;

/// Detuning of successive stripes in cents, so that two takes give more than two sounds.
const STRIPE_CENTS: [i16; 5] = [0, 7, -5, 3, -8];

/// An instrument of a kit.
pub struct Piece {
    /// Keys, each with its transposition in semitones.
    keys: &'static [(u8, i8)],
    strike: Strike,
    /// Peak level of the recording.
    peak: Decibels,
    n_layers: usize,
    place: f64,
    /// Only every n-th sample is stored.
    thinning: usize,
    room: Option<Room>,
    /// Whether several kits share the recordings.
    is_shared: bool,
}

/// Synthesizes a recording, at any level.
#[derive(Clone, Copy)]
enum Strike {
    /// All strokes of a strength are equal.
    Same(fn(Strength) -> Signal),
    /// This many takes differ.
    Takes(fn(Strength, Take) -> Signal, Take),
}

/// The room around a drum: its echoes left and right, stored once for all strengths.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Time in which they fade by 60 dB.
    pub seconds: f64,
    /// Peak level below that of the drum.
    pub below: Decibels,
}

/// The hats' keys, which cut each other off.
const HATS: [u8; 3] = [42, 44, 46];

impl Piece {
    /// An instrument with one recording that peaks at `peak_db`, centred.
    pub fn new(keys: &'static [(u8, i8)], strike: fn(Strength) -> Signal, peak_db: f64) -> Self {
        Self::with(keys, Strike::Same(strike), peak_db)
    }

    /// An instrument with `n` takes of each strength.
    pub fn takes(
        keys: &'static [(u8, i8)],
        n: Take,
        strike: fn(Strength, Take) -> Signal,
        peak_db: f64,
    ) -> Self {
        Self::with(keys, Strike::Takes(strike, n), peak_db)
    }

    fn with(keys: &'static [(u8, i8)], strike: Strike, peak_db: f64) -> Self {
        let peak = Decibels(peak_db);
        Self {
            keys,
            strike,
            peak,
            n_layers: 1,
            place: 0.0,
            thinning: 1,
            room: None,
            is_shared: false,
        }
    }

    /// Uses `n` velocity layers, 1 to 4.
    pub fn layers(mut self, n: usize) -> Self {
        self.n_layers = n;
        self
    }

    /// Pans to `place`, -0.5 left to 0.5 right.
    pub fn at(mut self, place: f64) -> Self {
        self.place = place;
        self
    }

    /// Stores every second sample only, for drums without highs.
    pub fn dull(mut self) -> Self {
        self.thinning = 2;
        self
    }

    /// Stores the recordings once for several kits.
    pub fn shared(mut self) -> Self {
        self.is_shared = true;
        self
    }

    /// Sets the room.
    pub fn in_room(mut self, room: Room) -> Self {
        self.room = Some(room);
        self
    }

    fn struck(&self, strength: Strength, take: Take) -> Signal {
        let struck = match self.strike {
            Strike::Same(strike) => strike(strength),
            Strike::Takes(strike, _) => strike(strength, take),
        };
        struck.faded().peaking_at(self.peak)
    }

    /// The zones of the instrument in the kit `kit`, with recordings at `rate` Hz.
    pub fn zones(&self, font: &mut Font, kit: &str, rate: u32) -> Vec<Zone> {
        let n_takes = if let Strike::Takes(_, n) = self.strike { n } else { 1 };
        let mut zones = Vec::new();
        for (velocities, strength) in LAYERS[self.n_layers - 1] {
            let samples: Vec<_> = (0..n_takes)
                .map(|take| {
                    self.store(font, (kit, rate), &self.struck(*strength, take), self.thinning)
                })
                .collect();
            for (stripe, velocities) in stripes(velocities.clone(), n_takes).enumerate() {
                let sample = samples[stripe % samples.len()];
                let cents =
                    if n_takes == 1 { 0 } else { STRIPE_CENTS[stripe % STRIPE_CENTS.len()] };
                zones.extend(self.on_keys(&velocities, sample, self.place, cents));
            }
        }
        if let Some(room) = self.room {
            let struck = self.struck(0.75, 0);
            for (side, place) in [("left", -0.5), ("right", 0.5)] {
                let echoes = echoes(&struck, side, room.seconds).faded();
                let echoes = echoes.peaking_at(Decibels(self.peak.0 + room.below.0));
                let sample = self.store(font, (kit, rate), &echoes, 3);
                let mut echoing: Vec<_> = self.on_keys(&(0..=127), sample, place, 0).collect();
                // Echoes are not choked: a class would also choke the stroke that they belong to.
                for zone in &mut echoing {
                    zone.generators.retain(|generator| !matches!(generator, ExclusiveClass(_)));
                }
                zones.extend(echoing);
            }
        }
        zones
    }

    fn store(
        &self,
        font: &mut Font,
        kit: (&str, u32),
        signal: &Signal,
        thinning: usize,
    ) -> SampleId {
        let (first_key, _) = self.keys[0];
        let (kit_name, rate) = if self.is_shared { ("Percussion", SAMPLE_RATE) } else { kit };
        // An old sampler has no anti-aliasing filter.
        let aliasing = (SAMPLE_RATE / rate) as usize;
        font.add_sample(Sample {
            name: format!("{kit_name} {first_key}").replace(" Kit", ""),
            frames: signal.clone().decimated(thinning).thinned(aliasing).to_frames(),
            looped: None,
            rate: SAMPLE_RATE / (thinning * aliasing) as u32,
            root_key: first_key,
        })
    }

    /// A zone for each key.
    fn on_keys(
        &self,
        velocities: &RangeInclusive<u8>,
        sample: SampleId,
        place: f64,
        cents: i16,
    ) -> impl Iterator<Item = Zone> {
        self.keys.iter().map(move |&(key, semitones)| {
            let mut generators = generators(key, semitones, place);
            if cents != 0 {
                generators.push(Tune(cents));
            }
            Zone { keys: key..=key, velocities: velocities.clone(), generators, sample }
        })
    }
}

/// Parts of a layer's velocities that alternate between takes; with one take, the whole layer.
fn stripes(layer: RangeInclusive<u8>, n_takes: Take) -> impl Iterator<Item = RangeInclusive<u8>> {
    let (first, last) = (*layer.start(), *layer.end());
    let width = if n_takes == 1 { 128 } else { STRIPE };
    (first..=last).step_by(usize::from(width)).map(move |low| low..=(low + (width - 1)).min(last))
}

fn generators(key: u8, semitones: i8, place: f64) -> Vec<Generator> {
    // A release of over a minute: a drum keeps ringing after its key is released.
    let mut generators = vec![NoDelay, NoAttack, Release(100.0), Pan(place), Reverb(0.05)];
    generators.push(RootKey(key.saturating_add_signed(-semitones)));
    if HATS.contains(&key) {
        generators.push(ExclusiveClass(1));
    }
    generators
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_velocity_is_covered_once() {
        for layers in LAYERS {
            let covered = layers.iter().flat_map(|(velocities, _)| velocities.clone());
            assert!(covered.eq(0..=127));
        }
    }

    #[test]
    fn stripes_cover_a_layer_once() {
        assert!(stripes(48..=78, 2).flatten().eq(48..=78));
        assert!(stripes(0..=127, 1).eq([0..=127]));
        assert!(stripes(106..=127, 3).all(|stripe| stripe.count() <= 3));
    }
}
