//! Deletes old recordings.

use std::{
    fs,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use jiff::ZonedDateTime;
use tracing::{info, warn};

use crate::{
    files,
    out::archive::{
        cue,
        hour::{is_older, recorded_at},
    },
};

/// Deletes the recordings older than `n_days` of `station` and of stations that no longer exist, and
/// nothing else in the archive's folder `root`.
pub fn delete_old(root: &Path, station: &str, n_days: u32, now: &ZonedDateTime) {
    let own = root.join(station);
    let others = entries(root).into_iter().filter(|folder| *folder != own && is_ours(folder));
    for file in others.chain([own.clone()]).flat_map(|folder| entries(&folder)) {
        let name = file.file_name().and_then(|name| name.to_str());
        let begins = name.and_then(recorded_at);
        if !begins.is_some_and(|begins| is_older(begins, n_days, now)) {
            continue;
        }
        match fs::remove_file(&file) {
            Ok(()) => info!("deleted {}: older than {n_days} days", file.display()),
            // Another station's recorder deleted it first.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => warn!("failed to delete {}: {error}", file.display()),
        }
    }
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
