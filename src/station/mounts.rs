//! The mounts of a station: opened, kept or changed, with what their encoders need.

use std::{sync::Arc, time::Duration};

use crate::{
    config::{self, Station},
    station::encoders::EncoderSpec,
    stream::{
        coding::Coding,
        mount::{About, Mount, Rules},
        ring::{RingLimits, ring},
    },
};

/// How much sound a mount keeps for its listeners.
#[derive(Debug, Clone, Copy)]
pub struct Buffering {
    /// Bytes that a new listener gets at once.
    pub burst_bytes: usize,
    /// Seconds that a slow listener may fall behind beyond the burst.
    pub lag_seconds: usize,
}

impl Buffering {
    /// Length of the burst as sound.
    pub(super) fn burst(self, coding: Coding) -> Duration {
        Duration::from_secs_f64(self.burst_bytes as f64 / coding.bytes_per_second() as f64)
    }

    /// Bytes that a ring keeps.
    pub(super) fn keep(self, coding: Coding) -> usize {
        self.burst_bytes + self.lag_seconds * coding.bytes_per_second()
    }
}

/// The mounts at `places` and what their encoders need. A mount whose path is in `old` keeps its ring.
pub(super) fn open_mounts(
    old: &[Arc<Mount>],
    places: Vec<(About, Rules)>,
    buffering: Buffering,
) -> (Vec<Arc<Mount>>, Vec<EncoderSpec>) {
    let open = |(about, rules): (About, Rules)| {
        let (path, coding) = (about.path.clone(), about.coding);
        let keep = buffering.keep(coding);
        let same = old.iter().find(|mount| mount.about.path == path);
        let (mount, writer) = if let Some(same) = same {
            (same.with_about(about), None)
        } else {
            let (writer, tap) = ring(RingLimits { burst: buffering.burst_bytes, keep });
            (Mount::new(about, tap), Some(writer))
        };
        (Arc::new(mount.with_rules(rules)), EncoderSpec { path, coding, keep, writer })
    };
    places.into_iter().map(open).unzip()
}

/// The mounts that `station` configures.
pub(super) fn places(station: &Station) -> Vec<(About, Rules)> {
    let place = |mount: &config::Mount| {
        let about = About {
            path: mount.path.clone(),
            name: station.title.clone(),
            description: station.description.clone(),
            genre: station.genre.clone(),
            coding: mount.coding,
            public: station.public,
        };
        let config::Mount { max_listeners, fallback, .. } = mount.clone();
        (about, Rules { max_listeners, fallback })
    };
    station.mounts.iter().map(place).collect()
}
