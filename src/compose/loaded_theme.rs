//! A theme's models, with its anchors as points in their latent spaces.

use std::sync::Arc;

use crate::{
    chorale::network::Network,
    compose::{anchor_tune::AnchorTune, pad::Pad, walk::Anchors},
    musicvae::{
        net::{music_vae::MusicVae, prior::Prior},
        shared_model::SharedModel,
    },
};

/// A theme loaded for composing by `station::load::theme`.
#[derive(Clone)]
pub struct LoadedTheme {
    /// Model of drum beats.
    pub drums: Arc<SharedModel>,
    /// Model of bass and lead.
    pub trio: Arc<SharedModel>,
    /// Model of a drummer's velocities and timing; `None` if a machine plays, or the theme's `groove` and
    /// `groove_time` are 0.
    pub groove: Option<Arc<MusicVae>>,
    /// Model of chorales, if it writes all notes instead of the others.
    pub chorale: Option<Arc<Network>>,
    /// The four beats that the drums move between.
    pub pad: Pad,
    /// The prior of new points for bass and lead.
    pub prior: Prior,
    /// The points between which bass and lead move: the MIDI files of the station's playlists in order or, if
    /// none, the theme's anchors.
    pub anchors: Anchors,
    /// The tunes of the anchors that come from MIDI files.
    pub tunes: Arc<[AnchorTune]>,
}
