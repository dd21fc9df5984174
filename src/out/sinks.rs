//! Everything that carries a station's sound or name beyond our own listeners, as radio.toml wants it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{runtime::Handle, sync::mpsc, time::timeout};

use crate::{
    config::{Config, Station},
    out::{
        archive::Archive,
        directory::{self, Listing, Times},
        followers::Followers,
        hls::Hls,
        push::{self, Wish},
        status::{Board, Told, Way},
    },
    stream::mount::Mount,
};

/// For directories to hear that stations are gone.
const GOODBYE: Duration = Duration::from_secs(2);

/// All outlets of a radio; dropping it closes them.
pub struct Outlets {
    /// Their sound in small files.
    pub hls: Hls,
    archive: Archive,
    state: Option<PathBuf>,
    runtime: Handle,
    push: Followers<Wish>,
    pushes: Board,
    directory: Followers<Listing>,
    /// Never sent to: whoever still has something to say to a directory has a copy.
    leaving: mpsc::Sender<()>,
    left: mpsc::Receiver<()>,
}

impl Outlets {
    /// None yet; they will run on `runtime` and keep in the folder `state` what must survive.
    pub fn on(runtime: &Handle, state: Option<PathBuf>) -> Self {
        let (leaving, left) = mpsc::channel(1);
        Self {
            hls: Hls::on(runtime.clone()),
            archive: Archive::on(runtime.clone()),
            state,
            runtime: runtime.clone(),
            push: Followers::on(runtime.clone()),
            pushes: Board::default(),
            directory: Followers::on(runtime.clone()),
            leaving,
            left,
        }
    }

    /// Opens and closes outlets so that they are those which `config` wants for the stations that are
    /// `on_air`, each with its mounts; those that it wants as before go on undisturbed.
    ///
    /// HLS offers every bitrate, a push takes the mount that it names; all others take the station's
    /// first.
    pub fn turn_to<'a>(
        &mut self,
        config: &Config,
        on_air: impl IntoIterator<Item = (&'a Station, &'a [Arc<Mount>])>,
    ) {
        let on_air: Vec<_> = on_air.into_iter().collect();
        let first = |(station, mounts): &(&'a Station, &'a [Arc<Mount>])| {
            mounts.first().map(|mount| (*station, mount.clone()))
        };
        let firsts: Vec<_> = on_air.iter().filter_map(first).collect();
        self.turn_pushes(config, &on_air);
        self.turn_directory(config, &firsts);
        let all = on_air.iter().flat_map(|(station, mounts)| {
            mounts.iter().map(|mount| (station.name.as_str(), mount.clone()))
        });
        self.hls.turn_to(&config.hls, self.state.as_deref(), all);
        self.archive.turn_to(&config.archive, firsts);
    }

    fn turn_pushes(&mut self, config: &Config, on_air: &[(&Station, &[Arc<Mount>])]) {
        let wanted = on_air.iter().flat_map(|(station, mounts)| {
            station.push.iter().filter_map(|push| {
                let is_it = |mount: &&Arc<Mount>| {
                    push.mount.as_ref().is_none_or(|path| *path == mount.about.path)
                };
                let mount = mounts.iter().find(is_it)?.clone();
                let (station, push) = (station.name.clone(), push.clone());
                let home = config.server.public_url.clone();
                Some((Wish { station, push, home }, mount))
            })
        });
        let wanted: Vec<_> = wanted.collect();
        let place = |told: &Told| {
            let is_it = |(wish, _): &(Wish, _)| {
                wish.station == told.station && wish.push.server.to_string() == told.server
            };
            wanted.iter().position(is_it)
        };
        self.push.turn_to(wanted.iter().cloned(), |wish, mount| {
            let server = wish.push.server.to_string();
            let status = self.pushes.add(Way::Push, &wish.station, server);
            push::follow(wish, mount, status)
        });
        // Those that go on were told of before those that are new.
        self.pushes.sort_by_key(place);
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

    /// How each push and then each upload fares, in the order of radio.toml.
    pub fn told(&self) -> Vec<Told> {
        [self.pushes.read(), self.hls.told()].concat()
    }

    /// Closes all, and waits a moment for directories to hear of it. Not to be called on the runtime.
    pub fn close(self) {
        let Self { runtime, push, directory, leaving, mut left, .. } = self;
        drop((push, directory, leaving));
        // Late or never: a directory forgets in time who says nothing.
        let _ = runtime.block_on(async { timeout(GOODBYE, left.recv()).await });
    }
}
