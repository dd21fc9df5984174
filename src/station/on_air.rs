//! The bars on air, published for the web.

use std::{collections::VecDeque, sync::Arc};

use crate::{music::bar::Bar, sound::sound_check::Reading, station::shift::Shift};

/// A bar and where it sounds.
#[derive(Debug, Clone)]
pub struct AiredBar {
    /// Seconds of the station's sound before the bar starts.
    pub start_second: f64,
    /// The bar.
    pub bar: Arc<Bar>,
}

/// The newest bars. The playout publishes them through a `tokio::sync::watch` after each chunk.
#[derive(Debug, Clone, Default)]
pub struct OnAir {
    /// Seconds of music composed and not yet rendered.
    pub ready_seconds: f64,
    /// Seconds of sound written to the rings so far: the live edge. Listeners hear earlier sound.
    pub rendered_seconds: f64,
    /// Loudness, silence and stuck time of the sound sent.
    pub sound: Reading,
    /// Times that the renderer was restarted for silence or a stuck sound.
    pub n_sound_restarts: u64,
    /// How far the numbers of bars are above the composer's.
    pub shift: Shift,
    /// Bars that sounded recently and bars queued for rendering, oldest first.
    pub bars: VecDeque<AiredBar>,
}

impl OnAir {
    /// The bar that sounds at `second` of the station's sound, or the nearest known one.
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
    fn a_bar_sounds_until_the_next_one_starts() {
        let on_air =
            OnAir { rendered_seconds: 10.0, bars: (2..5).map(aired).collect(), ..OnAir::default() };
        let number_at = |second| on_air.bar_at(second).map(|aired| aired.bar.number);

        assert_eq!([0.0, 5.9, 6.0, 99.0].map(number_at), [Some(2), Some(2), Some(3), Some(4)]);
        assert!(OnAir::default().bar_at(1.0).is_none());
    }
}
