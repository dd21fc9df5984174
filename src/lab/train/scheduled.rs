//! Scheduled sampling (Bengio et al. 2015): the decoder hears some of its own steps while it learns,
//! since on the air it hears no others.
//!
//! Magenta draws step by step. Here a layer is one operation over all steps, so a first pass with the
//! right steps gives the logits that all tokens are drawn from, and a second one is told some of
//! them (Mihaylova & Martins 2019; Duckworth et al. 2019 call it parallel scheduled sampling).

use candle_core::{Result, Tensor, bail};
use rand::RngExt as _;

use crate::{lab::train::lstm::Lookups, musicvae::net::sampling, rng::Rng};

/// How the share of own steps grows; Magenta's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Growth {
    /// It is the rate from the start.
    Constant,
    /// It is `1 - rate^step`.
    Exponential,
    /// It is `1 - rate / (rate + e^(step / rate))`: a half at step `rate * ln(rate)`.
    InverseSigmoid,
}

/// The share of steps at which the decoder hears what it would have said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplingSchedule {
    /// How it grows.
    pub growth: Growth,
    /// Its rate.
    pub rate: f64,
}

impl SamplingSchedule {
    /// The share at step `step`, 0 to 1.
    pub fn share_at(&self, step: u64) -> f64 {
        let step = step as f64;
        let share = match self.growth {
            Growth::Constant => self.rate,
            Growth::Exponential => 1.0 - self.rate.powf(step),
            // The division keeps large exponents from overflowing to NaN.
            Growth::InverseSigmoid => 1.0 - 1.0 / (1.0 + (step / self.rate).exp() / self.rate),
        };
        share.clamp(0.0, 1.0)
    }
}

/// `previous` (T, S * B, K) with a share of it drawn from `logits` (T * S * B, V) instead; `parts` are
/// the widths of the spans of V that a token each is drawn from.
///
/// # Errors
/// Shapes don't agree.
pub fn hear_own(
    previous: &Lookups,
    logits: &Tensor,
    parts: &[usize],
    [n_examples, n_segments]: [usize; 2],
    share: f64,
    rng: &mut Rng,
) -> Result<Lookups> {
    let n_rows = n_examples * n_segments;
    let logits = logits.to_vec2::<f32>()?;
    if previous.rows.len() != logits.len() * parts.len() {
        bail!("{} lookups for {} rows of {} parts", previous.rows.len(), logits.len(), parts.len())
    }
    let n_steps = logits.len() / n_rows.max(1);
    let mut told = previous.clone();
    for place in 0..n_steps * n_rows {
        let span = place * parts.len()..(place + 1) * parts.len();
        // What was forgotten on purpose, or is not there, stays so.
        let is_told = told.rows[span.clone()].iter().all(|&row| row != Lookups::NONE);
        if !is_told || !rng.random_bool(share) {
            continue;
        }
        let (step, row) = (place / n_rows, place % n_rows);
        let before = match step {
            0 => (n_steps - 1) * n_rows + row - n_examples,
            _ => place - n_rows,
        };
        let mut start = 0;
        for (told, &n) in told.rows[span].iter_mut().zip(parts) {
            let token = sampling::draw(&mut logits[before][start..start + n].to_vec(), 1.0, rng);
            *told = (start + usize::from(token)) as u32;
            start += n;
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::rng;

    #[test]
    fn the_inverse_sigmoid_is_a_half_where_magenta_has_it() {
        let schedule = SamplingSchedule { growth: Growth::InverseSigmoid, rate: 1000.0 };
        assert!((schedule.share_at(6908) - 0.5).abs() < 1e-3);
        assert!(schedule.share_at(0) < 0.01);
        assert_eq!(schedule.share_at(10_000_000), 1.0);
    }

    #[test]
    fn a_segment_hears_its_own_end_of_the_one_before() {
        // Two steps, two segments of one example, three tokens; sure of 2, 1, 0, 2 in order of rows.
        let sure = |token: usize| (0..3).map(move |n| if n == token { 90f32 } else { 0.0 });
        let logits: Vec<f32> = [2, 1, 0, 2].into_iter().flat_map(sure).collect();
        let logits = Tensor::from_vec(logits, (4, 3), &Device::Cpu).unwrap();
        let rows = vec![Lookups::NONE, 1, 1, 1];
        let previous = Lookups { rows, values: vec![1.0; 4], n_per_step: 1 };
        let mut rng = rng::stream(0, "test");

        let told = hear_own(&previous, &logits, &[3], [1, 2], 1.0, &mut rng).unwrap();

        // Step 0 of segment 1 hears step 1 of segment 0; step 1 hears step 0.
        assert_eq!(told.rows, [Lookups::NONE, 0, 2, 1]);
        let untouched = hear_own(&previous, &logits, &[3], [1, 2], 0.0, &mut rng).unwrap();
        assert_eq!(untouched.rows, previous.rows);
    }
}
