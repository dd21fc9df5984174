//! Softmax and cross-entropy in one differentiable operation.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor, bail};
use candle_nn::ops::log_softmax;
use pulp::Arch;

use crate::{lab::train::batch::Targets, musicvae::net::math};

/// Cross-entropy of `logits` (N, V) against `targets` (N,), summed over the rows, in nats, as a
/// tensor (1,); and how many rows have their target as the greatest logit. Rows whose target is
/// [`Targets::IGNORED`] cost and count nothing.
///
/// # Errors
/// Shapes don't agree, or the device fails.
pub fn cross_entropy(logits: &Tensor, targets: Vec<u32>) -> Result<(Tensor, usize)> {
    if !logits.device().is_cpu() {
        return by_tensors(logits, &targets);
    }
    let n_hits = Arc::new(AtomicUsize::new(0));
    let op = CrossEntropy { targets, n_hits: n_hits.clone(), saved: Mutex::new(None) };
    let loss = logits.contiguous()?.apply_op1(op)?;
    Ok((loss, n_hits.load(Ordering::Relaxed)))
}

/// The same by candle's own operations, on any device.
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
    n_hits: Arc<AtomicUsize>,
    /// The gradient for a loss of weight 1: softmax minus the one-hot target.
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
        let mut n_hits = 0;
        for (row, &target) in grad.chunks_exact_mut(n_classes).zip(&self.targets) {
            if target == Targets::IGNORED {
                row.fill(0.0);
                continue;
            }
            let (loss, is_hit) = row_loss(row, target as usize);
            sum += f64::from(loss);
            n_hits += usize::from(is_hit);
        }
        self.n_hits.store(n_hits, Ordering::Relaxed);
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = Some(grad);
        Ok((CpuStorage::F32(vec![sum as f32]), 1.into()))
    }

    fn bwd(&self, logits: &Tensor, _loss: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(values) = saved else { bail!("the backward pass of a cross-entropy runs once") };
        let weight = grad.to_vec1::<f32>()?[0];
        let values = values.into_iter().map(|value| value * weight).collect::<Vec<_>>();
        Ok(Some(Tensor::from_vec(values, logits.shape(), logits.device())?))
    }
}

/// Turns a row's logits into their gradients; gives its loss, and whether the target is greatest.
fn row_loss(row: &mut [f32], target: usize) -> (f32, bool) {
    let greatest = row.iter().copied().fold(f32::MIN, f32::max);
    let wanted = row[target];
    let sum = Arch::new().dispatch(|| {
        for value in &mut *row {
            *value = math::exp(*value - greatest);
        }
        let sum: f32 = row.iter().sum();
        let scale = 1.0 / sum;
        for value in &mut *row {
            *value *= scale;
        }
        sum
    });
    row[target] -= 1.0;
    (sum.ln() - (wanted - greatest), greatest <= wanted)
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
    fn a_row_whose_target_is_greatest_is_a_hit() {
        let logits = Tensor::new(&[[0f32, 3.0, 1.0], [2.0, 0.0, 0.0]], &Device::Cpu).unwrap();

        assert_eq!(cross_entropy(&logits, vec![1, 1]).unwrap().1, 1);
        assert!(cross_entropy(&logits, vec![1, 3]).is_err());
    }

    #[test]
    fn an_ignored_row_costs_nothing_and_learns_nothing() {
        let logits = Var::new(&[[0f32, 3.0], [2.0, 0.0]], &Device::Cpu).unwrap();

        let (loss, n_hits) = cross_entropy(&logits, vec![Targets::IGNORED, 0]).unwrap();

        assert_eq!(n_hits, 1);
        let (same, n_same) = by_tensors(&logits, &[Targets::IGNORED, 0]).unwrap();
        assert_eq!(n_same, 1);
        let both = [&loss, &same].map(|loss| loss.to_vec1::<f32>().unwrap()[0]);
        assert!((both[0] - both[1]).abs() < 1e-6);
        let grads = loss.backward().unwrap();
        let grad = grads.get(&logits).unwrap().to_vec2::<f32>().unwrap();
        assert!(grad[0] == [0.0, 0.0] && grad[1][0] < 0.0);
    }
}
