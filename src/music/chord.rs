//! Chords: Roman numerals, and their pitch classes in a key.

use std::{fmt, str::FromStr};

use crate::music::scale::{Key, NOTE_NAMES};

/// A scale degree and a chord shape, such as `vi`, `V7` or `IIsus4`.
///
/// The scale decides whether a chord is major or minor: `I` and `i` are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Numeral {
    /// 0 for the tonic, up to 6.
    degree: u8,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
enum Shape {
    Triad,
    Power,
    Sixth,
    Seventh,
    Ninth,
    Suspended2,
    Suspended4,
}

const NUMERALS: [&str; 7] = ["i", "ii", "iii", "iv", "v", "vi", "vii"];

/// Each shape's suffix and its scale steps above the root.
const SHAPES: [(Shape, &str, &[usize]); 7] = [
    (Shape::Triad, "", &[2, 4]),
    (Shape::Power, "5", &[4]),
    (Shape::Sixth, "6", &[2, 4, 5]),
    (Shape::Seventh, "7", &[2, 4, 6]),
    (Shape::Ninth, "9", &[2, 4, 6, 8]),
    (Shape::Suspended2, "sus2", &[1, 4]),
    (Shape::Suspended4, "sus4", &[3, 4]),
];

impl Numeral {
    /// The tonic triad.
    pub const TONIC: Self = Self { degree: 0, shape: Shape::Triad };

    /// This shape on all seven degrees of the scale, the tonic first.
    pub fn on_every_degree(self) -> impl Iterator<Item = Self> {
        (0..7).map(move |degree| Self { degree, ..self })
    }

    /// The chord of this numeral in `key`.
    pub fn in_key(self, key: Key) -> Chord {
        let scale = key.mode.of_chords().intervals();
        let class = |above: usize| (key.root + scale[(usize::from(self.degree) + above) % 7]) % 12;
        let root = class(0);
        let tones = SHAPES[self.shape as usize].2.iter().map(|&above| class(above));
        Chord { root, classes: tones.fold(1 << root, |classes, class| classes | 1 << class) }
    }
}

/// Text that isn't a chord such as `vi`, `V7` or `iisus4`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a chord such as \"i\", \"VI\", \"iv7\" or \"Vsus4\" (i to vii, alone or with 5, 6, \
     7, 9, sus2 or sus4), found {0:?}"
)]
pub struct NotAChord(String);

impl FromStr for Numeral {
    type Err = NotAChord;

    fn from_str(text: &str) -> Result<Self, NotAChord> {
        let lower = text.trim().to_ascii_lowercase();
        let n_letters = lower.bytes().take_while(|letter| b"iv".contains(letter)).count();
        let (numeral, suffix) = lower.split_at(n_letters);
        let degree = NUMERALS.iter().position(|&known| known == numeral);
        let shape = SHAPES.iter().find(|(_, known, _)| *known == suffix);
        match (degree, shape) {
            (Some(degree), Some(&(shape, ..))) => Ok(Self { degree: degree as u8, shape }),
            _ => Err(NotAChord(text.to_owned())),
        }
    }
}

/// A set of pitch classes over a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    /// Pitch class of the root, 0 (C) to 11 (B).
    pub root: u8,
    /// Bit `c` is set if pitch class `c` is a chord tone; the root always is.
    classes: u16,
}

impl Chord {
    /// Whether `pitch` is a chord tone.
    pub fn contains(self, pitch: u8) -> bool {
        self.classes & 1 << (pitch % 12) != 0
    }

    /// Pitch classes from the root upwards.
    pub fn classes(self) -> impl Iterator<Item = u8> {
        (0..12)
            .map(move |above| (self.root + above) % 12)
            .filter(move |&class| self.contains(class))
    }

    /// The chord tone nearest to `pitch`; the lower one of two at equal distance.
    pub fn snap(self, pitch: u8) -> u8 {
        (0..12u8)
            .flat_map(|away| [pitch.checked_sub(away), pitch.checked_add(away)])
            .flatten()
            .find(|&near| near <= 127 && self.contains(near))
            .unwrap_or(pitch)
    }
}

impl fmt::Display for Chord {
    /// The usual chord symbol: `Am`, `F`, `C7`, `Gsus4`; other shapes get a plus, as in `D+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let above: Vec<u8> = self.classes().map(|class| (class + 12 - self.root) % 12).collect();
        let quality = match above[1..] {
            [4, 7] => "",
            [3, 7] => "m",
            [3, 6] => "dim",
            [4, 8] => "aug",
            [7] => "5",
            [2, 7] => "sus2",
            [5, 7] => "sus4",
            [4, 7, 9] => "6",
            [3, 7, 9] => "m6",
            [4, 7, 10] => "7",
            [4, 7, 11] => "maj7",
            [3, 7, 10] => "m7",
            [3, 6, 10] => "m7b5",
            [2, 4, 7, 10] => "9",
            [2, 4, 7, 11] => "maj9",
            [2, 3, 7, 10] => "m9",
            _ => "+",
        };
        write!(f, "{}{quality}", NOTE_NAMES[usize::from(self.root)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(numeral: &str, key: &str) -> String {
        numeral.parse::<Numeral>().unwrap().in_key(key.parse().unwrap()).to_string()
    }

    #[test]
    fn the_scale_decides_the_quality_of_a_numeral() {
        let minor = ["i", "VI", "III", "VII", "iv7", "v", "VI9"].map(|text| chord(text, "A minor"));

        assert_eq!(minor, ["Am", "F", "C", "G", "Dm7", "Em", "Fmaj9"]);
        assert_eq!(chord("V7", "C major"), "G7");
        assert_eq!(chord("IVsus2", "C major"), "Fsus2");
        assert_eq!(chord("i5", "E minor pentatonic"), "E5");
    }

    #[test]
    fn other_text_is_not_a_numeral() {
        for text in ["", "viii", "H", "i13", "7", "iv sus"] {
            assert!(text.parse::<Numeral>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_chord_tone_belongs_to_the_scale() {
        for mode in crate::music::scale::Mode::all() {
            let key = Key { root: 5, mode };
            let scale = Key { mode: mode.of_chords(), ..key };
            for text in ["i9", "ii7", "iii6", "ivsus4", "v", "visus2", "vii5"] {
                let chord = text.parse::<Numeral>().unwrap().in_key(key);
                assert!(chord.classes().all(|class| scale.contains(class)), "{text} in {key}");
            }
        }
    }
}
