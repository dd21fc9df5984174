//! Side-chain ducking: parts drop in level under the kick.

use std::collections::VecDeque;

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::{Decibels, SAMPLE_RATE},
};

/// Attack in frames: 4 ms, short but without a click.
const ATTACK_FRAMES: f32 = 0.004 * SAMPLE_RATE as f32;

/// Release, as a share of a beat.
const RELEASE_BEATS: f64 = 0.75;

/// The ducking envelope of a block, frame by frame: 0 none, 1 full.
pub struct Duck {
    kicks: VecDeque<Kick>, // pending, in order
    depth: f32,
    falling: bool,
    release: f32, // depth a frame
    depths: [f32; FRAMES_PER_MP3_FRAME],
}

#[derive(Clone, Copy)]
struct Kick {
    frame: u64,
    release_frames: f32,
}

impl Duck {
    /// An envelope at rest.
    pub fn new() -> Self {
        Self {
            kicks: VecDeque::new(),
            depth: 0.0,
            falling: false,
            release: 1.0,
            depths: [0.0; FRAMES_PER_MP3_FRAME],
        }
    }

    /// Adds a kick at `frame`, not before those added earlier; a beat lasts `beat_seconds`.
    pub fn add(&mut self, frame: u64, beat_seconds: f64) {
        let release_frames = (RELEASE_BEATS * beat_seconds * f64::from(SAMPLE_RATE)) as f32;
        self.kicks.push_back(Kick { frame, release_frames });
    }

    /// Computes the envelope of the block that starts at `frame`.
    pub fn advance(&mut self, frame: u64) {
        for (n, depth) in self.depths.iter_mut().enumerate() {
            while let Some(kick) = self.kicks.pop_front_if(|kick| kick.frame <= frame + n as u64) {
                self.falling = true;
                self.release = 1.0 / kick.release_frames.max(1.0);
            }
            if self.falling {
                self.depth = (self.depth + 1.0 / ATTACK_FRAMES).min(1.0);
                self.falling = self.depth < 1.0;
            } else {
                self.depth = (self.depth - self.release).max(0.0);
            }
            *depth = self.depth;
        }
    }

    /// Ducks a part in the current block by up to `amount`, 0 dB or less.
    pub fn apply(&self, block: &mut Block, amount: Decibels) {
        if amount.0 >= 0.0 {
            return;
        }
        let away = 1.0 - amount.ratio() as f32;
        for channel in [&mut block.left, &mut block.right] {
            for (x, depth) in channel.iter_mut().zip(&self.depths) {
                // A smoothstep: recovers slowly at first and completes before the next beat.
                *x *= 1.0 - away * depth * depth * (3.0 - 2.0 * depth);
            }
        }
    }
}

impl Default for Duck {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONES: Block =
        Block { left: [1.0; FRAMES_PER_MP3_FRAME], right: [1.0; FRAMES_PER_MP3_FRAME] };

    #[test]
    fn a_part_drops_after_the_kick_and_recovers_before_the_next_beat() {
        let mut duck = Duck::new();
        duck.add(100, 0.5);
        let mut gains = Vec::new();
        for block in 0..20 {
            let mut ones = ONES.clone();
            duck.advance(block * FRAMES_PER_MP3_FRAME as u64);
            duck.apply(&mut ones, Decibels(-12.0));
            gains.extend(ones.left);
        }

        assert!(gains[..100].iter().all(|gain| *gain == 1.0));
        assert!((gains[300] - 0.251).abs() < 0.02, "{}", gains[300]);
        assert!(gains[100 + 22_050 * 3 / 4 + 200..].iter().all(|gain| *gain == 1.0));
        assert!(gains.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.01));
    }

    #[test]
    fn no_ducking_changes_nothing() {
        let mut duck = Duck::new();
        duck.add(0, 0.5);
        duck.advance(0);
        let mut ones = ONES.clone();
        duck.apply(&mut ones, Decibels(0.0));
        assert_eq!(ones, ONES);
    }
}
