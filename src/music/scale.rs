//! Keys: which pitch classes belong, and the nearest pitch that does.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The shape of a scale, from its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // The names are the field's.
pub enum Mode {
    Major,
    Minor,
    Dorian,
    Phrygian,
    Lydian,
    Mixolydian,
    Locrian,
    HarmonicMinor,
    MelodicMinor,
    PhrygianDominant,
    LydianDominant,
    MajorPentatonic,
    MinorPentatonic,
    Blues,
}

/// Each mode, how radio.toml calls it, and the semitones above the root that belong.
const MODES: [(Mode, &str, &[u8]); 14] = [
    (Mode::Major, "major", &[0, 2, 4, 5, 7, 9, 11]),
    (Mode::Minor, "minor", &[0, 2, 3, 5, 7, 8, 10]),
    (Mode::Dorian, "dorian", &[0, 2, 3, 5, 7, 9, 10]),
    (Mode::Phrygian, "phrygian", &[0, 1, 3, 5, 7, 8, 10]),
    (Mode::Lydian, "lydian", &[0, 2, 4, 6, 7, 9, 11]),
    (Mode::Mixolydian, "mixolydian", &[0, 2, 4, 5, 7, 9, 10]),
    (Mode::Locrian, "locrian", &[0, 1, 3, 5, 6, 8, 10]),
    (Mode::HarmonicMinor, "harmonic minor", &[0, 2, 3, 5, 7, 8, 11]),
    (Mode::MelodicMinor, "melodic minor", &[0, 2, 3, 5, 7, 9, 11]),
    (Mode::PhrygianDominant, "phrygian dominant", &[0, 1, 4, 5, 7, 8, 10]),
    (Mode::LydianDominant, "lydian dominant", &[0, 2, 4, 6, 7, 9, 10]),
    (Mode::MajorPentatonic, "major pentatonic", &[0, 2, 4, 7, 9]),
    (Mode::MinorPentatonic, "minor pentatonic", &[0, 3, 5, 7, 10]),
    (Mode::Blues, "blues", &[0, 3, 5, 6, 7, 10]),
];

impl Mode {
    /// All modes.
    pub fn all() -> impl Iterator<Item = Self> {
        MODES.iter().map(|&(mode, ..)| mode)
    }

    /// Semitones above the root that belong.
    pub fn intervals(self) -> &'static [u8] {
        MODES[self as usize].2
    }

    /// How radio.toml calls it.
    pub fn name(self) -> &'static str {
        MODES[self as usize].1
    }

    /// The scale of seven notes that chords are stacked from: the mode itself, or the one that a
    /// scale of five or six is taken from.
    pub fn of_chords(self) -> Self {
        match self {
            Self::MajorPentatonic => Self::Major,
            Self::MinorPentatonic | Self::Blues => Self::Minor,
            mode => mode,
        }
    }
}

/// Names of the twelve pitch classes, from C.
pub(crate) const NOTE_NAMES: [&str; 12] =
    ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const FLATS: [(&str, u8); 5] = [("Db", 1), ("Eb", 3), ("Gb", 6), ("Ab", 8), ("Bb", 10)];

/// A root and a mode: what bass and lead keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Pitch class of the root, 0 (C) to 11 (B).
    pub root: u8,
    /// The scale on it.
    pub mode: Mode,
}

impl Key {
    /// Whether `pitch` belongs.
    pub fn contains(self, pitch: u8) -> bool {
        self.mode.intervals().contains(&((pitch + 12 - self.root) % 12))
    }

    /// `pitch` by `n` notes of the scale up, or down where `n` is below 0; one that doesn't belong is
    /// snapped first.
    pub fn step(self, pitch: u8, n: i32) -> u8 {
        let (scale, above) =
            (self.mode.intervals(), i32::from(self.snap(pitch)) - i32::from(self.root));
        let size = scale.len() as i32;
        let degree = scale.iter().position(|&tone| i32::from(tone) == above.rem_euclid(12));
        let note = above.div_euclid(12) * size + degree.map_or(0, |degree| degree as i32) + n;
        let (octave, tone) = (note.div_euclid(size), scale[note.rem_euclid(size) as usize]);
        (i32::from(self.root) + 12 * octave + i32::from(tone)).clamp(0, 127) as u8
    }

