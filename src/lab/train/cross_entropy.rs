//! Softmax and cross-entropy as one differentiable operation.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor, bail};
use candle_nn::ops::log_softmax;
use parking_lot::Mutex;
use pulp::{Arch, Simd, WithSimd};

use crate::{lab::train::batch::Targets, musicvae::net::math};

/// Cross-entropy of `logits` (N, V) against `targets` (N,), summed over rows, in nats, as a tensor
/// (1,); and the number of rows whose greatest logit is the target. Rows with target
/// [`Targets::IGNORED`] are excluded.
///
/// # Errors
/// Shapes don't agree, or the device fails.
pub fn cross_entropy(logits: &Tensor, targets: Vec<u32>) -> Result<(Tensor, usize)> {
    if !logits.device().is_cpu() {
        return by_tensors(logits, &targets);
    }
    let n_right = Arc::new(AtomicUsize::new(0));
    let op = CrossEntropy { targets, n_right: n_right.clone(), saved: Mutex::new(None) };
    let loss = logits.contiguous()?.apply_op1(op)?;
    Ok((loss, n_right.load(Ordering::Relaxed)))
}

/// The same with candle's operations, for any device.
fn by_tensors(logits: &Tensor, targets: &[u32]) -> Result<(Tensor, usize)> {
    let (n, device) = (targets.len(), logits.device());
    let weight = |&target: &u32| f32::from(u8::from(target != Targets::IGNORED));
    let weights = Tensor::from_iter(targets.iter().map(weight), device)?;
    let chosen = targets.iter().map(|&target| if target == Targets::IGNORED { 0 } else { target });
    let chosen = Tensor::from_iter(chosen, device)?;
    let logits = logits.contiguous()?;
    let nats = log_softmax(&logits, 1)?.gather(&chosen.reshape((n, 1))?, 1)?.reshape(n)?;
    let is_right = logits.argmax(1)?.eq(&chosen)?.to_dtype(DType::F32)?;
    let n_right = (is_right * &weights)?.sum_all()?.to_scalar::<f32>()?;
    Ok(((nats * weights)?.sum_all()?.neg()?.reshape(1)?, n_right as usize))
}

struct CrossEntropy {
    targets: Vec<u32>,
    n_right: Arc<AtomicUsize>,
    /// The gradient of the unweighted loss: softmax minus the one-hot target.
    saved: Mutex<Option<Vec<f32>>>,
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, n_classes) = layout.shape().dims2()?;
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("cross-entropy needs contiguous logits")
        };
        let is_class = |&target: &u32| (target as usize) < n_classes || target == Targets::IGNORED;
        if n != self.targets.len() || !self.targets.iter().all(is_class) {
            bail!("cross-entropy of {n} rows with {} targets", self.targets.len())
        }
        let mut grad = logits.as_slice::<f32>()?[start..end].to_vec();
        let mut sum = 0f64;
        let mut n_right = 0;
        for (row, &target) in grad.chunks_exact_mut(n_classes).zip(&self.targets) {
            if target == Targets::IGNORED {
                row.fill(0.0);
                continue;
            }
            let (loss, is_right) = row_loss(row, target as usize);
            sum += f64::from(loss);
            n_right += usize::from(is_right);
        }
        self.n_right.store(n_right, Ordering::Relaxed);
        *self.saved.lock() = Some(grad);
        Ok((CpuStorage::F32(vec![sum as f32]), 1.into()))
    }

    fn bwd(&self, logits: &Tensor, _loss: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let saved = self.saved.lock().take();
        let Some(values) = saved else { bail!("cross-entropy can be differentiated only once") };
        let weight = grad.to_vec1::<f32>()?[0];
        let values = values.into_iter().map(|value| value * weight).collect::<Vec<_>>();
        Ok(Some(Tensor::from_vec(values, logits.shape(), logits.device())?))
    }
}

/// Turns a row's logits into their gradient in place; returns its loss, and whether the target is
/// the greatest.
fn row_loss(row: &mut [f32], target: usize) -> (f32, bool) {
    let greatest = row.iter().copied().fold(f32::MIN, f32::max);
    let wanted = row[target];
    let sum = Arch::new().dispatch(Softmax { row, greatest });
    row[target] -= 1.0;
    (sum.ln() - (wanted - greatest), greatest <= wanted)
}

/// Turns logits into probabilities in place, given the greatest, and returns the sum of the
/// exponentials.
struct Softmax<'a> {
    row: &'a mut [f32],
    greatest: f32,
}

impl WithSimd for Softmax<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f32 {
        for value in &mut *self.row {
            *value = math::exp(*value - self.greatest);
        }
        let mut lanes = [0.0; 16];
        for values in self.row.chunks(16) {
            lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane += value);
        }
        let sum: f32 = lanes.iter().sum();
        let scale = 1.0 / sum;
        for value in &mut *self.row {
            *value *= scale;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn loss_and_gradient_are_those_of_candle() {
        let logits = Var::randn(0f32, 2.0, (4, 7), &Device::Cpu).unwrap();
        let targets = Tensor::from_vec(vec![0u32, 6, 3, 3], 4, &Device::Cpu).unwrap();

        let (ours, _) = cross_entropy(&logits, vec![0, 6, 3, 3]).unwrap();
        let theirs = (candle_nn::loss::cross_entropy(&logits, &targets).unwrap() * 4.0).unwrap();

        let (by_tensors, _) = by_tensors(&logits, &[0, 6, 3, 3]).unwrap();

        let expected = theirs.to_scalar::<f32>().unwrap();
        for found in [&ours, &by_tensors] {
            assert!((found.to_vec1::<f32>().unwrap()[0] - expected).abs() < 1e-4);
        }
        let grad = |loss: &Tensor| {
            let grads = loss.backward().unwrap();
            grads.get(&logits).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap()
        };
        for found in [grad(&ours), grad(&by_tensors)] {
            found.into_iter().zip(grad(&theirs)).for_each(|(a, b)| assert!((a - b).abs() < 1e-6));
        }
    }

    #[test]
    fn rows_whose_target_is_greatest_are_counted() {
        let logits = Tensor::new(&[[0f32, 3.0, 1.0], [2.0, 0.0, 0.0]], &Device::Cpu).unwrap();

        assert_eq!(cross_entropy(&logits, vec![1, 1]).unwrap().1, 1);
        assert!(cross_entropy(&logits, vec![1, 3]).is_err());
    }

    #[test]
    fn ignored_rows_have_no_loss_and_no_gradient() {
        let logits = Var::new(&[[0f32, 3.0], [2.0, 0.0]], &Device::Cpu).unwrap();

        let (loss, n_right) = cross_entropy(&logits, vec![Targets::IGNORED, 0]).unwrap();

        assert_eq!(n_right, 1);
        let (same, n_same) = by_tensors(&logits, &[Targets::IGNORED, 0]).unwrap();
        assert_eq!(n_same, 1);
        let both = [&loss, &same].map(|loss| loss.to_vec1::<f32>().unwrap()[0]);
        assert!((both[0] - both[1]).abs() < 1e-6);
        let grads = loss.backward().unwrap();
        let grad = grads.get(&logits).unwrap().to_vec2::<f32>().unwrap();
        assert!(grad[0] == [0.0, 0.0] && grad[1][0] < 0.0);
    }
}
