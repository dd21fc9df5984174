//! The stations on air, and their turn to another radio.toml.

use std::sync::Arc;

use tracing::{info, warn};

use crate::{
    compose::loaded_theme::Repertoire,
    config::{Config, Server, Station},
    station::{
        Error,
        broadcast::{Broadcast, Reserve},
        load::{self, library::Library, waypoints::Waypoints},
        state::State,
    },
};

/// Every station of a radio, in the order of radio.toml.
pub struct Programme {
    library: Library,
    seed: u64,
    reserve: Reserve,
    on_air: Vec<Aired>,
    /// No longer wanted, but still heard.
    ended: Vec<Aired>,
    // Last: it is written to its end when all stations are off the air.
    state: State,
}

/// A station on air.
struct Aired {
    station: Station,
    broadcast: Broadcast,
    waypoints: Waypoints,
}

/// Which station can't go on air, and why.
#[derive(Debug, thiserror::Error)]
#[error("station {station}: {source}")]
pub struct StationError {
    /// Its name.
    pub station: String,
    /// What can't be used.
    pub source: Box<Error>,
}

/// What a station of a new radio.toml comes to.
enum Turn {
    /// It is what it was.
    Stay,
    /// It plays on, something else from the next phrase on.
    Change(Box<(Repertoire, Waypoints)>),
    /// It begins.
    Begin(Box<(Broadcast, Waypoints)>),
}

impl Programme {
    /// Goes on air with all stations of `config`, drawn from `seed`, from where `state` has them.
    ///
    /// # Errors
    /// Something that a station names can't be used.
    pub fn start(
        config: &Config,
        library: Library,
        seed: u64,
        state: State,
    ) -> Result<Self, StationError> {
        let Server { burst_bytes, lag_seconds, .. } = config.server;
        let reserve = Reserve { burst_bytes, lag_seconds };
        let mut programme =
            Self { library, seed, reserve, on_air: Vec::new(), ended: Vec::new(), state };
        programme.turn_to(config)?;
        Ok(programme)
    }

    /// Turns to what `config` says: stations that are new begin, those that changed play on and turn at
    /// their next phrase, those that are gone end with [`Self::let_go`]. One whose SoundFont is another
    /// begins anew.
    ///
    /// # Errors
    /// Something that a station names can't be used; everything stays as it was.
    pub fn turn_to(&mut self, config: &Config) -> Result<(), StationError> {
        let mut turns = Vec::new();
        for station in &config.stations {
            let turn = self.turn(station);
            let named =
                |error| StationError { station: station.name.clone(), source: Box::new(error) };
            turns.push(turn.map_err(named)?);
        }
        let mut before = std::mem::take(&mut self.on_air);
        for (station, turn) in config.stations.iter().zip(turns) {
            let index = before.iter().position(|old| old.station.name == station.name);
            let old = index.map(|index| before.swap_remove(index));
            let (broadcast, waypoints) = match (turn, old) {
                (Turn::Stay, Some(mut old)) => {
                    if old.station != *station {
                        old.broadcast.tell_of(station);
                    }
                    (old.broadcast, old.waypoints)
                }
                (Turn::Change(changed), Some(Aired { mut broadcast, .. })) => {
                    info!(station = station.name, "turns to its new theme at the next phrase");
                    let (repertoire, waypoints) = *changed;
                    broadcast.turn_to(station.clone(), repertoire);
                    (broadcast, waypoints)
                }
                (Turn::Begin(begun), old) => {
                    self.ended.extend(old);
                    *begun
                }
                (Turn::Stay | Turn::Change(_), None) => continue,
            };
            self.on_air.push(Aired { station: station.clone(), broadcast, waypoints });
        }
        self.point_to_fallbacks();
        self.ended.append(&mut before);
        Ok(())
    }

    /// Takes off the air what the last turn ended: after whoever shows what is on air has heard of it,
    /// so that nobody comes to a station that is none any more.
    pub fn let_go(&mut self) {
        for Aired { station, broadcast, .. } in self.ended.drain(..) {
            info!(station = station.name, "ends");
            drop(broadcast);
        }
    }

    /// Tells each mount which one stands in for it.
    fn point_to_fallbacks(&self) {
        let all: Vec<_> = self.broadcasts().flat_map(|broadcast| &broadcast.mounts).collect();
        for mount in &all {
            let path = mount.rules.fallback.as_deref();
            let found = all.iter().find(|other| Some(other.about.path.as_str()) == path);
            mount.fall_back_on(found.map(|found| Arc::clone(found)));
        }
    }

    /// Looks at the MIDI files that stations are led by: where some have changed, the station's way
    /// leads through them from its next phrase on.
    pub fn look_at_waypoints(&mut self) {
        for Aired { station, broadcast, waypoints } in &mut self.on_air {
            if !waypoints.are_changed() {
                continue;
            }
            let before = std::mem::replace(waypoints, Waypoints::of(&station.playlists));
            if !waypoints.differ(&before) {
                continue;
            }
            match load::theme::open(station, &mut self.library) {
                Ok((repertoire, _)) => {
                    info!(
                        station = station.name,
                        "follows its new waypoints from the next phrase on"
                    );
                    broadcast.compose(station.clone(), repertoire);
                }
                Err(error) => warn!(station = station.name, "its waypoints stay: {error}"),
            }
        }
    }

    /// Opens what `station` needs that it has not.
    fn turn(&mut self, station: &Station) -> Result<Turn, Error> {
        let old = self.on_air.iter().map(|old| &old.station).find(|old| old.name == station.name);
        let sounds_on = old.is_some_and(|old| old.soundfont == station.soundfont);
        if old.is_some_and(|old| old.sounds_like(station)) {
            return Ok(Turn::Stay);
        }
        let (repertoire, waypoints) = load::theme::open(station, &mut self.library)?;
        if sounds_on {
            return Ok(Turn::Change(Box::new((repertoire, waypoints))));
        }
        let font = self.library.font(&station.soundfont)?;
        let (seed, reserve) = (self.seed, self.reserve);
        let begun = Broadcast::start(station, &font, repertoire, seed, reserve, &self.state)?;
        Ok(Turn::Begin(Box::new((begun, waypoints))))
    }

    /// What is on air and as what, in the order of radio.toml.
    pub fn on_air(&self) -> impl Iterator<Item = (&Station, &Broadcast)> {
        self.on_air.iter().map(|aired| (&aired.station, &aired.broadcast))
    }

    /// What is on air, in the order of radio.toml.
    pub fn broadcasts(&self) -> impl Iterator<Item = &Broadcast> {
        self.on_air.iter().map(|aired| &aired.broadcast)
    }
}

impl Drop for Programme {
    /// All stations end at the same time, not one after the other.
    fn drop(&mut self) {
        for Aired { broadcast, .. } in self.on_air.iter_mut().chain(&mut self.ended) {
            broadcast.stop();
        }
    }
}
