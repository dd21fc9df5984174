//! `MidiMe`'s variational autoencoder over latents (magenta-js, `music_vae/midi_me.ts`): dense layers of
//! 1024, 256 and 64 to a few dimensions, and back.
//!
//! The loss is half the squared error plus beta times the KL divergence. Points are first centred and scaled
//! as a whole, so that each dimension of z counts by its variance. After training the coordinates are
//! whitened: the songs have mean 0 and covariance 1 in them, as in N(0, 1), the distribution of draws.

use candle_core::{Device, Result, Tensor, Var};
use faer::{Mat, Side};
use rand::seq::SliceRandom as _;
use rand_distr::{Distribution as _, StandardNormal, Uniform};

use crate::{
    lab::train::{
        adam::Adam,
        personal::{
            Fitted, Layer,
            cloud::{Cloud, scaled},
            components::SHARE,
        },
    },
    musicvae::net::latent::Latent,
    rng::{self, Rng},
};

/// Widths of the encoder's layers; the decoder has them in reverse.
const WIDTHS: [usize; 3] = [1024, 256, 64];

/// Learning rate.
const LEARNING_RATE: f64 = 1e-3;

/// Most points per step.
const BATCH: usize = 160;

/// Training settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Dimensions.
    pub n_dims: usize,
    /// Weight of the KL divergence.
    pub beta: f64,
    /// Steps.
    pub n_steps: u64,
    /// Seed of weights, batches and noise.
    pub seed: u64,
}

/// Encoder and decoder: kernels and biases in turn.
struct Network {
    vars: Vec<Var>,
    n_dims: usize,
}

