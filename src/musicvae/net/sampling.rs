//! Sampling a token from logits.

use pulp::Arch;
use rand::RngExt as _;

use crate::{musicvae::net::math, rng::Rng};

/// Index of the greatest logit; the first of equals.
pub fn greedy(logits: &[f32]) -> u16 {
    // In lanes, which the compiler turns into vectors.
    let mut lanes = [f32::NEG_INFINITY; 16];
    for logits in logits.chunks(16) {
        for (lane, &logit) in lanes.iter_mut().zip(logits) {
            *lane = if *lane < logit { logit } else { *lane };
        }
    }
    let greatest = lanes.into_iter().fold(f32::NEG_INFINITY, f32::max);
    logits.iter().position(|&logit| greatest <= logit).unwrap_or(0) as u16
}

/// A [`Pick`](crate::musicvae::net::head::Pick) that samples with [`draw`] at `temperature`.
pub fn sampler(temperature: f64, rng: &mut Rng) -> impl FnMut(usize, &mut [f32]) -> u16 + use<'_> {
    move |_, logits| draw(logits, temperature as f32, rng)
}

/// Samples from `softmax(logits / temperature)`; temperature 0 is [`greedy`].
pub fn draw(logits: &mut [f32], temperature: f32, rng: &mut Rng) -> u16 {
    // One random number per token at any temperature, so that a change of temperature shifts no
    // later draw.
    let chance: f32 = rng.random();
    draw_by(logits, temperature, chance)
}

/// [`draw`] with the random number `chance`, in 0..1.
pub(super) fn draw_by(logits: &mut [f32], temperature: f32, chance: f32) -> u16 {
    let greatest = greedy(logits);
    if temperature <= 0.0 {
        return greatest;
    }
    let top = logits[usize::from(greatest)];
    Arch::new().dispatch(|| {
        for logit in &mut *logits {
            *logit = math::exp((*logit - top) / temperature);
        }
    });
    // Summed in order: a vectorised sum would depend on the CPU.
    let total: f32 = logits.iter().sum();
    let mut left = chance * total;
    for (token, weight) in logits.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return token as u16;
        }
    }
    greatest
}

/// Logarithm of the sum of `e^logit`, for at least one logit.
pub(super) fn log_sum_exp(logits: &[f32]) -> f32 {
    let top = logits[usize::from(greedy(logits))];
    let mut weights = logits.to_vec();
    Arch::new().dispatch(|| {
        for weight in &mut weights {
            *weight = math::exp(*weight - top);
        }
    });
    // Summed in order, and not by the system's logarithm, so that every CPU draws the same.
    top + libm::logf(weights.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    #[test]
    fn tokens_are_drawn_with_their_probability() {
        let mut rng = rng::stream(1, "test");
        let n_second = (0..4000)
            .filter(|_| draw(&mut [0.0, 3f32.ln(), f32::NEG_INFINITY], 1.0, &mut rng) == 1)
            .count();
        assert!((2900..3100).contains(&n_second), "{n_second}");
    }

    #[test]
    fn equal_logits_add_up() {
        let sum = log_sum_exp(&[2.0, 2.0, f32::NEG_INFINITY, 2.0, 2.0]);
        assert!((sum - (2.0 + 4f32.ln())).abs() < 1e-6, "{sum}");
        assert_eq!(log_sum_exp(&[f32::NEG_INFINITY, 7.0]), 7.0);
    }

    #[test]
    fn low_temperatures_are_greedy() {
        let mut rng = rng::stream(1, "test");
        assert!((0..100).all(|_| draw(&mut [0.0, 1.0, 0.5], 0.01, &mut rng) == 1));
        assert_eq!(draw(&mut [0.0, 1.0, 1.0], 0.0, &mut rng), 1);
    }
}
