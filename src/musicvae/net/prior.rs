//! Priors by style: where in the latent space the music of a style lies.
//!
//! The aggregate posterior of a style fills only a part of the space that N(0, 1) covers. A mixture of normal
//! distributions made after training, an "ex-post density" (Ghosh et al. 2020, arXiv:1903.12436, section 4), gives
//! draws that resemble the style more than draws from N(0, 1) do. `electropunk train` and `electropunk priors` make
//! the mixtures, of posteriors, and store them with the weights.

use std::collections::BTreeMap;

use rand::RngExt as _;

use crate::{
    musicvae::net::{
        Error,
        latent::{self, Latent},
        personal::PersonalDraws,
        weights::Weights,
    },
    rng::Rng,
};

/// Prefix of the tensors that hold mixtures: `prior/NAME/weights` (K,), `prior/NAME/means` (K, Z)
/// and `prior/NAME/deviations`, (K, Z) or (1, Z) for all components.
pub const PREFIX: &str = "prior/";

/// Suffixes of the names of a mixture's tensors.
pub const WEIGHTS: &str = "weights";
/// See [`WEIGHTS`].
pub const MEANS: &str = "means";
/// See [`WEIGHTS`].
pub const DEVIATIONS: &str = "deviations";

/// A normal distribution with a diagonal covariance, and its share of a mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Share of the draws; those of a mixture sum to about 1.
    pub weight: f64,
    /// Mean, (Z,).
    pub mean: Latent,
    /// Standard deviations, (Z,).
    pub deviations: Vec<f32>,
}

/// A distribution of points in a latent space.
#[derive(Debug, Clone, PartialEq)]
pub enum Prior {
    /// N(0, 1) in this many dimensions.
    Standard(usize),
    /// A mixture of at least one normal distribution.
    Mixture(Vec<Component>),
    /// A personal prior of a musician's songs, over few dimensions.
    Personal(PersonalDraws),
}

impl Prior {
    /// Draws a point.
    pub fn draw(&self, rng: &mut Rng) -> Latent {
        match self {
            Self::Personal(draws) => draws.draw(rng),
            Self::Standard(n_latent) => latent::prior(*n_latent, rng),
            Self::Mixture(components) => {
                let chosen = choose(components, rng.random());
                let noise = latent::prior(chosen.mean.len(), rng);
                let spread = chosen.deviations.iter().zip(noise).map(|(sigma, n)| sigma * n);
                chosen.mean.iter().zip(spread).map(|(mean, spread)| mean + spread).collect()
            }
        }
    }

    /// A prior that draws from each of `mixtures` equally often; none without any.
    pub fn blend(mixtures: &[&[Component]]) -> Option<Self> {
        let share = 1.0 / mixtures.len() as f64;
        let scaled = |component: &Component| Component {
            weight: share * component.weight,
            ..component.clone()
        };
        let all: Vec<Component> = mixtures.iter().copied().flatten().map(scaled).collect();
        (!all.is_empty()).then_some(Self::Mixture(all))
    }
}

/// The component at `at`, 0 to 1, of the cumulative weights.
fn choose(components: &[Component], at: f64) -> &Component {
    let total: f64 = components.iter().map(|component| component.weight).sum();
    let mut left = at * total;
    for component in components {
        left -= component.weight;
        if left < 0.0 {
            return component;
        }
    }
    &components[components.len() - 1]
}

/// A model's mixtures by name, a style's or `songs`; may be empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Priors {
    mixtures: BTreeMap<String, Vec<Component>>,
}

impl Priors {
    /// Reads the mixtures in `weights`.
    ///
    /// # Errors
    /// A tensor of a mixture is missing, or its shape does not fit the number of components or `n_latent`.
    pub fn load(weights: &Weights, n_latent: usize) -> Result<Self, Error> {
        let mut mixtures = BTreeMap::new();
        for tensor in weights.tensors().keys() {
            let name = tensor.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once('/'));
            let Some((name, WEIGHTS)) = name else { continue };
            mixtures.insert(name.to_owned(), mixture(weights, name, n_latent)?);
        }
        Ok(Self { mixtures })
    }

    /// The mixture called `name`.
    pub fn get(&self, name: &str) -> Option<&[Component]> {
        self.mixtures.get(name).map(Vec::as_slice)
    }

    /// The names of the mixtures, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.mixtures.keys().map(String::as_str)
    }
}

/// The name of the tensor of the mixture `name` with this suffix.
pub fn tensor_name(name: &str, ending: &str) -> String {
    format!("{PREFIX}{name}/{ending}")
}

