//! Records a station into one file an hour. After a failure recording pauses for 10 s.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::ZonedDateTime;
use rustix::fs::statvfs;
use tracing::{info, warn};

use crate::{
    files,
    out::archive::{
        hour::Hour,
        recording::Recording,
        retention::Retention,
        target::{Error, Target},
    },
    stream::ring::Chunk,
};

/// Pause after a failure.
const RETRY: Duration = Duration::from_secs(10);

/// Bytes in a gigabyte.
const GB: f64 = 1e9;

/// Writes chunks to the file of the current hour. All methods block on the disk.
pub struct Recorder {
    target: Target,
    open: Option<(Hour, Recording)>,
    retention: Retention,
    /// When it last failed, if it is paused.
    failed: Option<ZonedDateTime>,
}

impl Recorder {
    /// A recorder without an open file.
    pub fn new(target: Target) -> Self {
        Self { target, open: None, retention: Retention::default(), failed: None }
    }

    /// Records `chunk`, which is on air at `now`. A failure is logged once; chunks are then dropped until
    /// a later try succeeds.
    pub fn take(&mut self, chunk: &Chunk, now: &ZonedDateTime) {
        let is_paused = |failed: &ZonedDateTime| now.duration_since(failed).unsigned_abs() < RETRY;
        if self.failed.as_ref().is_some_and(is_paused) {
            return;
        }
        let written = self.write(chunk, now);
        let station = &self.target.station;
        match written {
            Ok(path) if self.failed.take().is_some() => {
                info!("{station}: recording resumed in {}", path.display());
            }
            Ok(_) => {}
            Err(error) => {
                if let Some((_, recording)) = self.open.take() {
                    recording.remove_if_empty();
                }
                if self.failed.replace(now.clone()).is_none() {
                    let seconds = RETRY.as_secs();
                    warn!("{station}: recording paused, retrying every {seconds} s: {error}");
                }
            }
        }
    }

    /// Writes `chunk` and returns the path of its file.
    fn write(&mut self, chunk: &Chunk, now: &ZonedDateTime) -> Result<PathBuf, Error> {
        let hour = Hour::of(now);
        let Target { station, root, keep_days, min_free_gb } = &self.target;
        let folder = self.target.folder();
        if self.open.as_ref().is_none_or(|(of, _)| *of != hour) {
            self.open = None;
            files::create_own_folder(&folder).map_err(Error::at(&folder))?;
            self.retention.delete_old(root, station, *keep_days, now);
            self.open = Some((hour, Recording::create(&folder, station, hour)?));
        }
        check_free_space(&folder, *min_free_gb)?;
        let (_, recording) = self.open.as_mut().expect("opened above if it was not open");
        recording.write(chunk)?;
        Ok(recording.path().to_owned())
    }
}

/// Fails if the disk of `folder` has less than `floor` GB free.
fn check_free_space(folder: &Path, floor: f64) -> Result<(), Error> {
    let disk = statvfs(folder).map_err(|error| Error::at(folder)(error.into()))?;
    let free = disk.f_bavail as f64 * disk.f_frsize as f64 / GB;
    let is_enough = floor <= free;
    is_enough.then_some(()).ok_or_else(|| Error::Full { folder: folder.to_owned(), free, floor })
}
