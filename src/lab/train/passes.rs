//! The training LSTM's forward and backward pass on CPU slices: LSTM role 3 of 4. See also
//! [`lstm_tensors`](crate::lab::train::lstm_tensors) (the same with tensors, for GPUs) and, for
//! inference, [`lstm`](crate::musicvae::net::lstm) and [`device`](crate::musicvae::net::device).
//!
//! In the forward pass, a step adds the sparse inputs and the product with h to the projected dense
//! inputs, and activates the gates in place. In the backward pass, the gates are overwritten by the
//! gradients of their sums; each weight gradient is then one product over all steps.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use pulp::{Arch, Simd, WithSimd};

use crate::{
    lab::train::{
        layout::{Lookups, Run, Sizes, sum_rows},
        product::{Panels, Tiles, add_product, add_transposed_product},
    },
    musicvae::net::lstm::activate,
};

/// Values that the forward pass keeps for the backward pass.
pub(super) struct Saved {
    gates: Vec<f32>, // (T, B, 4H), activated
    c: Vec<f32>,     // (T, B, H), in the order of computation
}

impl Run {
    /// Outputs (T, B, H), and the values for the backward pass.
    pub(super) fn forward(
        &self,
        s: Sizes,
        x: &[f32],
        kernel: &[f32],
        rest: &[f32],
    ) -> (Vec<f32>, Saved) {
        let w = s.split(kernel, rest);
        let (n_state, row) = (s.b * s.h, 4 * s.h);
        let hidden = Panels::new(w.hidden, row);
        let input = Panels::new(w.input, row);
        let mut constant = vec![0.0; if s.is_constant { s.b * row } else { 0 }];
        if s.is_constant {
            start_sums(&mut constant, s, x, &input, w.bias);
        }
        let (c_first, h_first) = w.state.split_at(n_state);
        let mut gates = vec![0.0; s.t * s.b * row];
        let (mut c, mut h) = (vec![0.0; s.t * n_state], vec![0.0; s.t * n_state]);
        let mut h_before = Tiles::new(h_first, s.h);
        for (index, t) in s.order(self.is_reversed).into_iter().enumerate() {
            // The gates of a step are computed while they are in the cache.
            let gates = &mut gates[t * s.b * row..][..s.b * row];
            match s.is_constant {
                true => gates.copy_from_slice(&constant),
                false => start_sums(gates, s, &x[t * s.b * s.i..][..s.b * s.i], &input, w.bias),
            }
            self.look_up(t, s, w.table, gates);
            add_product(gates, &h_before, &hidden);
            let (before, c) = c.split_at_mut(index * n_state);
            let c_before = if index == 0 { c_first } else { &before[(index - 1) * n_state..] };
            let h = &mut h[t * n_state..][..n_state];
            activate_rows(s.h, gates, c_before, c, h);
            h_before = Tiles::new(h, s.h);
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

    /// Gradients of x, of the kernel, and of the state with the bias.
    pub(super) fn backward(
        &self,
        s: Sizes,
        args: [&[f32]; 3],
        h: &[f32],
        grad: &[f32],
        saved: Saved,
    ) -> [Vec<f32>; 3] {
        let [x, kernel, rest] = args;
        let Saved { mut gates, c } = saved;
        let w = s.split(kernel, rest);
        let (n_state, row) = (s.b * s.h, 4 * s.h);
        let (hidden, input) = (Panels::transposed(w.hidden, row), Panels::transposed(w.input, row));
        let (mut d_c, mut d_h) = (vec![0.0; n_state], vec![0.0; n_state]);
        let mut d_x = vec![0.0; x.len()];
        let order = s.order(self.is_reversed);
        for (index, &t) in order.iter().enumerate().rev() {
            let c_before = match index {
                0 => &w.state[..n_state],
                _ => &c[(index - 1) * n_state..][..n_state],
            };
            let gates = &mut gates[t * s.b * row..][..s.b * row];
            d_h.iter_mut().zip(&grad[t * n_state..]).for_each(|(d_h, grad)| *d_h += grad);
            differentiate_rows(s.h, gates, [&h[t * n_state..], c_before, &d_h], &mut d_c);
            let gates = Tiles::new(gates, row);
            d_h.fill(0.0);
            add_product(&mut d_h, &gates, &hidden);
            if !s.is_constant && 0 < s.i {
                add_product(&mut d_x[t * s.b * s.i..][..s.b * s.i], &gates, &input);
            }
        }
        let summed = s.is_constant.then(|| sum_rows(&gates, s.b * row));
        if let (Some(summed), true) = (&summed, 0 < s.i) {
            add_product(&mut d_x, &Tiles::new(summed, row), &input);
        }
        let d_projected = summed.as_ref().unwrap_or(&gates);
        let mut d_kernel = vec![0.0; (s.v + s.i + s.h) * row];
        let (d_table, d_dense) = d_kernel.split_at_mut(s.v * row);
        let (d_input, d_hidden) = d_dense.split_at_mut(s.i * row);
        self.table_gradient(s, &gates, d_table);
        if 0 < s.i {
            add_transposed_product(d_input, x, s.i, d_projected, row);
        }
        hidden_gradient(s, &order, [&w.state[n_state..], h, &gates], d_hidden);
        [d_x, d_kernel, [d_c, d_h, sum_rows(d_projected, row)].concat()]
    }

    /// Gradient of the rows that the sparse inputs index.
    fn table_gradient(&self, s: Sizes, d_gates: &[f32], out: &mut [f32]) {
        let row = 4 * s.h;
        for (index, d_gates) in d_gates.chunks_exact(row).enumerate() {
            for (number, value) in self.rows_at(index / s.b, index % s.b, s) {
                let d_row = &mut out[number * row..][..row];
                d_row.iter_mut().zip(d_gates).for_each(|(d, grad)| *d += value * grad);
            }
        }
    }
}

/// Writes the contribution of the bias and the dense inputs `x` (B, I) to the gates of a step (B, 4H).
fn start_sums(gates: &mut [f32], s: Sizes, x: &[f32], input: &Panels, bias: &[f32]) {
    gates.chunks_exact_mut(bias.len()).for_each(|row| row.copy_from_slice(bias));
    if 0 < s.i {
        add_product(gates, &Tiles::new(x, s.i), input);
    }
}

/// [`activate`] for all rows of a step.
fn activate_rows(n: usize, gates: &mut [f32], c_before: &[f32], c: &mut [f32], h: &mut [f32]) {
    let before_and_after = c_before.chunks_exact(n).zip(c.chunks_exact_mut(n));
    let states = before_and_after.zip(h.chunks_exact_mut(n));
    for (gates, ((c_before, c), h)) in gates.chunks_exact_mut(4 * n).zip(states) {
        activate(gates, c_before, c, h);
    }
}

/// [`Differentiate`] for all rows of a step.
fn differentiate_rows(
    n: usize,
    gates: &mut [f32],
    [h, c_before, d_h]: [&[f32]; 3],
    d_c: &mut [f32],
) {
    let rows = gates.chunks_exact_mut(4 * n).zip(d_c.chunks_exact_mut(n));
    for (row, (gates, d_c)) in rows.enumerate() {
        let [h, c_before, d_h] = [h, c_before, d_h].map(|values| &values[row * n..][..n]);
        Arch::new().dispatch(Differentiate { gates, h, c_before, d_h, d_c });
    }
}

/// Gradient of the hidden weights: the previous h times the gate gradients, summed over all steps
/// in at most two products.
fn hidden_gradient(s: Sizes, order: &[usize], values: [&[f32]; 3], out: &mut [f32]) {
    let [h_first, h, d_gates] = values;
    let (n_state, row) = (s.b * s.h, 4 * s.h);
    let first = &d_gates[order[0] * s.b * row..][..s.b * row];
    let mut add = |h: &[f32], d_gates: &[f32]| add_transposed_product(out, h, s.h, d_gates, row);
    add(h_first, first);
    // The previous step is t - 1, or t + 1 in a reversed layer: shift one operand against the
    // other.
    let n = s.t - 1;
    match order[0] == 0 {
        true => add(&h[..n * n_state], &d_gates[s.b * row..]),
        false => add(&h[n_state..], &d_gates[..n * s.b * row]),
    }
}

/// Overwrites a row's gates with the gradients of their sums, and the gradient of c with that of
/// the previous c.
struct Differentiate<'a> {
    gates: &'a mut [f32],
    h: &'a [f32],
    c_before: &'a [f32],
    d_h: &'a [f32],
    d_c: &'a mut [f32],
}

impl WithSimd for Differentiate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let n = self.h.len();
        let (input, rest) = self.gates.split_at_mut(n);
        let (candidate, rest) = rest.split_at_mut(n);
        let (forget, output) = rest.split_at_mut(n);
        let (h, c_before, d_h) = (&self.h[..n], &self.c_before[..n], &self.d_h[..n]);
        let (d_c, output) = (&mut self.d_c[..n], &mut output[..n]);
        for k in 0..n {
            let (i, j, f, o) = (input[k], candidate[k], forget[k], output[k]);
            // h = o tanh(c), and a sigmoid is above 0.
            let tanh_c = h[k] / o;
            let d = d_c[k] + d_h[k] * o * (1.0 - tanh_c * tanh_c);
            output[k] = d_h[k] * tanh_c * o * (1.0 - o);
            input[k] = d * j * i * (1.0 - i);
            candidate[k] = d * i * (1.0 - j * j);
            forget[k] = d * c_before[k] * f * (1.0 - f);
            d_c[k] = d * f;
        }
    }
}
