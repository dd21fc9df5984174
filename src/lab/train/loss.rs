//! The objective (musicvae `base_model.py`): reconstruction cross-entropy plus beta times the KL
//! beyond the free bits.

use candle_core::{D, DType, Device, Result, Tensor};

use crate::{
    lab::train::{
        batch::{Batch, CoreGroup, Targets},
        forward::Contexts,
        network::Network,
        reconstruction::{reconstruction, token_logits},
        scheduled::sample_inputs,
    },
    musicvae::net::config::Core,
    rng::Rng,
};

/// Weight of an event track's first token (its program, or the end of an empty track) relative to the others:
/// one token of about 25 sets the instrument of all its notes.
const FIRST_TOKEN_WEIGHT: f64 = 4.0;

/// The loss of a batch.
pub struct Loss {
    /// The minimised value: nats per example, KL included.
    pub total: Tensor,
    /// Reconstruction cross-entropy in nats, summed over the examples.
    pub cross_entropy: f64,
    /// KL divergence from the prior in nats, summed over the examples.
    pub kl: f64,
    /// For each part, the number of correct predictions and of all predictions.
    pub hits: Vec<(usize, usize)>,
}

/// Weights of the objective at a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Objective {
    /// Weight of the KL beyond the free nats.
    pub beta: f64,
    /// KL per example that is not penalised, in nats.
    pub free_nats: f64,
    /// Share of previous steps that are the decoder's own samples, for token heads.
    pub sampled_share: f64,
}

impl Network {
    /// The loss of `batch`, a part of a step over `n_examples`. `noise` (B, Z) samples z; `rng`
    /// draws the decoders' scheduled samples.
    ///
    /// # Errors
    /// A token is out of the network's range.
    pub fn loss(
        &self,
        batch: &Batch,
        noise: &Tensor,
        objective: Objective,
        n_examples: usize,
        rng: &mut Rng,
    ) -> Result<Loss> {
        let n_batch = batch.n_examples;
        let (mu, sigma) = self.encode(&batch.encoder, n_batch)?;
        let z = (&mu + (&sigma * noise)?)?;
        let contexts = self.contexts(&z)?;
        let mut sums = Sums::zero(self.device())?;
        let mut hits = Vec::new();
        for (core, groups) in self.config.cores().iter().zip(&batch.cores) {
            let mut of_core = Vec::new();
            for group in groups {
                let outputs = self.outputs(core, &contexts, group, objective.sampled_share, rng)?;
                let found = sums.add(self, core, &outputs, group)?;
                add_hits(&mut of_core, &found);
            }
            hits.extend(of_core);
        }
        // KL of N(mu, sigma) from N(0, 1).
        let kl = ((mu.sqr()? + sigma.sqr()?)? - (sigma.log()? * 2.0)?)?.affine(0.5, -0.5)?;
        let kl = kl.sum(D::Minus1)?;
        let beyond = (&kl - objective.free_nats)?.relu()?.sum_all()?;
        let total = ((sums.weighted.sum_all()? + (beyond * objective.beta)?)? / n_examples as f64)?;
        Ok(Loss {
            total,
            cross_entropy: sums.nats,
            kl: f64::from(kl.sum_all()?.to_scalar::<f32>()?),
            hits,
        })
    }

    /// A core's outputs (T * R, P) for a group, with a share of its own samples as previous steps.
    fn outputs(
        &self,
        core: &Core,
        contexts: &Contexts,
        group: &CoreGroup,
        sampled_share: f64,
        rng: &mut Rng,
    ) -> Result<Tensor> {
        let outputs = self.decode(core, contexts, group, &group.previous)?;
        let (Some(parts), true) = (core.head.parts(), 0.0 < sampled_share) else {
            return Ok(outputs);
        };
        let logits = token_logits(core.head, &outputs)?;
        let inputs =
            sample_inputs(&group.previous, &logits, parts, group.sizes, sampled_share, rng)?;
        self.decode(core, contexts, group, &inputs)
    }
}

/// Sums of the reconstruction loss over groups.
struct Sums {
    /// Weighted loss in nats, (1,).
    weighted: Tensor,
    /// Unweighted loss in nats.
    nats: f64,
}

impl Sums {
    fn zero(device: &Device) -> Result<Self> {
        Ok(Self { weighted: Tensor::zeros(1, DType::F32, device)?, nats: 0.0 })
    }

    /// Adds the loss of `outputs` (T * R, P); returns the hits.
    fn add(
        &mut self,
        network: &Network,
        core: &Core,
        outputs: &Tensor,
        group: &CoreGroup,
    ) -> Result<Vec<(usize, usize)>> {
        let n_first = group.sizes[0] * group.sizes[1];
        let split = core.end.and_then(|_| group.targets.split_tokens(n_first));
        let Some([first, rest]) = split else {
            return self.add_rows(network, core, (outputs, &group.targets), 1.0);
        };
        let programs = outputs.narrow(0, 0, n_first)?;
        let mut hits = self.add_rows(network, core, (&programs, &first), FIRST_TOKEN_WEIGHT)?;
        let n_rest = outputs.dim(0)? - n_first;
        if 0 < n_rest {
            let events = outputs.narrow(0, n_first, n_rest)?;
            add_hits(&mut hits, &self.add_rows(network, core, (&events, &rest), 1.0)?);
        }
        Ok(hits)
    }

