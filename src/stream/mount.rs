//! A stream with an address: what it tells of itself and who listens.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use crate::stream::{
    coding::Coding,
    ring::{Reader, Tap},
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
    /// How its sound is coded.
    pub coding: Coding,
    /// Whether directories may list it.
    pub public: bool,
}

/// Who may listen to a mount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// How many at a time. None: as many as the server takes.
    pub max_listeners: Option<usize>,
    /// The path of the mount for those who find no seat here, or no sound.
    pub fallback: Option<String>,
}

/// A ring under a path, with its listeners counted.
pub struct Mount {
    /// What it tells of itself.
    pub about: About,
    /// Who may listen.
    pub rules: Rules,
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
            rules: Rules::default(),
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
            rules: self.rules.clone(),
            tap: self.tap.clone(),
            started: self.started,
            counts: self.counts.clone(),
            fallback: self.fallback.clone(),
        }
    }

    /// The same with other rules, for those who come.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Where those go who find no seat or no sound here; not in a circle.
    pub fn fall_back_on(&self, mount: Option<Arc<Mount>>) {
        *self.fallback.lock().unwrap_or_else(PoisonError::into_inner) = mount;
    }

    /// Where they go, if that was said.
    pub fn fallback(&self) -> Option<Arc<Mount>> {
        self.fallback.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Joins at the burst, whether there is a seat or not.
    pub fn join(self: &Arc<Self>) -> Listener {
        self.listener(self.tap.reader(), self.counts.now.fetch_add(1, Relaxed) + 1)
    }

    /// Joins at the burst if one of its own seats is free.
    pub fn try_join(self: &Arc<Self>) -> Option<Listener> {
        let most = self.rules.max_listeners.map_or(u64::MAX, |most| most as u64);
        let seat = |now| (now < most).then_some(now + 1);
        let before = self.counts.now.fetch_update(Relaxed, Relaxed, seat).ok()?;
        Some(self.listener(self.tap.reader(), before + 1))
    }

    /// Joins with the next chunk that comes, as who listened elsewhere does.
    pub fn join_live(self: &Arc<Self>) -> Listener {
        self.listener(self.tap.live_reader(), self.counts.now.fetch_add(1, Relaxed) + 1)
    }

    fn listener(self: &Arc<Self>, reader: Reader, now: u64) -> Listener {
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
        self.tap.burst_bytes() as f64 / self.about.coding.bytes_per_second() as f64
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
            coding: Coding::default(),
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
    fn a_mount_is_full_when_its_own_seats_are_taken() {
        let (_writer, tap) = ring(RingLimits { burst: 8, keep: 16 });
        let rules = Rules { max_listeners: Some(1), fallback: None };
        let mount = Arc::new(Mount::new(about(), tap).with_rules(rules));

        let listener = mount.try_join();
        assert!(listener.is_some() && mount.try_join().is_none());
        assert!(Arc::new(mount.told_as(about())).try_join().is_none());
        assert!(Arc::new(mount.told_as(about()).with_rules(Rules::default())).try_join().is_some());
        drop(listener);
        assert!(mount.try_join().is_some());
    }

    #[test]
    fn the_burst_in_seconds_is_what_the_ring_would_send() {
        let (mut writer, tap) = ring(RingLimits { burst: 40_000, keep: 80_000 });
        let mount = Mount::new(about(), tap);

        assert_eq!(mount.burst_seconds(), 0.0);
        for _ in 0..4 {
            writer.push(Chunk::mp3(vec![0; 16_000], ""));
        }

        assert_eq!(mount.burst_seconds(), 3.0);
    }
}
