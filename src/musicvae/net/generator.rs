//! The decoding half of a network, on any backend: z to lines of tokens.

use crate::{
    music::trio::Line,
    musicvae::{
        convert::performance,
        net::{
            Error,
            config::Config,
            decoder::{Conduct as _, Conductor, Decoder, HostLayers, Layers, Segment},
            head::Pick,
            part_set::PartSet,
            precision::Precision,
            skip::DecoderSkip,
            weights::Weights,
        },
    },
};

/// The decoding half on the CPU; all that a checkpoint without an encoder has.
pub type Generator = GeneratorOn<HostLayers>;

/// Core decoders, and a conductor above them in hierarchical networks, on the backend `L`.
#[derive(Debug, Clone)]
pub struct GeneratorOn<L: Layers> {
    config: Config,
    conductor: Option<L::Conductor>,
    skip: Option<DecoderSkip>,
    decoders: Vec<Decoder<L>>,
}

impl<L: Layers> GeneratorOn<L> {
    /// The decoding half of `config` with a conductor and decoders on the backend.
    ///
    /// # Errors
    /// A tensor of the skip connections is missing.
    pub(super) fn new(
        config: Config,
        weights: &Weights,
        conductor: Option<L::Conductor>,
        decoders: Vec<Decoder<L>>,
    ) -> Result<Self, Error> {
        Ok(Self { config, conductor, skip: DecoderSkip::load(weights, &config)?, decoders })
    }

    /// Domain, wiring and sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Decodes `z` (Z,) into a line per column; `pick` chooses the tokens.
    ///
    /// Core decoders are independent: each reads only its own previous step.
    ///
    /// # Errors
    /// `z` is not Z wide, or the device fails.
    pub fn decode(&self, z: &[f32], pick: &mut dyn Pick) -> Result<Vec<Line>, Error> {
        self.decode_all(&[z], PartSet::ALL, &mut [pick]).map(|mut all| all.swap_remove(0))
    }

    /// Decodes the lines of `parts` from `zs` (B, Z) as a batch, with one `Pick` per sequence: the
    /// same lines as one by one, but faster. The lines of other parts are empty, and cores that
    /// decode only those don't run.
    ///
    /// # Errors
    /// One of `zs` is not Z wide, or the device fails.
    ///
    /// # Panics
    /// The number of `picks` is not B.
    pub fn decode_all(
        &self,
        zs: &[&[f32]],
        parts: PartSet,
        picks: &mut [&mut dyn Pick],
    ) -> Result<Vec<Vec<Line>>, Error> {
        assert_eq!(zs.len(), picks.len(), "one pick per z");
        let Config { n_latent, n_segment_steps, .. } = self.config;
        if let Some(z) = zs.iter().find(|z| z.len() != n_latent) {
            return Err(Error::Latent { expected: n_latent, found: z.len() });
        }
        let segments = self.segments(zs)?;
        let mut all = vec![Vec::new(); picks.len()];
        for decoder in &self.decoders {
            let columns = decoder.columns();
            let found = match columns.clone().any(|column| parts.has(column)) {
                true => decoder.decode(&segments, n_segment_steps, picks)?,
                false => vec![vec![Line::new(); columns.len()]; picks.len()],
            };
            all.iter_mut().zip(found).for_each(|(lines, found)| lines.extend(found));
        }
        if self.config.family.domain().is_multitrack() {
            for lines in &mut all {
                performance::trim(&mut lines[0], n_segment_steps);
            }
        }
        for lines in &mut all {
            parts.clear_others(lines);
        }
        Ok(all)
    }

    /// The cores' inputs for each segment, from `zs` (B, Z).
    fn segments(&self, zs: &[&[f32]]) -> Result<Vec<Segment>, Error> {
        let n_segments = self.config.n_segments;
        let contexts = match &self.conductor {
            Some(conductor) => conductor.conduct(zs, n_segments)?,
            None => vec![zs.concat()],
        };
        let skips = match &self.skip {
            Some(skip) => skip.segments(zs, n_segments),
            None => vec![Vec::new(); contexts.len()],
        };
        let pairs = contexts.into_iter().zip(skips);
        Ok(pairs.map(|(context, skip)| Segment { context, skip }).collect())
    }
}

