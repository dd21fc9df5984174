//! The bars that the renderer plays: the composer's, or a fallback's while the composer is late.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tracing::{info, warn};

use crate::{
    compose::{fallback::Fallback, phrase::PHRASE_BARS},
    music::bar::Bar,
    station::{bar_queue::BarQueue, shift::Shift},
};

/// Number of shifts kept, more than a renderer queues bars.
const MOST_SHIFTS: usize = 64;

/// An endless supply of consecutively numbered bars.
///
/// The fallback plays whole phrases. The composer's bars follow after it, none skipped; their numbers are
/// raised by the number of fallback bars so far ([`Shift`]).
pub struct BarSupply {
    bars: Arc<BarQueue>,
    /// How long to wait for a bar: less than listeners have buffered.
    bar_timeout: Duration,
    next: Option<Arc<Bar>>,
    fallback: Fallback,
    /// Number of the last bar played.
    last: u64,
    shift: Shift,
    /// The newest shifts in order, each with its first bar's number.
    shifts: VecDeque<(u64, Shift)>,
    /// Fallback bars to play before the queue is asked again.
    n_fallback_left: u64,
    is_late: bool,
}

impl BarSupply {
    /// Plays `first`, which was taken from the queue already, then `bars`. A bar is late after
    /// `bar_timeout`. `shift` counts the fallback bars played before.
    pub fn new(first: Arc<Bar>, bars: Arc<BarQueue>, bar_timeout: Duration, shift: Shift) -> Self {
        let last = shift.aired(first.number);
        Self {
            bars,
            bar_timeout,
            next: Some(first),
            fallback: Fallback::default(),
            last,
            shift,
            shifts: [(last, shift)].into(),
            n_fallback_left: 0,
            is_late: false,
        }
    }

    /// Fallback bars played so far.
    pub fn shift(&self) -> Shift {
        self.shift
    }

    /// Fallback bars played up to bar `number`, one of the last that were taken.
    pub fn shift_at(&self, number: u64) -> Shift {
        let known = self.shifts.iter().rev().find(|(from, _)| *from <= number);
        known.or(self.shifts.front()).map_or(self.shift, |(_, shift)| *shift)
    }

    /// The next bar.
    pub fn take(&mut self) -> Arc<Bar> {
        let composed = if self.n_fallback_left == 0 { self.composed() } else { None };
        let bar = composed.unwrap_or_else(|| self.fallback());
        self.last = bar.number;
        bar
    }

    fn composed(&mut self) -> Option<Arc<Bar>> {
        // Waiting once has used up what listeners had buffered.
        let timeout = if self.is_late { Duration::ZERO } else { self.bar_timeout };
        let bar = self.next.take().or_else(|| self.bars.take(timeout))?;
        if self.is_late {
            info!(bar = bar.number, "composer caught up");
            self.is_late = false;
        }
        let bar = match self.shift.aired(bar.number) {
            number if number == bar.number => bar,
            number => Arc::new(Bar { number, ..(*bar).clone() }),
        };
        self.fallback.learn(bar.clone());
        Some(bar)
    }

    fn fallback(&mut self) -> Arc<Bar> {
        if self.n_fallback_left == 0 {
            if !self.is_late {
                warn!(after = self.last, "composer late; playing a variation of the last phrase");
            }
            self.is_late = true;
            self.n_fallback_left = PHRASE_BARS;
        }
        self.n_fallback_left -= 1;
        self.shift.add_bar();
        self.shifts.push_back((self.last + 1, self.shift));
        if MOST_SHIFTS < self.shifts.len() {
            self.shifts.pop_front();
        }
        let bar = self.fallback.play(self.last + 1);
        Arc::new(bar.expect("the fallback has learned the first bar"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::bar::Mix, station::bar_queue::Pushed, units::Bpm};

    fn bar(number: u64) -> Bar {
        Bar { number, piece: number / 8, ..Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain())) }
    }

    #[test]
    fn a_fallback_phrase_precedes_a_late_bar() {
        let queue = Arc::new(BarQueue::new(Duration::from_mins(1)));
        let mut supply =
            BarSupply::new(Arc::new(bar(0)), queue.clone(), Duration::ZERO, Shift::default());
        let mut take = |n: usize| (0..n).map(|_| supply.take()).collect::<Vec<_>>();
        queue.push(bar(1));
        let mut bars = take(3);

        assert!((2..8).all(|number| queue.push(bar(number)) == Pushed::Queued));
        bars.extend(take(4));
        queue.push(bar(8));
        bars.extend(take(6));

        // Bars 0 and 1; four of the fallback; the composer's 2 to 8 with higher numbers.
        let numbers: Vec<u64> = bars.iter().map(|bar| bar.number).collect();
        assert_eq!(numbers, (0..13).collect::<Vec<_>>());
        let pieces: Vec<u64> = bars.iter().map(|bar| bar.piece).collect();
        assert_eq!(pieces, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let composed = (0..13).map(|number| supply.shift_at(number).composed(number));
        assert_eq!(composed.collect::<Vec<_>>(), [0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
