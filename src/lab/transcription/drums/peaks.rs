//! Activations to hits (peak picking as in Böck, Krebs & Schedl 2012 and ADTOF).

use crate::{
    lab::transcription::{
        drums::{bands::PER_SECOND, network::Activations},
        event::Hit,
    },
    music::drums::{Drum, N_CLASSES},
};

/// Frames before and after a peak that don't exceed it.
const PEAK: (usize, usize) = (2, 1);

/// Frames before and after a peak whose mean it must exceed.
const SURROUNDINGS: (usize, usize) = (10, 1);

/// Minimum distance between two hits of a drum, in frames: 20 ms.
const APART: usize = 2;

/// The hits in `found`, sorted by time, then drum: peaks that exceed the mean around them by their drum's
/// threshold.
pub fn hits(found: &Activations, thresholds: &[f32; N_CLASSES]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Drum::ALL
        .into_iter()
        .flat_map(|drum| {
            let onsets: Vec<f32> = found.onsets.iter().map(|row| row[drum as usize]).collect();
            let hit = move |frame: usize| Hit {
                onset_s: (frame as f64 + lean(&onsets, frame)).max(0.0) / PER_SECOND,
                drum,
                velocity: velocity(found.velocities[frame][drum as usize]),
            };
            peaks(found, drum, thresholds[drum as usize]).into_iter().map(hit)
        })
        .collect();
    hits.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s).then(a.drum.cmp(&b.drum)));
    hits
}

/// The frames of the peaks of `drum`.
fn peaks(found: &Activations, drum: Drum, threshold: f32) -> Vec<usize> {
    let onsets: Vec<f32> = found.onsets.iter().map(|row| row[drum as usize]).collect();
    let around = |frame: usize, (before, after): (usize, usize)| {
        &onsets[frame.saturating_sub(before)..(frame + after + 1).min(onsets.len())]
    };
    let mut peaks: Vec<usize> = Vec::new();
    for (frame, &onset) in onsets.iter().enumerate() {
        let is_highest = around(frame, PEAK).iter().all(|other| *other <= onset);
        let surroundings = around(frame, SURROUNDINGS);
        let mean = surroundings.iter().sum::<f32>() / surroundings.len() as f32;
        let is_apart = peaks.last().is_none_or(|last| last + APART < frame);
        if is_highest && is_apart && mean + threshold <= onset {
            peaks.push(frame);
        }
    }
    peaks
}

/// Offset of a peak from its frame, in frames, -1 to 1: the targets are triangles of three frames, whose
/// centre of mass is the onset.
fn lean(onsets: &[f32], frame: usize) -> f64 {
    let at = |frame: Option<usize>| frame.and_then(|n| onsets.get(n)).copied().unwrap_or(0.0);
    let (before, after) = (at(frame.checked_sub(1)), at(Some(frame + 1)));
    let sum = before + onsets[frame] + after;
    f64::from((after - before) / sum.max(f32::MIN_POSITIVE))
}

fn velocity(share: f32) -> u8 {
    (127.0 * share).round().clamp(1.0, 127.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Activations whose kick has these onsets, each with velocity 0.5; other drums are silent.
    fn kicks(onsets: &[f32]) -> Activations {
        let row = |onset: &f32| {
            let mut row = [0.0; N_CLASSES];
            row[0] = *onset;
            row
        };
        Activations {
            onsets: onsets.iter().map(row).collect(),
            velocities: vec![[0.5; N_CLASSES]; onsets.len()],
        }
    }

    fn times(onsets: &[f32]) -> Vec<f64> {
        hits(&kicks(onsets), &[0.3; N_CLASSES]).iter().map(|hit| hit.onset_s).collect()
    }

    #[test]
    fn a_peak_that_rises_above_its_surroundings_is_a_hit() {
        let mut onsets = [0.0; 40];
        (onsets[0], onsets[20], onsets[30]) = (0.9, 0.9, 0.2);
        assert_eq!(times(&onsets), [0.0, 0.2]);
        assert_eq!(times(&[0.9; 40]), Vec::<f64>::new());
        let hit = hits(&kicks(&onsets), &[0.3; N_CLASSES])[1];
        assert_eq!((hit.drum, hit.velocity), (Drum::Kick, 64));
    }

    #[test]
    fn an_onset_between_two_frames_is_told() {
        let mut onsets = [0.0; 20];
        (onsets[9], onsets[10], onsets[11]) = (0.0, 2.0 / 3.0, 2.0 / 3.0);
        let found = times(&onsets);
        assert!((found[0] - 0.105).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn two_hits_of_a_drum_are_more_than_20_ms_apart() {
        let mut onsets = [0.0; 40];
        (onsets[20], onsets[22], onsets[30]) = (0.9, 0.95, 0.9);
        assert_eq!(times(&onsets).len(), 2);
    }
}
