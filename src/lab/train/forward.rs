//! The network over whole sequences, for autograd: tokens to posterior, z to the heads' inputs.
//!
//! Computes the same function as [`crate::musicvae::net`], with teacher forcing. Shapes as in
//! [`crate::lab::train::batch`].

use candle_core::{DType, Device, Result, Tensor};

use crate::{
    lab::train::{
        batch::{CoreGroup, EncoderGroup, EncoderInputs},
        layout::{Lookups, Run},
        lstm::lstm,
        network::Network,
    },
    musicvae::net::{
        config::{Config, Core},
        names,
    },
};

/// The core decoders' inputs for all segments.
pub(super) struct Contexts {
    /// z, or the conductor's embeddings (S * B, C).
    lstm: Tensor,
    /// Skip embeddings (S * B, E), if the network has skip connections.
    skip: Option<Tensor>,
}

impl Network {
    /// Mean and deviation of z, each (B, Z).
    pub(super) fn encode(
        &self,
        inputs: &EncoderInputs,
        n_examples: usize,
    ) -> Result<(Tensor, Tensor)> {
        let levels = self.config.encoder_levels();
        let summaries = inputs.groups.iter().map(|group| self.summarise_steps(&levels[0], group));
        let mut summary = Tensor::cat(&summaries.collect::<Result<Vec<_>>>()?, 0)?;
        if let Some(places) = &inputs.places {
            summary = summary.index_select(&indices(places, self.device())?, 0)?;
        }
        if let Some(level) = levels.get(1) {
            let (layer, n_inputs) = &level[0];
            let embeddings = summary.reshape((inputs.n_segments, n_examples, *n_inputs))?;
            summary = ends(&self.both_directions(layer, &embeddings, dense(inputs.n_segments))?)?;
        }
        let mu = self.linear(names::MU, &summary)?;
        let raw = self.linear(names::SIGMA, &summary)?;
        // softplus, in the form that doesn't overflow.
        let sigma = (raw.relu()? + (raw.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
        Ok((self.add_skip(mu, inputs)?, sigma))
    }

    /// The lowest level's embedding of each row of a group (R, 2H).
    fn summarise_steps(&self, layers: &[(String, usize)], inputs: &EncoderGroup) -> Result<Tensor> {
        let n_rows = inputs.n_rows;
        let no_dense = Tensor::zeros((1, n_rows, 0), DType::F32, self.device())?;
        let run = |lookups: &Lookups| Run {
            n_steps: inputs.n_steps,
            n_lookup: layers[0].1,
            lookups: Some(lookups.clone()),
            is_reversed: false,
        };
        if let Some((lengths, reversed)) = &inputs.ends {
            let last = lengths.iter().enumerate().map(|(row, n)| ((n - 1) * n_rows + row) as u32);
            let last = Tensor::from_iter(last, self.device())?;
            let end = |way, lookups| {
                let outputs = self.direction(&layers[0].0, way, &no_dense, run(lookups))?;
                outputs.reshape(((), self.config.n_encoder))?.index_select(&last, 0)
            };
            return Tensor::cat(&[end("fw", &inputs.forward)?, end("bw", reversed)?], 1);
        }
        let mut outputs = self.both_directions(&layers[0].0, &no_dense, run(&inputs.forward))?;
        for (layer, _) in &layers[1..] {
            let x = Tensor::cat(&outputs, 2)?;
            outputs = self.both_directions(layer, &x, dense(inputs.n_steps))?;
        }
        ends(&outputs)
    }

    /// Outputs of both directions of a layer, each (T, rows, H) in order of time.
    fn both_directions(&self, layer: &str, x: &Tensor, run: Run) -> Result<[Tensor; 2]> {
        let forward = self.direction(layer, "fw", x, run.clone())?;
        let backward = self.direction(layer, "bw", x, Run { is_reversed: true, ..run })?;
        Ok([forward, backward])
    }

    fn direction(&self, layer: &str, way: &str, x: &Tensor, run: Run) -> Result<Tensor> {
        let (kernel, bias) = self.cell(&names::bidirectional(layer, way))?;
        let zeros =
            Tensor::zeros((2, x.dim(1)?, self.config.n_encoder), DType::F32, self.device())?;
        lstm(x, kernel, bias, &zeros, run)
    }

    /// The core decoders' inputs, from `z` (B, Z).
    pub(super) fn contexts(&self, z: &Tensor) -> Result<Contexts> {
        Ok(Contexts { lstm: self.context(z)?, skip: self.skipped(z)? })
    }

    /// z, or the conductor's embeddings (S * B, C).
    fn context(&self, z: &Tensor) -> Result<Tensor> {
        let Config { n_conductor, n_conductor_layers, n_segments, .. } = self.config;
        if n_conductor_layers == 0 {
            return Ok(z.clone());
        }
        let states = self.states(names::CONDUCTOR_STATE, z, n_conductor_layers)?;
        let mut x = Tensor::zeros((1, z.dim(0)?, 0), DType::F32, self.device())?;
        for (layer, state) in states.iter().enumerate() {
            // The conductor's single input is always 0: a row that is never looked up.
            let run = Run { n_lookup: usize::from(layer == 0), ..dense(n_segments) };
            let (kernel, bias) = self.cell(&names::conductor_cell(layer))?;
            x = lstm(&x, kernel, bias, state, run)?;
        }
        x.reshape((n_segments * z.dim(0)?, n_conductor))
    }

    /// Outputs of the decoder `core` for a group's inputs (T * R, P), given the contexts of all rows.
    pub(super) fn decode(
        &self,
        core: &Core,
        contexts: &Contexts,
        group: &CoreGroup,
        inputs: &Lookups,
    ) -> Result<Tensor> {
        let Config { n_decoder, n_decoder_layers, .. } = self.config;
        let of_group = |all: &Tensor| match &group.rows {
            Some(rows) => all.index_select(&indices(rows, self.device())?, 0),
            None => Ok(all.clone()),
        };
        let (context, prefix) = (&of_group(&contexts.lstm)?, &core.prefix);
        let states = self.states(&names::core_state(prefix), context, n_decoder_layers)?;
        let mut x = context.unsqueeze(0)?;
        for (layer, state) in states.iter().enumerate() {
            let (kernel, bias) = self.cell(&names::core_cell(prefix, layer))?;
            let mut run = dense(group.n_steps);
            if layer == 0 {
                run.n_lookup = kernel.dim(0)? - self.config.n_context() - n_decoder;
                run.lookups = Some(inputs.clone());
            }
            x = lstm(&x, kernel, bias, state, run)?;
        }
        let outputs = self.linear(&names::core_projection(prefix), &x.reshape(((), n_decoder))?)?;
        match &contexts.skip {
            Some(skip) => outputs + self.skip_outputs(core, &of_group(skip)?)?,
            None => Ok(outputs),
        }
    }

    /// Initial states of the layers, (2, B, H) each: c and h.
    fn states(&self, name: &str, z: &Tensor, n_layers: usize) -> Result<Vec<Tensor>> {
        let parts = self.linear(name, z)?.tanh()?.chunk(2 * n_layers, 1)?;
        parts.chunks(2).map(|pair| Tensor::stack(pair, 0)).collect()
    }
}

fn indices(rows: &[u32], device: &Device) -> Result<Tensor> {
    Tensor::from_slice(rows, rows.len(), device)
}

/// A layer with dense inputs only.
fn dense(n_steps: usize) -> Run {
    Run { n_steps, n_lookup: 0, lookups: None, is_reversed: false }
}

/// Final outputs of both directions, concatenated (rows, 2H).
fn ends([forward, backward]: &[Tensor; 2]) -> Result<Tensor> {
    Tensor::cat(&[forward.get(forward.dim(0)? - 1)?, backward.get(0)?], 1)
}
