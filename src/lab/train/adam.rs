//! Adam with clipped gradient norm (Kingma & Ba 2014; epsilon as in TensorFlow).

use candle_core::{CpuStorage, InplaceOp2, InplaceOp3, Layout, Result, Storage, Tensor, Var, bail};
use pulp::Arch;
use rayon::prelude::*;

use crate::lab::train::layout::slice;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// Gradients with a larger norm are scaled down to it.
const CLIP_NORM: f64 = 1.0;

/// Steps with at least this gradient norm are skipped.
const ZERO_NORM: f64 = 10_000.0;

/// Running moments of each variable, in the variables' order.
#[derive(Debug, Clone)]
pub struct Adam {
    /// First and second moments.
    pub moments: Vec<[Tensor; 2]>,
}

impl Adam {
    /// Moments of zero.
    ///
    /// # Errors
    /// The device is out of memory.
    pub fn new(vars: &[Var]) -> Result<Self> {
        let moments = vars.iter().map(|var| Ok([var.zeros_like()?, var.zeros_like()?]));
        Ok(Self { moments: moments.collect::<Result<_>>()? })
    }

    /// Takes step `number`, counted from 1; returns the gradient's norm before clipping.
    ///
    /// # Errors
    /// A gradient has another shape than its variable.
    pub fn step(
        &mut self,
        vars: &[Var],
        grads: &[Tensor],
        number: u64,
        learning_rate: f64,
    ) -> Result<f64> {
        let norm = norm(grads)?;
        if !norm.is_finite() || ZERO_NORM <= norm {
            return Ok(norm);
        }
        let (scale, rate) = factors(norm, number, learning_rate);
        let vars = vars.par_iter().zip(grads).zip(&mut self.moments);
        vars.try_for_each(|((var, grad), [first, second])| {
            if !var.device().is_cpu() {
                return by_tensors(var, grad, [first, second], [scale, rate]);
            }
            first.inplace_op2(grad, &Average { keep: BETA_1, scale, is_squared: false })?;
            second.inplace_op2(grad, &Average { keep: BETA_2, scale, is_squared: true })?;
            var.as_tensor().inplace_op3(first, second, &Descend { rate })
        })?;
        Ok(norm)
    }
}

/// Norm of all gradients together.
fn norm(grads: &[Tensor]) -> Result<f64> {
    let squares = grads.par_iter().map(square).collect::<Result<Vec<f64>>>()?;
    Ok(squares.iter().sum::<f64>().sqrt())
}

/// Sum of the squares of a gradient.
fn square(grad: &Tensor) -> Result<f64> {
    let (storage, layout) = grad.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else {
        drop(storage);
        return Ok(f64::from(grad.sqr()?.sum_all()?.to_scalar::<f32>()?));
    };
    // Blocks of 4096 squares are summed in sixteen f32 lanes, which vectorises and stays precise.
    let blocks = slice(storage, layout)?.chunks(4096);
    let square = |block: &[f32]| {
        let mut lanes = [0f32; 16];
        for values in block.chunks(16) {
            lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane += value * value);
        }
        f64::from(lanes.iter().sum::<f32>())
    };
    Ok(Arch::new().dispatch(|| blocks.map(square).sum()))
}

/// Clipping factor for a gradient of this norm, and the learning rate with Adam's bias correction.
fn factors(norm: f64, number: u64, learning_rate: f64) -> (f32, f32) {
    let number = number.min(1_000_000) as i32;
    let correction = (1.0 - BETA_2.powi(number)).sqrt() / (1.0 - BETA_1.powi(number));
    ((CLIP_NORM / norm.max(CLIP_NORM)) as f32, learning_rate as f32 * correction)
}

/// A step of one variable with candle's operations, for any device.
fn by_tensors(
    var: &Var,
    grad: &Tensor,
    [first, second]: [&mut Tensor; 2],
    [scale, rate]: [f32; 2],
) -> Result<()> {
    let grad = (grad * f64::from(scale))?;
    *first = average(first, &grad, BETA_1)?;
    *second = average(second, &grad.sqr()?, BETA_2)?;
    let update = (&*first / (second.sqrt()? + f64::from(EPSILON))?)?;
    var.set(&(var.as_tensor() - (update * f64::from(rate))?)?)
}

/// A running average.
fn average(mean: &Tensor, next: &Tensor, keep: f32) -> Result<Tensor> {
    mean.affine(f64::from(keep), 0.0)? + next.affine(f64::from(1.0 - keep), 0.0)?
}

/// A running average, in place: `a = keep * a + (1 - keep) * scale * b`, or of its square.
struct Average {
    keep: f32,
    scale: f32,
    is_squared: bool,
}

