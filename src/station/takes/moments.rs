//! The moments of a station that were requested last.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;

/// Moments that are kept, of a megabyte each.
const MOST_KEPT: usize = 8;

/// Moments as MP3, by the number of their first bar.
#[derive(Default)]
pub struct Moments(Mutex<VecDeque<(u64, Bytes)>>);

impl Moments {
    /// A moment that was rendered before.
    pub fn known(&self, bar: u64) -> Option<Bytes> {
        self.0.lock().iter().find(|(known, _)| *known == bar).map(|(_, mp3)| mp3.clone())
    }

    /// Keeps a moment; the oldest of too many is dropped.
    pub fn keep(&self, bar: u64, mp3: &Bytes) {
        let mut kept = self.0.lock();
        kept.retain(|(known, _)| *known != bar);
        if kept.len() == MOST_KEPT {
            kept.pop_front();
        }
        kept.push_back((bar, mp3.clone()));
    }
}
