//! An acid bass filter: a ladder that each struck note opens.

use std::f32::consts::TAU;

use crate::{
    music::chain::Acid,
    sound::{
        bus::{
            ladder::Ladder,
            oversample::{ToTwice, at_twice},
            place::Place,
        },
        events::SYNTH_BLOCK,
        frame::{Block, FRAMES_PER_MP3_FRAME},
    },
    units::SAMPLE_RATE,
};

/// Stretches of a block in which notes start.
pub const N_STRETCHES: usize = FRAMES_PER_MP3_FRAME / SYNTH_BLOCK;

/// The velocity of the note that is struck in each stretch of a block; slides strike nothing.
pub type Strikes = [Option<u8>; N_STRETCHES];

/// The least velocity of an accent.
pub const ACCENT_VELOCITY: u8 = 100;

/// Octaves from the cut-off when the music is calm to that at full tension.
const TENSION_OCTAVES: f32 = 2.5;

/// A slow sweep of the cut-off: octaves up and down, and its period, about sixteen bars of acid.
const KNOB_OCTAVES: f32 = 1.7;
const KNOB_SECONDS: f32 = 27.0;

/// A full accent: added to the envelope's range, as a share; taken from its decay, as a share; added to the
/// resonance.
const ACCENT_RANGE: f32 = 0.6;
const ACCENT_DECAY: f32 = 0.6;
const ACCENT_RESONANCE: f32 = 0.1;

/// The filter and its envelope.
#[derive(Clone)]
pub struct AcidFilter {
    settings: Acid,
    to_twice: ToTwice,
    ladder: Ladder,
    /// 1 at a strike, then falling towards 0.
    envelope: f32,
    /// The accent of the last strike, 0 to 1.
    accent: f32,
    openness: f32,
    /// The phase of the slow sweep in turns, 0 at the middle, rising.
    knob: f32,
}

impl AcidFilter {
    /// A filter in its initial state.
    pub fn new(settings: Acid) -> Self {
        Self {
            settings,
            to_twice: ToTwice::new(),
            ladder: Ladder::default(),
            envelope: 0.0,
            accent: 0.0,
            openness: 1.0,
            knob: 0.0,
        }
    }

    /// Changes the settings; the cut-off moves there within the next stretch of 64 frames.
    pub fn set(&mut self, settings: Acid) {
        self.settings = settings;
    }

    /// Filters `block` in mono at `place`, while the tension's share of the cut-off moves to `openness`, 0 to
    /// 1.
    pub fn process(&mut self, block: &mut Block, place: Place, strikes: &Strikes, openness: f32) {
        let from = std::mem::replace(&mut self.openness, openness);
        place.in_mono(block, |channel| {
            let mut to_twice = self.to_twice.clone();
            at_twice(&mut to_twice, channel, |twice| {
                let stretches = twice.chunks_exact_mut(2 * SYNTH_BLOCK);
                for (n, (stretch, strike)) in stretches.zip(strikes).enumerate() {
                    let t = (n + 1) as f32 / N_STRETCHES as f32;
                    self.stretch(stretch, *strike, from + t * (openness - from));
                }
            });
            self.to_twice = to_twice;
        });
    }

    fn stretch(&mut self, twice: &mut [f32], strike: Option<u8>, openness: f32) {
        let Acid { cutoff_hz, resonance, envelope_octaves, decay_seconds, accent, .. } =
            self.settings;
        if let Some(velocity) = strike {
            self.envelope = 1.0;
            self.accent = if ACCENT_VELOCITY <= velocity { accent as f32 } else { 0.0 };
        }
        let range = envelope_octaves as f32 * (1.0 + ACCENT_RANGE * self.accent);
        self.knob = (self.knob + SYNTH_BLOCK as f32 / (KNOB_SECONDS * SAMPLE_RATE as f32)).fract();
        let turned = TENSION_OCTAVES * openness + KNOB_OCTAVES * libm::sinf(TAU * self.knob);
        let octaves = turned + range * self.envelope;
        let resonance = resonance as f32 + ACCENT_RESONANCE * self.accent;
        self.ladder.process(twice, cutoff_hz as f32 * libm::exp2f(octaves), resonance);
        let decay = decay_seconds as f32 * (1.0 - ACCENT_DECAY * self.accent);
        self.envelope *= libm::expf(-(SYNTH_BLOCK as f32) / (decay * SAMPLE_RATE as f32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::bus::testing::centroid_hz;

    /// The mean frequency of a saw of 110 Hz, from 5 to 50 ms after a note of `velocity` is struck.
    fn brightness(velocity: Option<u8>, openness: f32) -> f64 {
        let mut filter = AcidFilter::new(Acid::default());
        let mut sound = Vec::new();
        for number in 0..70 {
            let saw =
                |n: usize| 0.2 * (((number * 1152 + n) as f32 * 110.0 / 44_100.0).fract() - 0.5);
            let channel: [f32; FRAMES_PER_MP3_FRAME] = std::array::from_fn(saw);
            let mut block = Block { left: channel, right: channel };
            let mut strikes = [None; N_STRETCHES];
            strikes[0] = velocity.filter(|_| number == 64);
            filter.process(&mut block, Place::at(0.0), &strikes, openness);
            sound.extend_from_slice(&block.left);
        }
        centroid_hz(&sound[64 * 1152 + 220..][..2048])
    }

    #[test]
    fn notes_open_the_filter_and_accents_open_it_further() {
        let (none, plain, accent) =
            (brightness(None, 0.3), brightness(Some(90), 0.3), brightness(Some(110), 0.3));
        assert!(1.3 * none < plain, "{none} to {plain} Hz");
        assert!(1.1 * plain < accent, "{plain} and {accent} Hz");
    }

    #[test]
    fn the_knob_returns_after_sixteen_bars_or_so() {
        let mut filter = AcidFilter::new(Acid::default());
        let mut turn = |seconds: f32| {
            let n_stretches = seconds * SAMPLE_RATE as f32 / SYNTH_BLOCK as f32;
            for _ in 0..n_stretches as usize {
                filter.stretch(&mut [0.0; 2], None, 0.5);
            }
            libm::sinf(TAU * filter.knob)
        };
        assert!(0.99 < turn(KNOB_SECONDS / 4.0));
        assert!(turn(KNOB_SECONDS / 2.0) < -0.99);
    }

    #[test]
    fn tension_moves_the_sound_by_octaves() {
        let octaves = (brightness(None, 1.0) / brightness(None, 0.2)).log2();
        assert!(1.5 < octaves, "{octaves}");
    }
}
