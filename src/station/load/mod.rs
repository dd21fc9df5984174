//! Opens what a theme names: models, anchors, waypoints, SoundFonts.

pub mod anchors;
pub mod library;
pub mod waypoints;
