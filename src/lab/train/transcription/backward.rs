//! The pitch network's loss on a window, and its gradient.

use crate::lab::{
    train::transcription::{targets::Targets, weight_gradient::add_gradient},
    transcription::{
        convolution::{Kernel, Layer, convolve},
        cqt::N_FRAMES,
        pitch_network::{LAYERS, N_LAYERS, Pass, Weights},
        planes::Planes,
    },
};

/// Frames at each end of a window that are not counted: inference drops them, too.
const UNCOUNTED: usize = 15;

/// Columns of zeros beside planes of gradients.
const MARGIN: usize = 16;

/// Costs of errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Label smoothing: how far below 1 targets of sounding notes are, so that the network is never certain.
    /// Other targets, the majority, are 0.
    pub smoothing: f32,
    /// How much more a missed onset costs than a false one.
    pub onset: f32,
    /// How much more a missed frame of a note costs than a false one.
    pub note: f32,
}

/// Binary cross-entropies of a window: nats a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Losses {
    /// Of notes.
    pub note: f64,
    /// Of onsets.
    pub onset: f64,
    /// Of contours.
    pub contour: f64,
}

impl Losses {
    /// The sum of all three.
    pub fn sum(&self) -> f64 {
        self.note + self.onset + self.contour
    }

    /// The sums of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            note: self.note + other.note,
            onset: self.onset + other.onset,
            contour: self.contour + other.contour,
        }
    }

    /// Each times `share`.
    #[must_use]
    pub fn times(self, share: f64) -> Self {
        Self { note: self.note * share, onset: self.onset * share, contour: self.contour * share }
    }
}

/// Kernels that propagate gradients from a layer's outputs to its inputs, for the layers that read other
/// layers.
#[derive(Debug)]
pub struct Transposed {
    contour_2: Kernel,
    note_1: Kernel,
    note_2: Kernel,
    onset_2: Kernel,
}

impl Transposed {
    /// The kernels of a network with `weights`.
    pub fn new(weights: &Weights) -> Self {
        let kernel = |n: usize| LAYERS[n].transposed_kernel(&weights.layers[n].0);
        Self { contour_2: kernel(1), note_1: kernel(2), note_2: kernel(3), onset_2: kernel(5) }
    }
}

/// Gradients of the layers' weights and biases.
pub type Gradient = [(Vec<f32>, Vec<f32>); N_LAYERS];

/// A gradient of zeros.
pub fn zeros() -> Gradient {
    LAYERS.map(|layer: Layer| (vec![0.0; layer.n_weights()], vec![0.0; layer.n_out]))
}

/// Adds the gradient of the loss on a window to `gradient`; returns the loss.
pub fn add_loss(
    pass: &Pass,
    targets: &Targets,
    transposed: &Transposed,
    costs: Costs,
    gradient: &mut Gradient,
) -> Losses {
    let joined = &pass.note_and_onset_hidden;
    let (onset, by_onset) = loss(&pass.onset, &targets.onsets, costs.smoothing, costs.onset);
    add(5, joined, &by_onset, gradient);
    let by_joined = back(&transposed.onset_2, &by_onset);

    let by_onset_hidden = behind_relu(joined, &by_joined, 1);
    add(4, &pass.harmonic_thirds, &by_onset_hidden, gradient);

    let (note, mut by_note) = loss(joined, &targets.notes, costs.smoothing, costs.note);
    add_behind_sigmoid(&mut by_note, joined, |row, column| by_joined.row(0, row)[column]);
    add(3, &pass.note_hidden, &by_note, gradient);
    let by_note_hidden = behind_relu(&pass.note_hidden, &back(&transposed.note_2, &by_note), 0);
    add(2, &pass.contour_thirds, &by_note_hidden, gradient);
    let by_thirds = back(&transposed.note_1, &by_note_hidden);

    let (contour, mut by_contour) =
        loss(&pass.contour, &targets.contours, costs.smoothing, costs.note);
    add_behind_sigmoid(&mut by_contour, &pass.contour, |row, column| {
        by_thirds.row(column % 3, row)[column / 3]
    });
    add(1, &pass.contour_hidden, &by_contour, gradient);
    let by_hidden = back(&transposed.contour_2, &by_contour);
    add(0, &pass.harmonics, &behind_relu(&pass.contour_hidden, &by_hidden, 0), gradient);
    Losses { note, onset, contour }
}

fn add(layer: usize, input: &Planes, by_output: &Planes, gradient: &mut Gradient) {
    let (weights, bias) = &mut gradient[layer];
    add_gradient(&LAYERS[layer], input, by_output, (weights, bias));
}

