//! Stops, gang hits and drum solos.

use rand::seq::IndexedRandom as _;

use crate::{
    compose::{
        moves::rests::{LAST_BAR, LAST_BEAT, pitched, rest, rest_drums},
        phrase::{PHRASE_STEPS, Phrase},
        score::Score,
    },
    music::{arrange::LineNote, bar::N_PARTS, drums::Drum},
    rng,
};

/// Steps for which a gang hit, or the stroke before a solo, sounds.
const STRUCK: usize = 2;

/// Steps for which the stroke before a stop sounds: the drums re-enter six steps later.
const HELD: usize = 6;

/// Rhythms of gang hits: steps of the bar.
const GANG: [&[usize]; 4] = [&[0, 4, 8], &[0, 6, 12], &[0, 3, 6, 10], &[0, 2, 4, 8, 12]];

const HIT: u16 = 1 << Drum::Kick as u16 | 1 << Drum::Snare as u16 | 1 << Drum::Crash as u16;

/// The band strikes on the first beat of the last bar, and the drums lead back in on its last beat.
pub(super) fn stop(score: &mut Score) {
    rest_drums(score, LAST_BAR, LAST_BEAT);
    score.drums[LAST_BAR] = Drum::Kick.bit() | Drum::Crash.bit();
    for token in score.drums[LAST_BEAT..].iter_mut().step_by(2) {
        *token |= Drum::Snare.bit();
    }
    for notes in pitched(&mut score.notes) {
        hold_to(notes, LAST_BAR);
        rest(notes, LAST_BAR + HELD, PHRASE_STEPS);
    }
}

/// All parts strike together in the last bar, in a rhythm drawn once per piece.
pub(super) fn gang(score: &mut Score, phrase: &Phrase) {
    let mut rng = rng::stream(phrase.piece.seed, "gang");
    let rhythm = GANG.choose(&mut rng).copied().unwrap_or(GANG[0]);
    rest_drums(score, LAST_BAR, PHRASE_STEPS);
    for step in rhythm {
        score.drums[LAST_BAR + step] = HIT;
    }
    for notes in pitched(&mut score.notes) {
        strike(notes, rhythm);
    }
}

/// The other parts rest after a stroke on beat one.
pub(super) fn solo(notes: &mut [Vec<LineNote>; N_PARTS]) {
    for notes in pitched(notes) {
        rest(notes, STRUCK, PHRASE_STEPS);
    }
}

/// Strikes the notes sounding at the start of the last bar in `rhythm`.
fn strike(notes: &mut Vec<LineNote>, rhythm: &[usize]) {
    hold_to(notes, LAST_BAR);
    let sounding = notes.iter().filter(|note| sounds_at(note, LAST_BAR));
    let struck: Vec<u8> = sounding.map(|note| note.pitch).collect();
    rest(notes, LAST_BAR, PHRASE_STEPS);
    for step in rhythm {
        let stroke = |&pitch: &u8| LineNote { start_step: LAST_BAR + step, n_steps: STRUCK, pitch };
        notes.extend(struck.iter().map(stroke));
    }
}

/// Moves the first notes from step `bar` on to that step, if it is silent.
fn hold_to(notes: &mut [LineNote], bar: usize) {
    if notes.iter().any(|note| sounds_at(note, bar)) {
        return;
    }
    let first = notes.iter().map(|note| note.start_step).filter(|step| bar <= *step).min();
    for note in notes.iter_mut().filter(|note| Some(note.start_step) == first) {
        note.start_step = bar;
    }
}

fn sounds_at(note: &LineNote, step: usize) -> bool {
    (note.start_step..note.start_step + note.n_steps).contains(&step)
}
