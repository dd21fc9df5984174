//! Activations to notes: from each onset until the note fades, then from the rest.
//!
//! Source: basic-pitch 0.4.0, `note_creation.py`.

use std::ops::RangeInclusive;

use crate::lab::transcription::{
    HeardNote,
    activations::{Activations, second},
    onset_peaks::{keys, onsets, peaks},
    pitch_network::{LOWEST_PITCH, N_PITCHES},
};

/// Frames below the threshold after which a note ends.
const FADED: usize = 11;

/// Semitones from a note to its harmonics: 2 to 8 times its frequency.
const HARMONICS: [u8; 7] = [12, 19, 24, 28, 31, 34, 36];

/// Notes whose onsets differ by less count as simultaneous, in seconds.
const TOGETHER_S: f64 = 0.06;

/// What counts as a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// Minimum onset activation, 0 to 1.
    pub onset: f32,
    /// Minimum activation of a sustained note, 0 to 1.
    pub frame: f32,
    /// A note must last more frames than this.
    pub n_frames: usize,
    /// MIDI pitches of notes.
    pub pitches: RangeInclusive<u8>,
    /// Whether rises of a note's activation also count as onsets.
    pub infers_onsets: bool,
    /// Whether activation without an onset also gives notes.
    pub has_second_pass: bool,
    /// Least amplitude of a note that starts at a harmonic of a sounding note, as a share of that note's
    /// amplitude: 0 keeps all such notes, infinity drops all, as suits a bass or another single line.
    pub harmonic_share: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            onset: 0.5,
            frame: 0.3,
            n_frames: 11,
            pitches: LOWEST_PITCH..=LOWEST_PITCH + N_PITCHES as u8 - 1,
            infers_onsets: true,
            has_second_pass: true,
            harmonic_share: 0.0,
        }
    }
}

/// A note between two frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameNote {
    /// The first frame.
    pub start: usize,
    /// The first frame after the note.
    pub end: usize,
    /// MIDI pitch.
    pub pitch: u8,
    /// Mean activation, 0 to 1.
    pub amplitude: f32,
}

/// The notes of `activations`, sorted by start and pitch.
pub fn notes(activations: &Activations, thresholds: &Thresholds) -> Vec<FrameNote> {
    let mut rest = Rest::new(activations, thresholds);
    let keys = keys(&thresholds.pitches);
    let onsets = onsets(activations, &keys, thresholds.infers_onsets);
    let mut found: Vec<FrameNote> = peaks(&onsets, thresholds.onset)
        .into_iter()
        .filter_map(|(frame, key)| rest.take_from(frame, key))
        .collect();
    if thresholds.has_second_pass {
        found.extend(rest.take_rest());
    }
    found.sort_by_key(|note| (note.start, note.pitch));
    found
}

/// The notes in seconds, without faint harmonics.
pub fn heard(activations: &Activations, thresholds: &Thresholds) -> Vec<HeardNote> {
    let notes = notes(activations, thresholds).into_iter().map(|note| HeardNote {
        onset_s: second(note.start),
        end_s: second(note.end),
        pitch: note.pitch,
        amplitude: note.amplitude,
    });
    let notes: Vec<HeardNote> = notes.collect();
    without_harmonics(&notes, thresholds.harmonic_share)
}

/// `notes` without those that begin at a harmonic of a sounding note and have less than `share` of its
/// amplitude.
fn without_harmonics(notes: &[HeardNote], share: f32) -> Vec<HeardNote> {
    let is_harmonic = |note: &HeardNote| {
        notes.iter().any(|below| {
            HARMONICS.into_iter().any(|by| below.pitch + by == note.pitch)
                && below.onset_s - TOGETHER_S <= note.onset_s
                && note.onset_s < below.end_s
                && note.amplitude < share * below.amplitude
        })
    };
    notes.iter().filter(|note| !is_harmonic(note)).copied().collect()
}

/// Activations that no note has taken yet.
struct Rest<'a> {
    thresholds: &'a Thresholds,
    notes: &'a [[f32; N_PITCHES]],
    left: Vec<[f32; N_PITCHES]>,
}

impl<'a> Rest<'a> {
    fn new(activations: &'a Activations, thresholds: &'a Thresholds) -> Self {
        let keys = keys(&thresholds.pitches);
        let kept = |notes: &[f32; N_PITCHES]| -> [f32; N_PITCHES] {
            std::array::from_fn(|key| if keys.contains(&key) { notes[key] } else { 0.0 })
        };
        let left = activations.notes.iter().map(kept).collect();
        Self { thresholds, notes: &activations.notes, left }
    }

    /// Takes the note that begins at `frame`, if it is long enough.
    fn take_from(&mut self, frame: usize, key: usize) -> Option<FrameNote> {
        let last = self.left.len() - 1;
        let (mut at, mut n_low) = (frame + 1, 0);
        while at < last && n_low < FADED {
            n_low = self.low(at, key, n_low);
            at += 1;
        }
        let end = at - n_low;
        let note = self.note(frame as isize, end as isize, key)?;
        (frame..end).for_each(|frame| self.clear(frame, key));
        Some(note)
    }

    /// Takes notes at the greatest remaining activation until none is above the threshold.
    fn take_rest(&mut self) -> Vec<FrameNote> {
        let threshold = self.thresholds.frame;
        let mut cells: Vec<(f32, usize, usize)> = Vec::new();
        for (frame, row) in self.left.iter().enumerate() {
            let above = row.iter().enumerate().filter(|(_, x)| threshold < **x);
            cells.extend(above.map(|(key, x)| (*x, frame, key)));
        }
        // Stable: of equal cells the first.
        cells.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut found = Vec::new();
        for (_, frame, key) in cells {
            if threshold < self.left[frame][key] {
                found.extend(self.take_around(frame, key));
            }
        }
        found
    }

