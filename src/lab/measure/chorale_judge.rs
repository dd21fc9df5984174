//! A judge of how different two sets of chorales are: a classifier that is trained to tell them apart.
//!
//! Four-bar excerpts become features of part-writing, and a logistic regression is evaluated on them by
//! ten-fold cross-validation over the chorales. The result is the area under the ROC curve (AUC): how often
//! an excerpt of the second set scores higher than one of the first; 0.5 is chance, 1 is perfect.

use std::cmp::Ordering;

use crate::{
    chorale::frame::{Chorale, FRAMES_PER_BEAT, Frame, N_VOICES, Sound},
    lab::measure::chorale_faults::Faults,
};

/// Frames of an excerpt.
const N_FRAMES: usize = 64;

/// Folds of the cross-validation.
const N_FOLDS: usize = 10;

const N_ROUNDS: usize = 400;
const RATE: f64 = 0.5;
const WEIGHT_DECAY: f64 = 0.01;

/// Melodic intervals: repeat, step, third, fourth or tritone, fifth, up to an octave, beyond.
const N_INTERVALS: usize = 7;

/// Chords on beats, in semitones above the bass: triads and inversions, dominant and minor sevenths, the
/// diminished triad. All others are one more kind.
const CHORDS: [&[i16]; 8] = [
    &[0, 4, 7],
    &[0, 3, 7],
    &[0, 3, 8],
    &[0, 4, 9],
    &[0, 5, 9],
    &[0, 4, 7, 10],
    &[0, 3, 7, 10],
    &[0, 3, 6],
];

type Features = Vec<f64>;

/// The cross-validated AUC of `second` against `first`.
pub fn auc(first: &[Chorale], second: &[Chorale]) -> f64 {
    let mut marks = [Vec::new(), Vec::new()];
    for fold in 0..N_FOLDS {
        let is_judged = |number: usize| number % N_FOLDS == fold;
        let part = |chorales: &[Chorale], judged: bool| -> Vec<Features> {
            let chosen = chorales.iter().enumerate().filter(|(at, _)| is_judged(*at) == judged);
            chosen.flat_map(|(_, chorale)| excerpts(chorale)).collect()
        };
        let judge = Judge::learn(&part(first, false), &part(second, false));
        for (marks, chorales) in marks.iter_mut().zip([first, second]) {
            marks.extend(part(chorales, true).iter().map(|features| judge.mark(features)));
        }
    }
    let [first, second] = &marks;
    let win = |first: f64, second: f64| match first.total_cmp(&second) {
        Ordering::Less => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Greater => 0.0,
    };
    let above = |&second: &f64| first.iter().map(|&first| win(first, second)).sum::<f64>();
    second.iter().map(above).sum::<f64>() / (first.len() * second.len()).max(1) as f64
}

fn excerpts(chorale: &Chorale) -> Vec<Features> {
    let excerpt =
        |frames: &[Frame]| features(&Chorale { key: chorale.key, frames: frames.to_vec() });
    chorale.frames.chunks_exact(N_FRAMES).map(excerpt).collect()
}

/// Rates of [`Faults`], and shares of melodic intervals, onset positions and chords.
fn features(excerpt: &Chorale) -> Features {
    let mut features: Features = Faults::of([excerpt]).rates().map(|(_, rate)| rate).to_vec();
    for voice in 0..N_VOICES {
        let (mut intervals, mut ticks) = ([0.0; N_INTERVALS], [0.0; FRAMES_PER_BEAT]);
        let mut last: Option<u8> = None;
        for (at, frame) in excerpt.frames.iter().enumerate() {
            let Sound::Struck(pitch) = frame.sounds[voice] else { continue };
            ticks[at % FRAMES_PER_BEAT] += 1.0 / N_FRAMES as f64;
            if let Some(last) = last {
                intervals[interval_kind(pitch.abs_diff(last))] += 1.0 / N_FRAMES as f64;
            }
            last = Some(pitch);
        }
        features.extend(intervals.into_iter().chain(ticks));
    }
    let mut chords = [0.0; CHORDS.len() + 1];
    for frame in excerpt.frames.iter().step_by(FRAMES_PER_BEAT) {
        chords[chord_kind(frame)] += FRAMES_PER_BEAT as f64 / N_FRAMES as f64;
    }
    features.extend(chords);
    features
}

