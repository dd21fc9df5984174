//! Points in time as HTTP and Icecast write them, always UTC.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A second of the Gregorian calendar, as `Sun, 22 Nov 2026 15:12:59`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    n_days: u64,
    year: u64,
    month: u64,
    day: u64,
    second_of_day: u64,
}

impl Date {
    /// The date of `time`; what lies before 1970 is 1970.
    pub fn of(time: SystemTime) -> Self {
        let n_seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (n_days, second_of_day) = (n_seconds / 86_400, n_seconds % 86_400);
        // Years that begin in March put the leap day last, and eras of 400 of them are alike:
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let n_days_since_march_0000 = n_days + 719_468;
        let (era, day_of_era) =
            (n_days_since_march_0000 / 146_097, n_days_since_march_0000 % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        Self { n_days, year, month, day, second_of_day }
    }

    /// For the `Date` header: `Sun, 22 Nov 2026 15:12:59 GMT`.
    pub fn to_http(self) -> String {
        format!("{self} GMT")
    }

    /// As in Icecast's `stream_start`: `Sun, 22 Nov 2026 15:12:59 +0000`.
    pub fn to_rfc_2822(self) -> String {
        format!("{self} +0000")
    }

    /// As in Icecast's `stream_start_iso8601`: `2026-11-22T15:12:59+0000`.
    pub fn to_iso_8601(self) -> String {
        let Self { year, month, day, .. } = self;
        let [hour, minute, second] = self.clock();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+0000")
    }

    fn clock(self) -> [u64; 3] {
        [self.second_of_day / 3600, self.second_of_day / 60 % 60, self.second_of_day % 60]
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weekday = DAYS[(self.n_days % 7) as usize];
        let month = MONTHS[(self.month - 1) as usize];
        let [hour, minute, second] = self.clock();
        let Self { day, year, .. } = self;
        write!(f, "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_those_that_the_date_command_prints() {
        for (n_seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59"),
            (1_795_360_379, "Sun, 22 Nov 2026 15:12:59"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00"),
        ] {
            let date = Date::of(UNIX_EPOCH + Duration::from_secs(n_seconds));

            assert_eq!(date.to_http(), format!("{text} GMT"));
        }
    }

    #[test]
    fn icecast_s_two_forms_name_the_same_second() {
        let date = Date::of(UNIX_EPOCH + Duration::from_secs(1_795_360_379));

        assert_eq!(date.to_rfc_2822(), "Sun, 22 Nov 2026 15:12:59 +0000");
        assert_eq!(date.to_iso_8601(), "2026-11-22T15:12:59+0000");
    }
}
