//! Normalisation of a melody and its bass to one key and register, so that a network need not learn each tune
//! in twelve keys and five octaves.
//!
//! Pitches then correspond to scale degrees: with the tonic on C (major) or A (minor), both modes use the
//! white keys. [`Normalised`] keeps the shifts and undoes them.

use std::ops::RangeInclusive;

use crate::music::{melody, scale::Key};

/// Range of the median of a normalised melody: one octave, so that the shift is unique.
pub const MELODY_REGISTER: RangeInclusive<u8> = 60..=71;

/// Range of the median of a normalised bass.
pub const BASS_REGISTER: RangeInclusive<u8> = 33..=44;

/// Pitch class of the tonic of normalised lines in major, C, and in minor, A.
const TONICS: (u8, u8) = (0, 9);

/// The shifts of a melody and its bass by [`normalise`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Normalised {
    /// Transposition of both lines, -6 to 5 semitones.
    pub semitones: i8,
    /// Octaves that the melody was moved by after that.
    pub melody_octaves: i8,
    /// Octaves that the bass was moved by after that.
    pub bass_octaves: i8,
}

/// Transposes a melody and its bass, lines of [`melody`] tokens in `key`, to C or A, then moves each
/// by octaves until its median lies in [`MELODY_REGISTER`] or [`BASS_REGISTER`].
///
/// A line without notes, such as one of absent tokens, stays. A note that would leave the range of tokens, a
/// piano's, moves back by octaves.
pub fn normalise(melody: &mut [u16], bass: &mut [u16], key: Key) -> Normalised {
    let semitones = to_normal(key);
    let melody_octaves = octaves_into(&MELODY_REGISTER, melody, semitones);
    let bass_octaves = octaves_into(&BASS_REGISTER, bass, semitones);
    let done = Normalised { semitones, melody_octaves, bass_octaves };
    shift(melody, done.melody_shift());
    shift(bass, done.bass_shift());
    done
}

/// Moves a normalised line by octaves until its median lies in `register`, so that a melody can serve as a
/// bass.
pub fn move_into(register: &RangeInclusive<u8>, line: &mut [u16]) {
    shift(line, 12 * i16::from(octaves_into(register, line, 0)));
}

impl Normalised {
    /// Moves a melody and its bass back to their original key and registers.
    pub fn restore(self, melody: &mut [u16], bass: &mut [u16]) {
        shift(melody, -self.melody_shift());
        shift(bass, -self.bass_shift());
    }

    fn melody_shift(self) -> i16 {
        i16::from(self.semitones) + 12 * i16::from(self.melody_octaves)
    }

    fn bass_shift(self) -> i16 {
        i16::from(self.semitones) + 12 * i16::from(self.bass_octaves)
    }
}

/// The transposition from `key` to the normalised key of its mode, -6 to 5 semitones. Modes with a
/// minor third and no major one count as minor.
pub fn to_normal(key: Key) -> i8 {
    let intervals = key.mode.intervals();
    let is_minor = intervals.contains(&3) && !intervals.contains(&4);
    let tonic = if is_minor { TONICS.1 } else { TONICS.0 };
    (tonic as i8 - key.root as i8 + 6).rem_euclid(12) - 6
}

/// The transposition from the normalised key of its mode to `key`, -5 to 6 semitones, for playing a
/// normalised network's lines.
pub fn from_normal(key: Key) -> i8 {
    -to_normal(key)
}

/// Octaves that bring the median pitch of `line`, moved by `semitones`, into `register`.
fn octaves_into(register: &RangeInclusive<u8>, line: &[u16], semitones: i8) -> i8 {
    let mut pitches: Vec<u8> = line.iter().filter_map(|&token| melody::pitch(token)).collect();
    let middle = pitches.len() / 2;
    if pitches.is_empty() {
        return 0;
    }
    let median = i16::from(*pitches.select_nth_unstable(middle).1) + i16::from(semitones);
    -(median - i16::from(*register.start())).div_euclid(12) as i8
}

/// Moves all notes of `line`.
fn shift(line: &mut [u16], semitones: i16) {
    let range = i16::from(melody::MIN_PITCH)..=i16::from(melody::MAX_PITCH);
    for token in line {
        let Some(pitch) = melody::pitch(*token) else { continue };
        let mut moved = i16::from(pitch) + semitones;
        while moved < *range.start() {
            moved += 12;
        }
        while *range.end() < moved {
            moved -= 12;
        }
        *token = melody::token(moved as u8).unwrap_or(*token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::scale::Mode;

    fn line(pitches: &[u8]) -> Vec<u16> {
        let tokens =
            pitches.iter().flat_map(|&pitch| [melody::token(pitch).unwrap(), melody::HOLD]);
        tokens.chain([melody::OFF]).collect()
    }

    #[test]
    fn a_melody_moves_into_the_register_of_a_bass() {
        let mut tune = line(&[64, 67, 72]);
        move_into(&BASS_REGISTER, &mut tune);
        assert_eq!(tune, line(&[40, 43, 48]));
    }

    #[test]
    fn a_tune_is_the_same_in_every_key_and_octave_once_normalised() {
        let (tune, root) = ([64u8, 67, 65, 64, 62, 60], [36u8, 43, 36]);
        let key = |up: u8| Key { root: up % 12, mode: Mode::Major };
        let (mut melody, mut bass) = (line(&tune), line(&root));
        normalise(&mut melody, &mut bass, key(0));

        for up in 0..24 {
            let (mut moved, mut low) = (line(&tune.map(|p| p + up)), line(&root.map(|p| p + up)));
            normalise(&mut moved, &mut low, key(up));
            assert_eq!((&moved, &low), (&melody, &bass), "{up} semitones up");
        }
    }

    #[test]
    fn what_was_done_can_be_undone() {
        for root in 0..12 {
            for mode in ["major", "minor", "dorian", "mixolydian"] {
                let key = Key { root, ..format!("C {mode}").parse().unwrap() };
                let (high, low) = (line(&[88, 81, 84]), line(&[57, 55, 52]));
                let (mut melody, mut bass) = (high.clone(), low.clone());

                let done = normalise(&mut melody, &mut bass, key);

                let median = |line: &[u16]| melody::pitch(line[4]).unwrap();
                assert!(MELODY_REGISTER.contains(&median(&melody)), "{key}");
                assert_ne!(bass, low, "{key}");
                done.restore(&mut melody, &mut bass);
                assert_eq!((melody, bass), (high, low), "{key}");
            }
        }
    }

    #[test]
    fn minor_goes_to_a_and_major_to_c_the_shorter_way() {
        let moves = |key: &str| to_normal(key.parse().unwrap());

        assert_eq!((moves("C major"), moves("G major"), moves("F lydian")), (0, 5, -5));
        assert_eq!((moves("A minor"), moves("E minor"), moves("D dorian")), (0, 5, -5));
        assert_eq!((moves("D# minor"), moves("F# major")), (-6, -6));
        assert_eq!(from_normal("E minor".parse().unwrap()), -5);
    }

    #[test]
    fn lines_without_notes_stay_and_far_notes_keep_their_class() {
        let (mut melody, mut bass) = (vec![u16::MAX; 4], line(&[21, 33, 33, 108]));

        normalise(&mut melody, &mut bass, "D minor".parse().unwrap());

        assert_eq!(melody, [u16::MAX; 4]);
        let pitches: Vec<u8> = bass.iter().filter_map(|&token| melody::pitch(token)).collect();
        assert_eq!(pitches.iter().map(|p| p % 12).collect::<Vec<_>>(), [4, 4, 4, 7]);
    }
}
