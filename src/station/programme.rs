//! The stations on air, and their turn to another radio.toml.

use tracing::info;

use super::{Error, broadcast::Broadcast, library::Library, repertoire::Repertoire};
use crate::config::{Config, Station};

/// Every station of a radio, in the order of radio.toml.
pub struct Programme {
    library: Library,
    seed: u64,
    burst_bytes: usize,
    on_air: Vec<(Station, Broadcast)>,
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
    Begin(Box<Broadcast>),
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
            let index = before.iter().position(|(old, _)| old.name == station.name);
            let old = index.map(|index| before.swap_remove(index));
            let broadcast = match (turn, old) {
                (Turn::Stay, Some((old, mut broadcast))) => {
                    if old != *station {
                        broadcast.tell_of(station);
                    }
                    broadcast
                }
                (Turn::Change(repertoire), Some((_, mut broadcast))) => {
                    info!(station = station.name, "turns to its new theme at the next phrase");
                    broadcast.turn_to(station.clone(), *repertoire);
                    broadcast
                }
                (Turn::Begin(broadcast), _) => *broadcast,
                (Turn::Stay | Turn::Change(_), None) => continue,
            };
            self.on_air.push((station.clone(), broadcast));
        }
        for (station, _) in &before {
            info!(station = station.name, "ends");
        }
        Ok(())
    }

    /// Opens what `station` needs that it has not.
    fn turn(&mut self, station: &Station) -> Result<Turn, Error> {
        let old = self.on_air.iter().map(|(old, _)| old).find(|old| old.name == station.name);
        let sounds_on = old.is_some_and(|old| {
            (&old.soundfont, old.bitrate) == (&station.soundfont, station.bitrate)
        });
        if old.is_some_and(|old| old.sounds_like(station)) {
            return Ok(Turn::Stay);
        }
        if sounds_on {
            let repertoire = Repertoire::open(station, &mut self.library)?;
            return Ok(Turn::Change(Box::new(repertoire)));
        }
        let begun = Broadcast::start(station, &mut self.library, self.seed, self.burst_bytes)?;
        Ok(Turn::Begin(Box::new(begun)))
    }

    /// What is on air and as what, in the order of radio.toml.
    pub fn on_air(&self) -> impl Iterator<Item = (&Station, &Broadcast)> {
        self.on_air.iter().map(|(station, broadcast)| (station, broadcast))
    }

    /// What is on air, in the order of radio.toml.
    pub fn broadcasts(&self) -> impl Iterator<Item = &Broadcast> {
        self.on_air.iter().map(|(_, broadcast)| broadcast)
    }
}
