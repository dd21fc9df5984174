//! A mount: a ring at a path, with its description, limits, fallback and listener counts.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use parking_lot::Mutex;

use crate::stream::{
    coding::Coding,
    ring::{Reader, Tap},
};

/// The description of a mount in headers, playlists and on the status page.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The path of its URL with the leading slash: `/techno.mp3`.
    pub path: String,
    /// The station's title.
    pub name: String,
    /// One line about the station.
    pub description: String,
    /// The genre for directories.
    pub genre: String,
    /// Codec and bitrate.
    pub coding: Coding,
    /// Whether directories may list it.
    pub public: bool,
}

/// Limits of a mount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Most listeners at a time. None: only the server's limit holds.
    pub max_listeners: Option<usize>,
    /// The path of the fallback mount for listeners when this one is full or off air.
    pub fallback: Option<String>,
}

/// A ring at a path, with its listeners counted.
pub struct Mount {
    /// Its description.
    pub about: About,
    /// Its limits.
    pub rules: Rules,
    /// Creates readers of its ring.
    pub tap: Tap,
    /// When it went on air.
    pub started: SystemTime,
    counts: Arc<Counts>,
    /// Shared like the counts, so that listeners from before a renaming use it as well.
    fallback: Arc<Mutex<Option<Arc<Mount>>>>,
}

/// Counters, shared by all descriptions that a mount has had.
#[derive(Default)]
struct Counts {
    now: AtomicU64,
    peak: AtomicU64,
    total: AtomicU64,
    bytes: AtomicU64,
}

/// A reader of a mount, counted as one of its listeners until it is dropped; a probe is not.
pub struct Listener {
    /// The mount.
    pub mount: Arc<Mount>,
    /// The position in its ring.
    pub reader: Reader,
    is_counted: bool,
}

impl Mount {
    /// A mount that goes on air now.
    pub fn new(about: About, tap: Tap) -> Self {
        Self {
            about,
            rules: Rules::default(),
            tap,
            started: SystemTime::now(),
            counts: Arc::default(),
            fallback: Arc::default(),
        }
    }

    /// The same ring and listeners with another description, for new listeners.
    pub fn with_about(&self, about: About) -> Self {
        Self {
            about,
            rules: self.rules.clone(),
            tap: self.tap.clone(),
            started: self.started,
            counts: self.counts.clone(),
            fallback: self.fallback.clone(),
        }
    }

    /// The same mount with other limits, for new listeners.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Sets the fallback mount. Fallbacks must not form a loop.
    pub fn set_fallback(&self, mount: Option<Arc<Mount>>) {
        *self.fallback.lock() = mount;
    }

    /// The fallback mount, if any.
    pub fn fallback(&self) -> Option<Arc<Mount>> {
        self.fallback.lock().clone()
    }

    /// Joins at the burst, even if the mount is full.
    pub fn join(self: &Arc<Self>) -> Listener {
        self.count(u64::MAX);
        Listener { mount: self.clone(), reader: self.tap.reader(), is_counted: true }
    }

    /// Joins at the burst, unless the mount is full.
    pub fn try_join(self: &Arc<Self>) -> Option<Listener> {
        let mut probe = self.probe();
        probe.count().then_some(probe)
    }

    /// Joins at the burst without being counted.
    pub fn probe(self: &Arc<Self>) -> Listener {
        Listener { mount: self.clone(), reader: self.tap.reader(), is_counted: false }
    }

    /// Counts one more listener, unless there are `most`.
    fn count(&self, most: u64) -> bool {
        let one_more = |now| (now < most).then_some(now + 1);
        let Ok(before) = self.counts.now.fetch_update(Relaxed, Relaxed, one_more) else {
            return false;
        };
        self.counts.peak.fetch_max(before + 1, Relaxed);
        self.counts.total.fetch_add(1, Relaxed);
        true
    }

    /// Number of listeners.
    pub fn listeners(&self) -> u64 {
        self.counts.now.load(Relaxed)
    }

    /// Most listeners at one time.
    pub fn peak(&self) -> u64 {
        self.counts.peak.load(Relaxed)
    }

    /// Number of listeners since the start.
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

    /// Seconds of audio between the burst's start and the live edge.
    pub fn burst_seconds(&self) -> f64 {
        self.tap.burst_bytes() as f64 / self.about.coding.bytes_per_second() as f64
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mount").field(&self.about.path).finish()
    }
}

impl Listener {
    /// Counts a probe as a listener from now on. Returns false if the mount is full.
    pub fn count(&mut self) -> bool {
        let most = self.mount.rules.max_listeners.map_or(u64::MAX, |most| most as u64);
        self.is_counted = self.is_counted || self.mount.count(most);
        self.is_counted
    }

    /// Moves to the live edge of `mount`, even if that is full.
    pub fn move_to(&mut self, mount: &Arc<Mount>) {
        let is_counted = self.is_counted && mount.count(u64::MAX);
        *self = Self { mount: mount.clone(), reader: mount.tap.live_reader(), is_counted };
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.is_counted {
            self.mount.counts.now.fetch_sub(1, Relaxed);
        }
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
            coding: Coding::default(),
            public: false,
        }
    }

    #[test]
    fn a_listener_that_left_counts_only_in_peak_and_total() {
        let (_writer, tap) = ring(RingLimits { burst: 8, keep: 16 });
        let mount = Arc::new(Mount::new(about(), tap));

        let both = (mount.join(), mount.join());
        assert_eq!(mount.listeners(), 2);
        drop(both);
        drop(mount.join());

        assert_eq!((mount.listeners(), mount.peak(), mount.total()), (0, 2, 3));
    }

    #[test]
    fn a_full_mount_takes_no_listener() {
        let (_writer, tap) = ring(RingLimits { burst: 8, keep: 16 });
        let rules = Rules { max_listeners: Some(1), fallback: None };
        let mount = Arc::new(Mount::new(about(), tap).with_rules(rules));

        let listener = mount.try_join();
        assert!(listener.is_some() && mount.try_join().is_none());
        assert!(Arc::new(mount.with_about(about())).try_join().is_none());
        assert!(
            Arc::new(mount.with_about(about()).with_rules(Rules::default())).try_join().is_some()
        );
        drop(listener);
        assert!(mount.try_join().is_some());
    }

    #[test]
    fn the_burst_in_seconds_follows_from_its_bytes() {
        let (mut writer, tap) = ring(RingLimits { burst: 40_000, keep: 80_000 });
        let mount = Mount::new(about(), tap);

        assert_eq!(mount.burst_seconds(), 0.0);
        for _ in 0..4 {
            writer.push(Chunk::mp3(vec![0; 16_000], ""));
        }

        assert_eq!(mount.burst_seconds(), 3.0);
    }
}
