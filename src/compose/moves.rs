//! The moves of a phrase: answers, rolls, pedals, stops, gang hits and mutes of its notes.

mod answer;
mod mutes;
mod rests;
mod roll;
mod stop;
#[cfg(test)]
mod tests;

pub use self::roll::{Stroke, strokes};
use crate::{
    compose::{
        books::{Book, Move},
        moves::rests::{LAST_BAR, LAST_BEAT, rest_drums},
        phrase::{PHRASE_STEPS, Phrase},
        score::Score,
    },
    music::{arrange::LineNote, bar::Part},
};

/// Applies the moves of the phrase's cast to its score.
pub fn make(score: &mut Score, phrase: &Phrase, book: &Book, bass: (u8, u8)) {
    let does = |wanted| phrase.cast.does(wanted);
    if does(Move::Pedal) {
        pedal(&mut score.notes[Part::Bass as usize], phrase, bass);
    }
    if does(Move::Answer) {
        answer::answer(&mut score.notes);
    }
    if does(Move::Mutes) {
        mutes::mute(score, phrase, book.mutes);
    }
    if does(Move::BeatOut) {
        rest_drums(score, LAST_BAR, LAST_BEAT);
    }
    if does(Move::DrumSolo) {
        stop::solo(&mut score.notes);
    }
    if does(Move::Stop) {
        stop::stop(score);
    }
    if does(Move::Gang) {
        stop::gang(score, phrase);
    }
    if does(Move::Roll) && phrase.is_last {
        // The roll stops a beat before the drop.
        rest_drums(score, LAST_BEAT, PHRASE_STEPS);
    }
}

/// Moves the bass to the key's root nearest to its lowest note, in its register.
fn pedal(notes: &mut [LineNote], phrase: &Phrase, (low, high): (u8, u8)) {
    let root = phrase.piece.key.root;
    let roots: Vec<u8> = (low..=high).filter(|pitch| pitch % 12 == root % 12).collect();
    // One root for the phrase: a pedal does not jump.
    let middle = notes.iter().map(|note| note.pitch).min().unwrap_or(low);
    let nearest = roots.into_iter().min_by_key(|pitch| pitch.abs_diff(middle));
    for note in notes {
        note.pitch = nearest.unwrap_or(note.pitch);
    }
}
