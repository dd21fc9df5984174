//! Bars between the composer's thread and the renderer's: as much music as is to be ahead.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    compose::phrase::PHRASE_BARS,
    music::{bar::Bar, meter::STEPS_PER_BAR},
};

/// A bounded queue of one composer and one renderer that can be cut.
pub struct BarQueue {
    ahead: Duration,
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    bars: VecDeque<Arc<Bar>>,
    is_closed: bool,
    is_interrupted: bool,
}

/// What became of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It will be played.
    Queued,
    /// It was dropped, since what comes shall be another: see [`BarQueue::interrupt`].
    Interrupted,
    /// It was dropped: nobody takes bars any more.
    Closed,
}

impl BarQueue {
    /// A queue that holds `ahead` of music and the bar that reaches beyond it.
    pub fn new(ahead: Duration) -> Self {
        Self { ahead, inner: Mutex::default(), changed: Condvar::new() }
    }

    /// Adds a bar, waiting for room.
    pub fn push(&self, bar: Bar) -> Pushed {
        let mut inner = self.lock();
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
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no bar until the queue is cut: the composer has something else to do first.
    pub fn interrupt(&self) {
        self.lock().is_interrupted = true;
        self.changed.notify_all();
    }

    /// The next bar, waited for until `patience` is over.
    pub fn take(&self, patience: Duration) -> Option<Arc<Bar>> {
        let until = Instant::now() + patience;
        let mut inner = self.lock();
        loop {
            if let Some(bar) = inner.bars.pop_front() {
                self.changed.notify_all();
                return Some(bar);
            }
            let left = until.saturating_duration_since(Instant::now());
            if inner.is_closed || left.is_zero() {
                return None;
            }
            let waited = self.changed.wait_timeout(inner, left);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Drops what comes after the phrase that is being taken, and takes bars again. Gives the number
    /// of the first bar dropped, if there was one.
    pub fn cut(&self) -> Option<u64> {
        let mut inner = self.lock();
        inner.is_interrupted = false;
        let keep = inner.bars.iter().position(|bar| bar.number.is_multiple_of(PHRASE_BARS))?;
        let first = inner.bars[keep].number;
        inner.bars.truncate(keep);
        Some(first)
    }

    /// Music that is ready.
    pub fn ready(&self) -> Duration {
        length(&self.lock().bars)
    }

    /// Whether it is closed before `patience` is over; waits until it is.
    pub fn is_closed_within(&self, patience: Duration) -> bool {
        let inner = self.lock();
        let open = |inner: &mut Inner| !inner.is_closed;
        let waited = self.changed.wait_timeout_while(inner, patience, open);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_closed
    }

    /// Nobody waits from now on.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn length(bars: &VecDeque<Arc<Bar>>) -> Duration {
    let seconds = bars.iter().map(|bar| bar.tempo.seconds_per_step() * STEPS_PER_BAR as f64);
    Duration::from_secs_f64(seconds.sum())
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
    fn a_cut_leaves_the_phrase_that_is_being_taken() {
        let queue = filled(12);
        queue.take(Duration::ZERO);

        assert_eq!(queue.cut(), Some(4));
        assert_eq!(numbers(&queue), [1, 2, 3]);
        assert_eq!(queue.cut(), None);
    }

    #[test]
    fn who_waits_for_room_is_interrupted() {
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
        assert_eq!(queue.cut(), Some(0));
        assert_eq!(queue.push(bar(0)), Pushed::Queued);
    }

    #[test]
    fn a_closed_queue_takes_nothing_and_gives_what_it_has() {
        let queue = filled(2);
        queue.close();

        assert_eq!(queue.push(bar(2)), Pushed::Closed);
        assert_eq!(numbers(&queue), [0, 1]);
    }
}
