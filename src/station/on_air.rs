//! What a station tells the world about what it plays.

use std::{collections::VecDeque, sync::Arc};

use crate::music::bar::Bar;

/// A bar and where it sounds.
#[derive(Debug, Clone)]
pub struct AiredBar {
    /// Seconds of sound between the station's first frame and the bar's beginning.
    pub start_second: f64,
    /// What it plays.
    pub bar: Arc<Bar>,
}

/// The newest bars; published by the renderer through a `tokio::sync::watch` after each chunk.
#[derive(Debug, Clone, Default)]
pub struct OnAir {
    /// Seconds of music that are composed and wait to be rendered.
    pub ready_seconds: f64,
    /// Seconds of sound that the ring has been given: its live edge. Listeners hear earlier ones.
    pub rendered_seconds: f64,
    /// The bars of the last half minute or so and those rendered ahead, oldest first.
    pub bars: VecDeque<AiredBar>,
}

impl OnAir {
    /// The bar that sounds at `second` of the station's life, or the nearest that is known.
    pub fn bar_at(&self, second: f64) -> Option<&AiredBar> {
        let n_begun = self.bars.partition_point(|aired| aired.start_second <= second);
        self.bars.get(n_begun.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::bar::Mix, units::Bpm};

    fn aired(number: u64) -> AiredBar {
        let bar = Bar { number, ..Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain())) };
        AiredBar { start_second: 2.0 * number as f64, bar: bar.into() }
    }

    #[test]
    fn a_bar_sounds_until_the_next_begins() {
        let on_air =
            OnAir { ready_seconds: 0.0, rendered_seconds: 10.0, bars: (2..5).map(aired).collect() };
        let number_at = |second| on_air.bar_at(second).map(|aired| aired.bar.number);

        assert_eq!([0.0, 5.9, 6.0, 99.0].map(number_at), [Some(2), Some(2), Some(3), Some(4)]);
        assert!(OnAir::default().bar_at(1.0).is_none());
    }
}
