//! How well a drum network finds hits, by drum, and its best thresholds.

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::{
    lab::{
        measure::onsets::{Agreement, agreement},
        train::transcription::drums::deck::Example,
        transcription::{
            Hit,
            drums::{
                network::{Activations, Network},
                peaks,
            },
        },
    },
    music::drums::{Drum, N_CLASSES},
};

/// The threshold of a network that is still in training.
pub const THRESHOLD: f32 = 0.25;

/// Tolerance between true and found hits in seconds, for thresholds.
const TOLERANCE_S: f64 = 0.03;

/// Candidate thresholds.
const CANDIDATES: std::ops::RangeInclusive<u32> = 4..=60;
const CANDIDATES_PER_UNIT: f32 = 100.0;

/// Agreement by drum of the hits found in `examples` with the true ones.
pub fn judge(network: &Network, examples: &[Example]) -> [Agreement; N_CLASSES] {
    let found = examples.par_iter().map(|example| {
        let activations = network.activations(&example.bands);
        by_drum(&example.hits, &peaks::hits(&activations, &network.thresholds), TOLERANCE_S)
    });
    sum(&found.collect::<Vec<_>>())
}

/// The mean F of the drums that occur.
pub fn mean_f(found: &[Agreement; N_CLASSES]) -> f64 {
    let present: Vec<f64> = found.iter().filter(|drum| 0 < drum.n_true).map(Agreement::f).collect();
    present.iter().sum::<f64>() / present.len().max(1) as f64
}

/// The thresholds at which `network` has the highest F on `examples`, drum by drum; [`THRESHOLD`] for a
/// drum that is not found in them.
pub fn best_thresholds(network: &Network, examples: &[Example]) -> [f32; N_CLASSES] {
    let activations: Vec<Activations> =
        examples.par_iter().map(|example| network.activations(&example.bands)).collect();
    let candidates: Vec<f32> = CANDIDATES.map(|n| n as f32 / CANDIDATES_PER_UNIT).collect();
    let scores: Vec<[Agreement; N_CLASSES]> = candidates
        .par_iter()
        .map(|&threshold| {
            let pairs = examples.iter().zip(&activations);
            let found = pairs.map(|(example, activations)| {
                let hits = peaks::hits(activations, &[threshold; N_CLASSES]);
                by_drum(&example.hits, &hits, TOLERANCE_S)
            });
            sum(&found.collect::<Vec<_>>())
        })
        .collect();
    std::array::from_fn(|drum| {
        let of_drum =
            candidates.iter().zip(&scores).map(|(candidate, score)| (*candidate, score[drum]));
        let is_found = |(_, score): &(f32, Agreement)| 0 < score.n_matched;
        let best = of_drum.filter(is_found).max_by(|a, b| a.1.f().total_cmp(&b.1.f()));
        best.map_or(THRESHOLD, |(candidate, _)| candidate)
    })
}

/// Agreement by drum of `found` with `truth`, at `tolerance_s`.
pub fn by_drum(truth: &[Hit], found: &[Hit], tolerance_s: f64) -> [Agreement; N_CLASSES] {
    let times = |hits: &[Hit], drum: Drum| -> Vec<f64> {
        let mut times: Vec<f64> =
            hits.iter().filter(|hit| hit.drum == drum).map(|hit| hit.onset_s).collect();
        times.sort_by(f64::total_cmp);
        // Two keys of a drum that are struck together are one hit.
        times.dedup_by(|later, earlier| *later - *earlier < 0.02);
        times
    };
    Drum::ALL.map(|drum| agreement(&times(truth, drum), &times(found, drum), tolerance_s))
}

/// The sum over recordings.
pub fn sum(parts: &[[Agreement; N_CLASSES]]) -> [Agreement; N_CLASSES] {
    let mut sum = [Agreement::default(); N_CLASSES];
    for part in parts {
        sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += *part);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(onset_s: f64, drum: Drum) -> Hit {
        Hit { onset_s, drum, velocity: 90 }
    }

    #[test]
    fn hits_are_compared_drum_by_drum() {
        let truth = [hit(1.0, Drum::Kick), hit(1.0, Drum::Snare), hit(1.005, Drum::Snare)];
        let found = [hit(1.01, Drum::Kick), hit(1.0, Drum::Ride), hit(2.0, Drum::Kick)];

        let by_drum = by_drum(&truth, &found, 0.05);

        let counts = |drum: Drum| {
            let Agreement { n_true, n_found, n_matched } = by_drum[drum as usize];
            (n_true, n_found, n_matched)
        };
        assert_eq!(counts(Drum::Kick), (1, 2, 1));
        assert_eq!(counts(Drum::Snare), (1, 0, 0));
        assert_eq!(counts(Drum::Ride), (0, 1, 0));
        assert!((mean_f(&by_drum) - 1.0 / 3.0).abs() < 1e-12);
    }
}
