//! The tensors read so far, and the checks that all formats share.

use std::collections::HashMap;

use candle_core::{Device, Tensor};

use crate::musicvae::import::{encoding::Encoding, error::Error};

/// Limit on tensors; the largest network has 70, and three times as many while it trains.
const MAX_TENSORS: usize = 4096;

/// Limit on names, in bytes; TensorFlow's have at most 90.
const MAX_NAME: usize = 512;

/// Limit on axes; networks use at most 3.
const MAX_AXES: usize = 8;

/// A tensor as the manifest describes it, still unchecked.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The manifest, for errors.
    pub file: &'a str,
    /// TensorFlow's name.
    pub name: &'a str,
    /// Its sizes.
    pub shape: &'a [usize],
    /// Encoding of its numbers.
    pub encoding: Encoding,
}

/// Tensors by name.
#[derive(Debug, Default)]
pub struct Tensors {
    tensors: HashMap<String, Tensor>,
    n_skipped: usize,
}

impl Claim<'_> {
    /// The tensor's size in bytes.
    ///
    /// # Errors
    /// The size is 0 or overflows, or there are too many axes.
    pub fn n_bytes(&self) -> Result<u64, Error> {
        if MAX_AXES < self.shape.len() {
            return Err(self.broken(format!("at most {MAX_AXES} axes"), self.shape.len()));
        }
        if self.shape.contains(&0) {
            return Err(self.broken("sizes of at least 1", format!("{:?}", self.shape)));
        }
        let product = |n: usize, &size: &usize| n.checked_mul(size);
        let n_bytes = self.shape.iter().try_fold(self.encoding.n_bytes(), product);
        // candle's sizes must fit isize.
        let n_bytes = n_bytes.filter(|&n| isize::try_from(n).is_ok());
        let n_bytes = n_bytes.ok_or_else(|| {
            self.broken("a shape that fits into memory", format!("{:?}", self.shape))
        })?;
        Ok(n_bytes as u64)
    }

    /// The tensor's name in errors.
    pub fn place(&self) -> String {
        format!("tensor {:?}", self.name)
    }

    /// An error about this tensor.
    pub fn broken(&self, expected: impl std::fmt::Display, found: impl std::fmt::Display) -> Error {
        Error::broken(self.file, self.place(), expected, found)
    }
}

impl Tensors {
    /// Whether the tensor belongs to the network; training tensors are counted and skipped.
    ///
    /// # Errors
    /// The name is a duplicate or too long, or there are too many tensors.
    pub fn wants(&mut self, claim: &Claim<'_>) -> Result<bool, Error> {
        if MAX_NAME < claim.name.len() {
            return Err(claim.broken(format!("a name of at most {MAX_NAME} bytes"), "more"));
        }
        if self.tensors.contains_key(claim.name) {
            return Err(claim.broken("a unique name", "a duplicate"));
        }
        if self.tensors.len() + self.n_skipped == MAX_TENSORS {
            return Err(claim.broken(format!("at most {MAX_TENSORS} tensors"), "more"));
        }
        let is_wanted = !is_training_state(claim.name);
        self.n_skipped += usize::from(!is_wanted);
        Ok(is_wanted)
    }

    /// Adds a tensor.
    ///
    /// # Errors
    /// `bytes` don't fit the shape, or a number is not finite.
    pub fn insert(&mut self, claim: &Claim<'_>, bytes: &[u8]) -> Result<(), Error> {
        let n_bytes = claim.n_bytes()?;
        if bytes.len() as u64 != n_bytes {
            return Err(claim.broken(format!("{n_bytes} bytes"), bytes.len()));
        }
        let values = claim.encoding.decode(bytes);
        if let Some((at, value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(claim.broken("finite numbers", format!("{value} at {at}")));
        }
        let tensor = Tensor::from_vec(values, claim.shape, &Device::Cpu);
        let tensor = tensor.map_err(|error| claim.broken("a tensor", error))?;
        self.tensors.insert(claim.name.to_owned(), tensor);
        Ok(())
    }

    /// All tensors, and the number skipped.
    ///
    /// # Errors
    /// There are no tensors.
    pub fn finish(self, file: &str) -> Result<(HashMap<String, Tensor>, usize), Error> {
        match self.tensors.is_empty() {
            true => Err(Error::broken(file, "the checkpoint", "tensors", "none")),
            false => Ok((self.tensors, self.n_skipped)),
        }
    }
}

/// Whether a tensor is one of Adam's slots or a step counter.
fn is_training_state(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    matches!(last, "Adam" | "Adam_1" | "beta1_power" | "beta2_power" | "global_step")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim<'a>(name: &'a str, shape: &'a [usize]) -> Claim<'a> {
        Claim { file: "x", name, shape, encoding: Encoding::F32 }
    }

    #[test]
    fn training_tensors_are_counted_and_skipped() {
        let mut tensors = Tensors::default();
        for name in ["a/kernel/Adam", "a/kernel/Adam_1", "beta1_power", "global_step"] {
            assert!(!tensors.wants(&claim(name, &[])).unwrap());
        }
        assert!(tensors.wants(&claim("Adam/kernel", &[])).unwrap());
        assert_eq!(tensors.n_skipped, 4);
    }

    #[test]
    fn sizes_that_overflow_are_refused() {
        assert_eq!(claim("a", &[2, 3]).n_bytes().unwrap(), 24);
        assert_eq!(claim("a", &[]).n_bytes().unwrap(), 4);
        for shape in [&[usize::MAX, 2][..], &[1 << 40, 1 << 40], &[0, usize::MAX, 9], &[1; 9]] {
            assert!(claim("a", shape).n_bytes().is_err(), "{shape:?}");
        }
        assert_eq!(
            claim("a", &[usize::MAX]).n_bytes().unwrap_err().to_string(),
            "x: tensor \"a\": expected a shape that fits into memory, found [18446744073709551615]"
        );
    }

    #[test]
    fn duplicate_names_and_nan_values_are_refused() {
        let mut tensors = Tensors::default();
        tensors.insert(&claim("a", &[1]), &1f32.to_le_bytes()).unwrap();

        let taken = tensors.wants(&claim("a", &[1])).unwrap_err().to_string();
        assert_eq!(taken, "x: tensor \"a\": expected a unique name, found a duplicate");
        let nan = tensors.insert(&claim("b", &[1]), &f32::NAN.to_le_bytes()).unwrap_err();
        assert_eq!(nan.to_string(), "x: tensor \"b\": expected finite numbers, found NaN at 0");
    }
}
