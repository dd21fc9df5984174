//! Training examples: windows of songs and of hand-written patterns, mixed in a given proportion.

use std::{borrow::Cow, ops::RangeInclusive};

use rand::RngExt as _;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::{
    lab::train::{
        pool::{Drawn, Pool},
        variation::varied_window,
    },
    music::{
        melody,
        normalise::{BASS_REGISTER, move_into},
        trio::Line,
    },
    musicvae::{
        convert::{
            performance,
            window::{Window, lend},
        },
        net::{config::Config, domain::Domain},
    },
    rng::{self, Rng},
};

/// Range of random transposition of melodies and basses, in semitones: examples appear in all keys.
const TRANSPOSITIONS: RangeInclusive<i16> = -5..=6;

/// Range of random transposition of event tracks (musicvae `configs.py`).
const TRACK_TRANSPOSITIONS: RangeInclusive<i16> = -3..=3;

/// Columns of a trio.
const MELODY: usize = 0;
const BASS: usize = 1;

/// The windows in the key that networks of `config` read: lines in different keys can't be combined.
pub fn normalised(config: &Config, windows: Vec<Window>) -> Vec<Window> {
    windows.into_par_iter().map(|window| config.normalised(window)).collect()
}

/// Two pools to draw examples from.
pub struct Examples {
    /// Windows of songs.
    pub real: Pool,
    /// Windows of hand-written patterns.
    pub themed: Pool,
    /// Share of patterns in a batch, 0 to 1.
    pub themed_share: f64,
    /// Share of examples that combine parts of different windows, 0 to 1. Unless the network's
    /// family is normalised, these parts are transposed independently. A small corpus has few
    /// combinations of parts, and a network that memorises them can't reconstruct others.
    pub recombined_share: f64,
    /// Share of the examples of songs whose lines are varied by lines of other songs (`variation.rs`), 0 to 1.
    pub varied_share: f64,
}

impl Examples {
    /// `n` examples without recombination.
    pub fn whole(&self, config: &Config, seed: u64, n: usize) -> Vec<Window> {
        self.draw_with([0.0; 2], config, rng::stream(seed, "whole"), n)
    }

    /// The batch of step `step`, a function of seed and step alone, so that a resumed run draws the
    /// same batches.
    pub fn draw(&self, config: &Config, seed: u64, step: u64, n: usize) -> Vec<Window> {
        let rng = rng::stream(seed, &format!("batch {step}"));
        self.draw_with([self.recombined_share, self.varied_share], config, rng, n)
    }

    fn draw_with(
        &self,
        [recombined_share, varied_share]: [f64; 2],
        config: &Config,
        mut rng: Rng,
        n: usize,
    ) -> Vec<Window> {
        let domain = config.family.domain();
        let n_parts = domain.n_tokens().len();
        // A normalised network encodes all songs in one key.
        let shifts = if config.family.is_normalised() { 0..=0 } else { TRANSPOSITIONS };
        let mut draw = || {
            let themed = rng.random_bool(self.themed_share);
            let is_themed =
                self.real.windows.is_empty() || (themed && !self.themed.windows.is_empty());
            let pool = if is_themed { &self.themed } else { &self.real };
            let drawn = match pool.draw(n_parts, recombined_share, &mut rng) {
                Drawn::Whole(window) if domain.is_multitrack() => {
                    transpose_tracks(config, window, &mut rng)
                }
                Drawn::Whole(window) => transpose(domain, window, &shifts, &mut rng),
                Drawn::Lent { partial, lender } => {
                    let lender = transpose(domain, lender, &shifts, &mut rng);
                    lend(&transpose(domain, partial, &shifts, &mut rng), &lender)
                }
                Drawn::Recombined(windows) => {
                    let mut part = |(part, window): (usize, &&Window)| {
                        let line = &window[part];
                        let semitones = rng.random_range(shifts.clone());
                        transpose_part(domain, part, line, semitones)
                            .unwrap_or_else(|| line.clone())
                    };
                    windows.iter().enumerate().map(&mut part).collect()
                }
            };
            let is_varied = !is_themed && 0.0 < varied_share && rng.random_bool(varied_share);
            if !is_varied {
                return drawn;
            }
            let other = |part, rng: &mut Rng| self.other_line(part, config, rng);
            varied_window(config, &drawn, other, &mut rng)
        };
        (0..n).map(|_| draw()).collect()
    }
}

