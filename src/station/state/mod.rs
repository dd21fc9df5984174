//! State that survives a restart, even after `kill -9` or a power cut: a folder of small files.
//!
//! - `radio.seed.json`: the seed that was drawn.
//! - `NAME.json`: a station's progress before a phrase that was on air, every sixteen bars.
//! - `NAME.bar.json`: the bar on air, once a bar.
//! - `NAME.history.jsonl`: titles and their times, a line each.
//! - `studio/`: anchors made by hand ([`crate::station::studio::anchor_files`]).
//! - `NAME.hand.json`: the changes by hand.
//! - `NAME.moves.jsonl`: moves by hand and changes of radio.toml, with their bars, a line each.
//! - `NAME.moments.jsonl`: the progress before the last 64 pieces.
//! - `settings/HASH.toml`: the texts of radio.toml that were on air.
//! - `NAME.likes.jsonl`: likes, a line each; compacted to a line a piece.
//!
//! - `radio.lock`: locked while a radio uses the folder; holds its process id.
//!
//! One thread writes them, syncs each, and replaces a file whole; titles are appended. A file that is
//! broken, of another version or of another seed is ignored with a line in the log.

mod checkpoint;
mod file;
mod likes;
pub mod moves;
pub mod settings;
mod titles;
mod writer;

use std::{
    fmt::Display,
    path::{Path, PathBuf},
    sync::mpsc::Sender,
    thread::JoinHandle,
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use self::{checkpoint::Paths, writer::Message};
pub use self::{
    checkpoint::{BarOnAir, Saved},
    writer::StateSender,
};
use crate::{
    files::{
        Pending,
        lock::{FolderLock, NotLocked},
    },
    station::{history::History, likes::Likes, studio::hand::Hand},
    threads::Supervisor,
};

/// The seed's file. No station can have this name, since names have no dot.
const SEED_FILE: &str = "radio.seed.json";

/// Version of the seed's file.
const SEED_VERSION: u32 = 1;

/// Version of `NAME.hand.json`.
const HAND_VERSION: u32 = 1;

/// The folder of saved state; without one, nothing is saved.
#[derive(Default)]
pub struct State {
    folder: Option<PathBuf>,
    changes: Option<Sender<Message>>,
    writer: Option<JoinHandle<()>>,
    /// None if the disk has no locks. Dropped last, once all is written.
    _lock: Option<FolderLock>,
}

#[derive(Serialize, Deserialize)]
struct Seed {
    seed: u64,
}

impl State {
    /// State in `folder`, which is created if it does not exist, and locked. Where that fails, nothing is
    /// saved and a warning logged.
    ///
    /// # Errors
    /// Another process holds the lock: two radios would overwrite each other's state.
    pub fn in_folder(folder: &Path, supervisor: &Supervisor) -> Result<Self, NotLocked> {
        let unsaved = |error: &dyn Display| {
            warn!("{}: state will not be saved: {error}", folder.display());
            Self::default()
        };
        let lock = match FolderLock::take(folder) {
            Err(taken @ NotLocked::Taken { .. }) => return Err(taken),
            Err(NotLocked::System { source, .. }) if !is_writable(folder) => {
                return Ok(unsaved(&source));
            }
            Err(error) => {
                warn!("{error}: a second radio with this state folder would not be noticed");
                None
            }
            Ok(lock) => Some(lock),
        };
        Ok(match writer::start(folder.to_owned(), supervisor) {
            Ok((changes, writer)) => {
                let folder = Some(folder.to_owned());
                Self { folder, changes: Some(changes), writer: Some(writer), _lock: lock }
            }
            Err(error) => unsaved(&error),
        })
    }

    /// The folder, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The saved seed.
    pub fn seed(&self) -> Option<u64> {
        saved_seed(self.folder.as_ref()?)
    }

    /// Saves `seed` for the next start without one.
    pub fn keep_seed(&self, seed: u64) {
        if let Some(folder) = &self.folder
            && let Err(error) = file::write(&folder.join(SEED_FILE), SEED_VERSION, &Seed { seed })
        {
            warn!("{error}");
        }
    }

    /// The checkpoint of the station `name`, if there is one of the radio's `seed`.
    pub fn station(&self, name: &str, seed: u64) -> Option<Saved> {
        Paths::new(self.folder.as_ref()?, name).read(seed)
    }

    /// The titles of the station `name`.
    pub fn history(&self, name: &str) -> History {
        let Some(folder) = &self.folder else { return History::default() };
        History::new(titles::read(&titles::path(folder, name)))
    }

    /// The changes by hand on the station `name`.
    pub fn hand(&self, name: &str) -> Hand {
        let path = self.folder.as_ref().map(|folder| hand_path(folder, name));
        let saved = path.and_then(|path| file::read(&path, HAND_VERSION));
        saved.map_or_else(Hand::default, |SavedHand { hand }| hand)
    }

    /// The likes of the station `name`, which plays `model` in a radio with `seed`.
    pub fn likes(&self, name: &str, model: &str, seed: u64) -> Likes {
        let path = self.folder.as_ref().map(|folder| likes::path(folder, name));
        let pieces = path.map(|path| likes::read(&path).0).unwrap_or_default();
        Likes::new(seed, model, pieces)
    }

    /// The handle by which the station `name` saves its state; `seed` is the radio's.
    pub fn sender(&self, name: &str, seed: u64) -> StateSender {
        StateSender::new(name, seed, self.changes.clone())
    }
}

#[derive(Serialize, Deserialize)]
struct SavedHand {
    hand: Hand,
}

fn hand_path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("{station}.hand.json"))
}

/// The seed saved in the state folder `folder`.
pub fn saved_seed(folder: &Path) -> Option<u64> {
    file::read(&folder.join(SEED_FILE), SEED_VERSION).map(|Seed { seed }| seed)
}

/// Whether files can be created in `folder`.
fn is_writable(folder: &Path) -> bool {
    Pending::create(&folder.join(SEED_FILE)).is_ok()
}

impl Drop for State {
    /// Waits until all changes sent so far are written. Composers that still run are not waited for:
    /// listeners will not hear their phrases.
    fn drop(&mut self) {
        if let Some(changes) = self.changes.take() {
            let _ = changes.send(None);
        }
        if let Some(writer) = self.writer.take() {
            // A panic there has printed its message.
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests;