    fn add_rows(
        &mut self,
        network: &Network,
        core: &Core,
        (outputs, targets): (&Tensor, &Targets),
        weight: f64,
    ) -> Result<Vec<(usize, usize)>> {
        let found = reconstruction(network, core, outputs, targets)?;
        self.nats += f64::from(found.nats.sum_all()?.to_scalar::<f32>()?);
        self.weighted = (&self.weighted + (found.nats * weight)?)?;
        Ok(found.hits)
    }
}

fn add_hits(sum: &mut Vec<(usize, usize)>, found: &[(usize, usize)]) {
    sum.resize(found.len().max(sum.len()), (0, 0));
    for (sum, found) in sum.iter_mut().zip(found) {
        *sum = (sum.0 + found.0, sum.1 + found.1);
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::{
        lab::train::checkpoint::snapshot,
        musicvae::{
            convert::window::Window,
            net::{config::Config, family::Family, head::Pick},
        },
        rng,
    };

    fn small(family: Family) -> Network {
        let config = Config {
            n_latent: 6,
            n_encoder: 5,
            n_decoder: 4,
            n_conductor: 3,
            n_nade: 4,
            ..Config::official(family)
        };
        Network::new(config, 1).unwrap()
    }

    fn window(config: &Config) -> Window {
        let line =
            |n_values: u32| (0..config.n_steps() as u32).map(move |t| (t * 7 % n_values) as u16);
        config.columns().iter().map(|column| line(column.n_values).collect()).collect()
    }

    #[test]
    fn every_weight_gets_a_gradient() {
        for family in Family::ALL {
            let network = small(family);
            let window = window(&network.config);
            let batch = Batch::new(&network.config, &[&window, &window], &mut || false);
            let noise = Tensor::ones((2, 6), DType::F32, &Device::Cpu).unwrap();
            let objective = Objective { beta: 0.2, ..Objective::default() };

            let loss =
                network.loss(&batch, &noise, objective, 2, &mut rng::stream(0, "test")).unwrap();
            let grads = loss.total.backward().unwrap();

            for (name, var) in network.names.iter().zip(&network.vars) {
                let grad = grads.get(var).unwrap_or_else(|| panic!("{name} has no gradient"));
                let norm = grad.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(0.0 < norm && norm.is_finite(), "{name}: {norm}");
            }
        }
    }

    /// Forces the window's tokens, and records the decoder's outputs.
    struct Forced<'a> {
        window: &'a Window,
        steps: Vec<usize>,
        outputs: Vec<f32>,
    }

    impl Pick for Forced<'_> {
        fn pick(&mut self, part: usize, _logits: &mut [f32]) -> u16 {
            let step = self.steps[part];
            self.steps[part] += 1;
            self.window[part][step]
        }
        fn observe(&mut self, _core: usize, projection: &[f32]) {
            self.outputs.extend_from_slice(projection);
        }
    }

    #[test]
    fn inference_computes_the_trained_function() {
        let of_tokens = |family: &Family| !family.domain().n_tokens().is_empty();
        for family in Family::ALL.into_iter().filter(of_tokens) {
            let network = small(family);
            let config = &network.config;
            let model = snapshot(&network).unwrap();
            let window = config.normalised(window(config));
            let batch = Batch::new(config, &[&window], &mut || false);

            let (mu, _) = network.encode(&batch.encoder, 1).unwrap();
            let contexts = network.contexts(&mu).unwrap();
            let mu = mu.get(0).unwrap().to_vec1::<f32>().unwrap();
            let posterior = model.encode(&window).unwrap();
            let mut forced = Forced { window: &window, steps: vec![0; 3], outputs: vec![] };
            model.decode(&posterior.mu, &mut forced).unwrap();

            let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
            assert!(near(&mu, &posterior.mu), "{family}");
            let mut start = 0;
            for (core, batch) in config.cores().iter().zip(&batch.cores) {
                let [group] = &batch[..] else { panic!("all rows have one length") };
                let found = network.decode(core, &contexts, group, &group.previous).unwrap();
                // From (T, S, P) to the order of inference, (S, T, P).
                let (t, s) = (config.n_segment_steps, config.n_segments);
                let found = found.reshape((t, s, ())).unwrap().transpose(0, 1).unwrap();
                let found = found.flatten_all().unwrap().to_vec1::<f32>().unwrap();
                assert!(near(&found, &forced.outputs[start..][..found.len()]), "{family}");
                start += found.len();
            }
        }
    }

    #[test]
    fn an_untrained_network_predicts_uniformly() {
        let network = small(Family::Drums2Bar);
        let batch = Batch::new(&network.config, &[&window(&network.config)], &mut || false);
        let noise = Tensor::zeros((1, 6), DType::F32, &Device::Cpu).unwrap();
        let objective = Objective { beta: 0.2, ..Objective::default() };

        let loss = network.loss(&batch, &noise, objective, 1, &mut rng::stream(0, "test")).unwrap();

        let even = 32.0 * 512f64.ln();
        assert!((loss.cross_entropy / even - 1.0).abs() < 0.02, "{}", loss.cross_entropy);
    }
}
