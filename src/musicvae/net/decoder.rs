//! Core decoders and the conductor (Roberts et al. 2018, section 3.2; musicvae `lstm_models.py`): a
//! context per segment to columns, step by step.
//!
//! B sequences are decoded together, so that the weights are read from memory once per step for all
//! of them.

use std::ops::Range;

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
        skip::CoreSkip,
        stack::Stack,
        weights::Weights,
    },
};

/// A core decoder: LSTM layers over the previous step's columns and the context, and a head that
/// chooses the next columns.
#[derive(Debug, Clone)]
pub struct Decoder<L = HostLayers> {
    core: Core,
    layers: L,
    nade: NadeWeights,
    skip: Option<CoreSkip>,
}

/// A core's inputs for a segment, of B sequences.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    /// z or the conductor's embedding (B, C).
    pub context: Vec<f32>,
    /// [Skip embeddings](crate::musicvae::net::skip) (B, E); empty without skip connections.
    pub skip: Vec<f32>,
}

/// A backend that computes a decoder's steps for B sequences at a time: [`HostLayers`] on the CPU,
/// [`DeviceLayers`](crate::musicvae::net::device::DeviceLayers) on a candle device.
pub trait Layers {
    /// LSTM states of B sequences.
    type Run;

    /// The conductor on the same backend.
    type Conductor: Conduct;

    /// States before the first step, from `contexts` (B, C).
    ///
    /// # Errors
    /// The device fails.
    fn begin(&self, contexts: &[f32]) -> Result<Self::Run, Error>;

    /// Runs one step: `inputs` holds the previous step's columns of each sequence; writes the
    /// head's inputs to `out` (B, P).
    ///
    /// # Errors
    /// The device fails.
    fn step(&self, run: &mut Self::Run, inputs: &[&Sparse], out: &mut [f32]) -> Result<(), Error>;
}

/// A conductor: z to an embedding per segment.
pub trait Conduct {
    /// Embeddings of `n_segments`, (B, C) each, from `zs` (B, Z).
    ///
    /// # Errors
    /// The device fails.
    fn conduct(&self, zs: &[&[f32]], n_segments: usize) -> Result<Vec<Vec<f32>>, Error>;
}

/// Decoder layers on the CPU.
#[derive(Debug, Clone)]
pub struct HostLayers {
    stack: Stack,
    projection: Linear,
}

/// LSTM states of B sequences on the CPU.
#[derive(Debug)]
pub struct HostRun {
    states: Vec<CellState>,
    /// The contexts' contribution to the first cell's gates (B, 4H), the same at every step.
    projected: Vec<f32>,
    gates: Vec<f32>,
}

impl Layers for HostLayers {
    type Run = HostRun;
    type Conductor = Conductor;

    fn begin(&self, contexts: &[f32]) -> Result<HostRun, Error> {
        let projected = self.stack.first().project(contexts);
        Ok(HostRun { states: self.stack.begin(contexts), gates: projected.clone(), projected })
    }

    fn step(&self, run: &mut HostRun, inputs: &[&Sparse], out: &mut [f32]) -> Result<(), Error> {
        run.gates.copy_from_slice(&run.projected);
        let first = self.stack.first();
        for (gates, inputs) in run.gates.chunks_exact_mut(4 * first.n_hidden()).zip(inputs) {
            first.look_up(gates, inputs);
        }
        self.projection.forward_into(out, self.stack.step(&mut run.gates, &mut run.states));
        Ok(())
    }
}

/// The conductor on the CPU: an LSTM stack without inputs that emits an embedding per segment.
#[derive(Debug, Clone)]
pub struct Conductor(Stack);

/// A sequence being decoded.
#[derive(Debug, Clone)]
struct Sequence {
    lines: Vec<Line>,
    inputs: Sparse,
    /// Whether the segment's track has ended.
    has_ended: bool,
}

impl Decoder {
    /// Reads the weights of `core`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config, core: &Core) -> Result<Self, Error> {
        let prefix = &core.prefix;
        let cells = (0..config.n_decoder_layers).map(|layer| names::core_cell(prefix, layer));
        let stack = Stack::load(weights, &names::core_state(prefix), cells, core.n_inputs())?;
        let projection = weights.linear(&names::core_projection(prefix))?;
        Self::of(weights, config, core, HostLayers { stack, projection })
    }

    /// The same decoder with the weights of its steps in `precision`.
    pub fn with_precision(self, precision: Precision) -> Self {
        let HostLayers { stack, projection } = self.layers;
        let stack = stack.with_precision(precision);
        let layers = HostLayers { stack, projection: projection.with_precision(precision) };
        Self { layers, ..self }
    }
}

