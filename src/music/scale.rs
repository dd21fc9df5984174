//! Keys: which pitch classes belong, and the nearest pitch that does.

use std::{fmt, str::FromStr};

/// The shape of a scale, from its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names are the field's.
pub enum Mode {
    Major,
    Minor,
    Dorian,
    Phrygian,
    Mixolydian,
    HarmonicMinor,
    MinorPentatonic,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 7] = [
        Self::Major,
        Self::Minor,
        Self::Dorian,
        Self::Phrygian,
        Self::Mixolydian,
        Self::HarmonicMinor,
        Self::MinorPentatonic,
    ];

    /// Semitones above the root that belong.
    pub fn intervals(self) -> &'static [u8] {
        match self {
            Self::Major => &[0, 2, 4, 5, 7, 9, 11],
            Self::Minor => &[0, 2, 3, 5, 7, 8, 10],
            Self::Dorian => &[0, 2, 3, 5, 7, 9, 10],
            Self::Phrygian => &[0, 1, 3, 5, 7, 8, 10],
            Self::Mixolydian => &[0, 2, 4, 5, 7, 9, 10],
            Self::HarmonicMinor => &[0, 2, 3, 5, 7, 8, 11],
            Self::MinorPentatonic => &[0, 3, 5, 7, 10],
        }
    }

    /// How radio.toml calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Dorian => "dorian",
            Self::Phrygian => "phrygian",
            Self::Mixolydian => "mixolydian",
            Self::HarmonicMinor => "harmonic minor",
            Self::MinorPentatonic => "minor pentatonic",
        }
    }
}

const ROOTS: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const FLATS: [(&str, u8); 5] = [("Db", 1), ("Eb", 3), ("Gb", 6), ("Ab", 8), ("Bb", 10)];

/// A root and a mode: what bass and lead keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        write!(f, "{} {}", ROOTS[usize::from(self.root)], self.mode.name())
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
            let sharp = ROOTS.iter().position(|name| name.eq_ignore_ascii_case(root));
            let root = flat.map(|&(_, root)| root).or(sharp.map(|root| root as u8))?;
            let mode = mode.trim().to_ascii_lowercase();
            let mode = Mode::ALL.into_iter().find(|known| known.name() == mode)?;
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
    fn snapping_moves_as_little_as_it_can() {
        let key: Key = "A minor".parse().unwrap();

        assert_eq!(key.snap(60), 60);
        assert_eq!(key.snap(61), 60);
        assert_eq!(key.snap(66), 65);
        assert!((0..=127).all(|pitch| key.contains(key.snap(pitch))));
    }
}