    /// Takes the note around `frame`, if it is long enough; clears the frames searched either way.
    fn take_around(&mut self, frame: usize, key: usize) -> Option<FrameNote> {
        self.left[frame][key] = 0.0;
        let last = self.left.len() - 1;
        let (mut at, mut n_low) = (frame + 1, 0);
        while at < last && n_low < FADED {
            n_low = self.low(at, key, n_low);
            self.clear(at, key);
            at += 1;
        }
        let end = at as isize - 1 - n_low as isize;
        let (mut at, mut n_low) = (frame as isize - 1, 0);
        while 0 < at && n_low < FADED {
            n_low = self.low(at as usize, key, n_low);
            self.clear(at as usize, key);
            at -= 1;
        }
        self.note(at + 1 + n_low as isize, end, key)
    }

    /// Number of consecutive frames below the threshold, up to `frame`.
    fn low(&self, frame: usize, key: usize, n_low: usize) -> usize {
        if self.left[frame][key] < self.thresholds.frame { n_low + 1 } else { 0 }
    }

    /// Clears a note and its neighbours in `frame`.
    fn clear(&mut self, frame: usize, key: usize) {
        self.left[frame][key.saturating_sub(1)..=(key + 1).min(N_PITCHES - 1)].fill(0.0);
    }

    /// The note between two frames, if it is long enough.
    fn note(&self, start: isize, end: isize, key: usize) -> Option<FrameNote> {
        if end - start <= self.thresholds.n_frames as isize {
            return None;
        }
        let (start, end) = (start as usize, end as usize);
        let sum: f64 = self.notes[start..end].iter().map(|notes| f64::from(notes[key])).sum();
        let amplitude = (sum / (end - start) as f64) as f32;
        Some(FrameNote { start, end, pitch: LOWEST_PITCH + key as u8, amplitude })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: usize = 40;
    const PITCH: u8 = LOWEST_PITCH + KEY as u8;

    /// Activations of 100 frames with notes of key 40 in `spans`, and onsets at `starts`.
    fn activations(spans: &[(usize, usize, f32)], starts: &[usize]) -> Activations {
        let (mut notes, mut onsets) = (vec![[0.0; N_PITCHES]; 100], vec![[0.0; N_PITCHES]; 100]);
        for &(start, end, x) in spans {
            notes[start..end].iter_mut().for_each(|row| row[KEY] = x);
        }
        for start in starts {
            onsets[*start][KEY] = 0.9;
        }
        Activations { notes, onsets, contours: vec![] }
    }

    fn spans(activations: &Activations, thresholds: &Thresholds) -> Vec<(usize, usize)> {
        notes(activations, thresholds).iter().map(|note| (note.start, note.end)).collect()
    }

    #[test]
    fn a_note_lasts_from_its_onset_until_it_has_faded() {
        let gap = activations(&[(10, 30, 0.8), (35, 50, 0.6)], &[10]);
        let found = notes(&gap, &Thresholds { infers_onsets: false, ..Thresholds::default() });

        assert_eq!((found.len(), found[0].start, found[0].end, found[0].pitch), (1, 10, 50, PITCH));
        assert!((found[0].amplitude - (20.0 * 0.8 + 15.0 * 0.6) / 40.0).abs() < 1e-6);
    }

    #[test]
    fn a_second_onset_ends_the_note_and_a_rise_is_an_onset() {
        let twice = activations(&[(10, 50, 0.8)], &[10, 30]);
        assert_eq!(spans(&twice, &Thresholds::default()), [(10, 30), (30, 50)]);

        let rise = activations(&[(10, 40, 0.4), (40, 60, 0.95)], &[10]);
        let inferred = Thresholds { onset: 0.4, ..Thresholds::default() };
        assert_eq!(spans(&rise, &inferred), [(10, 40), (40, 60)]);
        let told = Thresholds { infers_onsets: false, ..inferred };
        assert_eq!(spans(&rise, &told), [(10, 60)]);
    }

    #[test]
    fn a_note_without_an_onset_is_found_in_the_second_pass() {
        let silent = activations(&[(10, 50, 0.7)], &[]);
        let first = Thresholds { has_second_pass: false, ..Thresholds::default() };

        assert_eq!(spans(&silent, &Thresholds::default()).len(), 1);
        assert_eq!(spans(&silent, &first), []);
    }

    #[test]
    fn short_notes_and_other_pitches_are_left_out() {
        let short = activations(&[(10, 21, 0.9), (40, 52, 0.9)], &[10, 40]);
        assert_eq!(spans(&short, &Thresholds::default()), [(40, 52)]);

        let others = Thresholds { pitches: 21..=PITCH - 1, ..Thresholds::default() };
        assert_eq!(spans(&short, &others), []);
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert_eq!(notes(&Activations::default(), &Thresholds::default()), []);
        assert_eq!(spans(&activations(&[], &[]), &Thresholds::default()), []);
    }

    #[test]
    fn harmonics_of_sounding_notes_are_dropped() {
        let note = |onset_s, end_s, pitch| HeardNote { onset_s, end_s, pitch, amplitude: 0.5 };
        let bass = note(1.0, 2.0, 40);
        let notes = [bass, note(0.95, 1.5, 52), note(1.5, 1.8, 59), note(2.1, 2.5, 52)];

        assert_eq!(without_harmonics(&notes, f32::INFINITY), [bass, notes[3]]);
        assert_eq!(without_harmonics(&notes, 0.0), notes);
        let mut one_faint = notes;
        one_faint[2].amplitude = 0.2;
        assert_eq!(without_harmonics(&one_faint, 0.6), [bass, notes[1], notes[3]]);
    }
}
