//! Whether the beats are at twice the true tempo.
//!
//! Onsets alone can't distinguish 74 beats a minute from 148: the eighths of one are the beats of the other.
//! Snares can: they are on the second and the fourth beat of a bar. If they are four beats apart and never
//! two, each beat found is half a beat.

use crate::{
    lab::transcription::{Hit, beats::downbeat::beat_at},
    music::drums::Drum,
};

/// Softer snares are ghost notes.
const CLEAR: u8 = 45;

/// Fewer snares than this decide nothing.
const FEWEST: usize = 4;

/// Below this ratio of snares two beats apart to those four beats apart, beats are halves.
const HALVES: f64 = 0.4;

/// Longest beat in seconds.
const LONGEST_S: f64 = 60.0 / 55.0;

/// Indices of every second beat at `times_s`, if the snares among `hits` show that beats are halves.
pub fn every_second(times_s: &[f64], hits: &[Hit]) -> Option<Vec<usize>> {
    let mut snares = vec![0.0; times_s.len()];
    for hit in hits.iter().filter(|hit| hit.drum == Drum::Snare && CLEAR <= hit.velocity) {
        if let Some(number) = beat_at(times_s, hit.onset_s) {
            snares[number] = f64::from(hit.velocity) / 127.0;
        }
    }
    let apart = |n: usize| -> f64 {
        let later = snares.iter().skip(n);
        snares.iter().zip(later).map(|(a, b)| a * b).sum()
    };
    let n_snares = snares.iter().filter(|snare| 0.0 < **snare).count();
    let length = (times_s.last()? - times_s.first()?) / (times_s.len() as f64 - 1.0).max(1.0);
    let are_halves =
        FEWEST <= n_snares && apart(2) < HALVES * apart(4) && 2.0 * length <= LONGEST_S;
    let sum = |first: usize| snares.iter().skip(first).step_by(2).sum::<f64>();
    let first = usize::from(sum(0) < sum(1));
    are_halves.then(|| (first..times_s.len()).step_by(2).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snares(beats: impl Iterator<Item = usize>, velocity: u8) -> Vec<Hit> {
        beats.map(|n| Hit { onset_s: 0.4 * n as f64, drum: Drum::Snare, velocity }).collect()
    }

    #[test]
    fn snares_every_four_beats_make_beats_halves() {
        let times: Vec<f64> = (0..41).map(|n| 0.4 * f64::from(n)).collect();
        let half = every_second(&times, &snares((3..41).step_by(4), 100));
        assert_eq!(half.unwrap()[..3], [1, 3, 5]);
        assert_eq!(every_second(&times, &snares((1..41).step_by(2), 100)), None);
        assert_eq!(every_second(&times, &snares((3..41).step_by(4), 20)), None);
        assert_eq!(every_second(&times, &[]), None);
        assert_eq!(every_second(&[], &[]), None);
        // No beat is longer than a second.
        let slow: Vec<f64> = times.iter().map(|time| 2.0 * time).collect();
        let slow_snares: Vec<Hit> = snares((3..41).step_by(4), 100)
            .into_iter()
            .map(|hit| Hit { onset_s: 2.0 * hit.onset_s, ..hit })
            .collect();
        assert_eq!(every_second(&slow, &slow_snares), None);
    }
}
