//! The change to another radio.toml.

use std::sync::Arc;

use tracing::info;

use super::{Playing, Radio, StationError};
use crate::{
    compose::loaded_theme::LoadedTheme,
    config::{Config, Station},
    station::{
        Error,
        live::LiveStation,
        load::{self, waypoints::WaypointFiles},
        studio::hand::Hand,
        waypoint_watch::WaypointWatch,
    },
};

/// How a station changes with a new radio.toml.
enum Change {
    /// The music is the same.
    None,
    /// The music changes at the next phrase.
    Theme(Box<(LoadedTheme, WaypointWatch)>),
    /// The station starts, or restarts with another SoundFont.
    Start(Box<(LiveStation, LoadedTheme, WaypointWatch)>),
}

impl Radio {
    /// Changes to `config`, which follows from `text` and the values set by hand: new stations start, changed
    /// ones play on and change at their next phrase, removed ones play until [`Self::stop_ended`]. A station
    /// with another SoundFont restarts.
    ///
    /// # Errors
    /// A model, SoundFont or MIDI file that a station names can't be used; nothing has changed then.
    pub fn change_to(&mut self, config: &Config, text: &str) -> Result<(), StationError> {
        self.note_settings(text);
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
            let version = self.version(&station.name);
            let (live, loaded, waypoints) = match (change, old) {
                (Change::None, Some(mut old)) => {
                    if old.config != *station {
                        old.live.describe_as(station);
                    }
                    self.studio.enter(&station.name, Hand::default).set_version(version);
                    (old.live, old.loaded, old.waypoints)
                }
                (Change::Theme(theme), Some(Playing { mut live, .. })) => {
                    info!(station = station.name, "changing theme at the next phrase");
                    let (loaded, waypoints) = *theme;
                    live.change_to(station.clone(), loaded.clone(), version);
                    (live, loaded, waypoints)
                }
                (Change::Start(started), old) => {
                    self.ended.extend(old);
                    *started
                }
                // Only stations that were playing get these.
                (Change::None | Change::Theme(_), None) => continue,
            };
            self.playing.push(Playing { config: station.clone(), loaded, live, waypoints });
        }
        self.studio.leave(|name| config.stations.iter().any(|station| station.name == name));
        self.link_fallback_mounts();
        self.ended.append(&mut before);
        self.library.release_encoders();
        Ok(())
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
        let controls = self.studio.enter(&station.name, || state.hand(&station.name));
        controls.set_version(self.version(&station.name));
        let (kept, opened) = ((state, controls), loaded.clone());
        let live = LiveStation::start(station, &fonts, opened, seed, buffering, kept, supervisor)?;
        Ok(Change::Start(Box::new((live, loaded, waypoints))))
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
}
