//! Scheduled sampling (Bengio et al. 2015): in training the decoder gets some of its own samples as
//! previous steps, as it always does at inference.
//!
//! Magenta samples step by step. Here a layer is one operation over all steps, so a first
//! teacher-forced pass gives the logits that all tokens are sampled from, and a second pass gets
//! some of those tokens as inputs: parallel scheduled sampling (Mihaylova & Martins 2019; Duckworth
//! et al. 2019).

use candle_core::{Result, Tensor, bail};
use rand::RngExt as _;

use crate::{lab::train::layout::Lookups, musicvae::net::sampling, rng::Rng};

/// Growth of the share of sampled steps; Magenta's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Growth {
    /// The rate, from the start.
    Constant,
    /// `1 - rate^step`.
    Exponential,
    /// `1 - rate / (rate + e^(step / rate))`; one half at step `rate * ln(rate)`.
    InverseSigmoid,
}

/// Share of previous steps that are sampled, by training step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplingSchedule {
    /// Growth over time.
    pub growth: Growth,
    /// Rate of the growth.
    pub rate: f64,
}

impl SamplingSchedule {
    /// Share at step `step`, 0 to 1.
    pub fn share_at(&self, step: u64) -> f64 {
        let step = step as f64;
        let share = match self.growth {
            Growth::Constant => self.rate,
            Growth::Exponential => 1.0 - self.rate.powf(step),
            // This form keeps large exponents from overflowing to NaN.
            Growth::InverseSigmoid => 1.0 - 1.0 / (1.0 + (step / self.rate).exp() / self.rate),
        };
        share.clamp(0.0, 1.0)
    }
}

/// `previous` (T, S * B, K), with a share of the steps replaced by samples from `logits` (T * S *
/// B, V). `parts` are the vocabulary sizes of the parts that share V; their inputs come last in K.
///
/// # Errors
/// Shapes don't agree.
pub fn sample_inputs(
    previous: &Lookups,
    logits: &Tensor,
    parts: &[usize],
    [n_examples, n_segments]: [usize; 2],
    share: f64,
    rng: &mut Rng,
) -> Result<Lookups> {
    let n_rows = n_examples * n_segments;
    let logits = logits.to_vec2::<f32>()?;
    let n_per_step = previous.n_per_step;
    if previous.rows.len() != logits.len() * n_per_step || n_per_step < parts.len() {
        bail!("{} lookups for {} rows of {} parts", previous.rows.len(), logits.len(), parts.len())
    }
    let n_steps = logits.len() / n_rows.max(1);
    let mut sampled = previous.clone();
    for place in 0..n_steps * n_rows {
        let end = (place + 1) * n_per_step;
        let span = end - parts.len()..end;
        // Dropped and missing inputs stay empty.
        let is_present = sampled.rows[span.clone()].iter().all(|&row| row != Lookups::NONE);
        if !is_present || !rng.random_bool(share) {
            continue;
        }
        let (step, row) = (place / n_rows, place % n_rows);
        let before = match (step, row.checked_sub(n_examples)) {
            (0, Some(row_before)) => (n_steps - 1) * n_rows + row_before,
            // The step before is in another group of rows.
            (0, None) => continue,
            _ => place - n_rows,
        };
        let mut start = 0;
        for (sampled, &n) in sampled.rows[span].iter_mut().zip(parts) {
            let token = sampling::draw(&mut logits[before][start..start + n].to_vec(), 1.0, rng);
            *sampled = (start + usize::from(token)) as u32;
            start += n;
        }
    }
    Ok(sampled)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::rng;

    #[test]
    fn the_inverse_sigmoid_is_one_half_where_magentas_is() {
        let schedule = SamplingSchedule { growth: Growth::InverseSigmoid, rate: 1000.0 };
        assert!((schedule.share_at(6908) - 0.5).abs() < 1e-3);
        assert!(schedule.share_at(0) < 0.01);
        assert_eq!(schedule.share_at(10_000_000), 1.0);
    }

    #[test]
    fn a_segment_starts_with_a_sample_of_the_previous_one() {
        // Two steps, two segments of one example, three tokens; the certain tokens are 2, 1, 0, 2
        // in row order.
        let certain = |token: usize| (0..3).map(move |n| if n == token { 90f32 } else { 0.0 });
        let logits: Vec<f32> = [2, 1, 0, 2].into_iter().flat_map(certain).collect();
        let logits = Tensor::from_vec(logits, (4, 3), &Device::Cpu).unwrap();
        let rows = vec![Lookups::NONE, 1, 1, 1];
        let previous = Lookups { rows, values: vec![1.0; 4], n_per_step: 1 };
        let mut rng = rng::stream(0, "test");

        let sampled = sample_inputs(&previous, &logits, &[3], [1, 2], 1.0, &mut rng).unwrap();

        // Step 0 of segment 1 follows step 1 of segment 0; step 1 follows step 0.
        assert_eq!(sampled.rows, [Lookups::NONE, 0, 2, 1]);
        let untouched = sample_inputs(&previous, &logits, &[3], [1, 2], 0.0, &mut rng).unwrap();
        assert_eq!(untouched.rows, previous.rows);
    }
}
