//! Tokens: what a voice does in a frame, as a number. A chorale has four tokens per frame, soprano to bass.

use crate::{
    chorale::frame::{Chorale, Frame, N_VOICES, Sound},
    music::scale::Key,
};

/// Holds the note of the frame before.
pub const HOLD: u8 = 0;

/// Silence.
pub const REST: u8 = 1;

/// Token of the lowest pitch; tokens ascend by semitones.
const FIRST: u8 = 2;

/// Lowest and highest pitch.
pub const LOWEST: u8 = 36;
/// See [`LOWEST`].
pub const HIGHEST: u8 = 81;

/// Number of tokens.
pub const N_TOKENS: usize = (FIRST + HIGHEST - LOWEST + 1) as usize;

/// The token that begins a note of `pitch`; `None` outside [`LOWEST`] to [`HIGHEST`].
pub fn strike(pitch: u8) -> Option<u8> {
    (LOWEST..=HIGHEST).contains(&pitch).then(|| pitch - LOWEST + FIRST)
}

/// The pitch that `token` begins, if it begins one.
pub fn pitch(token: u8) -> Option<u8> {
    Some(token.checked_sub(FIRST)? + LOWEST)
}

/// The token of `sound`; `None` if its pitch is outside [`LOWEST`] to [`HIGHEST`].
pub fn of_sound(sound: Sound) -> Option<u8> {
    match sound {
        Sound::Rest => Some(REST),
        Sound::Held(_) => Some(HOLD),
        Sound::Struck(pitch) => strike(pitch),
    }
}

/// The tokens of `chorale`; `None` if a pitch is outside [`LOWEST`] to [`HIGHEST`].
pub fn encode(chorale: &Chorale) -> Option<Vec<u8>> {
    chorale.frames.iter().flat_map(|frame| frame.sounds).map(of_sound).collect()
}

/// Decodes `tokens` to a chorale in `key`, with as many frames as `fermatas`. A hold without a note before it
/// is a rest.
pub fn decode(tokens: &[u8], key: Key, fermatas: &[bool]) -> Chorale {
    let mut sounding = [None; N_VOICES];
    let frame = |(tokens, &has_fermata): (&[u8], &bool)| {
        let sounds = std::array::from_fn(|voice| {
            let sound = match (tokens[voice], sounding[voice]) {
                (HOLD, Some(pitch)) => Sound::Held(pitch),
                (token, _) => pitch(token).map_or(Sound::Rest, Sound::Struck),
            };
            sounding[voice] = sound.pitch();
            sound
        });
        Frame { sounds, has_fermata }
    };
    let frames = tokens.chunks_exact(N_VOICES).zip(fermatas).map(frame).collect();
    Chorale { key, frames }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::frame::testing::chords;

    #[test]
    fn a_chorale_is_decoded_from_its_tokens() {
        let chorale = chords(&[[72, 67, 60, 48], [72, 0, 60, 36], [81, 69, 60, 41]]);

        let tokens = encode(&chorale).unwrap();

        assert_eq!(tokens[..8], [38, 33, 26, 14, HOLD, HOLD, HOLD, HOLD]);
        assert_eq!((tokens[17], tokens[16]), (REST, 38));
        assert_eq!(decode(&tokens, chorale.key, &chorale.fermatas()), chorale);
    }

    #[test]
    fn a_pitch_out_of_range_has_no_token() {
        assert_eq!(encode(&chords(&[[82, 67, 60, 48]])), None);
        assert_eq!((strike(35), strike(81)), (None, Some(N_TOKENS as u8 - 1)));
    }
}
