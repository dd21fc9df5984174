//! An LSTM over a whole sequence as one differentiable operation, for training. The CPU passes are
//! in `passes` (LSTM role 3 of 4), those of other devices in `lstm_tensors` (role 4). For inference
//! see [`lstm`](crate::musicvae::net::lstm) (CPU) and [`device`](crate::musicvae::net::device)
//! (GPU).
//!
//! candle's autograd over unrolled steps spends most of its time on small tensors and gradient
//! sums. Here a layer is one node of the graph: the forward pass keeps the gates, the backward pass
//! turns them into gradients in place and computes each weight gradient by one product over all
//! steps.
//!
//! In shapes: T steps, B rows, V sparse inputs, I dense inputs, H hidden. The cell is TensorFlow's
//! `LSTMBlockCell`: gates in the order input, candidate, forget, output, and a bias of 1 added to
//! the forget gate at run time.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Storage, Tensor, bail};
use parking_lot::Mutex;

use crate::lab::train::{
    layout::{Run, Sizes, slice},
    lstm_tensors,
    passes::Saved,
};

/// Runs a layer and returns its outputs (T, B, H).
///
/// - `x`: (T, B, I), or (1, B, I) for an input that is constant over time and projected once; I may
///   be 0.
/// - `kernel`: (V + I + H, 4H), and `bias`: (4H,).
/// - `state`: (2, B, H), initial c and h.
///
/// # Errors
/// Shapes don't agree, or the device fails.
pub fn lstm(
    x: &Tensor,
    kernel: &Tensor,
    bias: &Tensor,
    state: &Tensor,
    run: Run,
) -> Result<Tensor> {
    let (x, kernel) = (x.contiguous()?, kernel.contiguous()?);
    let sizes = Sizes::new(&run, x.shape(), kernel.shape())?;
    if (state.dims(), bias.dims()) != (&[2, sizes.b, sizes.h], &[4 * sizes.h]) {
        bail!("lstm of {} rows: state {:?}, bias {:?}", sizes.b, state.dims(), bias.dims())
    }
    if !x.device().is_cpu() {
        return lstm_tensors::lstm(&x, &kernel, bias, &state.contiguous()?, run);
    }
    // An operation has three arguments; the state and the bias are the smallest.
    let rest = Tensor::cat(&[&state.flatten_all()?, bias], 0)?;
    x.apply_op3(&kernel, &rest, LstmOp { run, saved: Mutex::new(None) })
}

struct LstmOp {
    run: Run,
    /// Saved by the forward pass for the backward pass; freed with the graph.
    saved: Mutex<Option<Saved>>,
}

