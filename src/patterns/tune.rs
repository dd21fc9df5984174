//! Melody: a motif from a rhythm and a contour, and its development.
//!
//! A rhythm string has a character per sixteenth, over one or two bars: `x` starts a note, `o`
//! starts one in half of the patterns, `-` holds, `.` rests.

use rand::RngExt as _;

use crate::{
    music::trio::Line,
    patterns::{
        contour::{Contour, REACH},
        draw::{Weighted, pick, weighted},
        figure::{Cell, Register, Tone, write},
        form::{Form, PHRASE, Sections},
        harmony::Harmony,
    },
    rng::Rng,
};

/// The octave above middle C and its surroundings.
const REGISTER: Register = Register { roots: 55, lowest: 55, highest: 84 };

/// A kind of melody.
#[derive(Debug, Clone, Copy)]
pub struct Tune {
    /// Rhythm strings to choose from.
    pub rhythms: &'static [&'static str],
    /// Contour of the pitches.
    pub contour: Contour,
    /// What the pitches are relative to.
    pub root: Root,
}

/// What a melody's degrees are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// The current chord.
    Chord,
    /// The tonic.
    Tonic,
    /// The tonic, with each note moved to the nearest tone of the current chord.
    Voicing,
}

/// Four bars of melody tokens.
pub fn melody(tunes: Weighted<Tune>, form: Form, harmony: &Harmony, rng: &mut Rng) -> Line {
    let tune = weighted(tunes, rng);
    let rhythm = pick(tune.rhythms, rng);
    let a = tune.motif(rhythm, rng);
    let varied = develop(a, rng);
    // Half of the answers keep the rhythm of the motif.
    let other = if rng.random_bool(0.5) { pick(tune.rhythms, rng) } else { rhythm };
    let b = if rng.random_bool(0.3) { develop(varied, rng) } else { tune.motif(other, rng) };
    let mut cells = form.lay(&Sections { a, varied, b });
    if rng.random_bool(0.4) {
        close(&mut cells, rng);
    }
    write(&cells, harmony, &REGISTER)
}

impl Tune {
    fn motif(&self, rhythm: &str, rng: &mut Rng) -> [Cell; PHRASE] {
        let bar: Vec<char> = rhythm.chars().map(|step| decide(step, rng)).collect();
        let mut steps: Vec<char> = bar.into_iter().cycle().take(PHRASE).collect();
        if rng.random_bool(0.25) {
            lengthen(&mut steps);
        }
        // Arpeggios and leaps continue over the bar line; a one-bar motif is played twice.
        let runs_on = matches!(self.contour, Contour::Arpeggio | Contour::Leap);
        let period = if runs_on { PHRASE } else { rhythm.len() };
        let onsets = |steps: &[char]| steps.iter().filter(|step| **step == 'x').count();
        let degrees = self.contour.degrees(onsets(&steps[..period]), rng);
        let mut next = degrees.iter().cycle();
        std::array::from_fn(|step| match steps[step] {
            'x' => Cell::Note(self.tone(*next.next().unwrap_or(&0))),
            '-' => Cell::Hold,
            _ => Cell::Rest,
        })
    }

    fn tone(&self, degree: i32) -> Tone {
        match self.root {
            Root::Chord => Tone::OfChord(degree),
            Root::Tonic => Tone::OfKey(degree),
            Root::Voicing => Tone::Near(degree),
        }
    }
}

/// Draws a start or a hold for an `o`.
fn decide(step: char, rng: &mut Rng) -> char {
    match step {
        'o' => pick(&['x', '-'], rng),
        other => other,
    }
}

/// Lengthens notes by a step where a rest follows.
fn lengthen(steps: &mut [char]) {
    for step in 1..steps.len() {
        if steps[step - 1] == 'x' && steps[step] == '.' {
            steps[step] = '-';
        }
    }
}

/// Develops a motif: inverted, transposed, displaced, thinned out, or with another ending.
fn develop(motif: [Cell; PHRASE], rng: &mut Rng) -> [Cell; PHRASE] {
    match rng.random_range(0..6) {
        0 => {
            let pivot = motif.into_iter().find_map(above).unwrap_or(0);
            map_tones(motif, |_, tone| tone.up(2 * (pivot - tone.above())))
        }
        1 => {
            let by = pick(&[-2, -1, 1, 2], rng);
            map_tones(motif, |_, tone| tone.up(by))
        }
        2 => {
            let mut displaced = motif;
            displaced.rotate_right(pick(&[2, 2, 4, 6], rng));
            displaced
        }
        3 => thinned(motif, rng),
        _ => {
            let (from, by) = (pick(&[4, 8, 12], rng), pick(&[-2, -1, 1, 2, 3], rng));
            map_tones(motif, |step, tone| if step % 16 < from { tone } else { tone.up(by) })
        }
    }
}

fn above(cell: Cell) -> Option<i32> {
    match cell {
        Cell::Note(tone) => Some(tone.above()),
        _ => None,
    }
}

fn map_tones(motif: [Cell; PHRASE], change: impl Fn(usize, Tone) -> Tone) -> [Cell; PHRASE] {
    let (lowest, highest) = REACH;
    std::array::from_fn(|step| match motif[step] {
        Cell::Note(tone) => {
            let changed = change(step, tone);
            let above = changed.above();
            Cell::Note(changed.up(above.clamp(lowest, highest) - above))
        }
        other => other,
    })
}

/// Drops some notes, never the first of a bar.
fn thinned(mut motif: [Cell; PHRASE], rng: &mut Rng) -> [Cell; PHRASE] {
    for bar in motif.chunks_mut(PHRASE / 2) {
        let notes = bar.iter_mut().filter(|cell| matches!(cell, Cell::Note(_)));
        for note in notes.skip(1) {
            if rng.random_bool(0.35) {
                *note = Cell::Hold;
            }
        }
    }
    motif
}

/// Ends the melody on a stable tone.
fn close(cells: &mut [Cell], rng: &mut Rng) {
    if let Some(last) = cells.iter_mut().rev().find(|cell| matches!(cell, Cell::Note(_))) {
        *last = Cell::Note(pick(&[Tone::OfChord(0), Tone::OfChord(4), Tone::OfKey(0)], rng));
    }
}

/// A kind of melody.
pub const fn tune(rhythms: &'static [&'static str], contour: Contour, root: Root) -> Tune {
    Tune { rhythms, contour, root }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    fn motif(contour: Contour, rhythm: &'static str, seed: u64) -> [Cell; PHRASE] {
        tune(&[], contour, Root::Chord).motif(rhythm, &mut stream(seed, "test"))
    }

    #[test]
    fn a_motif_has_its_rhythm_and_repeats() {
        for contour in [Contour::Stab, Contour::Riff(3), Contour::Walk, Contour::Pedal] {
            let motif = motif(contour, "x-..x.....x...x.", 1);

            assert_eq!(motif[..16], motif[16..]);
            assert_eq!((motif[1], motif[2]), (Cell::Hold, Cell::Rest));
            assert_eq!(motif.into_iter().filter_map(above).count(), 8);
        }
    }

    #[test]
    fn development_stays_in_reach_and_changes_something() {
        let n_changed = (0..200)
            .filter(|&seed| {
                let before = motif(Contour::Walk, "x-x-x---x-..x-x-", seed);
                let after = develop(before, &mut stream(seed, "develop"));
                let (lowest, highest) = REACH;
                assert!(
                    after.into_iter().filter_map(above).all(|at| (lowest..=highest).contains(&at))
                );
                before != after
            })
            .count();
        assert!(190 <= n_changed, "{n_changed}");
    }
}
