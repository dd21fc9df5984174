//! Settings for unit tests, from the built-in stations and the models in models/.

use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use crate::{
    chorale::network::Network,
    compose::{loaded_theme::LoadedTheme, pad::Pad, setting::Setting, walk::Anchors},
    config::{AssetRef, BUILT_IN, Form, Station, Theme, parse},
    musicvae::{
        convert::pattern_windows,
        net::{
            family::Family, latent::Latent, music_vae::MusicVae, prior::Prior, weights::Weights,
        },
        shared_model::SharedModel,
    },
    patterns::style::Style,
};

static LOADED: LazyLock<LoadedTheme> = LazyLock::new(|| {
    let drums = include_bytes!("../../models/drums-2bar.safetensors");
    let drums = model(drums, Family::Drums2Bar);
    let trio = model(include_bytes!("../../models/trio-4bar.safetensors"), Family::Trio4Bar);
    let groove = include_bytes!("../../models/groove-2bar.safetensors");
    let groove = Some(Arc::new(model(groove, Family::Humanize2Bar)));
    let pad = Pad::new([0, 1, 2, 3].map(|number| point(&drums, number)), 64);
    let points = (0..3).map(|number| point(&trio, number)).collect();
    let prior = Prior::Standard(trio.config().n_latent);
    LoadedTheme {
        drums: shared(drums),
        trio: shared(trio),
        groove,
        chorale: None,
        pad,
        prior,
        anchors: Anchors { points, in_turn: false, drawn: None },
        tunes: Arc::default(),
    }
});

fn model(bytes: &[u8], family: Family) -> MusicVae {
    let weights = Weights::read(bytes, "test").unwrap();
    MusicVae::load(weights.family().unwrap_or(family), &weights).unwrap()
}

fn shared(model: MusicVae) -> Arc<SharedModel> {
    let (_, generator, attributes) = model.into_parts();
    Arc::new(SharedModel::new(generator, attributes))
}

/// The point of a techno pattern.
fn point(model: &MusicVae, number: u64) -> Latent {
    let lines = pattern_windows::of_pattern(model.config(), Style::Techno, number).swap_remove(0);
    model.encode(&lines).unwrap().mu
}

/// The built-in stations.
pub fn stations() -> Vec<Station> {
    parse(BUILT_IN, "radio.toml", Path::new("")).unwrap().stations
}

/// The models in models/, with techno patterns as anchors.
pub fn loaded() -> LoadedTheme {
    LOADED.clone()
}

/// A setting of the first station with a theme of hymns and the chorale model in models/, in `form`.
pub fn hymns(form: Form, radio_seed: u64) -> Setting {
    let weights = include_bytes!("../../models/chorale.safetensors");
    let network = Network::load(&Weights::read(weights, "test").unwrap()).unwrap();
    let built_in = stations().swap_remove(0);
    let theme = Theme {
        chorale_model: Some(AssetRef::CHORALE_MODEL),
        key: "G major".parse().unwrap(),
        temperature: 0.8,
        minutes: [1.0, 1.5],
        ..Theme::default()
    };
    let station = Station { theme: theme.into(), form, ..built_in };
    let loaded = LoadedTheme { chorale: Some(Arc::new(network)), ..loaded() };
    Setting::new(&station, loaded, radio_seed)
}

/// `station` played with [`loaded`].
pub fn setting(station: &Station, radio_seed: u64) -> Setting {
    Setting::new(station, loaded(), radio_seed)
}