impl CustomOp3 for LstmOp {
    fn name(&self) -> &'static str {
        "lstm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        kernel: &CpuStorage,
        kernel_layout: &Layout,
        rest: &CpuStorage,
        rest_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let s = Sizes::new(&self.run, x_layout.shape(), kernel_layout.shape())?;
        let (h, saved) = self.run.forward(
            s,
            slice(x, x_layout)?,
            slice(kernel, kernel_layout)?,
            slice(rest, rest_layout)?,
        );
        *self.saved.lock() = Some(saved);
        Ok((CpuStorage::F32(h), (s.t, s.b, s.h).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        kernel: &Tensor,
        rest: &Tensor,
        h: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let s = Sizes::new(&self.run, x.shape(), kernel.shape())?;
        let grad = grad.contiguous()?;
        let guards = [x, kernel, rest, h, &grad].map(Tensor::storage_and_layout);
        let mut slices = [&[][..]; 5];
        for (slice_of, (storage, layout)) in slices.iter_mut().zip(&guards) {
            match &**storage {
                Storage::Cpu(storage) => *slice_of = slice(storage, layout)?,
                _ => bail!("lstm runs on the CPU only"),
            }
        }
        let [x_values, kernel_values, rest_values, h_values, grad_values] = slices;
        let args = [x_values, kernel_values, rest_values];
        let Some(saved) = self.saved.lock().take() else {
            bail!("the backward pass of an LSTM can run only once")
        };
        let [d_x, d_kernel, d_rest] = self.run.backward(s, args, h_values, grad_values, saved);
        let tensor = |values, like: &Tensor| Tensor::from_vec(values, like.shape(), like.device());
        let d_x = (0 < s.i).then(|| tensor(d_x, x)).transpose()?;
        Ok((d_x, Some(tensor(d_kernel, kernel)?), Some(tensor(d_rest, rest)?)))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};
    use candle_nn::ops::sigmoid;

    use super::*;
    use crate::{lab::train::layout::Lookups, musicvae::net::lstm::FORGET_BIAS};

    const T: usize = 5;
    const B: usize = 3;
    const V: usize = 4;
    const I: usize = 2;
    const H: usize = 6;

    fn var(shape: &[usize]) -> Var {
        Var::randn(0f32, 0.7, shape, &Device::Cpu).unwrap()
    }

    /// The same layer step by step, for candle's autograd to differentiate.
    fn unrolled(
        x: &Tensor,
        kernel: &Tensor,
        bias: &Tensor,
        state: &Tensor,
        run: &Run,
    ) -> Result<Tensor> {
        let (mut c, mut h) = (state.get(0)?, state.get(1)?);
        let mut steps: Vec<usize> = (0..T).collect();
        if run.is_reversed {
            steps.reverse();
        }
        let mut outputs = vec![h.clone(); T];
        for t in steps {
            let mut sparse = vec![0f32; B * V];
            if let Some(lookups) = &run.lookups {
                for (index, &row) in lookups.rows[t * B * 2..][..B * 2].iter().enumerate() {
                    if row != Lookups::NONE {
                        sparse[index / 2 * V + row as usize] += lookups.values[t * B * 2 + index];
                    }
                }
            }
            let sparse = Tensor::from_vec(sparse, (B, V), &Device::Cpu)?;
            let x = x.get(if x.dim(0)? == 1 { 0 } else { t })?;
            let inputs = Tensor::cat(&[&sparse, &x, &h], 1)?;
            let sums = inputs.matmul(kernel)?.broadcast_add(bias)?;
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
        let values = (0..T * B * 2).map(|n| 1.0 - n as f32 / 20.0).collect();
        let lookups = Some(Lookups { rows: rows.collect(), values, n_per_step: 2 });
        let run = Run { n_steps: T, n_lookup: V, lookups, is_reversed };
        let (x, state) = (var(&[n_x, B, I]), var(&[2, B, H]));
        let (kernel, bias) = (var(&[V + I + H, 4 * H]), var(&[4 * H]));
        let weighting = var(&[T, B, H]);

        let theirs = unrolled(&x, &kernel, &bias, &state, &run).unwrap();
        let by_slices = lstm(&x, &kernel, &bias, &state, run.clone()).unwrap();
        let by_tensors = lstm_tensors::lstm(&x, &kernel, &bias, &state, run).unwrap();
        assert!(largest_difference(&by_slices, &theirs) < 2e-6);
        assert!(largest_difference(&by_tensors, &theirs) < 2e-6);

        let grads = |h: &Tensor| {
            (h * weighting.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap()
        };
        let expected = grads(&theirs);
        for found in [grads(&by_slices), grads(&by_tensors)] {
            for argument in [&x, &kernel, &bias, &state] {
                let (a, b) = (found.get(argument).unwrap(), expected.get(argument).unwrap());
                assert!(largest_difference(a, b) < 2e-5);
            }
        }
    }

    #[test]
    fn gradients_equal_autograd() {
        agrees_with_autograd(T, false);
    }

    #[test]
    fn gradients_of_a_reversed_layer_equal_autograd() {
        agrees_with_autograd(T, true);
    }

    #[test]
    fn gradients_of_a_constant_input_equal_autograd() {
        agrees_with_autograd(1, false);
    }

    #[test]
    fn a_second_backward_pass_is_an_error() {
        let run = Run { n_steps: 1, n_lookup: 0, lookups: None, is_reversed: false };
        let (x, kernel, bias) = (var(&[1, 1, 1]), var(&[2, 4]), var(&[4]));
        let h = lstm(&x, &kernel, &bias, &var(&[2, 1, 1]), run).unwrap();

        assert!(h.backward().is_ok());
        assert!(h.backward().is_err());
    }
}
