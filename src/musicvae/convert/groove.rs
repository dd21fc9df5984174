//! Drums with velocity and micro-timing: GrooVAE (Gillick et al. 2019; musicvae `data.py`,
//! `GrooveConverter`).
//!
//! A step has 19 columns of u16: the hits as bits of the nine classes, a MIDI velocity per class,
//! and an offset per class. An offset is how early a hit is, from -1 to 1 in units of half a step;
//! as a column it is an i16 in units of 1/32767.

use crate::{
    music::{
        drums::{self, Drum, N_CLASSES},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::{Note, NoteSequence, TimeSignature},
        trio::Line,
    },
    musicvae::convert::extract::MAX_STEPS,
    units::Bpm,
};

/// Columns of a step.
pub const N_COLUMNS: usize = 1 + 2 * N_CLASSES;

/// Column value of an offset of 1.
const OFFSET_UNIT: f32 = 32_767.0;

/// Class index that taps use: closed hat (`GrooveConverter`, `tapify`).
const TAP_CLASS: usize = 3;

/// One hit of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The drum class.
    pub drum: Drum,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// How early the hit is, -1 to 1, in units of half a step.
    pub offset: f32,
}

/// An offset as a column; never `u16::MAX`, which marks an absent column in data sets.
pub fn offset_column(offset: f32) -> u16 {
    let column = (offset.clamp(-1.0, 1.0) * OFFSET_UNIT).round() as i16 as u16;
    if column == u16::MAX { 0 } else { column }
}

/// A column as an offset.
pub fn offset(column: u16) -> f32 {
    (f32::from(column as i16) / OFFSET_UNIT).max(-1.0)
}

/// The hits of a step.
pub fn hits(step: &[u16]) -> impl Iterator<Item = Hit> {
    let hit = |drum: Drum| {
        let class = drum as usize;
        let velocity = step[1 + class].clamp(1, 127) as u8;
        Hit { drum, velocity, offset: offset(step[1 + N_CLASSES + class]) }
    };
    drums::classes(step[0]).map(hit)
}

/// A step's inputs for a `tapify` encoder, as index and value: whether there is a hit, and the
/// timing of the loudest.
pub fn tap(step: &[u16]) -> impl Iterator<Item = (u32, f32)> {
    let loudest = hits(step).reduce(|a, b| if a.velocity < b.velocity { b } else { a });
    loudest.into_iter().flat_map(|hit| {
        let timing = 2 * N_CLASSES + TAP_CLASS;
        [(TAP_CLASS as u32, 1.0), (timing as u32, hit.offset)]
    })
}

/// A step's inputs with all hits, velocities and offsets, as index and value.
pub fn inputs(step: &[u16]) -> Vec<(u32, f32)> {
    let hit = |hit: Hit| {
        let (class, loudness) = (hit.drum as usize, f32::from(hit.velocity) / 127.0);
        let values = [1.0, loudness, hit.offset];
        (0..3).map(move |kind| ((kind * N_CLASSES + class) as u32, values[kind]))
    };
    hits(step).flat_map(hit).collect()
}

/// The drums of `sequence` as columns, as long as the piece in whole bars; no columns if there are
/// no drums. Hits after [`MAX_STEPS`] are dropped.
///
/// Of several hits of a class at a step the loudest is kept.
pub fn columns(sequence: &NoteSequence) -> Vec<Line> {
    let steps_of = |note: &Note| note.start * STEPS_PER_QUARTER as f64;
    let nearest = |note: &Note| (steps_of(note) + 0.5).floor().max(0.0) as usize;
    let known = sequence.notes.iter().filter(|note| note.is_drum);
    let known = known.filter_map(|note| Some((drums::class(note.pitch)? as usize, note)));
    let known: Vec<(usize, &Note)> = known.filter(|(_, note)| nearest(note) < MAX_STEPS).collect();
    let Some(last) = known.iter().map(|(_, note)| nearest(note)).max() else { return vec![] };
    let n_steps = (last / STEPS_PER_BAR + 1) * STEPS_PER_BAR;
    let mut columns = vec![vec![0; n_steps]; N_COLUMNS];
    for (class, note) in known {
        let step = nearest(note);
        let velocity = u16::from(note.velocity);
        if columns[1 + class][step] < velocity {
            let early = 2.0 * (step as f64 - steps_of(note));
            columns[0][step] |= 1 << class;
            columns[1 + class][step] = velocity;
            columns[1 + N_CLASSES + class][step] = offset_column(early as f32);
        }
    }
    columns
}

