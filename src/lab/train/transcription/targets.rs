//! Targets of the pitch network for a window: notes, onsets and contours by frame.

use std::ops::Range;

use crate::lab::transcription::{
    HeardNote,
    cqt::{HOP, N_FRAMES, RATE},
    pitch_network::{LOWEST_PITCH, N_CONTOUR, N_PITCHES},
};

/// Target frames of an onset.
const ONSET_FRAMES: usize = 2;

/// Targets of a window, by frames: 1 where a note sounds or starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets {
    /// Notes that sound.
    pub notes: Vec<[f32; N_PITCHES]>,
    /// Notes that start.
    pub onsets: Vec<[f32; N_PITCHES]>,
    /// Pitches that sound, by thirds of a semitone.
    pub contours: Vec<[f32; N_CONTOUR]>,
}

impl Targets {
    /// The targets of a window that starts at `start_s` in a take with `notes`.
    pub fn of(notes: &[HeardNote], start_s: f64) -> Self {
        let mut targets = Self {
            notes: vec![[0.0; N_PITCHES]; N_FRAMES],
            onsets: vec![[0.0; N_PITCHES]; N_FRAMES],
            contours: vec![[0.0; N_CONTOUR]; N_FRAMES],
        };
        for note in notes {
            let Some(key) = note.pitch.checked_sub(LOWEST_PITCH).map(usize::from) else { continue };
            if N_PITCHES <= key {
                continue;
            }
            let [start, end] = [note.onset_s, note.end_s].map(|second| frame(second - start_s));
            for frame in within(start, end.max(start + 1)) {
                targets.notes[frame][key] = 1.0;
                // The middle third is the pitch itself, bin 3 key: the network's bins start at it.
                targets.contours[frame][3 * key] = 1.0;
            }
            for frame in within(start, start + ONSET_FRAMES as isize) {
                targets.onsets[frame][key] = 1.0;
            }
        }
        targets
    }
}

/// The frame nearest to `second` of a window.
fn frame(second: f64) -> isize {
    (second * f64::from(RATE) / HOP as f64).round() as isize
}

fn within(start: isize, end: isize) -> Range<usize> {
    let clamped = [start, end].map(|frame| frame.clamp(0, N_FRAMES as isize) as usize);
    clamped[0]..clamped[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_targets_from_onset_to_end() {
        let note = |onset_s, end_s, pitch| HeardNote { onset_s, end_s, pitch, amplitude: 0.5 };
        let notes = [note(10.5, 11.0, 60), note(9.0, 10.1, 21), note(10.0, 11.0, 110)];

        let targets = Targets::of(&notes, 10.0);

        let frames = |key: usize| -> Vec<usize> {
            (0..N_FRAMES).filter(|frame| targets.notes[*frame][key] == 1.0).collect()
        };
        assert_eq!(frames(39), (43..86).collect::<Vec<_>>());
        assert_eq!(frames(0), (0..9).collect::<Vec<_>>());
        let onsets: Vec<(usize, usize)> = (0..N_FRAMES)
            .flat_map(|frame| (0..N_PITCHES).map(move |key| (frame, key)))
            .filter(|(frame, key)| targets.onsets[*frame][*key] == 1.0)
            .collect();
        assert_eq!(onsets, [(43, 39), (44, 39)]);
        assert_eq!(targets.contours[50].iter().sum::<f32>(), 1.0);
        assert_eq!(targets.contours[50][117], 1.0);
    }
}
