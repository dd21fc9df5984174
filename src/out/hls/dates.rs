//! Wall-clock times of segments (`EXT-X-PROGRAM-DATE-TIME`).

use jiff::{SignedDuration, Timestamp};

use crate::{out::hls::cutter::Piece, units::SAMPLE_RATE};

/// A larger deviation means that the clock was set or the machine was suspended; load alone does not
/// cause it.
const TOO_FAR: SignedDuration = SignedDuration::from_secs(5);

/// The time of a stream's first sample. Later times are counted from it in samples, so that there are
/// no gaps between segments.
#[derive(Debug, Clone, Copy)]
pub struct Origin(Timestamp);

impl Origin {
    /// The origin of a stream whose `piece` ends `now`.
    pub fn of(piece: &Piece, now: Timestamp) -> Self {
        Self(now - samples(piece.begins + piece.n_samples))
    }

    /// The start time of `piece`.
    pub fn date(self, piece: &Piece) -> Timestamp {
        self.0 + samples(piece.begins)
    }

    /// Whether that time still agrees with the clock; audio may arrive `ahead` of its time.
    pub fn agrees(self, piece: &Piece, now: Timestamp, ahead: SignedDuration) -> bool {
        let early = (self.date(piece) + samples(piece.n_samples)).duration_since(now);
        -TOO_FAR <= early && early <= ahead + TOO_FAR
    }
}

fn samples(n: u64) -> SignedDuration {
    SignedDuration::from_secs_f64(n as f64 / f64::from(SAMPLE_RATE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Piece `number` of a stream cut every 4 seconds.
    fn piece(number: u64) -> Piece {
        let n_samples = 4 * u64::from(SAMPLE_RATE);
        Piece { audio: Vec::new(), title: "".into(), begins: number * n_samples, n_samples }
    }

    #[test]
    fn dates_are_counted_until_the_clock_disagrees() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let after = |seconds| now + SignedDuration::from_secs(seconds);
        let origin = Origin::of(&piece(0), now);
        let agrees = |number, seconds, ahead| {
            origin.agrees(&piece(number), after(seconds), SignedDuration::from_secs(ahead))
        };

        assert_eq!(origin.date(&piece(0)), after(-4));
        assert_eq!(origin.date(&piece(1000)), after(3996));
        assert!(agrees(1000, 4000, 0) && agrees(1000, 4004, 0));
        // After a suspend, and with the clock set back.
        assert!(!agrees(1000, 4060, 0) && !agrees(1000, 400, 0));
        // A long burst arrives at once.
        assert!(agrees(10, 0, 40) && !agrees(10, 0, 30));
    }
}
