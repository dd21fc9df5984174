//! A station's recordings, one after the other: a new one each hour, none where the disk can't.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::ZonedDateTime;
use rustix::fs::statvfs;
use tracing::{info, warn};

use crate::{
    out::archive::{Fault, Wish, hour::Hour, recording::Recording, retention::delete_old},
    stream::ring::Chunk,
};

/// Between a failure and the next try.
const RETRY: Duration = Duration::from_secs(10);

/// Bytes in a gigabyte.
const GB: f64 = 1e9;

/// Writes what it is given to where it belongs at the time. All of it waits for the disk.
pub struct Recorder {
    wish: Wish,
    open: Option<(Hour, Recording)>,
    /// When the last try failed.
    failed: Option<ZonedDateTime>,
}

impl Recorder {
    /// One that has not begun.
    pub fn new(wish: Wish) -> Self {
        Self { wish, open: None, failed: None }
    }

    /// Records `chunk`, which sounds at `now`. Where that fails it is said once, and what comes is left
    /// out until a later try succeeds.
    pub fn take(&mut self, chunk: &Chunk, now: &ZonedDateTime) {
        let waits = |failed: &ZonedDateTime| now.duration_since(failed).unsigned_abs() < RETRY;
        if self.failed.as_ref().is_some_and(waits) {
            return;
        }
        let written = self.write(chunk, now);
        let station = &self.wish.station;
        match written {
            Ok(path) if self.failed.take().is_some() => {
                info!("{station}: the recording goes on in {}", path.display());
            }
            Ok(_) => {}
            Err(fault) => {
                if let Some((_, recording)) = self.open.take() {
                    recording.remove_if_empty();
                }
                if self.failed.replace(now.clone()).is_none() {
                    let seconds = RETRY.as_secs();
                    warn!("{station}: recording stops and is tried every {seconds} s: {fault}");
                }
            }
        }
    }

    /// Answers with the file that the chunk is in.
    fn write(&mut self, chunk: &Chunk, now: &ZonedDateTime) -> Result<PathBuf, Fault> {
        let hour = Hour::of(now);
        let folder = self.wish.folder();
        if self.open.as_ref().is_none_or(|(of, _)| *of != hour) {
            self.open = None;
            delete_old(&self.wish.root, &self.wish.station, self.wish.keep_days, now);
            self.open = Some((hour, Recording::begin(&folder, &self.wish.station, hour)?));
        }
        leave_free(&folder, self.wish.min_free_gb)?;
        let (_, recording) = self.open.as_mut().expect("it was opened if it was not open");
        recording.write(chunk)?;
        Ok(recording.path().to_owned())
    }
}

/// Fails where the disk of `folder` has less than `floor` gigabytes left.
fn leave_free(folder: &Path, floor: f64) -> Result<(), Fault> {
    let disk = statvfs(folder).map_err(|error| Fault::at(folder)(error.into()))?;
    let free = disk.f_bavail as f64 * disk.f_frsize as f64 / GB;
    let is_enough = floor <= free;
    is_enough.then_some(()).ok_or_else(|| Fault::Full { folder: folder.to_owned(), free, floor })
}
