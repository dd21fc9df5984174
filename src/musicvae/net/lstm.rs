//! TensorFlow's `LSTMBlockCell`, step by step on the CPU: LSTM role 1 of 4, the reference for
//! inference. See also [`device`](crate::musicvae::net::device) (inference on a GPU) and, for
//! training, `lab::train::passes` (CPU) and `lab::train::lstm_tensors` (GPU).
//!
//! B sequences share one pass over the weights; each gets the same bits as when decoded alone.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use pulp::{Arch, Simd, WithSimd};

use crate::musicvae::net::{
    Error, linear::Linear, math, matrix::Matrix, names, precision::Precision, weights::Weights,
};

/// Added to the forget gate before its sigmoid, so that an untrained cell remembers.
///
/// TensorFlow adds it at run time and never stores it: without it a checkpoint still loads, but its
/// melodies degrade after a few steps.
pub const FORGET_BIAS: f32 = 1.0;

/// One LSTM cell. In shapes: V sparse inputs, I dense inputs, H hidden.
#[derive(Debug, Clone)]
pub struct Cell {
    n_hidden: usize,
    table: Vec<f32>, // (V, 4H), gates: input, candidate, forget, output
    input: Linear,   // (I, 4H)
    hidden: Matrix,  // (H, 4H)
}

/// A cell's state, both fields (B, H).
#[derive(Debug, Clone, PartialEq)]
pub struct CellState {
    /// Cell state.
    pub c: Vec<f32>,
    /// Output.
    pub h: Vec<f32>,
}

impl CellState {
    /// The zero state of one sequence.
    pub fn zero(n_hidden: usize) -> Self {
        Self { c: vec![0.0; n_hidden], h: vec![0.0; n_hidden] }
    }

    /// Initial states of a stack, from `values` (B, L * 2H): c and h of each layer in turn.
    pub fn split(values: &[f32], n_layers: usize, n_hidden: usize) -> Vec<Self> {
        let part = |part: usize| {
            let rows = values.chunks_exact(2 * n_layers * n_hidden);
            rows.flat_map(|row| &row[part * n_hidden..][..n_hidden]).copied().collect()
        };
        (0..n_layers).map(|layer| Self { c: part(2 * layer), h: part(2 * layer + 1) }).collect()
    }
}

impl Cell {
    /// Reads the weights under `prefix`; the kernel's first `n_lookup` rows belong to sparse
    /// inputs.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, prefix: &str, n_lookup: usize) -> Result<Self, Error> {
        let kernel = weights.values(&names::kernel(prefix))?;
        let bias = weights.values(&names::bias(prefix))?;
        let n_hidden = bias.len() / 4;
        let (table, dense) = kernel.split_at(n_lookup * bias.len());
        let (input, hidden) = dense.split_at(dense.len() - n_hidden * bias.len());
        let hidden = Matrix::new(hidden, bias.len());
        // Copied: a split-off vector would keep the whole kernel's capacity.
        Ok(Self { n_hidden, table: table.to_vec(), input: Linear::new(input, bias), hidden })
    }

    /// The same cell with the weights of its steps in `precision`.
    ///
    /// The dense input of a first layer (z or the conductor's embedding) stays f32: it is read once
    /// per sequence and its values are unbounded.
    pub fn with_precision(self, precision: Precision) -> Self {
        let hidden = self.hidden.with_precision(precision);
        let input = match self.table.is_empty() {
            true => self.input.with_precision(precision),
            false => self.input,
        };
        Self { input, hidden, ..self }
    }

    /// H.
    pub fn n_hidden(&self) -> usize {
        self.n_hidden
    }

    /// The contribution of the bias and the dense inputs `x` (B, I) to the gates (B, 4H), computed
    /// once for inputs that are constant over many steps. One row if there are no dense inputs.
    pub fn project(&self, x: &[f32]) -> Vec<f32> {
        self.input.forward(x)
    }

    /// Like [`Cell::project`], into `gates` (B, 4H).
    pub fn project_into(&self, gates: &mut [f32], x: &[f32]) {
        self.input.forward_into(gates, x);
    }

    /// Adds the contribution of the sparse inputs to `gates` (4H,).
    pub fn look_up(&self, gates: &mut [f32], inputs: &[(u32, f32)]) {
        for &(row, value) in inputs {
            let added = &self.table[row as usize * gates.len()..][..gates.len()];
            gates.iter_mut().zip(added).for_each(|(gate, added)| *gate += value * added);
        }
    }

    /// Advances `state` by one step; `gates` (B, 4H) hold the inputs' contribution and are overwritten.
    pub fn step(&self, gates: &mut [f32], state: &mut CellState) {
        let n = self.n_hidden;
        self.hidden.add_product(gates, &state.h);
        let states = state.c.chunks_exact_mut(n).zip(state.h.chunks_exact_mut(n));
        for (gates, (c, h)) in gates.chunks_exact(4 * n).zip(states) {
            advance(gates, c, h);
        }
    }
}

