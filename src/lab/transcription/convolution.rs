//! SIMD convolutions of planes over frames and frequencies.
//!
//! candle's convolution copies every patch before it multiplies, which costs more than the products here: the
//! widest layer has eight outputs. These kernels read the planes in place, a vector of columns at a time, for
//! eight outputs at once.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use std::collections::BTreeMap;

use pulp::{Arch, Simd, WithSimd};

use crate::lab::transcription::planes::Planes;

/// Vectors of columns that are computed at once.
const VECTORS: usize = 3;

/// The shape of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// Its name in a model's file.
    pub name: &'static str,
    /// Input planes.
    pub n_in: usize,
    /// Output planes.
    pub n_out: usize,
    /// Rows of the kernel, an odd number.
    pub n_rows: usize,
    /// Columns of the kernel, an odd number.
    pub n_columns: usize,
    /// Stride in columns, 1 or 3. With 3 the input is passed as [`Planes::thirds`].
    pub step: usize,
}

/// Where a weight reads: a plane, and offsets from the output's row and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tap {
    /// The plane.
    pub plane: usize,
    /// Row offset.
    pub row: isize,
    /// Column offset.
    pub column: isize,
}

/// Weights in the order of use.
#[derive(Debug, Clone)]
pub struct Kernel {
    taps: Vec<Tap>,
    /// For each tap, a weight per output.
    weights: Vec<f32>,
    n_out: usize,
}

impl Kernel {
    /// Number of outputs.
    pub fn n_out(&self) -> usize {
        self.n_out
    }
}

impl Layer {
    /// Shape of its weights: outputs, inputs, rows, columns.
    pub fn shape(&self) -> [usize; 4] {
        [self.n_out, self.n_in, self.n_rows, self.n_columns]
    }

    /// Number of its weights.
    pub fn n_weights(&self) -> usize {
        self.shape().iter().product()
    }

    /// Where the weights of an output read, in their order. Edges are padded so that the output has as many
    /// rows as the input, and a `step`th of its columns.
    pub fn taps(&self) -> Vec<Tap> {
        let step = self.step as isize;
        let [above, before] = [(self.n_rows - 1) / 2, (self.n_columns - self.step) / 2];
        let tap = |n: usize| {
            let column = (n % self.n_columns) as isize - before as isize;
            let row = (n / self.n_columns % self.n_rows) as isize - above as isize;
            let plane = n / (self.n_columns * self.n_rows);
            Tap {
                plane: plane * self.step + column.rem_euclid(step) as usize,
                row,
                column: column.div_euclid(step),
            }
        };
        (0..self.n_weights() / self.n_out).map(tap).collect()
    }

    /// The layer's kernel with weights in the order of [`Self::shape`].
    pub fn kernel(&self, weights: &[f32]) -> Kernel {
        let taps = self.taps();
        let n = taps.len();
        let weights = (0..n).flat_map(|tap| (0..self.n_out).map(move |out| weights[out * n + tap]));
        Kernel { weights: weights.collect(), taps, n_out: self.n_out }
    }

    /// The kernel that propagates a gradient from the outputs to the inputs.
    pub fn transposed_kernel(&self, weights: &[f32]) -> Kernel {
        let (taps, n_out) = (self.taps(), self.n_in * self.step);
        let mut transposed: BTreeMap<Tap, Vec<f32>> = BTreeMap::new();
        for (out, weights) in weights.chunks_exact(taps.len()).enumerate() {
            for (tap, weight) in taps.iter().zip(weights) {
                let place = Tap { plane: out, row: -tap.row, column: -tap.column };
                let weights = transposed.entry(place).or_insert_with(|| vec![0.0; n_out]);
                weights[tap.plane] += weight;
            }
        }
        let (taps, weights): (Vec<Tap>, Vec<Vec<f32>>) = transposed.into_iter().unzip();
        Kernel { taps, weights: weights.concat(), n_out }
    }
}

/// Convolves `input` into `out`, and adds `bias`, one number per output.
///
/// Columns that only pad the last vector hold garbage afterwards; [`Planes::apply`] clears them.
///
/// # Panics
/// The planes don't fit the kernel.
pub fn convolve(kernel: &Kernel, bias: &[f32], input: &Planes, out: &mut Planes) {
    assert_eq!((out.n_planes(), bias.len()), (kernel.n_out, kernel.n_out));
    assert_eq!((out.n_rows(), out.n_columns()), (input.n_rows(), input.n_columns()));
    let offsets = offsets(&kernel.taps, input);
    Arch::new().dispatch(Convolve { kernel, bias, input, offsets, out });
}

/// Indices of `taps` in planes laid out as `input`, for row and column 0.
pub fn offsets(taps: &[Tap], input: &Planes) -> Vec<usize> {
    taps.iter().map(|tap| input.place(tap.plane, tap.row, tap.column)).collect()
}

struct Convolve<'a> {
    kernel: &'a Kernel,
    bias: &'a [f32],
    input: &'a Planes,
    offsets: Vec<usize>,
    out: &'a mut Planes,
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let mut first = 0;
        // Sums of 8 outputs by 3 vectors fit in 32 registers of 16 lanes, 4 by 3 in 16 of 8 lanes.
        while S::F32_LANES == 16 && first + 8 <= self.kernel.n_out {
            self.outputs::<S, 8>(simd, first);
            first += 8;
        }
        while first + 4 <= self.kernel.n_out {
            self.outputs::<S, 4>(simd, first);
            first += 4;
        }
        while first < self.kernel.n_out {
            self.outputs::<S, 1>(simd, first);
            first += 1;
        }
    }
}

