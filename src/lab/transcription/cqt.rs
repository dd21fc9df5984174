//! The constant-Q transform that the pitch network reads: 36 bins per octave from 27.5 Hz, in decibels.
//!
//! Computed by octave: the kernels of the top octave are applied to the signal and to copies of it, each at
//! half the last rate. Source: Schörkhuber, Klapuri, "Constant-Q transform toolbox for music processing", SMC
//! 2010; kernels and filter as in nnAudio (Cheuk et al. 2020, `CQT2010v2`) and basic-pitch 0.4.0.

use std::f64::consts::{PI, TAU};

use pulp::Arch;

/// Sample rate in Hz.
pub const RATE: u32 = 22_050;

/// Samples between frames.
pub const HOP: usize = 256;

/// Samples of a window: 2 s less one hop.
pub const WINDOW: usize = 2 * RATE as usize - HOP;

/// Frames of a window.
pub const N_FRAMES: usize = WINDOW / HOP + 1;

/// Bins of a frame.
pub const N_BINS: usize = 309;

/// Bins of an octave.
pub const BINS_PER_OCTAVE: usize = 36;

/// The lowest bin's frequency in Hz: the lowest key of a piano.
pub const LOWEST_HZ: f64 = 27.5;

const N_OCTAVES: usize = 9;

/// Taps of a kernel, and of the filter before each halving of the rate.
const LENGTH: usize = 256;

/// The real and the imaginary part of each kernel of an octave.
const N_KERNELS: usize = 2 * BINS_PER_OCTAVE;

/// Half the width of the filter's transition.
const TRANSITION: f64 = 1.001;

/// Outputs of the filter that are summed at once.
const BLOCK: usize = 32;

/// Transforms windows.
#[derive(Debug, Clone)]
pub struct Cqt {
    kernels: Vec<[f64; N_KERNELS]>, // by tap
    filter: Vec<f64>,
    gains: Vec<f64>, // by bin
}

impl Cqt {
    /// Computes kernels and filter.
    pub fn new() -> Self {
        let quality = 1.0 / (2f64.powf(1.0 / BINS_PER_OCTAVE as f64) - 1.0);
        let length = |hz: f64| (quality * f64::from(RATE) / hz).ceil();
        let hz = |bin: usize| LOWEST_HZ * 2f64.powf(bin as f64 / BINS_PER_OCTAVE as f64);
        let mut kernels = vec![[0.0; N_KERNELS]; LENGTH];
        for bin in 0..BINS_PER_OCTAVE {
            let hz = hz(N_BINS - BINS_PER_OCTAVE + bin);
            for (tap, [re, im]) in kernel(hz, length(hz) as usize) {
                kernels[tap][bin] = re;
                kernels[tap][BINS_PER_OCTAVE + bin] = im;
            }
        }
        let gains = (0..N_BINS).map(|bin| length(hz(bin)).sqrt()).collect();
        Self { kernels, filter: low_pass(), gains }
    }

    /// The transform of a window of [`WINDOW`] samples: [`N_FRAMES`] rows of [`N_BINS`] levels, scaled so
    /// that the lowest is 0 and the highest 1; all 0 for silence. Missing samples are silence.
    pub fn levels(&self, window: &[f32]) -> Vec<f32> {
        let mut signal: Vec<f64> = window.iter().take(WINDOW).copied().map(f64::from).collect();
        signal.resize(WINDOW, 0.0);
        let mut powers = vec![0.0; N_FRAMES * N_BINS];
        for octave in 0..N_OCTAVES {
            if 0 < octave {
                signal = halve(&signal, &self.filter);
            }
            let padded = reflect(&signal);
            for frame in 0..N_FRAMES {
                let start = frame * (HOP >> octave);
                let sums = self.correlate(&padded[start..start + LENGTH]);
                // The lowest octave reaches below the lowest bin.
                let first = N_BINS as isize - ((octave + 1) * BINS_PER_OCTAVE) as isize;
                for k in 0..BINS_PER_OCTAVE {
                    let Ok(bin) = usize::try_from(first + k as isize) else { continue };
                    let [re, im] =
                        [sums[k], sums[BINS_PER_OCTAVE + k]].map(|x| x * self.gains[bin]);
                    powers[frame * N_BINS + bin] = re * re + im * im;
                }
            }
        }
        scaled(powers)
    }

    /// The dot products of `samples` and the kernels.
    fn correlate(&self, samples: &[f64]) -> [f64; N_KERNELS] {
        Arch::new().dispatch(|| {
            let mut sums = [0.0; N_KERNELS];
            for (x, kernels) in samples.iter().zip(&self.kernels) {
                for (sum, kernel) in sums.iter_mut().zip(kernels) {
                    *sum += x * kernel;
                }
            }
            sums
        })
    }
}

impl Default for Cqt {
    fn default() -> Self {
        Self::new()
    }
}

