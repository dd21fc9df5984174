//! A personal prior: the latent region of a few songs, in at most four dimensions.
//!
//! A latent constraint as in `MidiMe` (Dinculescu, Engel & Roberts 2019; after Engel, Hoffman & Roberts 2017,
//! arXiv:1711.05772): a small decoder maps a point w of N(0, 1) in a few dimensions to z. The songs'
//! residuals from these dimensions, as a normal distribution over their principal components, are added to
//! each draw.

use std::sync::Arc;

use crate::{
    musicvae::net::{
        Error,
        latent::{self, Latent},
        linear::Linear,
        names,
        weights::Weights,
    },
    rng::{self, Rng},
};

/// Most dimensions K.
pub const MOST_DIMS: usize = 4;

/// Metadata key: the name of the prior's model.
pub const MODEL_KEY: &str = "personal_model";

/// Metadata key: [`Weights::latent_space`] of that model, in hexadecimal digits.
pub const SPACE_KEY: &str = "personal_space";

/// The tensor of residuals, (R, Z): each row a principal component times its deviation. Missing for R = 0.
pub const RESIDUALS: &str = "residuals";

/// Most layers of the decoder.
const MOST_LAYERS: usize = 8;

/// Coordinates of w are clamped to this: songs lie within, and beyond the decoder extrapolates.
const FARTHEST: f64 = 2.5;

/// Prefix of the tensors of layer `number` of the decoder, from 0: its kernel (I, O) and bias (O,).
pub fn layer(number: usize) -> String {
    format!("personal/{number}")
}

/// Where a personal prior is drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Mean of the draws in each dimension, -2 to 2; dimensions that the prior lacks are ignored.
    pub at: [f64; MOST_DIMS],
    /// Deviation of the draws, 0 to 1; it also scales the residuals.
    pub spread: f64,
}

impl Default for Place {
    /// The whole prior.
    fn default() -> Self {
        Self { at: [0.0; MOST_DIMS], spread: 1.0 }
    }
}

/// A prior of few dimensions K over a latent space.
#[derive(Debug)]
pub struct Personal {
    /// The decoder, K to Z, with a rectifier between layers.
    layers: Vec<Linear>,
    /// (R, Z); none for R = 0.
    residuals: Option<Linear>,
    n_dims: usize,
    n_residuals: usize,
    n_latent: usize,
    /// Hash of all tensors.
    content: u64,
    model: String,
    space: String,
}

impl Personal {
    /// Reads the prior in `weights`; `file` names it in errors.
    ///
    /// # Errors
    /// The weights are of something else, or a tensor doesn't fit the others.
    pub fn load(weights: &Weights, file: &str) -> Result<Self, Error> {
        let other = |reason: &str| Error::NotPersonal { file: file.into(), reason: reason.into() };
        let metadata = |key: &str| weights.metadata(key).map(str::to_owned);
        let (Some(model), Some(space)) = (metadata(MODEL_KEY), metadata(SPACE_KEY)) else {
            return Err(other("found other tensors"));
        };
        let n_layers = (0..MOST_LAYERS).take_while(|n| weights.has(&names::kernel(&layer(*n))));
        let (mut layers, mut n_dims, mut n_inputs) = (Vec::new(), 0, None);
        for number in n_layers {
            let bias = weights.values(&names::bias(&layer(number)))?;
            let kernel = weights.values(&names::kernel(&layer(number)))?;
            let n_rows = kernel.len() / bias.len().max(1);
            if kernel.len() != n_rows * bias.len() || n_inputs.is_some_and(|n| n != n_rows) {
                return Err(other("found layers that don't fit each other"));
            }
            if number == 0 {
                n_dims = n_rows;
            }
            n_inputs = Some(bias.len());
            layers.push(Linear::new(&kernel, bias));
        }
        let n_latent = n_inputs.unwrap_or(0);
        let residuals = match weights.has(RESIDUALS) {
            true => weights.values(RESIDUALS)?,
            false => Vec::new(),
        };
        let n_residuals = residuals.len() / n_latent.max(1);
        let is_whole = (1..=MOST_DIMS).contains(&n_dims)
            && 0 < n_latent
            && residuals.len() == n_residuals * n_latent;
        if !is_whole {
            return Err(other("found layers of another shape"));
        }
        let residuals = (0 < n_residuals).then(|| Linear::new(&residuals, vec![0.0; n_latent]));
        let content = weights.hash(|_| true)?;
        Ok(Self { layers, residuals, n_dims, n_residuals, n_latent, content, model, space })
    }

    /// Checks that it belongs to the latent space `space` ([`Weights::latent_space`]) of the model
    /// `model`; `file` names it in errors.
    ///
    /// # Errors
    /// It belongs to another.
    pub fn require(&self, model: &str, space: u64, file: &str) -> Result<(), Error> {
        if self.space == space_text(space) {
            return Ok(());
        }
        let found = match self.model == model {
            true => format!("other weights of {model}"),
            false => self.model.clone(),
        };
        Err(Error::OtherSpace { file: file.into(), expected: model.into(), found })
    }

    /// Number of dimensions K, 1 to 4.
    pub fn n_dims(&self) -> usize {
        self.n_dims
    }

    /// Draws a point at `place`, (Z,).
    pub fn draw(&self, place: &Place, rng: &mut Rng) -> Latent {
        let noise = latent::prior(self.n_dims, rng);
        let coordinate = |(at, noise): (&f64, f32)| {
            (at + place.spread * f64::from(noise)).clamp(-FARTHEST, FARTHEST) as f32
        };
        let mut z = self.at(&place.at.iter().zip(noise).map(coordinate).collect::<Vec<f32>>());
        if let Some(residuals) = &self.residuals {
            let mut noise = latent::prior(self.n_residuals, rng);
            for x in &mut noise {
                *x *= place.spread as f32;
            }
            z.iter_mut().zip(residuals.forward(&noise)).for_each(|(z, r)| *z += r);
        }
        z
    }

