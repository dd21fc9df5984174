//! A piece split where its meter changes (as note-seq's `split_note_sequence_on_time_changes`), so
//! that bars are counted from each change.

use crate::music::{
    meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    note::{Note, NoteSequence, TimeSignature},
};

/// Quarters in a bar of 4/4.
const QUARTERS_PER_BAR: f64 = (STEPS_PER_BAR / STEPS_PER_QUARTER) as f64;

/// Half a step in quarters: a note that close before a change belongs after it.
const HALF_STEP: f64 = 0.5 / STEPS_PER_QUARTER as f64;

const FOUR_FOUR: TimeSignature = TimeSignature { numerator: 4, denominator: 4 };

/// A stretch of a piece in bars of 4/4.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its notes, from time 0, the start of its first bar. A note that lasts into the next segment ends with
    /// this one; a bar that the next segment interrupts is dropped.
    pub sequence: NoteSequence,
    /// Number of the file's bar at its start, from 0.
    first_bar: usize,
    /// Quarters in a bar of the file.
    quarters_per_bar: f64,
}

impl Segment {
    /// The number, from 0, of the file's bar at which bar `number` of the segment starts.
    pub fn bar_in_file(&self, number: usize) -> usize {
        self.first_bar + (number as f64 * QUARTERS_PER_BAR / self.quarters_per_bar) as usize
    }
}

/// The segments of `piece` that have notes and are in 4/4 or 2/2, or in 2/4, whose bars are joined in
/// pairs; in order of time.
pub fn segments(piece: &NoteSequence) -> Vec<Segment> {
    let spans = spans(&piece.meters);
    let mut notes = piece.notes.iter().peekable();
    let mut segments = Vec::new();
    let mut first_bar = 0;
    for (number, &(start, meter)) in spans.iter().enumerate() {
        let mut end = spans.get(number + 1).map_or(f64::INFINITY, |next| next.0);
        let mut within = Vec::new();
        while let Some(note) = notes.next_if(|note| note.start + HALF_STEP < end) {
            within.push(*note);
        }
        if notes.peek().is_none() {
            // A change after the last note interrupts no bar.
            end = f64::INFINITY;
        }
        let quarters_per_bar = quarters(meter);
        if is_four_four(meter) && !within.is_empty() {
            let sequence = cut(piece, within, start, end);
            segments.push(Segment { sequence, first_bar, quarters_per_bar });
        }
        if quarters_per_bar.is_normal() && end.is_finite() {
            // A change within a bar starts the next one.
            first_bar += ((end - start) / quarters_per_bar).ceil() as usize;
        }
    }
    segments.retain(|segment| !segment.sequence.notes.is_empty());
    segments
}

/// Whether the time signature of `piece` changes after its start.
pub fn changes_meter(piece: &NoteSequence) -> bool {
    1 < spans(&piece.meters).len()
}

/// Whether all notes of `piece` are in bars of 4/4 that are counted from its start.
pub fn is_four_four_throughout(piece: &NoteSequence) -> bool {
    match &segments(piece)[..] {
        [all] => all.first_bar == 0 && all.sequence.notes.len() == piece.notes.len(),
        _ => false,
    }
}

/// The segment with the most bars; the first of equals.
pub fn longest(piece: &NoteSequence) -> Option<Segment> {
    let last_bar = |segment: &Segment| {
        let last = segment.sequence.notes.last().map_or(0.0, |note| note.start);
        (last / QUARTERS_PER_BAR) as usize
    };
    segments(piece).into_iter().rev().max_by_key(last_bar)
}

/// Starts and time signatures of the stretches between changes. A signature that is repeated at a bar
/// line is no change.
fn spans(meters: &[(f64, TimeSignature)]) -> Vec<(f64, TimeSignature)> {
    let mut spans = vec![(0.0, FOUR_FOUR)];
    for &(at, meter) in meters {
        let (start, before) = spans[spans.len() - 1];
        let n_bars = (at - start) / quarters(before);
        if at <= start {
            spans.pop();
            spans.push((start, meter));
        } else if meter != before || n_bars.fract() != 0.0 {
            spans.push((at, meter));
        }
    }
    spans
}

/// Quarters in a bar; not finite for a broken signature.
fn quarters(meter: TimeSignature) -> f64 {
    4.0 * f64::from(meter.numerator) / f64::from(meter.denominator)
}

/// Whether bars are as long as one of 4/4, or half as long.
fn is_four_four(meter: TimeSignature) -> bool {
    let quarters = quarters(meter);
    quarters == QUARTERS_PER_BAR || 2.0 * quarters == QUARTERS_PER_BAR
}

