//! An LSTM over a whole sequence as one differentiable operation.
//!
//! candle's autograd over unrolled steps spends most of its time on small tensors and gradient
//! sums. Here a layer is one node of the graph: its forward pass keeps the gates, its backward pass
//! turns them into gradients in place and gets each weight gradient by one product over all steps.
//!
//! In shapes: T steps, B rows, V looked-up inputs, I dense inputs, H hidden. The cell is
//! TensorFlow's `LSTMBlockCell`: gates in the order input, candidate, forget, output, and 1 added to
//! the forget gate when the cell runs.

use std::sync::{Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Storage, Tensor, bail};
use faer::{Accum, MatMut, MatRef, Par, linalg::matmul::matmul};
use pulp::Arch;

use crate::model::{lstm::activate, math};

/// Rows of the weights to add at each step: one-hot and multi-hot inputs, without the products.
#[derive(Debug, Clone)]
pub struct Lookups {
    /// Row numbers (T, B, K); [`Lookups::NONE`] adds nothing.
    pub rows: Vec<u32>,
    /// K, how many rows a step may add.
    pub n_per_step: usize,
}

impl Lookups {
    /// No row: the silence before the first step.
    pub const NONE: u32 = u32::MAX;
}

/// How a layer is run.
#[derive(Debug, Clone)]
pub struct Run {
    /// T.
    pub n_steps: usize,
    /// V, the rows of the weights that [`Lookups`] choose from.
    pub n_lookup: usize,
    /// What they choose.
    pub lookups: Option<Lookups>,
    /// From the last step to the first, as the backward half of a bidirectional layer.
    pub is_reversed: bool,
}

/// Runs a layer and returns its outputs (T, B, H).
///
/// - `x`: (T, B, I), or (1, B, I) for an input that stays the same at all steps and is projected
///   once; I may be 0.
/// - `weights`: (V + I + H + 1, 4H), TensorFlow's kernel with the bias as its last row.
/// - `state`: (2, B, H), the first c and h.
///
/// # Errors
/// Shapes don't agree, or the device is not the CPU.
pub fn lstm(x: &Tensor, weights: &Tensor, state: &Tensor, run: Run) -> Result<Tensor> {
    let (x, weights, state) = (x.contiguous()?, weights.contiguous()?, state.contiguous()?);
    x.apply_op3(&weights, &state, LstmOp { run, saved: Mutex::new(None) })
}

struct LstmOp {
    run: Run,
    /// From the forward pass for the one backward pass; freed with the graph.
    saved: Mutex<Option<Saved>>,
}

struct Saved {
    gates: Vec<f32>, // (T, B, 4H), activated
    c: Vec<f32>,     // (T, B, H)
}

#[derive(Clone, Copy)]
struct Sizes {
    t: usize,
    b: usize,
    v: usize,
    i: usize,
    h: usize,
    is_constant: bool,
}

/// The weights by what they multiply.
struct Weights<'a> {
    table: &'a [f32],  // (V, 4H)
    input: &'a [f32],  // (I, 4H)
    hidden: &'a [f32], // (H, 4H)
    bias: &'a [f32],   // (4H,)
}

impl Sizes {
    fn new(run: &Run, x: &Shape, weights: &Shape, state: &Shape) -> Result<Self> {
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

    fn split<'a>(&self, weights: &'a [f32]) -> Weights<'a> {
        let row = 4 * self.h;
        let (table, rest) = weights.split_at(self.v * row);
        let (input, rest) = rest.split_at(self.i * row);
        let (hidden, bias) = rest.split_at(self.h * row);
        Weights { table, input, hidden, bias }
    }

    /// Steps in the order in which they run.
    fn order(&self, is_reversed: bool) -> Vec<usize> {
        match is_reversed {
            true => (0..self.t).rev().collect(),
            false => (0..self.t).collect(),
        }
    }
}

fn rows(values: &[f32], n_columns: usize) -> MatRef<'_, f32> {
    MatRef::from_row_major_slice(values, values.len() / n_columns.max(1), n_columns)
}

