//! Bass and lead over chords.
//!
//! A model's lines don't follow a theme's chords. The bass is transposed bar by bar until its
//! central pitch is the chord's root; its rhythm and contour stay. The lead keeps its pitches
//! except on strong beats, where it moves to the nearest chord tone.

use crate::music::{
    arrange::{LineNote, fold},
    chord::Chord,
    meter::{STEPS_PER_BAR, STEPS_PER_STRONG_BEAT},
    scale::Key,
};

/// Transposes a bass within `key` so that each bar centres on its chord; `chords` repeat.
pub fn follow_chords(notes: &mut [LineNote], key: Key, chords: &[Chord], register: (u8, u8)) {
    let n_bars = notes.last().map_or(0, |last| last.start_step / STEPS_PER_BAR + 1);
    for bar in 0..n_bars {
        let chord = chords[bar % chords.len()];
        let begins_here = |note: &&mut LineNote| note.start_step / STEPS_PER_BAR == bar;
        let Some(centre) = centre(notes, bar) else { continue };
        let n_notes = key.degrees_between(centre, chord.root);
        let mut here: Vec<&mut LineNote> = notes.iter_mut().filter(begins_here).collect();
        for note in &mut here {
            note.pitch = key.step(note.pitch, n_notes);
        }
        fold_together(&mut here, register);
    }
}

/// Moves notes into `register` by octaves: together if they fit, so that no interval changes, and
/// otherwise one by one.
fn fold_together(notes: &mut [&mut LineNote], register: (u8, u8)) {
    let (low, high) = (i16::from(register.0), i16::from(register.1));
    let pitches = || notes.iter().map(|note| i16::from(note.pitch));
    let (Some(lowest), Some(highest)) = (pitches().min(), pitches().max()) else { return };
    let shift = |octaves: i16| low <= lowest + 12 * octaves && highest + 12 * octaves <= high;
    let octaves = [0, 1, -1].into_iter().find(|&octaves| shift(octaves)).unwrap_or(0);
    for note in notes {
        note.pitch = fold(i16::from(note.pitch) + 12 * octaves, low, high);
    }
}

/// The pitch class that sounds longest in the bar; a note on the downbeat counts double.
fn centre(notes: &[LineNote], bar: usize) -> Option<u8> {
    let mut steps = [0; 12];
    for note in notes.iter().filter(|note| note.start_step / STEPS_PER_BAR == bar) {
        let is_head = note.start_step % STEPS_PER_BAR == 0;
        steps[usize::from(note.pitch % 12)] += note.n_steps.min(8) * if is_head { 2 } else { 1 };
    }
    let longest = (0..12u8).rev().max_by_key(|&class| steps[usize::from(class)])?;
    (0 < steps[usize::from(longest)]).then_some(longest)
}

/// Moves every note that starts on a strong beat to a chord tone. A note held from before ends
/// where it would clash.
pub fn resolve_strong_beats(notes: &mut [LineNote], chords: &[Chord], register: (u8, u8)) {
    let chord_at = |step: usize| chords[step / STEPS_PER_BAR % chords.len()];
    for note in notes.iter_mut() {
        let chord = chord_at(note.start_step);
        if note.start_step % STEPS_PER_STRONG_BEAT == 0 && !chord.contains(note.pitch) {
            note.pitch = fold(chord.snap(note.pitch).into(), register.0.into(), register.1.into());
        }
        let end = note.start_step + note.n_steps;
        let mut beats = (note.start_step / STEPS_PER_STRONG_BEAT + 1..)
            .map(|beat| beat * STEPS_PER_STRONG_BEAT);
        let clash = beats
            .by_ref()
            .take_while(|&step| step < end)
            .find(|&step| !chord_at(step).contains(note.pitch));
        if let Some(step) = clash {
            note.n_steps = step - note.start_step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::chord::Numeral;

    fn key() -> Key {
        "A minor".parse().unwrap()
    }

    fn chords() -> Vec<Chord> {
        ["i", "VI", "III", "VII"].map(|text| text.parse::<Numeral>().unwrap().in_key(key())).into()
    }

    fn note(start_step: usize, n_steps: usize, pitch: u8) -> LineNote {
        LineNote { start_step, n_steps, pitch }
    }

    #[test]
    fn a_riff_on_the_tonic_follows_the_chords_and_keeps_its_shape() {
        let riff = |bar: usize| {
            [note(16 * bar, 4, 45), note(16 * bar + 8, 2, 48), note(16 * bar + 12, 4, 45)]
        };
        let mut notes: Vec<LineNote> = (0..4).flat_map(riff).collect();
        follow_chords(&mut notes, key(), &chords(), (28, 52));

        let classes: Vec<u8> = notes.iter().map(|note| note.pitch % 12).collect();
        assert_eq!(classes, [9, 0, 9, 5, 9, 5, 0, 4, 0, 7, 11, 7]);
    }

    #[test]
    fn a_riff_beyond_the_register_moves_as_a_whole() {
        let mut notes = vec![note(0, 8, 45), note(8, 4, 52), note(12, 4, 45)];
        follow_chords(&mut notes, key(), &chords()[1..], (28, 47));

        let pitches: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
        assert_eq!(pitches, [29, 36, 29]);
    }

    /// Strong beats on which a note sounds that is no chord tone.
    fn n_clashes(notes: &[LineNote], chords: &[Chord]) -> usize {
        let chord_at = |step: usize| chords[step / STEPS_PER_BAR % chords.len()];
        let clashes = |note: &LineNote| {
            let steps = note.start_step..note.start_step + note.n_steps;
            steps
                .filter(|step| {
                    step % STEPS_PER_STRONG_BEAT == 0 && !chord_at(*step).contains(note.pitch)
                })
                .count()
        };
        notes.iter().map(clashes).sum()
    }

    #[test]
    fn no_strong_beat_clashes_afterwards() {
        for first in 50..80 {
            let walk = (0..20).map(|n| note(3 * n, 3, key().step(first, (n * n % 7) as i32 - 3)));
            let mut notes: Vec<LineNote> = walk.chain([note(61, 30, first)]).collect();
            resolve_strong_beats(&mut notes, &chords(), (48, 84));

            assert_eq!(n_clashes(&notes, &chords()), 0, "{notes:?}");
            assert!(notes.iter().all(|note| 0 < note.n_steps));
        }
    }
}
