//! Quantised products: int8 weights, 13-bit integer inputs, 32-bit sums.
//!
//! Integer sums are exact in any order, and quantising and rescaling round by one fixed rule, so
//! results are bit-identical on every CPU. A cell's output lies between -1 and 1, so its scale is
//! constant and needs no pass over the data. 16-bit products are as fast as 8-bit ones on most
//! CPUs, so the inputs keep 13 bits and lose almost nothing.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use std::ops::Range;

use pulp::{Arch, Scalar, Simd};

use crate::musicvae::net::panel::{BLOCK, WIDTH, columns};

/// Integer value of an input of 1.
const ONE: f32 = 4096.0;
/// Integer value of a column's largest weight.
const LARGEST: f32 = 127.0;

/// Quantised weights (I, O) and a scale per column.
#[derive(Debug, Clone)]
pub(super) struct Quantised {
    n_inputs: usize,
    n_outputs: usize,
    rows: Vec<Pairs>,
    scales: Vec<f32>,
}

/// Two rows of a panel, interleaved by column: CPUs multiply and add neighbouring pairs in one
/// instruction.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Pairs([i8; 2 * WIDTH]);

impl Quantised {
    /// Most inputs for which a 32-bit sum can't overflow.
    pub(super) const MAX_INPUTS: usize = (i32::MAX / (ONE as i32 * LARGEST as i32)) as usize;

    /// Quantises a matrix, given as a function of input and output index.
    pub(super) fn new(
        n_inputs: usize,
        n_outputs: usize,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let largest = |output| (0..n_inputs).map(|i| weight(i, output).abs()).fold(0.0, f32::max);
        let steps: Vec<f32> = (0..n_outputs).map(|output| largest(output) / LARGEST).collect();
        let round = |input, output| match input < n_inputs && output < n_outputs {
            // A column of zeros has step 0: 0 / 0 is NaN, which casts to 0.
            true => (weight(input, output) / steps[output]).round_ties_even() as i8,
            false => 0,
        };
        let n_pairs = n_inputs.div_ceil(2);
        let rows = (0..n_outputs.div_ceil(WIDTH) * n_pairs).map(|at| {
            let (panel, pair) = (at / n_pairs, at % n_pairs);
            Pairs(std::array::from_fn(|lane| round(2 * pair + lane % 2, panel * WIDTH + lane / 2)))
        });
        let scales = steps.iter().map(|step| step / ONE).collect();
        Self { n_inputs, n_outputs, rows: rows.collect(), scales }
    }

    /// Adds the product of `x` (B, I), each value from -1 to 1, and the weights to `out` (B, O).
    pub(super) fn add_product(&self, out: &mut [f32], x: &[f32]) {
        match Arch::new() {
            #[cfg(target_arch = "x86_64")]
            Arch::V4(simd) => simd.vectorize(
                #[inline(always)]
                || self.add_with(simd, out, x),
            ),
            #[cfg(target_arch = "x86_64")]
            Arch::V3(simd) => simd.vectorize(
                #[inline(always)]
                || self.add_with(simd, out, x),
            ),
            other => other.dispatch(
                #[inline(always)]
                || self.add_with(Scalar, out, x),
            ),
        }
    }

    #[inline(always)]
    fn add_with<S: Integers>(&self, simd: S, out: &mut [f32], x: &[f32]) {
        let (n_pairs, n_outputs) = (self.n_inputs.div_ceil(2), self.n_outputs);
        let mut pairs = vec![0; x.len() / self.n_inputs * n_pairs];
        for (pairs, x) in pairs.chunks_exact_mut(n_pairs).zip(x.chunks_exact(self.n_inputs)) {
            quantise(pairs, x);
        }
        for (panel, rows) in self.rows.chunks_exact(n_pairs).enumerate() {
            let columns = columns(panel, n_outputs);
            let scales = &self.scales[columns.clone()];
            let mut outs = out.chunks_exact_mut(BLOCK * n_outputs);
            let mut xs = pairs.chunks_exact(BLOCK * n_pairs);
            for (out, x) in (&mut outs).zip(&mut xs) {
                add_panel::<S, BLOCK>(simd, out, x, rows, scales, columns.clone());
            }
            let outs = outs.into_remainder().chunks_exact_mut(n_outputs);
            for (out, x) in outs.zip(xs.remainder().chunks_exact(n_pairs)) {
                add_panel::<S, 1>(simd, out, x, rows, scales, columns.clone());
            }
        }
    }
}

/// Adds a panel's products to `columns` of `out` (N, O), for `x` (N, I / 2).
#[inline(always)]
fn add_panel<S: Integers, const N: usize>(
    simd: S,
    out: &mut [f32],
    x: &[i32],
    rows: &[Pairs],
    scales: &[f32],
    columns: Range<usize>,
) {
    let x: [&[i32]; N] = std::array::from_fn(|n| &x[n * rows.len()..][..rows.len()]);
    let n_outputs = out.len() / N;
    let mut tile = [[0; WIDTH]; N];
    // Two vectors at a time, so that a sum does not wait for the previous one.
    for pair in 0..WIDTH / S::I32_LANES / 2 {
        let mut sums = [[simd.splat_i32s(0); 2]; N];
        for (input, row) in rows.iter().enumerate() {
            let weights = [2 * pair, 2 * pair + 1].map(|at| simd.widen(&row.0, at));
            for (sums, x) in sums.iter_mut().zip(x) {
                let x = simd.splat_i32s(x[input]);
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = simd.add_i32s(*sum, simd.products(weights, x));
                }
            }
        }
        for (tile, sums) in tile.iter_mut().zip(sums) {
            S::as_mut_simd_i32s(tile).0[2 * pair..][..2].copy_from_slice(&sums);
        }
    }
    for (tile, out) in tile.iter().zip(out.chunks_exact_mut(n_outputs)) {
        for ((out, sum), scale) in out[columns.clone()].iter_mut().zip(tile).zip(scales) {
            *out += *sum as f32 * scale;
        }
    }
}