impl<L: Layers> Decoder<L> {
    /// The decoder of `core`, computed by `layers`.
    ///
    /// # Errors
    /// A tensor of the head or of the skip connection is missing.
    pub fn of(weights: &Weights, config: &Config, core: &Core, layers: L) -> Result<Self, Error> {
        let nade = match core.head {
            Head::Nade { .. } => NadeWeights::new(
                weights.values(&names::nade_encoder(&core.prefix))?,
                weights.values(&names::nade_decoder(&core.prefix))?,
            ),
            _ => NadeWeights::default(),
        };
        let skip = CoreSkip::load(weights, config, core)?;
        Ok(Self { core: core.clone(), layers, nade, skip })
    }

    /// The columns that the decoder outputs.
    pub fn columns(&self) -> Range<usize> {
        self.core.first_column..self.core.first_column + self.core.head.n_columns()
    }

    /// Decodes `n_steps` of each of `segments` with one `Pick` per sequence. Returns a line per column for each sequence.
    ///
    /// LSTM states restart from the context at each segment; the previous step's columns carry over, and are
    /// empty at the first step. Steps after the end of a track are filled with ends instead of decoded, and
    /// the next track starts as the first one does.
    ///
    /// # Errors
    /// The backend's device fails.
    pub fn decode(
        &self,
        segments: &[Segment],
        n_steps: usize,
        picks: &mut [&mut dyn Pick],
    ) -> Result<Vec<Vec<Line>>, Error> {
        let line = Line::with_capacity(segments.len() * n_steps);
        let lines = vec![line; self.core.head.n_columns()];
        let sequence = Sequence { lines, inputs: vec![], has_ended: false };
        let mut sequences = vec![sequence; picks.len()];
        let mut outputs = vec![0.0; picks.len() * self.core.head.n_outputs()];
        for (segment, of) in segments.iter().enumerate() {
            let mut run = self.layers.begin(&of.context)?;
            let skipped = self.skip.as_ref().map(|skip| skip.outputs(&of.skip));
            for (sequence, pick) in sequences.iter_mut().zip(&mut *picks) {
                sequence.has_ended = false;
                pick.begin(segment);
            }
            for step in 0..n_steps {
                if sequences.iter().all(|sequence| sequence.has_ended) {
                    for sequence in &mut sequences {
                        sequence.rest(self.core.end);
                    }
                    continue;
                }
                for sequence in &mut sequences {
                    sequence.inputs.extend(self.core.metre_input(step));
                }
                let inputs: Vec<&Sparse> =
                    sequences.iter().map(|sequence| &sequence.inputs).collect();
                self.layers.step(&mut run, &inputs, &mut outputs)?;
                if let (Some(skip), Some(skipped)) = (&self.skip, &skipped) {
                    skip.add(skipped, step, &mut outputs);
                }
                self.choose(&mut sequences, &mut outputs, picks);
            }
        }
        Ok(sequences.into_iter().map(|sequence| sequence.lines).collect())
    }

    /// Chooses each sequence's next step from `outputs` (B, P).
    fn choose(&self, sequences: &mut [Sequence], outputs: &mut [f32], picks: &mut [&mut dyn Pick]) {
        let Core { head, first_column, end, .. } = self.core;
        let rows = outputs.chunks_exact_mut(head.n_outputs());
        for ((sequence, output), pick) in sequences.iter_mut().zip(rows).zip(picks) {
            if sequence.has_ended {
                sequence.rest(end);
                continue;
            }
            pick.observe(first_column, output);
            let choice = head.choose(output, &self.nade, first_column, *pick);
            let is_end = end.is_some() && choice.columns.first().copied() == end;
            sequence.has_ended = is_end && pick.stops_at_end();
            for (line, column) in sequence.lines.iter_mut().zip(choice.columns) {
                line.push(column);
            }
            sequence.inputs = choice.inputs;
        }
    }
}

impl Sequence {
    /// Fills a step after the end of a track.
    fn rest(&mut self, end: Option<u16>) {
        self.lines.iter_mut().for_each(|line| line.extend(end));
        self.inputs.clear();
    }
}

impl Conductor {
    /// Reads the weights.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Self, Error> {
        let cells = (0..config.n_conductor_layers).map(names::conductor_cell);
        // The first cell's single input is always 0: a table row that is never looked up.
        Stack::load(weights, names::CONDUCTOR_STATE, cells, 1).map(Self)
    }

    /// The same conductor with the weights of its steps in `precision`.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self(self.0.with_precision(precision))
    }
}

impl Conduct for Conductor {
    fn conduct(&self, zs: &[&[f32]], n_segments: usize) -> Result<Vec<Vec<f32>>, Error> {
        let mut states = self.0.begin(&zs.concat());
        let gates = self.0.first().project(&[]).repeat(zs.len());
        let embedding = |_| self.0.step(&mut gates.clone(), &mut states).to_vec();
        Ok((0..n_segments).map(embedding).collect())
    }
}
