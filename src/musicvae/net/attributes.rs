//! Attribute vectors (Roberts et al. 2018, section 5.3): directions of the latent space along which
//! music gets denser, more syncopated, higher.
//!
//! A vector is the mean z of the quarter of a data set with the most of an attribute, minus the
//! mean z of the quarter with the least. `electropunk attributes` computes the vectors and stores
//! them with the weights.

use std::collections::BTreeMap;

use crate::musicvae::net::{Error, latent::Latent, weights::Weights};

/// Prefix of the tensors that hold attribute vectors.
pub const PREFIX: &str = "attribute/";

/// A model's attribute vectors by name; may be empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes {
    vectors: BTreeMap<String, Latent>,
}

impl Attributes {
    /// Reads the attribute vectors in `weights`.
    ///
    /// # Errors
    /// A vector is not `n_latent` wide.
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

    /// The vector of attribute `name`, (Z,).
    pub fn get(&self, name: &str) -> Option<&[f32]> {
        self.vectors.get(name).map(Vec::as_slice)
    }

    /// The attributes with their vectors, (Z,), by name.
    pub fn vectors(&self) -> impl Iterator<Item = (&str, &[f32])> {
        self.vectors.iter().map(|(name, vector)| (name.as_str(), vector.as_slice()))
    }
}
