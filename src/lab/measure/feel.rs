//! How drums are played: how hard and how far from the grid, class by class.
//!
//! The questions that `GrooVAE` (Gillick et al. 2019, arXiv:1905.06118) is asked: is its spread that of
//! drummers, and does it stress the beats that they stress?

use serde::Serialize;

use crate::{
    lab::measure::statistics::{correlation, deviation, divergence, mean},
    music::{
        drums::{Drum, N_CLASSES},
        meter::STEPS_PER_BAR,
    },
    units::Bpm,
};

/// A hit nearer to its step than this is on the grid: 2 ms at 120 bpm, a tick of most files.
const ON_GRID: f64 = 1.0 / 64.0;

/// Velocities in a bin of the histograms: Magenta's eight bins.
const VELOCITY_BIN: usize = 16;

/// Bins of the histogram of offsets, from -0.5 to 0.5 steps.
const N_OFFSET_BINS: usize = 16;

/// How much each place of the bar weighs: the bar, its half, quarter, eighth and sixteenth.
const METRE: [f64; STEPS_PER_BAR] =
    [4.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 3.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0];

/// One hit as played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// What was hit.
    pub class: Drum,
    /// The step that it belongs to, from the start of a bar.
    pub step: usize,
    /// 1 to 127.
    pub velocity: u8,
    /// How much later than the step it sounds, in steps, -0.5 to 0.5; early hits are negative.
    pub offset: f64,
}

/// How a set of hits is played, beside a reference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feel {
    /// The share of hits within 1/64 of a step of the grid, 0 to 1; 1 is a machine.
    pub on_grid_rate: f64,
    /// Pearson's correlation of velocity with the weight of the hit's place in the bar, -1 to 1.
    pub velocity_with_metre: f64,
    /// Each class that the set has.
    pub classes: Vec<ClassFeel>,
}

/// How a class is played.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassFeel {
    /// Its number, 0 (kick) to 8 (ride).
    pub class: usize,
    /// How many hits the figures are of.
    pub hits: usize,
    /// Mean velocity, 1 to 127.
    pub velocity: f64,
    /// Standard deviation of velocity.
    pub velocity_deviation: f64,
    /// Mean offset in steps; late hits are positive.
    pub offset: f64,
    /// Standard deviation of the offset in steps.
    pub offset_deviation: f64,
    /// Mean offset in milliseconds at the tempo that was asked for.
    pub offset_ms: f64,
    /// Standard deviation of the offset in milliseconds.
    pub offset_deviation_ms: f64,
}

/// How far a class is from how a reference plays it; in bits, 0 or more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassDivergence {
    /// Its number, 0 (kick) to 8 (ride).
    pub class: usize,
    /// Kullback-Leibler divergence of the reference's velocities, in eight bins, from the set's.
    pub velocity: f64,
    /// That of the reference's offsets, in sixteen bins.
    pub offset: f64,
}

/// Describes `hits`, with milliseconds at `tempo`.
pub fn describe(hits: &[Hit], tempo: Bpm) -> Feel {
    let n_on_grid = hits.iter().filter(|hit| hit.offset.abs() < ON_GRID).count();
    let velocities: Vec<f64> = hits.iter().map(|hit| f64::from(hit.velocity)).collect();
    let weights: Vec<f64> = hits.iter().map(|hit| METRE[hit.step % STEPS_PER_BAR]).collect();
    let classes = by_class(hits).into_iter().enumerate();
    Feel {
        on_grid_rate: n_on_grid as f64 / hits.len().max(1) as f64,
        velocity_with_metre: correlation(&velocities, &weights),
        classes: classes
            .filter(|(_, hits)| !hits.is_empty())
            .map(|(class, hits)| ClassFeel::of(class, &hits, tempo))
            .collect(),
    }
}

/// Compares each class that both sets have.
pub fn compare(hits: &[Hit], reference: &[Hit]) -> Vec<ClassDivergence> {
    let pairs = by_class(hits).into_iter().zip(by_class(reference)).enumerate();
    let common = pairs.filter(|(_, (hits, reference))| !hits.is_empty() && !reference.is_empty());
    common
        .map(|(class, (hits, reference))| ClassDivergence {
            class,
            velocity: divergence(&velocity_bins(&reference), &velocity_bins(&hits)),
            offset: divergence(&offset_bins(&reference), &offset_bins(&hits)),
        })
        .collect()
}

