//! Waypoints: the MIDI files of a station's playlists, which its bass and lead walk through in order.

use std::path::{Path, PathBuf};

use tracing::warn;

use crate::{
    config::Playlist,
    files::Stamp,
    inserts::list::Contents,
    musicvae::net::{latent::Latent, music_vae::SequenceEncoder},
    station::load::anchors,
};

/// The playlists and their MIDI files, with their stamps when they were read.
#[derive(Debug, Clone)]
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

impl Stamped {
    fn now(path: &Path) -> Self {
        Self { path: path.to_owned(), stamp: Stamp::of(path) }
    }
}

impl Waypoints {
    /// The waypoints of `playlists`, in their order. A playlist that can't be read has none; its
    /// recordings are prefetched elsewhere, where the error is logged.
    pub fn of(playlists: &[Playlist]) -> Self {
        // Stamped before they are read, so that no change is missed.
        let stamped: Vec<Stamped> =
            playlists.iter().map(|playlist| Stamped::now(&playlist.file)).collect();
        let contents = stamped.iter().filter_map(|Stamped { path, .. }| Contents::read(path).ok());
        let files = contents.flat_map(|contents| contents.waypoints);
        let files: Vec<Stamped> = files.map(|path| Stamped::now(&path)).collect();
        let checked = stamped.iter().chain(&files).map(|file| file.stamp).collect();
        Self { playlists: stamped, files, checked }
    }

    /// Whether the MIDI files are others than those of `others`, or have changed.
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

    /// Their points in the latent space of `model`, a trio model. A file that can't be used is skipped
    /// with a warning.
    pub fn points(&self, model: &SequenceEncoder) -> Vec<Latent> {
        let point = |file: &Stamped| match anchors::of_file(model, &file.path) {
            Ok(point) => Some(point),
            Err(error) => {
                warn!("skipping waypoint: {error}");
                None
            }
        };
        self.files.iter().filter_map(point).collect()
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
        let mut before = Waypoints::of(&lists);
        assert!(!before.are_changed());

        fs::write(at("list.m3u8"), "a.mp3\na.mid\n").unwrap();
        assert!(!before.are_changed());
        assert!(before.are_changed());
        let mut missing = Waypoints::of(&lists);
        assert!(missing.differ(&before));

        fs::write(at("a.mid"), "MThd").unwrap();
        assert!(!missing.are_changed());
        assert!(missing.are_changed());
        let mut there = Waypoints::of(&lists);
        assert!(there.differ(&missing) && !there.are_changed());

        fs::write(at("list.m3u8"), "b.mp3\na.mid\n").unwrap();
        assert!(!there.are_changed());
        assert!(there.are_changed());
        assert!(!Waypoints::of(&lists).differ(&there));
    }
}