fn rows_mut(values: &mut [f32], n_columns: usize) -> MatMut<'_, f32> {
    let n_rows = values.len() / n_columns.max(1);
    MatMut::from_row_major_slice_mut(values, n_rows, n_columns)
}

impl LstmOp {
    fn forward(&self, s: Sizes, x: &[f32], weights: &[f32], state: &[f32]) -> (Vec<f32>, Saved) {
        let w = s.split(weights);
        let (n_state, n_gates) = (s.b * s.h, s.b * 4 * s.h);
        let mut gates = project(s, x, &w);
        let mut c = vec![0.0; s.t * n_state];
        let mut h = vec![0.0; s.t * n_state];
        let (mut c_before, mut h_before) = {
            let (c, h) = state.split_at(n_state);
            (c.to_vec(), h.to_vec())
        };
        for t in s.order(self.run.is_reversed) {
            let gates = &mut gates[t * n_gates..][..n_gates];
            self.look_up(t, s, w.table, gates);
            let product = rows_mut(gates, 4 * s.h);
            matmul(
                product,
                Accum::Add,
                rows(&h_before, s.h),
                rows(w.hidden, 4 * s.h),
                1.0,
                Par::Seq,
            );
            let place = t * n_state..(t + 1) * n_state;
            for (((gates, before), c), h) in gates
                .chunks_exact_mut(4 * s.h)
                .zip(c_before.chunks_exact(s.h))
                .zip(c[place.clone()].chunks_exact_mut(s.h))
                .zip(h[place.clone()].chunks_exact_mut(s.h))
            {
                activate(gates, before, c, h);
            }
            c_before.copy_from_slice(&c[place.clone()]);
            h_before.copy_from_slice(&h[place]);
        }
        (h, Saved { gates, c })
    }

    fn look_up(&self, t: usize, s: Sizes, table: &[f32], gates: &mut [f32]) {
        let row = 4 * s.h;
        for (b, gates) in gates.chunks_exact_mut(row).enumerate() {
            for number in self.rows_at(t, b, s) {
                let added = &table[number * row..][..row];
                gates.iter_mut().zip(added).for_each(|(gate, added)| *gate += added);
            }
        }
    }

    /// The rows that step `t` of row `b` looks up.
    fn rows_at(&self, t: usize, b: usize, s: Sizes) -> impl Iterator<Item = usize> {
        let chosen = self.run.lookups.as_ref().map_or(&[][..], |lookups| {
            let k = lookups.n_per_step;
            &lookups.rows[(t * s.b + b) * k..][..k]
        });
        chosen.iter().filter(|&&row| row != Lookups::NONE).map(|&row| row as usize)
    }

    /// Gradients of x, weights and state.
    fn backward(
        &self,
        s: Sizes,
        args: [&[f32]; 3],
        h: &[f32],
        grad: &[f32],
    ) -> Option<[Vec<f32>; 3]> {
        let [x, weights, state] = args;
        let Saved { mut gates, c } =
            self.saved.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let w = s.split(weights);
        let (n_state, n_gates, row) = (s.b * s.h, s.b * 4 * s.h, 4 * s.h);
        let hidden_transposed = transpose(w.hidden, row);
        let (mut d_c, mut d_h) = (vec![0.0; n_state], vec![0.0; n_state]);
        let order = s.order(self.run.is_reversed);
        for (index, &t) in order.iter().enumerate().rev() {
            let c_before = match index {
                0 => &state[..n_state],
                _ => &c[order[index - 1] * n_state..][..n_state],
            };
            let gates = &mut gates[t * n_gates..][..n_gates];
            d_h.iter_mut().zip(&grad[t * n_state..]).for_each(|(d_h, grad)| *d_h += grad);
            for b in 0..s.b {
                let place = b * s.h..(b + 1) * s.h;
                differentiate(
                    &mut gates[b * row..][..row],
                    [
                        &c[t * n_state..][place.clone()],
                        &c_before[place.clone()],
                        &d_h[place.clone()],
                    ],
                    &mut d_c[place],
                );
            }
            let (gates, back) = (rows(gates, row), rows(&hidden_transposed, s.h));
            matmul(rows_mut(&mut d_h, s.h), Accum::Replace, gates, back, 1.0, Par::Seq);
        }
        let d_state = [d_c, d_h].concat();
        let (d_x, mut d_weights) = self.input_gradients(s, x, &w, &gates);
        let d_hidden = &mut d_weights[(s.v + s.i) * row..][..s.h * row];
        hidden_gradient(s, &order, [&state[n_state..], h, &gates], d_hidden);
        Some([d_x, d_weights, d_state])
    }

