//! Paces the sound by the clock.

use std::time::{Duration, Instant};

/// Sound later than this means that time has jumped (the machine slept, the process was stopped).
/// Catching up would flood the listeners, so the pacer restarts instead.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// Computes when sound is due: the lead at once, everything after it at `start + position - lead`.
///
/// Due times are computed from the position, never by adding up sleeps, so they don't drift. They use the
/// monotonic clock, so setting the machine's time has no effect.
#[derive(Debug, Clone)]
pub struct Pacer {
    start: Instant,
    lead: Duration,
    /// Position in seconds at which the pacer last restarted.
    origin: f64,
}

impl Pacer {
    /// Starts `now`, or once `lead` of sound, which is due at once, is complete.
    pub fn new(now: Instant, lead: Duration) -> Self {
        Self { start: now, lead, origin: 0.0 }
    }

    /// How long to wait at `now` before the sound that ends at `second` is due.
    pub fn wait(&mut self, now: Instant, second: f64) -> Duration {
        let played = Duration::from_secs_f64((second - self.origin).max(0.0));
        let beyond = played.saturating_sub(self.lead);
        if beyond.is_zero() {
            // The clock starts when the lead is complete, which takes a slow machine a while.
            self.start = now;
            return Duration::ZERO;
        }
        let due = self.start + beyond;
        if MAX_DELAY < now.saturating_duration_since(due) {
            *self = Self { start: now, lead: self.lead, origin: second };
            // Listeners have used up their buffers: the lead is due at once again.
            return Duration::ZERO;
        }
        due.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_after_the_lead_waits() {
        let now = Instant::now();
        let mut pacer = Pacer::new(now, Duration::from_secs(4));

        assert_eq!(pacer.wait(now, 3.0), Duration::ZERO);
        assert_eq!(pacer.wait(now, 10.0), Duration::from_secs(6));
        assert_eq!(pacer.wait(now + Duration::from_secs(1), 10.0), Duration::from_secs(5));
    }

    #[test]
    fn rendering_a_long_lead_slowly_is_not_a_jump() {
        let now = Instant::now();
        let mut pacer = Pacer::new(now, Duration::from_mins(1));
        let mut waited = Duration::ZERO;
        for second in 1..=60 {
            waited += pacer.wait(now + Duration::from_secs(second) / 6, second as f64);
        }

        assert_eq!(waited, Duration::ZERO);
        assert_eq!(pacer.wait(now + Duration::from_secs(10), 62.0), Duration::from_secs(2));
    }

    #[test]
    fn after_a_long_sleep_the_pacer_restarts() {
        let now = Instant::now();
        let mut pacer = Pacer::new(now, Duration::from_secs(4));
        let later = now + Duration::from_hours(1);

        assert_eq!(pacer.wait(later, 10.0), Duration::ZERO);
        assert_eq!(pacer.wait(later, 16.0), Duration::from_secs(2));
    }
}
