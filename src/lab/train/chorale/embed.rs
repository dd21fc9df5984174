//! Sums of rows of an embedding as one differentiable operation.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

use crate::lab::train::layout::{Lookups, slice};

/// For each of N steps the sum of `n_per_step` rows of `table` (V, E), as (N, E); rows
/// [`Lookups::NONE`] add nothing.
///
/// # Errors
/// A row is out of range.
pub(super) fn embed(table: &Tensor, rows: Vec<u32>, n_per_step: usize) -> Result<Tensor> {
    table.contiguous()?.apply_op1(Embed { rows, n_per_step })
}

struct Embed {
    rows: Vec<u32>,
    n_per_step: usize,
}

impl Embed {
    /// Step and row of each lookup that adds something.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.rows.iter().enumerate().filter(|(_, row)| **row != Lookups::NONE);
        rows.map(|(at, &row)| (at / self.n_per_step, row as usize))
    }
}

impl CustomOp1 for Embed {
    fn name(&self) -> &'static str {
        "embed"
    }

    fn cpu_fwd(&self, table: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n_rows, width) = layout.shape().dims2()?;
        if let Some((_, row)) = self.pairs().find(|&(_, row)| n_rows <= row) {
            bail!("embed: row {row} of {n_rows}")
        }
        let table = slice(table, layout)?;
        let n = self.rows.len() / self.n_per_step;
        let mut sums = vec![0.0; n * width];
        for (step, row) in self.pairs() {
            add(&mut sums[step * width..][..width], &table[row * width..][..width]);
        }
        Ok((CpuStorage::F32(sums), (n, width).into()))
    }

    fn bwd(&self, table: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let width = table.dim(1)?;
        let grad = grad.flatten_all()?.to_vec1::<f32>()?;
        let mut sums = vec![0.0; table.elem_count()];
        for (step, row) in self.pairs() {
            add(&mut sums[row * width..][..width], &grad[step * width..][..width]);
        }
        Ok(Some(Tensor::from_vec(sums, table.shape(), table.device())?))
    }
}

fn add(sums: &mut [f32], values: &[f32]) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn rows_are_added_and_get_the_gradients_of_their_steps() {
        let table = Var::new(&[[1f32, 2.0], [10.0, 20.0], [100.0, 200.0]], &Device::Cpu).unwrap();
        let rows = vec![0, 2, Lookups::NONE, 2];

        let sums = embed(&table, rows, 2).unwrap();

        assert_eq!(sums.to_vec2::<f32>().unwrap(), [[101.0, 202.0], [100.0, 200.0]]);
        let weights = Tensor::new(&[[1f32, 2.0], [3.0, 4.0]], &Device::Cpu).unwrap();
        let grads = (sums * weights).unwrap().sum_all().unwrap().backward().unwrap();
        let grad = grads.get(&table).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(grad, [[1.0, 2.0], [0.0, 0.0], [4.0, 6.0]]);
        assert!(embed(&table, vec![3], 1).is_err());
    }
}
