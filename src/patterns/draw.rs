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

/// Draws an index by weight, or none if all weights are 0.
pub fn index(weights: &[u32], rng: &mut Rng) -> Option<usize> {
    let sum: u32 = weights.iter().sum();
    let mut left = if sum == 0 { return None } else { rng.random_range(0..sum) };
    weights.iter().position(|&weight| {
        let is_here = left < weight;
        left = left.saturating_sub(weight);
        is_here
    })
}

/// Draws `true` with a probability of `percent`.
pub fn chance(percent: u32, rng: &mut Rng) -> bool {
    rng.random_range(0..100) < percent
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

    #[test]
    fn an_index_is_drawn_by_weight_and_never_one_of_weight_0() {
        let mut rng = stream(1, "test");
        let drawn: Vec<_> = (0..1000).map(|_| index(&[0, 1, 3], &mut rng).unwrap()).collect();
        let n = drawn.iter().filter(|&&index| index == 2).count();
        assert!((700..800).contains(&n) && !drawn.contains(&0), "{n}");
        assert_eq!(index(&[0, 0], &mut rng), None);
    }
}
