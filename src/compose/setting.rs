//! The inputs of a station's music.

use std::sync::Arc;

use crate::{
    compose::{
        fingerprint::Fingerprint,
        liked::{Liked, LikedPoint, MOST_LIKED},
        loaded_theme::LoadedTheme,
        steering::Steering,
    },
    config::{Station, Theme},
    rng,
};

/// A station's configuration, its loaded theme, its seed and its steering: with a [`Progress`], all that the
/// next phrase depends on.
///
/// [`Progress`]: crate::compose::progress::Progress
#[derive(Clone)]
pub struct Setting {
    pub(super) station: Station,
    pub(super) loaded: LoadedTheme,
    /// The station's own seed, derived from the radio's and the station's name.
    pub(super) seed: u64,
    /// The manual steering. Not in the fingerprint: it ends no piece.
    pub(super) steering: Steering,
    /// The points that listeners liked, at most [`MOST_LIKED`].
    liked: Arc<[LikedPoint]>,
    fingerprint: Fingerprint,
}

impl Setting {
    /// The setting of `station` in a radio whose seed is `radio_seed`.
    pub fn new(station: &Station, loaded: LoadedTheme, radio_seed: u64) -> Self {
        let seed = rng::derive(radio_seed, &station.name);
        Self::with(station.clone(), loaded, seed, Arc::default())
    }

    /// The same station after an edit of radio.toml or of a MIDI file.
    pub fn changed_to(&self, station: Station, loaded: LoadedTheme) -> Self {
        Self::with(station, loaded, self.seed, self.liked.clone()).steered(self.steering.clone())
    }

    /// The same setting with the liked `points`; those after the first [`MOST_LIKED`] are dropped.
    pub fn with_liked(&self, points: &[LikedPoint]) -> Self {
        let points = &points[..points.len().min(MOST_LIKED)];
        Self { liked: points.into(), ..self.clone() }
    }

    fn with(station: Station, loaded: LoadedTheme, seed: u64, liked: Arc<[LikedPoint]>) -> Self {
        let fingerprint = Fingerprint::of(&station, &loaded.anchors);
        let steering = Steering::default();
        Self { station, loaded, seed, steering, liked, fingerprint }
    }

    /// The same station, steered.
    pub fn steered(self, steering: Steering) -> Self {
        Self { steering, ..self }
    }

    /// The manual steering.
    pub fn steering(&self) -> &Steering {
        &self.steering
    }

    /// The station.
    pub fn station(&self) -> &Station {
        &self.station
    }

    /// Its loaded theme.
    pub fn loaded(&self) -> &LoadedTheme {
        &self.loaded
    }

    /// The points that listeners liked, if the walk returns to them.
    pub fn liked_points(&self) -> &[LikedPoint] {
        if self.theme().likes == 0.0 { &[] } else { &self.liked }
    }

    /// Points that listeners liked, and how often the walk returns.
    pub(super) fn liked(&self) -> Liked<'_> {
        Liked { share: self.theme().likes, points: &self.liked }
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
    pub fn n_trio_latent(&self) -> usize {
        self.loaded.anchors.points[0].len()
    }
}
