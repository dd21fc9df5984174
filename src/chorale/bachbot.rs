//! Inputs and outputs of `BachBot` (Liang 2016, "`BachBot`: Automatic composition in the style of Bach
//! chorales", chapter 4): the last token in, a logit for each token out.
//!
//! `BachBot`'s stream has tokens for fermatas and between frames; here the fermata and the next voice are
//! inputs beside the last token. `BachBot` transposes pieces to C major or A minor; here the key is an input,
//! and pieces are transposed to any key in the voices' ranges.

use crate::chorale::{
    cue::Cue,
    frame::{N_VOICES, Voice},
    past::Past,
    terms::N_TERMS,
    token::{HIGHEST, LOWEST, N_TOKENS},
};

/// Rows per step: the last token, the next voice, the fermata, the key.
pub const N_ROWS: usize = 4;

const N_PITCHES: usize = (HIGHEST - LOWEST + 1) as usize;

/// Struck pitches, held pitches, a rest.
const N_LAST: usize = 2 * N_PITCHES + 1;
const N_KEYS: usize = 24;

/// First row of the next voice, the fermata and the key.
const NEXT: usize = N_LAST;
const FERMATA: usize = NEXT + N_VOICES;
const KEY: usize = FERMATA + 2;

/// Number of rows of the embedding.
pub const N_EMBEDDED: usize = KEY + N_KEYS;

/// Number of outputs: one for each token, and one shared by all.
pub const N_OUTPUTS: usize = N_TOKENS + 1;

/// Appends the [`N_ROWS`] rows of the step after `past` at `cue` to `rows`.
pub fn push(rows: &mut Vec<u32>, past: &Past, cue: Cue) {
    let next = past.next() as usize;
    let last = past.voice(Voice::ALL[(next + N_VOICES - 1) % N_VOICES]);
    let is_tied = 1 < last.n_frames;
    let token = match last.pitch {
        Some(pitch) => {
            let pitch = usize::from(pitch.clamp(LOWEST, HIGHEST) - LOWEST);
            pitch + if is_tied { N_PITCHES } else { 0 }
        }
        None => N_LAST - 1,
    };
    let places = [token, NEXT + next, FERMATA + usize::from(cue.has_fermata()), KEY + past.key()];
    rows.extend(places.map(|place| place as u32));
}

/// Output indices of each token.
pub fn terms() -> [[u16; N_TERMS]; N_TOKENS] {
    std::array::from_fn(|token| {
        // The shared output changes no probability.
        let mut terms = [N_TOKENS as u16; N_TERMS];
        terms[0] = token as u16;
        terms
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{
            cue::cues,
            token::{HOLD, REST, strike},
        },
        music::scale::{Key, Mode},
    };

    #[test]
    fn the_last_token_is_seen_with_its_tie() {
        let cue = cues(&[true])[0];
        let mut past = Past::new(Key { root: 11, mode: Mode::Minor });
        let mut seen = |token: u8| {
            past.write(token);
            let mut rows = Vec::new();
            push(&mut rows, &past, cue);
            assert_eq!(rows.len(), N_ROWS);
            rows
        };
        let (begun, rest) = (seen(strike(81).unwrap()), seen(REST));
        seen(strike(50).unwrap());
        assert_eq!(seen(strike(36).unwrap())[0], 0, "the bass, before the next frame");
        let held = seen(HOLD);

        let high = N_PITCHES as u32 - 1;
        assert_eq!(
            (begun[0], held[0], rest[0]),
            (high, high + N_PITCHES as u32, N_LAST as u32 - 1)
        );
        assert_eq!(begun[1..], [NEXT as u32 + 1, FERMATA as u32 + 1, N_EMBEDDED as u32 - 1]);
    }
}
