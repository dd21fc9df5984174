//! The thread that notices changed waypoints of a station.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::Duration,
};

use crate::{
    config::Station,
    station::load::waypoints::{WaypointFiles, Waypoints},
    threads::{SpawnError, Supervisor},
};

/// Interval of the checks.
const INTERVAL: Duration = Duration::from_millis(500);

/// Changed waypoints of a station, read on a thread of their own: playlists may be on a disk that hangs.
///
/// The thread ends after its current check once this is dropped. It is not joined.
pub struct WaypointWatch {
    found: Receiver<WaypointFiles>,
    /// Nothing is sent through it: the thread ends when it is dropped.
    _stop: Sender<()>,
}

impl WaypointWatch {
    /// Watches the playlists of `station`, which were read as `waypoints`. A station without playlists
    /// needs no thread.
    ///
    /// # Errors
    /// Spawning the thread failed.
    pub fn start(
        station: &Station,
        mut waypoints: Waypoints,
        supervisor: &Supervisor,
    ) -> Result<Self, SpawnError> {
        let (sender, found) = mpsc::channel();
        let (stop, stopped) = mpsc::channel();
        if !station.playlists.is_empty() {
            let station = station.clone();
            supervisor.spawn(format!("waypoints-{}", station.name), move || {
                watch(&station, &mut waypoints, &stopped, &sender);
            })?;
        }
        Ok(Self { found, _stop: stop })
    }

    /// The newest waypoints, if they have changed since the last call.
    pub fn changed(&self) -> Option<WaypointFiles> {
        self.found.try_iter().last()
    }
}

fn watch(
    station: &Station,
    waypoints: &mut Waypoints,
    stopped: &Receiver<()>,
    found: &Sender<WaypointFiles>,
) {
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(INTERVAL) {
        if !waypoints.are_changed() {
            continue;
        }
        let files = WaypointFiles::read(&station.playlists);
        let before = std::mem::replace(waypoints, files.waypoints.clone());
        if waypoints.differ(&before) && found.send(files).is_err() {
            return;
        }
    }
}
