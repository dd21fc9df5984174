//! What conditions a decoder (z, or the conductor's word for a segment) to columns, step by step.
//!
//! B sequences are decoded together, so that a step's weights are read once for all of them.

use super::{
    Error,
    config::{Config, Core},
    domain::Sparse,
    head::{Head, NadeWeights, Pick},
    linear::Linear,
    matrix::Precision,
    names,
    stack::Stack,
    weights::Weights,
};
use crate::music::trio::Line;

/// A decoder: a stack of cells that hears what it said last, and the context.
#[derive(Debug, Clone)]
pub struct Decoder {
    core: Core,
    stack: Stack,
    projection: Linear,
    nade: NadeWeights,
}

/// Says a word for each segment: a stack of cells that hears nothing.
#[derive(Debug, Clone)]
pub struct Conductor(Stack);

/// A sequence on its way through a decoder.
#[derive(Debug, Clone)]
struct Course {
    lines: Vec<Line>,
    heard: Sparse,
}

impl Decoder {
    /// Reads the weights of `core`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config, core: &Core) -> Result<Self, Error> {
        let Core { prefix, head, .. } = core;
        let cells = (0..config.n_decoder_layers).map(|layer| names::core_cell(prefix, layer));
        let stack = Stack::load(weights, &names::core_state(prefix), cells, head.n_heard())?;
        let projection = weights.linear(&names::core_projection(prefix))?;
        let nade = match head {
            Head::Nade { .. } => NadeWeights::load(weights, prefix)?,
            _ => NadeWeights::default(),
        };
        Ok(Self { core: core.clone(), stack, projection, nade })
    }

    /// The same decoder, as near as `precision` has the weights of its steps.
    pub fn with_precision(self, precision: Precision) -> Self {
        let stack = self.stack.with_precision(precision);
        Self { stack, projection: self.projection.with_precision(precision), ..self }
    }

    /// Decodes a segment for each of `contexts` (B, C), `n_steps` long, for B sequences with a pick
    /// each; a line for each of a sequence's columns.
    ///
    /// Each segment begins afresh from its context but hears the last step of the one before; the
    /// first hears nothing.
    pub fn decode(
        &self,
        contexts: &[Vec<f32>],
        n_steps: usize,
        picks: &mut [&mut dyn Pick],
    ) -> Vec<Vec<Line>> {
        let line = Line::with_capacity(contexts.len() * n_steps);
        let course = Course { lines: vec![line; self.core.head.n_columns()], heard: vec![] };
        let mut courses = vec![course; picks.len()];
        let mut projections = vec![0.0; picks.len() * self.core.head.n_projected()];
        for context in contexts {
            let mut states = self.stack.begin(context);
            let projected = self.stack.first().project(context);
            let mut gates = projected.clone();
            for _ in 0..n_steps {
                gates.copy_from_slice(&projected);
                self.hear(&courses, &mut gates);
                let said = self.stack.step(&mut gates, &mut states);
                self.projection.forward_into(&mut projections, said);
                self.say(&mut courses, &mut projections, picks);
            }
        }
        courses.into_iter().map(|course| course.lines).collect()
    }

    /// Adds what the sequences said last to `gates` (B, 4H).
    fn hear(&self, courses: &[Course], gates: &mut [f32]) {
        let rows = gates.chunks_exact_mut(4 * self.stack.first().n_hidden());
        for (gates, course) in rows.zip(courses) {
            self.stack.first().look_up(gates, &course.heard);
        }
    }

    /// Chooses the sequences' next step from `projections` (B, P).
    fn say(&self, courses: &mut [Course], projections: &mut [f32], picks: &mut [&mut dyn Pick]) {
        let Core { head, first_column, .. } = self.core;
        let rows = projections.chunks_exact_mut(head.n_projected());
        for ((course, found), pick) in courses.iter_mut().zip(rows).zip(picks) {
            pick.hear(first_column, found);
            let said = head.say(found, &self.nade, first_column, *pick);
            for (line, column) in course.lines.iter_mut().zip(said.columns) {
                line.push(column);
            }
            course.heard = said.heard;
        }
    }
}

impl Conductor {
    /// Reads the weights.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Self, Error> {
        let cells = (0..config.n_conductor_layers).map(names::conductor_cell);
        // The first cell's one input is always 0: a row of the table that is never looked up.
        Stack::load(weights, names::CONDUCTOR_STATE, cells, 1).map(Self)
    }

    /// The same conductor, as near as `precision` has the weights of its steps.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self(self.0.with_precision(precision))
    }

    /// The words for `n_segments`, each (B, C), after `zs` of `n_sequences` (B, Z).
    pub fn conduct(&self, zs: &[f32], n_sequences: usize, n_segments: usize) -> Vec<Vec<f32>> {
        let mut states = self.0.begin(zs);
        let silence = self.0.first().project(&[]).repeat(n_sequences);
        let word = |_| self.0.step(&mut silence.clone(), &mut states).to_vec();
        (0..n_segments).map(word).collect()
    }
}
