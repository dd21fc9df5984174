//! Fits personal priors ([`crate::musicvae::net::personal`]) to the posterior means of songs.
//!
//! [`vae`] trains `MidiMe`'s small variational autoencoder, [`components`] takes the principal components;
//! both give a decoder from a few dimensions to z. [`cloud`] has the moments of a set of points, and the
//! components of a decoder's residuals.

pub mod cloud;
pub mod components;
pub mod vae;

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};

use crate::{
    lab::train::Error,
    musicvae::net::{
        latent::Latent,
        names,
        personal::{MODEL_KEY, RESIDUALS, SPACE_KEY, layer, space_text},
        weights::Weights,
    },
};

/// A layer of a decoder: its kernel (I, O), row-major, and its bias (O,).
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// (I, O), row-major.
    pub kernel: Vec<f32>,
    /// (O,).
    pub bias: Vec<f32>,
}

impl Layer {
    /// Number of inputs I.
    pub fn n_inputs(&self) -> usize {
        self.kernel.len() / self.bias.len().max(1)
    }
}

/// A fitted prior.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The decoder, w to z.
    pub layers: Vec<Layer>,
    /// Principal components of the decoder's residuals, each times its deviation.
    pub residuals: Vec<Latent>,
    /// Mean KL divergence of each dimension in nats; empty for components.
    pub kl_nats: Vec<f64>,
    /// Share of the songs' variance that the few dimensions explain, 0 to 1.
    pub explained: f64,
}

impl Fitted {
    /// The prior's weights, for the latent space `space` of the model `model`; 16-bit.
    ///
    /// # Errors
    /// Out of memory.
    pub fn weights(&self, model: &str, space: u64) -> Result<Weights, Error> {
        let mut tensors = HashMap::new();
        let mut add = |name: String, values: Vec<f32>, shape: &[usize]| -> Result<(), Error> {
            let tensor = Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(DType::F16)?;
            tensors.insert(name, tensor);
            Ok(())
        };
        for (number, of) in self.layers.iter().enumerate() {
            let (n, prefix) = (of.bias.len(), layer(number));
            add(names::kernel(&prefix), of.kernel.clone(), &[of.n_inputs(), n])?;
            add(names::bias(&prefix), of.bias.clone(), &[n])?;
        }
        let n_latent = self.layers.last().map_or(0, |layer| layer.bias.len());
        if !self.residuals.is_empty() {
            let shape = [self.residuals.len(), n_latent];
            add(RESIDUALS.to_owned(), self.residuals.concat(), &shape)?;
        }
        let metadata = [(MODEL_KEY, model.to_owned()), (SPACE_KEY, space_text(space))];
        Ok(Weights::new(tensors).with_metadata(metadata))
    }
}
