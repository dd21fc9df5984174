//! Deletes old recordings, unless the clock looks wrong.
//!
//! Without a clock battery a machine may start years off, and a clock may be set wrongly: every recording
//! then looks old. So nothing is deleted while the newest recording is past the age limit: either nothing
//! was recorded for that long, or the clock is wrong. After that, nothing is deleted for a day of further
//! recording, and a run deletes a day of recordings at most. This leaves time to correct the clock.

use std::{
    fs,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use jiff::{ZonedDateTime, civil::DateTime};
use tracing::{info, warn};

use crate::{
    files,
    out::archive::{
        cue,
        hour::{is_older, recorded_at},
    },
};

/// Most files deleted per hourly run: a day of recordings with their cue sheets.
const MOST_FILES: usize = 48;

/// Runs skipped once the clock looks wrong: a day.
const RUNS_OF_DOUBT: u32 = 24;

/// Deletes old recordings once an hour.
#[derive(Debug, Default)]
pub struct Retention {
    /// Runs still to skip, since the clock looked wrong.
    n_doubtful: u32,
}

impl Retention {
    /// Deletes the recordings older than `n_days` of `station` and of stations that no longer exist, and
    /// nothing else in the archive's folder `root`; the oldest first. Call it before a recording is made at
    /// `now`.
    pub fn delete_old(&mut self, root: &Path, station: &str, n_days: u32, now: &ZonedDateTime) {
        let all = recordings(root, station);
        let is_old = |begins: DateTime| is_older(begins, n_days, now);
        // Dates in the future come from a wrong clock.
        let past = all.iter().map(|(begins, _)| *begins).filter(|begins| *begins <= now.datetime());
        if past.max().is_some_and(is_old) {
            if self.n_doubtful == 0 {
                warn!(
                    "{station}: the newest recording is older than {n_days} days: deleting none \
                     for a day, since the clock may be wrong"
                );
            }
            self.n_doubtful = RUNS_OF_DOUBT;
        }
        if 0 < self.n_doubtful {
            self.n_doubtful -= 1;
            return;
        }
        let old = all.into_iter().filter(|(begins, _)| is_old(*begins));
        old.take(MOST_FILES).for_each(|(_, file)| delete(&file, n_days));
    }
}

fn delete(file: &Path, n_days: u32) {
    match fs::remove_file(file) {
        Ok(()) => info!("deleted {}: older than {n_days} days", file.display()),
        // Another station's recorder deleted it first.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => warn!("failed to delete {}: {error}", file.display()),
    }
}

/// The recording files of `station` and of stations that no longer exist, each with its start time, oldest
/// first.
fn recordings(root: &Path, station: &str) -> Vec<(DateTime, PathBuf)> {
    let own = root.join(station);
    let others = entries(root).into_iter().filter(|folder| *folder != own && is_ours(folder));
    let files = others.chain([own.clone()]).flat_map(|folder| entries(&folder));
    let dated = files.filter_map(|file| {
        let begins = recorded_at(file.file_name()?.to_str()?)?;
        Some((begins, file))
    });
    let mut dated: Vec<_> = dated.collect();
    dated.sort();
    dated
}

/// Whether `folder` was made by a recorder: not a link, and with a cue sheet whose performer is the
/// station that the folder is named after. Folders into which people copied recordings are kept.
fn is_ours(folder: &Path) -> bool {
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|of| of.is_dir());
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { return false };
    let is_sheet = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "cue");
    let has_name = |file: PathBuf| {
        let expected = cue::first_line(name).into_bytes();
        let mut found = Vec::new();
        let read = files::open(&file).map(|file| file.take(expected.len() as u64));
        read.is_ok_and(|mut head| head.read_to_end(&mut found).is_ok() && found == expected)
    };
    is_folder && entries(folder).into_iter().filter(is_sheet).any(has_name)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.flatten().map(|entry| entry.path()).collect()
}
