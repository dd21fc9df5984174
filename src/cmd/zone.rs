//! Logs the time zone at the start: archives, times of day in playlists and old logs depend on it, and a
//! misspelt one is easily overlooked.

use std::env;

use jiff::{
    Timestamp,
    tz::{self, TimeZone},
};
use tracing::{info, warn};

/// Most edits between a misspelt name and the probable one.
const MOST_EDITS: usize = 3;

/// Logs the time zone in use; warns if the environment variable `TZ` names none.
pub fn log() {
    let given = env::var_os("TZ").map(|given| given.to_string_lossy().into_owned());
    match TimeZone::try_system() {
        Ok(zone) => info!("{}", about(&zone, given.as_deref(), Timestamp::now())),
        Err(_) if given.is_none() => {
            info!("time zone UTC: this machine has none set, TZ would set one");
        }
        Err(_) => warn!("{}", misspelt(&given.unwrap_or_default())),
    }
}

/// The zone's name, where it comes from, and its offset at `now`.
fn about(zone: &TimeZone, given: Option<&str>, now: Timestamp) -> String {
    let source = given.map_or("set on this machine".to_owned(), |given| format!("from TZ={given}"));
    let name = zone.iana_name().unwrap_or("without a name");
    format!("time zone {name}, {source}: UTC{}", zone.to_offset(now))
}

/// A sentence about a value of `TZ` that names no zone. The system's functions use UTC then, and so does
/// the radio.
fn misspelt(given: &str) -> String {
    let hint = nearest(given).map_or(";".to_owned(), |near| format!(", did you mean {near}?"));
    format!(
        "TZ={given}: expected a time zone such as Europe/Berlin, found none of this name{hint} UTC \
         counts"
    )
}

/// The zone whose name is nearest to `given`, if any is near.
fn nearest(given: &str) -> Option<String> {
    let given = given.trim_start_matches(':').to_lowercase();
    let edits = |name: &str| strsim::damerau_levenshtein(&given, &name.to_lowercase());
    let names = tz::db().available().map(|name| (edits(name.as_str()), name.to_string()));
    let near = names.filter(|(n, _)| *n <= MOST_EDITS);
    near.min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_named_with_its_offset() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        // In the binary, so also where the system has no zones.
        let tokyo = tz::TimeZoneDatabase::bundled().get("Asia/Tokyo").unwrap();

        assert_eq!(
            about(&tokyo, Some("Asia/Tokyo"), now),
            "time zone Asia/Tokyo, from TZ=Asia/Tokyo: UTC+09"
        );
        assert_eq!(about(&TimeZone::UTC, None, now), "time zone UTC, set on this machine: UTC+00");
    }

    #[test]
    fn a_misspelt_zone_is_named_with_the_one_that_counts() {
        assert_eq!(
            misspelt("Asia/Tokio"),
            "TZ=Asia/Tokio: expected a time zone such as Europe/Berlin, found none of this name, did \
             you mean Asia/Tokyo? UTC counts"
        );
        assert!(misspelt("nonsense-zone").ends_with("found none of this name; UTC counts"));
    }
}