impl ClassFeel {
    fn of(class: usize, hits: &[Hit], tempo: Bpm) -> Self {
        let velocities: Vec<f64> = hits.iter().map(|hit| f64::from(hit.velocity)).collect();
        let offsets: Vec<f64> = hits.iter().map(|hit| hit.offset).collect();
        let ms_per_step = tempo.seconds_per_step() * 1000.0;
        Self {
            class,
            hits: hits.len(),
            velocity: mean(&velocities),
            velocity_deviation: deviation(&velocities),
            offset: mean(&offsets),
            offset_deviation: deviation(&offsets),
            offset_ms: mean(&offsets) * ms_per_step,
            offset_deviation_ms: deviation(&offsets) * ms_per_step,
        }
    }
}

fn by_class(hits: &[Hit]) -> [Vec<Hit>; N_CLASSES] {
    Drum::ALL.map(|class| hits.iter().copied().filter(|hit| hit.class == class).collect())
}

fn velocity_bins(hits: &[Hit]) -> [usize; 128 / VELOCITY_BIN] {
    let mut counts = [0; 128 / VELOCITY_BIN];
    for hit in hits {
        counts[usize::from(hit.velocity & 127) / VELOCITY_BIN] += 1;
    }
    counts
}

/// Offsets beyond the half step are counted in the outermost bins.
fn offset_bins(hits: &[Hit]) -> [usize; N_OFFSET_BINS] {
    let mut counts = [0; N_OFFSET_BINS];
    for hit in hits {
        let bin = ((hit.offset + 0.5) * N_OFFSET_BINS as f64).max(0.0) as usize;
        counts[bin.min(N_OFFSET_BINS - 1)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(class: Drum, step: usize, velocity: u8, offset: f64) -> Hit {
        Hit { class, step, velocity, offset }
    }

    #[test]
    fn each_class_is_described_for_itself() {
        let hits = [
            hit(Drum::Kick, 0, 100, 0.0),
            hit(Drum::Kick, 8, 80, 0.25),
            hit(Drum::Ride, 4, 60, -0.1),
        ];

        let found = describe(&hits, Bpm::DEFAULT);

        let kick = &found.classes[0];
        assert_eq!((kick.hits, kick.velocity, kick.velocity_deviation), (2, 90.0, 10.0));
        assert_eq!((kick.offset, kick.offset_deviation), (0.125, 0.125));
        assert_eq!((kick.offset_ms, kick.offset_deviation_ms), (15.625, 15.625));
        assert_eq!((found.classes.len(), found.classes[1].class), (2, 8));
        assert_eq!(found.on_grid_rate, 1.0 / 3.0);
    }

    #[test]
    fn who_stresses_the_beat_correlates_with_the_metre() {
        let hits: Vec<Hit> = (0..32)
            .map(|step| hit(Drum::Snare, step, 40 + 20 * METRE[step % 16] as u8, 0.0))
            .collect();
        assert!((describe(&hits, Bpm::DEFAULT).velocity_with_metre - 1.0).abs() < 1e-12);
    }

    #[test]
    fn divergence_is_nought_from_the_same_hits_and_grows_with_the_distance() {
        let played = |velocity, offset| vec![hit(Drum::Snare, 0, velocity, offset); 20];
        let reference = played(100, 0.05);

        assert_eq!(compare(&reference, &reference)[0].velocity, 0.0);
        let louder = &compare(&played(120, 0.05), &reference)[0];
        assert!(louder.velocity > 3.0 && louder.offset == 0.0, "{louder:?}");
        assert!(compare(&played(100, 9.0), &reference)[0].offset > 3.0);
        assert!(compare(&[hit(Drum::Kick, 0, 100, 0.0)], &reference).is_empty());
    }

    #[test]
    fn silence_has_no_feel() {
        let found = describe(&[], Bpm::DEFAULT);
        assert_eq!((found.on_grid_rate, found.velocity_with_metre), (0.0, 0.0));
        assert!(found.classes.is_empty());
    }
}
