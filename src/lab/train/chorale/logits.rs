//! Logits as sums of outputs ([`terms`](crate::chorale::terms)) as one differentiable operation.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

use crate::{
    chorale::{terms::N_TERMS, token::N_TOKENS},
    lab::train::layout::slice,
};

/// Indices of the outputs that sum to the logits of each step.
pub type Terms = Vec<[[u16; N_TERMS]; N_TOKENS]>;

/// Logits (N, `N_TOKENS`) of N steps with `outputs` (N, O).
///
/// # Errors
/// Shapes don't agree.
pub(super) fn logits(outputs: &Tensor, terms: Terms) -> Result<Tensor> {
    outputs.contiguous()?.apply_op1(Logits(terms))
}

struct Logits(Terms);

impl CustomOp1 for Logits {
    fn name(&self) -> &'static str {
        "logits"
    }

    fn cpu_fwd(&self, outputs: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, width) = layout.shape().dims2()?;
        if n != self.0.len() {
            bail!("logits of {n} steps with terms of {}", self.0.len())
        }
        let rows = slice(outputs, layout)?.chunks_exact(width).zip(&self.0);
        let logit = |row: &[f32], terms: &[u16; N_TERMS]| -> f32 {
            terms.iter().map(|&term| row[usize::from(term)]).sum()
        };
        let logits = rows.flat_map(|(row, tokens)| tokens.iter().map(|terms| logit(row, terms)));
        Ok((CpuStorage::F32(logits.collect()), (n, N_TOKENS).into()))
    }

    fn bwd(&self, outputs: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let width = outputs.dim(1)?;
        let grad = grad.flatten_all()?.to_vec1::<f32>()?;
        let mut sums = vec![0.0; outputs.elem_count()];
        let rows = sums.chunks_exact_mut(width).zip(grad.chunks_exact(N_TOKENS)).zip(&self.0);
        for ((row, grad), tokens) in rows {
            for (terms, grad) in tokens.iter().zip(grad) {
                for &term in terms {
                    row[usize::from(term)] += grad;
                }
            }
        }
        Ok(Some(Tensor::from_vec(sums, outputs.shape(), outputs.device())?))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn outputs_are_added_and_get_the_gradients_of_their_tokens() {
        let outputs = Var::new(&[[1f32, 10.0, 100.0]], &Device::Cpu).unwrap();
        let mut terms = [[0; N_TERMS]; N_TOKENS];
        terms[1][..6].copy_from_slice(&[0, 0, 0, 1, 1, 2]);

        let logits = logits(&outputs, vec![terms]).unwrap();

        let values = logits.to_vec2::<f32>().unwrap();
        let n = N_TERMS as f32;
        assert_eq!(values[0][..3], [n, n - 3.0 + 120.0, n]);
        let second = logits.get(0).unwrap().get(1).unwrap();
        let grads = second.backward().unwrap();
        let grad = grads.get(&outputs).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(grad, [[n - 3.0, 2.0, 1.0]]);
    }
}
