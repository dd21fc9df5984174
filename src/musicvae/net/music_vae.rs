//! The whole network: load, encode, decode.

use crate::{
    music::trio::Line,
    musicvae::{
        convert::performance,
        net::{
            Error,
            attributes::Attributes,
            config::Config,
            decoder::{Conductor, Decoder, Layers},
            device::DeviceGenerator,
            domain::{Domain, Sparse},
            encoder::{Encoder, Posterior},
            family::{Family, Wiring},
            head::Pick,
            precision::Precision,
            weights::Weights,
        },
    },
};

/// A MusicVAE of any family and size; immutable, shared between stations.
#[derive(Debug, Clone)]
pub struct MusicVae {
    encoder: Encoder,
    generator: Generator,
    attributes: Attributes,
}

/// The decoding half, all that a checkpoint without an encoder has.
#[derive(Debug, Clone)]
pub struct Generator {
    config: Config,
    conductor: Option<Conductor>,
    decoders: Vec<Decoder>,
}

impl MusicVae {
    /// The network of `family` that `weights` hold; its sizes are read off them.
    ///
    /// # Errors
    /// A tensor is missing or doesn't fit the others.
    pub fn load(family: Family, weights: &Weights) -> Result<Self, Error> {
        let config = weights.config(family)?;
        let encoder = Encoder::load(weights, &config)?;
        let attributes = Attributes::load(weights, config.n_latent)?;
        Ok(Self { encoder, generator: Generator::load(&config, weights)?, attributes })
    }

    /// What it reads and writes, and its sizes.
    pub fn config(&self) -> &Config {
        &self.generator.config
    }

    /// Directions of the latent space that are known.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Where `lines`, one a column, lie in the latent space.
    ///
    /// # Errors
    /// They are not of the model's columns, length and range.
    pub fn encode(&self, lines: &[Line]) -> Result<Posterior, Error> {
        let config = self.config();
        config.check(lines)?;
        Ok(self.encoder.encode(&config.segments(lines)))
    }

    /// Encodes what the encoder reads: `n_steps` rows of its inputs, those that are not 0.
    ///
    /// # Errors
    /// There are other than `n_steps` rows, or an input is out of range.
    pub fn encode_inputs(&self, steps: &[Sparse]) -> Result<Posterior, Error> {
        let config = self.config();
        let (n_steps, n_inputs) = (config.n_steps(), config.n_encoder_inputs());
        let is_input = |&(input, _): &(u32, f32)| (input as usize) < n_inputs;
        if steps.len() != n_steps || !steps.iter().flatten().all(is_input) {
            return Err(Error::Inputs { n_steps, n_inputs, found: steps.len() });
        }
        let segments = steps.chunks(config.n_encoder_segment_steps()).map(|segment| {
            // Nothing at all stands behind the end of a track; elsewhere silence has an input.
            let n_padded = segment.iter().rev().take_while(|step| step.is_empty()).count();
            match config.family.domain() {
                Domain::Performance => segment[..(segment.len() - n_padded).max(1)].to_vec(),
                _ => segment.to_vec(),
            }
        });
        Ok(self.encoder.encode(&segments.collect::<Vec<_>>()))
    }

