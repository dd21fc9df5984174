//! Opens a station's theme for composing.

use crate::{
    compose::{
        composer::Composer, loaded_theme::LoadedTheme, pad::Pad, phrase::PHRASE_BARS, walk::Anchors,
    },
    config::{Anchor, Player, Station, Theme},
    musicvae::net::{family::Family, latent::Latent, music_vae::SequenceEncoder, prior::Prior},
    station::load::{Error, anchors, dreams, library::Library, waypoints::WaypointFiles},
};

/// Opens what the theme of `station` names; the `waypoints` replace the theme's anchors where there are
/// any.
///
/// # Errors
/// A model or an anchor can't be used.
pub fn open(
    station: &Station,
    library: &mut Library,
    waypoints: &WaypointFiles,
) -> Result<LoadedTheme, Error> {
    let theme = &station.theme;
    let drums = library.model(&theme.drums_model, Family::Drums2Bar, 1)?;
    let trio = library.model(&theme.trio_model, Family::Trio4Bar, PHRASE_BARS)?;
    let groove = match (theme.drums.player, theme.groove.max(theme.groove_time)) {
        (Player::Machine, _) | (_, 0.0) => None,
        _ => Some(library.network(&theme.groove_model, Family::Humanize2Bar)?),
    };
    let encoder = library.encoder(&theme.drums_model, Family::Drums2Bar)?;
    let prior = dreams::of_pad(encoder.priors(), encoder.config().n_latent, theme);
    let corners = points(&encoder, &theme.pad, &prior)?;
    let corners: [Latent; 4] = corners.try_into().expect("the pad has four corners");
    let pad = Pad::new(corners, theme.bars_per_round);
    let encoder = library.encoder(&theme.trio_model, Family::Trio4Bar)?;
    let prior = dreams::of_anchors(encoder.priors(), encoder.config().n_latent, theme)?;
    let anchors = between(&encoder, theme, &prior, waypoints)?;
    Ok(LoadedTheme { drums, trio, groove, pad, prior, anchors })
}

/// A composer at the start of the music of `station`, drawn from the radio's `seed`.
///
/// # Errors
/// As [`open`].
pub fn composer(station: &Station, library: &mut Library, seed: u64) -> Result<Composer, Error> {
    let waypoints = WaypointFiles::read_in_time(&station.name, &station.playlists);
    Ok(Composer::with(station, open(station, library, &waypoints)?, seed))
}

/// The points that bass and lead walk between.
fn between(
    trio: &SequenceEncoder,
    theme: &Theme,
    prior: &Prior,
    waypoints: &WaypointFiles,
) -> Result<Anchors, Error> {
    let of_waypoints = waypoints.points(trio);
    if of_waypoints.is_empty() {
        return Ok(Anchors { points: points(trio, &theme.anchors, prior)?, in_turn: false });
    }
    Ok(Anchors { points: of_waypoints, in_turn: true })
}

fn points(
    model: &SequenceEncoder,
    anchors: &[Anchor],
    prior: &Prior,
) -> Result<Vec<Latent>, Error> {
    anchors.iter().map(|anchor| anchors::encode(model, anchor, prior)).collect()
}