impl Convolve<'_> {
    /// Computes `O` outputs from `first`.
    #[inline(always)]
    fn outputs<S: Simd, const O: usize>(&mut self, simd: S, first: usize) {
        let weights: Vec<[f32; O]> = self
            .kernel
            .weights
            .chunks_exact(self.kernel.n_out)
            .map(|weights| std::array::from_fn(|n| weights[first + n]))
            .collect();
        let n_computed = self.out.n_computed();
        for row in 0..self.out.n_rows() {
            let mut column = 0;
            while column < n_computed {
                let place = (first, row, column);
                let n_vectors = ((n_computed - column) / S::F32_LANES).min(VECTORS);
                match n_vectors {
                    VECTORS => self.tile::<S, O, VECTORS>(simd, &weights, place),
                    2 => self.tile::<S, O, 2>(simd, &weights, place),
                    _ => self.tile::<S, O, 1>(simd, &weights, place),
                }
                column += n_vectors * S::F32_LANES;
            }
        }
    }

    /// Computes `O` outputs of `V` vectors.
    #[inline(always)]
    fn tile<S: Simd, const O: usize, const V: usize>(
        &mut self,
        simd: S,
        weights: &[[f32; O]],
        (first, row, column): (usize, usize, usize),
    ) {
        let width = V * S::F32_LANES;
        let input = &self.input.values()[row * self.input.stride() + column..];
        let mut sums = [[simd.splat_f32s(0.0); V]; O];
        for (o, sums) in sums.iter_mut().enumerate() {
            *sums = [simd.splat_f32s(self.bias[first + o]); V];
        }
        for (&offset, weights) in self.offsets.iter().zip(weights) {
            let read = S::as_simd_f32s(&input[offset..offset + width]).0;
            let read: [S::f32s; V] = std::array::from_fn(|v| read[v]);
            // By index: the number of outputs is a compile-time constant, so the sums stay in registers.
            #[allow(clippy::needless_range_loop)]
            for o in 0..O {
                let weight = simd.splat_f32s(weights[o]);
                for v in 0..V {
                    sums[o][v] = simd.mul_add_f32s(weight, read[v], sums[o][v]);
                }
            }
        }
        for (o, sums) in sums.iter().enumerate() {
            let start = self.out.place(first + o, row as isize, column as isize);
            let out = &mut self.out.values_mut()[start..start + width];
            let out = S::as_mut_simd_f32s(out).0;
            out.iter_mut().zip(sums).for_each(|(out, sum)| *out = *sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};
    use rand::RngExt as _;

    use super::*;
    use crate::rng;

    /// Planes and their values without margins.
    fn planes(n: usize, rows: usize, columns: usize, margin: usize) -> (Planes, Vec<f32>) {
        let mut rng = rng::stream(7, "planes");
        let mut planes = Planes::new(n, rows, columns, margin);
        let mut values = Vec::new();
        for plane in 0..n {
            for row in 0..rows {
                for x in planes.row_mut(plane, row) {
                    *x = rng.random_range(-1.0..1.0);
                    values.push(*x);
                }
            }
        }
        (planes, values)
    }

    #[test]
    fn layers_compute_what_candle_computes() {
        for (n_in, n_out, n_rows, n_columns, step) in
            [(2, 8, 3, 39, 1), (8, 1, 5, 5, 1), (1, 32, 7, 7, 3), (2, 13, 5, 5, 3)]
        {
            let layer = Layer { name: "", n_in, n_out, n_rows, n_columns, step };
            let (input, values) = planes(n_in, 6, 60, 32);
            let mut rng = rng::stream(8, "weights");
            let weights: Vec<f32> =
                (0..layer.n_weights()).map(|_| rng.random_range(-1.0..1.0)).collect();
            let bias: Vec<f32> = (0..n_out).map(|n| n as f32).collect();

            let mut out = Planes::new(n_out, 6, 60 / step, 16);
            let input = if step == 1 { input } else { input.thirds(16) };
            convolve(&layer.kernel(&weights), &bias, &input, &mut out);

            let cpu = &Device::Cpu;
            let values = Tensor::from_vec(values, (1, n_in, 6, 60), cpu).unwrap();
            let weights = Tensor::from_vec(weights, &layer.shape()[..], cpu).unwrap();
            let (rows, columns) = (n_rows / 2, (n_columns - step) / 2);
            let padded = values.pad_with_zeros(2, rows, rows).unwrap();
            let padded = padded.pad_with_zeros(3, columns, columns).unwrap();
            let all = padded.conv2d(&weights, 0, 1, 1, 1).unwrap();
            let all: Vec<Vec<Vec<f32>>> = all.squeeze(0).unwrap().to_vec3().unwrap();
            for (o, rows) in all.iter().enumerate() {
                for (row, values) in rows.iter().enumerate() {
                    for (x, value) in out.row(o, row).iter().zip(values.iter().step_by(step)) {
                        let expected = value + bias[o];
                        assert!((x - expected).abs() < 2e-4, "{x} {expected}");
                    }
                }
            }
        }
    }
}
