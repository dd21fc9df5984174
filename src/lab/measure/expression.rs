//! Expressive timing and velocity of drums, by class.
//!
//! Evaluates `GrooVAE` (Gillick et al. 2019, arXiv:1905.06118): whether its velocities and timing
//! are distributed as drummers' are, and whether it accents the same beats.

use serde::Serialize;

use crate::{
    lab::measure::statistics::{correlation, deviation, divergence, mean},
    music::{
        drums::{Drum, N_CLASSES},
        meter::STEPS_PER_BAR,
    },
    units::Bpm,
};

/// Hits within this many steps of the grid count as on it: 2 ms at 120 bpm, a tick of most MIDI
/// files.
const ON_GRID: f64 = 1.0 / 64.0;

/// Width of a velocity bin; gives Magenta's eight bins.
const VELOCITY_BIN: usize = 16;

/// Bins of offsets from -0.5 to 0.5 steps.
const N_OFFSET_BINS: usize = 16;

/// Metrical weight of each step: downbeat 4, half bar 3, quarter 2, eighth 1, sixteenth 0.
const METRE: [f64; STEPS_PER_BAR] =
    [4.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 3.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0];

/// A drum hit as performed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The drum class.
    pub class: Drum,
    /// Its step on the grid; step 0 is the start of a bar.
    pub step: usize,
    /// 1 to 127.
    pub velocity: u8,
    /// Delay from the step in steps, -0.5 to 0.5; negative if early.
    pub offset: f64,
}

/// Expression of a set of hits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expression {
    /// The share of hits within 1/64 of a step of the grid, 0 to 1; 1 for a drum machine.
    pub on_grid_rate: f64,
    /// Pearson correlation of velocity with metrical weight, -1 to 1.
    pub velocity_with_metre: f64,
    /// The classes that have hits.
    pub classes: Vec<ClassExpression>,
}

/// Expression of one drum class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassExpression {
    /// Class index, 0 (kick) to 8 (ride).
    pub class: usize,
    /// Number of hits.
    pub hits: usize,
    /// Mean velocity, 1 to 127.
    pub velocity: f64,
    /// Standard deviation of velocity.
    pub velocity_deviation: f64,
    /// Mean offset in steps; positive is late.
    pub offset: f64,
    /// Standard deviation of the offset in steps.
    pub offset_deviation: f64,
    /// Mean offset in milliseconds at the given tempo.
    pub offset_ms: f64,
    /// Standard deviation of the offset in milliseconds.
    pub offset_deviation_ms: f64,
}

/// Kullback-Leibler divergences of one class from a reference, in bits, 0 or more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassDivergence {
    /// Class index, 0 (kick) to 8 (ride).
    pub class: usize,
    /// KL(reference || set) of velocities in eight bins.
    pub velocity: f64,
    /// KL(reference || set) of offsets in sixteen bins.
    pub offset: f64,
}

/// Measures `hits`, with milliseconds at `tempo`.
pub fn describe(hits: &[Hit], tempo: Bpm) -> Expression {
    let n_on_grid = hits.iter().filter(|hit| hit.offset.abs() < ON_GRID).count();
    let velocities: Vec<f64> = hits.iter().map(|hit| f64::from(hit.velocity)).collect();
    let weights: Vec<f64> = hits.iter().map(|hit| METRE[hit.step % STEPS_PER_BAR]).collect();
    let classes = by_class(hits).into_iter().enumerate();
    Expression {
        on_grid_rate: n_on_grid as f64 / hits.len().max(1) as f64,
        velocity_with_metre: correlation(&velocities, &weights),
        classes: classes
            .filter(|(_, hits)| !hits.is_empty())
            .map(|(class, hits)| ClassExpression::of(class, &hits, tempo))
            .collect(),
    }
}

/// Compares the classes that both sets have.
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

impl ClassExpression {
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

/// Offsets beyond half a step count in the outermost bins.
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
    fn each_class_has_its_own_figures() {
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
    fn accents_on_the_beat_correlate_with_the_metre() {
        let hits: Vec<Hit> = (0..32)
            .map(|step| hit(Drum::Snare, step, 40 + 20 * METRE[step % 16] as u8, 0.0))
            .collect();
        assert!((describe(&hits, Bpm::DEFAULT).velocity_with_metre - 1.0).abs() < 1e-12);
    }

    #[test]
    fn divergence_is_zero_for_equal_hits_and_grows_with_the_difference() {
        let played = |velocity, offset| vec![hit(Drum::Snare, 0, velocity, offset); 20];
        let reference = played(100, 0.05);

        assert_eq!(compare(&reference, &reference)[0].velocity, 0.0);
        let louder = &compare(&played(120, 0.05), &reference)[0];
        assert!(louder.velocity > 3.0 && louder.offset == 0.0, "{louder:?}");
        assert!(compare(&played(100, 9.0), &reference)[0].offset > 3.0);
        assert!(compare(&[hit(Drum::Kick, 0, 100, 0.0)], &reference).is_empty());
    }

    #[test]
    fn silence_has_no_expression() {
        let found = describe(&[], Bpm::DEFAULT);
        assert_eq!((found.on_grid_rate, found.velocity_with_metre), (0.0, 0.0));
        assert!(found.classes.is_empty());
    }
}
