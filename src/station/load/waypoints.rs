//! The MIDI files of a station's playlists: the radio dreams its way through them.

use std::path::{Path, PathBuf};

use tracing::warn;

use crate::{
    config::{Anchor, Playlist},
    files::Stamp,
    inserts::list::Contents,
    musicvae::net::{latent::Latent, music_vae::MusicVae},
    station::load::anchors,
};

/// Files as they were when they were read.
#[derive(Debug, Clone)]
pub struct Waypoints {
    playlists: Vec<Seen>,
    files: Vec<Seen>,
    /// The stamps of all of them at the last look.
    looked: Vec<Option<Stamp>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Seen {
    path: PathBuf,
    stamp: Option<Stamp>,
}

impl Seen {
    fn now(path: &Path) -> Self {
        Self { path: path.to_owned(), stamp: Stamp::of(path) }
    }
}

impl Waypoints {
    /// The waypoints of `playlists`, in their order. A playlist that can't be read has none; whoever
    /// plays its recordings says so.
    pub fn of(playlists: &[Playlist]) -> Self {
        // Before they are read, so that no change falls between.
        let seen: Vec<Seen> = playlists.iter().map(|playlist| Seen::now(&playlist.file)).collect();
        let contents = seen.iter().filter_map(|Seen { path, .. }| Contents::read(path).ok());
        let files = contents.flat_map(|contents| contents.waypoints);
        let files: Vec<Seen> = files.map(|path| Seen::now(&path)).collect();
        let looked = seen.iter().chain(&files).map(|seen| seen.stamp).collect();
        Self { playlists: seen, files, looked }
    }

    /// Whether these lead elsewhere than `others`: by other files, or by files that have changed.
    pub fn differ(&self, others: &Self) -> bool {
        self.files != others.files
    }

    /// Whether a playlist or a MIDI file is not as it was when it was read, and has stood still since
    /// the last look: an editor may write it in several goes.
    pub fn are_changed(&mut self) -> bool {
        let all = || self.playlists.iter().chain(&self.files);
        let now: Vec<Option<Stamp>> = all().map(|seen| Stamp::of(&seen.path)).collect();
        let is_other = all().zip(&now).any(|(seen, now)| seen.stamp != *now);
        let is_still = now == self.looked;
        self.looked = now;
        is_other && is_still
    }

    /// What they are to `model`, a trio's; one that can't be used is left out with a warning.
    pub fn points(&self, model: &MusicVae) -> Vec<Latent> {
        let point = |seen: &Seen| match anchors::encode(model, &Anchor::Midi(seen.path.clone())) {
            Ok(point) => Some(point),
            Err(error) => {
                warn!("{error}; it is left out");
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
    fn a_list_or_a_file_that_changes_is_noticed_once_it_is_written() {
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