    /// The gradient of x, and that of the weights but for their hidden rows.
    fn input_gradients(
        &self,
        s: Sizes,
        x: &[f32],
        w: &Weights,
        d_gates: &[f32],
    ) -> (Vec<f32>, Vec<f32>) {
        let row = 4 * s.h;
        let mut d_weights = vec![0.0; (s.v + s.i + s.h + 1) * row];
        for (index, d_gates) in d_gates.chunks_exact(row).enumerate() {
            for number in self.rows_at(index / s.b, index % s.b, s) {
                let d_row = &mut d_weights[number * row..][..row];
                d_row.iter_mut().zip(d_gates).for_each(|(d, grad)| *d += grad);
            }
        }
        let summed = s.is_constant.then(|| sum_rows(d_gates, s.b * row));
        let d_projected = summed.as_deref().unwrap_or(d_gates);
        let bias = sum_rows(d_projected, row);
        d_weights[(s.v + s.i + s.h) * row..].copy_from_slice(&bias);
        let mut d_x = vec![0.0; x.len()];
        if 0 < s.i {
            let d_input = rows_mut(&mut d_weights[s.v * row..][..s.i * row], row);
            let (x, d_projected) = (rows(x, s.i), rows(d_projected, row));
            matmul(d_input, Accum::Replace, x.transpose(), d_projected, 1.0, Par::Seq);
            let back = transpose(w.input, row);
            matmul(
                rows_mut(&mut d_x, s.i),
                Accum::Replace,
                d_projected,
                rows(&back, s.i),
                1.0,
                Par::Seq,
            );
        }
        (d_x, d_weights)
    }
}

/// The sum of the runs of `n` that `values` consists of.
fn sum_rows(values: &[f32], n: usize) -> Vec<f32> {
    let mut sum = vec![0.0; n];
    for row in values.chunks_exact(n) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sum
}

fn transpose(values: &[f32], n_columns: usize) -> Vec<f32> {
    let n_rows = values.len() / n_columns;
    let mut transposed = vec![0.0; values.len()];
    rows_mut(&mut transposed, n_rows).copy_from(rows(values, n_columns).transpose());
    transposed
}

/// Biases plus what the dense inputs give, for all steps: (T, B, 4H).
fn project(s: Sizes, x: &[f32], w: &Weights) -> Vec<f32> {
    let row = 4 * s.h;
    let n_rows = if s.is_constant { s.b } else { s.t * s.b };
    let mut projected = Vec::with_capacity(s.t * s.b * row);
    (0..n_rows).for_each(|_| projected.extend_from_slice(w.bias));
    if 0 < s.i {
        let product = rows_mut(&mut projected, row);
        matmul(product, Accum::Add, rows(x, s.i), rows(w.input, row), 1.0, Par::Seq);
    }
    while projected.len() < s.t * s.b * row {
        projected.extend_from_within(..s.b * row);
    }
    projected
}