/// The gradient by a layer's inputs.
fn back(kernel: &Kernel, by_output: &Planes) -> Planes {
    let n_in = kernel.n_out();
    let mut by_input = Planes::new(n_in, by_output.n_rows(), by_output.n_columns(), MARGIN);
    convolve(kernel, &vec![0.0; n_in], by_output, &mut by_input);
    by_input
}

/// The loss of the first plane of `outputs`, which are probabilities, and its gradient by the logits.
fn loss<const N: usize>(
    outputs: &Planes,
    targets: &[[f32; N]],
    smoothing: f32,
    missed: f32,
) -> (f64, Planes) {
    let mut gradient = Planes::new(1, N_FRAMES, N, MARGIN);
    let counted = UNCOUNTED..N_FRAMES - UNCOUNTED;
    let share = 1.0 / counted.len() as f32;
    let mut sum = 0.0;
    for row in counted {
        let pairs = outputs.row(0, row).iter().zip(&targets[row]);
        for ((output, target), by) in pairs.zip(gradient.row_mut(0, row)) {
            let cost = share * (1.0 + target * (missed - 1.0));
            let target = target * (1.0 - smoothing);
            let output = output.clamp(1e-7, 1.0 - 1e-7);
            let nats = target * output.ln() + (1.0 - target) * (1.0 - output).ln();
            sum -= f64::from(cost * nats);
            *by = cost * (output - target);
        }
    }
    (sum, gradient)
}

/// Adds to the gradient by the logits what comes `through` the sigmoid's outputs.
fn add_behind_sigmoid(by: &mut Planes, outputs: &Planes, through: impl Fn(usize, usize) -> f32) {
    for row in 0..by.n_rows() {
        let pairs = by.row_mut(0, row).iter_mut().zip(outputs.row(0, row));
        for (column, (by, output)) in pairs.enumerate() {
            *by += through(row, column) * output * (1.0 - output);
        }
    }
}

/// The gradient by the inputs of a rectifier with `outputs`; both without their first `n` planes.
fn behind_relu(outputs: &Planes, by_outputs: &Planes, n: usize) -> Planes {
    let n_planes = outputs.n_planes() - n;
    let mut by = Planes::new(n_planes, outputs.n_rows(), outputs.n_columns(), MARGIN);
    for plane in 0..n_planes {
        for row in 0..outputs.n_rows() {
            let given = by_outputs.row(plane + n, row).iter().zip(outputs.row(plane + n, row));
            for (by, (given, output)) in by.row_mut(plane, row).iter_mut().zip(given) {
                *by = if 0.0 < *output { *given } else { 0.0 };
            }
        }
    }
    by
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;
    use crate::{
        lab::{
            train::transcription::initial,
            transcription::{HeardNote, cqt::N_BINS, pitch_network::PitchNetwork},
        },
        rng,
    };

    const COSTS: Costs = Costs { smoothing: 0.1, onset: 4.0, note: 2.0 };

    fn targets() -> Targets {
        let note = |onset_s, pitch| HeardNote { onset_s, end_s: 1.5, pitch, amplitude: 0.5 };
        Targets::of(&[note(0.3, 40), note(0.7, 60), note(0.9, 76)], 0.0)
    }

    fn loss_of(weights: &Weights, levels: &[f32]) -> f64 {
        let pass = PitchNetwork::new(weights).run(levels);
        let transposed = Transposed::new(weights);
        add_loss(&pass, &targets(), &transposed, COSTS, &mut zeros()).sum()
    }

    #[test]
    fn a_small_step_changes_the_loss_as_the_gradient_says() {
        let mut rng = rng::stream(3, "levels");
        let levels: Vec<f32> = (0..N_FRAMES * N_BINS).map(|_| rng.random_range(0.0..1.0)).collect();
        let weights = initial::weights(5);
        let pass = PitchNetwork::new(&weights).run(&levels);
        let mut gradient = zeros();
        add_loss(&pass, &targets(), &Transposed::new(&weights), COSTS, &mut gradient);

        for (layer, (slopes, _)) in gradient.iter().enumerate() {
            let norm = slopes.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            let step = 2e-3 / norm.sqrt();
            let moved = |by: f64| {
                let mut moved = weights.clone();
                let pairs = moved.layers[layer].0.iter_mut().zip(slopes);
                pairs.for_each(|(x, slope)| *x += (by * f64::from(*slope)) as f32);
                loss_of(&moved, &levels)
            };
            let found = (moved(step) - moved(-step)) / (2.0 * step);
            assert!((found / norm - 1.0).abs() < 0.03, "{layer}: {found} {norm}");
        }
    }
}
