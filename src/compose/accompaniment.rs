//! The chords of a phrase, and the notes of the part that plays them.

use crate::{
    compose::phrase::{PHRASE_BARS, Phrase},
    config::{Chords, Theme},
    music::{
        arrange::LineNote,
        chord::Chord,
        meter::STEPS_PER_BAR,
        rhythm::{Rhythm, Stroke},
        voicing::{self, Voicing},
    },
};

/// The chord of each bar of `phrase`. The motif's loop starts with the section.
pub fn chords(phrase: &Phrase, theme: &Theme) -> Vec<Chord> {
    let Chords { loops, bars_per_chord, .. } = &theme.chords;
    let numerals = &loops[phrase.piece.loops[phrase.motif] % loops.len()];
    let first = phrase.of_section * PHRASE_BARS;
    let at = |bar: u64| numerals[(bar as usize / bars_per_chord) % numerals.len()];
    (first..first + PHRASE_BARS).map(|bar| at(bar).in_key(phrase.piece.key)).collect()
}

/// The notes of a phrase over `chords`, one a bar: each voice moves to the nearest tone of the next
/// chord. `last` is the voicing of the chord before, and then of the last one.
pub fn write(
    last: &mut Option<Voicing>,
    phrase: &Phrase,
    theme: &Theme,
    chords: &[Chord],
) -> Vec<LineNote> {
    let part = &theme.chords;
    let rhythm = &part.rhythms[phrase.piece.rhythms[phrase.motif] % part.rhythms.len()];
    let mut notes = Vec::new();
    for (bar, &chord) in chords.iter().enumerate() {
        let voices = voicing::lead(chord, last.as_ref(), part.n_voices, part.register.span());
        notes.extend(play(rhythm, &voices, part.is_arpeggio, bar * STEPS_PER_BAR));
        *last = Some(voices);
    }
    notes
}

/// A bar's strokes from step `first` on: all voices at each, or one after the other.
fn play(rhythm: &Rhythm, voices: &Voicing, is_arpeggio: bool, first: usize) -> Vec<LineNote> {
    let note = |stroke: &Stroke, pitch: u8| LineNote {
        start_step: first + stroke.step,
        n_steps: stroke.n_steps,
        pitch,
    };
    let strokes = rhythm.strokes().iter().enumerate();
    let sounds = |(number, stroke): (usize, &Stroke)| -> Vec<LineNote> {
        if is_arpeggio && !voices.is_empty() {
            return vec![note(stroke, voices[up_and_down(number, voices.len())])];
        }
        voices.iter().map(|&pitch| note(stroke, pitch)).collect()
    };
    strokes.flat_map(sounds).collect()
}

/// 0 1 2 1 0 1 2 1 ... for three voices.
fn up_and_down(number: usize, n: usize) -> usize {
    let turn = (2 * n - 2).max(1);
    let at = number % turn;
    if at < n { at } else { turn - at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arpeggio_goes_up_and_down() {
        let steps = |n: usize| (0..8).map(|number| up_and_down(number, n)).collect::<Vec<_>>();
        assert_eq!(steps(3), [0, 1, 2, 1, 0, 1, 2, 1]);
        assert_eq!(steps(1), [0; 8]);
    }

    #[test]
    fn a_chord_is_struck_whole_and_an_arpeggio_note_by_note() {
        let rhythm: Rhythm = "x-x- x-x- .... ....".parse().unwrap();
        let voices = vec![60, 64, 67];

        let together = play(&rhythm, &voices, false, 16);
        assert_eq!(together.len(), 12);
        assert_eq!((together[3].start_step, together[3].n_steps), (18, 2));
        let pitches: Vec<u8> = play(&rhythm, &voices, true, 0).iter().map(|n| n.pitch).collect();
        assert_eq!(pitches, [60, 64, 67, 64]);
    }
}
