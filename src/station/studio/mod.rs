//! The control room: moves by hand on stations on air.
//!
//! A [`moves::Move`] changes a station's [`hand::Hand`]: values in place of radio.toml's, steering of the
//! composer, and the desk. The [`Studio`] checks moves and makes them: values go to the thread `config`
//! ([`orders`]), which opens the station with them; they and steering go to the composer ([`request`]),
//! which says from which bar on they are heard; the desk goes to the playout. The station's
//! [`controls::Controls`] hold the hand and write each move to the [`log`], which [`replay`] composes
//! again note for note.

pub mod anchor_files;
mod asking;
pub mod controls;
pub mod cue;
pub mod drag;
pub mod dropped;
pub mod error;
pub mod event;
pub mod grid;
pub mod hand;
pub mod hand_made;
pub mod kept_desk;
pub mod knobs;
pub mod lab_error;
pub mod likeness;
pub mod log;
pub mod log_file;
pub mod look;
pub mod looks;
mod making;
pub mod moves;
pub mod orders;
mod past;
pub mod replay;
pub mod request;
pub mod steps;
pub mod thread;
pub mod value;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, mpsc::Sender},
};

use parking_lot::{Mutex, RwLock};
use tokio::sync::broadcast;

use self::{
    controls::Controls, error::MoveError, event::Event, hand::Hand, knobs::Knob, moves::Move,
    orders::ConfigOrder,
};
use crate::compose::{progress::Progress, setting::Setting};

/// Events that a slow subscriber may lag behind.
const N_EVENTS: usize = 256;

/// The moves on all stations of a radio.
pub struct Studio {
    stations: RwLock<BTreeMap<String, Arc<Controls>>>,
    /// To the thread `config`; none in tests.
    config: Mutex<Option<Sender<ConfigOrder>>>,
    events: broadcast::Sender<Arc<Event>>,
    /// The state folder.
    folder: Option<PathBuf>,
}

/// A composer's state before a phrase: with it, the phrase can be composed again.
#[derive(Clone)]
pub struct Before {
    /// The phrase's setting.
    pub setting: Setting,
    /// The progress before it; its first bar is `progress.bar`.
    pub progress: Arc<Progress>,
}

impl Default for Studio {
    fn default() -> Self {
        Self::new(None, None)
    }
}

impl Studio {
    /// The studio of a radio whose state is in `folder`; `config` sends to the thread `config`.
    pub fn new(folder: Option<PathBuf>, config: Option<Sender<ConfigOrder>>) -> Self {
        let (stations, events) = (RwLock::default(), broadcast::Sender::new(N_EVENTS));
        Self { stations, config: Mutex::new(config), events, folder }
    }

    /// The folder of files that are made in the studio, absolute as their names are.
    pub fn files(&self) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?.join("studio");
        Some(std::path::absolute(&folder).unwrap_or(folder))
    }

    /// The controls of `station`; new ones start with the hand that `saved` gives.
    pub fn enter(&self, station: &str, saved: impl FnOnce() -> Hand) -> Arc<Controls> {
        let mut stations = self.stations.write();
        let enter = || Arc::new(Controls::new(station, saved(), self.events.clone()));
        stations.entry(station.to_owned()).or_insert_with(enter).clone()
    }

    /// Drops all stations but those that are on air.
    pub fn leave(&self, is_on_air: impl Fn(&str) -> bool) {
        self.stations.write().retain(|name, _| is_on_air(name));
    }

    /// The changes by hand on `station`; none for an unknown one.
    pub fn hand(&self, station: &str) -> Hand {
        self.controls(station).map(|controls| controls.hand()).unwrap_or_default()
    }

    /// Numbers of steps on `station` that can be undone and redone.
    pub fn steps(&self, station: &str) -> [usize; 2] {
        self.controls(station).map(|controls| controls.steps()).unwrap_or_default()
    }

    /// The macros of the theme of `station`, with positions; none for an unknown one.
    pub fn knobs(&self, station: &str) -> Vec<Knob> {
        let of = |controls: Arc<Controls>| Knob::all(&controls.theme_macros(), &controls.hand());
        self.controls(station).map(of).unwrap_or_default()
    }

    /// The hand of `station` after `moves`, with bar `bar` as the first.
    ///
    /// # Errors
    /// There is no such station, or no such macro.
    pub fn hand_after(&self, station: &str, moves: Vec<Move>, bar: u64) -> Result<Hand, MoveError> {
        let controls = self.controls(station)?;
        let macros = controls.theme_macros();
        moves.into_iter().try_fold(controls.hand(), |hand, what| {
            Ok(hand.after(&knobs::with_numbers(what, &macros)?, bar))
        })
    }

    /// The insert lists of `station` by name, for [`Move::Jingle`].
    pub fn lists(&self, station: &str) -> Vec<String> {
        self.controls(station).map(|controls| controls.lists()).unwrap_or_default()
    }

    /// The events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    fn controls(&self, station: &str) -> Result<Arc<Controls>, MoveError> {
        let stations = self.stations.read();
        stations.get(station).cloned().ok_or_else(|| MoveError::Station {
            expected: stations.keys().cloned().collect::<Vec<_>>().join(", "),
            found: station.chars().take(60).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