/// The notes of whole bars between `start` and `end`, moved to 0, with tempos.
fn cut(piece: &NoteSequence, notes: Vec<Note>, start: f64, end: f64) -> NoteSequence {
    let whole = ((end - start) / QUARTERS_PER_BAR).floor() * QUARTERS_PER_BAR;
    let moved = notes.into_iter().map(|note| Note {
        start: (note.start - start).max(0.0),
        end: (note.end - start).min(whole).max(0.0),
        ..note
    });
    let notes = moved.filter(|note| note.start + HALF_STEP < whole).collect();
    let before = piece.tempos.iter().rfind(|(at, _)| *at <= start).map(|&(_, tempo)| (0.0, tempo));
    let within = piece.tempos.iter().filter(|(at, _)| start < *at && *at < end);
    let within = within.map(|&(at, tempo)| (at - start, tempo));
    let tempos = before.into_iter().chain(within).collect();
    NoteSequence { notes, tempos, meters: vec![(0.0, FOUR_FOUR)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bpm;

    fn note(start: f64) -> Note {
        let end = start + 1.0;
        Note { pitch: 60, velocity: 80, start, end, program: 0, is_drum: false, instrument: 0 }
    }

    /// A note each quarter from 0 to `n`, and meters: time, numerator, denominator.
    fn piece(n: u8, meters: &[(f64, u8, u8)]) -> NoteSequence {
        let notes = (0..n).map(|quarter| note(f64::from(quarter))).collect();
        let meter = |&(at, numerator, denominator): &(f64, u8, u8)| {
            (at, TimeSignature { numerator, denominator })
        };
        NoteSequence { notes, tempos: vec![], meters: meters.iter().map(meter).collect() }
    }

    /// For each segment the file's bars of its first two bars, and its notes.
    fn found(piece: &NoteSequence) -> Vec<(usize, usize, usize)> {
        let of = |segment: &Segment| {
            (segment.bar_in_file(0), segment.bar_in_file(1), segment.sequence.notes.len())
        };
        segments(piece).iter().map(of).collect()
    }

    #[test]
    fn a_piece_in_one_meter_is_one_segment() {
        for meters in [&[][..], &[(0.0, 4, 4)], &[(0.0, 2, 2)], &[(0.0, 4, 4), (8.0, 4, 4)]] {
            assert_eq!(found(&piece(16, meters)), [(0, 1, 16)], "{meters:?}");
        }
        assert!(segments(&piece(12, &[(0.0, 3, 4)])).is_empty());
    }

    #[test]
    fn bars_are_counted_from_each_change() {
        let changing = piece(26, &[(0.0, 4, 4), (9.0, 3, 4), (15.0, 4, 4)]);

        // The quarter at 8 is in a bar that the 3/4 interrupts.
        assert_eq!(found(&changing), [(0, 1, 8), (5, 6, 11)]);
        let last = segments(&changing).pop().unwrap();
        assert_eq!(last.sequence.notes[0].start, 0.0);
    }

    #[test]
    fn a_pickup_moves_the_bar_lines() {
        let pickup = piece(17, &[(0.0, 1, 4), (1.0, 4, 4)]);
        let restated = piece(17, &[(0.0, 4, 4), (1.0, 4, 4)]);

        assert_eq!(found(&pickup), [(1, 2, 16)]);
        assert_eq!(found(&restated), [(1, 2, 16)]);
    }

    #[test]
    fn bars_of_two_quarters_are_joined() {
        assert_eq!(found(&piece(16, &[(0.0, 2, 4)])), [(0, 2, 16)]);
        let one_odd_bar = piece(18, &[(0.0, 4, 4), (8.0, 2, 4), (10.0, 4, 4)]);
        assert_eq!(found(&one_odd_bar), [(0, 1, 8), (3, 4, 8)]);
    }

    #[test]
    fn a_change_after_the_last_note_changes_nothing() {
        let plain = segments(&piece(16, &[(0.0, 4, 4)]));
        assert!(is_four_four_throughout(&piece(16, &[(0.0, 4, 4), (16.0, 3, 4)])));
        assert!(!is_four_four_throughout(&piece(17, &[(0.0, 1, 4), (1.0, 4, 4)])));
        assert!(!is_four_four_throughout(&piece(26, &[(0.0, 4, 4), (9.0, 3, 4), (15.0, 4, 4)])));
        assert_eq!(segments(&piece(16, &[(0.0, 4, 4), (16.0, 3, 4)])), plain);
        assert_eq!(segments(&piece(16, &[(0.0, 4, 4), (15.5, 6, 8)])), plain);
    }

    #[test]
    fn a_note_just_before_a_change_belongs_after_it() {
        let mut early = piece(9, &[(0.0, 1, 4), (1.0, 4, 4)]);
        early.notes[1].start = 0.97;

        let segments = segments(&early);

        assert_eq!(
            (segments[0].sequence.notes.len(), segments[0].sequence.notes[0].start),
            (8, 0.0)
        );
    }

    #[test]
    fn tempos_go_with_their_segment() {
        let tempo = |bpm| Bpm::try_from(bpm).unwrap();
        let mut piece = piece(16, &[(0.0, 3, 4), (3.0, 4, 4)]);
        piece.tempos = vec![(0.0, tempo(90.0)), (2.0, tempo(100.0)), (7.0, tempo(110.0))];

        let tempos = &segments(&piece)[0].sequence.tempos;

        assert_eq!(tempos[..], [(0.0, tempo(100.0)), (4.0, tempo(110.0))]);
    }

    #[test]
    fn the_longest_segment_has_the_most_bars() {
        let piece = piece(30, &[(0.0, 4, 4), (8.0, 3, 4), (11.0, 4, 4)]);
        assert_eq!(longest(&piece).map(|segment| segment.bar_in_file(0)), Some(3));
    }

    #[test]
    fn a_signature_without_a_denominator_is_in_no_segment() {
        assert!(segments(&piece(16, &[(0.0, 4, 0)])).is_empty());
        assert_eq!(found(&piece(20, &[(0.0, 0, 4), (4.0, 4, 4)])).len(), 1);
    }
}
