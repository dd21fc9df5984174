//! Four voices as hits of the parts.

use std::f64::consts::PI;

use rand::RngExt as _;

use crate::{
    chorale::frame::{Chorale, FRAMES_PER_BEAT, N_VOICES, Sound},
    compose::phrase::PHRASE_BARS,
    music::{
        arrange::LineNote,
        bar::{Hit, N_PARTS, Part},
        humanise,
        meter::STEPS_PER_BAR,
    },
    rng::Rng,
};

/// Hits of each part in a bar, by `Part as usize`.
pub type Parts = [Vec<Hit>; N_PARTS];

/// The part that plays each voice, from the soprano.
const PARTS: [Part; N_VOICES] = [Part::Lead, Part::Chords, Part::Chords, Part::Bass];

/// MIDI velocity at the ends of a line at energy 0, and what full energy, the middle of a line and the
/// soprano add.
const VELOCITY: (f64, f64, f64, f64) = (66.0, 24.0, 12.0, 6.0);

/// MIDI velocity added on each beat of a bar.
const ACCENTS: [f64; 4] = [10.0, 0.0, 5.0, 0.0];

/// Steps of rest after a line, and before a repeated note.
const BREATH: f32 = 1.0;
const REPEAT: f32 = 0.3;

/// Largest deviation of a loose choir, in steps and in velocity.
const LOOSE: (f64, f64) = (0.25, 8.0);

/// The notes of voice number `voice`, in steps.
pub fn notes(chorale: &Chorale, voice: usize) -> Vec<LineNote> {
    let mut notes: Vec<LineNote> = Vec::new();
    for (start_step, frame) in chorale.frames.iter().enumerate() {
        match (frame.sounds[voice], notes.last_mut()) {
            (Sound::Struck(pitch), _) => notes.push(LineNote { pitch, start_step, n_steps: 1 }),
            (Sound::Held(_), Some(note)) => note.n_steps += 1,
            _ => {}
        }
    }
    notes
}

/// The hits of each bar of `chorale`: louder on strong beats, towards the middle of its lines and with
/// `energy`, 0 to 1; `humanise`, 0 to 1, spreads timing and velocity.
pub fn parts(chorale: &Chorale, energy: f64, humanise: f64, rng: &mut Rng) -> Vec<Parts> {
    let mut bars: Vec<Parts> = vec![Parts::default(); PHRASE_BARS as usize];
    let swell = swell(&chorale.fermatas());
    for (voice, part) in PARTS.into_iter().enumerate() {
        let notes = notes(chorale, voice);
        for (number, note) in notes.iter().enumerate() {
            if voice == 2 && is_doubled(chorale, note) {
                continue;
            }
            let of_voice = if voice == 0 { VELOCITY.3 } else { 0.0 };
            let start = note.start_step % STEPS_PER_BAR;
            let of_place = VELOCITY.2 * swell[note.start_step] + accent(start);
            let plain = VELOCITY.0 + VELOCITY.1 * energy + of_place;
            let mut stray = || humanise * rng.random_range(-1.0..=1.0);
            let (late, louder) = (LOOSE.0 * stray(), LOOSE.1 * stray());
            let next = notes.get(number + 1);
            bars[note.start_step / STEPS_PER_BAR][part as usize].push(Hit {
                start_step: (start as f64 + late).max(0.0) as f32,
                n_steps: note.n_steps as f32 - breath(chorale, note, next),
                pitch: note.pitch,
                velocity: (plain + of_voice + louder).round().clamp(1.0, 127.0) as u8,
            });
        }
    }
    bars.iter_mut().flatten().for_each(|hits| humanise::sort(hits));
    bars
}

/// The accent of a note that starts at `step` of a bar, in MIDI velocity.
fn accent(step: usize) -> f64 {
    if step.is_multiple_of(FRAMES_PER_BEAT) { ACCENTS[step / FRAMES_PER_BEAT] } else { 0.0 }
}

/// Whether the alto sounds the tenor's `note` at its onset: on one instrument, one of them is enough.
fn is_doubled(chorale: &Chorale, note: &LineNote) -> bool {
    chorale.frames[note.start_step].sounds[1].pitch() == Some(note.pitch)
}

/// Steps by which `note` is shortened, so that the voice breathes before the next note.
fn breath(chorale: &Chorale, note: &LineNote, next: Option<&LineNote>) -> f32 {
    let end = note.start_step + note.n_steps;
    let fermata = |frame: usize| chorale.frames.get(frame).is_some_and(|frame| frame.has_fermata);
    let repeats = next.is_some_and(|next| next.pitch == note.pitch && next.start_step == end);
    match (fermata(end - 1) && !fermata(end), repeats) {
        (true, _) if 1 < note.n_steps => BREATH,
        (_, true) => REPEAT,
        _ => 0.0,
    }
}

/// How close each frame is to the middle of its line, 0 to 1.
fn swell(fermatas: &[bool]) -> Vec<f64> {
    let mut swell = Vec::with_capacity(fermatas.len());
    while swell.len() < fermatas.len() {
        let rest = &fermatas[swell.len()..];
        let before = rest.iter().take_while(|fermata| !**fermata).count();
        let n = before + rest[before..].iter().take_while(|fermata| **fermata).count();
        swell.extend((0..n).map(|at| (PI * at as f64 / n as f64).sin()));
    }
    swell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chorale::frame::testing::chords, rng};

    #[test]
    fn voices_are_parts_and_a_unison_is_struck_once() {
        let chord = [72, 64, 60, 48];
        let mut chorale = chords(&[chord; 16]);
        chorale.frames[16..20].iter_mut().for_each(|frame| frame.sounds[2] = frame.sounds[1]);

        let bars = parts(&chorale, 0.5, 0.0, &mut rng::stream(1, "test"));

        assert_eq!(bars.len(), 4);
        let pitches = |bar: usize, part: Part| -> Vec<u8> {
            bars[bar][part as usize].iter().map(|hit| hit.pitch).collect()
        };
        assert_eq!(pitches(0, Part::Lead), [72; 4]);
        assert_eq!(pitches(0, Part::Bass), [48; 4]);
        assert_eq!(pitches(0, Part::Chords).len(), 8);
        assert_eq!(pitches(1, Part::Chords).len(), 7, "the tenor has the alto's note");
        assert!(pitches(0, Part::Drums).is_empty());
        let lead = &bars[0][Part::Lead as usize];
        assert!((lead[0].n_steps - (4.0 - REPEAT)).abs() < 1e-6, "repeated");
        let last = &bars[3][Part::Lead as usize][3];
        assert!((last.n_steps - (4.0 - BREATH)).abs() < 1e-6, "under the fermata");
        let next = &bars[1][Part::Lead as usize];
        assert!(lead[0].velocity < next[3].velocity, "the middle of a line");
        assert!(next[1].velocity < next[0].velocity, "the first beat");
    }

    #[test]
    fn a_loose_choir_strays_by_less_than_a_step() {
        let chorale = chords(&[[72, 64, 60, 48]; 16]);
        let bars = parts(&chorale, 1.0, 1.0, &mut rng::stream(1, "test"));
        let hits: Vec<&Hit> = bars.iter().flatten().flatten().collect();
        assert!(hits.iter().all(|hit| 0.0 <= hit.start_step && hit.velocity <= 127));
        assert!(hits.iter().any(|hit| hit.start_step.fract() != 0.0));
        assert!(hits.iter().all(|hit| (hit.start_step - hit.start_step.round()).abs() <= 0.25));
    }
}
