//! The level of the music while an insert plays.

use std::{f64::consts::PI, ops::Range};

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::{Decibels, SAMPLE_RATE},
};

/// Length of the music's fades down and up, in frames: 0.3 s.
pub const FADE_FRAMES: u64 = SAMPLE_RATE as u64 * 3 / 10;

/// Length of the fade up from silence: 5 ms, to keep the first attack.
const RISE_FRAMES: u64 = SAMPLE_RATE as u64 / 200;

/// How loud the music is under an insert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MusicLevel {
    /// It continues at this gain.
    Under(Decibels),
    /// It is silent.
    Silent,
}

/// The music's gain by frame: 1, down along a raised cosine, low, up again.
#[derive(Debug)]
pub(super) struct Fader {
    low: f64,
    down: Range<u64>,
    up: Option<Range<u64>>,
    rise: u64,
}

impl Fader {
    /// Down at frame `by`, or after a fade from `now` if that is later.
    pub fn new(level: MusicLevel, by: u64, now: u64) -> Self {
        let (low, rise) = match level {
            MusicLevel::Under(gain) => (gain.ratio(), FADE_FRAMES),
            MusicLevel::Silent => (0.0, RISE_FRAMES),
        };
        let start = by.saturating_sub(FADE_FRAMES).max(now);
        Self { low, down: start..start + FADE_FRAMES, up: None, rise }
    }

    /// Fades up from frame `at`, or after the fade down if that is later.
    pub fn fade_up(&mut self, at: u64) {
        let start = at.max(self.down.end);
        self.up = Some(start..start + self.rise);
    }

    pub fn is_fading_up(&self) -> bool {
        self.up.is_some()
    }

    pub fn is_up(&self, frame: u64) -> bool {
        self.up.as_ref().is_some_and(|up| up.end <= frame)
    }

    pub fn fade(&self, block: &mut Block, frame: u64) {
        if frame + FRAMES_PER_MP3_FRAME as u64 <= self.down.start {
            return;
        }
        for n in 0..FRAMES_PER_MP3_FRAME {
            let gain = self.gain(frame + n as u64) as f32;
            block.left[n] *= gain;
            block.right[n] *= gain;
        }
    }

    fn gain(&self, frame: u64) -> f64 {
        let height = match &self.up {
            Some(up) if up.start <= frame => ramp(frame, up),
            _ => 1.0 - ramp(frame, &self.down),
        };
        self.low + (1.0 - self.low) * height
    }
}

/// From 0 to 1 over `frames`.
fn ramp(frame: u64, frames: &Range<u64>) -> f64 {
    if frame < frames.start {
        return 0.0;
    }
    if frames.end <= frame {
        return 1.0;
    }
    let share = (frame - frames.start) as f64 / (frames.end - frames.start) as f64;
    0.5 - 0.5 * libm::cos(PI * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_is_down_when_the_insert_starts_and_up_after_it() {
        let mut fader = Fader::new(MusicLevel::Under(Decibels(-12.0)), 50_000, 0);
        fader.fade_up(90_000);
        let low = Decibels(-12.0).ratio();

        assert_eq!(fader.gain(50_000 - FADE_FRAMES), 1.0);
        assert!((fader.gain(50_000 - FADE_FRAMES / 2) - f64::midpoint(1.0, low)).abs() < 1e-9);
        assert_eq!([50_000, 70_000, 90_000].map(|frame| fader.gain(frame)), [low; 3]);
        assert_eq!(fader.gain(90_000 + FADE_FRAMES), 1.0);
        assert!(fader.is_up(90_000 + FADE_FRAMES) && !fader.is_up(90_000));
    }

    #[test]
    fn the_gain_never_jumps() {
        for (by, back) in [(50_000, 51_000), (3, 5), (20_000, 90_000)] {
            let mut fader = Fader::new(MusicLevel::Silent, by, 1000);
            fader.fade_up(back);
            let steps = (0..120_000).map(|n| (fader.gain(n + 1) - fader.gain(n)).abs());
            assert!(steps.fold(0.0, f64::max) < 0.008, "{by} {back}");
        }
    }
}
