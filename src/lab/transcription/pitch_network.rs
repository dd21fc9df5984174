//! The network that finds pitches: constant-Q levels to notes, their onsets and contours.
//!
//! Source: Bittner et al., "A lightweight instrument-agnostic model for polyphonic note transcription and
//! multipitch estimation", ICASSP 2022; layers as in basic-pitch 0.4.0, with its batch norms folded into the
//! convolutions.

use crate::lab::transcription::{
    convolution::{Kernel, Layer, convolve},
    cqt::{N_BINS, N_FRAMES},
    planes::Planes,
};

/// Keys of a piano, from A0 on: the network's pitches.
pub const N_PITCHES: usize = 88;

/// MIDI pitch of the lowest key.
pub const LOWEST_PITCH: u8 = 21;

/// Contour bins: thirds of a semitone.
pub const N_CONTOUR: usize = 3 * N_PITCHES;

/// Bins from a tone to its harmonics: half its frequency, and 1 to 7 times.
const HARMONICS: [isize; 8] = [-36, 0, 36, 57, 72, 84, 93, 101];

/// Columns of zeros beside the harmonics: more than half of the widest kernel.
const WIDE: usize = 32;

/// Columns of zeros beside all other planes.
const NARROW: usize = 16;

/// Number of layers.
pub const N_LAYERS: usize = 6;

/// The layers, in the order of the network.
pub const LAYERS: [Layer; N_LAYERS] = [
    Layer { name: "contour_1", n_in: 8, n_out: 8, n_rows: 3, n_columns: 39, step: 1 },
    Layer { name: "contour_2", n_in: 8, n_out: 1, n_rows: 5, n_columns: 5, step: 1 },
    Layer { name: "note_1", n_in: 1, n_out: 32, n_rows: 7, n_columns: 7, step: 3 },
    Layer { name: "note_2", n_in: 32, n_out: 1, n_rows: 7, n_columns: 3, step: 1 },
    Layer { name: "onset_1", n_in: 8, n_out: 32, n_rows: 5, n_columns: 5, step: 3 },
    Layer { name: "onset_2", n_in: 33, n_out: 1, n_rows: 3, n_columns: 3, step: 1 },
];

/// Weights of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Scale and shift of the levels.
    pub input_norm: [f32; 2],
    /// For each of [`LAYERS`], weights in the order of [`Layer::shape`], and biases.
    pub layers: [(Vec<f32>, Vec<f32>); N_LAYERS],
}

/// The network.
#[derive(Debug, Clone)]
pub struct PitchNetwork {
    input_norm: [f32; 2],
    layers: [(Kernel, Vec<f32>); N_LAYERS],
}

/// What each layer of the network computes for a window.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Levels of each harmonic.
    pub harmonics: Planes,
    /// Thirds of `harmonics`.
    pub harmonic_thirds: Planes,
    /// Output of `contour_1`.
    pub contour_hidden: Planes,
    /// Probability of a pitch, by thirds of a semitone.
    pub contour: Planes,
    /// Thirds of `contour`.
    pub contour_thirds: Planes,
    /// Output of `note_1`.
    pub note_hidden: Planes,
    /// Probability of a note, followed by the output of `onset_1`.
    pub note_and_onset_hidden: Planes,
    /// Probability of an onset.
    pub onset: Planes,
}

impl PitchNetwork {
    /// A network with `weights`.
    ///
    /// # Panics
    /// A layer has the wrong number of weights.
    pub fn new(weights: &Weights) -> Self {
        let layers = std::array::from_fn(|n| {
            let (kernel, bias) = &weights.layers[n];
            (LAYERS[n].kernel(kernel), bias.clone())
        });
        Self { input_norm: weights.input_norm, layers }
    }

    /// Runs the network on the levels of a window, as [`crate::lab::transcription::cqt`] computes them.
    pub fn run(&self, levels: &[f32]) -> Pass {
        let harmonics = self.harmonics(levels);
        let harmonic_thirds = harmonics.thirds(NARROW);
        let contour_hidden = self.layer(0, &harmonics, relu);
        let contour = self.layer(1, &contour_hidden, sigmoid);
        let contour_thirds = contour.thirds(NARROW);
        let note_hidden = self.layer(2, &contour_thirds, relu);
        let note = self.layer(3, &note_hidden, sigmoid);
        let onset_hidden = self.layer(4, &harmonic_thirds, relu);
        let note_and_onset_hidden = joined(&note, &onset_hidden);
        let onset = self.layer(5, &note_and_onset_hidden, sigmoid);
        Pass {
            harmonics,
            harmonic_thirds,
            contour_hidden,
            contour,
            contour_thirds,
            note_hidden,
            note_and_onset_hidden,
            onset,
        }
    }

    fn harmonics(&self, levels: &[f32]) -> Planes {
        let [factor, summand] = self.input_norm;
        let mut planes = Planes::new(HARMONICS.len(), N_FRAMES, N_CONTOUR, WIDE);
        for (plane, by) in HARMONICS.into_iter().enumerate() {
            for (row, levels) in levels.chunks_exact(N_BINS).take(N_FRAMES).enumerate() {
                let out = planes.row_mut(plane, row);
                let [start, skipped] = [by.max(0), (-by).max(0)].map(|n| n as usize);
                let pairs = out[skipped..].iter_mut().zip(&levels[start..]);
                pairs.for_each(|(x, level)| *x = factor * level + summand);
            }
        }
        planes
    }

    fn layer(&self, n: usize, input: &Planes, activation: fn(f32) -> f32) -> Planes {
        let (kernel, bias) = &self.layers[n];
        let mut out = Planes::new(bias.len(), input.n_rows(), input.n_columns(), NARROW);
        convolve(kernel, bias, input, &mut out);
        out.apply(activation);
        out
    }
}

impl Pass {
    /// Probability of each note, by frames of [`N_PITCHES`].
    pub fn notes(&self) -> impl Iterator<Item = &[f32]> {
        (0..N_FRAMES).map(|row| self.note_and_onset_hidden.row(0, row))
    }

    /// Probability of each onset, by frames of [`N_PITCHES`].
    pub fn onsets(&self) -> impl Iterator<Item = &[f32]> {
        (0..N_FRAMES).map(|row| self.onset.row(0, row))
    }

    /// Probability of each pitch, by frames of [`N_CONTOUR`].
    pub fn contours(&self) -> impl Iterator<Item = &[f32]> {
        (0..N_FRAMES).map(|row| self.contour.row(0, row))
    }
}

/// The planes of `first`, then those of `second`.
fn joined(first: &Planes, second: &Planes) -> Planes {
    let n_planes = first.n_planes() + second.n_planes();
    let mut planes = Planes::new(n_planes, first.n_rows(), first.n_columns(), NARROW);
    for plane in 0..n_planes {
        for row in 0..first.n_rows() {
            let from = match plane.checked_sub(first.n_planes()) {
                None => first.row(plane, row),
                Some(plane) => second.row(plane, row),
            };
            planes.row_mut(plane, row).copy_from_slice(from);
        }
    }
    planes
}

fn relu(x: f32) -> f32 {
    x.max(0.0)
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