impl Generator {
    /// The decoding half of a network of `config`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(config: &Config, weights: &Weights) -> Result<Self, Error> {
        let has_conductor = 0 < config.n_conductor_layers;
        let conductor = has_conductor.then(|| Conductor::load(weights, config)).transpose()?;
        let cores = config.cores();
        let decoders = cores.iter().map(|core| Decoder::load(weights, config, core));
        Self::new(*config, weights, conductor, decoders.collect::<Result<_, _>>()?)
    }

    /// The same network with the weights of its steps in `precision`; quantised weights stay
    /// quantised.
    pub fn with_precision(self, precision: Precision) -> Self {
        let conductor = self.conductor.map(|conductor| conductor.with_precision(precision));
        let decoders = self.decoders.into_iter().map(|decoder| decoder.with_precision(precision));
        Self { conductor, decoders: decoders.collect(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;
    use crate::musicvae::net::{
        device::DeviceGenerator, domain::Domain, family::Family, panel::tests::noise, sampling,
    };

    fn noise_weights(config: &Config) -> Weights {
        let tensors = config.tensors().into_iter().enumerate().map(|(seed, (name, shape))| {
            let values = noise(seed, shape.iter().product());
            (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
        });
        Weights::new(tensors.collect())
    }

    fn small(family: Family) -> Generator {
        let official = Config::official(family);
        let config = Config { n_latent: 6, n_decoder: 4, n_conductor: 3, ..official };
        Generator::load(&config, &noise_weights(&config)).unwrap()
    }

    fn greedy(_: usize, logits: &mut [f32]) -> u16 {
        sampling::greedy(logits)
    }

    #[test]
    fn a_device_decodes_the_same_tokens_as_the_cpu() {
        for family in Family::ALL {
            // Short sequences suffice.
            let official = Config::official(family);
            let config = official.with_steps(32).unwrap_or(official);
            let sizes = Config { n_latent: 6, n_decoder: 4, n_conductor: 3, n_nade: 3, ..config };
            let weights = noise_weights(&sizes);
            let host = Generator::load(&sizes, &weights).unwrap();
            let device = DeviceGenerator::load(&sizes, &weights, &Device::Cpu).unwrap();
            let zs = noise(1, 3 * 6);
            let zs: Vec<&[f32]> = zs.chunks(6).collect();
            let mut picks = [greedy; 3];
            let mut picks: Vec<&mut dyn Pick> = picks.iter_mut().map(|pick| pick as _).collect();

            let found = device.decode_all(&zs, PartSet::ALL, &mut picks).unwrap();

            // A groove's columns are rounded numbers, which the last bit of an output may change.
            let tolerance = match config.family.domain() {
                Domain::Groove(_) => 2,
                _ => 0,
            };
            let is_near =
                |(a, b): (&u16, &u16)| a.wrapping_sub(*b).cast_signed().unsigned_abs() <= tolerance;
            let expected = host.decode_all(&zs, PartSet::ALL, &mut picks).unwrap();
            let pairs = found.iter().flatten().flatten().zip(expected.iter().flatten().flatten());
            assert!(pairs.into_iter().all(is_near), "{family}");
        }
    }

    #[test]
    fn a_batch_is_decoded_to_the_same_lines_as_one_by_one() {
        for (family, precision) in
            [(Family::Trio4Bar, Precision::F32), (Family::Humanize2Bar, Precision::Q8)]
        {
            let generator = small(family).with_precision(precision);
            let zs = noise(1, 5 * 6);
            let zs: Vec<&[f32]> = zs.chunks(6).collect();
            let mut picks = [greedy; 5];
            let mut picks: Vec<&mut dyn Pick> = picks.iter_mut().map(|pick| pick as _).collect();

            let together = generator.decode_all(&zs, PartSet::ALL, &mut picks).unwrap();

            for (z, lines) in zs.iter().zip(together) {
                assert_eq!(generator.decode(z, &mut greedy).unwrap(), lines);
            }
        }
    }

    #[test]
    fn a_part_alone_is_the_same_line_as_among_all() {
        // A core for each part, and one for all.
        for family in [Family::Trio4Bar, Family::FlatTrio16Bar] {
            let generator = small(family);
            let z = noise(1, 6);
            let all = generator.decode(&z, &mut greedy).unwrap();

            let bass = generator.decode_all(&[&z], PartSet::of([1]), &mut [&mut greedy]);

            assert_eq!(bass.unwrap(), [[vec![], all[1].clone(), vec![]]], "{family}");
        }
    }

    #[test]
    fn a_z_of_another_width_is_an_error() {
        let error = small(Family::Drums2Bar).decode(&[0.0; 5], &mut greedy).unwrap_err();
        assert_eq!(error.to_string(), "expected a z of 6 numbers, found 5");
    }
}
