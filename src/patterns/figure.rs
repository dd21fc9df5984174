//! Monophonic figures in scale degrees, and how they become pitches over chords.

use crate::{
    music::{
        melody::{HOLD, OFF, token},
        trio::Line,
    },
    patterns::harmony::Harmony,
};

/// What a part does at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Continues the note or the rest.
    Hold,
    /// Ends the note.
    Rest,
    /// Starts a note.
    Note(Tone),
}

/// A pitch as scale degrees above a root that the harmony supplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Degrees above the root of the current chord.
    OfChord(i32),
    /// Degrees above the tonic.
    OfKey(i32),
    /// Degrees above the root of the next chord, to lead into it.
    OfNext(i32),
    /// The chord tone nearest to this many degrees above the tonic, for smooth voice leading.
    Near(i32),
}

impl Tone {
    /// The tone `degrees` scale degrees higher.
    pub fn up(self, degrees: i32) -> Self {
        match self {
            Self::OfChord(above) => Self::OfChord(above + degrees),
            Self::OfKey(above) => Self::OfKey(above + degrees),
            Self::OfNext(above) => Self::OfNext(above + degrees),
            Self::Near(above) => Self::Near(above + degrees),
        }
    }

    /// Degrees above its root.
    pub fn above(self) -> i32 {
        match self {
            Self::OfChord(n) | Self::OfKey(n) | Self::OfNext(n) | Self::Near(n) => n,
        }
    }
}

/// The pitch range of a part, in MIDI pitches.
pub struct Register {
    /// Chord roots are placed in the octave from this pitch upwards.
    pub roots: u8,
    /// Lower pitches move up by octaves.
    pub lowest: u8,
    /// Higher pitches move down by octaves; at least an octave above `lowest`.
    pub highest: u8,
}

/// Writes `cells` as melody tokens over the chords.
pub fn write(cells: &[Cell], harmony: &Harmony, register: &Register) -> Line {
    let mut is_sounding = false;
    let mut write = |(step, cell): (usize, &Cell)| match *cell {
        Cell::Hold => HOLD,
        Cell::Rest => {
            if std::mem::take(&mut is_sounding) {
                OFF
            } else {
                HOLD
            }
        }
        Cell::Note(tone) => {
            is_sounding = true;
            token(register.pitch(tone, step, harmony))
                .expect("registers are within the token range")
        }
    };
    cells.iter().enumerate().map(&mut write).collect()
}

impl Register {
    fn pitch(&self, tone: Tone, step: usize, harmony: &Harmony) -> u8 {
        let (degree, above) = match tone {
            Tone::OfChord(above) => (harmony.degree(step), above),
            Tone::OfKey(above) => (0, above),
            Tone::OfNext(above) => (harmony.next_degree(step), above),
            Tone::Near(above) => (0, chord_tone_near(above, harmony.degree(step))),
        };
        let mut pitch = harmony.pitch(self.roots, degree, above);
        while pitch < i32::from(self.lowest) {
            pitch += 12;
        }
        while i32::from(self.highest) < pitch {
            pitch -= 12;
        }
        pitch as u8
    }
}

/// The degree nearest to `above`, counted from the tonic, that is in the triad on `degree`; the
/// lower one of two at equal distance.
fn chord_tone_near(above: i32, degree: i32) -> i32 {
    let belongs = |tone: &i32| [0, 2, 4].contains(&(tone - degree).rem_euclid(7));
    (above - 2..=above + 2).filter(belongs).min_by_key(|tone| (tone - above).abs()).unwrap_or(above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::{melody::pitch, scale::Mode},
        patterns::{
            draw::Weighted,
            harmony::{Loop, chords},
        },
        rng::stream,
    };

    #[test]
    fn a_voice_moves_to_the_nearest_chord_tone() {
        // From the tonic's fifth: it stays over I and III, steps down to the root of IV's triad,
        // and up to the root of VI's.
        assert_eq!([0, 2, 3, 5].map(|degree| chord_tone_near(4, degree)), [4, 4, 3, 5]);
    }

    #[test]
    fn a_rest_ends_its_note_only_once() {
        const LOOPS: Weighted<Loop> = &[(1, chords(Mode::Minor, "1"))];
        let harmony = Harmony::draw(LOOPS, &mut stream(1, "test"));
        let cells = [Cell::Rest, Cell::Note(Tone::OfChord(0)), Cell::Hold, Cell::Rest, Cell::Rest];

        let line = write(&cells, &harmony, &Register { roots: 28, lowest: 28, highest: 50 });

        assert!((28..40).contains(&pitch(line[1]).unwrap()));
        assert_eq!((line[0], &line[2..]), (HOLD, &[HOLD, OFF, HOLD][..]));
    }
}
