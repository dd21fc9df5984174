//! A Markov model of chorales, as a baseline: the next sound depends on its voice, the sixteenth of the beat,
//! and the three sounds before, which are those of the other voices.

use std::collections::HashMap;

use rand::RngExt as _;

use crate::{
    chorale::frame::{Chorale, FRAMES_PER_BEAT, Frame, N_VOICES, Sound},
    rng::Rng,
};

/// Sounds that the next one depends on.
const ORDER: usize = 3;

/// Voice, tick, and up to [`ORDER`] sounds before.
type Context = (usize, usize, Vec<Sound>);

/// The sounds that followed each context, with repetitions.
#[derive(Debug, Clone, Default)]
pub struct Markov(HashMap<Context, Vec<Sound>>);

impl Markov {
    /// A model of `chorales`, transposed to C.
    pub fn of(chorales: &[Chorale]) -> Self {
        let mut model = Self::default();
        for chorale in chorales {
            let sounds = sounds(&chorale.transposed(to_c(chorale)));
            for at in 0..sounds.len() {
                for order in 0..=ORDER.min(at) {
                    let context = context(&sounds[..at], order);
                    model.0.entry(context).or_default().push(sounds[at]);
                }
            }
        }
        model
    }

    /// Samples a chorale with the key, fermatas and length of `like`.
    pub fn sample(&self, like: &Chorale, rng: &mut Rng) -> Chorale {
        let mut sounds: Vec<Sound> = Vec::new();
        for at in 0..N_VOICES * like.frames.len() {
            // The longest known context.
            let found =
                (0..=ORDER.min(at)).rev().find_map(|order| self.0.get(&context(&sounds, order)));
            let found = found.map_or(&[][..], Vec::as_slice);
            let next = found.get(rng.random_range(0..found.len().max(1))).copied();
            sounds.push(tied(&sounds, next.unwrap_or(Sound::Rest)));
        }
        let frames = sounds.chunks_exact(N_VOICES).zip(&like.frames).map(|(sounds, like)| Frame {
            sounds: std::array::from_fn(|voice| sounds[voice]),
            has_fermata: like.has_fermata,
        });
        let in_c = Chorale { key: like.key, frames: frames.collect() };
        Chorale { key: like.key, ..in_c.transposed(-to_c(like)) }
    }
}

/// Semitones from the key of `chorale` to C, the shorter way.
fn to_c(chorale: &Chorale) -> i8 {
    let root = chorale.key.root as i8;
    if root <= 5 { -root } else { 12 - root }
}

fn sounds(chorale: &Chorale) -> Vec<Sound> {
    chorale.frames.iter().flat_map(|frame| frame.sounds).collect()
}

fn context(before: &[Sound], order: usize) -> Context {
    let at = before.len();
    let tick = at / N_VOICES % FRAMES_PER_BEAT;
    (at % N_VOICES, tick, before[at - order..].to_vec())
}

/// `next`, but struck if it holds another pitch than the voice's last.
fn tied(before: &[Sound], next: Sound) -> Sound {
    let own = before.len().checked_sub(N_VOICES).and_then(|at| before[at].pitch());
    match next {
        Sound::Held(pitch) if own != Some(pitch) => Sound::Struck(pitch),
        next => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chorale::frame::testing::chords, rng};

    #[test]
    fn what_always_followed_follows() {
        let chorale = chords(&[[72, 67, 60, 48], [74, 65, 59, 43], [76, 67, 60, 48]]).transposed(2);
        let model = Markov::of(std::slice::from_ref(&chorale));

        let sample = model.sample(&chorale, &mut rng::stream(1, "test"));

        assert_eq!((sample.key, sample.fermatas()), (chorale.key, chorale.fermatas()));
        assert_eq!(sample.frames[0], chorale.frames[0]);
        let sung = |chorale: &Chorale| -> std::collections::HashSet<Option<u8>> {
            sounds(chorale).iter().map(|sound| sound.pitch()).collect()
        };
        assert!(sung(&sample).is_subset(&sung(&chorale)));
    }
}
