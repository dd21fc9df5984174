//! Variations of training examples: lines that combine bars, pitches or drums of two songs.
//!
//! A network of millions of weights memorises a corpus of hundreds of songs: it reconstructs their windows but
//! not those of other songs. New combinations in every batch can't be memorised.

use std::borrow::Cow;

use rand::RngExt as _;

use crate::{
    music::{
        drums::{self, GROUPS},
        melody,
        meter::STEPS_PER_BAR,
        trio::Line,
    },
    musicvae::{convert::window::Window, net::config::Config},
    rng::Rng,
};

/// Probability that each kind of variation is applied to a line.
const CHANGE: f64 = 0.5;

/// Most steps of the scale that a line moves by.
const MOST_SCALE_STEPS: i16 = 3;

/// Scale degrees of the white keys by pitch class; a black key belongs to the white key below it.
const DEGREES: [i16; 12] = [0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6];

/// Pitch classes of the white keys.
const WHITE_KEYS: [i16; 7] = [0, 2, 4, 5, 7, 9, 11];

/// `window` with each line [`varied`] by the line of the same part that `other` draws; unchanged if its columns are
/// not lines of tokens.
pub fn varied_window<'a>(
    config: &Config,
    window: &Window,
    other: impl Fn(usize, &mut Rng) -> Cow<'a, Line>,
    rng: &mut Rng,
) -> Window {
    let n_tokens = config.family.domain().n_tokens();
    if n_tokens.is_empty() {
        return window.clone();
    }
    let parts = n_tokens.iter().zip(window).enumerate();
    let line = |(part, (&n_tokens, line)): (usize, (&usize, &Line))| {
        let other = other(part, rng);
        varied(n_tokens, line, &other, config.family.is_normalised(), rng)
    };
    parts.map(line).collect()
}

/// A variation of `line`, a part with `n_tokens` tokens, with bars, pitches or drums of `other`, a line of the
/// same part. In `white_keys`, C major or A minor, it may also move by steps of the scale.
fn varied(n_tokens: usize, line: &Line, other: &Line, white_keys: bool, rng: &mut Rng) -> Line {
    match n_tokens {
        melody::N_TOKENS => {
            let [is_spliced, takes_pitches] = [(); 2].map(|()| rng.random_bool(CHANGE));
            let rhythm = if is_spliced { spliced(line, other, rng) } else { line.clone() };
            let pitches = if takes_pitches { other } else { line };
            let is_changed = is_spliced || takes_pitches;
            let mut varied = if is_changed { with_pitches(&rhythm, pitches, rng) } else { rhythm };
            if white_keys && rng.random_bool(CHANGE) {
                varied = moved(&varied, rng.random_range(-MOST_SCALE_STEPS..=MOST_SCALE_STEPS));
            }
            varied
        }
        drums::N_TOKENS => {
            let mixed =
                if rng.random_bool(CHANGE) { mixed(line, other, rng) } else { line.clone() };
            if rng.random_bool(CHANGE) { spliced(&mixed, other, rng) } else { mixed }
        }
        _ => line.clone(),
    }
}

/// A line whose bars are drawn from `line` and `other` with equal probability.
fn spliced(line: &Line, other: &Line, rng: &mut Rng) -> Line {
    let bars = line.chunks(STEPS_PER_BAR).zip(other.chunks(STEPS_PER_BAR));
    bars.flat_map(|(bar, other)| if rng.random_bool(0.5) { bar } else { other }).copied().collect()
}

/// The rhythm of `rhythm` with the pitches of `pitches`, which repeat in their order from a random start.
fn with_pitches(rhythm: &Line, pitches: &Line, rng: &mut Rng) -> Line {
    let is_onset = |token: &u16| melody::pitch(*token).is_some();
    let pitches: Vec<u16> = pitches.iter().copied().filter(is_onset).collect();
    if pitches.is_empty() {
        return rhythm.clone();
    }
    let mut next = pitches.iter().cycle().skip(rng.random_range(0..pitches.len())).copied();
    let token = |token: &u16| if is_onset(token) { next.next().unwrap_or(*token) } else { *token };
    rhythm.iter().map(token).collect()
}

/// `line` moved by `steps` of the scale of the white keys; a pitch that would leave the range of tokens stays.
fn moved(line: &Line, steps: i16) -> Line {
    let moved = |pitch: u8| {
        let (octave, class) = (i16::from(pitch) / 12, usize::from(pitch % 12));
        let accidental = class as i16 - WHITE_KEYS[DEGREES[class] as usize];
        let degree = DEGREES[class] + steps;
        let white = WHITE_KEYS[degree.rem_euclid(7) as usize] + 12 * degree.div_euclid(7);
        u8::try_from(12 * octave + white + accidental).ok().and_then(melody::token)
    };
    line.iter().map(|&token| melody::pitch(token).and_then(moved).unwrap_or(token)).collect()
}