/// Columns as notes at `tempo`; hits before time 0 move to 0.
pub fn piece(columns: &[Line], tempo: Bpm) -> NoteSequence {
    let mut notes = Vec::new();
    for step in 0..columns[0].len() {
        let row: Vec<u16> = columns.iter().map(|column| column[step]).collect();
        notes.extend(hits(&row).map(|hit| {
            let start = (step as f64 - f64::from(hit.offset) / 2.0) / STEPS_PER_QUARTER as f64;
            let start = start.max(0.0);
            Note {
                pitch: hit.drum.pitch(),
                velocity: hit.velocity,
                start,
                end: start + 1.0 / STEPS_PER_QUARTER as f64,
                program: 0,
                is_drum: true,
                instrument: 0,
            }
        }));
    }
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    let meter = TimeSignature { numerator: 4, denominator: 4 };
    NoteSequence { notes, tempos: vec![(0.0, tempo)], meters: vec![(0.0, meter)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(pitch: u8, velocity: u8, start: f64) -> Note {
        let end = start + 0.1;
        Note { pitch, velocity, start, end, program: 0, is_drum: true, instrument: 0 }
    }

    fn drums(notes: Vec<Note>) -> NoteSequence {
        NoteSequence { notes, tempos: vec![], meters: vec![] }
    }

    #[test]
    fn an_early_hit_has_a_positive_offset_and_the_loudest_is_kept() {
        let columns = columns(&drums(vec![hit(36, 90, 0.225), hit(36, 50, 0.25)]));

        assert_eq!(columns[0][..3], [0, 1, 0]);
        assert_eq!(columns[1][1], 90);
        assert!((offset(columns[10][1]) - 0.2).abs() < 1e-4);
    }

    #[test]
    fn velocity_and_timing_survive_the_round_trip() {
        let played = vec![hit(36, 101, 0.02), hit(42, 37, 0.48), hit(38, 90, 1.01)];

        let back = piece(&columns(&drums(played.clone())), Bpm::DEFAULT);

        assert_eq!(back.notes.len(), 3);
        for (before, after) in played.iter().zip(&back.notes) {
            assert_eq!((before.pitch, before.velocity), (after.pitch, after.velocity));
            assert!((before.start - after.start).abs() < 1e-4);
        }
    }

    #[test]
    fn a_hit_before_time_0_moves_to_0() {
        let mut columns = vec![vec![0; 16]; N_COLUMNS];
        (columns[0][0], columns[1][0], columns[10][0]) = (1, 100, offset_column(0.5));

        assert_eq!(piece(&columns, Bpm::DEFAULT).notes[0].start, 0.0);
    }

    #[test]
    fn a_very_late_hit_is_dropped_and_allocates_nothing() {
        let columns = columns(&drums(vec![hit(36, 90, 0.0), hit(36, 90, 1e9)]));
        assert_eq!(columns[0].len(), STEPS_PER_BAR);
        assert_eq!(offset_column(-1.0 / OFFSET_UNIT), 0);
    }

    #[test]
    fn a_tap_takes_the_loudest_hit_of_its_step() {
        let columns = columns(&drums(vec![hit(36, 40, 0.26), hit(38, 99, 0.24)]));
        let row: Vec<u16> = columns.iter().map(|column| column[1]).collect();

        let inputs: Vec<(u32, f32)> = tap(&row).collect();

        assert_eq!(inputs[0], (3, 1.0));
        assert!(inputs[1].0 == 21 && (inputs[1].1 - 0.08).abs() < 1e-4, "{inputs:?}");
        assert_eq!(tap(&[0; N_COLUMNS]).count(), 0);
    }
}
