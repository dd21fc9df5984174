//! What a station needs before it can play: models, and its anchors as points in their spaces.

use std::sync::Arc;

use crate::{
    compose::{pad::Pad, phrase::PHRASE_BARS, walk::Anchors},
    config::Station,
    musicvae::{
        net::{family::Family, latent::Latent},
        shared_model::Dreamer,
    },
    station::{
        Error,
        load::{anchors, library::Library, waypoints::Waypoints},
    },
};

/// Everything opened.
#[derive(Clone)]
pub struct Repertoire {
    /// Dreams the drums.
    pub drums: Arc<Dreamer>,
    /// Dreams bass and lead.
    pub trio: Arc<Dreamer>,
    /// Knows how drums are played; none where the theme wants none of it.
    pub groove: Option<Arc<Dreamer>>,
    /// Where the drums wander.
    pub pad: Pad,
    /// What bass and lead go between: the MIDI files of the station's playlists in their order, or,
    /// where there are none, the theme's anchors.
    pub anchors: Anchors,
    /// Those MIDI files.
    pub waypoints: Waypoints,
}

impl Repertoire {
    /// Opens what the theme of `station` names.
    ///
    /// # Errors
    /// A model or an anchor can't be used.
    pub fn open(station: &Station, library: &mut Library) -> Result<Self, Error> {
        let theme = &station.theme;
        let drums = library.model(&theme.drums_model, Family::Drums2Bar, 1)?;
        let trio = library.model(&theme.trio_model, Family::Trio4Bar, PHRASE_BARS)?;
        let groove = match theme.groove.max(theme.groove_time) {
            0.0 => None,
            _ => Some(library.model(&theme.groove_model, Family::Humanize2Bar, 1)?),
        };
        let mut corners = Vec::new();
        for anchor in &theme.pad {
            corners.push(anchors::encode(drums.model(), anchor)?);
        }
        let corners: [Latent; 4] = corners.try_into().expect("the pad has four corners");
        let waypoints = Waypoints::of(&station.playlists);
        let mut anchors = Anchors { points: waypoints.points(trio.model()), in_turn: true };
        if anchors.points.is_empty() {
            anchors.in_turn = false;
            for anchor in &theme.anchors {
                anchors.points.push(anchors::encode(trio.model(), anchor)?);
            }
        }
        let pad = Pad::new(corners, theme.bars_per_round);
        Ok(Self { drums, trio, groove, pad, anchors, waypoints })
    }
}
