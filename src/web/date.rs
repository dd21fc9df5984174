//! Times in the formats of HTTP and Icecast, always UTC.

use std::time::{Duration, SystemTime};

use jiff::{
    Timestamp,
    fmt::rfc2822::{DateTimeParser, DateTimePrinter},
};

/// For the `Date` header (RFC 9110, 5.6.7): `Sun, 22 Nov 2026 15:12:59 GMT`.
pub fn to_http(time: SystemTime) -> String {
    let printed = DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp(time));
    printed.expect("years have four digits")
}

/// The time of a `Date` header, if it is valid.
pub fn from_http(text: &str) -> Option<SystemTime> {
    let timestamp = DateTimeParser::new().parse_timestamp(text).ok()?;
    let seconds = u64::try_from(timestamp.as_second()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// As in Icecast's `stream_start`: `Sun, 22 Nov 2026 15:12:59 +0000`.
pub fn to_rfc_2822(time: SystemTime) -> String {
    timestamp(time).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// As in Icecast's `stream_start_iso8601`: `2026-11-22T15:12:59+0000`.
pub fn to_iso_8601(time: SystemTime) -> String {
    timestamp(time).strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// `time`, or 1970 for a clock that is set outside of jiff's range.
fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

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
            let time = UNIX_EPOCH + Duration::from_secs(n_seconds);

            assert_eq!(to_http(time), format!("{text} GMT"));
            assert_eq!(from_http(&to_http(time)), Some(time));
            assert_eq!(to_rfc_2822(time), format!("{text} +0000"));
        }
    }

    #[test]
    fn iso_8601_has_no_fraction_of_a_second() {
        let time = UNIX_EPOCH + Duration::from_millis(1_795_360_379_999);

        assert_eq!(to_iso_8601(time), "2026-11-22T15:12:59+0000");
    }
}
