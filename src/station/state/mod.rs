//! What survives a restart, even one by `kill -9`: a folder of small files.
//!
//! - `radio.seed.json`: the seed that was drawn.
//! - `NAME.json`: the composer of a station before a phrase that was on air, every sixteen bars.
//! - `NAME.bar.json`: the bar that is on air, once a bar.
//! - `NAME.history.jsonl`: a title and its time on each line, as they come.
//!
//! A thread of its own writes them, each to another name first, so that nobody meets half of one. What
//! is broken, of another version or of another seed is left aside.

mod file;
mod keeper;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc::Sender,
    thread::{self, JoinHandle},
};

use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::{
    compose::progress::Snapshot,
    station::{
        history::{Heard, History},
        state::{
            file::{read, write},
            keeper::Sent,
        },
    },
};

pub use self::keeper::Notebook;

/// A bar that is further from the saved phrase is not of the same programme.
const MOST_BARS: u64 = 64;

/// What the seed is kept in; no station can be called so, since names have no dot.
const SEED_FILE: &str = "radio.seed.json";

/// A folder, or none: then nothing survives.
#[derive(Default)]
pub struct State {
    folder: Option<PathBuf>,
    notes: Option<Sender<Sent>>,
    keeper: Option<JoinHandle<()>>,
}

/// The bar that is on air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its number.
    pub bar: u64,
    /// How many bars before it were no composer's but played in its place.
    pub stood_in: u64,
}

impl Place {
    /// The bar as its composer numbered it.
    pub fn composed(self) -> u64 {
        self.bar.saturating_sub(self.stood_in)
    }
}

/// A station as it was left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// What its programme was drawn from.
    seed: u64,
    /// Its composer.
    pub snapshot: Snapshot,
    /// The last bar that was heard, if that is known.
    #[serde(skip)]
    pub place: Option<Place>,
}

#[derive(Serialize, Deserialize)]
struct Radio {
    seed: u64,
}

impl State {
    /// Keeps what survives in `folder`, which is made where it is not there. If that can't be, nothing
    /// survives, which is told.
    pub fn in_folder(folder: &Path) -> Self {
        let probe = folder.join("radio.seed.json.partial");
        let made = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, ""));
        if let Err(error) = made.and_then(|()| fs::remove_file(&probe)) {
            warn!("{}: {error}; nothing survives a restart", folder.display());
            return Self::default();
        }
        let (notes, keeper) = match keeper::start(folder.to_owned()) {
            Ok((notes, keeper)) => (Some(notes), Some(keeper)),
            Err(error) => {
                warn!("can't start a thread: {error}; nothing survives a restart");
                return Self::default();
            }
        };
        Self { folder: Some(folder.to_owned()), notes, keeper }
    }

    /// Where it is, if anywhere.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The seed that was kept.
    pub fn seed(&self) -> Option<u64> {
        read::<Radio>(&self.folder.as_ref()?.join(SEED_FILE)).map(|radio| radio.seed)
    }

    /// Keeps `seed` for a start that is given none.
    pub fn keep_seed(&self, seed: u64) {
        if let Some(folder) = &self.folder {
            let path = folder.join(SEED_FILE);
            if let Err(error) = write(&path, &Radio { seed }) {
                warn!("{}: {error}", path.display());
            }
        }
    }

    /// The station `name` as it was left, if its programme was drawn from `seed`.
    pub fn station(&self, name: &str, seed: u64) -> Option<Saved> {
        let folder = self.folder.as_ref()?;
        let path = folder.join(format!("{name}.json"));
        let saved: Saved = read(&path)?;
        if !saved.snapshot.is_sound() {
            warn!("{}: it makes no sense; it is left aside", path.display());
            return None;
        }
        if saved.seed != seed {
            info!("{}: of another seed; it is left aside", path.display());
            return None;
        }
        let place = read::<Place>(&folder.join(format!("{name}.bar.json")));
        let phrase = saved.snapshot.bar..saved.snapshot.bar + MOST_BARS;
        let place = place.filter(|place| phrase.contains(&place.composed()));
        Some(Saved { place, ..saved })
    }

    /// The history of the station `name`.
    pub fn history(&self, name: &str) -> History {
        let Some(folder) = &self.folder else { return History::default() };
        History::new(keeper::read_history(&folder.join(format!("{name}.history.jsonl"))))
    }

    /// Where the station `name` writes down what becomes of it; its programme is drawn from `seed`.
    pub fn notebook(&self, name: &str, seed: u64) -> Notebook {
        Notebook::new(name, seed, self.notes.clone())
    }
}

impl Drop for State {
    /// Waits until all that was noted so far is written. What comes later is not: a composer that is at
    /// work on a phrase which nobody will hear need not be waited for.
    fn drop(&mut self) {
        if let Some(notes) = self.notes.take() {
            let _ = notes.send(None);
        }
        if let Some(keeper) = self.keeper.take() {
            // A panic there has been told already.
            let _ = keeper.join();
        }
    }
}

/// Starts a thread that does `work`.
fn spawn(work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("state".into()).spawn(work)
}

#[cfg(test)]
mod tests;
