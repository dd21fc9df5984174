//! The cast of a phrase: its drums and parts, and the moves in its four bars.

use crate::music::{bar::Part, drums::Drum};

/// An arrangement event within a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The lead's call is answered by the chords in the second half of bars two and four.
    Answer,
    /// A snare roll gets denser and louder over consecutive phrases with this move.
    Roll,
    /// The bass stays on the key's root under moving chords.
    Pedal,
    /// The band stops after the first beat of the last bar; the drums lead back in on its last beat.
    Stop,
    /// All parts strike together in the last bar.
    Gang,
    /// The drums rest in the last bar up to its last beat.
    BeatOut,
    /// The backbeat is on beat three.
    HalfTime,
    /// The backbeat is on every second eighth.
    DoubleTime,
    /// Parts are muted for some beats, as on a mixing desk.
    Mutes,
    /// The drums play alone after one stroke of the other parts.
    DrumSolo,
}

/// Each letter of a cast with its move.
const MOVES: [(u8, Move); 10] = [
    (b'q', Move::Answer),
    (b'r', Move::Roll),
    (b'p', Move::Pedal),
    (b's', Move::Stop),
    (b'g', Move::Gang),
    (b'x', Move::BeatOut),
    (b'h', Move::HalfTime),
    (b'd', Move::DoubleTime),
    (b'm', Move::Mutes),
    (b'o', Move::DrumSolo),
];

/// A phrase's parts and moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cast {
    /// The drum classes that play, as bits of a token.
    pub drums: u16,
    /// How many of the piece's percussion loops play, 0 to 3.
    pub layers: usize,
    parts: u8,
    moves: u16,
}

impl Cast {
    /// A cast as the books write it: `K`ick, `S`nare, closed `H`ats, `O`pen hats, `R`ide, `T`oms or
    /// all `D`rums with crashes; a digit for the percussion loops; `B`ass, `L`ead and `C`hords; and
    /// lower-case letters for the moves.
    ///
    /// Books are constants, so an unknown letter does not compile.
    pub(in crate::compose) const fn of(letters: &str) -> Self {
        let mut cast = Self { drums: 0, layers: 0, parts: 0, moves: 0 };
        let letters = letters.as_bytes();
        let mut n = 0;
        while n < letters.len() {
            match letters[n] {
                b' ' => {}
                b'K' => cast.drums |= 1 << Drum::Kick as u16,
                b'S' => cast.drums |= 1 << Drum::Snare as u16,
                b'H' => cast.drums |= 1 << Drum::ClosedHat as u16,
                b'O' => cast.drums |= 1 << Drum::OpenHat as u16,
                b'R' => cast.drums |= 1 << Drum::Ride as u16,
                b'T' => cast.drums |= 0b111 << Drum::LowTom as u16,
                b'D' => cast.drums = u16::MAX,
                b'B' => cast.parts |= 1 << Part::Bass as u8,
                b'L' => cast.parts |= 1 << Part::Lead as u8,
                b'C' => cast.parts |= 1 << Part::Chords as u8,
                digit @ b'0'..=b'3' => cast.layers = (digit - b'0') as usize,
                letter => cast.moves |= 1 << move_of(letter) as u16,
            }
            n += 1;
        }
        if cast.drums != 0 {
            cast.parts |= 1 << Part::Drums as u8;
        }
        cast
    }

    /// Whether `part` plays.
    pub fn has(self, part: Part) -> bool {
        self.parts & 1 << part as u8 != 0
    }

    /// Whether the cast has a move.
    pub fn does(self, wanted: Move) -> bool {
        self.moves & 1 << wanted as u16 != 0
    }

    /// Whether the bass drum plays.
    pub fn has_kick(self) -> bool {
        self.drums & Drum::Kick.bit() != 0
    }
}

const fn move_of(letter: u8) -> Move {
    let mut n = 0;
    while n < MOVES.len() {
        if MOVES[n].0 == letter {
            return MOVES[n].1;
        }
        n += 1;
    }
    panic!("a letter of a cast has no meaning")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_has_what_its_letters_say() {
        let cast = Cast::of("KH2 BC rp");

        assert_eq!(cast.drums, Drum::Kick.bit() | Drum::ClosedHat.bit());
        assert_eq!(Part::ALL.map(|part| cast.has(part)), [true, true, false, true]);
        assert_eq!((cast.layers, cast.has_kick()), (2, true));
        assert!(cast.does(Move::Roll) && cast.does(Move::Pedal) && !cast.does(Move::Stop));
        assert!(!Cast::of("C").has(Part::Drums) && Cast::of("DL").drums & Drum::Crash.bit() != 0);
    }
}
