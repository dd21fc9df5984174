//! Levels of decoded sound, one for each 20 ms.

/// Levels per second.
pub const PER_SECOND: usize = 50;

/// Below this a level is silence: -60 dBFS.
const SILENCE: f32 = 0.001;

/// Levels of interleaved stereo samples.
pub struct Levels {
    n_samples: usize,
    waiting: Vec<f32>,
    /// The mean absolute sample of each 20 ms.
    pub done: Vec<f32>,
}

impl Levels {
    /// Levels of samples at `rate` Hz.
    pub fn of(rate: usize) -> Self {
        Self { n_samples: 2 * rate / PER_SECOND, waiting: Vec::new(), done: Vec::new() }
    }

    /// Adds the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.waiting.extend(samples);
        let whole = self.waiting.chunks_exact(self.n_samples);
        let rest = whole.remainder().to_vec();
        self.done.extend(whole.map(mean));
        self.waiting = rest;
    }
}

fn mean(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample.abs()).sum::<f32>() / samples.len() as f32
}

/// The loudest of `samples`.
pub fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// Seconds of the longest silence in `levels`.
pub fn longest_silence(levels: &[f32]) -> f64 {
    let runs = levels.split(|level| SILENCE < *level);
    runs.map(<[f32]>::len).max().unwrap_or(0) as f64 / PER_SECOND as f64
}

/// How far `a` and `b` are apart, as a share of the level of `a`; they must have the same length.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    let apart: f32 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
    apart / a.iter().sum::<f32>()
}

/// Aligns two recordings of one sound, at most ten seconds apart, and returns the [`distance`] of each later
/// second: after a gap in one recording, all seconds differ.
pub fn seconds_apart(a: &[f32], b: &[f32]) -> Vec<f32> {
    const SEARCHED: usize = 10 * PER_SECOND;
    let compared = &a[SEARCHED..2 * SEARCHED];
    let at = |start: &usize| distance(compared, &b[*start..start + SEARCHED]);
    let best = (0..=2 * SEARCHED).min_by(|one, other| at(one).total_cmp(&at(other)));
    let seconds = a[SEARCHED..].chunks_exact(PER_SECOND);
    let others = b[best.unwrap_or(0)..].chunks_exact(PER_SECOND);
    seconds.zip(others).map(|(a, b)| distance(a, b)).collect()
}
