//! Whitens the latent space, so that the aggregate posterior matches the prior's mean and
//! covariance.
//!
//! A network with many free bits reconstructs well, but its posteriors as a whole need not match
//! the standard normal prior that the radio samples from: samples then fall where no training data
//! lies (Ghosh et al. 2020, "From Variational to Deterministic Autoencoders", arXiv:1903.12436).
//! The first two moments can be corrected after training without additional tensors: with z = m + A
//! z', where m is the mean of all posteriors and A the symmetric square root of their covariance,
//! the encoder is changed to output z', and every layer that reads z to undo it. Reconstructions
//! stay the same.

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use faer::{Mat, Side};
use rayon::{iter::ParallelIterator as _, slice::ParallelSlice as _};

use crate::{
    lab::train::{Error, batch::Batch, network::Network},
    musicvae::{
        convert::window::Window,
        net::{encoder::Posterior, names},
    },
};

/// Windows per graph, to bound memory.
const CHUNK: usize = 64;

/// Lower limit on the variance of a direction, relative to the prior's: directions in which z
/// hardly varies are not scaled up further.
const LEAST_VARIANCE: f64 = 1e-4;

/// `network` with a latent space in which the posteriors of `windows` together have the prior's
/// mean and covariance.
///
/// Each posterior stays diagonal, although the change of basis rotates its axes a little; the
/// deviations are correct on average.
///
/// # Errors
/// A window is not of the network's family, or a weight is not finite.
pub fn whiten(network: &Network, windows: &[Window]) -> Result<Network, Error> {
    let posteriors: Vec<Vec<Posterior>> =
        windows.par_chunks(CHUNK).map(|chunk| encode(network, chunk)).collect::<Result<_, _>>()?;
    let posteriors = posteriors.concat();
    let moments = Moments::of(&posteriors)?;
    let mut tensors = network.tensors()?;
    moments.whiten_encoder(&mut tensors, &posteriors)?;
    let config = &network.config;
    if 0 < config.n_conductor_layers {
        moments.whiten_reader(&mut tensors, names::CONDUCTOR_STATE, 0)?;
        if 0 < config.n_skip {
            moments.whiten_reader(&mut tensors, names::DECODER_SKIP, 0)?;
        }
    } else {
        for core in config.cores() {
            moments.whiten_reader(&mut tensors, &names::core_state(&core.prefix), 0)?;
            let cell = names::core_cell(&core.prefix, 0);
            moments.whiten_reader(&mut tensors, &cell, core.n_inputs())?;
        }
    }
    Ok(Network::from_tensors(*config, &tensors)?.on(network.device())?)
}

/// Encodes many windows per pass, since big networks are bound by reading their weights.
fn encode(network: &Network, windows: &[Window]) -> Result<Vec<Posterior>, Error> {
    let references: Vec<&Window> = windows.iter().collect();
    let inputs = Batch::new(&network.config, &references, &mut || false).encoder;
    let (mu, sigma) = network.encode(&inputs, windows.len())?;
    let pairs = mu.to_vec2()?.into_iter().zip(sigma.to_vec2()?);
    Ok(pairs.map(|(mu, sigma)| Posterior { mu, sigma }).collect())
}

/// Moments of the aggregate posterior: `z = mean + root z'`.
struct Moments {
    mean: Tensor,    // (1, Z)
    root: Tensor,    // (Z, Z), symmetric
    inverse: Tensor, // (Z, Z)
}

impl Moments {
    fn of(posteriors: &[Posterior]) -> Result<Self, Error> {
        let (n, n_latent) = (posteriors.len() as f64, posteriors.first().map_or(0, |p| p.mu.len()));
        let mean: Vec<f64> = (0..n_latent)
            .map(|d| posteriors.iter().map(|p| f64::from(p.mu[d])).sum::<f64>() / n)
            .collect();
        let centred = Mat::from_fn(posteriors.len(), n_latent, |row, d| {
            f64::from(posteriors[row].mu[d]) - mean[d]
        });
        let mut covariance = centred.transpose() * &centred * faer::Scale(1.0 / n);
        for d in 0..n_latent {
            covariance[(d, d)] +=
                posteriors.iter().map(|p| f64::from(p.sigma[d]).powi(2)).sum::<f64>() / n;
        }
        let diverged = || {
            let reason = "training diverged: z is not finite; try a lower learning rate";
            candle_core::Error::Msg(reason.into())
        };
        if !(0..n_latent).all(|d| covariance.col(d).iter().all(|x| x.is_finite())) {
            return Err(diverged().into());
        }
        let eigen = covariance.self_adjoint_eigen(Side::Lower).map_err(|_| diverged())?;
        let (axes, variances) = (eigen.U(), eigen.S());
        let scaled = |power: f64| {
            let variance = |d: usize| variances[d].max(LEAST_VARIANCE).powf(power);
            let stretched = Mat::from_fn(n_latent, n_latent, |row, d| axes[(row, d)] * variance(d));
            let product = stretched * axes.transpose();
            let values =
                (0..n_latent * n_latent).map(|i| product[(i / n_latent, i % n_latent)] as f32);
            Tensor::from_vec(values.collect::<Vec<_>>(), (n_latent, n_latent), &Device::Cpu)
        };
        let mean = mean.into_iter().map(|x| x as f32).collect::<Vec<_>>();
        let mean = Tensor::from_vec(mean, (1, n_latent), &Device::Cpu)?;
        Ok(Self { mean, root: scaled(0.5)?, inverse: scaled(-0.5)? })
    }

