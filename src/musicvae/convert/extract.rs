//! Melody, bass and drum lines from a piece, by Magenta's rules (`note_seq`'s `melodies_lib` and
//! `drums_lib`; musicvae `data.py`, `OneHotMelodyConverter`, `DrumsConverter`, `TrioConverter`).
//! Times are quarter notes, so tempo changes don't matter.

use std::collections::BTreeMap;

use crate::music::{
    drums, melody,
    meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    note::{Note, NoteSequence},
    programs::{is_bass, is_melodic},
    trio::Line,
};

/// Longer pieces are truncated to 1024 bars, Magenta's `max_bars`.
pub const MAX_STEPS: usize = 1024 * STEPS_PER_BAR;

/// Why a piece can't be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// Time signatures other than 4/4, 2/2 and 2/4.
    #[error("no bars of 4/4")]
    Meter,
    /// The piece has no notes.
    #[error("no notes")]
    Empty,
}

/// The lines of a piece, each as long as the piece in whole bars.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// One per melodic instrument, reduced to its highest voice.
    pub melodies: Vec<Line>,
    /// One per bass instrument, reduced to its highest voice.
    pub basses: Vec<Line>,
    /// All drum kits merged; none if there are no drums.
    pub drums: Option<Line>,
}

impl Lines {
    /// Quantises `sequence` to sixteenths and sorts its instruments into lines.
    ///
    /// # Errors
    /// The piece is not in 4/4 throughout, or is empty.
    pub fn extract(sequence: &NoteSequence) -> Result<Self, Unfit> {
        require_four_four(sequence)?;
        let last = sequence.notes.iter().map(|note| step(note.start)).max().ok_or(Unfit::Empty)?;
        let n_steps = (last / STEPS_PER_BAR + 1) * STEPS_PER_BAR;
        let n_steps = n_steps.min(MAX_STEPS);
        let mut instruments: BTreeMap<u16, Vec<&Note>> = BTreeMap::new();
        let mut kit = Vec::new();
        for note in &sequence.notes {
            match note.is_drum {
                true => kit.push(note),
                false => instruments.entry(note.instrument).or_default().push(note),
            }
        }
        let mut lines = Self::default();
        for notes in instruments.values() {
            match notes[0].program {
                program if is_bass(program) => {
                    lines.basses.push(melody_line(notes, n_steps));
                }
                program if is_melodic(program) => {
                    lines.melodies.push(melody_line(notes, n_steps));
                }
                _ => {}
            }
        }
        lines.drums = (!kit.is_empty()).then(|| drum_line(&kit, n_steps));
        Ok(lines)
    }
}

/// Checks that a piece is in 4/4 throughout.
fn require_four_four(sequence: &NoteSequence) -> Result<(), Unfit> {
    let is_four_four = |m: u8, d: u8| usize::from(m) * 16 == usize::from(d) * STEPS_PER_BAR;
    match sequence.meters.iter().all(|(_, m)| is_four_four(m.numerator, m.denominator)) {
        true => Ok(()),
        false => Err(Unfit::Meter),
    }
}

/// The drums as bit columns of `n_classes`, 16 classes per column: the nine drum classes, or one
/// class per key.
pub fn drum_roll(sequence: &NoteSequence, n_classes: usize) -> Vec<Line> {
    let hits = sequence.notes.iter().filter(|note| note.is_drum);
    let hits: Vec<(usize, usize)> = hits
        .filter_map(|note| Some((step(note.start), drums::roll_class(note.pitch, n_classes)?)))
        .filter(|(step, _)| *step < MAX_STEPS)
        .collect();
    let Some(last) = hits.iter().map(|(step, _)| step).max() else { return vec![] };
    let n_steps = (last / STEPS_PER_BAR + 1) * STEPS_PER_BAR;
    let mut columns = vec![vec![0; n_steps]; n_classes.div_ceil(16)];
    for (step, class) in hits {
        columns[class / 16][step] |= 1 << (class % 16);
    }
    columns
}

/// The sixteenth nearest to `quarter`; halves round up, as in Magenta.
fn step(quarter: f64) -> usize {
    (quarter * STEPS_PER_QUARTER as f64 + 0.5).floor().max(0.0) as usize
}

fn drum_line(notes: &[&Note], n_steps: usize) -> Line {
    let mut line = vec![0; n_steps];
    for note in notes {
        if let (Some(class), Some(token)) =
            (drums::class(note.pitch), line.get_mut(step(note.start)))
        {
            *token |= class.bit();
        }
    }
    line
}

/// The highest voice: of notes that start at a step the highest wins, and a later note ends an
/// earlier one.
fn melody_line(notes: &[&Note], n_steps: usize) -> Line {
    let mut voice: BTreeMap<usize, (u16, usize)> = BTreeMap::new();
    for note in notes {
        let (start, end) = (step(note.start), step(note.end));
        if let Some(token) = melody::token(note.pitch).filter(|_| start < n_steps) {
            let kept = voice.entry(start).or_insert((0, 0));
            *kept = (*kept).max((token, end.max(start + 1)));
        }
    }
    let mut line = vec![melody::HOLD; n_steps];
    let mut before_end = 0;
    for (&start, &(token, end)) in &voice {
        if before_end < start && before_end != 0 {
            line[before_end] = melody::OFF;
        }
        line[start] = token;
        before_end = end;
    }
    if let Some(off) = line.get_mut(before_end).filter(|_| before_end != 0) {
        *off = melody::OFF;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::note::TimeSignature;

    fn piece(notes: Vec<Note>) -> NoteSequence {
        NoteSequence { notes, tempos: vec![], meters: vec![] }
    }

    fn note(pitch: u8, start: f64, end: f64) -> Note {
        Note { pitch, velocity: 80, start, end, program: 0, is_drum: false, instrument: 0 }
    }

    #[test]
    fn the_highest_note_wins_and_a_later_one_ends_it() {
        let lines = Lines::extract(&piece(vec![
            note(60, 0.0, 2.0),
            note(67, 0.0, 2.0),
            note(64, 1.0, 1.5),
        ]));

        let line = &lines.unwrap().melodies[0];
        assert_eq!(line.len(), 16);
        assert_eq!(line[..8], [48, 0, 0, 0, 45, 0, 1, 0]);
    }

    #[test]
    fn simultaneous_drums_become_one_token() {
        let hit = |pitch, start| Note { is_drum: true, ..note(pitch, start, start) };
        let lines = Lines::extract(&piece(vec![hit(36, 0.0), hit(42, 0.02), hit(40, 1.0)]));

        let line = lines.unwrap().drums.unwrap();
        assert_eq!((line[0], line[4]), (0b101, 0b10));
    }

    #[test]
    fn other_meters_and_empty_pieces_are_errors() {
        let mut waltz = piece(vec![note(60, 0.0, 1.0)]);
        waltz.meters = vec![(0.0, TimeSignature { numerator: 3, denominator: 4 })];

        assert_eq!(Lines::extract(&waltz), Err(Unfit::Meter));
        assert_eq!(Lines::extract(&piece(vec![])), Err(Unfit::Empty));
    }
}