    /// The same network; its decoders keep the weights of their steps in `precision`.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { generator: self.generator.with_precision(precision), ..self }
    }

    /// The half that decodes.
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
        Ok(Self { config: *config, conductor, decoders: decoders.collect::<Result<_, _>>()? })
    }

    /// The same network, with the weights of its steps in `precision`; what was rounded stays so.
    pub fn with_precision(self, precision: Precision) -> Self {
        let conductor = self.conductor.map(|conductor| conductor.with_precision(precision));
        let decoders = self.decoders.into_iter().map(|decoder| decoder.with_precision(precision));
        Self { conductor, decoders: decoders.collect(), ..self }
    }

    /// Decodes `z` (Z,) into a line for each column; `pick` makes the choices.
    ///
    /// Cores don't hear each other; each hears its own last step.
    ///
    /// # Errors
    /// `z` is not Z wide.
    pub fn decode(&self, z: &[f32], pick: &mut dyn Pick) -> Result<Vec<Line>, Error> {
        self.decode_all(&[z], &mut [pick]).map(|mut all| all.swap_remove(0))
    }

    /// Decodes each of `zs` (B, Z) with a pick of its own, to the same lines as alone, but faster.
    ///
    /// # Errors
    /// One of `zs` is not Z wide.
    ///
    /// # Panics
    /// If there are fewer or more picks.
    pub fn decode_all(
        &self,
        zs: &[&[f32]],
        picks: &mut [&mut dyn Pick],
    ) -> Result<Vec<Vec<Line>>, Error> {
        self.config.check_latents(zs)?;
        let contexts = match &self.conductor {
            Some(conductor) => conductor.conduct(&zs.concat(), zs.len(), self.config.n_segments),
            None => vec![zs.concat()],
        };
        decode(&self.config, &contexts, &self.decoders, picks)
    }
}

impl DeviceGenerator {
    /// Decodes each of `zs` (B, Z) with a pick of its own, as [`Generator::decode_all`] does.
    ///
    /// # Errors
    /// One of `zs` is not Z wide, or the device fails.
    ///
    /// # Panics
    /// If there are fewer or more picks.
    pub fn decode_all(
        &self,
        zs: &[&[f32]],
        picks: &mut [&mut dyn Pick],
    ) -> Result<Vec<Vec<Line>>, Error> {
        self.config.check_latents(zs)?;
        let contexts = match &self.conductor {
            Some(conductor) => conductor.conduct(zs, self.config.n_segments)?,
            None => vec![zs.concat()],
        };
        decode(&self.config, &contexts, &self.decoders, picks)
    }
}

/// What `decoders` say after `contexts`, by sequence and column.
fn decode<L: Layers>(
    config: &Config,
    contexts: &[Vec<f32>],
    decoders: &[Decoder<L>],
    picks: &mut [&mut dyn Pick],
) -> Result<Vec<Vec<Line>>, Error> {
    assert!(contexts.iter().all(|context| context.len() == picks.len() * config.n_context()));
    let mut all = vec![Vec::new(); picks.len()];
    for decoder in decoders {
        let found = decoder.decode(contexts, config.n_segment_steps, picks)?;
        all.iter_mut().zip(found).for_each(|(lines, found)| lines.extend(found));
    }
    if config.family.domain() == Domain::Performance {
        for lines in &mut all {
            performance::trim(&mut lines[0], config.n_segment_steps);
        }
    }
    Ok(all)
}

impl Config {
    /// Whether all of `zs` are Z wide.
    fn check_latents(&self, zs: &[&[f32]]) -> Result<(), Error> {
        match zs.iter().find(|z| z.len() != self.n_latent) {
            Some(z) => Err(Error::Latent { expected: self.n_latent, found: z.len() }),
            None => Ok(()),
        }
    }

    /// Whether `lines` are of this network's columns, length and range.
    ///
    /// # Errors
    /// They are not; the error says what was expected.
    pub fn check(&self, lines: &[Line]) -> Result<(), Error> {
        let (columns, n_steps) = (self.columns(), self.n_steps());
        let fits = lines.len() == columns.len()
            && lines.iter().zip(&columns).all(|(line, column)| {
                line.len() == n_steps && line.iter().all(|&n| u32::from(n) < column.n_values)
            });
        let expected = columns.len();
        if fits { Ok(()) } else { Err(Error::Lines { expected, n_steps, family: self.family }) }
    }

    /// Steps of what the encoder reads at once.
    fn n_encoder_segment_steps(&self) -> usize {
        match self.family.wiring() {
            Wiring::Hier => self.n_segment_steps,
            Wiring::Flat | Wiring::Hierdec => self.n_steps(),
        }
    }