fn mixture(weights: &Weights, name: &str, n_latent: usize) -> Result<Vec<Component>, Error> {
    let shares = weights.values(&tensor_name(name, WEIGHTS))?;
    let rows = |ending: &str, n_rows: usize| -> Result<Vec<Latent>, Error> {
        let tensor = tensor_name(name, ending);
        let values = weights.values(&tensor)?;
        if shares.is_empty() || values.len() != n_rows * n_latent {
            let expected = vec![n_rows, n_latent];
            return Err(Error::Shape { name: tensor, expected, found: vec![values.len()] });
        }
        Ok(values.chunks(n_latent).map(<[f32]>::to_vec).collect())
    };
    let means = rows(MEANS, shares.len())?;
    let is_shared = weights.values(&tensor_name(name, DEVIATIONS))?.len() == n_latent;
    let deviations = rows(DEVIATIONS, if is_shared { 1 } else { shares.len() })?;
    let parameters = means.into_iter().zip(deviations.into_iter().cycle());
    let component = |(weight, (mean, deviations)): (&f32, (Latent, Vec<f32>))| Component {
        weight: f64::from(*weight),
        mean,
        deviations,
    };
    Ok(shares.iter().zip(parameters).map(component).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::{Device, Tensor};

    use super::*;
    use crate::rng;

    fn component(weight: f64, mean: f32) -> Component {
        Component { weight, mean: vec![mean; 3], deviations: vec![0.1; 3] }
    }

    fn weights(n_means: usize) -> Weights {
        let tensor = |values: Vec<f32>| {
            let n = values.len();
            Tensor::from_vec(values, n, &Device::Cpu).unwrap()
        };
        let means = [vec![2.0; 3], vec![-2.0; 3]].concat();
        Weights::new(HashMap::from([
            (tensor_name("dub", WEIGHTS), tensor(vec![0.25, 0.75])),
            (tensor_name("dub", MEANS), tensor(means[..n_means].to_vec())),
            (tensor_name("dub", DEVIATIONS), tensor(vec![0.1; 6])),
            ("attribute/density".to_owned(), tensor(vec![1.0; 3])),
        ]))
    }

    #[test]
    fn draws_lie_near_the_components_by_their_weights() {
        let prior = Prior::Mixture(vec![component(0.25, 2.0), component(0.75, -2.0)]);
        let mut rng = rng::stream(1, "test");

        let draws: Vec<Latent> = (0..400).map(|_| prior.draw(&mut rng)).collect();

        assert!(draws.iter().flatten().all(|x| (x.abs() - 2.0).abs() < 0.6));
        let n_first = draws.iter().filter(|z| 0.0 < z[0]).count();
        assert!((70..130).contains(&n_first), "{n_first}");
    }

    #[test]
    fn a_blend_draws_from_each_mixture_equally_often() {
        let (few, many) = ([component(1.0, 2.0)], [component(0.5, -2.0), component(0.5, -4.0)]);
        let Some(Prior::Mixture(blend)) = Prior::blend(&[&few, &many]) else { panic!() };
        let shares: Vec<f64> = blend.iter().map(|component| component.weight).collect();
        assert_eq!(shares, [0.5, 0.25, 0.25]);
        assert_eq!(Prior::blend(&[]), None);
    }

    #[test]
    fn the_standard_prior_draws_as_ever() {
        let [mut a, mut b] = [(); 2].map(|()| rng::stream(7, "dream"));
        assert_eq!(Prior::Standard(5).draw(&mut a), latent::prior(5, &mut b));
    }

    #[test]
    fn mixtures_are_read_from_weights() {
        let priors = Priors::load(&weights(6), 3).unwrap();

        assert_eq!(priors.names().collect::<Vec<_>>(), ["dub"]);
        let dub = priors.get("dub").unwrap();
        assert_eq!(dub, [component(0.25, 2.0), component(0.75, -2.0)]);
        assert_eq!(priors.get("techno"), None);
    }

    #[test]
    fn one_row_of_deviations_is_for_all_components() {
        let mut tensors = weights(6).tensors().clone();
        let shared = Tensor::new(&[[0.3f32; 3]], &Device::Cpu).unwrap();
        tensors.insert(tensor_name("dub", DEVIATIONS), shared);

        let priors = Priors::load(&Weights::new(tensors), 3).unwrap();

        let dub = priors.get("dub").unwrap();
        assert!(dub.len() == 2 && dub.iter().all(|component| component.deviations == [0.3; 3]));
    }

    #[test]
    fn a_mixture_of_another_width_is_an_error() {
        let error = Priors::load(&weights(3), 3).unwrap_err().to_string();
        assert!(error.contains("prior/dub/means") && error.contains("[2, 3]"), "{error}");
    }
}
