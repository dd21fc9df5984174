//! Everything that carries a station's sound or name beyond our own listeners, as radio.toml wants it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    time::timeout,
};

use super::{
    archive::Archive,
    directory::{self, Listing, Times},
    followers::Followers,
    hls::Hls,
    push::{
        self, Wish,
        status::{Status, Told},
    },
};
use crate::{
    config::{Config, Station},
    stream::mount::Mount,
};

/// For directories to hear that stations are gone.
const GOODBYE: Duration = Duration::from_secs(2);

/// All outlets of a radio; dropping it closes them.
pub struct Outlets {
    /// Their sound in small files.
    pub hls: Hls,
    archive: Archive,
    runtime: Handle,
    push: Followers<Wish>,
    told: Mutex<Vec<Told>>,
    directory: Followers<Listing>,
    /// Never sent to: whoever still has something to say to a directory has a copy.
    leaving: mpsc::Sender<()>,
    left: mpsc::Receiver<()>,
}

impl Outlets {
    /// None yet; they will run on `runtime`.
    pub fn on(runtime: &Handle) -> Self {
        let (leaving, left) = mpsc::channel(1);
        Self {
            hls: Hls::on(runtime.clone()),
            archive: Archive::on(runtime.clone()),
            runtime: runtime.clone(),
            push: Followers::on(runtime.clone()),
            told: Mutex::default(),
            directory: Followers::on(runtime.clone()),
            leaving,
            left,
        }
    }

    /// Opens and closes outlets so that they are those which `config` wants for `mounts`, the
    /// stations that are on air; those that it wants as before go on undisturbed.
    pub fn turn_to<'a>(
        &mut self,
        config: &Config,
        mounts: impl IntoIterator<Item = (&'a Station, Arc<Mount>)>,
    ) {
        let mounts: Vec<_> = mounts.into_iter().collect();
        self.turn_pushes(config, &mounts);
        self.turn_directory(config, &mounts);
        let named = mounts.iter().map(|(station, mount)| (station.name.as_str(), mount.clone()));
        self.hls.turn_to(&config.hls, config.state.as_deref(), named);
        self.archive.turn_to(&config.archive, mounts);
    }

    fn turn_pushes(&mut self, config: &Config, mounts: &[(&Station, Arc<Mount>)]) {
        let wanted = mounts.iter().flat_map(|(station, mount)| {
            station.push.iter().map(|push| {
                let (station, push) = (station.name.clone(), push.clone());
                let home = config.server.public_url.clone();
                (Wish { station, push, home }, mount.clone())
            })
        });
        self.push.turn_to(wanted, |wish, mount| {
            let (sender, status) = watch::channel(Status::default());
            let (station, server) = (wish.station.clone(), wish.push.server.to_string());
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.push(Told { station, server, status });
            push::follow(wish, mount, sender)
        });
    }

    fn turn_directory(&mut self, config: &Config, mounts: &[(&Station, Arc<Mount>)]) {
        let home = config.server.public_url.as_ref().filter(|_| config.directory.url.is_some());
        let wanted =
            mounts.iter().filter(|(station, _)| station.public).filter_map(|(station, mount)| {
                let listing = Listing {
                    station: station.name.clone(),
                    directory: config.directory.clone(),
                    home: home?.clone(),
                    max_listeners: config.server.max_listeners,
                };
                Some((listing, mount.clone()))
            });
        self.directory.turn_to(wanted, |listing, mount| {
            directory::follow(listing, mount, Times::default(), self.leaving.clone())
        });
    }

    /// How each push fares.
    pub fn pushes(&self) -> Vec<Told> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(Told::is_current);
        told.clone()
    }

    /// Closes all, and waits a moment for directories to hear of it. Not to be called on the runtime.
    pub fn close(self) {
        let Self { runtime, push, directory, leaving, mut left, .. } = self;
        drop((push, directory, leaving));
        // Late or never: a directory forgets in time who says nothing.
        let _ = runtime.block_on(async { timeout(GOODBYE, left.recv()).await });
    }
}
