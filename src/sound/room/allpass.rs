//! An all-pass filter: a flat spectrum, smeared in time (M. Schroeder, 1961).

use crate::sound::room::line::{CHUNK, Line, Sound};

/// One Schroeder all-pass.
pub(super) struct Allpass {
    line: Line,
    n_frames: usize,
    gain: f32,
}

impl Allpass {
    /// A silent filter with a delay of `n_frames`, at least a chunk.
    pub fn new(n_frames: usize, gain: f32) -> Self {
        Self { line: Line::new(n_frames), n_frames, gain }
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
