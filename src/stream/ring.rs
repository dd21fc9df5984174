//! The ring: the last seconds of a mount's audio, held once and shared by all of its listeners.
//!
//! One [`Writer`] appends chunks; any number of [`Reader`]s follow, each at its own pace.
//!
//! - **The writer never waits.** A reader that falls behind the oldest chunk gets
//!   [`ReadError::Lagged`] with the number of chunks that it missed, and continues at the burst. One
//!   slow listener can neither delay the encoder nor other listeners, and costs no extra memory.
//! - **Burst.** A new reader starts [`RingLimits::burst`] bytes behind the newest chunk, so that its
//!   player fills its buffer at once. [`Tap::live_reader`] starts at the newest chunk instead.
//! - **Ending.** Dropping the writer ends the stream: readers get the remaining chunks, then
//!   [`ReadError::Ended`]. A mount is shut down this way.
//! - **Cost.** A push is O(1) plus the wake-up of waiting readers. Chunks are reference-counted
//!   ([`Bytes`]), so that a read copies pointers, not audio. The lock is held only for that.
//!
//! Chunks are numbered from 0 over the life of the ring. A `tokio::sync::watch` channel carries the
//! number after the newest chunk: it wakes waiting readers, and its closing is the end of the stream.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use crate::stream::ogg::Chain;

/// Whole MP3 frames or whole Ogg pages, with the title that is on air with them.
///
/// The title travels with the audio, so that each listener's metadata changes at the right frame
/// however far that listener lags behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// Whole frames or pages: a listener may start or stop at any chunk.
    pub audio: Bytes,
    /// The title to show during this audio.
    pub title: Arc<str>,
    /// The picture to show during this audio: its path on the radio's server.
    pub picture: Option<Arc<str>>,
    /// The logical Ogg stream of the pages. None for MP3, which needs no header packets.
    pub chain: Option<Arc<Chain>>,
}

impl Chunk {
    /// A chunk of MP3 frames.
    pub fn mp3(audio: impl Into<Bytes>, title: impl Into<Arc<str>>) -> Self {
        Self { audio: audio.into(), title: title.into(), picture: None, chain: None }
    }

    /// The audio preceded by the header pages of its logical stream, if that stream differs from
    /// `last`, which is then updated. `None` if the audio can be sent as it is.
    pub fn with_head_if_new(&self, last: &mut Option<Arc<Chain>>, artist: &str) -> Option<Bytes> {
        let chain = self.chain.as_ref()?;
        if last.as_ref().is_some_and(|last| Arc::ptr_eq(last, chain)) {
            return None;
        }
        *last = Some(chain.clone());
        Some([&chain.head(artist, &self.title)[..], &self.audio].concat().into())
    }
}

/// Sizes of a ring in bytes of audio. A second at 128 kbit/s is 16 000 bytes.
#[derive(Clone, Copy, Debug)]
pub struct RingLimits {
    /// Sent at once to a new listener, so that its player starts without buffering.
    pub burst: usize,
    /// Kept for listeners that lag. Invariant: at least `burst`.
    pub keep: usize,
}

/// Why there is no next chunk.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The reader lagged behind the oldest chunk. It was moved to the burst and may continue.
    #[error("missed {chunks} chunks")]
    Lagged {
        /// Number of chunks that it skipped.
        chunks: u64,
    },
    /// The writer was dropped and all of its chunks have been read.
    #[error("the stream has ended")]
    Ended,
}

/// The sending half.
pub struct Writer {
    ring: Arc<Ring>,
    end: watch::Sender<u64>,
}

/// Creates readers; cheap to clone.
#[derive(Clone)]
pub struct Tap {
    ring: Arc<Ring>,
    end: watch::Receiver<u64>,
}

/// The receiving half: one listener's position in the ring.
pub struct Reader {
    tap: Tap,
    next: u64,
}

/// Creates an empty ring.
///
/// # Panics
/// If `keep` is less than `burst`. A station's `keep` includes its burst, so it can't be.
pub fn ring(limits: RingLimits) -> (Writer, Tap) {
    assert!(limits.burst <= limits.keep);
    let (tx, rx) = watch::channel(0);
    let state = Mutex::new(State { keep: limits.keep, ..State::default() });
    let ring = Arc::new(Ring { burst: limits.burst, state });
    (Writer { ring: ring.clone(), end: tx }, Tap { ring, end: rx })
}

impl Writer {
    /// Appends a chunk, drops the oldest ones beyond the limit, and wakes the readers. Never waits for
    /// a reader.
    pub fn push(&mut self, chunk: Chunk) {
        let end = self.ring.push(chunk);
        self.end.send_replace(end);
    }

    /// Keeps this many bytes from the next push on; at least the burst.
    pub fn keep(&mut self, bytes: usize) {
        self.ring.state().keep = bytes.max(self.ring.burst);
    }
}

impl Tap {
    /// A reader that starts at the burst.
    pub fn reader(&self) -> Reader {
        Reader { next: self.ring.state().burst(self.ring.burst).0, tap: self.clone() }
    }

