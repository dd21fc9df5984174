//! Call and answer: the chords repeat the rhythm of the lead's call where the lead is silent.

use crate::{
    compose::{moves::rests::rest, phrase::PHRASE_STEPS},
    music::{
        arrange::LineNote,
        bar::{N_PARTS, Part},
        meter::STEPS_PER_BAR,
    },
};

/// Steps of an answer: the second half of every second bar.
const ANSWER: usize = STEPS_PER_BAR / 2;

/// The longest stroke of an answer, in steps.
const LONGEST: usize = 3;

/// Lets the chords answer the lead in the second half of bars two and four.
pub(super) fn answer(notes: &mut [Vec<LineNote>; N_PARTS]) {
    for end in [PHRASE_STEPS / 2, PHRASE_STEPS] {
        let start = end - ANSWER;
        let lead = &mut notes[Part::Lead as usize];
        let call: Vec<usize> = onsets(lead, start - ANSWER, start);
        rest(lead, start, end);
        let chords = &mut notes[Part::Chords as usize];
        let voices = sounding(chords, start);
        if call.is_empty() || voices.is_empty() {
            continue;
        }
        rest(chords, start, end);
        for (n, &onset) in call.iter().enumerate() {
            let step = onset + ANSWER;
            let next = call.get(n + 1).map_or(end, |next| next + ANSWER);
            let n_steps = (next - step).min(LONGEST);
            let stroke = |&pitch: &u8| LineNote { start_step: step, n_steps, pitch };
            chords.extend(voices.iter().map(stroke));
        }
        chords.sort_by_key(|note| (note.start_step, note.pitch));
    }
}

/// Steps from `from` to before `to` at which notes start.
fn onsets(notes: &[LineNote], from: usize, to: usize) -> Vec<usize> {
    let within = notes.iter().map(|note| note.start_step).filter(|step| (from..to).contains(step));
    let mut steps: Vec<usize> = within.collect();
    steps.dedup();
    steps
}

/// The pitches of the last chord that was struck up to step `step`.
fn sounding(chords: &[LineNote], step: usize) -> Vec<u8> {
    let before = chords.iter().filter(|note| note.start_step <= step);
    let Some(struck) = before.map(|note| note.start_step).max() else { return vec![] };
    let of_chord = chords.iter().filter(|note| note.start_step == struck);
    of_chord.map(|note| note.pitch).collect()
}
