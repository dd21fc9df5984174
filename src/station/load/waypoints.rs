//! Waypoints: the MIDI files of a station's playlists, which its bass and lead walk through in order.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tracing::warn;

use crate::{
    config::Playlist,
    files::{Stamp, patience},
    inserts::list::Contents,
    musicvae::net::music_vae::SequenceEncoder,
    station::load::{
        Error,
        anchors::{self, Placed},
    },
};

/// How long a start waits for the disk of the playlists.
const PATIENCE: Duration = Duration::from_secs(2);

/// Most MIDI files that a station uses as waypoints; later ones are ignored with a warning.
const MOST_FILES: usize = 1000;

/// Stamps of playlists and of the MIDI files in them, as they were read.
#[derive(Debug, Clone, Default)]
pub struct Waypoints {
    playlists: Vec<Stamped>,
    files: Vec<Stamped>,
    /// Stamps of playlists and files at the last check.
    checked: Vec<Option<Stamp>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Stamped {
    path: PathBuf,
    stamp: Option<Stamp>,
}

/// The MIDI files of a station's playlists, read into memory.
pub struct WaypointFiles {
    /// Their stamps.
    pub waypoints: Waypoints,
    files: Vec<Midi>,
}

/// A MIDI file: its path and its bytes, or why it can't be read.
type Midi = (PathBuf, Result<Vec<u8>, Error>);

impl Stamped {
    fn now(path: &Path) -> Self {
        Self { path: path.to_owned(), stamp: Stamp::of(path) }
    }
}

impl WaypointFiles {
    /// The waypoints of `playlists`, in their order. A playlist that can't be read has none; its
    /// recordings are prefetched elsewhere, where the error is logged.
    pub fn read(playlists: &[Playlist]) -> Self {
        // Stamped before they are read, so that no change is missed.
        let stamped: Vec<Stamped> =
            playlists.iter().map(|playlist| Stamped::now(&playlist.file)).collect();
        let contents = stamped.iter().filter_map(|Stamped { path, .. }| Contents::read(path).ok());
        let mut paths: Vec<PathBuf> = contents.flat_map(|contents| contents.waypoints).collect();
        if MOST_FILES < paths.len() {
            let n = paths.len() - MOST_FILES;
            warn!("expected at most {MOST_FILES} MIDI files in playlists, left out the last {n}");
            paths.truncate(MOST_FILES);
        }
        let files: Vec<Stamped> = paths.iter().map(|path| Stamped::now(path)).collect();
        let checked = stamped.iter().chain(&files).map(|file| file.stamp).collect();
        let waypoints = Waypoints { playlists: stamped, files, checked };
        let read = |path: PathBuf| {
            let bytes = anchors::read(&path);
            (path, bytes)
        };
        Self { waypoints, files: paths.into_iter().map(read).collect() }
    }

    /// As [`Self::read`], but without waypoints, and with a warning, if the disk of the playlists of
    /// `station` does not answer within 2 s. A later check then finds a change.
    pub fn read_in_time(station: &str, playlists: &[Playlist]) -> Self {
        let own = playlists.to_vec();
        let read = patience::within(PATIENCE, move || Self::read(&own));
        read.unwrap_or_else(|| {
            let names = playlists.iter().map(|list| list.file.display().to_string());
            let names: Vec<String> = names.collect();
            warn!(
                station,
                "no answer from the disk of {}: going on air without what it lists",
                names.join(", ")
            );
            let unread = |list: &Playlist| Stamped { path: list.file.clone(), stamp: None };
            let playlists = playlists.iter().map(unread).collect();
            Self { waypoints: Waypoints { playlists, ..Waypoints::default() }, files: Vec::new() }
        })
    }

    /// The tunes in the latent space of `model`, a trio model. A file that can't be used is skipped with a
    /// warning.
    pub fn placed(&self, model: &SequenceEncoder) -> Vec<Placed> {
        let place = |(path, bytes): &Midi| {
            let placed = match bytes {
                Ok(bytes) => {
                    anchors::of_midi(model, path, bytes).map_err(|error| error.to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            placed.inspect_err(|error| warn!("skipping waypoint: {error}")).ok()
        };
        self.files.iter().filter_map(place).collect()
    }
}

impl Waypoints {
    /// Whether the MIDI files differ from those of `others`.
    pub fn differ(&self, others: &Self) -> bool {
        self.files != others.files
    }

    /// Whether a playlist or a MIDI file has changed since it was read, and none has since the last
    /// check: an editor may write a file in several steps.
    pub fn are_changed(&mut self) -> bool {
        let all = || self.playlists.iter().chain(&self.files);
        let now: Vec<Option<Stamp>> = all().map(|file| Stamp::of(&file.path)).collect();
        let is_changed = all().zip(&now).any(|(file, now)| file.stamp != *now);
        let is_stable = now == self.checked;
        self.checked = now;
        is_changed && is_stable
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_changed_playlist_or_file_is_noticed_once_it_is_stable() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("list.m3u8"), "a.mp3\n").unwrap();
        let lists = [Playlist::new(at("list.m3u8"))];
        let mut before = WaypointFiles::read(&lists).waypoints;
        assert!(!before.are_changed());

        fs::write(at("list.m3u8"), "a.mp3\na.mid\n").unwrap();
        assert!(!before.are_changed());
        assert!(before.are_changed());
        let mut missing = WaypointFiles::read(&lists).waypoints;
        assert!(missing.differ(&before));

        fs::write(at("a.mid"), "MThd").unwrap();
        assert!(!missing.are_changed());
        assert!(missing.are_changed());
        let mut there = WaypointFiles::read(&lists).waypoints;
        assert!(there.differ(&missing) && !there.are_changed());

        fs::write(at("list.m3u8"), "b.mp3\na.mid\n").unwrap();
        assert!(!there.are_changed());
        assert!(there.are_changed());
        assert!(!WaypointFiles::read(&lists).waypoints.differ(&there));
    }
}
