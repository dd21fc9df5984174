//! The queue of bars between the composer's thread and the playout's.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};

use crate::music::{bar::Bar, meter::STEPS_PER_BAR};

/// Music that a change leaves in the queue: time to compose what follows.
const MARGIN: Duration = Duration::from_millis(1500);

/// A queue with one producer and one consumer, bounded by the length of its music. It can be cut when
/// the music is to change.
pub struct BarQueue {
    ahead: Duration,
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    bars: VecDeque<Arc<Bar>>,
    /// Number of the bar taken last.
    taken: Option<u64>,
    is_closed: bool,
    is_interrupted: bool,
}

/// The outcome of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// The bar is in the queue.
    Queued,
    /// The bar was dropped because the music is about to change: see [`BarQueue::interrupt`].
    Interrupted,
    /// The bar was dropped because the queue is closed.
    Closed,
}

impl BarQueue {
    /// A queue that takes bars while it holds less than `ahead` of music.
    pub fn new(ahead: Duration) -> Self {
        Self { ahead, inner: Mutex::default(), changed: Condvar::new() }
    }

    /// Adds a bar; blocks while the queue is full.
    pub fn push(&self, bar: Bar) -> Pushed {
        let mut inner = self.inner.lock();
        loop {
            if inner.is_closed {
                return Pushed::Closed;
            }
            if inner.is_interrupted {
                return Pushed::Interrupted;
            }
            if length(&inner.bars) < self.ahead {
                inner.bars.push_back(Arc::new(bar));
                self.changed.notify_all();
                return Pushed::Queued;
            }
            self.changed.wait(&mut inner);
        }
    }

    /// Rejects bars until the queue is cut, and wakes a composer that waits for room.
    pub fn interrupt(&self) {
        self.inner.lock().is_interrupted = true;
        self.changed.notify_all();
    }

    /// The next bar; none if there is none within `timeout` or the queue is closed and empty.
    pub fn take(&self, timeout: Duration) -> Option<Arc<Bar>> {
        let deadline = Instant::now() + timeout;
        let mut inner = self.inner.lock();
        loop {
            if let Some(bar) = inner.bars.pop_front() {
                inner.taken = Some(bar.number);
                self.changed.notify_all();
                return Some(bar);
            }
            if inner.is_closed || deadline <= Instant::now() {
                return None;
            }
            self.changed.wait_until(&mut inner, deadline);
        }
    }

    /// Accepts bars again after an interruption. Returns the number of the first bar that can still be
    /// recomposed: the first after 1.5 s of queued music, or `refused`, the bar that was not queued.
    pub fn resume(&self, refused: u64) -> u64 {
        let mut inner = self.inner.lock();
        inner.is_interrupted = false;
        let mut kept = Duration::ZERO;
        let late = inner.bars.iter().find(|bar| {
            let is_late = MARGIN <= kept;
            kept += length_of(bar);
            is_late
        });
        late.map_or(refused, |bar| bar.number)
    }

    /// Drops the bars from number `first` on. Returns false, and drops nothing, if that bar was taken
    /// already.
    pub fn cut(&self, first: u64) -> bool {
        let mut inner = self.inner.lock();
        if inner.taken.is_some_and(|taken| first <= taken) {
            return false;
        }
        inner.bars.retain(|bar| bar.number < first);
        true
    }

    /// Length of the music in the queue.
    pub fn ready(&self) -> Duration {
        length(&self.inner.lock().bars)
    }

    /// Waits for `timeout` or until the queue is closed; returns whether it is.
    pub fn is_closed_within(&self, timeout: Duration) -> bool {
        let mut inner = self.inner.lock();
        self.changed.wait_while_for(&mut inner, |inner| !inner.is_closed, timeout);
        inner.is_closed
    }

    /// Closes the queue: pushes and empty takes return at once.
    pub fn close(&self) {
        self.inner.lock().is_closed = true;
        self.changed.notify_all();
    }
}

fn length(bars: &VecDeque<Arc<Bar>>) -> Duration {
    bars.iter().map(|bar| length_of(bar)).sum()
}

fn length_of(bar: &Bar) -> Duration {
    Duration::from_secs_f64(bar.tempo.seconds_per_step() * STEPS_PER_BAR as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::bar::Mix, units::Bpm};

    fn bar(number: u64) -> Bar {
        let mix: Arc<Mix> = Arc::new(Mix::plain());
        Bar { number, ..Bar::plain(Bpm::DEFAULT, mix) }
    }

    fn filled(n: u64) -> BarQueue {
        let queue = BarQueue::new(Duration::from_mins(1));
        assert!((0..n).all(|number| queue.push(bar(number)) == Pushed::Queued));
        queue
    }

    fn numbers(queue: &BarQueue) -> Vec<u64> {
        std::iter::from_fn(|| queue.take(Duration::ZERO).map(|bar| bar.number)).collect()
    }

    #[test]
    fn a_cut_drops_bars_unless_it_comes_too_late() {
        // Bars of two seconds.
        let queue = filled(12);
        queue.take(Duration::ZERO);

        assert_eq!(queue.resume(12), 2);
        assert!(!queue.cut(0));
        assert!(queue.cut(4));
        assert_eq!(numbers(&queue), [1, 2, 3]);
        assert_eq!(queue.resume(4), 4);
        assert!(!queue.cut(3) && queue.cut(4));
    }

    #[test]
    fn an_interrupt_wakes_a_blocked_push() {
        // Eight bars of two seconds.
        let queue = Arc::new(BarQueue::new(Duration::from_secs(15)));
        let pushing = std::thread::spawn({
            let queue = queue.clone();
            move || {
                (0..100)
                    .map(|number| queue.push(bar(number)))
                    .find(|&pushed| pushed != Pushed::Queued)
            }
        });
        while queue.ready() < Duration::from_secs(16) {
            std::thread::yield_now();
        }
        queue.interrupt();

        assert_eq!(pushing.join().unwrap(), Some(Pushed::Interrupted));
        assert_eq!(queue.push(bar(9)), Pushed::Interrupted);
        assert_eq!(queue.resume(8), 1);
        assert!(queue.cut(0));
        assert_eq!(queue.push(bar(0)), Pushed::Queued);
    }

    #[test]
    fn a_closed_queue_refuses_bars_and_can_be_drained() {
        let queue = filled(2);
        queue.close();

        assert_eq!(queue.push(bar(2)), Pushed::Closed);
        assert_eq!(numbers(&queue), [0, 1]);
    }
}
