//! Keys and modes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A mode: the intervals of a scale above its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // Standard names.
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

/// Each mode, its name in radio.toml, and its semitones above the root.
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

    /// Semitones of the scale above the root.
    pub fn intervals(self) -> &'static [u8] {
        MODES[self as usize].2
    }

    /// The name in radio.toml.
    pub fn name(self) -> &'static str {
        MODES[self as usize].1
    }

    /// The seven-note scale that chords are built from: the mode itself, or the parent scale of a
    /// pentatonic or blues scale.
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

/// A root and a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Pitch class of the root, 0 (C) to 11 (B).
    pub root: u8,
    /// The scale on the root.
    pub mode: Mode,
}

impl Key {
    /// Whether `pitch` is in the key.
    pub fn contains(self, pitch: u8) -> bool {
        self.mode.intervals().contains(&((pitch + 12 - self.root) % 12))
    }

    /// `pitch` moved by `n` scale steps, down if negative. A pitch outside the key snaps first.
    pub fn step(self, pitch: u8, n: i32) -> u8 {
        let scale = self.mode.intervals();
        let size = scale.len() as i32;
        let note = self.index(pitch) + n;
        let (octave, tone) = (note.div_euclid(size), scale[note.rem_euclid(size) as usize]);
        (i32::from(self.root) + 12 * octave + i32::from(tone)).clamp(0, 127) as u8
    }

    /// Scale steps from pitch `from` up to pitch `to`, negative downwards. Pitches outside the key
    /// snap first.
    pub fn scale_steps(self, from: u8, to: u8) -> i32 {
        self.index(to) - self.index(from)
    }

    /// The number of the key's note that `pitch` snaps to, counted from the lowest root.
    fn index(self, pitch: u8) -> i32 {
        let scale = self.mode.intervals();
        let above = i32::from(self.snap(pitch)) - i32::from(self.root);
        let degree = scale.iter().position(|&tone| i32::from(tone) == above.rem_euclid(12));
        above.div_euclid(12) * scale.len() as i32 + degree.map_or(0, |degree| degree as i32)
    }

    /// Scale steps from pitch class `from` to pitch class `to` the shorter way; down if both are
    /// equal.
    pub fn degrees_between(self, from: u8, to: u8) -> i32 {
        let size = self.mode.intervals().len() as i32;
        let index = |class: u8| {
            let above = (self.snap(60 + class % 12) + 12 - self.root) % 12;
            self.mode.intervals().iter().position(|&tone| tone == above).map_or(0, |at| at as i32)
        };
        let up = (index(to) - index(from)).rem_euclid(size);
        if 2 * up < size { up } else { up - size }
    }

    /// The key of the same mode that many fifths up or down; each fifth changes one note.
    pub fn by_fifths(self, fifths: i32) -> Self {
        let root = (i32::from(self.root) + 7 * fifths).rem_euclid(12);
        Self { root: root as u8, ..self }
    }

    /// The pitch in the key nearest to `pitch`; the lower one of two at equal distance.
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

/// Text that isn't a key such as `A minor` or `F# harmonic minor`.
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
    fn a_key_parses_as_it_is_displayed() {
        for text in ["A minor", "F# harmonic minor", "C major"] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        assert_eq!("Bb dorian".parse::<Key>().unwrap().to_string(), "A# dorian");
        assert!("H minor".parse::<Key>().is_err());
    }

    #[test]
    fn the_table_is_in_the_order_of_the_modes() {
        assert!(Mode::all().enumerate().all(|(index, mode)| mode as usize == index));
        assert!(Mode::all().all(|mode| mode.of_chords().intervals().len() == 7));
    }

    #[test]
    fn a_step_moves_to_the_next_note_of_the_scale() {
        let key: Key = "A minor".parse().unwrap();

        assert_eq!([57, 59, 60, 62].map(|pitch| key.step(pitch, 1)), [59, 60, 62, 64]);
        assert_eq!((key.step(57, 7), key.step(57, -7), key.step(57, -1)), (69, 45, 55));
        assert_eq!((key.scale_steps(57, 64), key.scale_steps(57, 45)), (4, -7));
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
    fn snapping_moves_to_the_nearest_note() {
        let key: Key = "A minor".parse().unwrap();

        assert_eq!(key.snap(60), 60);
        assert_eq!(key.snap(61), 60);
        assert_eq!(key.snap(66), 65);
        assert!((0..=127).all(|pitch| key.contains(key.snap(pitch))));
    }
}
