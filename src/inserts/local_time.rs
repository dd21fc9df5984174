//! The clock on the wall: local time, which jumps.

use jiff::{Timestamp, tz::TimeZone};

/// Seconds in a day by the clock; two days a year are an hour longer or shorter.
pub const DAY: i64 = 86_400;

/// What clocks on the wall show, in seconds since a midnight long ago. Where they are set back, the
/// same second comes twice; where they are put forward, some never come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wall(pub i64);

impl Wall {
    /// What this machine's clock shows, in its time zone.
    pub fn now() -> Self {
        Self::at(Timestamp::now(), &TimeZone::system())
    }

    /// What clocks in `zone` show at `time`.
    pub fn at(time: Timestamp, zone: &TimeZone) -> Self {
        Self(time.as_second() + i64::from(zone.to_offset(time).seconds()))
    }

    /// The day's beginning.
    pub fn midnight(self) -> Self {
        Self(self.0 - self.0.rem_euclid(DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_jumps_with_the_zone_and_counts_days() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let shown = |time: &str| {
            let wall = Wall::at(time.parse().unwrap(), &berlin);
            (wall.midnight().0 / DAY, wall.0 - wall.midnight().0)
        };

        // 2026-03-29, 01:59:59 in winter, and a second later.
        assert_eq!(shown("2026-03-29T00:59:59Z"), (20_541, 7199));
        assert_eq!(shown("2026-03-29T01:00:00Z"), (20_541, 3 * 3600));
        // 2026-10-25, 02:59:59 in summer, and a second later.
        assert_eq!(shown("2026-10-25T00:59:59Z"), (20_751, 3 * 3600 - 1));
        assert_eq!(shown("2026-10-25T01:00:00Z"), (20_751, 2 * 3600));
        assert_eq!(shown("2026-12-31T23:00:00Z"), (20_819, 0));
    }
}