    /// A reader that starts with the next chunk pushed.
    pub fn live_reader(&self) -> Reader {
        Reader { next: *self.end.borrow(), tap: self.clone() }
    }

    /// Bytes that a reader created now could read at once.
    pub fn burst_bytes(&self) -> usize {
        self.ring.state().burst(self.ring.burst).1
    }

    /// The title that a reader created now would show first; none before the first chunk.
    pub fn title(&self) -> Option<Arc<str>> {
        let state = self.ring.state();
        let (number, _) = state.burst(self.ring.burst);
        let chunk = state.chunks.get((number - state.first) as usize).or(state.chunks.back())?;
        Some(chunk.title.clone())
    }

    /// Overrides the title of all chunks to come, until their own title changes.
    pub fn retitle(&self, title: &str) {
        self.ring.state().title_override = Some(title.into());
    }

    /// Whether both read the same ring.
    pub fn is_same_ring(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ring, &other.ring)
    }

    /// When the newest chunk was pushed, if any.
    pub fn pushed_at(&self) -> Option<Instant> {
        self.ring.state().pushed_at
    }
}

impl Reader {
    /// Waits for the next chunk.
    ///
    /// Cancel safe: the position advances only when a chunk is returned.
    ///
    /// # Errors
    /// [`ReadError::Lagged`], after which reading may continue, or [`ReadError::Ended`].
    pub async fn next(&mut self) -> Result<Chunk, ReadError> {
        let next = self.next;
        self.tap.end.wait_for(|end| next < *end).await.map_err(|_| ReadError::Ended)?;
        self.take()
    }

    /// The next chunk if it has been pushed already.
    ///
    /// # Errors
    /// [`ReadError::Lagged`], after which reading may continue, or [`ReadError::Ended`].
    pub fn try_next(&mut self) -> Result<Option<Chunk>, ReadError> {
        // Checked before the count: a chunk pushed just before the end must not be missed.
        let is_over = self.is_over();
        match self.n_waiting() {
            0 if is_over => Err(ReadError::Ended),
            0 => Ok(None),
            _ => self.take().map(Some),
        }
    }

    /// Number of chunks that can be read without waiting (or have been missed).
    pub fn n_waiting(&self) -> u64 {
        self.tap.end.borrow().saturating_sub(self.next)
    }

    /// Whether the writer was dropped. Chunks may still be left to read.
    pub fn is_over(&self) -> bool {
        self.tap.end.has_changed().is_err()
    }

    fn take(&mut self) -> Result<Chunk, ReadError> {
        let next = self.next;
        let Some(chunk) = self.tap.ring.get(next) else {
            self.next = self.tap.ring.state().burst(self.tap.ring.burst).0;
            return Err(ReadError::Lagged { chunks: self.next - next });
        };
        self.next += 1;
        Ok(chunk)
    }
}

struct Ring {
    burst: usize,
    /// Held for a few pointer moves, never across an await.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    chunks: VecDeque<Chunk>,
    /// The number of `chunks[0]`.
    first: u64,
    /// Bytes of audio in `chunks`.
    bytes: usize,
    /// Limit of `bytes`.
    keep: usize,
    pushed_at: Option<Instant>,
    /// The title that the newest chunk was pushed with.
    own_title: Option<Arc<str>>,
    /// Replaces it until it changes; set by [`Tap::retitle`].
    title_override: Option<Arc<str>>,
}

impl Ring {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn push(&self, mut chunk: Chunk) -> u64 {
        let mut state = self.state();
        state.override_title(&mut chunk);
        state.pushed_at = Some(Instant::now());
        state.bytes += chunk.audio.len();
        state.chunks.push_back(chunk);
        while state.keep < state.bytes {
            let oldest = state.chunks.pop_front().expect("bytes come from chunks");
            state.bytes -= oldest.audio.len();
            state.first += 1;
        }
        state.first + state.chunks.len() as u64
    }

    fn get(&self, number: u64) -> Option<Chunk> {
        let state = self.state();
        let index = number.checked_sub(state.first)?;
        state.chunks.get(index as usize).cloned()
    }
}

impl State {
    /// Applies the title override, or drops it if the chunk's own title has changed.
    fn override_title(&mut self, chunk: &mut Chunk) {
        let own = self.own_title.replace(chunk.title.clone());
        if own.is_some_and(|own| own != chunk.title) {
            self.title_override = None;
        }
        if let Some(title) = &self.title_override {
            chunk.title = title.clone();
        }
    }

    /// The number of the first chunk of a burst, and the burst's bytes: at least `limit` (up to one
    /// chunk more), or all bytes if there are fewer.
    fn burst(&self, limit: usize) -> (u64, usize) {
        let mut number = self.first + self.chunks.len() as u64;
        let mut bytes = 0;
        for chunk in self.chunks.iter().rev() {
            if limit <= bytes {
                break;
            }
            bytes += chunk.audio.len();
            number -= 1;
        }
        (number, bytes)
    }
}

#[cfg(test)]
mod tests;