/// A descent step: `a = a - rate * first / (sqrt(second) + epsilon)`.
struct Descend {
    rate: f32,
}

impl InplaceOp2 for Average {
    fn name(&self) -> &'static str {
        "running average"
    }

    fn cpu_fwd(&self, a: &mut CpuStorage, la: &Layout, b: &CpuStorage, lb: &Layout) -> Result<()> {
        let (keep, scale) = (self.keep, self.scale);
        match self.is_squared {
            false => zip(a, la, b, lb, |a, b| *a = keep * *a + (1.0 - keep) * scale * b),
            true => zip(a, la, b, lb, |a, b| {
                let b = scale * b;
                *a = keep * *a + (1.0 - keep) * b * b;
            }),
        }
    }
}

impl InplaceOp3 for Descend {
    fn name(&self) -> &'static str {
        "descend"
    }

    fn cpu_fwd(
        &self,
        a: &mut CpuStorage,
        la: &Layout,
        first: &CpuStorage,
        l_first: &Layout,
        second: &CpuStorage,
        l_second: &Layout,
    ) -> Result<()> {
        let (first, second) = (slice(first, l_first)?, slice(second, l_second)?);
        let moments = first.iter().zip(second);
        let values = slice_mut(a, la)?.iter_mut().zip(moments);
        let rate = self.rate;
        Arch::new().dispatch(|| {
            values.for_each(|(a, (first, second))| *a -= rate * first / (second.sqrt() + EPSILON));
        });
        Ok(())
    }
}

fn zip(
    a: &mut CpuStorage,
    la: &Layout,
    b: &CpuStorage,
    lb: &Layout,
    apply: impl Fn(&mut f32, f32),
) -> Result<()> {
    let pairs = slice_mut(a, la)?.iter_mut().zip(slice(b, lb)?);
    Arch::new().dispatch(|| pairs.for_each(|(a, &b)| apply(a, b)));
    Ok(())
}

fn slice_mut<'a>(values: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    let CpuStorage::F32(values) = values else { bail!("expected f32 weights") };
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("expected contiguous weights, found strides {:?}", layout.stride())
    };
    Ok(&mut values[start..end])
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn the_first_step_is_as_long_as_the_learning_rate() {
        let var = Var::new(&[1f32, 2.0], &Device::Cpu).unwrap();
        let grad = Tensor::new(&[0.3f32, -0.4], &Device::Cpu).unwrap();
        let mut adam = Adam::new(std::slice::from_ref(&var)).unwrap();

        let norm = adam.step(std::slice::from_ref(&var), &[grad], 1, 0.1).unwrap();

        assert!((norm - 0.5).abs() < 1e-6);
        let after = var.to_vec1::<f32>().unwrap();
        assert!((after[0] - 0.9).abs() < 1e-4 && (after[1] - 2.1).abs() < 1e-4, "{after:?}");
    }

    #[test]
    fn tensor_operations_take_the_same_steps() {
        let [ours, theirs] = [(); 2].map(|()| Var::new(&[1f32, 2.0], &Device::Cpu).unwrap());
        let mut adam = Adam::new(std::slice::from_ref(&ours)).unwrap();
        let mut moments = [theirs.zeros_like().unwrap(), theirs.zeros_like().unwrap()];
        for number in 1..4 {
            let grad = Tensor::new(&[0.3f32 * number as f32, -0.4], &Device::Cpu).unwrap();
            adam.step(std::slice::from_ref(&ours), std::slice::from_ref(&grad), number, 0.1)
                .unwrap();
            let (scale, rate) = factors(norm(std::slice::from_ref(&grad)).unwrap(), number, 0.1);
            let [first, second] = &mut moments;
            by_tensors(&theirs, &grad, [first, second], [scale, rate]).unwrap();
        }
        let after = [&ours, &theirs].map(|var| var.to_vec1::<f32>().unwrap());
        // The order of operations differs: a few f32 rounding errors.
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 3e-6;
        assert!(after[0].iter().zip(&after[1]).all(near), "{after:?}");
    }

    #[test]
    fn a_huge_or_nan_gradient_is_skipped() {
        let var = Var::new(&[1f32], &Device::Cpu).unwrap();
        let mut adam = Adam::new(std::slice::from_ref(&var)).unwrap();
        for absurd in [1e6, f32::NAN] {
            let grad = Tensor::new(&[absurd], &Device::Cpu).unwrap();
            adam.step(std::slice::from_ref(&var), &[grad], 1, 0.1).unwrap();
        }
        assert_eq!(var.to_vec1::<f32>().unwrap(), [1.0]);
    }
}
