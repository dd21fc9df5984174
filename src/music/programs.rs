//! Kinds of General MIDI programs.

/// Programs of basses.
const BASSES: std::ops::RangeInclusive<u8> = 32..=39;

/// First program of the percussive instruments and sound effects, which play no melody.
const FIRST_UNPITCHED: u8 = 112;

/// Whether `program` is a bass.
pub fn is_bass(program: u8) -> bool {
    BASSES.contains(&program)
}

/// Whether `program` can play a melody: pitched and no bass.
pub fn is_melodic(program: u8) -> bool {
    program < FIRST_UNPITCHED && !is_bass(program)
}