    /// What the encoder hears of `lines`, by segment; a track ends with its first end.
    pub fn segments(&self, lines: &[Line]) -> Vec<Vec<Sparse>> {
        let domain = self.family.domain();
        let row = |step: usize| lines.iter().map(|line| line[step]).collect::<Vec<u16>>();
        let n_steps = self.n_encoder_segment_steps();
        let segment = |first: usize| {
            let mut sounding = true;
            let steps = (first..first + n_steps).map(row).take_while(|row| {
                let was_sounding = sounding;
                sounding &= domain != Domain::Performance || row[0] != performance::END;
                was_sounding
            });
            steps.map(|row| domain.encoder_inputs(&row, self.n_classes)).collect()
        };
        (0..self.n_steps()).step_by(n_steps).map(segment).collect()
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;
    use crate::musicvae::net::{matrix::tests::noise, sampling};

    fn small(family: Family) -> Generator {
        let official = Config::official(family);
        let config = Config { n_latent: 6, n_decoder: 4, n_conductor: 3, ..official };
        let tensors = config.tensors().into_iter().enumerate().map(|(seed, (name, shape))| {
            let values = noise(seed, shape.iter().product());
            (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
        });
        Generator::load(&config, &Weights::new(tensors.collect())).unwrap()
    }

    #[test]
    fn a_device_says_what_the_processor_says() {
        for family in Family::ALL {
            // Long ones add nothing here.
            let official = Config::official(family);
            let config = official.with_steps(32).unwrap_or(official);
            let sizes = Config { n_latent: 6, n_decoder: 4, n_conductor: 3, n_nade: 3, ..config };
            let tensors = sizes.tensors().into_iter().enumerate().map(|(seed, (name, shape))| {
                let values = noise(seed, shape.iter().product());
                (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
            });
            let weights = Weights::new(tensors.collect());
            let host = Generator::load(&sizes, &weights).unwrap();
            let device = DeviceGenerator::load(&sizes, &weights, &Device::Cpu).unwrap();
            let zs = noise(1, 3 * 6);
            let zs: Vec<&[f32]> = zs.chunks(6).collect();
            let mut picks = [greedy; 3];
            let mut picks: Vec<&mut dyn Pick> = picks.iter_mut().map(|pick| pick as _).collect();

            let found = device.decode_all(&zs, &mut picks).unwrap();

            // A groove's numbers are rounded, in steps that the last bit of a logit may decide.
            let far = match config.family.domain() {
                Domain::Groove(_) => 2,
                _ => 0,
            };
            let near =
                |(a, b): (&u16, &u16)| a.wrapping_sub(*b).cast_signed().unsigned_abs() <= far;
            let expected = host.decode_all(&zs, &mut picks).unwrap();
            let pairs = found.iter().flatten().flatten().zip(expected.iter().flatten().flatten());
            assert!(pairs.into_iter().all(near), "{family}");
        }
    }

    fn greedy(_: usize, logits: &mut [f32]) -> u16 {
        sampling::greedy(logits)
    }

    #[test]
    fn each_of_a_batch_is_decoded_as_if_alone() {
        for (family, precision) in
            [(Family::Trio4Bar, Precision::F32), (Family::Humanize2Bar, Precision::Q8)]
        {
            let generator = small(family).with_precision(precision);
            let zs = noise(1, 5 * 6);
            let zs: Vec<&[f32]> = zs.chunks(6).collect();
            let mut picks = [greedy; 5];
            let mut picks: Vec<&mut dyn Pick> = picks.iter_mut().map(|pick| pick as _).collect();

            let together = generator.decode_all(&zs, &mut picks).unwrap();

            for (z, lines) in zs.iter().zip(together) {
                assert_eq!(generator.decode(z, &mut greedy).unwrap(), lines);
            }
        }
    }

    #[test]
    fn a_z_of_another_width_is_refused() {
        let error = small(Family::Drums2Bar).decode(&[0.0; 5], &mut greedy).unwrap_err();
        assert_eq!(error.to_string(), "expected a z of 6 numbers, found 5");
    }
}
