//! The stations on air, and their turn to another radio.toml.

use tracing::{info, warn};

use super::{
    Error, broadcast::Broadcast, library::Library, repertoire::Repertoire, waypoints::Waypoints,
};
use crate::config::{Config, Station};

/// Every station of a radio, in the order of radio.toml.
pub struct Programme {
    library: Library,
    seed: u64,
    burst_bytes: usize,
    on_air: Vec<Aired>,
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
    /// It plays what it did.
    Stay,
    /// It plays on, something else from the next phrase on.
    Change(Box<Repertoire>),
    /// It begins.
    Begin(Box<(Broadcast, Waypoints)>),
}

impl Programme {
    /// Goes on air with all stations of `config`, drawn from `seed`.
    ///
    /// # Errors
    /// Something that a station names can't be used.
    pub fn start(config: &Config, library: Library, seed: u64) -> Result<Self, StationError> {
        let burst_bytes = config.server.burst_bytes;
        let mut programme = Self { library, seed, burst_bytes, on_air: Vec::new() };
        programme.turn_to(config)?;
        Ok(programme)
    }

    /// Turns to what `config` says: stations that are new begin, those that are gone end, those that
    /// changed play on and turn at their next phrase. One whose SoundFont or bitrate is another
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
                (Turn::Change(repertoire), Some(Aired { mut broadcast, .. })) => {
                    info!(station = station.name, "turns to its new theme at the next phrase");
                    let waypoints = repertoire.waypoints.clone();
                    broadcast.turn_to(station.clone(), *repertoire);
                    (broadcast, waypoints)
                }
                (Turn::Begin(begun), _) => *begun,
                (Turn::Stay | Turn::Change(_), None) => continue,
            };
            self.on_air.push(Aired { station: station.clone(), broadcast, waypoints });
        }
        for Aired { station, .. } in &before {
            info!(station = station.name, "ends");
        }
        Ok(())
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
            match Repertoire::open(station, &mut self.library) {
                Ok(repertoire) => {
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
        let sounds_on = old.is_some_and(|old| {
            (&old.soundfont, old.bitrate) == (&station.soundfont, station.bitrate)
        });
        if old.is_some_and(|old| old.sounds_like(station)) {
            return Ok(Turn::Stay);
        }
        let repertoire = Repertoire::open(station, &mut self.library)?;
        if sounds_on {
            return Ok(Turn::Change(Box::new(repertoire)));
        }
        let font = self.library.font(&station.soundfont)?;
        let waypoints = repertoire.waypoints.clone();
        let begun = Broadcast::start(station, &font, repertoire, self.seed, self.burst_bytes)?;
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
