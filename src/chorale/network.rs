//! The network: an embedding, LSTM layers, and a linear layer to the outputs of [`terms`](super::terms).
//!
//! The cells are those of [`crate::musicvae::net`], so a seed gives the same chorale on every CPU, and a
//! chorale has the same bits alone and in a batch.

use crate::{
    chorale::{encoding::Encoding, inputs},
    musicvae::net::{
        Error,
        linear::Linear,
        lstm::{Cell, CellState},
        names,
        weights::Weights,
    },
};

/// Name of the embedding.
pub const EMBEDDING: &str = "embedding";

/// Prefix of the last layer's tensors.
pub const HEAD: &str = "head";

/// Prefix of the tensors of a layer.
pub fn layer(number: usize) -> String {
    format!("lstm_{number}")
}

/// Sizes of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Its inputs and outputs.
    pub encoding: Encoding,
    /// Width of the embedding.
    pub n_embedding: usize,
    /// Units of each layer.
    pub n_hidden: usize,
    /// Number of layers, at least 1.
    pub n_layers: usize,
}

impl Sizes {
    /// Names and shapes of all tensors.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let Self { encoding, n_embedding, n_hidden, n_layers } = *self;
        let n_outputs = encoding.n_outputs();
        let mut tensors = vec![(EMBEDDING.to_owned(), vec![encoding.n_embedded(), n_embedding])];
        for number in 0..n_layers {
            let n_inputs = if number == 0 { n_embedding } else { n_hidden };
            let prefix = layer(number);
            tensors.push((names::kernel(&prefix), vec![n_inputs + n_hidden, 4 * n_hidden]));
            tensors.push((names::bias(&prefix), vec![4 * n_hidden]));
        }
        tensors.push((names::kernel(HEAD), vec![n_hidden, n_outputs]));
        tensors.push((names::bias(HEAD), vec![n_outputs]));
        tensors
    }

    /// The sizes of the tensors in `weights`.
    ///
    /// # Errors
    /// A tensor is missing or doesn't fit the others.
    pub fn of(weights: &Weights) -> Result<Self, Error> {
        let dims = |name: &str| match weights.tensors().get(name) {
            Some(tensor) => Ok(tensor.dims().to_vec()),
            None => Err(Error::Missing(name.to_owned())),
        };
        let last = |name: &str| dims(name).map(|dims| dims.last().copied().unwrap_or(0));
        let has_layer =
            |&number: &usize| weights.tensors().contains_key(&names::kernel(&layer(number)));
        let n_embedded = dims(EMBEDDING)?.first().copied();
        let has = |encoding: &Encoding| Some(encoding.n_embedded()) == n_embedded;
        let sizes = Self {
            encoding: Encoding::ALL.into_iter().find(has).unwrap_or(Encoding::Relations),
            n_embedding: last(EMBEDDING)?,
            n_hidden: last(&names::bias(&layer(0)))? / 4,
            n_layers: (0..weights.tensors().len()).take_while(has_layer).count().max(1),
        };
        for (name, expected) in sizes.tensors() {
            let found = dims(&name)?;
            if found != expected {
                return Err(Error::Shape { name, expected, found });
            }
        }
        Ok(sizes)
    }
}

/// A network.
#[derive(Debug, Clone)]
pub struct Network {
    sizes: Sizes,
    embedding: Vec<f32>, // (R, E)
    cells: Vec<Cell>,
    head: Linear,
}

/// The LSTM states of B chorales.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    n: usize,
    layers: Vec<CellState>,
}

impl Memory {
    /// The states of the chorales numbered `chosen`, in that order; repeats are allowed.
    pub fn select(&self, chosen: &[usize]) -> Self {
        let rows = |values: &[f32]| {
            let width = values.len() / self.n.max(1);
            chosen.iter().flat_map(|&row| &values[row * width..][..width]).copied().collect()
        };
        let layer = |state: &CellState| CellState { c: rows(&state.c), h: rows(&state.h) };
        Self { n: chosen.len(), layers: self.layers.iter().map(layer).collect() }
    }
}

