//! Recordings of what was on air, a file an hour, for as long as they must be kept.

mod cue;
mod hour;
mod recorder;
mod recording;
mod retention;
#[cfg(test)]
mod tests;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::ZonedDateTime;
use tokio::{runtime::Handle, task::spawn_blocking};
use tracing::{error, warn};

use crate::{
    config::{self, Station},
    out::{
        archive::recorder::Recorder,
        followers::{Followers, unnamed},
    },
    stream::{
        mount::Mount,
        ring::{ReadError, Reader, Tap},
    },
};

/// All stations that are recorded.
pub struct Archive {
    followers: Followers<Wish>,
}

/// A station to record.
#[derive(Debug, Clone, PartialEq)]
struct Wish {
    station: String,
    /// The archive's.
    root: PathBuf,
    keep_days: u32,
    min_free_gb: f64,
}

/// Why nothing is recorded.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{}: {source}", path.display())]
    Disk { path: PathBuf, source: io::Error },
    #[error("the disk of {} has {free:.3} GB left, min_free_gb is {floor}", folder.display())]
    Full { folder: PathBuf, free: f64, floor: f64 },
}

impl Fault {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk { path: path.to_owned(), source }
    }
}

impl Wish {
    fn folder(&self) -> PathBuf {
        self.root.join(&self.station)
    }
}

impl Archive {
    /// None yet; tasks will run on `runtime`.
    pub fn on(runtime: Handle) -> Self {
        Self { followers: Followers::on(runtime) }
    }

    /// Records the stations of `mounts` that want it, each once, as `settings` say.
    pub fn turn_to<'a>(
        &mut self,
        settings: &config::Archive,
        mounts: impl IntoIterator<Item = (&'a Station, Arc<Mount>)>,
    ) {
        let mut wanted: Vec<(Wish, Arc<Mount>)> = Vec::new();
        let mut begun: Vec<Tap> = Vec::new();
        for (Station { name, record, .. }, mount) in mounts {
            let is_taken = wanted.iter().any(|(wish, _)| wish.station == *name);
            let Some(root) = settings.folder.clone().filter(|_| *record && !is_taken) else {
                continue;
            };
            let config::Archive { keep_days, min_free_gb, .. } = *settings;
            let wish = Wish { station: name.clone(), root, keep_days, min_free_gb };
            if self.followers.follow(&mount) {
                begun.push(mount.tap.clone());
            }
            wanted.push((wish, unnamed(&mount)));
        }
        self.followers.turn_to(wanted, |wish, mount| {
            // What is in the ring was recorded by the one before.
            let goes_on = begun.iter().any(|tap| tap.is_of_same_ring(&mount.tap));
            let reader = if goes_on { mount.tap.live_reader() } else { mount.tap.reader() };
            record(wish, reader)
        });
    }
}

/// Records what `reader` gives until that ends. Its disk may be slow or gone: no one waits for it but
/// this task, which leaves out what the ring no longer holds.
async fn record(wish: Wish, mut reader: Reader) {
    let station = wish.station.clone();
    let mut recorder = Recorder::new(wish);
    loop {
        let chunk = match reader.next().await {
            Ok(chunk) => chunk,
            Err(ReadError::Lagged { chunks }) => {
                warn!("{station}: the disk is too slow, {chunks} chunks are not recorded");
                continue;
            }
            Err(ReadError::Ended) => return,
        };
        let now = ZonedDateTime::now();
        let written = spawn_blocking(move || {
            recorder.take(&chunk, &now);
            recorder
        });
        recorder = match written.await {
            Ok(recorder) => recorder,
            Err(error) => return error!("{station}: recording ends: {error}"),
        };
    }
}
