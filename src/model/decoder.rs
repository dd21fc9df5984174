//! What conditions a decoder (z, or the conductor's word for a segment) to columns, step by step.

use super::{
    Error,
    config::{Config, Core},
    domain::Sparse,
    head::{Head, NadeWeights, Pick},
    lstm::{Cell, CellState},
    math, names,
    weights::{Linear, Weights},
};
use crate::music::trio::Line;

/// A decoder: a stack of cells that hears what it said last, and the context.
#[derive(Debug, Clone)]
pub struct Decoder {
    core: Core,
    first_states: Linear,
    cells: Vec<Cell>,
    projection: Linear,
    nade: NadeWeights,
}

/// Says a word for each segment: a stack of cells that hears nothing.
#[derive(Debug, Clone)]
pub struct Conductor {
    first_states: Linear,
    cells: Vec<Cell>,
}

impl Decoder {
    /// Reads the weights of `core`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config, core: &Core) -> Result<Self, Error> {
        let Core { prefix, head, .. } = core;
        let first_states = weights.linear(&names::core_state(prefix))?;
        let cell = |layer| {
            let n_lookup = if layer == 0 { head.n_heard() } else { 0 };
            Cell::load(weights, &names::core_cell(prefix, layer), n_lookup)
        };
        let cells = (0..config.n_decoder_layers).map(cell).collect::<Result<_, _>>()?;
        let projection = weights.linear(&names::core_projection(prefix))?;
        let nade = match head {
            Head::Nade { .. } => NadeWeights::load(weights, prefix)?,
            _ => NadeWeights::default(),
        };
        Ok(Self { core: core.clone(), first_states, cells, projection, nade })
    }

    /// Decodes a segment for each of `contexts`, `n_steps` long; a line for each of its columns.
    ///
    /// Each segment begins afresh from its context but hears the last step of the one before; the
    /// first hears nothing.
    pub fn decode(&self, contexts: &[Vec<f32>], n_steps: usize, pick: &mut dyn Pick) -> Vec<Line> {
        let mut lines =
            vec![Line::with_capacity(contexts.len() * n_steps); self.core.head.n_columns()];
        let mut heard = Sparse::new();
        for context in contexts {
            let mut states = states(&self.first_states, context, self.cells.len());
            let projected = self.cells[0].project(context);
            for _ in 0..n_steps {
                let mut gates = projected.clone();
                self.cells[0].look_up(&mut gates, &heard);
                let mut found =
                    self.projection.forward(step_stack(&self.cells, gates, &mut states));
                pick.hear(self.core.first_column, &found);
                let said = self.core.head.say(&mut found, &self.nade, self.core.first_column, pick);
                for (line, column) in lines.iter_mut().zip(said.columns) {
                    line.push(column);
                }
                heard = said.heard;
            }
        }
        lines
    }
}

impl Conductor {
    /// Reads the weights.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Self, Error> {
        let first_states = weights.linear(names::CONDUCTOR_STATE)?;
        // The first cell's one input is always 0: a row of the table that is never looked up.
        let cell =
            |layer| Cell::load(weights, &names::conductor_cell(layer), usize::from(layer == 0));
        let cells = (0..config.n_conductor_layers).map(cell).collect::<Result<_, _>>()?;
        Ok(Self { first_states, cells })
    }

    /// The words for `n_segments`, each (C,).
    pub fn conduct(&self, z: &[f32], n_segments: usize) -> Vec<Vec<f32>> {
        let mut states = states(&self.first_states, z, self.cells.len());
        let word = |_| step_stack(&self.cells, self.cells[0].project(&[]), &mut states).to_vec();
        (0..n_segments).map(word).collect()
    }
}

fn states(linear: &Linear, context: &[f32], n_layers: usize) -> Vec<CellState> {
    let values: Vec<f32> = linear.forward(context).into_iter().map(math::tanh).collect();
    CellState::split(&values, n_layers)
}

/// One step of all layers; what the last one says.
fn step_stack<'a>(cells: &[Cell], gates: Vec<f32>, states: &'a mut [CellState]) -> &'a [f32] {
    cells[0].step(gates, &mut states[0]);
    for layer in 1..cells.len() {
        let gates = cells[layer].project(&states[layer - 1].h);
        cells[layer].step(gates, &mut states[layer]);
    }
    &states[cells.len() - 1].h
}
