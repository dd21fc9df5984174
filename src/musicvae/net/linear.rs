//! A linear layer, `x W + b`.

use crate::musicvae::net::{matrix::Matrix, precision::Precision};

/// A linear layer. In shapes: B sequences, I inputs, O outputs.
#[derive(Debug, Clone)]
pub struct Linear {
    weights: Matrix,
    bias: Vec<f32>,
}

impl Linear {
    /// A layer of `kernel` (I, O), row-major, and `bias` (O,).
    pub fn new(kernel: &[f32], bias: Vec<f32>) -> Self {
        Self { weights: Matrix::new(kernel, bias.len()), bias }
    }

    /// The same layer with weights in `precision`; see [`Matrix::with_precision`].
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { weights: self.weights.with_precision(precision), ..self }
    }

    /// Maps `x` (B, I) to (B, O); a layer without inputs gives one row.
    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        let n_rows = x.len().checked_div(self.weights.n_inputs()).unwrap_or(1);
        let mut out = vec![0.0; n_rows * self.bias.len()];
        self.forward_into(&mut out, x);
        out
    }

    /// Maps `x` (B, I) into `out` (B, O).
    ///
    /// # Panics
    /// The lengths don't agree.
    pub fn forward_into(&self, out: &mut [f32], x: &[f32]) {
        out.chunks_exact_mut(self.bias.len()).for_each(|row| row.copy_from_slice(&self.bias));
        self.weights.add_product(out, x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_starts_with_the_bias() {
        let linear = Linear::new(&[1.0, 10.0], vec![0.5, 0.0]);
        assert_eq!(linear.forward(&[1.0, 2.0]), [1.5, 10.0, 2.5, 20.0]);
    }

    #[test]
    fn without_inputs_the_output_is_the_bias() {
        assert_eq!(Linear::new(&[], vec![0.5, 1.0]).forward(&[]), [0.5, 1.0]);
    }
}