/// Packs two inputs per word as 16-bit integers, the first in the low half.
#[inline(always)]
fn quantise(pairs: &mut [i32], x: &[f32]) {
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer without a library call.
    const ROUND: f32 = 12_582_912.0;
    let round = |x: f32| ((x * ONE + ROUND) - ROUND) as i32;
    let (twos, last) = x.as_chunks::<2>();
    for (pair, &[first, second]) in pairs.iter_mut().zip(twos) {
        *pair = round(first) & 0xffff | round(second) << 16;
    }
    if let (Some(pair), &[last]) = (pairs.last_mut(), last) {
        *pair = round(last) & 0xffff;
    }
}

/// Integer operations that pulp names differently in each instruction set.
trait Integers: Simd {
    /// Pairs of 16 bits.
    type Pairs: Copy;

    /// The `at`th vector of pairs in `row`, widened to 16 bits.
    fn widen(self, row: &[i8; 2 * WIDTH], at: usize) -> Self::Pairs;

    /// The sum of products of each pair.
    fn products(self, weights: Self::Pairs, x: Self::i32s) -> Self::i32s;
}

#[cfg(target_arch = "x86_64")]
impl Integers for pulp::x86::V4 {
    type Pairs = pulp::i16x32;

    #[inline(always)]
    fn widen(self, row: &[i8; 2 * WIDTH], at: usize) -> Self::Pairs {
        self.convert_i8x32_to_i16x32(pulp::cast(row.as_chunks::<32>().0[at]))
    }

    #[inline(always)]
    fn products(self, weights: Self::Pairs, x: Self::i32s) -> Self::i32s {
        self.multiply_wrapping_add_adjacent_i16x32(weights, pulp::cast(x))
    }
}

#[cfg(target_arch = "x86_64")]
impl Integers for pulp::x86::V3 {
    type Pairs = pulp::i16x16;

    #[inline(always)]
    fn widen(self, row: &[i8; 2 * WIDTH], at: usize) -> Self::Pairs {
        self.convert_i8x16_to_i16x16(pulp::cast(row.as_chunks::<16>().0[at]))
    }

    #[inline(always)]
    fn products(self, weights: Self::Pairs, x: Self::i32s) -> Self::i32s {
        self.multiply_wrapping_add_adjacent_i16x16(weights, pulp::cast(x))
    }
}

impl Integers for Scalar {
    type Pairs = [i8; 2];

    #[inline(always)]
    fn widen(self, row: &[i8; 2 * WIDTH], at: usize) -> Self::Pairs {
        row.as_chunks::<2>().0[at]
    }

    #[inline(always)]
    fn products(self, weights: Self::Pairs, x: Self::i32s) -> Self::i32s {
        i32::from(weights[0]) * i32::from(x as i16) + i32::from(weights[1]) * (x >> 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::panel::tests::noise;

    #[test]
    fn a_quantised_product_is_close_to_the_exact_one() {
        let (n_inputs, n_outputs) = (101, 45);
        let (kernel, x) = (noise(1, n_inputs * n_outputs), noise(2, n_inputs));
        let weight = |input: usize, output: usize| kernel[input * n_outputs + output];
        let mut out = vec![0.0; n_outputs];

        Quantised::new(n_inputs, n_outputs, weight).add_product(&mut out, &x);

        for (output, found) in out.iter().enumerate() {
            let exact: f32 = (0..n_inputs).map(|input| x[input] * weight(input, output)).sum();
            assert!((found - exact).abs() < 0.05, "{found} for {exact}");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let quantised = Quantised::new(35, 70, |i, o| ((i * 70 + o) as f32 * 7.77).sin());
        let x = noise(2, 5 * 35);
        let (mut fast, mut plain) = (vec![0.5; 5 * 70], vec![0.5; 5 * 70]);

        quantised.add_product(&mut fast, &x);
        quantised.add_with(Scalar, &mut plain, &x);

        assert_eq!(fast, plain);
    }

    #[test]
    fn the_largest_inputs_do_not_overflow() {
        let n = Quantised::MAX_INPUTS;
        let mut out = [0.0];

        Quantised::new(n, 1, |_, _| 1.0).add_product(&mut out, &vec![-1.0; n]);

        assert!((out[0] / n as f32 + 1.0).abs() < 1e-6, "{}", out[0]);
    }

    #[test]
    fn a_column_of_zeros_stays_zero() {
        let mut out = [1.0];
        Quantised::new(3, 1, |_, _| 0.0).add_product(&mut out, &[1.0, -1.0, 0.5]);
        assert_eq!(out, [1.0]);
    }
}