    /// Changes the encoder to output z'.
    fn whiten_encoder(
        &self,
        tensors: &mut HashMap<String, Tensor>,
        posteriors: &[Posterior],
    ) -> Result<(), Error> {
        let (kernel, bias) = (names::kernel(names::MU), names::bias(names::MU));
        let changed = tensors[&kernel].matmul(&self.inverse)?;
        let shifted =
            (tensors[&bias].unsqueeze(0)? - &self.mean)?.matmul(&self.inverse)?.squeeze(0)?;
        tensors.insert(kernel, changed);
        tensors.insert(bias, shifted);
        for name in [names::kernel(names::MU_SKIP), names::bias(names::MU_SKIP)] {
            if let Some(added) = tensors.get(&name) {
                let rows = added.reshape(((), self.mean.dim(1)?))?.matmul(&self.inverse)?;
                let changed = rows.reshape(added.shape())?;
                tensors.insert(name, changed);
            }
        }
        let n_latent = self.mean.dim(1)?;
        let variances: Vec<f32> = (0..n_latent)
            .map(|d| {
                posteriors.iter().map(|p| p.sigma[d].powi(2)).sum::<f32>() / posteriors.len() as f32
            })
            .collect();
        let variances = Tensor::from_vec(variances, (1, n_latent), &Device::Cpu)?;
        let changed = variances.matmul(&self.inverse.sqr()?)?;
        // softplus(b + log r) is about r softplus(b) for small deviations, and those matter here.
        let shift = ((changed / variances)?.log()? * 0.5)?.squeeze(0)?;
        let bias = names::bias(names::SIGMA);
        let shifted = (&tensors[&bias] + shift)?;
        tensors.insert(bias, shifted);
        Ok(())
    }

    /// Changes the layer `prefix`, whose inputs from index `first` on are z, to read z'.
    fn whiten_reader(
        &self,
        tensors: &mut HashMap<String, Tensor>,
        prefix: &str,
        first: usize,
    ) -> Result<(), Error> {
        let (kernel, bias) = (names::kernel(prefix), names::bias(prefix));
        let (weights, n_latent) = (&tensors[&kernel], self.mean.dim(1)?);
        let n_inputs = weights.dim(0)?;
        let of_z = weights.narrow(0, first, n_latent)?;
        let before = weights.narrow(0, 0, first)?;
        let after = weights.narrow(0, first + n_latent, n_inputs - first - n_latent)?;
        let shifted = (&tensors[&bias] + self.mean.matmul(&of_z)?.squeeze(0)?)?;
        let changed = Tensor::cat(&[before, self.root.matmul(&of_z)?, after], 0)?;
        tensors.insert(kernel, changed);
        tensors.insert(bias, shifted);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::train::checkpoint::snapshot,
        musicvae::{
            convert::pattern_windows,
            net::{config::Config, family::Family, music_vae::MusicVae, sampling},
        },
    };

    fn greedy(model: &MusicVae, window: &Window) -> Vec<crate::music::trio::Line> {
        let mu = model.encode(window).unwrap().mu;
        model.decode(&mu, &mut |_: usize, logits: &mut [f32]| sampling::greedy(logits)).unwrap()
    }

    fn check(family: Family) {
        let official = Config::official(family);
        let sizes = Config { n_latent: 5, n_encoder: 6, n_decoder: 7, n_conductor: 8, ..official };
        let network = Network::new(sizes, 3).unwrap();
        let windows = pattern_windows::windows(&sizes, 0..40);

        let white = snapshot(&whiten(&network, &windows).unwrap()).unwrap();

        let before = snapshot(&network).unwrap();
        for window in &windows[..4] {
            assert_eq!(greedy(&before, window), greedy(&white, window));
        }
        let posteriors: Vec<Posterior> =
            windows.iter().map(|window| white.encode(window).unwrap()).collect();
        let moments = Moments::of(&posteriors).unwrap();
        let mean = moments.mean.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(mean < 1e-3, "{mean}");
        let root = moments.root.to_vec2::<f32>().unwrap();
        for (row, values) in root.iter().enumerate() {
            // Off-diagonal values remain because the posteriors stay diagonal.
            let far = |(column, x): (usize, &f32)| (x - f32::from(u8::from(row == column))).abs();
            assert!(values.iter().enumerate().map(far).all(|far| far < 0.2), "{root:?}");
        }
    }

    #[test]
    fn whitened_posteriors_match_the_prior_and_reconstruct_the_same() {
        check(Family::Drums2Bar);
    }

    #[test]
    fn a_conductor_reads_the_whitened_space() {
        check(Family::Trio4Bar);
    }

    #[test]
    fn skip_connections_read_and_write_the_whitened_space() {
        check(Family::ElectropunkTrio4Bar);
    }

    #[test]
    fn a_diverged_network_is_an_error() {
        let config = Config { n_latent: 3, ..Config::official(Family::Drums2Bar) };
        let config = Config { n_encoder: 4, n_decoder: 4, ..config };
        let network = Network::new(config, 1).unwrap();
        let kernel = network.names.iter().position(|name| *name == names::kernel(names::MU));
        let broken = &network.vars[kernel.unwrap()];
        broken.set(&(broken.as_tensor() * f64::NAN).unwrap()).unwrap();

        let error = whiten(&network, &pattern_windows::windows(&config, 0..2)).err().unwrap();

        assert!(error.to_string().contains("try a lower learning rate"), "{error}");
    }
}
