//! All stations of a radio, and the change to another radio.toml.

use std::sync::Arc;

use tracing::{info, warn};

use crate::{
    compose::{loaded_theme::LoadedTheme, setting::Setting},
    config::{Config, Overlay, Player, Server, Station, Theme},
    station::{
        Error,
        live::LiveStation,
        load::{self, library::Library, waypoints::WaypointFiles},
        mounts::Buffering,
        state::{State, settings},
        studio::{Studio, error::MoveError, hand::Hand, log::Version, request::Request},
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
    /// Starts all stations of `config`, which follows from `text` and the values set by hand, composed from `seed`, where `state` has saved them. The
    /// `supervisor` watches their threads; `studio` has their controls.
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

    /// Changes to `config`, which follows from `text` and the values set by hand: new stations start, changed ones play on and change at their next phrase,
    /// removed ones play until [`Self::stop_ended`]. A station with another SoundFont restarts.
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
        for Playing { config, loaded, live, waypoints } in &mut self.playing {
            let Some(files) = waypoints.changed() else { continue };
            match load::theme::open(config, &mut self.library, &files) {
                Ok(opened) => {
                    info!(station = config.name, "changing waypoints at the next phrase");
                    loaded.clone_from(&opened);
                    live.recompose(config.clone(), opened, None);
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
        let controls = self.studio.enter(&station.name, || state.hand(&station.name));
        controls.set_version(self.version(&station.name));
        let (kept, opened) = ((state, controls), loaded.clone());
        let live = LiveStation::start(station, &fonts, opened, seed, buffering, kept, supervisor)?;
        Ok(Change::Start(Box::new((live, loaded, waypoints))))
    }

    /// Has `station`, with values set by hand, played as `request` asks. Answers the request if that fails.
    pub fn set_values(&mut self, station: Station, overlay: Overlay, mut request: Request) {
        let settings = self.settings.clone();
        request.version = Some(Version { settings, overlay });
        let answer = request.answer.clone();
        if let Err(error) = self.try_set_values(station, request)
            && let Some(answer) = answer
        {
            // Whoever asked may have given up.
            let _ = answer.try_send(Err(error));
        }
    }

    fn try_set_values(&mut self, station: Station, request: Request) -> Result<(), MoveError> {
        let refused = |error: Error| MoveError::Refused(error.to_string());
        let index = self.playing.iter().position(|playing| playing.config.name == station.name);
        let index = index
            .ok_or_else(|| MoveError::NoAnswer { station: station.name.clone(), seconds: 0 })?;
        let loaded = self.opened(&station, &station.name).map_err(refused)?;
        let playing = &mut self.playing[index];
        playing.live.ask(station.clone(), loaded.clone(), request)?;
        (playing.config, playing.loaded) = (station, loaded);
        Ok(())
    }

    /// A setting of `station`, which is a version of one on air. It is not steered.
    ///
    /// # Errors
    /// A model or MIDI file that it names can't be used.
    pub fn setting(&mut self, station: &Station) -> Result<Setting, Error> {
        let loaded = self.opened(station, &station.name)?;
        Ok(Setting::new(station, loaded, self.seed))
    }

    /// The theme of `station`: that of the station on air called `name`, where it names the same models
    /// and anchors.
    fn opened(&mut self, station: &Station, name: &str) -> Result<LoadedTheme, Error> {
        let playing = self.playing.iter().find(|playing| playing.config.name == name);
        let known = playing.filter(|playing| is_opened_alike(&playing.config, station));
        if let Some(playing) = known {
            return Ok(playing.loaded.clone());
        }
        let files = WaypointFiles::read_in_time(&station.name, &station.playlists);
        let opened = load::theme::open(station, &mut self.library, &files);
        self.library.release_encoders();
        Ok(opened?)
    }

    /// Notes the text of radio.toml in effect, and keeps it for replays.
    fn note_settings(&mut self, text: &str) {
        self.settings = settings::hash(text).into();
        let kept = self.state.folder().map(|folder| settings::keep(folder, text));
        if let Some(Err(error)) = kept {
            warn!("radio.toml is not kept for replays: {error}");
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

/// Whether themes of both stations are opened alike: with the same models, anchors and files.
fn is_opened_alike(a: &Station, b: &Station) -> bool {
    let models = |theme: &Theme| {
        [&theme.drums_model, &theme.trio_model, &theme.groove_model].map(Clone::clone)
    };
    let (x, y) = (&a.theme, &b.theme);
    let has_groove = |theme: &Theme| {
        theme.drums.player == Player::Drummer && 0.0 < theme.groove.max(theme.groove_time)
    };
    models(x) == models(y)
        && (&x.pad, x.bars_per_round, &x.anchors) == (&y.pad, y.bars_per_round, &y.anchors)
        && x.dreams == y.dreams
        && has_groove(x) == has_groove(y)
        && a.playlists == b.playlists
}

impl Drop for Radio {
    /// Stops all stations at the same time, not one after the other.
    fn drop(&mut self) {
        for Playing { live, .. } in self.playing.iter_mut().chain(&mut self.ended) {
            live.stop();
        }
    }
}
