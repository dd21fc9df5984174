//! Opens a station's theme for composing.

use std::sync::Arc;

use crate::{
    compose::{
        anchor_tune::AnchorTune, composer::Composer, loaded_theme::LoadedTheme, pad::Pad,
        phrase::PHRASE_BARS, walk::Anchors,
    },
    config::{Anchor, Player, Station, Theme},
    musicvae::net::family::Family,
    station::load::{Error, anchors::Space, dreams, library::Library, waypoints::WaypointFiles},
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
    let space = Space { encoder: &encoder, asset: &theme.drums_model, prior: &prior };
    let pad = pad(space, theme)?;
    let encoder = library.encoder(&theme.trio_model, Family::Trio4Bar)?;
    let prior = dreams::of_anchors(encoder.priors(), encoder.config().n_latent, theme)?;
    let space = Space { encoder: &encoder, asset: &theme.trio_model, prior: &prior };
    let (anchors, tunes) = between(space, theme, waypoints)?;
    Ok(LoadedTheme { drums, trio, groove, pad, prior, anchors, tunes })
}

/// A composer at the start of the music of `station`, drawn from the radio's `seed`.
///
/// # Errors
/// As [`open`].
pub fn composer(station: &Station, library: &mut Library, seed: u64) -> Result<Composer, Error> {
    let waypoints = WaypointFiles::read_in_time(&station.name, &station.playlists);
    Ok(Composer::with(station, open(station, library, &waypoints)?, seed))
}

/// The pad of `theme`, with the beats that its corners were encoded from.
fn pad(drums: Space<'_>, theme: &Theme) -> Result<Pad, Error> {
    let [a, b, c, d] = theme.pad.each_ref().map(|anchor| drums.place(anchor));
    let corners = [a?, b?, c?, d?];
    let originals = corners
        .each_ref()
        .map(|corner| corner.original.as_ref().and_then(|lines| lines.first().cloned()));
    let corners = corners.map(|corner| corner.z);
    Ok(Pad::new(corners, theme.bars_per_round).with_originals(originals))
}

/// The points that bass and lead walk between, and the tunes of those that come from MIDI files.
fn between(
    trio: Space<'_>,
    theme: &Theme,
    waypoints: &WaypointFiles,
) -> Result<(Anchors, Arc<[AnchorTune]>), Error> {
    let of_waypoints = waypoints.placed(trio.encoder);
    let in_turn = !of_waypoints.is_empty();
    let of_theme = theme.anchors.iter().map(|anchor| trio.place(anchor));
    let placed = if in_turn { of_waypoints } else { of_theme.collect::<Result<_, Error>>()? };
    let is_midi = |index: usize| in_turn || matches!(theme.anchors[index], Anchor::Midi(_));
    let tunes = placed.iter().enumerate().filter(|(index, _)| is_midi(*index));
    let tunes = tunes.filter_map(|(_, placed)| placed.tune()).collect();
    let points = placed.into_iter().map(|placed| placed.z).collect();
    Ok((Anchors { points, in_turn }, tunes))
}