/// A line whose [`GROUPS`] of drums are drawn from `line` and `other` with equal probability.
fn mixed(line: &Line, other: &Line, rng: &mut Rng) -> Line {
    let groups = GROUPS.iter().filter(|_| rng.random_bool(0.5));
    let kept: u16 = groups.flat_map(|group| group.iter()).map(|drum| drum.bit()).sum();
    line.iter().zip(other).map(|(token, other)| token & kept | other & !kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{musicvae::net::family::Family, rng};

    fn line(pitches: &[u8]) -> Line {
        let tokens =
            pitches.iter().flat_map(|&pitch| [melody::token(pitch).unwrap(), melody::HOLD]);
        tokens.chain([melody::OFF, melody::HOLD]).cycle().take(64).collect()
    }

    fn pitches(line: &Line) -> Vec<u8> {
        line.iter().filter_map(|&token| melody::pitch(token)).collect()
    }

    #[test]
    fn a_step_of_the_scale_is_one_or_two_semitones() {
        assert_eq!(pitches(&moved(&line(&[60, 64, 71, 66]), 1))[..4], [62, 65, 72, 68]);
        assert_eq!(pitches(&moved(&line(&[60, 64, 71]), -2))[..3], [57, 60, 67]);
        assert_eq!(pitches(&moved(&line(&[108, 21]), 3))[..2], [108, 26]);
        assert_eq!(moved(&line(&[60, 63]), 0), line(&[60, 63]));
    }

    #[test]
    fn a_rhythm_keeps_its_onsets_and_takes_pitches_in_their_order() {
        let (rhythm, other) = (line(&[60, 60, 60]), line(&[62, 64, 65, 67]));

        let found = with_pitches(&rhythm, &other, &mut rng::stream(1, "test"));

        let onsets =
            |line: &Line| line.iter().map(|t| melody::pitch(*t).is_some()).collect::<Vec<_>>();
        assert_eq!(onsets(&found), onsets(&rhythm));
        let cycle = [62, 64, 65, 67].repeat(9);
        assert!(cycle.windows(16).any(|part| part == &pitches(&found)[..16]), "{found:?}");
        assert_eq!(with_pitches(&rhythm, &vec![0; 64], &mut rng::stream(1, "test")), rhythm);
    }

    #[test]
    fn bars_and_drums_come_from_one_line_or_the_other() {
        let mut rng = rng::stream(1, "test");
        let [all, none] = [(1u16 << drums::N_CLASSES) - 1, 0].map(|token| vec![token; 64]);
        let (mut bars, mut sets) = (Vec::new(), Vec::new());
        for _ in 0..200 {
            bars.extend(spliced(&all, &none, &mut rng).chunks(16).map(<[u16]>::to_vec));
            sets.push(mixed(&all, &none, &mut rng)[0]);
        }
        assert!(bars.iter().all(|bar| *bar == all[..16] || *bar == none[..16]));
        let n_first = bars.iter().filter(|bar| **bar == all[..16]).count();
        assert!(n_first.abs_diff(400) < 60, "{n_first} of 800");
        sets.sort_unstable();
        sets.dedup();
        assert_eq!(sets.len(), 1 << GROUPS.len());
    }

    #[test]
    fn columns_that_are_not_tokens_stay_as_they_are() {
        let config = Config::official(Family::Humanize2Bar);
        let groove: Window = vec![vec![1; 32]; config.columns().len()];
        let other = |_: usize, _: &mut rng::Rng| Cow::Owned(vec![2; 32]);
        assert_eq!(varied_window(&config, &groove, other, &mut rng::stream(1, "test")), groove);
    }

    #[test]
    fn a_varied_line_has_tokens_of_its_part() {
        let mut rng = rng::stream(1, "test");
        let (a, b) = (line(&[60, 62, 64]), line(&[21, 108, 50]));
        for _ in 0..200 {
            let pitched = varied(melody::N_TOKENS, &a, &b, true, &mut rng);
            let beat = varied(drums::N_TOKENS, &vec![3; 64], &vec![264; 64], true, &mut rng);
            assert!(pitched.len() == 64 && pitched.iter().all(|token| *token < 90));
            assert!(beat.len() == 64 && beat.iter().all(|token| *token < 512));
        }
    }
}
