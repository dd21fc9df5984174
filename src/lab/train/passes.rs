//! The training LSTM's forward and backward pass on CPU slices: LSTM role 3 of 4. See also
//! [`lstm_tensors`](crate::lab::train::lstm_tensors) (the same with tensors, for GPUs) and, for
//! inference, [`lstm`](crate::musicvae::net::lstm) and [`device`](crate::musicvae::net::device).
//!
//! Forward, a step adds the sparse inputs and the product with h to the projected dense inputs, and
//! activates the gates in place. Backward, the gates are overwritten by the gradients of their
//! sums; each weight gradient is then one product over all steps.

use faer::{Accum, Par, linalg::matmul::matmul};
use pulp::Arch;

use crate::{
    lab::train::layout::{Lookups, Run, Sizes, Weights, rows, rows_mut, sum_rows, transpose},
    musicvae::net::{lstm::activate, math},
};

/// Values that the forward pass keeps for the backward pass.
pub(super) struct Saved {
    gates: Vec<f32>, // (T, B, 4H), activated
    c: Vec<f32>,     // (T, B, H)
}

impl Run {
    /// Outputs (T, B, H), and the values for the backward pass.
    pub(super) fn forward(
        &self,
        s: Sizes,
        x: &[f32],
        weights: &[f32],
        state: &[f32],
    ) -> (Vec<f32>, Saved) {
        let w = s.split(weights);
        let (n_state, n_gates) = (s.b * s.h, s.b * 4 * s.h);
        let mut gates = project(s, x, &w);
        let mut c = vec![0.0; s.t * n_state];
        let mut h = vec![0.0; s.t * n_state];
        let (mut c_before, mut h_before) = {
            let (c, h) = state.split_at(n_state);
            (c.to_vec(), h.to_vec())
        };
        for t in s.order(self.is_reversed) {
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
            for (number, value) in self.rows_at(t, b, s) {
                let added = &table[number * row..][..row];
                gates.iter_mut().zip(added).for_each(|(gate, added)| *gate += value * added);
            }
        }
    }

    /// Row index and factor of each sparse input of step `t` of row `b`.
    fn rows_at(&self, t: usize, b: usize, s: Sizes) -> impl Iterator<Item = (usize, f32)> {
        let inputs = self.lookups.iter().flat_map(move |lookups| {
            let k = lookups.n_per_step;
            let place = (t * s.b + b) * k..(t * s.b + b + 1) * k;
            lookups.rows[place.clone()].iter().zip(&lookups.values[place])
        });
        let inputs = inputs.filter(|(row, _)| **row != Lookups::NONE);
        inputs.map(|(&row, &value)| (row as usize, value))
    }

    /// Gradients of x, weights and state.
    pub(super) fn backward(
        &self,
        s: Sizes,
        args: [&[f32]; 3],
        h: &[f32],
        grad: &[f32],
        saved: Saved,
    ) -> [Vec<f32>; 3] {
        let [x, weights, state] = args;
        let Saved { mut gates, c } = saved;
        let w = s.split(weights);
        let (n_state, n_gates, row) = (s.b * s.h, s.b * 4 * s.h, 4 * s.h);
        let hidden_transposed = transpose(w.hidden, row);
        let (mut d_c, mut d_h) = (vec![0.0; n_state], vec![0.0; n_state]);
        let order = s.order(self.is_reversed);
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
            let (gates, transposed) = (rows(gates, row), rows(&hidden_transposed, s.h));
            matmul(rows_mut(&mut d_h, s.h), Accum::Replace, gates, transposed, 1.0, Par::Seq);
        }
        let d_state = [d_c, d_h].concat();
        let (d_x, mut d_weights) = self.input_gradients(s, x, &w, &gates);
        let d_hidden = &mut d_weights[(s.v + s.i) * row..][..s.h * row];
        hidden_gradient(s, &order, [&state[n_state..], h, &gates], d_hidden);
        [d_x, d_weights, d_state]
    }

    /// Gradients of x and of the weights, except the weights' hidden rows.
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
            for (number, value) in self.rows_at(index / s.b, index % s.b, s) {
                let d_row = &mut d_weights[number * row..][..row];
                d_row.iter_mut().zip(d_gates).for_each(|(d, grad)| *d += value * grad);
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
            let transposed = transpose(w.input, row);
            matmul(
                rows_mut(&mut d_x, s.i),
                Accum::Replace,
                d_projected,
                rows(&transposed, s.i),
                1.0,
                Par::Seq,
            );
        }
        (d_x, d_weights)
    }
}

/// Share of the bias and the dense inputs in the gates of all steps (T, B, 4H).
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

/// Gradient of the hidden weights: the previous h times the gate gradients, summed over all steps
/// in at most two products.
fn hidden_gradient(s: Sizes, order: &[usize], values: [&[f32]; 3], out: &mut [f32]) {
    let [h_first, h, d_gates] = values;
    let (n_state, row) = (s.b * s.h, 4 * s.h);
    let first = &d_gates[order[0] * s.b * row..][..s.b * row];
    let mut add = |h: &[f32], d_gates: &[f32], accumulate| {
        let (h, d_gates) = (rows(h, s.h), rows(d_gates, row));
        matmul(rows_mut(out, row), accumulate, h.transpose(), d_gates, 1.0, Par::Seq);
    };
    add(h_first, first, Accum::Replace);
    // The previous step is t - 1, or t + 1 in a reversed layer: shift one operand against the
    // other.
    let n = s.t - 1;
    match order[0] == 0 {
        true => add(&h[..n * n_state], &d_gates[s.b * row..], Accum::Add),
        false => add(&h[n_state..], &d_gates[..n * s.b * row], Accum::Add),
    }
}

/// Overwrites a row's gates with the gradients of their sums, and the gradient of c with that of
/// the previous c.
fn differentiate(gates: &mut [f32], [c, c_before, d_h]: [&[f32]; 3], d_c: &mut [f32]) {
    let n = c.len();
    let (input, rest) = gates.split_at_mut(n);
    let (candidate, rest) = rest.split_at_mut(n);
    let (forget, output) = rest.split_at_mut(n);
    let (c_before, d_h, d_c, output) = (&c_before[..n], &d_h[..n], &mut d_c[..n], &mut output[..n]);
    Arch::new().dispatch(|| {
        for k in 0..n {
            let (i, j, f, o) = (input[k], candidate[k], forget[k], output[k]);
            let tanh_c = math::tanh(c[k]);
            let d = d_c[k] + d_h[k] * o * (1.0 - tanh_c * tanh_c);
            output[k] = d_h[k] * tanh_c * o * (1.0 - o);
            input[k] = d * j * i * (1.0 - i);
            candidate[k] = d * i * (1.0 - j * j);
            forget[k] = d * c_before[k] * f * (1.0 - f);
            d_c[k] = d * f;
        }
    });
}
