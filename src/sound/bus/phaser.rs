//! A phaser: four notches that move up and down.

use std::f32::consts::{PI, TAU};

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
    units::SAMPLE_RATE,
};

/// All-pass filters of a channel.
const N_STAGES: usize = 4;

/// Lowest and highest frequency of the filters' quarter-turn of the phase.
const LOWEST_HZ: f32 = 250.0;
const HIGHEST_HZ: f32 = 3200.0;

/// Feedback from the last filter to the first.
const FEEDBACK: f32 = 0.35;

/// Phase lead of the right channel, in turns of the sweep.
const APART: f32 = 0.25;

/// Frames between changes of the filters.
const STRIDE: usize = 32;

/// First-order all-pass filters for both channels, mixed with the dry signal.
#[derive(Debug, Clone)]
pub struct Phaser {
    depth: Ramp,
    turns_per_frame: f32,
    turn: f32,
    sides: [[f32; N_STAGES + 1]; 2],
}

impl Phaser {
    /// A phaser at the middle of its sweep.
    pub fn new(depth: f64, hz: f64) -> Self {
        let mut phaser = Self {
            depth: Ramp::at_rest(depth as f32),
            turns_per_frame: 0.0,
            turn: 0.0,
            sides: Default::default(),
        };
        phaser.set(depth, hz);
        phaser
    }

    /// Changes the depth over the next block, and the rate.
    pub fn set(&mut self, depth: f64, hz: f64) {
        self.depth.move_to(depth as f32);
        self.turns_per_frame = hz as f32 / SAMPLE_RATE as f32;
    }

    /// Adds the notches to `block`.
    pub fn process(&mut self, block: &mut Block) {
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(STRIDE) {
            self.turn = (self.turn + STRIDE as f32 * self.turns_per_frame).fract();
            let wet = 0.5 * self.depth.at(at);
            let channels = [(&mut block.left, 0.0), (&mut block.right, APART)];
            for (side, (channel, ahead)) in self.sides.iter_mut().zip(channels) {
                let height = 0.5 + 0.5 * libm::sinf(TAU * (self.turn + ahead));
                let hz = LOWEST_HZ * libm::powf(HIGHEST_HZ / LOWEST_HZ, height);
                let tan = libm::tanf(PI * hz / SAMPLE_RATE as f32);
                let turn = (tan - 1.0) / (tan + 1.0);
                for x in &mut channel[at..at + STRIDE] {
                    *x += wet * (all_pass(side, *x, turn) - *x);
                }
            }
        }
        self.depth.arrive();
    }
}

/// Filters a sample of a channel; `side` holds the filters' states, then the last output.
fn all_pass(side: &mut [f32; N_STAGES + 1], x: f32, turn: f32) -> f32 {
    let [stages @ .., last] = side;
    let mut y = x - FEEDBACK * *last;
    for state in stages {
        let out = turn * y + *state;
        *state = y - turn * out;
        y = out;
    }
    *last = y;
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::bus::testing::played;

    /// The least and the greatest level of a tone over the sweep, in dB.
    fn range_db(depth: f64) -> f32 {
        let mut phaser = Phaser::new(depth, 1.5);
        let sound = played(&[900.0], 0.2, |block| phaser.process(block));
        let level = |part: &[f32]| 10.0 * part.iter().map(|x| x * x).sum::<f32>().log10();
        let levels: Vec<f32> = sound.chunks_exact(441).map(level).collect();
        let ends = levels.iter().fold((f32::MAX, f32::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
        ends.1 - ends.0
    }

    #[test]
    fn a_notch_passes_through_a_tone() {
        assert!(8.0 < range_db(1.0), "{}", range_db(1.0));
        assert!((1.0..6.0).contains(&range_db(0.4)), "{}", range_db(0.4));
    }
}
