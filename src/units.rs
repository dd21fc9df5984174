//! Numbers that say what they measure.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Frames a second of everything that we render and broadcast.
pub const SAMPLE_RATE: u32 = 44_100;

/// A value outside its range; the text says which range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct OutOfRange {
    /// The range in words.
    pub expected: &'static str,
    /// What was given.
    pub found: f64,
}

/// Quarter notes a minute, 30 to 300.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Bpm(f64);

impl Bpm {
    /// The tempo of MIDI files that name none.
    pub const DEFAULT: Self = Self(120.0);

    /// Quarter notes a minute.
    pub fn get(self) -> f64 {
        self.0
    }

    /// How long a sixteenth lasts.
    pub fn seconds_per_step(self) -> f64 {
        60.0 / self.0 / 4.0
    }
}

impl TryFrom<f64> for Bpm {
    type Error = OutOfRange;

    fn try_from(bpm: f64) -> Result<Self, OutOfRange> {
        if (30.0..=300.0).contains(&bpm) {
            return Ok(Self(bpm));
        }
        Err(OutOfRange { expected: "a tempo from 30 to 300 bpm", found: bpm })
    }
}

impl fmt::Display for Bpm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bpm", self.0)
    }
}

/// A gain; 0 leaves the sound as it is, -6 about halves its amplitude.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Decibels(pub f64);

impl Decibels {
    /// The factor on amplitude.
    pub fn ratio(self) -> f64 {
        10f64.powf(self.0 / 20.0)
    }

    /// The gain that `ratio`, above 0, is.
    pub fn from_ratio(ratio: f64) -> Self {
        Self(20.0 * ratio.log10())
    }
}

/// Loudness as ITU-R BS.1770 measures it: 0 is a full-scale tone in both channels, -23 what European
/// television keeps to, -16 to -14 what streams do.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Lufs(pub f64);

impl Lufs {
    /// What a station keeps to when radio.toml does not say.
    pub const DEFAULT: Self = Self(-16.0);
}

/// A constant MP3 bitrate in kbit/s, one of those that MPEG-1 Layer III has from 96 to 320.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kbps(u16);

impl Kbps {
    /// What a station sends when radio.toml does not say.
    pub const DEFAULT: Self = Self(128);

    /// kbit/s.
    pub fn get(self) -> u16 {
        self.0
    }

    /// Bytes that one second of sound takes.
    pub fn bytes_per_second(self) -> usize {
        usize::from(self.0) * 125
    }
}

impl Default for Kbps {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<i64> for Kbps {
    type Error = OutOfRange;

    fn try_from(kbps: i64) -> Result<Self, OutOfRange> {
        match u16::try_from(kbps) {
            Ok(rate @ (96 | 112 | 128 | 160 | 192 | 224 | 256 | 320)) => Ok(Self(rate)),
            _ => Err(OutOfRange {
                expected: "one of 96, 112, 128, 160, 192, 224, 256, 320 kbit/s",
                found: kbps as f64,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sixteenth_at_120_bpm_lasts_an_eighth_of_a_second() {
        assert_eq!(Bpm::DEFAULT.seconds_per_step(), 0.125);
        assert_eq!(Bpm::try_from(9000.0).unwrap_err().found, 9000.0);
    }

    #[test]
    fn decibels_and_ratios_are_inverse() {
        assert!((Decibels(-6.0).ratio() - 0.501).abs() < 1e-3);
        assert!((Decibels::from_ratio(Decibels(-3.0).ratio()).0 + 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_bitrate_is_one_that_mp3_has() {
        assert_eq!(Kbps::try_from(192).unwrap().bytes_per_second(), 24_000);
        assert!(Kbps::try_from(100).is_err());
        assert!(Kbps::try_from(-1).is_err());
    }
}