impl Examples {
    /// A line of another song for `part`. In a normalised trio, half of those for a bass are melodies, of
    /// which songs have twice as many.
    fn other_line(&self, part: usize, config: &Config, rng: &mut Rng) -> Cow<'_, Line> {
        let is_trio = config.family.domain() == Domain::Trio;
        if !(is_trio && config.family.is_normalised() && part == BASS && rng.random_bool(0.5)) {
            return Cow::Borrowed(self.real.line(part, rng));
        }
        let mut line = self.real.line(MELODY, rng).clone();
        move_into(&BASS_REGISTER, &mut line);
        Cow::Owned(line)
    }
}

/// `window` transposed; unchanged if a note would leave the range, and for drums.
fn transpose(
    domain: Domain,
    window: &Window,
    shifts: &RangeInclusive<i16>,
    rng: &mut Rng,
) -> Window {
    let semitones = rng.random_range(shifts.clone());
    transposed(domain, window, semitones).unwrap_or_else(|| window.clone())
}

/// `window` with melodies and basses moved by `semitones`; none if a note would leave the range.
pub fn transposed(domain: Domain, window: &Window, semitones: i16) -> Option<Window> {
    let numbered = window.iter().enumerate();
    numbered.map(|(part, line)| transpose_part(domain, part, line, semitones)).collect()
}

/// A part's line transposed, if no note leaves the range.
fn transpose_part(domain: Domain, part: usize, line: &Line, semitones: i16) -> Option<Line> {
    let moved = |&token: &u16| match melody::pitch(token) {
        Some(pitch) => u8::try_from(i16::from(pitch) + semitones).ok().and_then(melody::token),
        None => Some(token),
    };
    match domain.n_tokens().get(part) {
        Some(&melody::N_TOKENS) => line.iter().map(moved).collect(),
        _ => Some(line.clone()),
    }
}

/// All tracks but drums transposed.
fn transpose_tracks(config: &Config, window: &Window, rng: &mut Rng) -> Window {
    let semitones = rng.random_range(TRACK_TRANSPOSITIONS);
    let tracks = window[0].chunks(config.n_segment_steps);
    vec![tracks.flat_map(|track| performance::transpose(track, semitones)).collect()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::{
        convert::{pattern_windows, window::ABSENT},
        net::family::Family,
    };

    fn trio() -> Config {
        Config::official(Family::Trio4Bar)
    }

    #[test]
    fn a_batch_is_a_function_of_seed_and_step() {
        let themed = Pool::from(pattern_windows::windows(&trio(), 0..3));
        let real = Pool::default();
        let examples =
            Examples { real, themed, themed_share: 0.5, recombined_share: 0.5, varied_share: 0.5 };
        let draw = |seed, step| examples.draw(&trio(), seed, step, 8);

        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
    }

    #[test]
    fn a_melody_and_its_bass_move_together_when_drums_are_lent() {
        let whole = vec![vec![60; 64], vec![30; 64], vec![300; 64]];
        let pair = vec![vec![50; 64], vec![20; 64], vec![ABSENT; 64]];
        let examples = Examples {
            real: Pool::from(vec![whole, pair]),
            themed: Pool::default(),
            themed_share: 0.0,
            recombined_share: 1.0,
            varied_share: 0.0,
        };

        let drawn = examples.draw(&trio(), 1, 1, 200);

        assert!(drawn.iter().all(|window| window[2][0] == 300));
        // Lines 50 and 20 are transposed by -5 to 6, 60 and 30 likewise.
        let lent: Vec<_> = drawn.iter().filter(|w| w[0][0] < 55 && w[1][0] < 25).collect();
        let together = lent.iter().filter(|w| w[0][0] == w[1][0] + 30).count();
        assert!(lent.len() > 50 && together == lent.len(), "{together} of {}", lent.len());
    }

    #[test]
    fn melody_and_bass_move_together() {
        let window: Window = vec![vec![50, 0], vec![20, 1], vec![3, 5]];
        let mut rng = rng::stream(0, "test");

        for _ in 0..50 {
            let moved = transpose(Domain::Trio, &window, &TRANSPOSITIONS, &mut rng);
            assert_eq!(moved[0][0] + 20, moved[1][0] + 50);
            assert_eq!((moved[0][1], moved[1][1], &moved[2]), (0, 1, &window[2]));
        }
    }
}
