//! Periodic tones as sums of sines.
//!
//! Every sine has a whole number of cycles in the loop, so the loop has no seam: the value and all
//! derivatives continue. Sines above the audible range are left out, so nothing aliases.

use std::f64::consts::TAU;

use rand::RngExt as _;

use crate::rng;

/// One sine of a loop.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Partial {
    /// Cycles in the loop, at least 1.
    cycles: u32,
    level: f64,
    /// Initial phase in cycles.
    phase: f64,
}

/// The sines of a loop in which the pitch has `cycles` cycles.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    cycles: u32,
    partials: Vec<Partial>,
}

/// Most harmonics of a tone, enough for the lowest bass notes.
const N_HARMONICS: u32 = 400;

impl Spectrum {
    /// A tone of one cycle with harmonic `n` (from 1) at `level(n)`; a negative level inverts it.
    pub fn harmonic(level: impl Fn(f64) -> f64) -> Self {
        let partial = |n: u32| Partial { cycles: n, level: level(f64::from(n)), phase: 0.0 };
        Self::new(1, (1..=N_HARMONICS).map(partial))
    }

    /// A saw: harmonic `n` has level 1/`n`.
    pub fn saw() -> Self {
        Self::harmonic(|n| 1.0 / n)
    }

    /// A tone of `cycles` cycles with the given partials: (cycles in the loop, level).
    pub fn inharmonic(cycles: u32, partials: &[(u32, f64)]) -> Self {
        let partial = |&(cycles, level): &(u32, f64)| Partial { cycles, level, phase: 0.0 };
        Self::new(cycles, partials.iter().map(partial))
    }

    /// A tone of `cycles` cycles whose loop is `wave(x)` for x from 0 to 1; the wave may be
    /// distorted.
    ///
    /// A distorted wave has infinitely many partials. They are analysed on a fine grid, and those
    /// past the highest are dropped, as a filter after the distortion would.
    pub fn of_wave(cycles: u32, wave: impl Fn(f64) -> f64) -> Self {
        const N_GRID: u32 = 16_384;
        let grid: Vec<f64> = (0..N_GRID).map(|i| wave(f64::from(i) / f64::from(N_GRID))).collect();
        Self::new(cycles, (1..=N_HARMONICS * cycles).map(|turns| analyse(&grid, turns)))
    }

    /// An ensemble of voices of this one-cycle tone. `turns` has the cycles of each voice in a loop of
    /// `cycles` of the pitch; phases are random, from the stream `seed`.
    pub fn ensemble(&self, cycles: u32, turns: &[u32], seed: &str) -> Self {
        let mut rng = rng::stream(0, seed);
        let voices = turns.iter().flat_map(|&turns| {
            let start: f64 = rng.random();
            self.partials.iter().map(move |partial| Partial {
                cycles: partial.cycles * turns,
                level: partial.level,
                phase: partial.phase + start * f64::from(partial.cycles),
            })
        });
        Self::new(cycles, voices.collect::<Vec<_>>())
    }

    /// The sines up to `ratio` times the pitch.
    pub fn below(&self, ratio: f64) -> Self {
        let limit = ratio * f64::from(self.cycles);
        Self::new(
            self.cycles,
            self.partials.iter().copied().filter(|p| f64::from(p.cycles) <= limit),
        )
    }

    /// The same tone with each sine scaled by `body` at its frequency, for a pitch of `hz`.
    pub fn through(&self, body: impl Fn(f64) -> f64, hz: f64) -> Self {
        let heard = |partial: &Partial| Partial {
            level: partial.level * body(hz * f64::from(partial.cycles) / f64::from(self.cycles)),
            ..*partial
        };
        Self::new(self.cycles, self.partials.iter().map(heard))
    }

    /// The same tone with spread phases, which lowers the crest factor.
    pub fn scattered(mut self) -> Self {
        const GOLDEN: f64 = 0.618_033_988_749_895;
        for partial in &mut self.partials {
            let n = f64::from(partial.cycles) / f64::from(self.cycles);
            partial.phase += GOLDEN * n * n;
        }
        self
    }

    /// Number of sines.
    #[cfg(test)]
    pub fn n_partials(&self) -> usize {
        self.partials.len()
    }

    /// Cycles of the pitch in the loop.
    pub fn cycles(&self) -> u32 {
        self.cycles
    }

