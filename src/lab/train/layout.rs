//! Arguments of a training LSTM and their memory layout: sparse inputs, options, sizes, views as
//! matrices.

use candle_core::{Result, Shape, bail};
use faer::{MatMut, MatRef};

/// Sparse inputs: rows of the weights to add at each step, which replaces a product with zeros.
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
    /// From the last step to the first: the backward half of a bidirectional layer.
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

/// The weights, split by what they multiply.
pub(super) struct Weights<'a> {
    pub table: &'a [f32],  // (V, 4H)
    pub input: &'a [f32],  // (I, 4H)
    pub hidden: &'a [f32], // (H, 4H)
    pub bias: &'a [f32],   // (4H,)
}

impl Sizes {
    pub fn new(run: &Run, x: &Shape, weights: &Shape, state: &Shape) -> Result<Self> {
        let ((t_x, b, i), (rows, columns), (two, b_state, h)) =
            (x.dims3()?, weights.dims2()?, state.dims3()?);
        let (t, v) = (run.n_steps, run.n_lookup);
        let n_lookups = run.lookups.as_ref().map_or(0, |l| l.rows.len() / l.n_per_step.max(1));
        let agrees = (t_x == t || t_x == 1)
            && (two, b_state) == (2, b)
            && (rows, columns) == (v + i + h + 1, 4 * h)
            && (run.lookups.is_none() || n_lookups == t * b);
        if !agrees {
            bail!("lstm of {t} steps and {v} rows: x {x:?}, weights {weights:?}, state {state:?}")
        }
        Ok(Self { t, b, v, i, h, is_constant: t_x == 1 })
    }

    pub fn split<'a>(&self, weights: &'a [f32]) -> Weights<'a> {
        let row = 4 * self.h;
        let (table, rest) = weights.split_at(self.v * row);
        let (input, rest) = rest.split_at(self.i * row);
        let (hidden, bias) = rest.split_at(self.h * row);
        Weights { table, input, hidden, bias }
    }

    /// The steps in the order of computation.
    pub fn order(&self, is_reversed: bool) -> Vec<usize> {
        match is_reversed {
            true => (0..self.t).rev().collect(),
            false => (0..self.t).collect(),
        }
    }
}

pub(super) fn rows(values: &[f32], n_columns: usize) -> MatRef<'_, f32> {
    MatRef::from_row_major_slice(values, values.len() / n_columns.max(1), n_columns)
}

pub(super) fn rows_mut(values: &mut [f32], n_columns: usize) -> MatMut<'_, f32> {
    let n_rows = values.len() / n_columns.max(1);
    MatMut::from_row_major_slice_mut(values, n_rows, n_columns)
}

/// The sum of the rows of `n` in `values`.
pub(super) fn sum_rows(values: &[f32], n: usize) -> Vec<f32> {
    let mut sum = vec![0.0; n];
    for row in values.chunks_exact(n) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sum
}

pub(super) fn transpose(values: &[f32], n_columns: usize) -> Vec<f32> {
    let n_rows = values.len() / n_columns;
    let mut transposed = vec![0.0; values.len()];
    rows_mut(&mut transposed, n_rows).copy_from(rows(values, n_columns).transpose());
    transposed
}
