//! Melody tokens (musicvae `data.py`, `OneHotMelodyConverter`): monophonic, one token per step.

/// Continues the note or the rest.
pub const HOLD: u16 = 0;

/// Ends the note.
pub const OFF: u16 = 1;

/// The lowest pitch with a token: A0.
pub const MIN_PITCH: u8 = 21;

/// The highest pitch with a token: C8.
pub const MAX_PITCH: u8 = 108;

/// Number of tokens.
pub const N_TOKENS: usize = 90;

/// The token that starts `pitch`, if the pitch is in range.
pub fn token(pitch: u8) -> Option<u16> {
    (MIN_PITCH..=MAX_PITCH).contains(&pitch).then(|| u16::from(pitch - MIN_PITCH) + 2)
}

/// The pitch that `token` starts, if it starts one.
pub fn pitch(token: u16) -> Option<u8> {
    (2..N_TOKENS as u16).contains(&token).then(|| token as u8 - 2 + MIN_PITCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_and_highest_pitch_have_the_first_and_last_token() {
        assert_eq!((token(21), token(108), token(20), token(109)), (Some(2), Some(89), None, None));
        assert_eq!((pitch(2), pitch(89), pitch(1), pitch(90)), (Some(21), Some(108), None, None));
    }
}
