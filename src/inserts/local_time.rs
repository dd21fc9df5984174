//! Local time, which jumps when clocks are set.

use jiff::{Timestamp, tz::TimeZone};

/// Seconds in a day of local time. The days on which clocks change are an hour longer or shorter.
pub const DAY: i64 = 86_400;

/// Local time in seconds since midnight of 1970-01-01. When clocks are set back, values repeat; when
/// they are put forward, values are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(pub i64);

impl LocalTime {
    /// The current time in this machine's time zone.
    pub fn now() -> Self {
        Self::at(Timestamp::now(), &TimeZone::system())
    }

    /// The local time in `zone` at `time`.
    pub fn at(time: Timestamp, zone: &TimeZone) -> Self {
        Self(time.as_second() + i64::from(zone.to_offset(time).seconds()))
    }

    /// Midnight at the start of the day.
    pub fn midnight(self) -> Self {
        Self(self.0 - self.0.rem_euclid(DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_jumps_with_the_zone() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let shown = |time: &str| {
            let local = LocalTime::at(time.parse().unwrap(), &berlin);
            (local.midnight().0 / DAY, local.0 - local.midnight().0)
        };

        // 2026-03-29, 01:59:59 winter time, and a second later.
        assert_eq!(shown("2026-03-29T00:59:59Z"), (20_541, 7199));
        assert_eq!(shown("2026-03-29T01:00:00Z"), (20_541, 3 * 3600));
        // 2026-10-25, 02:59:59 summer time, and a second later.
        assert_eq!(shown("2026-10-25T00:59:59Z"), (20_751, 3 * 3600 - 1));
        assert_eq!(shown("2026-10-25T01:00:00Z"), (20_751, 2 * 3600));
        assert_eq!(shown("2026-12-31T23:00:00Z"), (20_819, 0));
    }
}