/// Trains on `points`, at least one, as long as `goes_on`, called after each step, returns true.
///
/// # Errors
/// Out of memory, or a number is not finite.
pub fn fit(
    points: &[Latent],
    settings: Settings,
    goes_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Fitted> {
    let not_finite = || candle_core::Error::Msg("expected finite points, found others".into());
    let cloud = Cloud::of(points).ok_or_else(not_finite)?;
    let n_latent = cloud.mean.len();
    let scale = (cloud.variance() / n_latent as f64).sqrt().max(1e-6);
    let centred = points.iter().flatten().zip(cloud.mean.iter().cycle());
    let centred: Vec<f32> =
        centred.map(|(x, mean)| ((f64::from(*x) - mean) / scale) as f32).collect();
    let all = Tensor::from_vec(centred, (points.len(), n_latent), &Device::Cpu)?;
    let network = Network::new(n_latent, settings)?;
    let mut adam = Adam::new(&network.vars)?;
    for number in 1..=settings.n_steps {
        let mut rng = rng::stream(settings.seed, &format!("personal step {number}"));
        let loss = network.loss(&batch(&all, &mut rng)?, settings.beta, &mut rng)?;
        let mut found = loss.backward()?;
        let grads = network.vars.iter().map(|var| match found.remove(var) {
            Some(grad) => grad.contiguous(),
            None => var.zeros_like(),
        });
        adam.step(&network.vars, &grads.collect::<Result<Vec<_>>>()?, number, LEARNING_RATE)?;
        if !goes_on(number) {
            break;
        }
    }
    network.fitted(&all, &cloud, scale)
}

/// The rows of a step: all, or [`BATCH`] of them.
fn batch(all: &Tensor, rng: &mut Rng) -> Result<Tensor> {
    let n = all.dim(0)?;
    if n <= BATCH {
        return Ok(all.clone());
    }
    let mut rows: Vec<u32> = (0..n as u32).collect();
    let (chosen, _) = rows.partial_shuffle(rng, BATCH);
    all.index_select(&Tensor::new(&*chosen, &Device::Cpu)?, 0)
}

impl Network {
    /// Glorot's initial weights.
    fn new(n_latent: usize, settings: Settings) -> Result<Self> {
        let Settings { n_dims, seed, .. } = settings;
        let up: Vec<usize> = [n_latent].into_iter().chain(WIDTHS).collect();
        let down: Vec<usize> = [n_dims].into_iter().chain(up.iter().rev().copied()).collect();
        let mut shapes: Vec<(usize, usize)> = up.windows(2).map(|two| (two[0], two[1])).collect();
        shapes.push((WIDTHS[2], 2 * n_dims));
        shapes.extend(down.windows(2).map(|two| (two[0], two[1])));
        let mut rng = rng::stream(seed, "personal weights");
        let mut vars = Vec::new();
        for (n_in, n_out) in shapes {
            let limit = (6.0 / (n_in + n_out) as f32).sqrt();
            let uniform = Uniform::new(-limit, limit).map_err(candle_core::Error::wrap)?;
            let values: Vec<f32> = (0..n_in * n_out).map(|_| uniform.sample(&mut rng)).collect();
            vars.push(Var::from_vec(values, (n_in, n_out), &Device::Cpu)?);
            vars.push(Var::zeros(n_out, candle_core::DType::F32, &Device::Cpu)?);
        }
        Ok(Self { vars, n_dims })
    }

    /// Layers `of`, with a rectifier between them.
    fn forward(&self, x: &Tensor, of: std::ops::Range<usize>) -> Result<Tensor> {
        let mut x = x.clone();
        for number in of.clone() {
            if of.start < number {
                x = x.relu()?;
            }
            let [kernel, bias] = [0, 1].map(|which| self.vars[2 * number + which].as_tensor());
            x = x.matmul(kernel)?.broadcast_add(bias)?;
        }
        Ok(x)
    }

    /// Means and deviations of w, (N, K) each.
    fn encode(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let out = self.forward(x, 0..WIDTHS.len() + 1)?;
        let mu = out.narrow(1, 0, self.n_dims)?;
        let raw = out.narrow(1, self.n_dims, self.n_dims)?;
        // softplus, in the form that doesn't overflow.
        Ok((mu, (raw.relu()? + (raw.abs()?.neg()?.exp()? + 1.0)?.log()?)?))
    }

    fn decode(&self, w: &Tensor) -> Result<Tensor> {
        self.forward(w, WIDTHS.len() + 1..2 * WIDTHS.len() + 2)
    }

    fn loss(&self, x: &Tensor, beta: f64, rng: &mut Rng) -> Result<Tensor> {
        let n = x.dim(0)?;
        let (mu, sigma) = self.encode(x)?;
        let noise: Vec<f32> = (0..n * self.n_dims).map(|_| StandardNormal.sample(rng)).collect();
        let noise = Tensor::from_vec(noise, (n, self.n_dims), &Device::Cpu)?;
        let y = self.decode(&(&mu + (&sigma * noise)?)?)?;
        let error = ((x - y)?.sqr()?.sum_all()? * 0.5)?;
        let kl = kl(&mu, &sigma)?.sum_all()?;
        (error + (kl * beta)?)? / n as f64
    }

    /// The prior learnt from `all`, the points minus their mean, divided by `scale`.
    fn fitted(&self, all: &Tensor, cloud: &Cloud, scale: f64) -> Result<Fitted> {
        let (mu, sigma) = self.encode(all)?;
        let kl_nats = kl(&mu, &sigma)?.mean(0)?.to_vec1::<f32>()?;
        let left = (all - self.decode(&mu)?)?;
        let squares =
            |x: &Tensor| -> Result<f64> { Ok(f64::from(x.sqr()?.sum_all()?.to_scalar::<f32>()?)) };
        let explained = 1.0 - squares(&left)? / squares(all)?.max(f64::MIN_POSITIVE);
        let left = (left * scale)?.to_vec2::<f32>()?;
        let residuals = Cloud::of(&left);
        let residuals =
            residuals.iter().flat_map(|cloud| cloud.strongest(SHARE).iter().map(scaled));
        let mut layers = self.decoder_layers()?;
        if let Some(first) = layers.first_mut() {
            unwhiten(first, &mu.to_vec2()?, &sigma.to_vec2()?);
        }
        if let Some(last) = layers.last_mut() {
            last.kernel.iter_mut().for_each(|x| *x *= scale as f32);
            let moved = |(x, mean): (&mut f32, &f64)| *x = (f64::from(*x) * scale + mean) as f32;
            last.bias.iter_mut().zip(&cloud.mean).for_each(moved);
        }
        let kl_nats = kl_nats.into_iter().map(f64::from).collect();
        Ok(Fitted { layers, residuals: residuals.collect(), kl_nats, explained })
    }

    fn decoder_layers(&self) -> Result<Vec<Layer>> {
        let pairs = self.vars.chunks_exact(2).skip(WIDTHS.len() + 1);
        pairs
            .map(|pair| {
                let [kernel, bias] = [0, 1].map(|which| pair[which].flatten_all()?.to_vec1());
                Ok(Layer { kernel: kernel?, bias: bias? })
            })
            .collect()
    }
}

/// KL divergence from N(0, 1) in nats, (N, K).
fn kl(mu: &Tensor, sigma: &Tensor) -> Result<Tensor> {
    let variance = sigma.sqr()?;
    ((mu.sqr()? + &variance)? - (variance.log()? + 1.0)?)? * 0.5
}

/// Changes the first layer of a decoder to read coordinates in which the posteriors have mean 0 and
/// covariance 1.
fn unwhiten(first: &mut Layer, mu: &[Vec<f32>], sigma: &[Vec<f32>]) {
    let (n, n_dims, n_out) = (mu.len() as f64, first.n_inputs(), first.bias.len());
    let mean: Vec<f64> =
        (0..n_dims).map(|d| mu.iter().map(|w| f64::from(w[d])).sum::<f64>() / n).collect();
    let covariance = Mat::from_fn(n_dims, n_dims, |a, b| {
        let product = |w: &Vec<f32>| (f64::from(w[a]) - mean[a]) * (f64::from(w[b]) - mean[b]);
        let own = |w: &Vec<f32>| if a == b { f64::from(w[a]).powi(2) } else { 0.0 };
        (mu.iter().map(product).sum::<f64>() + sigma.iter().map(own).sum::<f64>()) / n
    });
    let Ok(eigen) = covariance.self_adjoint_eigen(Side::Lower) else { return };
    let root = Mat::from_fn(n_dims, n_dims, |a, b| {
        let along = |d: usize| eigen.U()[(a, d)] * eigen.S()[d].max(0.0).sqrt() * eigen.U()[(b, d)];
        (0..n_dims).map(along).sum::<f64>()
    });
    let kernel =
        Mat::from_fn(n_dims, n_out, |row, column| f64::from(first.kernel[row * n_out + column]));
    let turned = root * &kernel;
    for column in 0..n_out {
        let shift: f64 = (0..n_dims).map(|d| mean[d] * kernel[(d, column)]).sum();
        first.bias[column] += shift as f32;
        for row in 0..n_dims {
            first.kernel[row * n_out + column] = turned[(row, column)] as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::latent;

    const SETTINGS: Settings = Settings { n_dims: 2, beta: 0.2, n_steps: 150, seed: 1 };

    /// Points on a plane through a space of 12 dimensions, with a little noise.
    fn points() -> Vec<Latent> {
        let mut rng = rng::stream(1, "points");
        let axes: Vec<Latent> = (0..2).map(|_| latent::prior(12, &mut rng)).collect();
        let point = |_| {
            let w = latent::prior(2, &mut rng);
            let noise = latent::prior(12, &mut rng);
            let at = |d: usize| 1.0 + w[0] * axes[0][d] + w[1] * axes[1][d] + 0.05 * noise[d];
            (0..12).map(at).collect::<Latent>()
        };
        (0..120).map(point).collect()
    }

    fn fitted(seed: u64) -> Fitted {
        let settings = Settings { seed, ..SETTINGS };
        fit(&points(), settings, &mut |_| true).unwrap()
    }

    #[test]
    fn a_plane_is_learnt_and_both_dimensions_carry_something() {
        let found = fitted(1);
        assert!(0.9 < found.explained, "{}", found.explained);
        assert!(found.kl_nats.iter().all(|nats| 0.5 < *nats), "{:?}", found.kl_nats);
        assert_eq!(
            found.layers.iter().map(Layer::n_inputs).collect::<Vec<_>>(),
            [2, 64, 256, 1024]
        );
    }

    #[test]
    fn a_fit_depends_on_points_and_seed_alone() {
        assert_eq!(fitted(2), fitted(2));
        assert_ne!(fitted(2), fitted(3));
    }

    #[test]
    fn an_interrupted_fit_keeps_what_it_has() {
        let settings = Settings { n_steps: 1_000_000, ..SETTINGS };
        let mut n = 0;
        let mut goes_on = |number| {
            n = number;
            number < 3
        };
        assert!(fit(&points(), settings, &mut goes_on).is_ok());
        assert_eq!(n, 3);
    }
}
