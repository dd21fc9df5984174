//! A linear layer as one differentiable operation, for training on the CPU. candle multiplies with
//! 256-bit vectors, and sums the gradient of a broadcast bias element by element.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Storage, Tensor, bail};

use crate::lab::train::{
    layout::{slice, sum_rows},
    product::{Panels, Tiles, add_product, add_transposed_product},
};

/// `x` (N, I) times `kernel` (I, O) plus `bias` (O,).
///
/// # Errors
/// Shapes don't agree, or the device fails.
pub(super) fn linear(x: &Tensor, kernel: &Tensor, bias: &Tensor) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return x.matmul(kernel)?.broadcast_add(bias);
    }
    x.contiguous()?.apply_op3(&kernel.contiguous()?, &bias.contiguous()?, LinearOp)
}

struct LinearOp;

impl CustomOp3 for LinearOp {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        kernel: &CpuStorage,
        kernel_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let ((n, n_inputs), (n_rows, n_outputs)) =
            (x_layout.shape().dims2()?, kernel_layout.shape().dims2()?);
        if (n_inputs, n_outputs) != (n_rows, bias_layout.shape().dims1()?) {
            bail!("linear: x {:?}, kernel {:?}", x_layout.shape(), kernel_layout.shape())
        }
        let mut out = slice(bias, bias_layout)?.repeat(n);
        let x = Tiles::new(slice(x, x_layout)?, n_inputs);
        add_product(&mut out, &x, &Panels::new(slice(kernel, kernel_layout)?, n_outputs));
        Ok((CpuStorage::F32(out), (n, n_outputs).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        kernel: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let grad = grad.contiguous()?;
        let guards = [x, kernel, &grad].map(Tensor::storage_and_layout);
        let mut slices = [&[][..]; 3];
        for (slice_of, (storage, layout)) in slices.iter_mut().zip(&guards) {
            match &**storage {
                Storage::Cpu(storage) => *slice_of = slice(storage, layout)?,
                _ => bail!("linear runs on the CPU only"),
            }
        }
        let [x_values, kernel_values, d_out] = slices;
        let (n_inputs, n_outputs) = kernel.dims2()?;
        let mut d_x = vec![0.0; x_values.len()];
        let transposed = Panels::transposed(kernel_values, n_outputs);
        add_product(&mut d_x, &Tiles::new(d_out, n_outputs), &transposed);
        let mut d_kernel = vec![0.0; kernel_values.len()];
        add_transposed_product(&mut d_kernel, x_values, n_inputs, d_out, n_outputs);
        let tensor = |values, like: &Tensor| Tensor::from_vec(values, like.shape(), like.device());
        let d_bias = tensor(sum_rows(d_out, n_outputs), bias)?;
        Ok((Some(tensor(d_x, x)?), Some(tensor(d_kernel, kernel)?), Some(d_bias)))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn outputs_and_gradients_equal_candles() {
        let var = |shape: &[usize]| Var::randn(0f32, 1.0, shape, &Device::Cpu).unwrap();
        let (x, kernel, bias) = (var(&[9, 5]), var(&[5, 35]), var(&[35]));
        let weighting = var(&[9, 35]);
        let near = |a: &Tensor, b: &Tensor| {
            let difference = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
            difference.max(0).unwrap().to_scalar::<f32>().unwrap() < 1e-4
        };

        let ours = linear(&x, &kernel, &bias).unwrap();
        let theirs = x.matmul(&kernel).unwrap().broadcast_add(&bias).unwrap();
        assert!(near(&ours, &theirs));

        let grads = |out: &Tensor| {
            (out * weighting.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap()
        };
        let (ours, theirs) = (grads(&ours), grads(&theirs));
        for var in [&x, &kernel, &bias] {
            assert!(near(ours.get(var).unwrap(), theirs.get(var).unwrap()));
        }
    }

    #[test]
    fn shapes_that_differ_are_an_error() {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, candle_core::DType::F32, &Device::Cpu);
        let (x, kernel) = (zeros(&[2, 3]).unwrap(), zeros(&[4, 5]).unwrap());
        assert!(linear(&x, &kernel, &zeros(&[5]).unwrap()).is_err());
    }
}