/// Advances one row's c and h, given its gate sums.
fn advance(sums: &[f32], c: &mut [f32], h: &mut [f32]) {
    Arch::new().dispatch(Advance { sums, c, h });
}

/// A type, not a closure: the compiler does not inline a long closure, and code that is not inlined
/// gets no wide vectors.
struct Advance<'a> {
    sums: &'a [f32],
    c: &'a mut [f32],
    h: &'a mut [f32],
}

impl WithSimd for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { sums, c, h } = self;
        let n = c.len();
        let (input, rest) = sums.split_at(n);
        let (candidate, rest) = rest.split_at(n);
        let (forget, output) = rest.split_at(n);
        let (h, output) = (&mut h[..n], &output[..n]);
        for k in 0..n {
            let sums = [input[k], candidate[k], forget[k], output[k]];
            (_, c[k], h[k]) = unit(sums, c[k]);
        }
    }
}

/// One unit: activated gates, new c, new h.
#[inline(always)]
fn unit([input, candidate, forget, output]: [f32; 4], c: f32) -> ([f32; 4], f32, f32) {
    let (i, j) = (math::sigmoid(input), math::tanh(candidate));
    let (f, o) = (math::sigmoid(forget + FORGET_BIAS), math::sigmoid(output));
    let next = f * c + i * j;
    ([i, j, f, o], next, o * math::tanh(next))
}

/// Activates a row's gate sums (input, candidate, forget, output) in place, and writes the new c
/// and h: the training version of [`Cell::step`].
pub fn activate(gates: &mut [f32], c_before: &[f32], c: &mut [f32], h: &mut [f32]) {
    Arch::new().dispatch(Activate { gates, c_before, c, h });
}

struct Activate<'a> {
    gates: &'a mut [f32],
    c_before: &'a [f32],
    c: &'a mut [f32],
    h: &'a mut [f32],
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { gates, c_before, c, h } = self;
        let n = c.len();
        let (input, rest) = gates.split_at_mut(n);
        let (candidate, rest) = rest.split_at_mut(n);
        let (forget, output) = rest.split_at_mut(n);
        let (c_before, h, output) = (&c_before[..n], &mut h[..n], &mut output[..n]);
        for k in 0..n {
            let sums = [input[k], candidate[k], forget[k], output[k]];
            let (gates, next_c, next_h) = unit(sums, c_before[k]);
            [input[k], candidate[k], forget[k], output[k]] = gates;
            (c[k], h[k]) = (next_c, next_h);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_zero_weights_a_cell_keeps_a_sigmoid_of_one() {
        let cell = Cell {
            n_hidden: 1,
            table: vec![],
            input: Linear::new(&[], vec![0.0; 4]),
            hidden: Matrix::new(&[0.0; 4], 4),
        };
        let mut state = CellState { c: vec![1.0], h: vec![1.0] };

        cell.step(&mut cell.project(&[]), &mut state);

        let c = 1.0 / (1.0 + (-1f32).exp());
        assert!((state.c[0] - c).abs() < 1e-6);
        assert!((state.h[0] - 0.5 * c.tanh()).abs() < 1e-6);
    }

    #[test]
    fn initial_states_are_split_by_layer() {
        let states = CellState::split(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 2, 1);
        assert_eq!(states[1], CellState { c: vec![3.0, 7.0], h: vec![4.0, 8.0] });
    }
}
