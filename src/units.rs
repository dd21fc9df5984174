//! Numbers with their units and ranges.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Sample rate of everything rendered and streamed, in Hz.
pub const SAMPLE_RATE: u32 = 44_100;

/// A value outside its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct OutOfRange {
    /// The range in words.
    pub expected: &'static str,
    /// The value.
    pub found: f64,
}

/// Tempo in quarter notes per minute, 30 to 300.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Bpm(f64);

impl Bpm {
    /// The tempo of a MIDI file without a tempo event.
    pub const DEFAULT: Self = Self(120.0);

    /// Quarter notes per minute.
    pub fn get(self) -> f64 {
        self.0
    }

    /// Length of a sixteenth note in seconds.
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

/// A gain in decibels; 0 leaves the level unchanged, -6 about halves the amplitude.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Decibels(pub f64);

impl Decibels {
    /// The amplitude factor.
    pub fn ratio(self) -> f64 {
        10f64.powf(self.0 / 20.0)
    }

    /// The gain of an amplitude factor above 0.
    pub fn from_ratio(ratio: f64) -> Self {
        Self(20.0 * ratio.log10())
    }
}

/// Loudness in LUFS (ITU-R BS.1770): 0 is a full-scale tone in both channels. European television
/// is levelled to -23, streams to -16 to -14.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Lufs(pub f64);

impl Lufs {
    /// The target loudness where radio.toml sets none.
    pub const DEFAULT: Self = Self(-16.0);
}

/// A constant MP3 bitrate in kbit/s: one of the MPEG-1 Layer III rates from 96 to 320.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kbps(u16);

impl Kbps {
    /// The bitrate where radio.toml sets none.
    pub const DEFAULT: Self = Self(128);

    /// Kilobits per second.
    pub fn get(self) -> u16 {
        self.0
    }

    /// Bytes per second of audio.
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
