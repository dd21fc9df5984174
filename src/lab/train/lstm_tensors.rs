//! The training LSTM's forward and backward pass with candle tensors, for devices whose memory is
//! not a slice: LSTM role 4 of 4. See also [`passes`](crate::lab::train::passes) (the same on CPU
//! slices) and, for inference, [`lstm`](crate::musicvae::net::lstm) and
//! [`device`](crate::musicvae::net::device).
//!
//! candle's autograd sees one node, so a time step takes about 20 kernel launches instead of about
//! 60: the gradients of `narrow` and `cat` copy whole sequences.

use candle_core::{
    CpuStorage, CudaStorage, CustomOp3, DType, Device, Layout, Result, Shape, Storage, Tensor,
    backend::BackendStorage as _, bail,
};
use candle_nn::ops::sigmoid;
use parking_lot::Mutex;

use crate::{
    lab::train::layout::{Lookups, Run, Sizes},
    musicvae::net::lstm::FORGET_BIAS,
};

/// Runs a layer like [`lstm`](crate::lab::train::lstm::lstm), on any device.
///
/// # Errors
/// Shapes don't agree, or the device fails.
pub(super) fn lstm(
    x: &Tensor,
    kernel: &Tensor,
    bias: &Tensor,
    state: &Tensor,
    run: Run,
) -> Result<Tensor> {
    let sizes = Sizes::new(&run, x.shape(), kernel.shape())?;
    let weights = Tensor::cat(&[kernel, &bias.unsqueeze(0)?], 0)?;
    let parts = Parts::of(sizes, &weights.detach())?;
    let lookups =
        run.lookups.as_ref().map(|l| SparseInputs::new(l, sizes, x.device())).transpose()?;
    let sums = parts.sums(sizes, &x.detach(), lookups.as_ref())?;
    let (mut c, mut h) = (state.detach().get(0)?, state.detach().get(1)?);
    let order = sizes.order(run.is_reversed);
    let mut saved = Saved { gates: vec![c.clone(); sizes.t], c: vec![c.clone(); sizes.t], lookups };
    let mut outputs = vec![h.clone(); sizes.t];
    for &t in &order {
        let [i, j, f, o] = quarters(&(sums.get(t)? + h.matmul(&parts.hidden)?)?)?;
        let (i, j, f) = (sigmoid(&i)?, j.tanh()?, sigmoid(&(f + f64::from(FORGET_BIAS))?)?);
        let o = sigmoid(&o)?;
        c = ((&f * c)? + (&i * &j)?)?;
        h = (&o * c.tanh()?)?;
        saved.gates[t] = Tensor::cat(&[i, j, f, o], 1)?;
        saved.c[t] = c.clone();
        outputs[t] = h.clone();
    }
    let h = Tensor::stack(&outputs, 0)?;
    x.apply_op3(&weights, state, OnDevice { order, sizes, h, saved: Mutex::new(Some(saved)) })
}

/// The graph node; its forward pass has already run.
struct OnDevice {
    order: Vec<usize>,
    sizes: Sizes,
    h: Tensor, // (T, B, H)
    saved: Mutex<Option<Saved>>,
}

/// Values for the backward pass, by step.
struct Saved {
    gates: Vec<Tensor>, // (B, 4H), activated
    c: Vec<Tensor>,     // (B, H)
    lookups: Option<SparseInputs>,
}

/// The weights, split by what they multiply.
struct Parts {
    table: Tensor,  // (V, 4H)
    input: Tensor,  // (I, 4H)
    hidden: Tensor, // (H, 4H)
    bias: Tensor,   // (1, 4H)
}

/// Sparse inputs by k: row indices (T * B,) and factors (T * B, 1).
struct SparseInputs(Vec<(Tensor, Tensor)>);

impl SparseInputs {
    fn new(lookups: &Lookups, s: Sizes, device: &Device) -> Result<Self> {
        let kth = |k: usize| {
            let of_k = |index: usize| index * lookups.n_per_step + k;
            // `NONE` becomes row 0 times 0.
            let pairs = (0..s.t * s.b).map(|index| match lookups.rows[of_k(index)] {
                Lookups::NONE => (0, 0.0),
                row => (row, lookups.values[of_k(index)]),
            });
            let (rows, values): (Vec<u32>, Vec<f32>) = pairs.unzip();
            let n = rows.len();
            Ok((Tensor::from_vec(rows, n, device)?, Tensor::from_vec(values, (n, 1), device)?))
        };
        let n = if s.v == 0 { 0 } else { lookups.n_per_step };
        (0..n).map(kth).collect::<Result<_>>().map(Self)
    }
}

impl Parts {
    fn of(s: Sizes, weights: &Tensor) -> Result<Self> {
        let rows = |first, n| weights.narrow(0, first, n)?.contiguous();
        Ok(Self {
            table: rows(0, s.v)?,
            input: rows(s.v, s.i)?,
            hidden: rows(s.v + s.i, s.h)?,
            bias: rows(s.v + s.i + s.h, 1)?,
        })
    }

