//! All sinks and directory entries of the radio, kept in step with radio.toml.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{runtime::Handle, sync::mpsc, time::timeout};

use crate::{
    config::{Config, Station},
    out::{
        archive::Archive,
        directory::{self, Times, listing::Listing},
        hls::Hls,
        mount_tasks::MountTasks,
        push::{self, target::Target},
        status::{RegisteredTarget, Registry, TargetKind},
    },
    station::history::History,
    stream::mount::Mount,
    threads::Supervisor,
};

/// Longest wait at shutdown for directories to remove the entries.
const GOODBYE: Duration = Duration::from_secs(2);

/// All sinks of a radio; dropping it closes them.
pub struct Sinks {
    /// HTTP Live Streaming.
    pub hls: Hls,
    archive: Archive,
    state: Option<PathBuf>,
    runtime: Handle,
    push: MountTasks<Target>,
    pushes: Registry,
    directory: MountTasks<Listing>,
    /// Nothing is ever sent. Each task with an entry to remove holds a clone, so `left` closes when all
    /// entries have been removed.
    leaving: mpsc::Sender<()>,
    left: mpsc::Receiver<()>,
}

/// A station on air, as sinks see it.
#[derive(Clone, Copy)]
pub struct OnAir<'a> {
    /// Its configuration.
    pub station: &'a Station,
    /// Its mounts, the main one first.
    pub mounts: &'a [Arc<Mount>],
    /// The titles played, with the inputs of their covers.
    pub history: &'a Arc<History>,
}

impl Sinks {
    /// No sinks yet. They will run on `runtime` and keep their persistent state in the folder `state`. The
    /// `supervisor` restarts tasks that panic.
    pub fn on(runtime: &Handle, state: Option<PathBuf>, supervisor: &Supervisor) -> Self {
        let (leaving, left) = mpsc::channel(1);
        Self {
            hls: Hls::on(runtime.clone(), supervisor),
            archive: Archive::on(runtime.clone(), supervisor),
            state,
            runtime: runtime.clone(),
            push: MountTasks::on("push", runtime.clone(), supervisor),
            pushes: Registry::default(),
            directory: MountTasks::on("listing", runtime.clone(), supervisor),
            leaving,
            left,
        }
    }

    /// Opens and closes sinks according to `config` for the stations `on_air`. Unchanged sinks keep running.
    ///
    /// HLS offers every bitrate and a push sends the mount that it names; other sinks use the first mount.
    pub fn update<'a>(&mut self, config: &Config, on_air: impl IntoIterator<Item = OnAir<'a>>) {
        let on_air: Vec<_> = on_air.into_iter().collect();
        let first =
            |on_air: &OnAir<'a>| on_air.mounts.first().map(|mount| (on_air.station, mount.clone()));
        let firsts: Vec<_> = on_air.iter().filter_map(first).collect();
        self.update_pushes(config, &on_air);
        self.update_directory(config, &firsts);
        let all = on_air.iter().flat_map(|OnAir { station, mounts, history }| {
            mounts.iter().map(|mount| (station.name.as_str(), mount.clone(), Arc::clone(history)))
        });
        self.hls.update(&config.hls, self.state.as_deref(), all);
        self.archive.update(&config.archive, firsts);
    }

    fn update_pushes(&mut self, config: &Config, on_air: &[OnAir]) {
        let wanted = on_air.iter().flat_map(|OnAir { station, mounts, .. }| {
            station.push.iter().filter_map(|push| {
                let is_it = |mount: &&Arc<Mount>| {
                    push.mount.as_ref().is_none_or(|path| *path == mount.about.path)
                };
                let mount = mounts.iter().find(is_it)?.clone();
                let (station, push) = (station.name.clone(), push.clone());
                let home = config.server.public_url.clone();
                Some((Target { station, push, home }, mount))
            })
        });
        let wanted: Vec<_> = wanted.collect();
        let place = |registered: &RegisteredTarget| {
            let is_it = |(target, _): &(Target, _)| {
                target.station == registered.station
                    && target.push.server.to_string() == registered.server
            };
            wanted.iter().position(is_it)
        };
        self.push.update(wanted.iter().cloned(), |target, mount| {
            let server = target.push.server.to_string();
            let status = self.pushes.add(TargetKind::Push, &target.station, server);
            move || push::run(target.clone(), mount.clone(), status.clone())
        });
        // Pushes that kept running are registered before new ones.
        self.pushes.sort_by_key(place);
    }

    fn update_directory(&mut self, config: &Config, mounts: &[(&Station, Arc<Mount>)]) {
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
        self.directory.update(wanted, |listing, mount| {
            let leaving = self.leaving.clone();
            move || {
                directory::run(listing.clone(), mount.clone(), Times::default(), leaving.clone())
            }
        });
    }

    /// The folder of persistent state.
    pub fn state(&self) -> Option<&Path> {
        self.state.as_deref()
    }

    /// The status of each push, then of each upload, in the order of radio.toml.
    pub fn statuses(&self) -> Vec<RegisteredTarget> {
        [self.pushes.read(), self.hls.statuses()].concat()
    }

    /// Closes all sinks, and waits up to 2 s for directories to remove the entries. Must not be called
    /// on the runtime.
    pub fn close(self) {
        let Self { runtime, push, directory, leaving, mut left, .. } = self;
        drop((push, directory, leaving));
        // On a timeout the entries expire by themselves.
        let _ = runtime.block_on(async { timeout(GOODBYE, left.recv()).await });
    }
}