/// Sums h before a step times the gradient of its gates over all steps, by at most two products.
fn hidden_gradient(s: Sizes, order: &[usize], values: [&[f32]; 3], out: &mut [f32]) {
    let [h_first, h, d_gates] = values;
    let (n_state, row) = (s.b * s.h, 4 * s.h);
    let first = &d_gates[order[0] * s.b * row..][..s.b * row];
    let mut add = |h: &[f32], d_gates: &[f32], accumulate| {
        let (h, d_gates) = (rows(h, s.h), rows(d_gates, row));
        matmul(rows_mut(out, row), accumulate, h.transpose(), d_gates, 1.0, Par::Seq);
    };
    add(h_first, first, Accum::Replace);
    // The step before t is t - 1, or t + 1 in a reversed layer: shift one against the other.
    let n = s.t - 1;
    match order[0] == 0 {
        true => add(&h[..n * n_state], &d_gates[s.b * row..], Accum::Add),
        false => add(&h[n_state..], &d_gates[..n * s.b * row], Accum::Add),
    }
}

/// Turns a row's gates into the gradients of their sums in place, and that of c into the one of the
/// c before.
fn differentiate(gates: &mut [f32], [c, c_before, d_h]: [&[f32]; 3], d_c: &mut [f32]) {
    let n = c.len();
    let (input, rest) = gates.split_at_mut(n);
    let (candidate, rest) = rest.split_at_mut(n);
    let (forget, output) = rest.split_at_mut(n);
    let (c_before, d_h, d_c, output) = (&c_before[..n], &d_h[..n], &mut d_c[..n], &mut output[..n]);
    Arch::new().dispatch(|| {
        for k in 0..n {
            let (i, j, f, o) = (input[k], candidate[k], forget[k], output[k]);
            let said = math::tanh(c[k]);
            let d = d_c[k] + d_h[k] * o * (1.0 - said * said);
            output[k] = d_h[k] * said * o * (1.0 - o);
            input[k] = d * j * i * (1.0 - i);
            candidate[k] = d * i * (1.0 - j * j);
            forget[k] = d * c_before[k] * f * (1.0 - f);
            d_c[k] = d * f;
        }
    });
}

