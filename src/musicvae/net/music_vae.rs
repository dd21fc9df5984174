//! A whole network: load, encode, decode.

use crate::{
    music::trio::Line,
    musicvae::net::{
        Error,
        attributes::Attributes,
        config::Config,
        domain::Sparse,
        encoder::{Encoder, Posterior},
        family::Family,
        generator::Generator,
        head::Pick,
        precision::Precision,
        prior::Priors,
        weights::Weights,
    },
};

/// A MusicVAE of any family and size on the CPU; immutable, shared between stations.
#[derive(Debug, Clone)]
pub struct MusicVae {
    encoder: SequenceEncoder,
    generator: Generator,
    attributes: Attributes,
}

/// The encoding half of a network, with the priors of styles. Stations need it only to encode anchors, and
/// drop it afterwards.
#[derive(Debug, Clone)]
pub struct SequenceEncoder {
    config: Config,
    encoder: Encoder,
    priors: Priors,
}

impl MusicVae {
    /// Loads a network of `family`; its sizes follow from the tensors' shapes.
    ///
    /// # Errors
    /// A tensor is missing or doesn't fit the others.
    pub fn load(family: Family, weights: &Weights) -> Result<Self, Error> {
        let config = weights.config(family)?;
        let encoder = SequenceEncoder {
            config,
            encoder: Encoder::load(weights, &config)?,
            priors: Priors::load(weights, config.n_latent)?,
        };
        let attributes = Attributes::load(weights, config.n_latent)?;
        Ok(Self { encoder, generator: Generator::load(&config, weights)?, attributes })
    }

    /// Domain, wiring and sizes.
    pub fn config(&self) -> &Config {
        self.generator.config()
    }

    /// The attribute vectors stored with the weights.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The posterior of `lines`, one per column.
    ///
    /// # Errors
    /// `lines` don't have the model's columns, length and ranges.
    pub fn encode(&self, lines: &[Line]) -> Result<Posterior, Error> {
        self.encoder.encode(lines)
    }

    /// The encoding half.
    pub fn encoder(&self) -> &SequenceEncoder {
        &self.encoder
    }

    /// Both halves, and the attribute vectors.
    pub fn into_parts(self) -> (SequenceEncoder, Generator, Attributes) {
        (self.encoder, self.generator, self.attributes)
    }

    /// The same network with the decoders' weights in `precision`.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { generator: self.generator.with_precision(precision), ..self }
    }

    /// The decoding half.
    pub fn generator(&self) -> &Generator {
        &self.generator
    }

    /// Decodes `z`; see [`Generator::decode`].
    ///
    /// # Errors
    /// `z` is not Z wide.
    pub fn decode(&self, z: &[f32], pick: &mut dyn Pick) -> Result<Vec<Line>, Error> {
        self.generator.decode(z, pick)
    }
}

impl SequenceEncoder {
    /// Domain, wiring and sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The priors stored with the weights.
    pub fn priors(&self) -> &Priors {
        &self.priors
    }

    /// The posterior of `lines`, one per column, which are first [`normalised`](Config::normalised).
    ///
    /// # Errors
    /// `lines` don't have the model's columns, length and ranges.
    pub fn encode(&self, lines: &[Line]) -> Result<Posterior, Error> {
        let config = &self.config;
        config.check(lines)?;
        Ok(self.encoder.encode(&config.segments(&config.normalised(lines.to_vec()))))
    }

    /// The posterior of raw encoder inputs: the non-zero inputs of T steps.
    ///
    /// # Errors
    /// There are not T steps, or an input is out of range.
    pub fn encode_inputs(&self, steps: &[Sparse]) -> Result<Posterior, Error> {
        let config = &self.config;
        let (n_steps, n_inputs) = (config.n_steps(), config.n_encoder_inputs());
        let is_input = |&(input, _): &(u32, f32)| (input as usize) < n_inputs;
        if steps.len() != n_steps || !steps.iter().flatten().all(is_input) {
            return Err(Error::Inputs { n_steps, n_inputs, found: steps.len() });
        }
        let (_, n_segment_steps) = config.encoder_segments();
        let segments = steps.chunks(n_segment_steps).map(|segment| {
            // A track is padded with empty steps; in other domains silence has an input.
            let n_padded = segment.iter().rev().take_while(|step| step.is_empty()).count();
            match config.family.domain().is_multitrack() {
                true => segment[..(segment.len() - n_padded).max(1)].to_vec(),
                false => segment.to_vec(),
            }
        });
        Ok(self.encoder.encode(&segments.collect::<Vec<_>>()))
    }
}
