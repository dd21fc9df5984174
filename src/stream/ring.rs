//! The last seconds of a mount, in memory once and read by every listener.
//!
//! One [`Writer`] appends, any number of [`Reader`]s follow at their own pace. The writer never
//! waits for a reader: a reader that falls off the back is told how much it missed and resumes from
//! the burst. Dropping the writer ends the stream, which is also how a mount shuts down.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use bytes::Bytes;
use tokio::sync::watch;

use crate::stream::ogg::Chain;

/// Whole MP3 frames, or whole pages of Ogg, and the title that was on air with them.
///
/// The title rides with the sound, so that each listener's ICY metadata changes at the right frame
/// however far behind that listener is.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// Whole frames or pages, so that a listener may begin or end at any chunk.
    pub audio: Bytes,
    /// What is shown while it sounds.
    pub title: Arc<str>,
    /// The stream that its pages belong to. None: frames, which need no head.
    pub chain: Option<Arc<Chain>>,
}

impl Chunk {
    /// Frames of MP3.
    pub fn mp3(audio: impl Into<Bytes>, title: impl Into<Arc<str>>) -> Self {
        Self { audio: audio.into(), title: title.into(), chain: None }
    }

    /// The audio after a head of `artist`'s, if it needs one: if its stream is another than `last`,
    /// which it then becomes.
    pub fn begun_after(&self, last: &mut Option<Arc<Chain>>, artist: &str) -> Option<Bytes> {
        let chain = self.chain.as_ref()?;
        if last.as_ref().is_some_and(|last| Arc::ptr_eq(last, chain)) {
            return None;
        }
        *last = Some(chain.clone());
        Some([&chain.head(artist, &self.title)[..], &self.audio].concat().into())
    }
}

/// How much a ring holds, in bytes of audio. At 128 kbit/s a second is 16 000 bytes.
#[derive(Clone, Copy, Debug)]
pub struct RingLimits {
    /// Sent at once to a new listener, so that its player starts without waiting.
    pub burst: usize,
    /// Kept for slow listeners. Invariant: at least `burst`.
    pub keep: usize,
}

/// Why there is no next chunk.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The reader was too slow; it stands at the burst again and may go on.
    #[error("missed {chunks} chunks")]
    Lagged {
        /// How many it will never see.
        chunks: u64,
    },
    /// The writer is gone and everything it wrote has been read.
    #[error("the stream has ended")]
    Ended,
}

/// The end that sound is put into.
pub struct Writer {
    ring: Arc<Ring>,
    end: watch::Sender<u64>,
}

/// Where listeners join; cheap to clone.
#[derive(Clone)]
pub struct Tap {
    ring: Arc<Ring>,
    end: watch::Receiver<u64>,
}

/// One listener's place in the ring.
pub struct Reader {
    tap: Tap,
    next: u64,
}

/// An empty ring, as its two ends.
///
/// # Panics
/// If `keep` is less than `burst`; `config` refuses such a file.
pub fn ring(limits: RingLimits) -> (Writer, Tap) {
    assert!(limits.burst <= limits.keep);
    let (tx, rx) = watch::channel(0);
    let held = Mutex::new(Held { keep: limits.keep, ..Held::default() });
    let ring = Arc::new(Ring { burst: limits.burst, held });
    (Writer { ring: ring.clone(), end: tx }, Tap { ring, end: rx })
}

impl Writer {
    /// Appends a chunk and wakes the readers. Takes the lock for O(1), never waits.
    pub fn push(&mut self, chunk: Chunk) {
        let end = self.ring.push(chunk);
        self.end.send_replace(end);
    }

    /// From the next chunk on so many bytes are kept, the burst at least.
    pub fn keep(&mut self, bytes: usize) {
        self.ring.held().keep = bytes.max(self.ring.burst);
    }
}

impl Tap {
    /// Joins at the burst.
    pub fn reader(&self) -> Reader {
        Reader { next: self.ring.held().burst(self.ring.burst).0, tap: self.clone() }
    }

    /// Joins with the next chunk that comes.
    pub fn live_reader(&self) -> Reader {
        Reader { next: *self.end.borrow(), tap: self.clone() }
    }

    /// How many bytes a reader that joins now finds waiting.
    pub fn burst_bytes(&self) -> usize {
        self.ring.held().burst(self.ring.burst).1
    }