impl Network {
    /// A network of `weights`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(weights: &Weights) -> Result<Self, Error> {
        let sizes = Sizes::of(weights)?;
        let cells = (0..sizes.n_layers).map(|number| Cell::load(weights, &layer(number), 0));
        Ok(Self {
            sizes,
            embedding: weights.values(EMBEDDING)?,
            cells: cells.collect::<Result<_, _>>()?,
            head: weights.linear(HEAD)?,
        })
    }

    /// Its sizes.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Its inputs and outputs.
    pub fn encoding(&self) -> Encoding {
        self.sizes.encoding
    }

    /// The initial states of `n` chorales.
    pub fn start(&self, n: usize) -> Memory {
        let zeros = || vec![0.0; n * self.sizes.n_hidden];
        let layer = |_: &Cell| CellState { c: zeros(), h: zeros() };
        Memory { n, layers: self.cells.iter().map(layer).collect() }
    }

    /// Runs a step of B chorales on input `rows` (B, rows per step), and returns the outputs (B, outputs) of
    /// the encoding.
    pub fn step(&self, rows: &[u32], memory: &mut Memory) -> Vec<f32> {
        let rows = rows.chunks_exact(self.encoding().n_rows());
        let mut x: Vec<f32> = rows.flat_map(|rows| self.embed(rows)).collect();
        for (cell, state) in self.cells.iter().zip(&mut memory.layers) {
            let mut gates = vec![0.0; memory.n * 4 * self.sizes.n_hidden];
            cell.project_into(&mut gates, &x);
            cell.step(&mut gates, state);
            x.clone_from(&state.h);
        }
        self.head.forward(&x)
    }

    fn embed(&self, rows: &[u32]) -> Vec<f32> {
        let n = self.sizes.n_embedding;
        let mut sum = vec![0.0; n];
        for &row in rows.iter().filter(|&&row| row != inputs::NONE) {
            let added = &self.embedding[row as usize * n..][..n];
            sum.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
        }
        sum
    }
}

#[cfg(test)]
pub mod testing {
    //! Networks for tests.

    use candle_core::{Device, Tensor};
    use rand::RngExt as _;

    use super::{Network, Sizes};
    use crate::{chorale::encoding::Encoding, musicvae::net::weights::Weights, rng};

    /// Small weights drawn from `seed`.
    pub fn weights(seed: u64) -> Weights {
        let encoding = Encoding::Relations;
        let sizes = Sizes { encoding, n_embedding: 8, n_hidden: 8, n_layers: 2 };
        let mut rng = rng::stream(seed, "weights of a test");
        let tensors = sizes.tensors().into_iter().map(|(name, shape)| {
            let n: usize = shape.iter().product();
            let values: Vec<f32> = (0..n).map(|_| rng.random_range(-0.8..0.8)).collect();
            (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
        });
        Weights::new(tensors.collect())
    }

    /// A small network drawn from `seed`.
    pub fn network(seed: u64) -> Network {
        Network::load(&weights(seed)).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{
        testing::{network, weights},
        *,
    };
    use crate::chorale::{
        inputs::{N_ROWS, NONE},
        terms::N_OUTPUTS,
    };

    #[test]
    fn a_chorale_has_the_same_bits_alone_and_beside_others() {
        let network = network(3);
        let rows: Vec<Vec<u32>> = (0..3u32)
            .map(|chorale| (0..N_ROWS as u32).map(|row| chorale * 40 + row * 7).collect())
            .collect();
        let mut memory = network.start(3);
        network.step(&rows.concat(), &mut memory);

        let outputs = network.step(&rows.concat(), &mut memory.select(&[2, 0, 0]));

        let mut alone = network.start(1);
        network.step(&rows[2], &mut alone);
        assert_eq!(outputs[..N_OUTPUTS], network.step(&rows[0], &mut alone));
        assert_eq!(outputs[N_OUTPUTS..2 * N_OUTPUTS].len(), N_OUTPUTS);
        let silent = network.step(&[NONE; N_ROWS], &mut network.start(1));
        assert!(silent.iter().all(|output| output.is_finite()));
    }

    #[test]
    fn tensors_that_do_not_fit_are_named() {
        let whole = weights(1);
        assert_eq!(Sizes::of(&whole).unwrap().n_layers, 2);
        let without = |name: &str| {
            let mut tensors: HashMap<_, _> = whole.tensors().clone();
            tensors.remove(name);
            Network::load(&Weights::new(tensors)).unwrap_err().to_string()
        };
        assert_eq!(without("embedding"), "tensor embedding is missing");
        assert_eq!(without("head/bias"), "tensor head/bias is missing");
        let mut tensors = whole.tensors().clone();
        tensors.insert("head/kernel".into(), tensors["head/bias"].clone());
        let error = Network::load(&Weights::new(tensors)).unwrap_err().to_string();
        assert!(error.starts_with("tensor head/kernel: expected shape [8, "), "{error}");
    }
}
