//! What is learnt from: real windows and themed patterns, in a given proportion.

use rand::RngExt as _;

use crate::{
    dataset::window::Window,
    model::config::Family,
    music::{melody, style::Style},
    patterns,
    rng::{self, Rng},
};

/// Themed patterns from here on are never learnt from.
pub const FIRST_HELD_OUT_PATTERN: u64 = 1 << 32;

/// Semitones by which melody and bass are moved together, at most, down and up: every example is
/// heard in all keys.
const TRANSPOSITIONS: std::ops::RangeInclusive<i16> = -5..=6;

/// A pool to draw from.
pub struct Examples {
    /// Windows of real songs.
    pub real: Vec<Window>,
    /// Windows of themed patterns.
    pub themed: Vec<Window>,
    /// Share of the themed in a batch, 0 to 1.
    pub themed_share: f64,
    /// Share of examples whose parts come from different windows, 0 to 1: few songs have few
    /// combinations of parts, and a network that has learnt those by heart can't rebuild others.
    pub recombined_share: f64,
}

/// What themed patterns of all styles, `numbers` of each, give.
pub fn themed_windows(family: Family, numbers: std::ops::Range<u64>) -> Vec<Window> {
    let all = Style::ALL.into_iter().flat_map(|style| numbers.clone().map(move |n| (style, n)));
    let pattern = |(style, number)| {
        let trio = patterns::pattern(style, number).trio;
        match family {
            Family::Trio4Bar => vec![vec![trio.melody, trio.bass, trio.drums]],
            Family::Drums2Bar => {
                trio.drums.chunks_exact(32).map(|half| vec![half.to_vec()]).collect()
            }
            Family::Melody2Bar => {
                let lines = [trio.melody, trio.bass];
                let halves = lines.iter().flat_map(|line| line.chunks_exact(32));
                halves.map(|half| vec![half.to_vec()]).collect()
            }
        }
    };
    all.flat_map(pattern).collect()
}

impl Examples {
    /// The batch of step `step`: a function of seed and step alone, so that a resumed run goes on as
    /// if it had never stopped.
    pub fn draw(&self, family: Family, seed: u64, step: u64, n: usize) -> Vec<Window> {
        let mut rng = rng::stream(seed, &format!("batch {step}"));
        let mut draw = || {
            let themed = rng.random_bool(self.themed_share);
            let is_themed = self.real.is_empty() || (themed && !self.themed.is_empty());
            let pool = if is_themed { &self.themed } else { &self.real };
            let mut window = pool[rng.random_range(0..pool.len())].clone();
            if rng.random_bool(self.recombined_share) {
                for (part, line) in window.iter_mut().enumerate().skip(1) {
                    line.clone_from(&pool[rng.random_range(0..pool.len())][part]);
                }
            }
            transpose(family, &window, &mut rng)
        };
        (0..n).map(|_| draw()).collect()
    }
}

/// `window` in another key; as it is where a note would leave the range, or for drums alone.
fn transpose(family: Family, window: &Window, rng: &mut Rng) -> Window {
    let semitones = rng.random_range(TRANSPOSITIONS);
    let moved = |&token: &u16| match melody::pitch(token) {
        Some(pitch) => u8::try_from(i16::from(pitch) + semitones).ok().and_then(melody::token),
        None => Some(token),
    };
    let is_pitched = |part: usize| family.n_tokens()[part] == melody::N_TOKENS;
    let lines = window.iter().enumerate().map(|(part, line)| match is_pitched(part) {
        true => line.iter().map(moved).collect(),
        false => Some(line.clone()),
    });
    lines.collect::<Option<Window>>().unwrap_or_else(|| window.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_a_function_of_seed_and_step() {
        let themed = themed_windows(Family::Trio4Bar, 0..3);
        let examples = Examples { real: vec![], themed, themed_share: 0.5, recombined_share: 0.5 };
        let draw = |seed, step| examples.draw(Family::Trio4Bar, seed, step, 8);

        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
    }

    #[test]
    fn recombined_examples_have_parts_of_several_windows() {
        let window = |n: u16| vec![vec![0; 64], vec![0; 64], vec![n; 64]];
        let real = (0..20).map(|n| vec![vec![n; 64], vec![n; 64], vec![n; 64]]).collect();
        let pool = |recombined_share| Examples {
            real: Vec::clone(&real),
            themed: vec![window(1)],
            themed_share: 0.0,
            recombined_share,
        };
        let is_whole = |w: &Window| (2..20).any(|n| w[2][0] == n && w[0][0].abs_diff(n) <= 6);
        let n_whole = |share| {
            let drawn = pool(share).draw(Family::Trio4Bar, 1, 1, 200);
            drawn.iter().filter(|window| is_whole(window)).count()
        };

        assert!(n_whole(1.0) < n_whole(0.0));
    }

    #[test]
    fn melody_and_bass_move_together() {
        let window: Window = vec![vec![50, 0], vec![20, 1], vec![3, 5]];
        let mut rng = rng::stream(0, "test");

        for _ in 0..50 {
            let moved = transpose(Family::Trio4Bar, &window, &mut rng);
            assert_eq!(moved[0][0] + 20, moved[1][0] + 50);
            assert_eq!((moved[0][1], moved[1][1], &moved[2]), (0, 1, &window[2]));
        }
    }
}
