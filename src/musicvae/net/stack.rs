//! Stacked LSTM cells with initial states from a context.

use crate::musicvae::net::{
    Error,
    linear::Linear,
    lstm::{Cell, CellState},
    math,
    precision::Precision,
    weights::Weights,
};

/// LSTM cells of one width; each cell above the first reads the h of the one below. In shapes: B
/// sequences, C context, H hidden.
#[derive(Debug, Clone)]
pub struct Stack {
    first_states: Linear,
    cells: Vec<Cell>,
}

impl Stack {
    /// Reads the layer to the initial states under `state` and each cell under its prefix; the
    /// first `n_lookup` rows of the first cell's kernel belong to sparse inputs.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(
        weights: &Weights,
        state: &str,
        cells: impl IntoIterator<Item = String>,
        n_lookup: usize,
    ) -> Result<Self, Error> {
        let load = |(layer, prefix): (usize, String)| {
            Cell::load(weights, &prefix, if layer == 0 { n_lookup } else { 0 })
        };
        let cells = cells.into_iter().enumerate().map(load).collect::<Result<_, _>>()?;
        Ok(Self { first_states: weights.linear(state)?, cells })
    }

    /// The same stack with the weights of its steps in `precision`.
    pub fn with_precision(self, precision: Precision) -> Self {
        let cells = self.cells.into_iter().map(|cell| cell.with_precision(precision)).collect();
        Self { cells, ..self }
    }

    /// The cell that reads the inputs.
    pub fn first(&self) -> &Cell {
        &self.cells[0]
    }

    /// Initial states, from `contexts` (B, C).
    pub fn begin(&self, contexts: &[f32]) -> Vec<CellState> {
        let values: Vec<f32> =
            self.first_states.forward(contexts).into_iter().map(math::tanh).collect();
        CellState::split(&values, self.cells.len(), self.first().n_hidden())
    }

    /// Runs one step of all layers; `gates` (B, 4H) hold the inputs' contribution to the first
    /// cell's gates and are overwritten. Returns the top cell's h (B, H).
    pub fn step<'a>(&self, gates: &mut [f32], states: &'a mut [CellState]) -> &'a [f32] {
        let mut output: &[f32] = &[];
        for (layer, (cell, state)) in self.cells.iter().zip(states).enumerate() {
            if 0 < layer {
                cell.project_into(gates, output);
            }
            cell.step(gates, state);
            output = &state.h;
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;
    use crate::musicvae::net::panel::tests::noise;

    /// Two layers of 3 under contexts of 2.
    fn stack() -> Stack {
        let shapes: [(&str, &[usize]); 6] = [
            ("state/kernel", &[2, 12]),
            ("state/bias", &[12]),
            ("first/kernel", &[1 + 2 + 3, 12]),
            ("first/bias", &[12]),
            ("second/kernel", &[3 + 3, 12]),
            ("second/bias", &[12]),
        ];
        let tensors = shapes.iter().enumerate().map(|(seed, &(name, shape))| {
            let values = noise(seed, shape.iter().product());
            (name.to_owned(), Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
        });
        let weights = Weights::new(tensors.collect());
        Stack::load(&weights, "state", ["first".to_owned(), "second".to_owned()], 1).unwrap()
    }

    fn outputs(stack: &Stack, contexts: &[f32]) -> Vec<f32> {
        let mut states = stack.begin(contexts);
        let steps = (0..3).flat_map(|_| {
            let mut gates = stack.first().project(contexts);
            stack.step(&mut gates, &mut states).to_vec()
        });
        steps.collect()
    }

    #[test]
    fn sequences_of_a_batch_are_independent() {
        let stack = stack();
        let (one, other) = ([0.3, -0.2], [0.9, 0.5]);

        let both = outputs(&stack, &[one, other].concat());

        let alone = [outputs(&stack, &one), outputs(&stack, &other)];
        for (step, rows) in both.chunks(6).enumerate() {
            assert_eq!(rows[..3], alone[0][3 * step..][..3]);
            assert_eq!(rows[3..], alone[1][3 * step..][..3]);
        }
    }

    #[test]
    fn quantised_outputs_are_close_to_exact_ones() {
        let context = [0.3, -0.2];
        let exact = outputs(&stack(), &context);
        let rounded = outputs(&stack().with_precision(Precision::Q8), &context);

        assert_ne!(exact, rounded);
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 0.01;
        assert!(exact.iter().zip(&rounded).all(near), "{exact:?} {rounded:?}");
    }
}
