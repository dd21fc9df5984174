//! Limits how often something happens.

use std::time::{Duration, Instant};

/// The most changes per second.
pub const MAX_A_SECOND: u32 = 50;

/// Counts within the current second.
#[derive(Debug, Default)]
pub struct Rate {
    began: Option<Instant>,
    n: u32,
}

impl Rate {
    /// Counts one more; false if there are too many in this second.
    pub fn allows(&mut self, now: Instant) -> bool {
        let is_current =
            |began: Instant| now.saturating_duration_since(began) < Duration::from_secs(1);
        if !self.began.is_some_and(is_current) {
            *self = Self { began: Some(now), n: 0 };
        }
        self.n = self.n.saturating_add(1);
        self.n <= MAX_A_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_passes_fifty_a_second() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        let mut n_allowed = |second: u32| {
            let base = start + Duration::from_secs(second.into());
            let times = (0..500).map(|ms| base + Duration::from_millis(ms));
            times.filter(|&now| rate.allows(now)).count()
        };

        assert_eq!([n_allowed(0), n_allowed(1), n_allowed(5)], [MAX_A_SECOND as usize; 3]);
    }
}