    /// The title that one who joins now sees first, once there is sound.
    pub fn title(&self) -> Option<Arc<str>> {
        let held = self.ring.held();
        let (number, _) = held.burst(self.ring.burst);
        let chunk = held.chunks.get((number - held.first) as usize).or(held.chunks.back())?;
        Some(chunk.title.clone())
    }

    /// Shows `title` with all chunks to come, until their own title changes.
    pub fn retitle(&self, title: &str) {
        self.ring.held().shown_instead = Some(title.into());
    }

    /// Whether both lead to the same sound.
    pub fn is_of_same_ring(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ring, &other.ring)
    }

    /// When the newest chunk came, if any has.
    pub fn pushed_at(&self) -> Option<Instant> {
        self.ring.held().pushed_at
    }
}

impl Reader {
    /// The next chunk, once there is one.
    ///
    /// Cancel safe: a chunk is taken only when it is returned.
    ///
    /// # Errors
    /// [`ReadError::Lagged`], after which one may go on, or [`ReadError::Ended`].
    pub async fn next(&mut self) -> Result<Chunk, ReadError> {
        let next = self.next;
        self.tap.end.wait_for(|end| next < *end).await.map_err(|_| ReadError::Ended)?;
        self.take()
    }

    /// The next chunk, if there is one already.
    ///
    /// # Errors
    /// [`ReadError::Lagged`], after which one may go on, or [`ReadError::Ended`].
    pub fn try_next(&mut self) -> Result<Option<Chunk>, ReadError> {
        // Asked first: what was written before the end must not be missed.
        let is_over = self.is_over();
        match self.n_waiting() {
            0 if is_over => Err(ReadError::Ended),
            0 => Ok(None),
            _ => self.take().map(Some),
        }
    }

    /// How many chunks have come that were not read.
    pub fn n_waiting(&self) -> u64 {
        self.tap.end.borrow().saturating_sub(self.next)
    }

    /// Whether no chunk will come any more.
    pub fn is_over(&self) -> bool {
        self.tap.end.has_changed().is_err()
    }

    fn take(&mut self) -> Result<Chunk, ReadError> {
        let next = self.next;
        let Some(chunk) = self.tap.ring.get(next) else {
            self.next = self.tap.ring.held().burst(self.tap.ring.burst).0;
            return Err(ReadError::Lagged { chunks: self.next - next });
        };
        self.next += 1;
        Ok(chunk)
    }
}

struct Ring {
    burst: usize,
    // A std mutex: held for a few pointer moves and never across an await.
    held: Mutex<Held>,
}

/// Chunks are numbered from 0 for the life of the ring; `chunks[0]` has number `first`.
#[derive(Default)]
struct Held {
    chunks: VecDeque<Chunk>,
    first: u64,
    bytes: usize,
    keep: usize,
    pushed_at: Option<Instant>,
    /// The title that the newest chunk came with.
    own_title: Option<Arc<str>>,
    /// What is shown while that title lasts.
    shown_instead: Option<Arc<str>>,
}

impl Ring {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().expect("no holder panics")
    }

    fn push(&self, mut chunk: Chunk) -> u64 {
        let mut held = self.held();
        held.show_title(&mut chunk);
        held.pushed_at = Some(Instant::now());
        held.bytes += chunk.audio.len();
        held.chunks.push_back(chunk);
        while held.keep < held.bytes {
            let oldest = held.chunks.pop_front().expect("bytes come from chunks");
            held.bytes -= oldest.audio.len();
            held.first += 1;
        }
        held.first + held.chunks.len() as u64
    }

    fn get(&self, number: u64) -> Option<Chunk> {
        let held = self.held();
        let index = number.checked_sub(held.first)?;
        held.chunks.get(index as usize).cloned()
    }
}

impl Held {
    /// Puts what is to be shown instead in the place of the chunk's own title, unless that is new.
    fn show_title(&mut self, chunk: &mut Chunk) {
        let own = self.own_title.replace(chunk.title.clone());
        if own.is_some_and(|own| own != chunk.title) {
            self.shown_instead = None;
        }
        if let Some(title) = &self.shown_instead {
            chunk.title = title.clone();
        }
    }

    /// The number of the chunk that a burst of `limit` bytes begins with, and its bytes: `limit` or a
    /// part of a chunk more, where there are as many.
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
