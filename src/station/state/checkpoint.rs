//! A station's checkpoint: the composer's progress and the bar on air, as saved.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tracing::info;

use crate::{
    compose::progress::Progress,
    station::{
        shift::Shift,
        state::file::{ignore, read, write},
    },
};

/// Version of the file of progress. Version 1 had other fields and a fingerprint of the build.
const PROGRESS_VERSION: u32 = 2;

/// Version of the file of the bar on air.
const BAR_VERSION: u32 = 1;

/// A bar on air that is further from the saved progress belongs to other music.
const MOST_BARS: u64 = 64;

/// The bar on air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarOnAir {
    /// Its number.
    pub bar: u64,
    /// How far its number is above the composer's.
    #[serde(rename = "stood_in")]
    pub shift: Shift,
}

impl BarOnAir {
    /// The composer's number of the bar.
    pub fn composed(self) -> u64 {
        self.shift.composed(self.bar)
    }
}

/// A station's saved progress.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Saved {
    /// The radio's seed.
    seed: u64,
    /// The progress before a phrase that was on air.
    pub progress: Progress,
    /// The last bar that listeners heard, if known.
    #[serde(skip)]
    pub place: Option<BarOnAir>,
}

/// [`Saved`] for writing.
#[derive(Serialize)]
struct Saving<'a> {
    seed: u64,
    progress: &'a Progress,
}

/// The files of a station's checkpoint.
pub(super) struct Paths {
    progress: PathBuf,
    bar: PathBuf,
}

impl Paths {
    /// The files of `station` in `folder`.
    pub fn new(folder: &Path, station: &str) -> Self {
        Self {
            progress: folder.join(format!("{station}.json")),
            bar: folder.join(format!("{station}.bar.json")),
        }
    }

    /// The checkpoint, if there is a valid one of the radio's `seed`.
    pub fn read(&self, seed: u64) -> Option<Saved> {
        let saved: Saved = read(&self.progress, PROGRESS_VERSION)?;
        if !saved.progress.is_valid() {
            return ignore(&self.progress, "expected a valid progress, found impossible values");
        }
        if saved.seed != seed {
            info!(
                "{}: ignoring saved state: expected seed {seed}, found {}",
                self.progress.display(),
                saved.seed
            );
            return None;
        }
        let near = saved.progress.bar..saved.progress.bar + MOST_BARS;
        let place: Option<BarOnAir> = read(&self.bar, BAR_VERSION);
        let place = place.filter(|place| near.contains(&place.composed()));
        Some(Saved { place, ..saved })
    }

    /// Replaces the file of progress.
    pub fn write_progress(&self, seed: u64, progress: &Progress) -> std::io::Result<()> {
        Ok(write(&self.progress, PROGRESS_VERSION, &Saving { seed, progress })?)
    }

    /// Replaces the file of the bar on air.
    pub fn write_bar(&self, place: BarOnAir) -> std::io::Result<()> {
        Ok(write(&self.bar, BAR_VERSION, &place)?)
    }
}
