//! Attribute vectors (Roberts et al. 2018, section 5.3): directions of the latent space along which
//! music gets denser, more syncopated, higher.
//!
//! A vector is the mean z of the quarter of a data set that has most of the attribute, less that of
//! the quarter that has least; `electropunk attributes` computes them and keeps them with the weights.

use std::collections::BTreeMap;

use crate::musicvae::net::{Error, latent::Latent, weights::Weights};

/// What their tensors' names begin with.
pub const PREFIX: &str = "attribute/";

/// A model's vectors, by attribute; a model may have none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes {
    vectors: BTreeMap<String, Latent>,
}

impl Attributes {
    /// Those that `weights` hold.
    ///
    /// # Errors
    /// One of them is not `n_latent` wide.
    pub fn load(weights: &Weights, n_latent: usize) -> Result<Self, Error> {
        let mut vectors = BTreeMap::new();
        for tensor in weights.tensors().keys() {
            let Some(name) = tensor.strip_prefix(PREFIX) else { continue };
            let vector = weights.values(tensor)?;
            if vector.len() != n_latent {
                return Err(Error::Shape {
                    name: tensor.clone(),
                    expected: vec![n_latent],
                    found: vec![vector.len()],
                });
            }
            vectors.insert(name.to_owned(), vector);
        }
        Ok(Self { vectors })
    }

    /// The vector of `name`, Z wide.
    pub fn get(&self, name: &str) -> Option<&[f32]> {
        self.vectors.get(name).map(Vec::as_slice)
    }
}
