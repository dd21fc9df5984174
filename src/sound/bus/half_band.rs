//! Doubles and halves the rate by half-band filters, so that distortion can be computed at four times the
//! rate without audible aliasing.
//!
//! Source: windowed-sinc interpolation in two phases (P. P. Vaidyanathan, Multirate Systems and Filter
//! Banks, 1993, section 4.6). Every second tap of a half-band filter is zero; the others are applied to
//! sixteen frames at once, which vectorises.

use std::f64::consts::PI;

/// A half-band filter between a rate and twice that rate. `TAPS`, even, is the number of samples at the
/// lower rate that each new sample is interpolated from. `LINE` is `TAPS` plus the length of a block at
/// the lower rate, since a block is filtered behind its history.
#[derive(Clone)]
pub struct HalfBand<const TAPS: usize, const LINE: usize> {
    taps: [f32; TAPS],
    /// The last samples at the lower rate, for doubling.
    before: [f32; TAPS],
    /// The last samples at the higher rate, for halving: even ones, odd ones.
    kept: [f32; TAPS],
    between: [f32; TAPS],
}

impl<const TAPS: usize, const LINE: usize> HalfBand<TAPS, LINE> {
    /// A filter in its initial state. With 24 taps it passes up to 0.4 of the lower rate and stops from 0.6
    /// on by 70 dB; fewer taps stop later.
    pub fn new() -> Self {
        let rest = [0.0; TAPS];
        Self { taps: design(), before: rest, kept: rest, between: rest }
    }

    /// Doubles the rate of `low` into `high`, with a delay of half the taps.
    pub fn double(&mut self, low: &[f32], high: &mut [f32]) {
        let line: [f32; LINE] = behind(&mut self.before, low);
        let mut between = [0.0; LINE];
        convolve(&self.taps, &line[1..], &mut between[..low.len()]);
        let kept = &line[TAPS / 2..];
        for ((pair, kept), between) in high.as_chunks_mut().0.iter_mut().zip(kept).zip(&between) {
            *pair = [*kept, *between];
        }
    }

    /// Halves the rate of `high` into `low`, with a delay of half the taps, less one.
    pub fn halve(&mut self, high: &[f32], low: &mut [f32]) {
        let (mut kept, mut between) = ([0.0; LINE], [0.0; LINE]);
        let pairs = high.as_chunks().0.iter().zip(&mut kept).zip(&mut between);
        for (([even, odd], kept), between) in pairs {
            (*kept, *between) = (*even, *odd);
        }
        let kept: [f32; LINE] = behind(&mut self.kept, &kept[..low.len()]);
        let between: [f32; LINE] = behind(&mut self.between, &between[..low.len()]);
        convolve(&self.taps, &between[1..], low);
        for (low, kept) in low.iter_mut().zip(&kept[TAPS / 2 + 1..]) {
            *low = 0.5 * (*low + kept);
        }
    }
}

/// The samples in `history` and the `new` ones, `LINE` in all; `history` becomes the last of them.
fn behind<const TAPS: usize, const LINE: usize>(
    history: &mut [f32; TAPS],
    new: &[f32],
) -> [f32; LINE] {
    let mut line = [0.0; LINE];
    line[..TAPS].copy_from_slice(history);
    line[TAPS..].copy_from_slice(new);
    history.copy_from_slice(&line[LINE - TAPS..]);
    line
}

/// Sums the samples on both sides of the middle, whose taps are equal.
fn convolve<const TAPS: usize>(taps: &[f32; TAPS], line: &[f32], out: &mut [f32]) {
    /// Sums held in registers.
    const WIDTH: usize = 16;
    for (n, out) in out.chunks_exact_mut(WIDTH).enumerate() {
        let line = &line[n * WIDTH..][..WIDTH + TAPS - 1];
        let mut sums = [0.0; WIDTH];
        for (k, tap) in taps[..TAPS / 2].iter().enumerate() {
            let (before, behind) = (&line[k..][..WIDTH], &line[TAPS - 1 - k..][..WIDTH]);
            for ((sum, before), behind) in sums.iter_mut().zip(before).zip(behind) {
                *sum += tap * (before + behind);
            }
        }
        out.copy_from_slice(&sums);
    }
}

/// The taps for a sample in the middle between two: a sinc under Kaiser's window, with a gain of 1.
fn design<const TAPS: usize>() -> [f32; TAPS] {
    /// The window's shape, for 70 dB.
    const BETA: f64 = 6.8;
    let half = TAPS as f64 / 2.0;
    let taps: [f64; TAPS] = std::array::from_fn(|k| {
        let x = k as f64 + 0.5 - half;
        let window = bessel(BETA * libm::sqrt(1.0 - (x / half) * (x / half)));
        window * libm::sin(PI * x) / (PI * x)
    });
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

/// The modified Bessel function of the first kind and order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..40 {
        term *= (x / (2.0 * f64::from(n))) * (x / (2.0 * f64::from(n)));
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    const N: usize = 1152;

    /// Level in dB of a sine of `cycles` a sample of the lower rate after doubling and halving.
    fn passed_db(cycles: f32) -> f32 {
        let mut filter = HalfBand::<24, { 24 + N }>::new();
        let low: [f32; N] = std::array::from_fn(|n| (TAU * cycles * n as f32).sin());
        let (mut high, mut out) = ([0.0; 2 * N], [0.0; N]);
        filter.double(&low, &mut high);
        filter.halve(&high, &mut out);
        let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>();
        10.0 * (power(&out[100..]) / power(&low[100..])).log10()
    }

    /// Level in dB, after halving, of a sine of `cycles` a sample of the higher rate.
    fn folded_db(cycles: f32) -> f32 {
        let mut filter = HalfBand::<24, { 24 + N }>::new();
        let high: [f32; 2 * N] = std::array::from_fn(|n| (TAU * cycles * n as f32).sin());
        let mut out = [0.0; N];
        filter.halve(&high, &mut out);
        10.0 * (2.0 * out[100..].iter().map(|x| x * x).sum::<f32>() / (N - 100) as f32).log10()
    }

    #[test]
    fn what_is_heard_passes_and_what_would_fold_is_stopped() {
        for cycles in [0.001, 0.02, 0.1, 0.25, 0.38] {
            assert!(passed_db(cycles).abs() < 0.1, "{cycles}: {} dB", passed_db(cycles));
        }
        for cycles in [0.31, 0.35, 0.41, 0.47] {
            assert!(folded_db(cycles) < -68.0, "{cycles}: {} dB", folded_db(cycles));
        }
    }

    #[test]
    fn the_delay_is_that_of_the_taps() {
        let mut filter = HalfBand::<24, { 24 + N }>::new();
        let mut low = [0.0; N];
        low[200] = 1.0;
        let (mut high, mut out) = ([0.0; 2 * N], [0.0; N]);
        filter.double(&low, &mut high);
        filter.halve(&high, &mut out);

        let peak = (0..N).max_by(|&a, &b| out[a].total_cmp(&out[b]));
        assert_eq!(peak, Some(200 + 23));
    }
}
