//! A look-ahead limiter that keeps true peaks below a ceiling.
//!
//! The gain that each peak needs is held by a sliding minimum, released slowly and smoothed by two
//! moving means, all within the look-ahead: the full gain reduction is reached when the peak
//! arrives, without a corner that would click. Below the ceiling the samples pass unchanged, only
//! delayed.

use std::collections::VecDeque;

use crate::{
    sound::{
        frame::{Block, FRAMES_PER_MP3_FRAME},
        true_peak::{self, TruePeak},
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Ceiling of a station's limiter, in dBTP.
///
/// MP3 encoding discards part of the spectrum, which raises peaks, so the ceiling is below the -1
/// dBTP that listeners should get. Four loops, 6 to 18 dB too hot for the limiter, decoded at most
/// 1.0 dB higher at 96 and 128 kbit/s, 0.6 dB at 192, 0.4 dB at 320.
pub const CEILING: Decibels = Decibels(-2.3);

/// Frames of each of the two moving means: the gain falls within 2 x 64 frames, 2.9 ms.
const MEAN: usize = 64;

/// Frames for which a peak's gain is held: both means and the frame after the peak.
const HOLD: u64 = 2 * MEAN as u64;

/// Time to 63 % of the recovery.
const RELEASE_SECONDS: f64 = 0.1;

/// Limits both channels with one gain.
pub struct Limiter {
    ceiling: f32,
    true_peak: TruePeak,
    peaks: [f32; FRAMES_PER_MP3_FRAME],
    needed: SlidingMinimum,
    release: f64,
    gain: f64,
    means: [MovingMean; 2],
    delay: Delay,
}

impl Limiter {
    /// Delay in frames, 3 ms.
    pub const LATENCY: usize = true_peak::LATENCY + 2 * MEAN - 2;

    /// Keeps true peaks below `ceiling`, in decibels of full scale, at most 0.
    pub fn new(ceiling: Decibels) -> Self {
        Self {
            ceiling: ceiling.ratio() as f32,
            true_peak: TruePeak::new(),
            peaks: [0.0; FRAMES_PER_MP3_FRAME],
            needed: SlidingMinimum::new(),
            release: 1.0 - (-1.0 / (RELEASE_SECONDS * f64::from(SAMPLE_RATE))).exp(),
            gain: 1.0,
            means: [MovingMean::new(), MovingMean::new()],
            delay: Delay { frames: [[0.0; 2]; Self::LATENCY], position: 0 },
        }
    }

    /// Replaces the block by the limited sound of [`Self::LATENCY`] frames earlier.
    ///
    /// NaN and infinite samples become silence.
    pub fn process(&mut self, block: &mut Block) {
        for x in block.left.iter_mut().chain(&mut block.right) {
            *x = if x.is_finite() { *x } else { 0.0 };
        }
        self.true_peak.measure(block, &mut self.peaks);
        for n in 0..FRAMES_PER_MP3_FRAME {
            let gain = self.next_gain(self.peaks[n]);
            let [left, right] = self.delay.pass([block.left[n], block.right[n]]);
            block.left[n] = left * gain;
            block.right[n] = right * gain;
        }
    }

    fn next_gain(&mut self, peak: f32) -> f32 {
        let needed = if self.ceiling < peak { f64::from(self.ceiling / peak) } else { 1.0 };
        let held = self.needed.push(needed);
        self.gain = held.min(self.gain + self.release * (held - self.gain));
        let [first, second] = &mut self.means;
        second.push(first.push(self.gain)) as f32
    }
}

/// The minimum of the last [`HOLD`] values, in amortised constant time: a value is dropped once a
/// later one is smaller.
struct SlidingMinimum {
    rising: VecDeque<(u64, f64)>,
    now: u64,
}

impl SlidingMinimum {
    fn new() -> Self {
        Self { rising: VecDeque::with_capacity(HOLD as usize + 1), now: 0 }
    }

    fn push(&mut self, value: f64) -> f64 {
        while self.rising.pop_back_if(|(_, greater)| value <= *greater).is_some() {}
        self.rising.push_back((self.now, value));
        self.rising.pop_front_if(|(at, _)| *at + HOLD <= self.now);
        self.now += 1;
        self.rising.front().map_or(value, |(_, least)| *least)
    }
}

/// The mean of the last [`MEAN`] values.
///
/// In double precision the running sum is off by less than a millionth of a decibel after years.
struct MovingMean {
    values: [f64; MEAN],
    position: usize,
    sum: f64,
}

impl MovingMean {
    fn new() -> Self {
        Self { values: [1.0; MEAN], position: 0, sum: MEAN as f64 }
    }

    fn push(&mut self, value: f64) -> f64 {
        let oldest = std::mem::replace(&mut self.values[self.position], value);
        self.position = (self.position + 1) % MEAN;
        self.sum += value - oldest;
        self.sum / MEAN as f64
    }
}

struct Delay {
    frames: [[f32; 2]; Limiter::LATENCY],
    position: usize,
}

impl Delay {
    fn pass(&mut self, frame: [f32; 2]) -> [f32; 2] {
        let out = std::mem::replace(&mut self.frames[self.position], frame);
        self.position = (self.position + 1) % Limiter::LATENCY;
        out
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;
    use crate::{rng, sound::testing::true_peak_db};

    /// Limits `n_blocks` of the frames that `sound` returns.
    fn limit(n_blocks: usize, mut sound: impl FnMut(usize) -> [f32; 2]) -> Vec<Block> {
        let mut limiter = Limiter::new(CEILING);
        let mut output = Vec::new();
        for block in 0..n_blocks {
            let mut out = Block::SILENCE;
            for n in 0..FRAMES_PER_MP3_FRAME {
                [out.left[n], out.right[n]] = sound(block * FRAMES_PER_MP3_FRAME + n);
            }
            limiter.process(&mut out);
            output.push(out);
        }
        output
    }

    fn assert_held(output: &[Block]) {
        let peak = true_peak_db(output);
        assert!(peak < CEILING.0 + 0.2, "{peak} dBTP");
        assert!(CEILING.0 - 3.0 < peak, "{peak} dBTP: limited too far");
    }

    #[test]
    fn squares_are_held() {
        let square = |n: usize| if (n / 50).is_multiple_of(2) { 1.5 } else { -1.5 };
        assert_held(&limit(100, |n| [square(n), -square(n + 20)]));
    }

    #[test]
    fn bursts_of_noise_out_of_silence_are_held() {
        let mut rng = rng::stream(1, "bursts");
        assert_held(&limit(300, |n| {
            let gate = if n / 3000 % 4 == 0 { 3.0 } else { 0.01 };
            [gate * rng.random_range(-1.0..1.0), gate * rng.random_range(-1.0..1.0)]
        }));
    }

    #[test]
    fn peaks_between_samples_are_held() {
        // This sine's samples stay at -3 dB, its wave reaches 0 dB.
        let sine = |n: usize| (std::f32::consts::FRAC_PI_2 * (n as f32 % 4.0 + 0.5)).sin();
        assert_held(&limit(100, |n| [sine(n), 0.0]));
    }

    #[test]
    fn single_clicks_are_held() {
        assert_held(&limit(100, |n| [if n % 5003 == 0 { 4.0 } else { 0.0 }, 0.0]));
    }

    #[test]
    fn sound_below_the_ceiling_is_only_delayed() {
        let mut rng = rng::stream(2, "quiet");
        let sound: Vec<f32> = (0..100 * 1152).map(|_| rng.random_range(-0.4..0.4)).collect();
        let output = limit(100, |n| [sound[n], -sound[n]]);
        let left: Vec<f32> = output.iter().flat_map(|block| block.left).collect();
        assert_eq!(left[Limiter::LATENCY..], sound[..sound.len() - Limiter::LATENCY]);
    }

    #[test]
    fn the_gain_recovers_after_a_peak() {
        let output = limit(60, |n| [if n == 2000 { 8.0 } else { 0.3 }, 0.0]);
        let last = output[59].left[1151];
        assert!((last - 0.3).abs() < 1e-3, "{last}");
    }

    #[test]
    fn non_finite_samples_become_silence() {
        let output = limit(20, |n| [if n == 5000 { f32::NAN } else { 0.1 }, f32::INFINITY]);
        assert!(output.iter().all(|block| block.peak() <= 0.1));
        assert!((output[19].left[0] - 0.1).abs() < 1e-6);
    }
}
