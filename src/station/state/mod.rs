//! State that survives a restart, even after `kill -9` or a power cut: a folder of small files.
//!
//! - `radio.seed.json`: the seed that was drawn.
//! - `NAME.json`: a station's progress before a phrase that was on air, every sixteen bars.
//! - `NAME.bar.json`: the bar on air, once a bar.
//! - `NAME.history.jsonl`: titles and their times, a line each.
//!
//! One thread writes them, and replaces a file whole. A file that is broken, of another version or of
//! another seed is ignored with a line in the log.

mod checkpoint;
mod file;
mod titles;
mod writer;

use std::{
    fs,
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
use crate::{station::history::History, threads::Supervisor};

/// The seed's file. No station can have this name, since names have no dot.
const SEED_FILE: &str = "radio.seed.json";

/// Version of the seed's file.
const SEED_VERSION: u32 = 1;

/// The folder of saved state; without one, nothing is saved.
#[derive(Default)]
pub struct State {
    folder: Option<PathBuf>,
    changes: Option<Sender<Message>>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Serialize, Deserialize)]
struct Seed {
    seed: u64,
}

impl State {
    /// State in `folder`, which is created if it does not exist. Where that fails, nothing is saved and
    /// a warning logged.
    pub fn in_folder(folder: &Path, supervisor: &Supervisor) -> Self {
        let probe = folder.join("radio.seed.json.partial");
        let created = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, ""));
        if let Err(error) = created.and_then(|()| fs::remove_file(&probe)) {
            warn!("{}: state will not be saved: {error}", folder.display());
            return Self::default();
        }
        match writer::start(folder.to_owned(), supervisor) {
            Ok((changes, writer)) => Self {
                folder: Some(folder.to_owned()),
                changes: Some(changes),
                writer: Some(writer),
            },
            Err(error) => {
                warn!("{}: state will not be saved: {error}", folder.display());
                Self::default()
            }
        }
    }

    /// The folder, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The saved seed.
    pub fn seed(&self) -> Option<u64> {
        let path = self.folder.as_ref()?.join(SEED_FILE);
        file::read(&path, SEED_VERSION).map(|Seed { seed }| seed)
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

    /// The handle by which the station `name` saves its state; `seed` is the radio's.
    pub fn sender(&self, name: &str, seed: u64) -> StateSender {
        StateSender::new(name, seed, self.changes.clone())
    }
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
