//! What conditions a decoder (z, or the conductor's word for a bar) to tokens, one a step.

use super::{
    Error,
    config::{self, Config},
    lstm::{Cell, CellState},
    math,
    weights::{Linear, Weights},
};

/// The decoder of one part: a stack of cells that hears its own last token and the context.
#[derive(Debug, Clone)]
pub struct Decoder {
    first_states: Linear,
    cells: Vec<Cell>,
    to_logits: Linear,
}

/// Says a word for each segment: a stack of cells that hears nothing.
#[derive(Debug, Clone)]
pub struct Conductor {
    first_states: Linear,
    cells: Vec<Cell>,
}

impl Decoder {
    /// Reads the weights under `core`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(
        weights: &Weights,
        config: &Config,
        core: &str,
        n_tokens: usize,
    ) -> Result<Self, Error> {
        let first_states = weights.linear(&config::core_state(core))?;
        let cell = |layer| {
            let n_lookup = if layer == 0 { n_tokens } else { 0 };
            Cell::load(weights, &config::core_cell(core, layer), n_lookup)
        };
        let cells = (0..config.n_decoder_layers).map(cell).collect::<Result<_, _>>()?;
        let to_logits = weights.linear(&config::core_projection(core))?;
        Ok(Self { first_states, cells, to_logits })
    }

    /// Decodes a segment of `n_steps` from `context`, after the token `heard` if there was one.
    ///
    /// `pick` turns logits (V,) into a token; it may change them.
    pub fn decode(
        &self,
        context: &[f32],
        n_steps: usize,
        mut heard: Option<u16>,
        pick: &mut dyn FnMut(&mut [f32]) -> u16,
    ) -> Vec<u16> {
        let mut states = states(&self.first_states, context, self.cells.len());
        let projected = self.cells[0].project(context);
        let mut tokens = Vec::with_capacity(n_steps);
        for _ in 0..n_steps {
            let mut gates = projected.clone();
            if let Some(token) = heard {
                self.cells[0].look_up(&mut gates, &[u32::from(token)]);
            }
            let said = step_stack(&self.cells, gates, &mut states);
            let token = pick(&mut self.to_logits.forward(said));
            heard = Some(token);
            tokens.push(token);
        }
        tokens
    }
}

impl Conductor {
    /// Reads the weights.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Self, Error> {
        let first_states = weights.linear(config::CONDUCTOR_STATE)?;
        // The first cell's one input is always 0: a row of the table that is never looked up.
        let cell =
            |layer| Cell::load(weights, &config::conductor_cell(layer), usize::from(layer == 0));
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
