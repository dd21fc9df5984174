//! A bar that is queued.

use std::{ops::Range, sync::Arc};

use crate::music::bar::{Bar, Mix};

/// A queued bar: its frames, mix, filter opening and step length.
pub(super) struct Queued {
    pub frames: Range<u64>,
    pub mix: Arc<Mix>,
    pub step_seconds: f64,
    opening: [f32; 2],
}

impl Queued {
    /// `bar`, which lasts for `frames`.
    pub fn new(bar: &Bar, frames: Range<u64>) -> Self {
        Self {
            frames,
            mix: bar.mix.clone(),
            step_seconds: bar.tempo.seconds_per_step(),
            opening: bar.opening,
        }
    }

    /// The filter opening at `frame`.
    pub fn opening_at(&self, frame: u64) -> f64 {
        let length = (self.frames.end - self.frames.start).max(1) as f64;
        let t = frame.saturating_sub(self.frames.start) as f64 / length;
        let [from, to] = self.opening.map(f64::from);
        from + t.min(1.0) * (to - from)
    }
}
