//! A station on air: its threads, its mounts, and the handle that changes and stops them.

mod started;

use std::{
    sync::{Arc, mpsc::Sender},
    thread::JoinHandle,
};

use tokio::sync::watch;
use tracing::{error, warn};

use crate::{
    compose::{change::Change, loaded_theme::LoadedTheme, steering::When},
    config::Station,
    inserts::prefetch::Prefetch,
    station::{
        bar_queue::BarQueue,
        encoders::EncoderSpec,
        history::History,
        likes::Likes,
        mounts::{Buffering, open_mounts, places},
        on_air::OnAir,
        playout::InsertChange,
        playout_orders::OrderSender,
        prefetch::PrefetchThread,
        state::StateSender,
        studio::{
            controls::Controls,
            error::MoveError,
            log::Version,
            request::{Request, What},
        },
        takes::memory::Takes,
    },
    stream::mount::{About, Mount, Rules},
    threads::Supervisor,
};

/// A station that plays until it is dropped. Listeners then hear what is left in the rings and a clean
/// end.
///
/// Dropping joins the playout's thread but not the composer's, which may take seconds on a busy
/// machine to finish a phrase that will not be played. The composer's thread ends at its next bar.
pub struct LiveStation {
    /// Name in URLs.
    pub name: String,
    /// At least one mount, the main one first.
    pub mounts: Vec<Arc<Mount>>,
    /// The bars on air.
    pub on_air: watch::Receiver<Arc<OnAir>>,
    /// The titles played.
    pub history: Arc<History>,
    /// The recent sound.
    pub takes: Arc<Takes>,
    /// Takes moves of the desk, jingles and titles set by hand.
    pub orders: OrderSender,
    /// What listeners liked.
    pub likes: Arc<Likes>,
    buffering: Buffering,
    encoder_changes: Sender<Vec<EncoderSpec>>,
    bars: Arc<BarQueue>,
    /// None for a station that plays a foreign [`Source`].
    ways: Option<Ways>,
    /// Saves the station's state.
    pub state_sender: StateSender,
    supervisor: Supervisor,
    /// Nothing is sent through it: the playout stops when it is dropped.
    stop: Option<Sender<()>>,
    playout: Option<JoinHandle<()>>,
}

/// Channels that change a composer and its inserts.
struct Ways {
    controls: Arc<Controls>,
    insert_changes: Sender<InsertChange>,
    seed: u64,
}

impl LiveStation {
    /// Plays the changed `station` from the next phrase on, with its theme already loaded. Mounts are
    /// added, removed and changed at the next chunk; listeners of the others are not affected.
    pub fn change_to(&mut self, station: Station, loaded: LoadedTheme, version: Version) {
        if let Some(ways) = &self.ways {
            ways.controls.set_lists(&station.playlists);
            ways.controls.set_macros(&station.theme.macros);
            let prefetch = Prefetch::for_station(&station, ways.seed);
            match PrefetchThread::spawn(prefetch, &station.name, &self.supervisor) {
                Ok(source) => {
                    let change = InsertChange { playlists: station.playlists.clone(), source };
                    // Fails only if the playout has ended: then nothing plays.
                    let _ = ways.insert_changes.send(change);
                }
                Err(error) => warn!(station = self.name, "playlists unchanged: {error}"),
            }
        }
        self.set_mounts(places(&station));
        self.recompose(station, loaded, Some(version));
    }

    /// Composes for the changed `station` from the next phrase on, with its theme already loaded.
    pub fn recompose(&self, station: Station, loaded: LoadedTheme, version: Option<Version>) {
        self.likes.set_model(&model_of(&station));
        let (by, what, when) = ("radio.toml".to_owned(), What::Settings, When::Phrase);
        let request = Request { by, what, when, changes: Vec::new(), version, answer: None };
        if let Err(error) = self.ask(station, loaded, request) {
            warn!(station = self.name, "music unchanged: {error}");
        }
    }

    /// Changes the composer to `station`, with its theme already loaded, as `request` says.
    ///
    /// # Errors
    /// The composer accepts no requests.
    pub fn ask(
        &self,
        station: Station,
        loaded: LoadedTheme,
        mut request: Request,
    ) -> Result<(), MoveError> {
        let Some(ways) = &self.ways else { return Ok(()) };
        request.changes.insert(0, Change::Station(Box::new((station, loaded))));
        ways.controls.send(request)
    }

    /// Updates names, descriptions and limits of the mounts to those of `station`; the music continues.
    pub fn describe_as(&mut self, station: &Station) {
        self.set_mounts(places(station));
    }

    /// Stops the threads, without waiting for them.
    pub fn stop(&mut self) {
        self.stop.take();
        self.bars.close();
        self.state_sender.close();
    }

    fn set_mounts(&mut self, places: Vec<(About, Rules)>) {
        let (mounts, specs) = open_mounts(&self.mounts, places, self.buffering);
        self.mounts = mounts;
        // Fails only if the playout has ended: then nothing plays.
        let _ = self.encoder_changes.send(specs);
    }
}

/// The model of bass and lead of `station`, in whose latent space likes lie.
fn model_of(station: &Station) -> String {
    station.theme.trio_model.to_string()
}

impl Drop for LiveStation {
    fn drop(&mut self) {
        self.stop();
        if self.playout.take().is_some_and(|playout| playout.join().is_err()) {
            error!(station = self.name, "playout thread panicked");
        }
    }
}

#[cfg(test)]
mod tests;
