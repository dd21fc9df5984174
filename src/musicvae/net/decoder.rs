//! What conditions a decoder (z, or the conductor's word for a segment) to columns, step by step.
//!
//! B sequences are decoded together, so that a step's weights are read once for all of them.

use crate::{
    music::trio::Line,
    musicvae::net::{
        Error,
        config::{Config, Core},
        domain::Sparse,
        head::{Head, NadeWeights, Pick},
        linear::Linear,
        lstm::CellState,
        names,
        precision::Precision,
        stack::Stack,
        weights::Weights,
    },
};

/// A decoder: layers that hear what was said last, and the context; and a head that chooses.
#[derive(Debug, Clone)]
pub struct Decoder<L = HostLayers> {
    core: Core,
    layers: L,
    nade: NadeWeights,
}

/// What computes a decoder's steps, for B sequences at a time.
pub trait Layers {
    /// Where B sequences are.
    type Run;

    /// Before the first step after `contexts` (B, C).
    ///
    /// # Errors
    /// The device fails.
    fn begin(&self, contexts: &[f32]) -> Result<Self::Run, Error>;

    /// A step of sequences that `heard` what they said last: puts what they project into `out`
    /// (B, P).
    ///
    /// # Errors
    /// The device fails.
    fn step(&self, run: &mut Self::Run, heard: &[&Sparse], out: &mut [f32]) -> Result<(), Error>;
}

/// Layers on the processor.
#[derive(Debug, Clone)]
pub struct HostLayers {
    stack: Stack,
    projection: Linear,
}

/// Where sequences are on the processor.
#[derive(Debug)]
pub struct HostRun {
    states: Vec<CellState>,
    /// What the contexts give to the first cell's gates, at all steps.
    projected: Vec<f32>,
    gates: Vec<f32>,
}

impl Layers for HostLayers {
    type Run = HostRun;

    fn begin(&self, contexts: &[f32]) -> Result<HostRun, Error> {
        let projected = self.stack.first().project(contexts);
        Ok(HostRun { states: self.stack.begin(contexts), gates: projected.clone(), projected })
    }

    fn step(&self, run: &mut HostRun, heard: &[&Sparse], out: &mut [f32]) -> Result<(), Error> {
        run.gates.copy_from_slice(&run.projected);
        let first = self.stack.first();
        for (gates, heard) in run.gates.chunks_exact_mut(4 * first.n_hidden()).zip(heard) {
            first.look_up(gates, heard);
        }
        self.projection.forward_into(out, self.stack.step(&mut run.gates, &mut run.states));
        Ok(())
    }
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
        Self::of(weights, core, HostLayers { stack, projection })
    }

    /// The same decoder, as near as `precision` has the weights of its steps.
    pub fn with_precision(self, precision: Precision) -> Self {
        let HostLayers { stack, projection } = self.layers;
        let stack = stack.with_precision(precision);
        let layers = HostLayers { stack, projection: projection.with_precision(precision) };
        Self { layers, ..self }
    }
}

impl<L: Layers> Decoder<L> {
    /// The decoder of `core` whose steps `layers` compute.
    ///
    /// # Errors
    /// A tensor of its head is missing.
    pub fn of(weights: &Weights, core: &Core, layers: L) -> Result<Self, Error> {
        let nade = match core.head {
            Head::Nade { .. } => NadeWeights::load(weights, &core.prefix)?,
            _ => NadeWeights::default(),
        };
        Ok(Self { core: core.clone(), layers, nade })
    }

    /// Decodes a segment for each of `contexts` (B, C), `n_steps` long, for B sequences with a pick
    /// each; a line for each of a sequence's columns.
    ///
    /// Each segment begins afresh from its context but hears the last step of the one before; the
    /// first hears nothing.
    ///
    /// # Errors
    /// The device that the layers are on fails.
    pub fn decode(
        &self,
        contexts: &[Vec<f32>],
        n_steps: usize,
        picks: &mut [&mut dyn Pick],
    ) -> Result<Vec<Vec<Line>>, Error> {
        let line = Line::with_capacity(contexts.len() * n_steps);
        let course = Course { lines: vec![line; self.core.head.n_columns()], heard: vec![] };
        let mut courses = vec![course; picks.len()];
        let mut projections = vec![0.0; picks.len() * self.core.head.n_projected()];
        for context in contexts {
            let mut run = self.layers.begin(context)?;
            for _ in 0..n_steps {
                let heard: Vec<&Sparse> = courses.iter().map(|course| &course.heard).collect();
                self.layers.step(&mut run, &heard, &mut projections)?;
                self.say(&mut courses, &mut projections, picks);
            }
        }
        Ok(courses.into_iter().map(|course| course.lines).collect())
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
