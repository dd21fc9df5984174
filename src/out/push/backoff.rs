//! How long to wait before the next try.

use std::time::Duration;

/// Waits that double from try to try and are spread by chance, so that many who lost the same server
/// don't come back in one moment.
#[derive(Debug)]
pub struct Backoff {
    most: Duration,
}

/// The first wait is half of it to all of it.
const FIRST: Duration = Duration::from_secs(2);

/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(30);

impl Default for Backoff {
    fn default() -> Self {
        Self { most: FIRST }
    }
}

impl Backoff {
    /// The next wait; `chance` is 0 to 1, of which 1 waits longest.
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
    fn waits_grow_from_one_second_to_thirty() {
        let (mut least, mut most) = (Backoff::default(), Backoff::default());

        let least: Vec<f64> = (0..6).map(|_| least.next(0.0).as_secs_f64()).collect();
        let most: Vec<f64> = (0..6).map(|_| most.next(1.0).as_secs_f64()).collect();

        assert_eq!(least, [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]);
        assert_eq!(most, [2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
    }
}
