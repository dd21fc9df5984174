//! What a station's music is made from.

use crate::{
    compose::{fingerprint::Fingerprint, loaded_theme::LoadedTheme},
    config::{Station, Theme},
    rng,
};

/// A station's configuration, its loaded theme and its seed: with a [`Progress`], all that the next
/// phrase depends on.
///
/// [`Progress`]: crate::compose::progress::Progress
#[derive(Clone)]
pub struct Setting {
    pub(super) station: Station,
    pub(super) loaded: LoadedTheme,
    /// The station's own seed, derived from the radio's and the station's name.
    pub(super) seed: u64,
    fingerprint: Fingerprint,
}

impl Setting {
    /// The setting of `station` in a radio whose seed is `radio_seed`.
    pub fn new(station: &Station, loaded: LoadedTheme, radio_seed: u64) -> Self {
        Self::with(station.clone(), loaded, rng::derive(radio_seed, &station.name))
    }

    /// The same station after an edit of radio.toml or of a MIDI file.
    pub fn changed_to(&self, station: Station, loaded: LoadedTheme) -> Self {
        Self::with(station, loaded, self.seed)
    }

    fn with(station: Station, loaded: LoadedTheme, seed: u64) -> Self {
        let fingerprint = Fingerprint::of(&station, &loaded.anchors);
        Self { station, loaded, seed, fingerprint }
    }

    pub(super) fn theme(&self) -> &Theme {
        &self.station.theme
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Dimensions of the drum model's latent space.
    pub(super) fn n_drums_latent(&self) -> usize {
        self.loaded.drums.config().n_latent
    }

    /// Dimensions of the trio model's latent space.
    pub(super) fn n_trio_latent(&self) -> usize {
        self.loaded.anchors.points[0].len()
    }
}
