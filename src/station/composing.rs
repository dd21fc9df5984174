//! The composer's thread: fills the queue of bars, and starts again after a panic.

use tracing::error;

use crate::{
    music::bar::Bar,
    station::bar_queue::{BarQueue, Pushed},
    threads::{catch_panic, retry_delay},
};

/// A source of bars.
pub trait Source: Send + 'static {
    /// The next bar; there is always one.
    fn next_bar(&mut self) -> Bar;

    /// The queue `bars` was interrupted for a change and has rejected bar `refused`: the source accepts the
    /// change, cuts the queue, and continues with the first bar cut, or else with the rejected one. Not
    /// called for sources that accept no changes.
    fn interrupted(&mut self, bars: &BarQueue, refused: u64) {
        bars.resume(refused);
    }

    /// After the `nth` panic in a row, counted from 1: prepares to continue with the bar
    /// after the last one given.
    fn recover(&mut self, _nth: u32) {}
}

/// Fills the queue `bars` from `source` until it is closed. Most of the time the queue is full, and the
/// thread waits for room.
pub fn compose_until_closed(station: &str, source: &mut impl Source, bars: &BarQueue) {
    let mut n_failures = 0;
    loop {
        match catch_panic(|| compose(source, bars, &mut n_failures)) {
            Ok(()) => return,
            Err(why) => {
                n_failures += 1;
                error!(station, "composer panicked, restarting: {why}");
            }
        }
        if bars.is_closed_within(retry_delay(n_failures)) {
            return;
        }
        // If recovering panics too, the source is tried unchanged.
        if let Err(why) = catch_panic(|| source.recover(n_failures)) {
            error!(station, "composer panicked while recovering: {why}");
        }
    }
}

fn compose(source: &mut impl Source, bars: &BarQueue, n_failures: &mut u32) {
    loop {
        let bar = source.next_bar();
        *n_failures = 0;
        let number = bar.number;
        match bars.push(bar) {
            Pushed::Queued => {}
            Pushed::Interrupted => source.interrupted(bars, number),
            Pushed::Closed => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread, time::Duration};

    use super::*;
    use crate::{music::bar::Mix, units::Bpm};

    /// Panics before each bar whose number is a multiple of 3, twice before each of 9.
    struct Nervous {
        next: u64,
        n_left: u32,
    }

    impl Source for Nervous {
        fn next_bar(&mut self) -> Bar {
            assert!(self.n_left == 0, "stage fright");
            self.next += 1;
            self.n_left =
                u32::from(self.next.is_multiple_of(3)) + u32::from(self.next.is_multiple_of(9));
            Bar { number: self.next - 1, ..Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain())) }
        }

        fn interrupted(&mut self, bars: &BarQueue, refused: u64) {
            bars.resume(refused);
            self.next = refused;
        }

        fn recover(&mut self, _nth: u32) {
            self.n_left -= 1;
        }
    }

    #[test]
    fn bars_stay_in_order_across_panics() {
        let bars = Arc::new(BarQueue::new(Duration::from_secs(10)));
        let composing = thread::spawn({
            let bars = bars.clone();
            move || compose_until_closed("test", &mut Nervous { next: 0, n_left: 0 }, &bars)
        });

        let numbers: Vec<u64> =
            (0..12).map(|_| bars.take(Duration::from_mins(1)).unwrap().number).collect();
        bars.close();
        composing.join().unwrap();

        assert_eq!(numbers, (0..12).collect::<Vec<_>>());
    }
}
