//! The key of a piece, from how long each pitch class sounds.
//!
//! The method of Krumhansl and Schmuckler (Krumhansl 1990, "Cognitive Foundations of Musical Pitch",
//! chapter 4): the durations are correlated with a profile of each of the 24 keys. The profiles are
//! Temperley's (1999, "What's Key for Key?", Music Perception 17), which confuse a key with its
//! dominant less often than Krumhansl and Kessler's.

use crate::music::{
    arrange,
    note::Note,
    scale::{Key, Mode},
};

/// Weights of the pitch classes above the tonic of a major key.
const MAJOR: [f64; 12] = [5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0];

/// Weights of the pitch classes above the tonic of a minor key.
const MINOR: [f64; 12] = [5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0];

/// Most quarters that a note counts for, so that a drone doesn't dominate.
const MAX_QUARTERS: f64 = 2.0;

/// The same limit for lines, in steps.
const MAX_STEPS: usize = 8;

/// The key of `notes`, major or minor; C major if there are none. Drums are ignored.
pub fn key_of_notes(notes: &[Note]) -> Key {
    let mut durations = [0.0; 12];
    for note in notes.iter().filter(|note| !note.is_drum) {
        durations[usize::from(note.pitch % 12)] += (note.end - note.start).min(MAX_QUARTERS);
    }
    key_of_durations(&durations)
}

/// The key of lines of melody tokens taken together, major or minor; C major if no line has a
/// note.
pub fn key_of_lines<'a>(lines: impl IntoIterator<Item = &'a [u16]>) -> Key {
    let mut durations = [0.0; 12];
    for note in lines.into_iter().flat_map(arrange::notes) {
        durations[usize::from(note.pitch % 12)] += note.n_steps.min(MAX_STEPS) as f64;
    }
    key_of_durations(&durations)
}

/// The key whose profile correlates best with the durations of the pitch classes from C; the first
/// of equals in the order C major, C minor, C# major.
fn key_of_durations(durations: &[f64; 12]) -> Key {
    let mut best = (Key { root: 0, mode: Mode::Major }, 0.0);
    for root in 0..12u8 {
        for (mode, profile) in [(Mode::Major, &MAJOR), (Mode::Minor, &MINOR)] {
            let fit = fit(durations, profile, usize::from(root));
            if best.1 < fit {
                best = (Key { root, mode }, fit);
            }
        }
    }
    best.0
}

/// Pearson's correlation of `durations` with `profile` moved to `root`, without the spread of the durations,
/// which is the same for all keys.
fn fit(durations: &[f64; 12], profile: &[f64; 12], root: usize) -> f64 {
    let mean = profile.iter().sum::<f64>() / 12.0;
    let above = |class: usize| profile[(class + 12 - root) % 12] - mean;
    let spread: f64 = (0..12).map(|class| above(class) * above(class)).sum();
    let product: f64 = (0..12).map(|class| durations[class] * above(class)).sum();
    product / spread.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::melody;

    fn line(pitches: &[u8]) -> Vec<u16> {
        pitches.iter().filter_map(|&pitch| melody::token(pitch)).collect()
    }

    #[test]
    fn a_scale_that_ends_on_its_tonic_has_its_key_wherever_it_starts() {
        let major = [60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60];
        let minor = [57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57];
        for (tune, root, mode) in [(major, 0, Mode::Major), (minor, 9, Mode::Minor)] {
            for up in 0..12u8 {
                let moved = line(&tune.map(|pitch| pitch + up));

                let key = key_of_lines([&moved[..]]);

                assert_eq!(key, Key { root: (root + up) % 12, mode });
            }
        }
    }

    #[test]
    fn nothing_is_in_c_major() {
        let nothing = Key { root: 0, mode: Mode::Major };
        assert_eq!(key_of_lines([&[0, 1, 0][..]]), nothing);
        assert_eq!(key_of_notes(&[]), nothing);
    }
}
