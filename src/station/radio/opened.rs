//! Opens stations whose values or files have changed since the start.

use tracing::{info, warn};

use super::{Playing, Radio};
use crate::{
    compose::{loaded_theme::LoadedTheme, setting::Setting},
    config::{Overlay, Player, Station, Theme},
    station::{
        Error,
        load::{self, waypoints::WaypointFiles},
        studio::{error::MoveError, log::Version, request::Request},
    },
};

impl Radio {
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

    /// Plays `station`, with values set by hand, as `request` says. Answers the request if that fails.
    pub fn set_values(&mut self, station: Station, overlay: Overlay, mut request: Request) {
        let settings = self.settings.clone();
        request.version = Some(Version { settings, overlay });
        let answer = request.answer.clone();
        if let Err(error) = self.try_set_values(station, request)
            && let Some(answer) = answer
        {
            // The requester may have timed out.
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

    /// A setting of `station`, which is a version of one on air, without steering.
    ///
    /// # Errors
    /// A model or MIDI file that it names can't be used.
    pub fn setting(&mut self, station: &Station) -> Result<Setting, Error> {
        let loaded = self.opened(station, &station.name)?;
        Ok(Setting::new(station, loaded, self.seed))
    }

    /// Opens the theme of `station`. If the station `name` on air has the same models and anchors, its loaded
    /// theme is reused.
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
        && (&x.prior, x.personal) == (&y.prior, y.personal)
        && has_groove(x) == has_groove(y)
        && a.playlists == b.playlists
}
