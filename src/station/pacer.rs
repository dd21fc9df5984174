//! Holds sound back until it is due.

use std::time::{Duration, Instant};

/// Later than this, time has jumped (the machine slept, the process was stopped): catching up would
/// flood the listeners, so the clock starts anew.
const TOO_LATE: Duration = Duration::from_secs(5);

/// Sound against the clock: the lead is due at once, then a sample at the start plus its place.
///
/// Always from the count of samples, never by adding up sleeps: nothing drifts. By the monotonic clock:
/// whoever sets the machine's time is not heard.
#[derive(Debug, Clone)]
pub struct Pacer {
    start: Instant,
    lead: Duration,
    /// Seconds of sound that were over when the clock last started.
    origin: f64,
}

impl Pacer {
    /// A clock that starts `now`, or when `lead` of sound, which is due at once, is complete.
    pub fn new(now: Instant, lead: Duration) -> Self {
        Self { start: now, lead, origin: 0.0 }
    }

    /// How long to wait at `now` before the sound that ends at `second` may leave.
    pub fn wait(&mut self, now: Instant, second: f64) -> Duration {
        let played = Duration::from_secs_f64((second - self.origin).max(0.0));
        let beyond = played.saturating_sub(self.lead);
        if beyond.is_zero() {
            // The clock starts when the lead is complete, however long a slow machine takes for it.
            self.start = now;
            return Duration::ZERO;
        }
        let due = self.start + beyond;
        if TOO_LATE < now.saturating_duration_since(due) {
            *self = Self { start: now, lead: self.lead, origin: second };
            // What listeners had in hand is used up: the lead is due at once again.
            return Duration::ZERO;
        }
        due.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_held_back_by_all_but_the_lead() {
        let now = Instant::now();
        let mut pacer = Pacer::new(now, Duration::from_secs(4));

        assert_eq!(pacer.wait(now, 3.0), Duration::ZERO);
        assert_eq!(pacer.wait(now, 10.0), Duration::from_secs(6));
        assert_eq!(pacer.wait(now + Duration::from_secs(1), 10.0), Duration::from_secs(5));
    }

    #[test]
    fn a_lead_of_a_minute_that_takes_ten_seconds_to_play_is_no_jump() {
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
    fn after_a_long_sleep_the_clock_starts_anew() {
        let now = Instant::now();
        let mut pacer = Pacer::new(now, Duration::from_secs(4));
        let later = now + Duration::from_hours(1);

        assert_eq!(pacer.wait(later, 10.0), Duration::ZERO);
        assert_eq!(pacer.wait(later, 16.0), Duration::from_secs(2));
    }
}