fn interval_kind(semitones: u8) -> usize {
    match semitones {
        0 => 0,
        1 | 2 => 1,
        3 | 4 => 2,
        5 | 6 => 3,
        7 => 4,
        8..=12 => 5,
        _ => 6,
    }
}

fn chord_kind(frame: &Frame) -> usize {
    let pitches = || frame.sounds.iter().filter_map(|sound| sound.pitch()).map(i16::from);
    let Some(lowest) = pitches().min() else { return CHORDS.len() };
    let is_of = |chord: &&[i16]| pitches().all(|pitch| chord.contains(&((pitch - lowest) % 12)));
    CHORDS.iter().position(is_of).unwrap_or(CHORDS.len())
}

/// A logistic regression on standardised features.
struct Judge {
    means: Features,
    deviations: Features,
    weights: Features,
    bias: f64,
}

impl Judge {
    fn learn(first: &[Features], second: &[Features]) -> Self {
        let all = || first.iter().chain(second);
        let n_features = all().next().map_or(0, Vec::len);
        let n = all().count().max(1) as f64;
        let mean = |of: &dyn Fn(&Features) -> f64| all().map(of).sum::<f64>() / n;
        let means: Features = (0..n_features).map(|at| mean(&|f| f[at])).collect();
        let deviation = |at: usize| mean(&|f| (f[at] - means[at]).powi(2)).sqrt().max(1e-6);
        let deviations: Features = (0..n_features).map(deviation).collect();
        let mut judge = Self { means, deviations, weights: vec![0.0; n_features], bias: 0.0 };
        // Both sets have equal weight, whatever their numbers of excerpts.
        let sets = [(first, 0.0), (second, 1.0)];
        let sets = sets.map(|(set, wanted)| {
            let scaled: Vec<Features> = set.iter().map(|features| judge.scaled(features)).collect();
            (scaled, wanted)
        });
        for _ in 0..N_ROUNDS {
            judge.improve(&sets);
        }
        judge
    }

    fn scaled(&self, features: &Features) -> Features {
        let scales = self.means.iter().zip(&self.deviations);
        features.iter().zip(scales).map(|(x, (mean, deviation))| (x - mean) / deviation).collect()
    }

    fn improve(&mut self, sets: &[(Vec<Features>, f64); 2]) {
        let mut grads: Features = self.weights.iter().map(|weight| WEIGHT_DECAY * weight).collect();
        let mut bias = 0.0;
        for (set, wanted) in sets {
            for features in set {
                let error =
                    (1.0 / (1.0 + (-self.sum(features)).exp()) - wanted) / (2 * set.len()) as f64;
                grads.iter_mut().zip(features).for_each(|(grad, x)| *grad += error * x);
                bias += error;
            }
        }
        self.weights.iter_mut().zip(&grads).for_each(|(weight, grad)| *weight -= RATE * grad);
        self.bias -= RATE * bias;
    }

    fn sum(&self, scaled: &[f64]) -> f64 {
        self.bias + self.weights.iter().zip(scaled).map(|(weight, x)| weight * x).sum::<f64>()
    }

    fn mark(&self, features: &Features) -> f64 {
        self.sum(&self.scaled(features))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::frame::testing::chords;

    /// Twenty chorales of four bars, each with the chords of `bar` in another order.
    fn set(bar: [[u8; 4]; 3]) -> Vec<Chorale> {
        let of = |seed: usize| {
            let chord = |at: usize| bar[(at * at + seed * at + seed / 3) % 3];
            chords(&(0..16).map(chord).collect::<Vec<_>>())
        };
        (0..20).map(of).collect()
    }

    #[test]
    fn sets_that_differ_are_told_apart_and_equal_ones_are_not() {
        let bach = set([[72, 67, 64, 48], [71, 67, 62, 55], [72, 69, 65, 53]]);
        let parallel = set([[72, 67, 60, 48], [74, 69, 62, 50], [76, 71, 64, 52]]);
        assert!(0.95 < auc(&bach, &parallel));
        assert!(0.95 < auc(&parallel, &bach));
        let guess = auc(&bach, &bach);
        assert!((0.2..=0.6).contains(&guess), "{guess}");
    }
}
