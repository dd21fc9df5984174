//! Layers of cells, one above the other, from what conditions them on.

use crate::musicvae::net::{
    Error,
    linear::Linear,
    lstm::{Cell, CellState},
    math,
    precision::Precision,
    weights::Weights,
};

/// Cells of one width, of which the first is told a step's inputs and each other what the one below
/// says. In shapes: B sequences, C wide contexts, H hidden.
#[derive(Debug, Clone)]
pub struct Stack {
    first_states: Linear,
    cells: Vec<Cell>,
}

impl Stack {
    /// Reads the weights: of the layer that gives the first states under `state`, of each cell under
    /// its prefix; the first `n_lookup` rows of the first cell's are for inputs that are mostly 0.
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

    /// The same stack, as near as `precision` has the weights of its steps.
    pub fn with_precision(self, precision: Precision) -> Self {
        let cells = self.cells.into_iter().map(|cell| cell.with_precision(precision)).collect();
        Self { cells, ..self }
    }

    /// The cell that is told the inputs.
    pub fn first(&self) -> &Cell {
        &self.cells[0]
    }

    /// The states before the first step after `contexts` (B, C).
    pub fn begin(&self, contexts: &[f32]) -> Vec<CellState> {
        let values: Vec<f32> =
            self.first_states.forward(contexts).into_iter().map(math::tanh).collect();
        CellState::split(&values, self.cells.len(), self.first().n_hidden())
    }

    /// One step of all layers; `gates` (B, 4H) hold what the inputs give to the first and are used up.
    /// What the last one says, (B, H).
    pub fn step<'a>(&self, gates: &mut [f32], states: &'a mut [CellState]) -> &'a [f32] {
        let mut said: &[f32] = &[];
        for (layer, (cell, state)) in self.cells.iter().zip(states).enumerate() {
            if 0 < layer {
                cell.project_into(gates, said);
            }
            cell.step(gates, state);
            said = &state.h;
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;
    use crate::musicvae::net::matrix::tests::noise;

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

    fn said(stack: &Stack, contexts: &[f32]) -> Vec<f32> {
        let mut states = stack.begin(contexts);
        let steps = (0..3).flat_map(|_| {
            let mut gates = stack.first().project(contexts);
            stack.step(&mut gates, &mut states).to_vec()
        });
        steps.collect()
    }

    #[test]
    fn sequences_do_not_hear_each_other() {
        let stack = stack();
        let (one, other) = ([0.3, -0.2], [0.9, 0.5]);

        let both = said(&stack, &[one, other].concat());

        let alone = [said(&stack, &one), said(&stack, &other)];
        for (step, rows) in both.chunks(6).enumerate() {
            assert_eq!(rows[..3], alone[0][3 * step..][..3]);
            assert_eq!(rows[3..], alone[1][3 * step..][..3]);
        }
    }

    #[test]
    fn integers_say_nearly_the_same() {
        let context = [0.3, -0.2];
        let exact = said(&stack(), &context);
        let rounded = said(&stack().with_precision(Precision::Q8), &context);

        assert_ne!(exact, rounded);
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 0.01;
        assert!(exact.iter().zip(&rounded).all(near), "{exact:?} {rounded:?}");
    }
}