    /// Decodes w (K,) to z (Z,), no residuals.
    ///
    /// # Panics
    /// `w` has another number of coordinates.
    pub fn at(&self, w: &[f32]) -> Latent {
        let mut x = w.to_vec();
        for (number, layer) in self.layers.iter().enumerate() {
            if 0 < number {
                x = x.into_iter().map(|x| x.max(0.0)).collect();
            }
            x = layer.forward(&x);
        }
        x
    }

    /// Width Z of the latent space.
    pub fn n_latent(&self) -> usize {
        self.n_latent
    }
}

/// A personal prior and a place to draw from.
#[derive(Debug, Clone)]
pub struct PersonalDraws {
    /// The prior.
    pub prior: Arc<Personal>,
    /// Where it is drawn from.
    pub place: Place,
}

impl PersonalDraws {
    /// A draw, (Z,).
    pub fn draw(&self, rng: &mut Rng) -> Latent {
        self.prior.draw(&self.place, rng)
    }

    /// Draw number `number` of a fixed sequence.
    pub fn numbered(&self, number: usize) -> Latent {
        self.draw(&mut rng::stream(0, &format!("personal {number}")))
    }
}

impl PartialEq for PersonalDraws {
    fn eq(&self, other: &Self) -> bool {
        self.prior.content == other.prior.content && self.place == other.place
    }
}

/// [`Weights::latent_space`] as in metadata.
pub fn space_text(space: u64) -> String {
    format!("{space:016x}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::{Device, Tensor};

    use super::*;

    const SPACE: u64 = 0xabc;

    /// A prior of two dimensions over three: z = (w1, w2, 5), with residuals along the third axis.
    fn weights() -> Weights {
        let tensor = |values: &[f32], shape: &[usize]| {
            Tensor::from_vec(values.to_vec(), shape, &Device::Cpu).unwrap()
        };
        let tensors = HashMap::from([
            (names::kernel(&layer(0)), tensor(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], &[2, 3])),
            (names::bias(&layer(0)), tensor(&[0.0, 0.0, 5.0], &[3])),
            (RESIDUALS.to_owned(), tensor(&[0.0, 0.0, 0.5], &[1, 3])),
        ]);
        let metadata = [(MODEL_KEY, "trio-4bar".to_owned()), (SPACE_KEY, space_text(SPACE))];
        Weights::new(tensors).with_metadata(metadata)
    }

    fn draws(place: Place) -> Vec<Latent> {
        let prior = Personal::load(&weights(), "mine").unwrap();
        let mut rng = rng::stream(1, "draws");
        (0..400).map(|_| prior.draw(&place, &mut rng)).collect()
    }

    fn mean_and_deviation(draws: &[Latent], dim: usize) -> [f32; 2] {
        let n = draws.len() as f32;
        let mean = draws.iter().map(|z| z[dim]).sum::<f32>() / n;
        let square = draws.iter().map(|z| (z[dim] - mean).powi(2)).sum::<f32>() / n;
        [mean, square.sqrt()]
    }

    #[test]
    fn draws_lie_around_their_place_as_wide_as_the_spread() {
        let all = draws(Place::default());
        for (dim, [mean, deviation]) in [[0.0, 1.0], [0.0, 1.0], [5.0, 0.5]].iter().enumerate() {
            let [a, b] = mean_and_deviation(&all, dim);
            assert!((a - mean).abs() < 0.15 && (b - deviation).abs() < 0.1, "{dim}: {a} {b}");
        }
        let narrow = draws(Place { at: [1.5, -1.0, 9.0, 9.0], spread: 0.2 });
        for (dim, [mean, deviation]) in [[1.5, 0.2], [-1.0, 0.2], [5.0, 0.1]].iter().enumerate() {
            let [a, b] = mean_and_deviation(&narrow, dim);
            assert!((a - mean).abs() < 0.05 && (b - deviation).abs() < 0.03, "{dim}: {a} {b}");
        }
        let fixed = draws(Place { at: [1.0, 0.5, 0.0, 0.0], spread: 0.0 });
        assert!(fixed.iter().all(|z| *z == [1.0, 0.5, 5.0]));
    }

    #[test]
    fn a_prior_of_another_model_is_refused_with_both_names() {
        let prior = Personal::load(&weights(), "mine").unwrap();
        assert!(prior.require("trio-4bar", SPACE, "mine").is_ok());
        // A model that was renamed is the same.
        assert!(prior.require("copy", SPACE, "mine").is_ok());
        let refused = |model: &str| prior.require(model, 1, "mine").unwrap_err().to_string();
        assert_eq!(
            refused("trio-16bar"),
            "mine: expected a personal prior of the model trio-16bar, found one of trio-4bar"
        );
        assert!(refused("trio-4bar").ends_with("found one of other weights of trio-4bar"));
    }

    #[test]
    fn other_tensors_are_no_prior() {
        let error = Personal::load(&Weights::default(), "mine").unwrap_err().to_string();
        assert_eq!(error, "mine: expected a personal prior, found other tensors");
        let mut tensors = weights().tensors().clone();
        tensors.remove(&names::kernel(&layer(0)));
        let metadata = [(MODEL_KEY, String::new()), (SPACE_KEY, String::new())];
        let headless = Weights::new(tensors).with_metadata(metadata);
        let error = Personal::load(&headless, "mine").unwrap_err().to_string();
        assert_eq!(error, "mine: expected a personal prior, found layers of another shape");
    }
}
