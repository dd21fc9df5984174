//! Arguments of a training LSTM and their memory layout: sparse inputs, options, sizes.

use candle_core::{CpuStorage, Layout, Result, Shape, bail};

/// Sparse inputs: rows of the weights to add at each step, which avoids multiplying by zeros.
#[derive(Debug, Clone)]
pub struct Lookups {
    /// Row indices (T, B, K); [`Lookups::NONE`] adds nothing.
    pub rows: Vec<u32>,
    /// Factor of each row (T, B, K).
    pub values: Vec<f32>,
    /// K, most rows per step.
    pub n_per_step: usize,
}

impl Lookups {
    /// No row: padding, and the input before the first step.
    pub const NONE: u32 = u32::MAX;
}

/// Options of a layer's run over a sequence.
#[derive(Debug, Clone)]
pub struct Run {
    /// T.
    pub n_steps: usize,
    /// V, the rows of the weights that `lookups` index.
    pub n_lookup: usize,
    /// The sparse inputs.
    pub lookups: Option<Lookups>,
    /// Whether it runs from last step to first: the backward half of a bidirectional layer.
    pub is_reversed: bool,
}

/// Sizes: T steps, B rows, V sparse inputs, I dense inputs, H hidden.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub t: usize,
    pub b: usize,
    pub v: usize,
    pub i: usize,
    pub h: usize,
    /// Whether the dense input is the same at all steps.
    pub is_constant: bool,
}

/// The weights, split by what they multiply, and the initial state.
pub(super) struct Weights<'a> {
    pub table: &'a [f32],  // (V, 4H)
    pub input: &'a [f32],  // (I, 4H)
    pub hidden: &'a [f32], // (H, 4H)
    pub state: &'a [f32],  // (2, B, H)
    pub bias: &'a [f32],   // (4H,)
}

impl Sizes {
    /// The sizes of a layer with inputs `x` (T or 1, B, I) and a `kernel` (V + I + H, 4H).
    pub fn new(run: &Run, x: &Shape, kernel: &Shape) -> Result<Self> {
        let ((t_x, b, i), (rows, columns)) = (x.dims3()?, kernel.dims2()?);
        let (t, v, h) = (run.n_steps, run.n_lookup, columns / 4);
        let n_lookups = run.lookups.as_ref().map_or(0, |l| l.rows.len() / l.n_per_step.max(1));
        let agrees = (t_x == t || t_x == 1)
            && (rows, columns) == (v + i + h, 4 * h)
            && (run.lookups.is_none() || n_lookups == t * b);
        if !agrees {
            bail!("lstm of {t} steps and {v} rows: x {x:?}, kernel {kernel:?}")
        }
        Ok(Self { t, b, v, i, h, is_constant: t_x == 1 })
    }

    /// Splits the kernel, and `rest`: the initial state followed by the bias.
    pub fn split<'a>(&self, kernel: &'a [f32], rest: &'a [f32]) -> Weights<'a> {
        let row = 4 * self.h;
        let (table, dense) = kernel.split_at(self.v * row);
        let (input, hidden) = dense.split_at(self.i * row);
        let (state, bias) = rest.split_at(2 * self.b * self.h);
        Weights { table, input, hidden, state, bias }
    }

    /// The steps in the order of computation.
    pub fn order(&self, is_reversed: bool) -> Vec<usize> {
        match is_reversed {
            true => (0..self.t).rev().collect(),
            false => (0..self.t).collect(),
        }
    }
}

/// The sum of the rows of `n` in `values`.
pub(super) fn sum_rows(values: &[f32], n: usize) -> Vec<f32> {
    let mut sum = vec![0.0; n];
    for row in values.chunks_exact(n) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sum
}

/// The values of a contiguous tensor.
pub(super) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("expected a contiguous tensor, found strides {:?}", layout.stride())
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}
