//! Drum step strings.
//!
//! A step string has a character per sixteenth, over one or two bars: `x` always sounds, `.` never,
//! and a digit sounds with a probability of that many tenths. Steps are drawn once per section, for
//! one bar or for two, so that a groove repeats as a drummer's or a sequencer's does, yet differs
//! between patterns.

use rand::RngExt as _;

use crate::{music::drums::Drum, rng::Rng};

/// Step strings that sound together.
pub type Layers = &'static [(Drum, &'static str)];

/// Draws whether a character of a step string sounds; `liveliness` scales the probability.
pub fn sounds(step: char, liveliness: f64, rng: &mut Rng) -> bool {
    match step.to_digit(10) {
        Some(tenths) => rng.random_bool((f64::from(tenths) / 10.0 * liveliness).min(1.0)),
        None => step == 'x',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_digit_is_a_probability_in_tenths() {
        let mut rng = stream(1, "test");
        let n = (0..1000).filter(|_| sounds('3', 1.0, &mut rng)).count();

        assert!((250..350).contains(&n), "{n}");
        assert!(sounds('x', 0.0, &mut rng) && !sounds('.', 2.0, &mut rng));
    }
}