/// The taps of the kernel of `hz` with `length` samples: a complex tone under a Hann window.
fn kernel(hz: f64, length: usize) -> impl Iterator<Item = (usize, [f64; 2])> {
    let window = move |n: usize| 0.5 - 0.5 * (TAU * n as f64 / length as f64).cos();
    let norm: f64 = (0..length).map(window).sum();
    let start = (LENGTH as f64 / 2.0 - length as f64 / 2.0).ceil() as usize - length % 2;
    let first = (-(length as f64) / 2.0).floor();
    (0..length).map(move |n| {
        let phase = TAU * hz * (first + n as f64) / f64::from(RATE);
        let share = window(n) / norm;
        (start + n, [share * phase.cos(), share * phase.sin()])
    })
}

/// A filter that passes the lower half of the band: the inverse transform of the desired response, under a
/// Hamming window (`firwin2` of `SciPy`).
fn low_pass() -> Vec<f64> {
    let n_steps = LENGTH as f64; // of frequency, from 0 to half the rate
    let [pass, stop] = [0.5 / TRANSITION, 0.5 * TRANSITION];
    let gain = |step: usize| ((stop - step as f64 / n_steps) / (stop - pass)).clamp(0.0, 1.0);
    let delay = (LENGTH - 1) as f64 / 2.0;
    let tap = |n: usize| {
        let tone =
            |step: usize| gain(step) * (PI * step as f64 * (n as f64 - delay) / n_steps).cos();
        let sum = gain(0) + 2.0 * (1..LENGTH).map(tone).sum::<f64>();
        let window = 0.54 - 0.46 * (TAU * n as f64 / (LENGTH - 1) as f64).cos();
        window * sum / (2.0 * n_steps)
    };
    (0..LENGTH).map(tap).collect()
}

/// `signal` filtered, at half the rate.
fn halve(signal: &[f64], filter: &[f64]) -> Vec<f64> {
    let n = (signal.len() + 2 * (LENGTH / 2 - 1) - LENGTH) / 2 + 1;
    let n_padded = n.next_multiple_of(BLOCK) + LENGTH / 2;
    // Even and odd samples separately: each is read in order.
    let at = |n: usize| n.checked_sub(LENGTH / 2 - 1).and_then(|n| signal.get(n)).copied();
    let side = |odd: usize| -> Vec<f64> {
        (0..n_padded).map(|n| at(2 * n + odd).unwrap_or(0.0)).collect()
    };
    let (even, odd) = (side(0), side(1));
    let mut found = vec![0.0; n.next_multiple_of(BLOCK)];
    Arch::new().dispatch(|| {
        for (block, sums) in found.chunks_exact_mut(BLOCK).enumerate() {
            for (tap, pair) in filter.chunks_exact(2).enumerate() {
                let start = block * BLOCK + tap;
                let samples = even[start..][..BLOCK].iter().zip(&odd[start..][..BLOCK]);
                for (sum, (even, odd)) in sums.iter_mut().zip(samples) {
                    *sum += pair[0] * even + pair[1] * odd;
                }
            }
        }
    });
    found.truncate(n);
    found
}

/// `signal` continued at both ends by half a kernel of its mirror image.
fn reflect(signal: &[f64]) -> Vec<f64> {
    const HALF: usize = LENGTH / 2;
    let n = signal.len();
    let before = signal[1..=HALF].iter().rev();
    let after = signal[n - 1 - HALF..n - 1].iter().rev();
    before.chain(signal).chain(after).copied().collect()
}

/// Powers as levels from 0 to 1.
fn scaled(powers: Vec<f64>) -> Vec<f32> {
    let mut levels = powers;
    for power in &mut levels {
        *power = 10.0 * (*power + 1e-10).log10();
    }
    let least = levels.iter().copied().fold(f64::INFINITY, f64::min);
    let most = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = most - least;
    let scale = if 0.0 < range { range.recip() } else { 0.0 };
    levels.iter().map(|level| ((level - least) * scale) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_bin() {
        let cqt = Cqt::new();
        for bin in [40, 150, 300] {
            let hz = LOWEST_HZ * 2f64.powf(f64::from(bin) / 36.0);
            let tone = |n: usize| (TAU * hz * n as f64 / f64::from(RATE)).sin() as f32;
            let window: Vec<f32> = (0..WINDOW).map(tone).collect();

            let levels = cqt.levels(&window);

            let frame = &levels[80 * N_BINS..81 * N_BINS];
            let loudest = (0..N_BINS).max_by(|a, b| frame[*a].total_cmp(&frame[*b]));
            assert_eq!((levels.len(), loudest), (172 * 309, Some(bin as usize)));
        }
    }

    #[test]
    fn silence_has_no_levels() {
        assert!(Cqt::new().levels(&[]).iter().all(|level| *level == 0.0));
    }

    #[test]
    fn the_filter_passes_the_lower_half_alone() {
        let filter = low_pass();
        let gain = |share: f64| -> f64 {
            let tone = |part: fn(f64) -> f64| -> f64 {
                filter.iter().zip(0..).map(|(x, n)| x * part(PI * share * f64::from(n))).sum()
            };
            tone(f64::cos).hypot(tone(f64::sin))
        };
        assert!((gain(0.0) - 1.0).abs() < 1e-3 && (gain(0.48) - 1.0).abs() < 0.01);
        assert!(gain(0.52) < 0.01 && gain(0.9) < 1e-3);
    }
}
