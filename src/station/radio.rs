//! All stations of a radio.

mod changed;
mod opened;

use std::sync::Arc;

use tracing::{info, warn};

use crate::{
    compose::loaded_theme::LoadedTheme,
    config::{Config, Server, Station},
    station::{
        Error,
        live::LiveStation,
        load::library::Library,
        mounts::Buffering,
        state::{State, settings},
        studio::{Studio, log::Version},
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
    studio: Arc<Studio>,
    /// The hash of radio.toml's text.
    settings: Arc<str>,
    playing: Vec<Playing>,
    /// Removed from radio.toml, still playing.
    ended: Vec<Playing>,
    // Last: dropped, and so written, after all stations have stopped.
    state: State,
}

/// A station on air, with its configuration.
struct Playing {
    config: Station,
    /// Its theme as it was opened last.
    loaded: LoadedTheme,
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

impl Radio {
    /// Starts all stations of `config`, which follows from `text` and the values set by hand, composed from
    /// `seed` and continued from `state`. The `supervisor` watches their threads; `studio` has their
    /// controls.
    ///
    /// # Errors
    /// A model, SoundFont or MIDI file that a station names can't be used.
    pub fn start(
        (config, text): (&Config, &str),
        library: Library,
        seed: u64,
        state: State,
        supervisor: &Supervisor,
        studio: Arc<Studio>,
    ) -> Result<Self, StationError> {
        let Server { burst_bytes, lag_seconds, .. } = config.server;
        let buffering = Buffering { burst_bytes, lag_seconds };
        let (playing, ended) = (Vec::new(), Vec::new());
        let supervisor = supervisor.clone();
        let settings = "".into();
        let mut radio =
            Self { library, seed, buffering, supervisor, studio, settings, playing, ended, state };
        radio.change_to(config, text)?;
        Ok(radio)
    }

    /// Stops the stations that the last change removed. To be called after the web no longer offers
    /// them, so that no listener joins a station that is about to stop.
    pub fn stop_ended(&mut self) {
        for Playing { config, live, .. } in self.ended.drain(..) {
            info!(station = config.name, "stopping");
            drop(live);
        }
    }

    /// Records the text of radio.toml in effect, and keeps it for replays.
    fn note_settings(&mut self, text: &str) {
        self.settings = settings::hash(text).into();
        let kept = self.state.folder().map(|folder| settings::keep(folder, text));
        if let Some(Err(error)) = kept {
            warn!("failed to save a copy of radio.toml for render --moves: {error}");
        }
    }

    /// The values of the station `name`.
    fn version(&self, name: &str) -> Version {
        Version { settings: self.settings.clone(), overlay: self.studio.hand(name).overlay }
    }

    /// The text of radio.toml with this hash, if it is kept.
    pub fn text(&self, hash: &str) -> Option<String> {
        settings::read(self.state.folder()?, hash)
    }

    /// The hash of radio.toml's text.
    pub fn settings(&self) -> &str {
        &self.settings
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