    /// One loop in `n` samples, without sines of more than `n` / 2 cycles.
    pub fn to_wave(&self, n: usize) -> Vec<f64> {
        let mut wave = vec![0.0; n];
        let audible = self.partials.iter().filter(|p| 2 * (p.cycles as usize) < n);
        audible.for_each(|partial| add_sine(&mut wave, partial));
        wave
    }

    /// Drops inaudible sines, which saves time and keeps dull tones in one zone.
    fn new(cycles: u32, partials: impl IntoIterator<Item = Partial>) -> Self {
        const INAUDIBLE: f64 = 1e-5;
        let partials = partials.into_iter().filter(|p| p.level.abs() > INAUDIBLE).collect();
        Self { cycles, partials }
    }
}

/// A resonance of `width` around `centre` with gain 1 at its peak.
pub fn formant(hz: f64, centre: f64, width: f64) -> f64 {
    let away = (hz - centre) / width;
    libm::exp(-away * away)
}

/// Adds one sine by complex multiplication instead of calling `sin` per sample.
fn add_sine(wave: &mut [f64], partial: &Partial) {
    let step = TAU * f64::from(partial.cycles) / wave.len() as f64;
    let (sin_step, cos_step) = libm::sincos(step);
    let (sin, cos) = libm::sincos(TAU * partial.phase.fract());
    let (mut x, mut y) = (partial.level * cos, partial.level * sin);
    for sample in wave {
        *sample += y;
        (x, y) = (x * cos_step - y * sin_step, x * sin_step + y * cos_step);
    }
}

/// The partial of `turns` cycles in the loop `wave`.
fn analyse(wave: &[f64], turns: u32) -> Partial {
    let step = TAU * f64::from(turns) / wave.len() as f64;
    let (sin_step, cos_step) = libm::sincos(step);
    let (mut x, mut y) = (1.0, 0.0);
    let (mut cosine, mut sine) = (0.0, 0.0);
    for sample in wave {
        cosine += sample * x;
        sine += sample * y;
        (x, y) = (x * cos_step - y * sin_step, x * sin_step + y * cos_step);
    }
    let level = 2.0 * libm::hypot(sine, cosine) / wave.len() as f64;
    Partial { cycles: turns, level, phase: libm::atan2(cosine, sine) / TAU }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_ends_where_it_starts() {
        let saw = Spectrum::harmonic(|n| 1.0 / n).ensemble(50, &[49, 50, 51], "test").below(20.0);

        let wave = saw.to_wave(4000);

        let steps: Vec<f64> = wave.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        let widest = steps.iter().copied().fold(0.0, f64::max);
        assert!((wave[0] - wave[3999]).abs() <= widest);
        let bend = wave[0] - 2.0 * wave[3999] + wave[3998];
        let widest_bend =
            wave.windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs()).fold(0.0, f64::max);
        assert!(bend.abs() <= widest_bend);
    }

    #[test]
    fn a_wave_is_its_spectrum() {
        let wave = |x: f64| 0.5 * (TAU * (x + 0.1)).sin() - 0.25 * (TAU * 3.0 * x).cos();

        let spectrum = Spectrum::of_wave(1, wave);

        assert_eq!(spectrum.n_partials(), 2);
        for (index, sample) in spectrum.to_wave(100).into_iter().enumerate() {
            assert!((sample - wave(index as f64 / 100.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_body_stays_where_it_is_as_the_pitch_moves() {
        let saw = Spectrum::saw();
        let body = |hz: f64| if hz < 450.0 { 1.0 } else { 0.0 };

        assert_eq!(saw.through(body, 100.0), saw.below(4.5));
        assert_eq!(saw.through(body, 200.0), saw.below(2.5));
    }

    #[test]
    fn scattered_sines_have_a_lower_peak() {
        let peak =
            |tone: Spectrum| tone.to_wave(2000).into_iter().map(f64::abs).fold(0.0, f64::max);
        let pulses = Spectrum::harmonic(|n| if n < 40.0 { 1.0 } else { 0.0 });

        assert!(peak(pulses.clone().scattered()) < 0.6 * peak(pulses));
    }

    #[test]
    fn nothing_above_the_limit_remains() {
        let square = Spectrum::harmonic(|n| if n % 2.0 > 0.5 { 1.0 / n } else { 0.0 });

        assert_eq!(square.below(7.5).n_partials(), 4);
        assert_eq!(square.n_partials(), N_HARMONICS as usize / 2);
    }
}
