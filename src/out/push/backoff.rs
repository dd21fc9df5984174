//! Exponential backoff between retries.

use std::time::Duration;

/// Delays that double up to 30 s, with random jitter so that clients that lost the same server don't
/// reconnect at the same time.
#[derive(Debug)]
pub struct Backoff {
    most: Duration,
}

/// The first delay is between half of this and all of it.
const FIRST: Duration = Duration::from_secs(2);

/// The longest delay.
const LONGEST: Duration = Duration::from_secs(30);

impl Default for Backoff {
    fn default() -> Self {
        Self { most: FIRST }
    }
}

impl Backoff {
    /// The next delay. `chance`, 0 to 1, is the jitter; 1 gives the longest delay.
    pub fn next(&mut self, chance: f64) -> Duration {
        let most = self.most;
        self.most = (2 * most).min(LONGEST);
        most.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_from_one_second_to_thirty() {
        let (mut least, mut most) = (Backoff::default(), Backoff::default());

        let least: Vec<f64> = (0..6).map(|_| least.next(0.0).as_secs_f64()).collect();
        let most: Vec<f64> = (0..6).map(|_| most.next(1.0).as_secs_f64()).collect();

        assert_eq!(least, [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]);
        assert_eq!(most, [2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
    }
}
