//! Clipping, silence and stereo width.

/// Samples from this magnitude up count as clipped: one step below full scale of 16 bits.
const CLIPPED: f32 = 32_766.0 / 32_768.0;

/// Samples up to this magnitude, -60 dBFS, count as silent.
const SILENT: f32 = 1e-3;

/// Shortest silence that is reported, in seconds.
const LONG_SECONDS: f64 = 1.0;

/// Statistics of the samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Clipped samples of both channels.
    pub n_clipped: u64,
    /// Start and duration, in seconds, of each silence of more than a second between two sounds.
    pub silences: Vec<(f64, f64)>,
    /// Pearson's correlation of left and right, -1 to 1; 1 is mono.
    pub correlation: f64,
    /// The share of the energy in the side signal (left minus right), 0 to 1: 0 for mono, a half
    /// for uncorrelated channels.
    pub side_share: f64,
}

/// Measures sound block by block.
pub(crate) struct LevelMeter {
    rate: f64,
    n_frames: u64,
    n_clipped: u64,
    /// The frame after the last audible one.
    heard_until: Option<u64>,
    silences: Vec<(f64, f64)>,
    /// Sums of left by left, right by right, left by right.
    products: [f64; 3],
}

impl LevelMeter {
    pub fn new(rate: u32) -> Self {
        Self {
            rate: rate.into(),
            n_frames: 0,
            n_clipped: 0,
            heard_until: None,
            silences: Vec::new(),
            products: [0.0; 3],
        }
    }

    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        let is_clipped = |x: &&f32| CLIPPED <= x.abs();
        self.n_clipped += left.iter().chain(right).filter(is_clipped).count() as u64;
        let pairs = [(left, left), (right, right), (left, right)];
        for (sum, (a, b)) in self.products.iter_mut().zip(pairs) {
            *sum += product(a, b);
        }
        for (left, right) in left.iter().zip(right) {
            if SILENT < left.abs().max(right.abs()) {
                self.sound();
            }
            self.n_frames += 1;
        }
    }

    fn sound(&mut self) {
        let until = self.heard_until.unwrap_or(self.n_frames);
        let seconds = (self.n_frames - until) as f64 / self.rate;
        if LONG_SECONDS < seconds {
            self.silences.push((until as f64 / self.rate, seconds));
        }
        self.heard_until = Some(self.n_frames + 1);
    }

    pub fn finish(self) -> Level {
        let [left, right, both] = self.products;
        let scale = (left * right).sqrt();
        let (side, all) = (left + right - 2.0 * both, 2.0 * (left + right));
        Level {
            n_clipped: self.n_clipped,
            silences: self.silences,
            correlation: if scale > 0.0 { both / scale } else { 0.0 },
            side_share: if all > 0.0 { side / all } else { 0.0 },
        }
    }
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::audio::testing::{RATE, feed, sine};

    fn level(seconds: f64, frame: impl FnMut(usize) -> [f32; 2]) -> Level {
        let mut meter = LevelMeter::new(RATE);
        feed(seconds, frame, |left, right| meter.push(left, right));
        meter.finish()
    }

    #[test]
    fn silence_counts_between_sounds_only() {
        let is_on = |n: usize| (44_100..88_200).contains(&n) || (154_350..160_000).contains(&n);
        let found = level(6.0, |n| [if is_on(n) { 0.1 } else { 0.0 }, 0.0]);
        assert_eq!(found.silences, [(2.0, 1.5)]);
    }

    #[test]
    fn samples_at_full_scale_are_counted() {
        let found = level(0.1, |n| [if n % 1000 == 0 { -1.2 } else { 0.5 }, 0.999]);
        assert_eq!(found.n_clipped, 5);
    }

    #[test]
    fn stereo_width_is_the_difference_of_the_channels() {
        let of = |right: fn(usize) -> f32| level(1.0, |n| [sine(441.0, n), right(n)]);
        let mono = of(|n| 0.5 * sine(441.0, n));
        let inverse = of(|n| -sine(441.0, n));
        let apart = of(|n| sine(882.0, n));
        assert!((mono.correlation - 1.0).abs() < 1e-3 && (mono.side_share - 0.1).abs() < 1e-6);
        assert!(
            (inverse.correlation + 1.0).abs() < 1e-6 && (inverse.side_share - 1.0).abs() < 1e-6
        );
        assert!(apart.correlation.abs() < 1e-3 && (apart.side_share - 0.5).abs() < 1e-3);
    }
}
