//! Recordings of the stations: one MP3 file and cue sheet an hour, deleted after some days.

mod cue;
mod hour;
mod recorder;
mod recording;
mod retention;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::ZonedDateTime;
use tokio::{runtime::Handle, time::sleep};
use tracing::{error, warn};

use crate::{
    config::{self, Station},
    out::{
        archive::{recorder::Recorder, target::Target},
        mount_tasks::{MountTasks, unnamed},
    },
    stream::{
        mount::Mount,
        ring::{ReadError, Reader, Tap},
    },
    threads::{Supervisor, blocking, retry_delay},
};

/// The recordings of all stations.
pub struct Archive {
    tasks: MountTasks<Target>,
    supervisor: Supervisor,
}

impl Archive {
    /// No recordings yet; tasks will run on `runtime` and report failures to `supervisor`.
    pub fn on(runtime: Handle, supervisor: &Supervisor) -> Self {
        Self {
            tasks: MountTasks::on("record", runtime, supervisor),
            supervisor: supervisor.clone(),
        }
    }

    /// Records the stations among `mounts` that have `record`, each once, according to `settings`.
    pub fn update<'a>(
        &mut self,
        settings: &config::Archive,
        mounts: impl IntoIterator<Item = (&'a Station, Arc<Mount>)>,
    ) {
        let mut wanted: Vec<(Target, Arc<Mount>)> = Vec::new();
        let mut recorded: Vec<Tap> = Vec::new();
        for (Station { name, record, .. }, mount) in mounts {
            let is_taken = wanted.iter().any(|(target, _)| target.station == *name);
            let Some(root) = settings.folder.clone().filter(|_| *record && !is_taken) else {
                continue;
            };
            let config::Archive { keep_days, min_free_gb, .. } = *settings;
            let target = Target { station: name.clone(), root, keep_days, min_free_gb };
            if self.tasks.has(&mount) {
                recorded.push(mount.tap.clone());
            }
            wanted.push((target, unnamed(&mount)));
        }
        self.tasks.update(wanted, |target, mount| {
            // The previous task has recorded what is in the ring.
            let is_recorded = recorded.iter().any(|tap| tap.is_same_ring(&mount.tap));
            let reader = if is_recorded { mount.tap.live_reader() } else { mount.tap.reader() };
            let (mut first, supervisor) = (Some(reader), self.supervisor.clone());
            move || {
                let reader = first.take().unwrap_or_else(|| mount.tap.live_reader());
                record(target.clone(), reader, supervisor.clone())
            }
        });
    }
}

/// Records the chunks of `reader` until the stream ends. A slow or missing disk delays only this task,
/// which skips chunks that the ring has dropped meanwhile.
///
/// After a panic a new recorder starts another file: at once the first time, then after 1, 2, 4 ... 30 s.
async fn record(target: Target, mut reader: Reader, supervisor: Supervisor) {
    let station = target.station.clone();
    let mut recorder = Recorder::new(target.clone());
    let mut n_failures = 0;
    loop {
        let chunk = match reader.next().await {
            Ok(chunk) => chunk,
            Err(ReadError::Lagged { chunks }) => {
                warn!("{station}: disk too slow, {chunks} chunks not recorded");
                continue;
            }
            Err(ReadError::Ended) => return,
        };
        let now = ZonedDateTime::now();
        let busy = supervisor.busy(&format!("record-{station}"));
        let written = blocking(move || {
            recorder.take(&chunk, &now);
            drop(busy);
            recorder
        });
        recorder = match written.await {
            Ok(recorder) => {
                n_failures = 0;
                recorder
            }
            Err(error) => {
                n_failures += 1;
                let name = format!("record-{station}");
                supervisor.note_down(&name, &error);
                error!("{station}: recorder failed; starting another one: {error}");
                sleep(retry_delay(n_failures)).await;
                supervisor.note_restart(&name);
                Recorder::new(target.clone())
            }
        };
    }
}
