//! Bass and chords step back under the kick, as through a side-chained compressor.

use std::collections::VecDeque;

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::{Decibels, SAMPLE_RATE},
};

/// From the kick's beginning until all of the step back is made: 4 ms, short and without a click.
const ATTACK_FRAMES: f32 = 0.004 * SAMPLE_RATE as f32;

/// Share of a beat until it is undone.
const RELEASE_BEATS: f64 = 0.75;

/// How deep the duck is, frame by frame, 0 none to 1 all.
pub struct Duck {
    kicks: VecDeque<Kick>, // yet to come, in order
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
    /// At rest.
    pub fn new() -> Self {
        Self {
            kicks: VecDeque::new(),
            depth: 0.0,
            falling: false,
            release: 1.0,
            depths: [0.0; FRAMES_PER_MP3_FRAME],
        }
    }

    /// A kick will sound at `frame`, not before those added earlier; a beat lasts `beat_seconds`.
    pub fn add(&mut self, frame: u64, beat_seconds: f64) {
        let release_frames = (RELEASE_BEATS * beat_seconds * f64::from(SAMPLE_RATE)) as f32;
        self.kicks.push_back(Kick { frame, release_frames });
    }

    /// Moves on by a block that begins at `frame`.
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

    /// Ducks a part in the block last advanced to by up to `amount`, 0 dB or less.
    pub fn apply(&self, block: &mut Block, amount: Decibels) {
        if amount.0 >= 0.0 {
            return;
        }
        let away = 1.0 - amount.ratio() as f32;
        for channel in [&mut block.left, &mut block.right] {
            for (x, depth) in channel.iter_mut().zip(&self.depths) {
                // Squared it comes back slowly at first and is over before the next beat.
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
    fn a_part_is_down_after_the_kick_and_back_before_the_next_beat() {
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
