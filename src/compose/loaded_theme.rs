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

/// A theme opened for composing; `station::load::theme` opens one.
#[derive(Clone)]
pub struct LoadedTheme {
    /// Model of drum beats.
    pub drums: Arc<SharedModel>,
    /// Model of bass and lead.
    pub trio: Arc<SharedModel>,
    /// Model of a drummer's velocities and timing; `None` where a machine plays, or the theme's
    /// `groove` and `groove_time` are 0.
    pub groove: Option<Arc<MusicVae>>,
    /// Model of chorales, where it writes all notes instead of the others.
    pub chorale: Option<Arc<Network>>,
    /// The four beats that the drums move between.
    pub pad: Pad,
    /// What new ideas for bass and lead are drawn from.
    pub prior: Prior,
    /// What bass and lead move between: the MIDI files of the station's playlists in their order, or,
    /// without any, the theme's anchors.
    pub anchors: Anchors,
    /// The tunes of the anchors that come from MIDI files.
    pub tunes: Arc<[AnchorTune]>,
}
