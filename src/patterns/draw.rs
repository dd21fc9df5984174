//! Random choices from lists.

use rand::{RngExt as _, seq::IndexedRandom as _};

use crate::rng::Rng;

/// Choices with relative weights.
pub type Weighted<T> = &'static [(u32, T)];

/// Draws one of `choices` by weight.
pub fn weighted<T: Copy>(choices: Weighted<T>, rng: &mut Rng) -> T {
    let sum = choices.iter().map(|(weight, _)| weight).sum();
    let mut left = rng.random_range(0..sum);
    for &(weight, choice) in choices {
        if left < weight {
            return choice;
        }
        left -= weight;
    }
    unreachable!("the draw is below the sum of weights")
}

/// Draws one of `choices`, all equally likely.
pub fn pick<T: Copy>(choices: &[T], rng: &mut Rng) -> T {
    *choices.choose(rng).expect("lists of choices are never empty")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_weight_of_three_quarters_is_drawn_three_times_in_four() {
        let mut rng = stream(1, "test");
        let n = (0..1000).filter(|_| weighted(&[(1, 'a'), (3, 'b')], &mut rng) == 'b').count();
        assert!((700..800).contains(&n), "{n}");
    }
}
