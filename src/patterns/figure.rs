//! Monophonic figures in scale degrees, and how they become pitches.

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

/// A pitch relative to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tone {
    /// Scale degrees above the tonic.
    pub degree: i32,
    /// Semitones from the degree, -1 to 1; not 0 for chromatic approach tones only.
    pub shift: i32,
}

impl Cell {
    /// A note of the scale.
    pub fn note(degree: i32) -> Self {
        Self::Note(Tone { degree, shift: 0 })
    }

    /// The tone that starts here.
    pub fn tone(self) -> Option<Tone> {
        match self {
            Self::Note(tone) => Some(tone),
            Self::Hold | Self::Rest => None,
        }
    }
}

/// The pitch range of a part, in MIDI pitches.
#[derive(Debug, Clone, Copy)]
pub struct Register {
    /// The tonic is in the octave from this pitch upwards. Lower pitches move up by octaves.
    pub lowest: u8,
    /// Higher pitches move down by octaves; at least an octave above `lowest`.
    pub highest: u8,
}

/// Writes `cells` as melody tokens.
pub fn write(cells: &[Cell], harmony: &Harmony, register: Register) -> Line {
    let mut is_sounding = false;
    let mut write = |cell: &Cell| match *cell {
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
            token(register.pitch(tone, harmony)).expect("registers are within the token range")
        }
    };
    cells.iter().map(&mut write).collect()
}

impl Register {
    /// The pitch of `tone` in this range.
    pub fn pitch(self, tone: Tone, harmony: &Harmony) -> u8 {
        let mut pitch = harmony.pitch(self.lowest, 0, tone.degree) + tone.shift;
        while pitch < i32::from(self.lowest) {
            pitch += 12;
        }
        while i32::from(self.highest) < pitch {
            pitch -= 12;
        }
        pitch as u8
    }
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
    fn a_rest_ends_its_note_only_once() {
        const LOOPS: Weighted<Loop> = &[(1, chords(Mode::Minor, "1"))];
        let harmony = Harmony::draw(LOOPS, &mut stream(1, "test"));
        let cells = [Cell::Rest, Cell::note(0), Cell::Hold, Cell::Rest, Cell::Rest];

        let line = write(&cells, &harmony, Register { lowest: 28, highest: 50 });

        assert!((28..40).contains(&pitch(line[1]).unwrap()));
        assert_eq!((line[0], &line[2..]), (HOLD, &[HOLD, OFF, HOLD][..]));
    }

    #[test]
    fn pitches_outside_the_register_move_by_octaves() {
        const LOOPS: Weighted<Loop> = &[(1, chords(Mode::Minor, "1"))];
        let mut harmony = Harmony::draw(LOOPS, &mut stream(1, "test"));
        harmony.key.root = 4;
        let register = Register { lowest: 28, highest: 50 };

        let pitches = [(0, 0), (0, -1), (7, 0), (14, 0), (1, 1)]
            .map(|(degree, shift)| register.pitch(Tone { degree, shift }, &harmony));
        assert_eq!(pitches, [28, 39, 40, 40, 31]);
    }
}