    /// Contribution of the bias and the inputs to the gates of all steps (T, B, 4H).
    fn sums(&self, s: Sizes, x: &Tensor, lookups: Option<&SparseInputs>) -> Result<Tensor> {
        let width = 4 * s.h;
        let mut sums = self.bias.broadcast_as((s.t * s.b, width))?.contiguous()?;
        if 0 < s.i {
            let (t_x, b, i) = x.dims3()?;
            let given = x.reshape((t_x * b, i))?.matmul(&self.input)?.reshape((t_x, b, width))?;
            sums = given.broadcast_add(&sums.reshape((s.t, s.b, width))?)?.reshape(((), width))?;
        }
        for (rows, values) in lookups.iter().flat_map(|inputs| &inputs.0) {
            sums = (sums + self.table.index_select(rows, 0)?.broadcast_mul(values)?)?;
        }
        sums.reshape((s.t, s.b, width))
    }
}

impl CustomOp3 for OnDevice {
    fn name(&self) -> &'static str {
        "lstm by tensors"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(self.h.flatten_all()?.to_vec1()?), self.h.shape().clone()))
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let (storage, layout) = self.h.storage_and_layout();
        match &*storage {
            Storage::Cuda(storage) => Ok((storage.try_clone(layout)?, self.h.shape().clone())),
            _ => bail!("the arguments of an LSTM are on different devices"),
        }
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        state: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Some(saved) = self.saved.lock().take() else {
            bail!("the backward pass of an LSTM can run only once")
        };
        let (x, weights, state) = (x.detach(), weights.detach(), state.detach());
        let parts = Parts::of(self.sizes, &weights)?;
        let (d_gates, d_state) = self.back_through_time(&saved, &parts, &state, &grad.detach())?;
        let (d_x, d_weights) = self.collect(&saved, &parts, [&x, &state], &d_gates)?;
        Ok((d_x, Some(d_weights), Some(d_state)))
    }
}

impl OnDevice {
    /// Gradients of the gate sums (T * B, 4H) and of the initial state.
    fn back_through_time(
        &self,
        saved: &Saved,
        parts: &Parts,
        state: &Tensor,
        grad: &Tensor,
    ) -> Result<(Tensor, Tensor)> {
        let hidden_transposed = parts.hidden.t()?.contiguous()?;
        let mut d_h = state.get(1)?.zeros_like()?;
        let mut d_c = d_h.clone();
        let mut d_gates = saved.gates.clone();
        for (index, &t) in self.order.iter().enumerate().rev() {
            let c_before = match index {
                0 => state.get(0)?,
                _ => saved.c[self.order[index - 1]].clone(),
            };
            let [i, j, f, o] = quarters(&saved.gates[t])?;
            let tanh_c = saved.c[t].tanh()?;
            let d_outputs = (d_h + grad.get(t)?)?;
            let d = (d_c + ((&d_outputs * &o)? * one_minus(&tanh_c.sqr()?)?)?)?;
            let sums = [
                ((&d * &j)? * (&i * one_minus(&i)?)?)?,
                ((&d * &i)? * one_minus(&j.sqr()?)?)?,
                ((&d * c_before)? * (&f * one_minus(&f)?)?)?,
                ((d_outputs * tanh_c)? * (&o * one_minus(&o)?)?)?,
            ];
            d_c = (d * f)?;
            d_gates[t] = Tensor::cat(&sums, 1)?;
            d_h = d_gates[t].matmul(&hidden_transposed)?;
        }
        Ok((Tensor::cat(&d_gates, 0)?, Tensor::stack(&[d_c, d_h], 0)?))
    }

    /// Gradients of x and of the weights, from those of the gate sums.
    fn collect(
        &self,
        saved: &Saved,
        parts: &Parts,
        [x, state]: [&Tensor; 2],
        d_gates: &Tensor,
    ) -> Result<(Option<Tensor>, Tensor)> {
        let (s, width) = (self.sizes, 4 * self.sizes.h);
        let mut d_table = Tensor::zeros((s.v, width), DType::F32, x.device())?;
        for (rows, values) in saved.lookups.iter().flat_map(|inputs| &inputs.0) {
            d_table = d_table.index_add(rows, &d_gates.broadcast_mul(values)?, 0)?;
        }
        let mut before = vec![state.get(1)?; s.t];
        for pair in self.order.windows(2) {
            before[pair[1]] = self.h.get(pair[0])?;
        }
        let d_hidden = Tensor::cat(&before, 0)?.t()?.matmul(d_gates)?;
        let mut pieces = vec![d_table];
        let mut d_x = None;
        if 0 < s.i {
            let given = match s.is_constant {
                true => d_gates.reshape((s.t, s.b, width))?.sum(0)?,
                false => d_gates.clone(),
            };
            pieces.push(x.reshape(((), s.i))?.t()?.matmul(&given)?);
            d_x = Some(given.matmul(&parts.input.t()?)?.reshape(x.shape())?);
        }
        pieces.extend([d_hidden, d_gates.sum_keepdim(0)?]);
        Ok((d_x, Tensor::cat(&pieces, 0)?))
    }
}

fn quarters(sums: &Tensor) -> Result<[Tensor; 4]> {
    let parts = sums.chunk(4, 1)?;
    Ok([
        parts[0].contiguous()?,
        parts[1].contiguous()?,
        parts[2].contiguous()?,
        parts[3].contiguous()?,
    ])
}

/// `1 - x`.
fn one_minus(x: &Tensor) -> Result<Tensor> {
    x.affine(-1.0, 1.0)
}
