//! Hours of local time, and the file names of their recordings.

use jiff::{SignedDuration, ZonedDateTime, civil::DateTime, tz::Offset};

/// The hour in file names: `2026-11-27_14h`.
const FORM: &str = "%Y-%m-%d_%Hh";

/// Extensions of a recording's files; the last is for a cue sheet that is being written.
const ENDINGS: [&str; 3] = [".mp3", ".cue", ".cue.partial"];

/// An hour of local time. When clocks are set back, the repeated hour is a different one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    begins: DateTime,
    offset: Offset,
}

impl Hour {
    /// The hour of `time` in its zone.
    pub fn of(time: &ZonedDateTime) -> Self {
        let local = time.datetime();
        Self { begins: local.date().at(local.hour(), 0, 0, 0), offset: time.offset() }
    }

    /// The file name of recording `number` (from 1) of this hour, without extension.
    pub fn stem(self, number: u32) -> String {
        let hour = self.begins.strftime(FORM);
        if number == 1 { hour.to_string() } else { format!("{hour}_{number}") }
    }
}

/// The local time at which the recording with the file `name` started; none if `name` is not that of a
/// recording.
pub fn recorded_at(name: &str) -> Option<DateTime> {
    let stem = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))?;
    let (hour, number) = stem.split_at_checked("2026-11-27_14h".len())?;
    let begins = DateTime::strptime(FORM, hour).ok()?;
    let is_number = |text: &str| text.parse::<u32>().is_ok_and(|n| 1 < n && n.to_string() == text);
    let is_ours = number.is_empty() || number.strip_prefix('_').is_some_and(is_number);
    (is_ours && begins.strftime(FORM).to_string() == hour).then_some(begins)
}

/// Whether the hour that started at `begins` ended more than `n_days` before `now`.
pub fn is_older(begins: DateTime, n_days: u32, now: &ZonedDateTime) -> bool {
    let age = now.datetime().duration_since(begins);
    SignedDuration::from_hours(i64::from(n_days) * 24 + 1) < age
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn berlin(time: &str) -> ZonedDateTime {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        time.parse::<jiff::Timestamp>().unwrap().to_zoned_datetime(zone)
    }

    #[test]
    fn an_hour_is_local_and_repeats_when_clocks_are_set_back() {
        let hour = |time: &str| Hour::of(&berlin(time));

        assert_eq!(hour("2026-11-27T13:59:59Z").stem(1), "2026-11-27_14h");
        assert_eq!(hour("2026-11-27T13:00:00Z"), hour("2026-11-27T13:59:59Z"));
        assert_ne!(hour("2026-11-27T13:59:59Z"), hour("2026-11-27T14:00:00Z"));
        let (summer, winter) = (hour("2026-10-25T00:30:00Z"), hour("2026-10-25T01:30:00Z"));
        assert_eq!(
            (summer.stem(1), winter.stem(2)),
            ("2026-10-25_02h".into(), "2026-10-25_02h_2".into())
        );
        assert_ne!(summer, winter);
    }

    #[test]
    fn only_names_of_recordings_have_a_time() {
        for name in ["2026-11-27_14h.mp3", "2026-11-27_14h_2.cue", "2026-11-27_14h_12.cue.partial"]
        {
            assert_eq!(recorded_at(name), Some("2026-11-27T14:00:00".parse().unwrap()), "{name}");
        }
        for name in [
            "",
            "2026-11-27_14h",
            "2026-11-27_14h.wav",
            "2026-11-27_14h_1.mp3",
            "2026-11-27_14h_02.mp3",
            "2026-11-27_14h_+2.mp3",
            "2026-11-27_14h_.mp3",
            "2026-11-27_14h2.mp3",
            "2026-13-27_14h.mp3",
            "2026-11-27_24h.mp3",
            "2026-11-7__14h.mp3",
            "best of 2026-11-27_14h.mp3",
            "\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}.mp3",
        ] {
            assert_eq!(recorded_at(name), None, "{name}");
        }
    }

    #[test]
    fn a_recording_is_old_when_its_last_minute_is() {
        let begins = "2026-11-27T14:00:00".parse().unwrap();

        assert!(!is_older(begins, 1, &berlin("2026-11-28T14:00:00Z")));
        assert!(is_older(begins, 1, &berlin("2026-11-28T14:00:01Z")));
    }
}
