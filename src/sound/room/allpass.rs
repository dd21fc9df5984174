//! An all-pass filter: a flat spectrum, smeared in time (M. Schroeder, 1961).

use crate::sound::room::line::{CHUNK, Line, Sound};

/// The longest delay in frames.
const LONGEST: usize = 640;

/// One Schroeder all-pass.
pub(super) struct Allpass {
    line: Line,
    n_frames: usize,
    gain: f32,
}

impl Allpass {
    pub fn new() -> Self {
        Self { line: Line::new(LONGEST), n_frames: CHUNK, gain: 0.0 }
    }

    /// Empties it and sets its delay, at least a chunk, and its gain.
    pub fn reset(&mut self, n_frames: usize, gain: f32) {
        self.line.clear();
        (self.n_frames, self.gain) = (n_frames, gain);
    }

    /// Filters `sound` in place.
    pub fn process(&mut self, sound: &mut Sound) {
        let mut delayed = [0.0; CHUNK];
        self.line.read(self.n_frames, &mut delayed);
        let mut fed = [0.0; CHUNK];
        for ((x, fed), delayed) in sound.iter_mut().zip(&mut fed).zip(&delayed) {
            *fed = *x + self.gain * delayed;
            *x = delayed - self.gain * *fed;
        }
        self.line.write(&fed);
    }
}
