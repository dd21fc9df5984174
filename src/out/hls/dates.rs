//! When a segment is due, by the clock on the wall.

use jiff::{SignedDuration, Timestamp};

use crate::{out::hls::cutter::Piece, units::SAMPLE_RATE};

/// Further off, the clock was set or the machine slept: a loaded one is not so late.
const TOO_FAR: SignedDuration = SignedDuration::from_secs(5);

/// When the first sample of a stream was due; the others are counted from there, so that there is no
/// gap between segments.
#[derive(Debug, Clone, Copy)]
pub struct Origin(Timestamp);

impl Origin {
    /// The last sample of `piece` is due `now`.
    pub fn of(piece: &Piece, now: Timestamp) -> Self {
        Self(now - samples(piece.begins + piece.n_samples))
    }

    /// When `piece` is due.
    pub fn date(self, piece: &Piece) -> Timestamp {
        self.0 + samples(piece.begins)
    }

    /// Whether that still agrees with the clock; sound may come `ahead` of its time.
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

    /// Piece `number` of 4 seconds.
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
        // After a nap, and with the clock put back.
        assert!(!agrees(1000, 4060, 0) && !agrees(1000, 400, 0));
        // A long burst comes at once.
        assert!(agrees(10, 0, 40) && !agrees(10, 0, 30));
    }
}
