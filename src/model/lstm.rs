//! The LSTM cell of the released checkpoints, TensorFlow's `LSTMBlockCell`, a row at a time.

use pulp::Arch;

use super::{Error, math, weights::Weights};

/// Added to the forget gate before its sigmoid, so that an untrained cell remembers.
///
/// TensorFlow adds it when the cell runs and never stores it: without it a checkpoint still loads,
/// but its melodies wander off after a few steps.
pub const FORGET_BIAS: f32 = 1.0;

/// One layer. In shapes: V inputs of which few are not 0, I dense inputs, H hidden.
#[derive(Debug, Clone)]
pub struct Cell {
    n_hidden: usize,
    table: Vec<f32>,  // (V, 4H)
    input: Vec<f32>,  // (I, 4H)
    hidden: Vec<f32>, // (H, 4H)
    bias: Vec<f32>,   // (4H,), by gate: input, candidate, forget, output
}

/// What a cell keeps (`c`) and what it says (`h`), both (H,).
#[derive(Debug, Clone, PartialEq)]
pub struct CellState {
    /// What it keeps.
    pub c: Vec<f32>,
    /// What it says.
    pub h: Vec<f32>,
}

impl CellState {
    /// Nothing kept, nothing said.
    pub fn zero(n_hidden: usize) -> Self {
        Self { c: vec![0.0; n_hidden], h: vec![0.0; n_hidden] }
    }

    /// The first states of a stack: c and h in turn, each layer's side by side.
    pub fn split(values: &[f32], n_layers: usize) -> Vec<Self> {
        let n_hidden = values.len() / (2 * n_layers).max(1);
        let pair = |pair: &[f32]| {
            let (c, h) = pair.split_at(n_hidden);
            Self { c: c.to_vec(), h: h.to_vec() }
        };
        values.chunks_exact(2 * n_hidden.max(1)).map(pair).collect()
    }
}

impl Cell {
    /// Reads the weights under `prefix`, of which the first `n_lookup` rows are for inputs that are mostly 0.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, prefix: &str, n_lookup: usize) -> Result<Self, Error> {
        let linear = weights.linear(prefix)?;
        let n_hidden = linear.bias.len() / 4;
        let mut table = linear.kernel;
        let mut input = table.split_off(n_lookup * linear.bias.len());
        let hidden = input.split_off(input.len() - n_hidden * linear.bias.len());
        Ok(Self { n_hidden, table, input, hidden, bias: linear.bias })
    }

    /// H.
    pub fn n_hidden(&self) -> usize {
        self.n_hidden
    }

    /// What the bias and the dense input `x` (I,) give to the gates (4H,): for an input that stays
    /// the same over many steps, worked out once.
    pub fn project(&self, x: &[f32]) -> Vec<f32> {
        let mut gates = self.bias.clone();
        math::add_product(&mut gates, x, &self.input);
        gates
    }

    /// Adds what the few inputs that are not 0 give to `gates`.
    pub fn look_up(&self, gates: &mut [f32], inputs: &[(u32, f32)]) {
        for &(row, value) in inputs {
            let added = &self.table[row as usize * gates.len()..][..gates.len()];
            gates.iter_mut().zip(added).for_each(|(gate, added)| *gate += value * added);
        }
    }

    /// One step: `gates` holds what the inputs give, `state` goes from before to after.
    pub fn step(&self, mut gates: Vec<f32>, state: &mut CellState) {
        math::add_product(&mut gates, &state.h, &self.hidden);
        let before = state.c.clone();
        activate(&mut gates, &before, &mut state.c, &mut state.h);
    }
}

/// Turns a row's sums into gates (input, candidate, forget, output) in place and takes the step.
pub fn activate(gates: &mut [f32], c_before: &[f32], c: &mut [f32], h: &mut [f32]) {
    let n = c.len();
    let (input, rest) = gates.split_at_mut(n);
    let (candidate, rest) = rest.split_at_mut(n);
    let (forget, output) = rest.split_at_mut(n);
    let (c_before, h, output) = (&c_before[..n], &mut h[..n], &mut output[..n]);
    Arch::new().dispatch(|| {
        for k in 0..n {
            let i = math::sigmoid(input[k]);
            let j = math::tanh(candidate[k]);
            let f = math::sigmoid(forget[k] + FORGET_BIAS);
            let o = math::sigmoid(output[k]);
            let kept = f * c_before[k] + i * j;
            (input[k], candidate[k], forget[k], output[k]) = (i, j, f, o);
            c[k] = kept;
            h[k] = o * math::tanh(kept);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_zero_weights_a_cell_keeps_a_sigmoid_of_one() {
        let cell = Cell {
            n_hidden: 1,
            table: vec![],
            input: vec![],
            hidden: vec![0.0; 4],
            bias: vec![0.0; 4],
        };
        let mut state = CellState { c: vec![1.0], h: vec![1.0] };

        cell.step(cell.project(&[]), &mut state);

        let c = 1.0 / (1.0 + (-1f32).exp());
        assert!((state.c[0] - c).abs() < 1e-6);
        assert!((state.h[0] - 0.5 * c.tanh()).abs() < 1e-6);
    }

    #[test]
    fn first_states_are_c_and_h_by_layer() {
        let states = CellState::split(&[1.0, 2.0, 3.0, 4.0], 2);
        assert_eq!(states[1], CellState { c: vec![3.0], h: vec![4.0] });
    }
}