    /// The notes of the scale, counted upwards, from pitch class `from` to pitch class `to`: the
    /// shorter way, of two equal ones the one down.
    pub fn degrees_between(self, from: u8, to: u8) -> i32 {
        let size = self.mode.intervals().len() as i32;
        let index = |class: u8| {
            let above = (self.snap(60 + class % 12) + 12 - self.root) % 12;
            self.mode.intervals().iter().position(|&tone| tone == above).map_or(0, |at| at as i32)
        };
        let up = (index(to) - index(from)).rem_euclid(size);
        if 2 * up < size { up } else { up - size }
    }

    /// The key of the same mode, `fifths` fifths up or down: one fifth keeps all notes but one.
    pub fn by_fifths(self, fifths: i32) -> Self {
        let root = (i32::from(self.root) + 7 * fifths).rem_euclid(12);
        Self { root: root as u8, ..self }
    }

    /// The nearest pitch that belongs; of two as near, the lower.
    pub fn snap(self, pitch: u8) -> u8 {
        (0..12u8)
            .flat_map(|away| [pitch.checked_sub(away), pitch.checked_add(away)])
            .flatten()
            .find(|&near| near <= 127 && self.contains(near))
            .unwrap_or(pitch)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", NOTE_NAMES[usize::from(self.root)], self.mode.name())
    }
}

/// A key that is not written as `A minor` or `F# harmonic minor`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a key such as \"A minor\" or \"F# dorian\", found {0:?}")]
pub struct NotAKey(String);

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let parse = || {
            let (root, mode) = text.trim().split_once(' ')?;
            let flat = FLATS.iter().find(|(name, _)| name.eq_ignore_ascii_case(root));
            let sharp = NOTE_NAMES.iter().position(|name| name.eq_ignore_ascii_case(root));
            let root = flat.map(|&(_, root)| root).or(sharp.map(|root| root as u8))?;
            let mode = mode.trim().to_ascii_lowercase();
            let mode = Mode::all().find(|known| known.name() == mode)?;
            Some(Self { root, mode })
        };
        parse().ok_or_else(|| NotAKey(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for text in ["A minor", "F# harmonic minor", "C major"] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        assert_eq!("Bb dorian".parse::<Key>().unwrap().to_string(), "A# dorian");
        assert!("H minor".parse::<Key>().is_err());
    }

    #[test]
    fn modes_stand_in_the_order_of_their_table() {
        assert!(Mode::all().enumerate().all(|(index, mode)| mode as usize == index));
        assert!(Mode::all().all(|mode| mode.of_chords().intervals().len() == 7));
    }

    #[test]
    fn a_step_goes_to_the_next_note_of_the_scale() {
        let key: Key = "A minor".parse().unwrap();

        assert_eq!([57, 59, 60, 62].map(|pitch| key.step(pitch, 1)), [59, 60, 62, 64]);
        assert_eq!((key.step(57, 7), key.step(57, -7), key.step(57, -1)), (69, 45, 55));
        assert_eq!((key.degrees_between(9, 0), key.degrees_between(9, 7)), (2, -1));
    }

    #[test]
    fn a_fifth_changes_one_note() {
        let key: Key = "A minor".parse().unwrap();
        let lost =
            (0..12).filter(|&pitch| key.contains(pitch) && !key.by_fifths(1).contains(pitch));

        assert_eq!(key.by_fifths(1).to_string(), "E minor");
        assert_eq!(lost.count(), 1);
    }

    #[test]
    fn snapping_moves_as_little_as_it_can() {
        let key: Key = "A minor".parse().unwrap();

        assert_eq!(key.snap(60), 60);
        assert_eq!(key.snap(61), 60);
        assert_eq!(key.snap(66), 65);
        assert!((0..=127).all(|pitch| key.contains(key.snap(pitch))));
    }
}
