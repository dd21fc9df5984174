//! Outputs of a head that chooses a melody's rhythm first and then the pitch of an onset, as logits
//! of the 90 melody tokens.
//!
//! A softmax over all tokens ties the two: whether a note starts depends on the sum over all
//! pitches. Here P(token) = P(onset) P(pitch | onset), each a linear layer's softmax.

use crate::{
    music::melody::{HOLD, N_TOKENS, OFF},
    musicvae::net::math,
};

/// Rhythm outputs: hold, off, onset. They come first; the hold's and the off's indices are their
/// tokens.
pub const N_RHYTHMS: usize = 3;

/// Index of the onset among the rhythm outputs.
pub const ONSET: usize = 2;

/// Pitch outputs: one per token of a pitch, in the order of the tokens.
pub const N_PITCHES: usize = N_TOKENS - ONSET;

/// All outputs.
pub const N_OUTPUTS: usize = N_RHYTHMS + N_PITCHES;

/// Logits of the tokens for a step's `outputs` (91,), rhythm and then pitches.
///
/// They are log-probabilities plus a constant: samplers may treat them like those of a single
/// softmax.
pub fn token_logits(outputs: &[f32]) -> [f32; N_TOKENS] {
    let (rhythm, pitches) = outputs.split_at(N_RHYTHMS);
    let mut logits = [0.0; N_TOKENS];
    logits[usize::from(HOLD)] = rhythm[usize::from(HOLD)];
    logits[usize::from(OFF)] = rhythm[usize::from(OFF)];
    let of_all = rhythm[ONSET] - log_sum_exp(pitches);
    for (logit, pitch) in logits[ONSET..].iter_mut().zip(pitches) {
        *logit = of_all + pitch;
    }
    logits
}

/// `ln(sum(e^x))`, summed in order: a vectorised sum would depend on the CPU.
pub fn log_sum_exp(values: &[f32]) -> f32 {
    let greatest = values.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = values.iter().map(|value| math::exp(value - greatest)).sum();
    greatest + libm::logf(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_probability_of_its_rhythm_and_pitch() {
        let mut outputs = [-50.0; N_OUTPUTS];
        // Hold, off and onset with 1/2, 1/4 and 1/4; then two pitches with 3/4 and 1/4.
        (outputs[0], outputs[1], outputs[2]) = (2f32.ln(), 0.0, 0.0);
        (outputs[N_RHYTHMS + 10], outputs[N_RHYTHMS + 20]) = (3f32.ln() + 7.0, 7.0);

        let logits = token_logits(&outputs);

        let total = log_sum_exp(&logits);
        let share = |token: usize| (logits[token] - total).exp();
        let found = [share(0), share(1), share(2 + 10), share(2 + 20)];
        let expected = [1.0 / 2.0, 1.0 / 4.0, 3.0 / 16.0, 1.0 / 16.0];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}");
    }
}
