//! Places in the music of a station on air.

use crate::{
    music::{bar::Bar, meter::STEPS_PER_BAR},
    sound::frame::FRAMES_PER_MP3_FRAME,
    units::SAMPLE_RATE,
};

/// A place in the music: a step of a bar. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Position {
    /// Number of the bar on air.
    pub bar: u64,
    /// Steps since its start, 0 to 16, with a fraction.
    pub step: f64,
}

impl Position {
    /// The place `frames` after the start of `bar`; not beyond its end.
    pub fn in_bar(bar: &Bar, frames: u64) -> Self {
        let step = frames as f64 / frames_per_step(bar);
        Self { bar: bar.number, step: step.min(STEPS_PER_BAR as f64) }
    }

    /// Whether a block that starts `frames` after the start of `bar` is the one that starts nearest to
    /// this place, or a later one.
    pub fn is_reached(&self, bar: &Bar, frames: u64) -> bool {
        if self.bar != bar.number {
            return self.bar < bar.number;
        }
        self.step * frames_per_step(bar) < frames as f64 + FRAMES_PER_MP3_FRAME as f64 / 2.0
    }
}

fn frames_per_step(bar: &Bar) -> f64 {
    bar.tempo.seconds_per_step() * f64::from(SAMPLE_RATE)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{music::bar::Mix, units::Bpm};

    fn bar(number: u64) -> Bar {
        Bar { number, ..Bar::plain(Bpm::try_from(97.3).unwrap(), Arc::new(Mix::plain())) }
    }

    #[test]
    fn a_place_is_reached_by_the_block_that_it_was_taken_from() {
        let bar = bar(7);
        for number in 0..90 {
            let frames = 2000 + number * FRAMES_PER_MP3_FRAME as u64;
            let at = Position::in_bar(&bar, frames);
            assert!(at.is_reached(&bar, frames), "{at:?}");
            assert!(!at.is_reached(&bar, frames - FRAMES_PER_MP3_FRAME as u64 / 2 - 1), "{at:?}");
        }
    }

    #[test]
    fn later_bars_have_reached_it_and_earlier_ones_have_not() {
        let at = Position { bar: 7, step: 3.0 };
        assert!(at.is_reached(&bar(8), 0) && !at.is_reached(&bar(6), 1_000_000));
        assert!(at < Position { bar: 8, step: 0.0 } && Position { bar: 7, step: 2.9 } < at);
    }
}
