//! A weight matrix, laid out for products with few rows.
//!
//! Decoding is bound by memory bandwidth, so the weights are read once, in order, for all sequences
//! that share a step. Columns are grouped in panels of 32 (`panel`): a panel's sums stay in
//! registers while its rows stream by. Each column is summed from the first row to the last, at any
//! vector width and for any number of sequences, so a sequence has the same bits in any batch and
//! on every CPU.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use crate::musicvae::net::{
    int8::Quantised,
    panel::{BLOCK, WIDTH, columns},
    precision::Precision,
};

/// A weight matrix (I, O).
#[derive(Debug, Clone)]
pub struct Matrix {
    n_inputs: usize,
    n_outputs: usize,
    panels: Panels,
}

#[derive(Debug, Clone)]
enum Panels {
    F32(Vec<Row>),
    Q8(Quantised),
}

/// A panel's row, aligned so that no vector crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Row([f32; WIDTH]);

impl Matrix {
    /// Lays out `kernel` (I, O), row-major.
    pub fn new(kernel: &[f32], n_outputs: usize) -> Self {
        let n_inputs = kernel.len().checked_div(n_outputs).unwrap_or(0);
        let row = |panel: usize, input: usize| {
            let mut row = Row([0.0; WIDTH]);
            let columns = columns(panel, n_outputs);
            row.0[..columns.len()].copy_from_slice(&kernel[input * n_outputs..][columns]);
            row
        };
        // An exact-size iterator, so that the vector has no spare capacity.
        let rows =
            (0..n_outputs.div_ceil(WIDTH) * n_inputs).map(|at| row(at / n_inputs, at % n_inputs));
        Self { n_inputs, n_outputs, panels: Panels::F32(rows.collect()) }
    }

    /// I.
    pub fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    /// The same weights in `precision`; quantised weights stay quantised.
    ///
    /// Quantised weights need inputs from -1 to 1, such as a cell's h.
    pub fn with_precision(self, precision: Precision) -> Self {
        match (precision, &self.panels) {
            (Precision::Q8, Panels::F32(rows)) if self.n_inputs <= Quantised::MAX_INPUTS => {
                let weight = |input: usize, output: usize| {
                    rows[output / WIDTH * self.n_inputs + input].0[output % WIDTH]
                };
                let quantised = Quantised::new(self.n_inputs, self.n_outputs, weight);
                Self { panels: Panels::Q8(quantised), ..self }
            }
            _ => self,
        }
    }

    /// Adds the product of `x` (B, I) and the weights to `out` (B, O).
    ///
    /// # Panics
    /// The lengths don't agree.
    pub fn add_product(&self, out: &mut [f32], x: &[f32]) {
        assert_eq!(out.len() * self.n_inputs, x.len() * self.n_outputs);
        if x.is_empty() || out.is_empty() {
            return;
        }
        match &self.panels {
            Panels::F32(rows) => Arch::new().dispatch(AddProduct { matrix: self, rows, out, x }),
            Panels::Q8(quantised) => quantised.add_product(out, x),
        }
    }
}

struct AddProduct<'a> {
    matrix: &'a Matrix,
    rows: &'a [Row],
    out: &'a mut [f32],
    x: &'a [f32],
}

impl WithSimd for AddProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Matrix { n_inputs, n_outputs, .. } = *self.matrix;
        for (panel, rows) in self.rows.chunks_exact(n_inputs).enumerate() {
            let columns = columns(panel, n_outputs);
            // The panel is still in the cache for the next block.
            let mut outs = self.out.chunks_exact_mut(BLOCK * n_outputs);
            let mut xs = self.x.chunks_exact(BLOCK * n_inputs);
            for (out, x) in (&mut outs).zip(&mut xs) {
                add_panel::<S, BLOCK>(simd, out, x, rows, columns.clone());
            }
            let outs = outs.into_remainder().chunks_exact_mut(n_outputs);
            for (out, x) in outs.zip(xs.remainder().chunks_exact(n_inputs)) {
                add_panel::<S, 1>(simd, out, x, rows, columns.clone());
            }
        }
    }
}

/// Adds a panel's products to `columns` of `out` (N, O), for `x` (N, I).
#[inline(always)]
fn add_panel<S: Simd, const N: usize>(
    simd: S,
    out: &mut [f32],
    x: &[f32],
    rows: &[Row],
    columns: Range<usize>,
) {
    let x: [&[f32]; N] = std::array::from_fn(|n| &x[n * rows.len()..][..rows.len()]);
    let n_outputs = out.len() / N;
    let mut tile = [[0.0; WIDTH]; N];
    for (tile, out) in tile.iter_mut().zip(out.chunks_exact(n_outputs)) {
        tile[..columns.len()].copy_from_slice(&out[columns.clone()]);
    }
    // Two vectors at a time, so that a sum does not wait for the previous one.
    for pair in 0..WIDTH / S::F32_LANES / 2 {
        let mut sums = tile.map(|tile| pair_of::<S>(&tile, pair));
        for (input, row) in rows.iter().enumerate() {
            let weights = pair_of::<S>(&row.0, pair);
            for (sums, x) in sums.iter_mut().zip(x) {
                let x = simd.splat_f32s(x[input]);
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = simd.add_f32s(*sum, simd.mul_f32s(x, weight));
                }
            }
        }
        for (tile, sums) in tile.iter_mut().zip(sums) {
            S::as_mut_simd_f32s(tile).0[2 * pair..][..2].copy_from_slice(&sums);
        }
    }
    for (tile, out) in tile.iter().zip(out.chunks_exact_mut(n_outputs)) {
        out[columns.clone()].copy_from_slice(&tile[..columns.len()]);
    }
}

#[inline(always)]
fn pair_of<S: Simd>(values: &[f32; WIDTH], pair: usize) -> [S::f32s; 2] {
    let vectors = S::as_simd_f32s(values).0;
    [vectors[2 * pair], vectors[2 * pair + 1]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::panel::tests::noise;

    fn row_by_row(out: &mut [f32], x: &[f32], kernel: &[f32]) {
        for (x, row) in x.iter().zip(kernel.chunks_exact(out.len())) {
            out.iter_mut().zip(row).for_each(|(out, weight)| *out += x * weight);
        }
    }

    #[test]
    fn a_product_equals_a_naive_sum_bit_for_bit() {
        for (n_inputs, n_outputs) in [(1, 1), (7, 90), (64, 64), (33, 100)] {
            let (kernel, x) = (noise(1, n_inputs * n_outputs), noise(2, n_inputs));
            let (mut out, mut expected) = (noise(3, n_outputs), noise(3, n_outputs));

            Matrix::new(&kernel, n_outputs).add_product(&mut out, &x);
            row_by_row(&mut expected, &x, &kernel);

            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_sequence_has_the_same_bits_in_any_batch() {
        let (kernel, x) = (noise(1, 30 * 70), noise(2, 7 * 30));
        for precision in [Precision::F32, Precision::Q8] {
            let matrix = Matrix::new(&kernel, 70).with_precision(precision);
            let (mut together, mut alone) = (noise(3, 7 * 70), noise(3, 7 * 70));

            matrix.add_product(&mut together, &x);
            for (out, x) in alone.chunks_exact_mut(70).zip(x.chunks_exact(30)) {
                matrix.add_product(out, x);
            }

            assert_eq!(together, alone);
        }
    }

    #[test]
    fn without_inputs_nothing_is_added() {
        let mut out = [1.0, 2.0];
        Matrix::new(&[], 2).with_precision(Precision::Q8).add_product(&mut out, &[]);
        assert_eq!(out, [1.0, 2.0]);
    }
}
