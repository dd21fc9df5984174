//! The position of bars in frames.

use std::ops::Range;

use crate::{
    music::meter::STEPS_PER_BAR,
    units::{Bpm, SAMPLE_RATE},
};

/// The start of the next bar.
///
/// Stored as whole frames and a fraction, so days of bars at fractional tempos don't drift: a bar
/// starts at the frame nearest to the exact sum of all steps before it.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    frame: u64,
    fraction: f64, // 0 to 1
}

/// The frames of a bar.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    frame: u64,
    fraction: f64,
    frames_per_step: f64,
}

impl Timeline {
    /// Places the next bar at the end of the last one, or at `earliest` if that is later.
    pub fn lay(&mut self, tempo: Bpm, earliest: u64) -> Span {
        if self.end() < earliest {
            *self = Self { frame: earliest, fraction: 0.0 };
        }
        let frames_per_step = tempo.seconds_per_step() * f64::from(SAMPLE_RATE);
        let span = Span { frame: self.frame, fraction: self.fraction, frames_per_step };

        let end = self.fraction + frames_per_step * STEPS_PER_BAR as f64;
        self.frame += end as u64;
        self.fraction = end.fract();
        span
    }

    /// The frame after the last bar.
    pub fn end(&self) -> u64 {
        self.frame + self.fraction.round() as u64
    }
}

impl Span {
    /// The frame nearest to `step`, counted from the bar's start; may lie beyond the bar.
    pub fn frame_at(&self, step: f32) -> u64 {
        self.frame + (self.fraction + f64::from(step) * self.frames_per_step).round() as u64
    }

    /// All frames of the bar.
    pub fn frames(&self) -> Range<u64> {
        self.frame_at(0.0)..self.frame_at(STEPS_PER_BAR as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_bars_at_fractional_tempos_do_not_drift() {
        // In units of 1e-3 bpm a bar lasts 10 584 000 000 / milli_bpm frames. Summed exactly over
        // the common denominator of three tempos.
        let milli_bpm: [u128; 3] = [71_999, 128_003, 97_301];
        let denominator: u128 = milli_bpm.iter().product();
        let mut exact = 0;
        let mut timeline = Timeline::default();

        for bar in 0..1000 {
            let milli = milli_bpm[bar % 3];
            let span = timeline.lay(Bpm::try_from(milli as f64 / 1000.0).unwrap(), 0);

            let nearest = (2 * exact + denominator) / (2 * denominator);
            assert_eq!(u128::from(span.frames().start), nearest, "bar {bar}");
            exact += 10_584_000_000 * (denominator / milli);
            assert_eq!(span.frames().end, timeline.end());
        }
    }

    #[test]
    fn a_late_bar_starts_late() {
        let mut timeline = Timeline::default();
        let bar = timeline.lay(Bpm::DEFAULT, 0).frames();
        assert_eq!(bar, 0..88_200);
        assert_eq!(timeline.lay(Bpm::DEFAULT, 90_000).frames(), 90_000..178_200);
    }
}
