//! All stations of a radio, and the change to another radio.toml.

use std::sync::Arc;

use tracing::{info, warn};

use crate::{
    compose::loaded_theme::LoadedTheme,
    config::{Config, Server, Station},
    station::{
        Error,
        live::LiveStation,
        load::{self, library::Library, waypoints::WaypointFiles},
        mounts::Buffering,
        state::State,
        waypoint_watch::WaypointWatch,
    },
    threads::Supervisor,
};

/// The stations of a radio, in the order of radio.toml.
pub struct Radio {
    library: Library,
    seed: u64,
    buffering: Buffering,
    supervisor: Supervisor,
    playing: Vec<Playing>,
    /// Removed from radio.toml, still playing.
    ended: Vec<Playing>,
    // Last: dropped, and so written, after all stations have stopped.
    state: State,
}

/// A station on air, with its configuration.
struct Playing {
    config: Station,
    live: LiveStation,
    waypoints: WaypointWatch,
}

/// A station can't go on air.
#[derive(Debug, thiserror::Error)]
#[error("station {station}: {source}")]
pub struct StationError {
    /// Name of the station.
    pub station: String,
    /// What can't be used.
    pub source: Box<Error>,
}

/// How a station changes with a new radio.toml.
enum Change {
    /// The music is the same.
    None,
    /// The music changes at the next phrase.
    Theme(Box<(LoadedTheme, WaypointWatch)>),
    /// The station starts, or restarts with another SoundFont.
    Start(Box<(LiveStation, WaypointWatch)>),
}

impl Radio {
    /// Starts all stations of `config`, composed from `seed`, where `state` has saved them. The
    /// `supervisor` watches their threads.
    ///
    /// # Errors
    /// A model, SoundFont or MIDI file that a station names can't be used.
    pub fn start(
        config: &Config,
        library: Library,
        seed: u64,
        state: State,
        supervisor: &Supervisor,
    ) -> Result<Self, StationError> {
        let Server { burst_bytes, lag_seconds, .. } = config.server;
        let buffering = Buffering { burst_bytes, lag_seconds };
        let (playing, ended) = (Vec::new(), Vec::new());
        let supervisor = supervisor.clone();
        let mut radio = Self { library, seed, buffering, supervisor, playing, ended, state };
        radio.change_to(config)?;
        Ok(radio)
    }

    /// Changes to `config`: new stations start, changed ones play on and change at their next phrase,
    /// removed ones play until [`Self::stop_ended`]. A station with another SoundFont restarts.
    ///
    /// # Errors
    /// A model, SoundFont or MIDI file that a station names can't be used; nothing has changed then.
    pub fn change_to(&mut self, config: &Config) -> Result<(), StationError> {
        let mut changes = Vec::new();
        for station in &config.stations {
            let named =
                |error| StationError { station: station.name.clone(), source: Box::new(error) };
            changes.push(self.prepare(station).map_err(named)?);
        }
        let mut before = std::mem::take(&mut self.playing);
        for (station, change) in config.stations.iter().zip(changes) {
            let index = before.iter().position(|old| old.config.name == station.name);
            let old = index.map(|index| before.swap_remove(index));
            let (live, waypoints) = match (change, old) {
                (Change::None, Some(mut old)) => {
                    if old.config != *station {
                        old.live.describe_as(station);
                    }
                    (old.live, old.waypoints)
                }
                (Change::Theme(theme), Some(Playing { mut live, .. })) => {
                    info!(station = station.name, "changing theme at the next phrase");
                    let (loaded, waypoints) = *theme;
                    live.change_to(station.clone(), loaded);
                    (live, waypoints)
                }
                (Change::Start(started), old) => {
                    self.ended.extend(old);
                    *started
                }
                // Only stations that were playing get these.
                (Change::None | Change::Theme(_), None) => continue,
            };
            self.playing.push(Playing { config: station.clone(), live, waypoints });
        }
        self.link_fallback_mounts();
        self.ended.append(&mut before);
        self.library.release_encoders();
        Ok(())
    }

    /// Stops the stations that the last change removed. To be called after the web no longer offers
    /// them, so that no listener joins a station that is about to stop.
    pub fn stop_ended(&mut self) {
        for Playing { config, live, .. } in self.ended.drain(..) {
            info!(station = config.name, "stopping");
            drop(live);
        }
    }

    /// Links each mount to its fallback mount.
    fn link_fallback_mounts(&self) {
        let all: Vec<_> = self.stations().flat_map(|live| &live.mounts).collect();
        for mount in &all {
            let path = mount.rules.fallback.as_deref();
            let found = all.iter().find(|other| Some(other.about.path.as_str()) == path);
            mount.set_fallback(found.map(|found| Arc::clone(found)));
        }
    }

    /// Reloads the theme of each station whose MIDI files have changed.
    pub fn reload_waypoints(&mut self) {
        for Playing { config, live, waypoints } in &mut self.playing {
            let Some(files) = waypoints.changed() else { continue };
            match load::theme::open(config, &mut self.library, &files) {
                Ok(loaded) => {
                    info!(station = config.name, "changing waypoints at the next phrase");
                    live.recompose(config.clone(), loaded);
                }
                Err(error) => warn!(station = config.name, "waypoints unchanged: {error}"),
            }
            self.library.release_encoders();
        }
    }

    /// Opens what the change to `station` needs.
    fn prepare(&mut self, station: &Station) -> Result<Change, Error> {
        let old = self.playing.iter().map(|old| &old.config).find(|old| old.name == station.name);
        let keeps_fonts = old.is_some_and(|old| old.has_fonts_of(station));
        if old.is_some_and(|old| old.sounds_like(station)) {
            return Ok(Change::None);
        }
        let files = WaypointFiles::read_in_time(&station.name, &station.playlists);
        let loaded = load::theme::open(station, &mut self.library, &files)?;
        let waypoints = WaypointWatch::start(station, files.waypoints, &self.supervisor)?;
        if keeps_fonts {
            return Ok(Change::Theme(Box::new((loaded, waypoints))));
        }
        let fonts = self.library.fonts(station)?;
        let (seed, buffering) = (self.seed, self.buffering);
        let (state, supervisor) = (&self.state, &self.supervisor);
        let live = LiveStation::start(station, &fonts, loaded, seed, buffering, state, supervisor)?;
        Ok(Change::Start(Box::new((live, waypoints))))
    }

    /// The stations on air with their configurations, in the order of radio.toml.
    pub fn configured_stations(&self) -> impl Iterator<Item = (&Station, &LiveStation)> {
        self.playing.iter().map(|playing| (&playing.config, &playing.live))
    }

    /// The stations on air, in the order of radio.toml.
    pub fn stations(&self) -> impl Iterator<Item = &LiveStation> {
        self.playing.iter().map(|playing| &playing.live)
    }
}

impl Drop for Radio {
    /// Stops all stations at the same time, not one after the other.
    fn drop(&mut self) {
        for Playing { live, .. } in self.playing.iter_mut().chain(&mut self.ended) {
            live.stop();
        }
    }
}
