//! The decoder on a candle device (GPU), for many sequences at a time: LSTM role 2 of 4, inference
//! with candle tensors. See also [`lstm`](crate::musicvae::net::lstm) (inference on the CPU, the
//! reference) and, for training, `lab::train::passes` (CPU) and `lab::train::lstm_tensors` (GPU).
//!
//! Each step uploads the previous columns and downloads the head's inputs; states stay on the
//! device. The CPU chooses tokens with the same heads and the same random draws, so the tokens
//! equal those of [`Generator`](crate::musicvae::net::generator::Generator) unless two logits are
//! closer than the rounding difference between the devices.

use candle_core::{Device, Tensor};
use candle_nn::ops::sigmoid;

use crate::musicvae::net::{
    Error,
    config::{Config, Core},
    decoder::{Conduct, Decoder, Layers},
    domain::Sparse,
    generator::GeneratorOn,
    lstm::FORGET_BIAS,
    names,
    weights::Weights,
};

/// A linear layer: kernel (I, O), bias (1, O).
#[derive(Debug, Clone)]
struct Dense {
    kernel: Tensor,
    bias: Tensor,
}

impl Dense {
    fn load(weights: &Weights, prefix: &str, device: &Device) -> Result<Self, Error> {
        let bias = weights.values(&names::bias(prefix))?;
        let kernel = weights.values(&names::kernel(prefix))?;
        let n_outputs = bias.len();
        Ok(Self {
            kernel: Tensor::from_vec(kernel, ((), n_outputs), device)?,
            bias: Tensor::from_vec(bias, (1, n_outputs), device)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, Error> {
        Ok(x.matmul(&self.kernel)?.broadcast_add(&self.bias)?)
    }
}

/// An LSTM cell; the kernel is split by input.
#[derive(Debug, Clone)]
struct DeviceCell {
    /// (V + 1, 4H): a row per sparse input, and a row of zeros for padding.
    table: Tensor,
    input: Dense,
    hidden: Tensor,
}

impl DeviceCell {
    fn load(
        weights: &Weights,
        prefix: &str,
        n_lookup: usize,
        device: &Device,
    ) -> Result<Self, Error> {
        let Dense { kernel, bias } = Dense::load(weights, prefix, device)?;
        let (n_rows, width) = kernel.dims2()?;
        let n_hidden = width / 4;
        let n_inputs = n_rows - n_hidden - n_lookup;
        let padding = Tensor::zeros((1, width), kernel.dtype(), device)?;
        // TensorFlow adds the forget bias at run time; here it is folded into the bias.
        let forget = [0.0, 0.0, FORGET_BIAS, 0.0].map(|x| vec![x; n_hidden]).concat();
        let bias = (bias + Tensor::from_vec(forget, (1, width), device)?)?;
        Ok(Self {
            table: Tensor::cat(&[&kernel.narrow(0, 0, n_lookup)?, &padding], 0)?,
            input: Dense { kernel: kernel.narrow(0, n_lookup, n_inputs)?.contiguous()?, bias },
            hidden: kernel.narrow(0, n_lookup + n_inputs, n_hidden)?.contiguous()?,
        })
    }

    /// Adds the table rows of each sequence's `inputs` to `gates` (B, 4H).
    fn look_up(&self, gates: Tensor, inputs: &[&Sparse]) -> Result<Tensor, Error> {
        let padding = self.table.dim(0)? as u32 - 1;
        let n_most = inputs.iter().map(|inputs| inputs.len()).max().unwrap_or(0);
        let mut gates = gates;
        for k in 0..n_most {
            let kth = |inputs: &&Sparse| inputs.get(k).copied().unwrap_or((padding, 1.0));
            let (rows, values): (Vec<u32>, Vec<f32>) = inputs.iter().map(kth).unzip();
            let is_one_hot = values.iter().all(|value| (value - 1.0).abs() < f32::EPSILON);
            let mut found = self
                .table
                .index_select(&Tensor::from_vec(rows, inputs.len(), gates.device())?, 0)?;
            if !is_one_hot {
                let values = Tensor::from_vec(values, (inputs.len(), 1), gates.device())?;
                found = found.broadcast_mul(&values)?;
            }
            gates = (gates + found)?;
        }
        Ok(gates)
    }

    /// Advances (c, h) by one step; `gates` (B, 4H) hold the inputs' contribution.
    fn step(&self, gates: &Tensor, (c, h): &mut (Tensor, Tensor)) -> Result<(), Error> {
        let sums = (gates + h.matmul(&self.hidden)?)?.chunk(4, 1)?;
        let kept = (sigmoid(&sums[2])? * &*c)?;
        *c = (kept + (sigmoid(&sums[0])? * sums[1].tanh()?)?)?;
        *h = (sigmoid(&sums[3])? * c.tanh()?)?;
        Ok(())
    }
}

/// Stacked LSTM cells on a device.
#[derive(Debug, Clone)]
struct DeviceStack {
    first_states: Dense,
    cells: Vec<DeviceCell>,
}

impl DeviceStack {
    fn load(
        weights: &Weights,
        state: &str,
        cells: impl Iterator<Item = String>,
        n_lookup: usize,
        device: &Device,
    ) -> Result<Self, Error> {
        let load = |(layer, prefix): (usize, String)| {
            DeviceCell::load(weights, &prefix, if layer == 0 { n_lookup } else { 0 }, device)
        };
        let first_states = Dense::load(weights, state, device)?;
        Ok(Self { first_states, cells: cells.enumerate().map(load).collect::<Result<_, _>>()? })
    }

    /// Initial (c, h) of each layer, from `contexts` (B, C).
    fn begin(&self, contexts: &Tensor) -> Result<Vec<(Tensor, Tensor)>, Error> {
        let parts = self.first_states.forward(contexts)?.tanh()?.chunk(2 * self.cells.len(), 1)?;
        let state = |pair: &[Tensor]| Ok((pair[0].contiguous()?, pair[1].contiguous()?));
        parts.chunks(2).map(state).collect()
    }

    /// Runs one step of all layers; returns the top layer's h (B, H).
    fn step(&self, gates: Tensor, states: &mut [(Tensor, Tensor)]) -> Result<Tensor, Error> {
        let mut gates = gates;
        for (layer, cell) in self.cells.iter().enumerate() {
            if 0 < layer {
                gates = cell.input.forward(&states[layer - 1].1)?;
            }
            cell.step(&gates, &mut states[layer])?;
        }
        Ok(states[self.cells.len() - 1].1.clone())
    }
}

/// A core decoder's layers on a device.
#[derive(Debug, Clone)]
pub struct DeviceLayers {
    stack: DeviceStack,
    projection: Dense,
}

impl DeviceLayers {
    /// Uploads the weights of `core`.
    ///
    /// # Errors
    /// A tensor is missing, or the device is out of memory.
    pub fn load(
        weights: &Weights,
        config: &Config,
        core: &Core,
        device: &Device,
    ) -> Result<Self, Error> {
        let prefix = &core.prefix;
        let cells = (0..config.n_decoder_layers).map(|layer| names::core_cell(prefix, layer));
        let state = names::core_state(prefix);
        Ok(Self {
            stack: DeviceStack::load(weights, &state, cells, core.n_inputs(), device)?,
            projection: Dense::load(weights, &names::core_projection(prefix), device)?,
        })
    }
}

/// LSTM states of B sequences on a device.
#[derive(Debug)]
pub struct DeviceRun {
    states: Vec<(Tensor, Tensor)>,
    projected: Tensor,
}

impl Layers for DeviceLayers {
    type Run = DeviceRun;
    type Conductor = DeviceConductor;

    fn begin(&self, contexts: &[f32]) -> Result<DeviceRun, Error> {
        let first = &self.stack.cells[0].input;
        let n_context = first.kernel.dim(0)?;
        let contexts = Tensor::from_slice(contexts, ((), n_context), first.kernel.device())?;
        Ok(DeviceRun { states: self.stack.begin(&contexts)?, projected: first.forward(&contexts)? })
    }

    fn step(&self, run: &mut DeviceRun, inputs: &[&Sparse], out: &mut [f32]) -> Result<(), Error> {
        let gates = self.stack.cells[0].look_up(run.projected.clone(), inputs)?;
        let output = self.stack.step(gates, &mut run.states)?;
        out.copy_from_slice(&self.projection.forward(&output)?.flatten_all()?.to_vec1::<f32>()?);
        Ok(())
    }
}

/// The conductor on a device.
#[derive(Debug, Clone)]
pub struct DeviceConductor(DeviceStack);

impl DeviceConductor {
    /// Uploads the weights.
    ///
    /// # Errors
    /// A tensor is missing, or the device is out of memory.
    pub fn load(weights: &Weights, config: &Config, device: &Device) -> Result<Self, Error> {
        let cells = (0..config.n_conductor_layers).map(names::conductor_cell);
        DeviceStack::load(weights, names::CONDUCTOR_STATE, cells, 1, device).map(Self)
    }
}

impl Conduct for DeviceConductor {
    fn conduct(&self, zs: &[&[f32]], n_segments: usize) -> Result<Vec<Vec<f32>>, Error> {
        let Self(stack) = self;
        let device = stack.first_states.kernel.device();
        let n_latent = stack.first_states.kernel.dim(0)?;
        let zs_flat = Tensor::from_vec(zs.concat(), (zs.len(), n_latent), device)?;
        let mut states = stack.begin(&zs_flat)?;
        let bias = &stack.cells[0].input.bias;
        let padding = bias.broadcast_as((zs.len(), bias.dim(1)?))?.contiguous()?;
        let mut embedding = || -> Result<Vec<f32>, Error> {
            Ok(stack.step(padding.clone(), &mut states)?.flatten_all()?.to_vec1()?)
        };
        (0..n_segments).map(|_| embedding()).collect()
    }
}

/// The decoding half of a network on a candle device.
pub type DeviceGenerator = GeneratorOn<DeviceLayers>;

impl DeviceGenerator {
    /// Uploads the weights of a network of `config` to `device`.
    ///
    /// # Errors
    /// A tensor is missing, or the device is out of memory.
    pub fn load(config: &Config, weights: &Weights, device: &Device) -> Result<Self, Error> {
        let decoder = |core: &Core| {
            Decoder::of(weights, config, core, DeviceLayers::load(weights, config, core, device)?)
        };
        let conductor = (0 < config.n_conductor_layers)
            .then(|| DeviceConductor::load(weights, config, device))
            .transpose()?;
        let decoders = config.cores().iter().map(decoder).collect::<Result<_, _>>()?;
        Self::new(*config, weights, conductor, decoders)
    }
}
