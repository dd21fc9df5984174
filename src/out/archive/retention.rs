//! Recordings that have been kept for long enough.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use jiff::ZonedDateTime;
use tracing::{info, warn};

use crate::out::archive::{
    cue,
    hour::{is_older, recorded_at},
};

/// Deletes the recordings of `station` that are older than `n_days`, and those of stations that are no
/// more; nothing else in the archive's folder `root`.
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
            Ok(()) => info!("{} is older than {n_days} days and deleted", file.display()),
            // Another station's recorder was quicker.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => warn!("{} can't be deleted: {error}", file.display()),
        }
    }
}

/// Whether we made `folder`: no link, and a cue sheet in it says that it is the station's that it is
/// called after. What people copied elsewhere stays.
fn is_ours(folder: &Path) -> bool {
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|of| of.is_dir());
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { return false };
    let is_sheet = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "cue");
    let tells = |file: PathBuf| {
        fs::read_to_string(file).is_ok_and(|text| text.starts_with(&cue::first_line(name)))
    };
    is_folder && entries(folder).into_iter().filter(is_sheet).any(tells)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.flatten().map(|entry| entry.path()).collect()
}
