//! Mixing-desk mutes: one or two per phrase, never bass and drums together.

use rand::seq::IndexedRandom as _;

use crate::{
    compose::{
        books::Mute,
        moves::rests::{LAST_BAR, LAST_BEAT, rest},
        phrase::{PHRASE_STEPS, Phrase},
        score::Score,
    },
    music::{bar::Part, drums::Drum, meter::STEPS_PER_BAR},
    rng,
};

/// Steps for which a thrown chord sounds.
const THROWN: usize = 4;

/// Mutes parts by the phrase's own random stream.
pub(super) fn mute(score: &mut Score, phrase: &Phrase, mutes: &[Mute]) {
    let stream = format!("mutes {} {} {}", phrase.motif, phrase.visit, phrase.of_section);
    let mut rng = rng::stream(phrase.piece.seed, &stream);
    let chosen: Vec<Mute> = mutes.sample(&mut rng, 2).copied().collect();
    for mute in &chosen {
        let is_alone = *mute != Mute::Bass || !chosen.contains(&Mute::Beat);
        if is_alone {
            apply(score, *mute);
        }
    }
}

fn apply(score: &mut Score, mute: Mute) {
    match mute {
        Mute::Chords => {
            for start in [0, PHRASE_STEPS / 2] {
                throw(score, start, start + PHRASE_STEPS / 2);
            }
        }
        Mute::Lead => rest(&mut score.notes[Part::Lead as usize], PHRASE_STEPS / 2, PHRASE_STEPS),
        Mute::Beat => {
            let kept = !(Drum::Kick.bit() | Drum::Snare.bit());
            score.drums[LAST_BAR..LAST_BEAT].iter_mut().for_each(|token| *token &= kept);
        }
        Mute::Bass => {
            let half = LAST_BAR + STEPS_PER_BAR / 2;
            rest(&mut score.notes[Part::Bass as usize], half, PHRASE_STEPS);
        }
    }
}

/// Keeps only the chords' first stroke between two steps.
fn throw(score: &mut Score, from: usize, to: usize) {
    let chords = &mut score.notes[Part::Chords as usize];
    let within = chords.iter().map(|note| note.start_step).filter(|step| (from..to).contains(step));
    if let Some(first) = within.min() {
        rest(chords, (first + THROWN).min(to), to);
    }
}
