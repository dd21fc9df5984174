//! Repeating bars: which of four bars share random numbers, and the numbers.
//!
//! Two bars drawn with the same numbers get the same tokens where the probabilities are about the
//! same, and others where they differ: a repeat that varies with the music.

use std::str::FromStr;

use rand::RngExt as _;

use crate::{music::meter::STEPS_PER_BAR, rng::Rng};

/// Bars after which a scheme starts again, with new numbers.
const SCHEME_BARS: usize = 4;

/// Which of four bars share random numbers, by letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, serde::Serialize)]
pub enum Repeat {
    /// None: each bar has its own numbers.
    None,
    /// The third shares with the first, the fourth with the second.
    #[default]
    Abab,
    /// The second and fourth share with the first.
    Aaba,
    /// The second and third share with the first.
    Aaab,
    /// All share with the first.
    Aaaa,
    /// A riff of two bars: as ABAB, with all pitches repeated.
    Riff,
}

/// An unknown scheme name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {words}, found {found:?}", words = Repeat::WORDS.map(|(word, _)| word).join(", "))]
pub struct UnknownRepeat {
    found: String,
}

impl Repeat {
    /// Each scheme with its name.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("none", Self::None),
        ("ABAB", Self::Abab),
        ("AABA", Self::Aaba),
        ("AAAB", Self::Aaab),
        ("AAAA", Self::Aaaa),
        ("riff", Self::Riff),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, scheme)| *scheme == self).map_or("", |(word, _)| word)
    }

    /// The bar whose numbers `bar` shares: an earlier one of its four, or itself.
    fn source(self, bar: usize) -> usize {
        let sources = match self {
            Self::None => [0, 1, 2, 3],
            Self::Abab | Self::Riff => [0, 1, 0, 1],
            Self::Aaba => [0, 0, 2, 0],
            Self::Aaab => [0, 0, 0, 3],
            Self::Aaaa => [0; SCHEME_BARS],
        };
        bar / SCHEME_BARS * SCHEME_BARS + sources[bar % SCHEME_BARS]
    }
}

impl FromStr for Repeat {
    type Err = UnknownRepeat;

    fn from_str(text: &str) -> Result<Self, UnknownRepeat> {
        let found = Self::WORDS.iter().find(|(word, _)| *word == text);
        found.map(|(_, scheme)| *scheme).ok_or_else(|| UnknownRepeat { found: text.to_owned() })
    }
}

/// The random numbers of a step, each in 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct StepNumbers {
    pub rhythm: f32,
    pub pitch: f32,
}

/// Which steps of a part reuse an earlier bar's numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sharing {
    pub repeat: Repeat,
    /// Share of a repeating bar's steps that reuse the rhythm number, and the pitch number, 0 to 1.
    pub rhythm: f64,
    pub pitch: f64,
}

/// A part's numbers, step by step.
///
/// Each step draws four numbers, whatever is shared and chosen, so that no setting shifts the
/// numbers of later steps.
#[derive(Debug, Clone)]
pub(super) struct PartNumbers {
    sharing: Sharing,
    rng: Rng,
    steps: Vec<StepNumbers>,
}

impl PartNumbers {
    pub fn new(sharing: Sharing, rng: Rng) -> Self {
        Self { sharing, rng, steps: Vec::new() }
    }

    /// The numbers of the next step.
    pub fn step(&mut self) -> StepNumbers {
        let [rhythm, pitch] = [self.rng.random(), self.rng.random()];
        let [rhythm_chance, pitch_chance]: [f64; 2] = [self.rng.random(), self.rng.random()];
        let step = self.steps.len();
        let source = self.sharing.repeat.source(step / STEPS_PER_BAR);
        let shared = self.steps.get(source * STEPS_PER_BAR + step % STEPS_PER_BAR);
        let or_shared = |own: f32, chance: f64, share: f64, shared: Option<f32>| {
            shared.filter(|_| chance < share).unwrap_or(own)
        };
        let Sharing { rhythm: rhythm_share, pitch: pitch_share, .. } = self.sharing;
        let numbers = StepNumbers {
            rhythm: or_shared(rhythm, rhythm_chance, rhythm_share, shared.map(|it| it.rhythm)),
            pitch: or_shared(pitch, pitch_chance, pitch_share, shared.map(|it| it.pitch)),
        };
        self.steps.push(numbers);
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    /// Numbers of eight bars.
    fn bars(repeat: Repeat, rhythm: f64, pitch: f64) -> Vec<Vec<StepNumbers>> {
        let sharing = Sharing { repeat, rhythm, pitch };
        let mut numbers = PartNumbers::new(sharing, rng::stream(1, "test"));
        let bar = |_| (0..STEPS_PER_BAR).map(|_| numbers.step()).collect();
        (0..8).map(bar).collect()
    }

    #[test]
    fn bars_of_one_letter_share_their_numbers_within_four() {
        for (repeat, letters) in [
            (Repeat::None, "ABCDEFGH"),
            (Repeat::Abab, "ABABCDCD"),
            (Repeat::Riff, "ABABCDCD"),
            (Repeat::Aaba, "AABACCDC"),
            (Repeat::Aaab, "AAABCCCD"),
            (Repeat::Aaaa, "AAAACCCC"),
        ] {
            let bars = bars(repeat, 1.0, 1.0);
            for (a, first) in bars.iter().zip(letters.chars()) {
                for (b, second) in bars.iter().zip(letters.chars()) {
                    assert_eq!(a == b, first == second, "{repeat:?}");
                }
            }
        }
    }

    #[test]
    fn half_of_the_pitches_are_shared_by_half() {
        let bars = bars(Repeat::Aaaa, 1.0, 0.5);
        let pairs = || bars[1..4].iter().flat_map(|bar| bar.iter().zip(&bars[0]));

        assert!(pairs().all(|(a, b)| a.rhythm == b.rhythm));
        // Of 48 steps; four standard deviations are 14.
        let n_shared = pairs().filter(|(a, b)| a.pitch == b.pitch).count();
        assert!((10..=38).contains(&n_shared), "{n_shared}");
    }

    #[test]
    fn what_is_shared_shifts_no_other_number() {
        let free = bars(Repeat::None, 1.0, 1.0);

        let shared = bars(Repeat::Abab, 1.0, 1.0);

        for own in [0, 1, 4, 5] {
            assert_eq!(shared[own], free[own]);
        }
    }

    #[test]
    fn schemes_are_parsed_by_name() {
        for (word, scheme) in Repeat::WORDS {
            assert_eq!((word.parse(), scheme.name()), (Ok(scheme), word));
        }
        let error = "ABBA".parse::<Repeat>().unwrap_err().to_string();
        assert_eq!(error, "expected one of none, ABAB, AABA, AAAB, AAAA, riff, found \"ABBA\"");
    }
}
