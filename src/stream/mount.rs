//! A stream with an address: what it tells of itself and who listens.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use crate::{
    stream::ring::{Reader, Tap},
    units::Kbps,
};

/// What a mount tells of itself in headers, playlists and on the status page.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// Its URL's path, with the slash: `/techno.mp3`.
    pub path: String,
    /// The station's name as listeners read it.
    pub name: String,
    /// One line on what it plays.
    pub description: String,
    /// A word or two, as radio directories sort it.
    pub genre: String,
    /// Constant bitrate of the stream.
    pub bitrate: Kbps,
    /// Whether directories may list it.
    pub public: bool,
}

/// A ring under a path, with its listeners counted.
pub struct Mount {
    /// What it tells of itself.
    pub about: About,
    /// Where listeners join.
    pub tap: Tap,
    /// When it went on air.
    pub started: SystemTime,
    counts: Arc<Counts>,
    /// Shared like the counts: listeners who came before a renaming follow it, too.
    fallback: Arc<Mutex<Option<Arc<Mount>>>>,
}

/// Who listens and listened; shared by all that a mount was ever told as.
#[derive(Default)]
struct Counts {
    now: AtomicU64,
    peak: AtomicU64,
    total: AtomicU64,
    bytes: AtomicU64,
}

/// One who listens; counted until dropped.
pub struct Listener {
    /// The mount that is heard.
    pub mount: Arc<Mount>,
    /// Its cursor in the ring.
    pub reader: Reader,
}

impl Mount {
    /// A mount that goes on air now.
    pub fn new(about: About, tap: Tap) -> Self {
        Self {
            about,
            tap,
            started: SystemTime::now(),
            counts: Arc::default(),
            fallback: Arc::default(),
        }
    }

    /// The same stream and the same listeners, telling something else of itself to those who come.
    pub fn told_as(&self, about: About) -> Self {
        Self {
            about,
            tap: self.tap.clone(),
            started: self.started,
            counts: self.counts.clone(),
            fallback: self.fallback.clone(),
        }
    }

    /// Where listeners go on when this stream ends; not in a circle.
    pub fn fall_back_on(&self, mount: Option<Arc<Mount>>) {
        *self.fallback.lock().unwrap_or_else(PoisonError::into_inner) = mount;
    }

    /// Where they go on, if that was said.
    pub fn fallback(&self) -> Option<Arc<Mount>> {
        self.fallback.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Joins at the burst.
    pub fn join(self: &Arc<Self>) -> Listener {
        self.listener(self.tap.reader())
    }

    /// Joins with the next chunk that comes.
    pub fn join_live(self: &Arc<Self>) -> Listener {
        self.listener(self.tap.live_reader())
    }

    fn listener(self: &Arc<Self>, reader: Reader) -> Listener {
        let now = self.counts.now.fetch_add(1, Relaxed) + 1;
        self.counts.peak.fetch_max(now, Relaxed);
        self.counts.total.fetch_add(1, Relaxed);
        Listener { mount: self.clone(), reader }
    }

    /// How many listen.
    pub fn listeners(&self) -> u64 {
        self.counts.now.load(Relaxed)
    }

    /// The most that ever listened at once.
    pub fn peak(&self) -> u64 {
        self.counts.peak.load(Relaxed)
    }

    /// How many ever joined.
    pub fn total(&self) -> u64 {
        self.counts.total.load(Relaxed)
    }

    /// Bytes sent to listeners so far.
    pub fn bytes_sent(&self) -> u64 {
        self.counts.bytes.load(Relaxed)
    }

    pub(super) fn count_bytes(&self, n: usize) {
        self.counts.bytes.fetch_add(n as u64, Relaxed);
    }

    /// How far behind the live edge one who joins now begins, in seconds of sound.
    pub fn burst_seconds(&self) -> f64 {
        self.tap.burst_bytes() as f64 / self.about.bitrate.bytes_per_second() as f64
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mount").field(&self.about.path).finish()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.mount.counts.now.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::ring::{Chunk, RingLimits, ring};

    fn about() -> About {
        About {
            path: "/test.mp3".into(),
            name: "Test".into(),
            description: String::new(),
            genre: String::new(),
            bitrate: Kbps::DEFAULT,
            public: false,
        }
    }

    #[test]
    fn who_leaves_is_no_longer_counted_but_was_there() {
        let (_writer, tap) = ring(RingLimits { burst: 8, keep: 16 });
        let mount = Arc::new(Mount::new(about(), tap));

        let both = (mount.join(), mount.join());
        assert_eq!(mount.listeners(), 2);
        drop(both);
        drop(mount.join());

        assert_eq!((mount.listeners(), mount.peak(), mount.total()), (0, 2, 3));
    }

    #[test]
    fn the_burst_in_seconds_is_what_the_ring_would_send() {
        let (mut writer, tap) = ring(RingLimits { burst: 40_000, keep: 80_000 });
        let mount = Mount::new(about(), tap);

        assert_eq!(mount.burst_seconds(), 0.0);
        for _ in 0..4 {
            writer.push(Chunk { audio: vec![0; 16_000].into(), title: "".into() });
        }

        assert_eq!(mount.burst_seconds(), 3.0);
    }
}
