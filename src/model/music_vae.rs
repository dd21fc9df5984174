//! The whole network: load, encode, decode.

use super::{
    Error,
    config::{Config, Family},
    decoder::{Conductor, Decoder},
    encoder::{Encoder, Posterior},
    weights::Weights,
};
use crate::music::trio::Line;

/// A MusicVAE of any family and size; immutable, shared between stations.
#[derive(Debug, Clone)]
pub struct MusicVae {
    config: Config,
    encoder: Encoder,
    conductor: Option<Conductor>,
    decoders: Vec<Decoder>,
}

impl MusicVae {
    /// The network that `weights` holds; its sizes are read off their shapes.
    ///
    /// # Errors
    /// A tensor is missing or doesn't fit the others.
    pub fn load(family: Family, weights: &Weights) -> Result<Self, Error> {
        let config = weights.config(family)?;
        let encoder = Encoder::load(weights, &config)?;
        let (conductor, decoders) = load_decoders(weights, &config)?;
        Ok(Self { config, encoder, conductor, decoders })
    }

    /// What it reads and writes, and its sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where `lines`, one a part, lie in the latent space.
    ///
    /// # Errors
    /// They are not of the family's parts, length and range.
    pub fn encode(&self, lines: &[Line]) -> Result<Posterior, Error> {
        let family = self.config.family;
        let (n_parts, n_steps) = (family.n_tokens().len(), family.n_steps());
        let fits = |(line, &n_tokens): (&Line, &usize)| {
            line.len() == n_steps && line.iter().all(|&token| usize::from(token) < n_tokens)
        };
        if lines.len() != n_parts || !lines.iter().zip(family.n_tokens()).all(fits) {
            return Err(Error::Lines { expected: n_parts, n_steps, family });
        }
        Ok(self.encoder.encode(lines))
    }

    /// Decodes `z` (Z,) into a line for each part.
    ///
    /// `pick` is given the number of the part and the logits (V,) of a step, which it may change.
    ///
    /// # Errors
    /// `z` is not Z wide.
    pub fn decode(
        &self,
        z: &[f32],
        pick: &mut dyn FnMut(usize, &mut [f32]) -> u16,
    ) -> Result<Vec<Line>, Error> {
        if z.len() != self.config.n_latent {
            return Err(Error::Latent { expected: self.config.n_latent, found: z.len() });
        }
        Ok(decode(self.config.family, self.conductor.as_ref(), &self.decoders, z, pick))
    }
}

/// The decoding half of the network alone, for checkpoints without an encoder.
///
/// # Errors
/// A tensor is missing.
pub fn load_decoders(
    weights: &Weights,
    config: &Config,
) -> Result<(Option<Conductor>, Vec<Decoder>), Error> {
    let has_conductor = 0 < config.n_conductor_layers;
    let conductor = has_conductor.then(|| Conductor::load(weights, config)).transpose()?;
    let cores = config.cores();
    let pairs = cores.iter().zip(config.family.n_tokens());
    let decoders = pairs.map(|(core, &n_tokens)| Decoder::load(weights, config, core, n_tokens));
    Ok((conductor, decoders.collect::<Result<_, _>>()?))
}

/// Decodes `z` (Z,) with these halves of a network of `family`; see [`MusicVae::decode`].
///
/// Parts don't hear each other within a segment; each hears its own last token of the one before.
pub fn decode(
    family: Family,
    conductor: Option<&Conductor>,
    decoders: &[Decoder],
    z: &[f32],
    pick: &mut dyn FnMut(usize, &mut [f32]) -> u16,
) -> Vec<Line> {
    let contexts = match conductor {
        Some(conductor) => conductor.conduct(z, family.n_segments()),
        None => vec![z.to_vec()],
    };
    let part = |(part, decoder): (usize, &Decoder)| {
        let mut line = Line::with_capacity(family.n_steps());
        for context in &contexts {
            let heard = line.last().copied();
            let mut pick = |logits: &mut [f32]| pick(part, logits);
            line.extend(decoder.decode(context, family.n_segment_steps(), heard, &mut pick));
        }
        line
    };
    decoders.iter().enumerate().map(part).collect()
}