impl CustomOp3 for LstmOp {
    fn name(&self) -> &'static str {
        "lstm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
        state: &CpuStorage,
        state_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let s =
            Sizes::new(&self.run, x_layout.shape(), weights_layout.shape(), state_layout.shape())?;
        let (h, saved) = self.forward(
            s,
            slice(x, x_layout)?,
            slice(weights, weights_layout)?,
            slice(state, state_layout)?,
        );
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = Some(saved);
        Ok((CpuStorage::F32(h), (s.t, s.b, s.h).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        state: &Tensor,
        h: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let s = Sizes::new(&self.run, x.shape(), weights.shape(), state.shape())?;
        let grad = grad.contiguous()?;
        let guards = [x, weights, state, h, &grad].map(Tensor::storage_and_layout);
        let mut slices = [&[][..]; 5];
        for (slice_of, (storage, layout)) in slices.iter_mut().zip(&guards) {
            match &**storage {
                Storage::Cpu(storage) => *slice_of = slice(storage, layout)?,
                _ => bail!("lstm runs on the CPU only"),
            }
        }
        let [x_values, w_values, state_values, h_values, grad_values] = slices;
        let args = [x_values, w_values, state_values];
        let Some([d_x, d_weights, d_state]) = self.backward(s, args, h_values, grad_values) else {
            bail!("the backward pass of an lstm runs once")
        };
        let device = x.device();
        let d_x = (0 < s.i).then(|| Tensor::from_vec(d_x, x.shape(), device)).transpose()?;
        let d_weights = Tensor::from_vec(d_weights, weights.shape(), device)?;
        Ok((d_x, Some(d_weights), Some(Tensor::from_vec(d_state, state.shape(), device)?)))
    }
}

/// The values of a contiguous tensor.
fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("lstm needs contiguous tensors, found strides {:?}", layout.stride())
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};
    use candle_nn::ops::sigmoid;

    use super::*;
    use crate::model::lstm::FORGET_BIAS;

    const T: usize = 5;
    const B: usize = 3;
    const V: usize = 4;
    const I: usize = 2;
    const H: usize = 6;

    fn var(shape: &[usize]) -> Var {
        Var::randn(0f32, 0.7, shape, &Device::Cpu).unwrap()
    }

    /// The same layer step by step, for candle's autograd to differentiate.
    fn unrolled(x: &Tensor, weights: &Tensor, state: &Tensor, run: &Run) -> Result<Tensor> {
        let (mut c, mut h) = (state.get(0)?, state.get(1)?);
        let mut steps: Vec<usize> = (0..T).collect();
        if run.is_reversed {
            steps.reverse();
        }
        let mut outputs = vec![h.clone(); T];
        let ones = Tensor::ones((B, 1), candle_core::DType::F32, &Device::Cpu)?;
        for t in steps {
            let mut hot = vec![0f32; B * V];
            if let Some(lookups) = &run.lookups {
                for (index, &row) in lookups.rows[t * B * 2..][..B * 2].iter().enumerate() {
                    if row != Lookups::NONE {
                        hot[index / 2 * V + row as usize] += 1.0;
                    }
                }
            }
            let hot = Tensor::from_vec(hot, (B, V), &Device::Cpu)?;
            let x = x.get(if x.dim(0)? == 1 { 0 } else { t })?;
            let sums = Tensor::cat(&[&hot, &x, &h, &ones], 1)?.matmul(weights)?;
            let gates = sums.chunk(4, 1)?;
            let forget = sigmoid(&(&gates[2] + f64::from(FORGET_BIAS))?)?;
            c = ((forget * c)? + (sigmoid(&gates[0])? * gates[1].tanh()?)?)?;
            h = (sigmoid(&gates[3])? * c.tanh()?)?;
            outputs[t] = h.clone();
        }
        Tensor::stack(&outputs, 0)
    }

    fn largest_difference(a: &Tensor, b: &Tensor) -> f32 {
        let difference = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
        difference.max(0).unwrap().to_scalar().unwrap()
    }

    fn agrees_with_autograd(n_x: usize, is_reversed: bool) {
        let rows = (0..T * B * 2).map(|n| if n % 5 == 0 { Lookups::NONE } else { n as u32 % 4 });
        let lookups = Some(Lookups { rows: rows.collect(), n_per_step: 2 });
        let run = Run { n_steps: T, n_lookup: V, lookups, is_reversed };
        let (x, state) = (var(&[n_x, B, I]), var(&[2, B, H]));
        let weights = var(&[V + I + H + 1, 4 * H]);
        let weighting = var(&[T, B, H]);

        let ours = lstm(&x, &weights, &state, run.clone()).unwrap();
        let theirs = unrolled(&x, &weights, &state, &run).unwrap();

        assert!(largest_difference(&ours, &theirs) < 2e-6);
        let grads = |h: &Tensor| {
            (h * weighting.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap()
        };
        let (ours, theirs) = (grads(&ours), grads(&theirs));
        for argument in [&x, &weights, &state] {
            let (a, b) = (ours.get(argument).unwrap(), theirs.get(argument).unwrap());
            assert!(largest_difference(a, b) < 2e-5);
        }
    }

    #[test]
    fn gradients_are_those_of_autograd() {
        agrees_with_autograd(T, false);
    }

    #[test]
    fn gradients_of_a_reversed_layer_are_those_of_autograd() {
        agrees_with_autograd(T, true);
    }

    #[test]
    fn gradients_of_a_constant_input_are_those_of_autograd() {
        agrees_with_autograd(1, false);
    }

    #[test]
    fn a_second_backward_pass_is_an_error() {
        let run = Run { n_steps: 1, n_lookup: 0, lookups: None, is_reversed: false };
        let (x, w, state) = (var(&[1, 1, 1]), var(&[3, 4]), var(&[2, 1, 1]));
        let h = lstm(&x, &w, &state, run).unwrap();

        assert!(h.backward().is_ok());
        assert!(h.backward().is_err());
    }
}
