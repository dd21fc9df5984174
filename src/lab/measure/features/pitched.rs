//! `MGEval`'s features of one pitched voice.
//!
//! Times are in steps, where `MGEval` has seconds, because lines have no tempo.

use crate::{
    lab::measure::features::feature::{Feature, histogram, mean_step, shares, transitions},
    music::arrange::{LineNote, notes},
};

/// The features in the paper's order.
pub const FEATURES: [Feature; 9] = [
    Feature::scalar("pitch_count", pitch_count),
    Feature::vector("pitch_class_histogram", 12, pitch_class_histogram),
    Feature::vector("pitch_class_transitions", 144, pitch_class_transitions),
    Feature::scalar("pitch_range", pitch_range),
    Feature::scalar("mean_interval", mean_interval),
    Feature::scalar("note_count", note_count),
    Feature::scalar("mean_inter_onset", mean_inter_onset),
    Feature::vector("note_length_histogram", LENGTHS.len(), note_length_histogram),
    Feature::vector("note_length_transitions", LENGTHS.len().pow(2), note_length_transitions),
];

/// Classes of note length in steps, from a sixteenth to a whole note, including dotted ones.
///
/// `MGEval`'s triplets and dotted sixteenth are missing: a grid of sixteenths can't have them.
const LENGTHS: [usize; 8] = [1, 2, 3, 4, 6, 8, 12, 16];

/// Number of distinct pitches.
fn pitch_count(line: &[u16]) -> Vec<f64> {
    let mut pitches: Vec<u8> = notes(line).iter().map(|note| note.pitch).collect();
    pitches.sort_unstable();
    pitches.dedup();
    vec![pitches.len() as f64]
}

/// Share of the sounding time of each pitch class, from C.
fn pitch_class_histogram(line: &[u16]) -> Vec<f64> {
    let notes = notes(line);
    let steps = notes.iter().flat_map(|note| std::iter::repeat_n(pitch_class(note), note.n_steps));
    shares(histogram(12, steps))
}

/// Transitions between pitch classes, across rests too.
fn pitch_class_transitions(line: &[u16]) -> Vec<f64> {
    transitions(12, &notes(line).iter().map(pitch_class).collect::<Vec<_>>())
}

/// Range in semitones.
fn pitch_range(line: &[u16]) -> Vec<f64> {
    let pitches = pitches(line);
    let highest = pitches.iter().copied().fold(0.0, f64::max);
    let lowest = pitches.iter().copied().fold(highest, f64::min);
    vec![highest - lowest]
}

/// Mean absolute interval between consecutive notes in semitones.
fn mean_interval(line: &[u16]) -> Vec<f64> {
    vec![mean_step(&pitches(line))]
}

fn note_count(line: &[u16]) -> Vec<f64> {
    vec![notes(line).len() as f64]
}

/// Mean number of steps between consecutive onsets.
fn mean_inter_onset(line: &[u16]) -> Vec<f64> {
    let starts: Vec<f64> = notes(line).iter().map(|note| note.start_step as f64).collect();
    vec![mean_step(&starts)]
}

/// Share of notes in each class of [`LENGTHS`].
fn note_length_histogram(line: &[u16]) -> Vec<f64> {
    shares(histogram(LENGTHS.len(), notes(line).iter().map(length_class)))
}

/// Transitions between classes of [`LENGTHS`].
fn note_length_transitions(line: &[u16]) -> Vec<f64> {
    transitions(LENGTHS.len(), &notes(line).iter().map(length_class).collect::<Vec<_>>())
}

fn pitches(line: &[u16]) -> Vec<f64> {
    notes(line).iter().map(|note| f64::from(note.pitch)).collect()
}

fn pitch_class(note: &LineNote) -> usize {
    usize::from(note.pitch % 12)
}

/// The class of the nearest length, on a tie the shorter.
fn length_class(note: &LineNote) -> usize {
    let distance = |&class: &usize| LENGTHS[class].abs_diff(note.n_steps);
    (0..LENGTHS.len()).min_by_key(distance).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::melody::{HOLD, OFF, token};

    /// C4 for 4 steps, E4 for 2, a rest of 2, C5 for 8.
    fn line() -> Vec<u16> {
        let [c4, e4, c5] = [60, 64, 72].map(|pitch| token(pitch).unwrap());
        let h = HOLD;
        vec![c4, h, h, h, e4, h, OFF, h, c5, h, h, h, h, h, h, h]
    }

    #[test]
    fn scalars_match_a_count_by_hand() {
        let [count, range, interval, notes, inter_onset] =
            [0, 3, 4, 5, 6].map(|feature: usize| FEATURES[feature].of(&line())[0]);
        assert_eq!((count, range, interval, notes, inter_onset), (3.0, 12.0, 6.0, 3.0, 4.0));
    }

    #[test]
    fn pitch_classes_are_weighted_by_duration() {
        let histogram = pitch_class_histogram(&line());
        assert_eq!((histogram[0], histogram[4]), (12.0 / 14.0, 2.0 / 14.0));
        let transitions = pitch_class_transitions(&line());
        assert_eq!((transitions[4], transitions[4 * 12]), (1.0, 1.0));
        assert_eq!(transitions.iter().sum::<f64>(), 2.0);
    }

    #[test]
    fn lengths_are_rounded_to_the_nearest_class() {
        let third = 1.0 / 3.0;
        assert_eq!(note_length_histogram(&line()), [0.0, third, 0.0, third, 0.0, third, 0.0, 0.0]);
        let class = |n_steps| length_class(&LineNote { start_step: 0, n_steps, pitch: 60 });
        assert_eq!([1, 5, 7, 64].map(class), [0, 3, 4, 7]);
    }
}
