//! Gradients of a convolution's weights.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use pulp::{Arch, Simd, WithSimd};

use crate::lab::transcription::{
    convolution::{Layer, offsets},
    planes::Planes,
};

/// Rows summed by lane before the lanes are added up.
const ROWS: usize = 16;

/// Weights of an output that are computed at once.
const TAPS: usize = 3;

/// Adds the gradients of a layer's weights and biases to `weights` and `bias`, from its `input` and the
/// loss's gradient by its `outputs`, whose padding columns are 0.
///
/// # Panics
/// The planes don't fit the layer.
pub fn add_gradient(
    layer: &Layer,
    input: &Planes,
    outputs: &Planes,
    (weights, bias): (&mut [f32], &mut [f32]),
) {
    assert_eq!((outputs.n_planes(), weights.len()), (layer.n_out, layer.n_weights()));
    for (out, bias) in bias.iter_mut().enumerate() {
        let rows = (0..outputs.n_rows()).map(|row| outputs.row(out, row).iter().sum::<f32>());
        *bias += rows.sum::<f32>();
    }
    let offsets = offsets(&layer.taps(), input);
    Arch::new().dispatch(Gradient { input, outputs, offsets, weights });
}

struct Gradient<'a> {
    input: &'a Planes,
    outputs: &'a Planes,
    offsets: Vec<usize>,
    weights: &'a mut [f32],
}

impl WithSimd for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let n_out = self.outputs.n_planes();
        let mut first = 0;
        while S::F32_LANES == 16 && first + 8 <= n_out {
            self.outputs::<S, 8>(simd, first);
            first += 8;
        }
        while first + 4 <= n_out {
            self.outputs::<S, 4>(simd, first);
            first += 4;
        }
        while first < n_out {
            self.outputs::<S, 1>(simd, first);
            first += 1;
        }
    }
}

impl Gradient<'_> {
    /// Adds the gradients of `O` outputs from `first`.
    #[inline(always)]
    fn outputs<S: Simd, const O: usize>(&mut self, simd: S, first: usize) {
        let n_taps = self.offsets.len();
        for start in (0..self.outputs.n_rows()).step_by(ROWS) {
            let rows = start..self.outputs.n_rows().min(start + ROWS);
            let mut tap = 0;
            while tap + TAPS <= n_taps {
                self.tile::<S, O, TAPS>(simd, (first, tap), rows.clone());
                tap += TAPS;
            }
            while tap < n_taps {
                self.tile::<S, O, 1>(simd, (first, tap), rows.clone());
                tap += 1;
            }
        }
    }

    /// Adds the gradients of `T` weights of `O` outputs.
    #[inline(always)]
    fn tile<S: Simd, const O: usize, const T: usize>(
        &mut self,
        simd: S,
        (first, tap): (usize, usize),
        rows: std::ops::Range<usize>,
    ) {
        let mut sums = [[simd.splat_f32s(0.0); T]; O];
        let n_computed = self.outputs.n_computed();
        let places: [usize; T] = std::array::from_fn(|t| self.offsets[tap + t]);
        for row in rows {
            let start = row * self.input.stride();
            let read: [&[S::f32s]; T] = std::array::from_fn(|t| {
                S::as_simd_f32s(&self.input.values()[start + places[t]..][..n_computed]).0
            });
            let given: [&[S::f32s]; O] = std::array::from_fn(|o| {
                let start = self.outputs.place(first + o, row as isize, 0);
                S::as_simd_f32s(&self.outputs.values()[start..start + n_computed]).0
            });
            for vector in 0..n_computed / S::F32_LANES {
                let read: [S::f32s; T] = std::array::from_fn(|t| read[t][vector]);
                // By index: the number of outputs is a compile-time constant, so the sums stay in registers.
                #[allow(clippy::needless_range_loop)]
                for o in 0..O {
                    let given = given[o][vector];
                    for t in 0..T {
                        sums[o][t] = simd.mul_add_f32s(given, read[t], sums[o][t]);
                    }
                }
            }
        }
        for (o, sums) in sums.iter().enumerate() {
            for (t, sum) in sums.iter().enumerate() {
                let weight = (first + o) * self.offsets.len() + tap + t;
                self.weights[weight] += simd.reduce_sum_f32s(*sum);
            }
        }
    }
}
