//! The linear [skip connections](crate::musicvae::net::skip) for autograd. Shapes as in
//! [`crate::lab::train::batch`], with E the width of a skip embedding.

use candle_core::{Result, Tensor};

use crate::{
    lab::train::{batch::EncoderInputs, layout::Lookups, network::Network},
    musicvae::net::{
        config::{Config, Core},
        names,
    },
};

impl Network {
    /// `mu` (B, Z) plus the addend of the encoder's skip connection, if the network has one.
    pub(super) fn add_skip(&self, mu: Tensor, inputs: &EncoderInputs) -> Result<Tensor> {
        let Config { n_skip, .. } = self.config;
        let ([group], true) = (&inputs.groups[..], 0 < n_skip) else { return Ok(mu) };
        let n_examples = mu.dim(0)?;
        let (table, bias) = self.cell(names::ENCODER_SKIP)?;
        let (rows, values) = self.table_rows(&group.forward, group.n_rows);
        let rows = Tensor::from_vec(rows, values.len(), self.device())?;
        let values = Tensor::from_vec(values, (rows.dim(0)?, 1), self.device())?;
        let found = table.index_select(&rows, 0)?.broadcast_mul(&values)?;
        let shape = (group.n_steps, group.n_rows, group.forward.n_per_step, n_skip);
        let summaries = found.reshape(shape)?.sum(2)?.sum(0)?.broadcast_add(bias)?;
        let by_example = summaries.reshape((inputs.n_segments, n_examples, n_skip))?;
        let all = by_example.transpose(0, 1)?.reshape((n_examples, inputs.n_segments * n_skip))?;
        mu + self.linear(names::MU_SKIP, &all)?
    }

    /// Rows of the encoder's table (T * K inputs) and their factors, for lookups (T, R, K).
    fn table_rows(&self, lookups: &Lookups, n_rows: usize) -> (Vec<u32>, Vec<f32>) {
        let n_inputs = self.config.n_encoder_inputs() as u32;
        let n_in_step = n_rows * lookups.n_per_step;
        let pairs = lookups.rows.iter().zip(&lookups.values).enumerate();
        let row = |(index, (&row, &value)): (usize, (&u32, &f32))| match row {
            Lookups::NONE => (0, 0.0),
            _ => ((index / n_in_step) as u32 * n_inputs + row, value),
        };
        pairs.map(row).unzip()
    }

    /// Skip embeddings (S * B, E) of the decoder, from `z` (B, Z); none without skip connections.
    pub(super) fn skipped(&self, z: &Tensor) -> Result<Option<Tensor>> {
        let Config { n_skip, n_segments, .. } = self.config;
        if n_skip == 0 {
            return Ok(None);
        }
        let n_examples = z.dim(0)?;
        let all = self.linear(names::DECODER_SKIP, z)?;
        let by_segment = all.reshape((n_examples, n_segments, n_skip))?.transpose(0, 1)?;
        by_segment.reshape((n_segments * n_examples, n_skip)).map(Some)
    }

    /// A core's addends to the head's inputs (T * R, P), from the skip embeddings `skipped` (R, E).
    pub(super) fn skip_outputs(&self, core: &Core, skipped: &Tensor) -> Result<Tensor> {
        let (n_rows, n_outputs) = (skipped.dim(0)?, core.head.n_outputs());
        let all = self.linear(&names::core_skip(&core.prefix), skipped)?;
        let by_step = all.reshape((n_rows, (), n_outputs))?.transpose(0, 1)?;
        by_step.reshape(((), n_outputs))
    }
}
