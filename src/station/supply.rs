//! The bars that the renderer gets: those of the composer, and an understudy's where it is late.

use std::{sync::Arc, time::Duration};

use tracing::{info, warn};

use crate::{
    compose::{fallback::Understudy, phrase::PHRASE_BARS},
    music::bar::Bar,
    station::bar_queue::BarQueue,
};

/// Bars without end, one numbered after the other.
///
/// An understudy plays by the phrase. What the composer had to say comes after it, from where in its
/// phrase it would have come, and with a number that is as much higher as bars stood in for it.
pub struct Supply {
    bars: Arc<BarQueue>,
    /// How long to wait for a bar: less than what listeners have in hand.
    patience: Duration,
    next: Option<Arc<Bar>>,
    understudy: Understudy,
    /// The number of the bar played last.
    last: u64,
    /// Bars that the understudy has played so far.
    stood_in: u64,
    /// Bars that the understudy is yet to play before it looks for the composer.
    left: u64,
    is_late: bool,
}

impl Supply {
    /// What `bars` gives, after `first`, which was taken already; each is waited for until `patience`
    /// is over. So many bars `stood_in` for others before.
    pub fn new(first: Arc<Bar>, bars: Arc<BarQueue>, patience: Duration, stood_in: u64) -> Self {
        let last = first.number + stood_in;
        Self {
            bars,
            patience,
            next: Some(first),
            understudy: Understudy::default(),
            last,
            stood_in,
            left: 0,
            is_late: false,
        }
    }

    /// Bars that the understudy has played so far.
    pub fn stood_in(&self) -> u64 {
        self.stood_in
    }

    /// The next bar.
    pub fn take(&mut self) -> Arc<Bar> {
        let composed = if self.left == 0 { self.composed() } else { None };
        let bar = composed.unwrap_or_else(|| self.stand_in());
        self.last = bar.number;
        bar
    }

    fn composed(&mut self) -> Option<Arc<Bar>> {
        // Who has waited once has used up what listeners had in hand.
        let patience = if self.is_late { Duration::ZERO } else { self.patience };
        let bar = self.next.take().or_else(|| self.bars.take(patience))?;
        if self.is_late {
            info!(bar = bar.number, "bars come again");
            self.is_late = false;
        }
        let bar = match self.stood_in {
            0 => bar,
            more => Arc::new(Bar { number: bar.number + more, ..(*bar).clone() }),
        };
        self.understudy.learn(bar.clone());
        Some(bar)
    }

    fn stand_in(&mut self) -> Arc<Bar> {
        if self.left == 0 {
            if !self.is_late {
                warn!(after = self.last, "no bar in time: what was heard last is varied");
            }
            self.is_late = true;
            self.left = PHRASE_BARS;
        }
        self.left -= 1;
        self.stood_in += 1;
        let bar = self.understudy.play(self.last + 1);
        Arc::new(bar.expect("the first bar was there before it could be late"))
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
    fn a_phrase_stands_in_for_a_late_bar_which_comes_after_it() {
        let queue = Arc::new(BarQueue::new(Duration::from_mins(1)));
        let mut supply = Supply::new(Arc::new(bar(0)), queue.clone(), Duration::ZERO, 0);
        let mut take = |n: usize| (0..n).map(|_| supply.take()).collect::<Vec<_>>();
        queue.push(bar(1));
        let mut bars = take(3);

        assert!((2..8).all(|number| queue.push(bar(number)) == Pushed::Queued));
        bars.extend(take(4));
        queue.push(bar(8));
        bars.extend(take(6));

        // 0 and 1; four that stand in; 2 to 8 with later numbers.
        let numbers: Vec<u64> = bars.iter().map(|bar| bar.number).collect();
        assert_eq!(numbers, (0..13).collect::<Vec<_>>());
        let pieces: Vec<u64> = bars.iter().map(|bar| bar.piece).collect();
        assert_eq!(pieces, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }
}
