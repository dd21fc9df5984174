//! Opens a station's theme for composing.

use std::sync::Arc;

use crate::{
    compose::{
        anchor_tune::AnchorTune, composer::Composer, loaded_theme::LoadedTheme, pad::Pad,
        phrase::PHRASE_BARS, walk::Anchors,
    },
    config::{Anchor, Player, Station, Theme},
    musicvae::net::{family::Family, personal::PersonalDraws, prior::Prior},
    station::load::{Error, anchors::Space, dreams, library::Library, waypoints::WaypointFiles},
};

/// Draws that represent a personal prior at the start and on the map.
const N_DRAWN: usize = 16;

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
    let chorale = theme.chorale_model.as_ref().map(|model| library.chorale(model)).transpose()?;
    let encoder = library.encoder(&theme.drums_model, Family::Drums2Bar)?;
    let prior = dreams::of_pad(encoder.priors(), encoder.config().n_latent, theme);
    let space = Space { encoder: &encoder, asset: &theme.drums_model, prior: &prior };
    let pad = pad(space, theme)?;
    let encoder = library.encoder(&theme.trio_model, Family::Trio4Bar)?;
    let drawn = theme.prior.as_deref().map(|path| library.personal(path, &theme.trio_model));
    let drawn = drawn.transpose()?.map(|prior| PersonalDraws { prior, place: theme.personal });
    let prior = match &drawn {
        Some(drawn) => Prior::Personal(drawn.clone()),
        None => dreams::of_anchors(encoder.priors(), encoder.config().n_latent, theme)?,
    };
    let space = Space { encoder: &encoder, asset: &theme.trio_model, prior: &prior };
    let (anchors, tunes) = between(space, theme, waypoints, drawn)?;
    Ok(LoadedTheme { drums, trio, groove, chorale, pad, prior, anchors, tunes })
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

/// The points that bass and lead walk between, with the tunes of MIDI files: the waypoints, else those
/// `drawn` of a personal prior, else the theme's anchors.
fn between(
    trio: Space<'_>,
    theme: &Theme,
    waypoints: &WaypointFiles,
    drawn: Option<PersonalDraws>,
) -> Result<(Anchors, Arc<[AnchorTune]>), Error> {
    let of_waypoints = waypoints.placed(trio.encoder);
    let in_turn = !of_waypoints.is_empty();
    if let Some(drawn) = drawn.filter(|_| !in_turn) {
        let points = (0..N_DRAWN).map(|number| drawn.numbered(number)).collect();
        return Ok((Anchors { points, in_turn, drawn: Some(drawn) }, Arc::new([])));
    }
    let of_theme = theme.anchors.iter().map(|anchor| trio.place(anchor));
    let placed = if in_turn { of_waypoints } else { of_theme.collect::<Result<_, Error>>()? };
    let is_midi = |index: usize| in_turn || matches!(theme.anchors[index], Anchor::Midi(_));
    let tunes = placed.iter().enumerate().filter(|(index, _)| is_midi(*index));
    let tunes = tunes.filter_map(|(_, placed)| placed.tune()).collect();
    let points = placed.into_iter().map(|placed| placed.z).collect();
    Ok((Anchors { points, in_turn, drawn: None }, tunes))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, fs, path::Path};

    use candle_core::{Device, Tensor};

    use super::*;
    use crate::{
        config::{AssetRef, parse},
        music::bar::Bar,
        musicvae::net::{
            latent, names,
            personal::{MODEL_KEY, RESIDUALS, SPACE_KEY, layer, space_text},
            weights::Weights,
        },
        rng,
        station::load::library,
    };

    /// Writes a personal prior of two dimensions. It belongs to the built-in trio model, or to the model with
    /// the hash `space`.
    fn write_prior(folder: &Path, space: Option<u64>) {
        let bytes = library::bytes(&AssetRef::TRIO_MODEL).unwrap();
        let own = Weights::read(&bytes, "trio").unwrap().latent_space().unwrap();
        let mut rng = rng::stream(1, "prior");
        let mut tensor = |shape: &[usize]| {
            let values = latent::prior(shape.iter().product(), &mut rng);
            Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
        };
        let tensors = HashMap::from([
            (names::kernel(&layer(0)), tensor(&[2, 256])),
            (names::bias(&layer(0)), tensor(&[256])),
            (RESIDUALS.to_owned(), tensor(&[1, 256])),
        ]);
        let metadata =
            [(MODEL_KEY, "trio-4bar".to_owned()), (SPACE_KEY, space_text(space.unwrap_or(own)))];
        let weights = Weights::new(tensors).with_metadata(metadata);
        fs::write(folder.join("mine.safetensors"), weights.to_bytes().unwrap()).unwrap();
    }

    fn station(folder: &Path, keys: &str) -> Station {
        let text = format!("[themes.x]\n{keys}\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n");
        parse(&text, "radio.toml", folder).unwrap().stations.swap_remove(0)
    }

    fn bars(station: &Station, library: &mut Library) -> Vec<Bar> {
        composer(station, library, 1).unwrap().take(40).collect()
    }

    #[test]
    fn a_theme_with_a_personal_prior_composes_and_its_dimensions_change_what() {
        let folder = tempfile::tempdir().unwrap();
        write_prior(folder.path(), None);
        let library = &mut Library::default();
        let with = |personal: &str, library: &mut Library| {
            let keys = format!("prior = \"mine\"\npersonal = {{ {personal} }}");
            bars(&station(folder.path(), &keys), library)
        };

        let middle = with("", library);
        assert_eq!(middle, with("a = 0, spread = 1", library));
        let plain = bars(&station(folder.path(), ""), library);
        let lines = |bars: &[Bar]| bars.iter().map(|bar| bar.parts.clone()).collect::<Vec<_>>();
        assert_ne!(lines(&middle), lines(&plain));
        let [low, high] = ["a = -2", "a = 2"].map(|personal| lines(&with(personal, library)));
        assert_ne!(low, high);
        assert_ne!(low, lines(&middle));
        // A dimension that the prior lacks has no effect.
        assert_eq!(lines(&with("d = 2", library)), lines(&middle));
    }

    #[test]
    fn legs_end_at_new_draws_and_the_map_has_some() {
        let folder = tempfile::tempdir().unwrap();
        write_prior(folder.path(), None);
        let waypoints = WaypointFiles::read_in_time("x", &[]);
        let station = station(folder.path(), "prior = \"mine\"");
        let loaded = open(&station, &mut Library::default(), &waypoints).unwrap();

        assert_eq!(loaded.anchors.points.len(), N_DRAWN);
        assert!(loaded.anchors.drawn.is_some() && matches!(loaded.prior, Prior::Personal(_)));
    }

    #[test]
    fn a_prior_of_another_model_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        write_prior(folder.path(), Some(1));
        let station = station(folder.path(), "prior = \"mine\"");
        let refused = composer(&station, &mut Library::default(), 1).err().unwrap().to_string();
        assert!(refused.ends_with("found one of other weights of trio-4bar"), "{refused}");
    }
}
